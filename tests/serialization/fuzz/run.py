"""Fuzz the parsers, as a rule for ten minutes each.

From the repository's root: ``python -m tests.serialization.fuzz.run json --minutes 10``; the other
targets are ical, rrule, servicenow (its audit log), tools (the JSON of each tool) and tables (with
event logs and XES). Where atheris is installed (``pip install atheris``, Python
3.11 to 3.13 on Linux) it leads by coverage, and half of its inputs come from the mutators beside
this file; ``--plain`` leaves it out, as does its absence. Each finding is told once, by the place
that raised it, and its input kept below ``--keep``. At the end the slowest input runs once more to
measure its time and memory. The exit status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import tracemalloc
from pathlib import Path
from typing import Any

LONGEST = 65_536
SLOW = 10.0  # seconds of the processor for one input


def tell(line: str) -> None:
    """Print a line at once: a run may be ended from outside."""
    print(line, flush=True)  # noqa: T201  what is found must be seen


class Tally:
    """What a run did: how many inputs, what was found, and which was slowest."""

    def __init__(self, target: Any, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self.inputs = self.read = 0
        self.slowest = 0.0
        self.found: dict[str, str] = {}

    def try_input(self, data: bytes) -> None:
        """Read one input, and keep it where it is slow or a finding."""
        began = time.process_time()
        try:
            self.read += self.target.try_input(data)
        except Exception as error:  # noqa: BLE001  any escape is a finding
            self._find(error, data)
        took = time.process_time() - began
        self.inputs += 1
        if took > self.slowest:
            self.slowest = took
            (self.folder / "slowest").write_bytes(data)
        if took > SLOW:
            self._find(TimeoutError(f"{took:.1f} s for one input"), data)

    def _find(self, error: BaseException, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-3:]))
        where = f"{type(error).__name__} at {place}"
        if where in self.found:
            return
        self.found[where] = str(error)[:300]
        name = hashlib.sha256(data).hexdigest()[:12]
        (self.folder / f"found-{name}").write_bytes(data)
        tell(f"FOUND {where}: {str(error)[:300]} ({name})")
        self.save()

    def save(self) -> None:
        """Write the figures down, for the process that waits."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        figures = {"inputs": self.inputs, "read": self.read, "peak_mb": peak, "found": self.found}
        (self.folder / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


def new_input(target: Any, name: str, data: bytes, draw: random.Random) -> bytes:
    """Return an input made from another."""
    if name in ("json", "tools") and draw.random() < 0.7:
        found = mutate().mutate_json(data, target.seeds, draw)
        if found is not None:
            return found
    return mutate().mutate_bytes(data, target.seeds, target.words, draw)


def run_plain(name: str, seconds: float, folder: Path, seed: int, most: int = 10**12) -> Tally:
    """Mutate the seeds, and what was read of their offspring, until time is up."""
    target = targets()[name]
    draw = random.Random(seed)  # noqa: S311  inputs, not secrets
    tally = Tally(target, folder)
    pool = list(target.seeds)
    for data in pool[:most]:
        tally.try_input(data)
    end = time.monotonic() + seconds
    while time.monotonic() < end and tally.inputs < most:
        data = new_input(target, name, draw.choice(pool), draw)[:LONGEST]
        before = tally.read
        tally.try_input(data)
        if tally.read > before and draw.random() < 0.01:
            pool.append(data)
            if len(pool) > len(target.seeds) + 500:
                del pool[draw.randrange(len(target.seeds), len(pool))]
        if not tally.inputs % 1_000:
            tally.save()
    tally.save()
    return tally


def run_atheris(name: str, seconds: float, folder: Path, seed: int) -> None:
    """Fuzz in this process, led by coverage; libFuzzer ends the process."""
    import atheris  # noqa: PLC0415  installed by hand where it is wanted

    with atheris.instrument_imports(include=["incidentcore", "json", "csv", "cattrs"]):
        target = targets()[name]
    tally = Tally(target, folder)
    corpus = folder / "corpus"
    corpus.mkdir()
    for place, data in enumerate(target.seeds):
        (corpus / f"seed{place}").write_bytes(data)
    words = folder / "words"
    lines = ['"{}"'.format("".join(f"\\x{b:02x}" for b in word)) for word in target.words]
    words.write_text("\n".join(lines) + "\n", encoding="ascii")

    def one_input(data: bytes) -> None:
        tally.try_input(data)
        if not tally.inputs % 500:
            tally.save()

    def mutator(data: bytes, longest: int, seed: int) -> bytes:
        draw = random.Random(seed)  # noqa: S311  inputs, not secrets
        if draw.random() < 0.5:
            found = new_input(target, name, data, draw)
            if len(found) <= longest:
                return found
        mutated: bytes = atheris.Mutate(data, longest)
        return mutated

    options = [
        *(f"-max_total_time={int(seconds)}", f"-max_len={LONGEST}", "-timeout=60"),
        *("-rss_limit_mb=2048", f"-dict={words}", f"-seed={seed}", "-len_control=0"),
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input, custom_mutator=mutator)
    atheris.Fuzz()


def targets() -> Any:
    """Return the table of targets, imported late so that atheris sees the import."""
    from .targets import TARGETS  # noqa: PLC0415

    return TARGETS


def mutate() -> Any:
    """Return the mutators."""
    from . import mutate as module  # noqa: PLC0415

    return module


def _watched(name: str, options: argparse.Namespace, folder: Path) -> str:
    """Run atheris in a process of its own; return its last line about coverage."""
    command = [sys.executable, "-m", "tests.serialization.fuzz.run", name, "--inside", str(folder)]
    command += ["--minutes", str(options.minutes), "--seed", str(options.seed)]
    coverage = ""
    with subprocess.Popen(  # noqa: S603  ourselves
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as child:
        for line in child.stdout or ():
            if " cov: " in line:
                coverage = line.strip()
            elif line.startswith(("FOUND", "==", "SUMMARY", "ERROR", "ALARM")):
                tell(line.rstrip())
    return coverage


def _again(name: str, folder: Path) -> str:
    """Run the slowest input once more, and once for its memory."""
    data = (folder / "slowest").read_bytes()
    try_input = targets()[name].try_input
    began = time.process_time()
    with contextlib.suppress(Exception):
        try_input(data)
    took = time.process_time() - began
    tracemalloc.start()
    with contextlib.suppress(Exception):
        try_input(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"{took * 1000:.0f} ms and {peak / 1e6:.1f} MB for {len(data)} bytes"


def main(arguments: list[str] | None = None) -> int:
    """Fuzz the targets one after the other, and tell what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    names = ["json", "ical", "rrule", "servicenow", "tools", "tables"]
    parser.add_argument("target", nargs="+", choices=names)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs of findings")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    seconds = options.minutes * 60
    if options.inside:
        run_atheris(options.target[0], seconds, options.inside, options.seed)
    failed = False
    for name in options.target:
        folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-", dir=options.keep))
        began = time.monotonic()
        plain = options.plain or importlib.util.find_spec("atheris") is None
        if plain:
            run_plain(name, seconds, folder, options.seed)
            coverage = "mutated without coverage"
        else:
            coverage = f"atheris: {_watched(name, options, folder)}"
        figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
        took = time.monotonic() - began
        tell(
            f"{name}: {figures['inputs']} inputs in {took:.0f} s, {figures['read']} read, "
            f"{len(figures['found'])} findings; peak {figures['peak_mb']} MB; "
            f"slowest {_again(name, folder)}; {coverage}; {folder}"
        )
        failed |= bool(figures["found"])
    return int(failed)


if __name__ == "__main__":
    os.environ["PYTHONTZPATH"] = ""
    sys.exit(main())
