"""What importing the library costs, as whole processes beside ``import attrs``."""

from __future__ import annotations

import compileall
import subprocess
import sys
from functools import partial
from pathlib import Path
from time import perf_counter

import incidentcore
from benchmarks.harness import print_table, ratio

ROUNDS = 11
BASE = "import attrs"
ROWS = (
    ("import incidentcore", "<= 1.1"),
    ("from incidentcore import BusinessCalendar", "<= 1.6"),
    ("from incidentcore import *", "<= 5"),
)


def run(code: str) -> None:
    """Run one line in a fresh interpreter, without the start-up work of ``site``'s user folder."""
    subprocess.run([sys.executable, "-s", "-c", code], check=True)  # noqa: S603  our own lines


def main() -> None:
    """Print each import's ratio to ``import attrs``, both compiled, as pip installs them."""
    compileall.compile_dir(Path(incidentcore.__file__).parent, quiet=1)
    timed = partial(ratio, rounds=ROUNDS, clock=perf_counter)  # of other processes
    rows = [
        (f"{code} / {BASE}", timed(partial(run, code), partial(run, BASE)), target)
        for code, target in ROWS
    ]
    print_table(f"Imports, {sys.implementation.name} {sys.version.split()[0]}", rows)


if __name__ == "__main__":
    main()
