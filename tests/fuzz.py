"""Draw hostile texts with a new seed each time, for so many seconds.

Run from the repository's root: ``python -m tests.fuzz 600``. The readers of texts from outside must
answer each text or refuse it with an error of ours; the first seed that finds another end stops the
run, and pytest prints the text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

FUZZERS = [
    "tests/vendors/test_hostile.py",
    "tests/serialization/test_hostile.py",
    "tests/schedule/test_hostile.py",
]
PROFILE = "long"
FIRST = 1_001  # no seed of the stages of a plain run


def main(seconds: float, first: int = FIRST) -> int:
    """Run seed after seed until the time is over; print the figures."""
    from tests.conftest import EXAMPLES  # noqa: PLC0415  its import chooses zone data

    began, seed, tests, failed = time.monotonic(), first, 0, 0
    environment = os.environ | {"INCIDENTCORE_HYPOTHESIS": PROFILE}
    while time.monotonic() - began < seconds and not failed:
        options = ["-q", "-n", "0", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
        done = subprocess.run(  # noqa: S603  pytest itself
            [sys.executable, "-m", "pytest", *options, *FUZZERS],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed)", done.stdout)}
        tests, failed = counts.get("passed", 0), counts.get("failed", 0) or done.returncode
        if failed:
            print(done.stdout + done.stderr)
        seed += 1
    print(
        f"fuzz: {seed - first} seeds, {tests} tests each, {EXAMPLES[PROFILE]:,} examples of each, "
        f"{failed} failed"
    )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *map(int, sys.argv[2:])))
