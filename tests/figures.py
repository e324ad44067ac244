"""Run what takes long, and write its figures where the pages of the proof read them.

Run from the repository's root: ``python -m tests.figures fuzz links``, or without names for every
run; ``bash .ci/run long`` does. Each run is a command that prints its figures. They are read from
what it printed and stand in ``docs/proof/figures.json`` with the command, the commit, the date and
whether it passed, so no figure is typed. A run that prints no figures leaves the file as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = Path("docs", "proof", "figures.json")
Figures = dict[str, Any]


def numbers(pattern: str) -> Callable[[str], Figures]:
    """Return what reads the last line that matches: each named group is a number."""
    line = re.compile(pattern)

    def read(output: str) -> Figures:
        *_, match = line.finditer(output)
        return {name: int(text.replace(",", "")) for name, text in match.groupdict().items()}

    return read


def tables(output: str) -> Figures:
    """Read the tables that benchmarks print: a title, then indented rows of three columns.

    The third, the target, may be missing.
    """
    found: dict[str, list[list[str]]] = {}
    title = ""
    for line in output.splitlines():
        cells = re.split(r" {2,}", line.strip())
        if line and not line.startswith(" "):
            title = line
        elif title and len(cells) in (2, 3) and cells[0] != "what":
            found.setdefault(title, []).append([*cells, ""][:3])
    if not found:
        raise ValueError("no table was printed")
    return {"tables": found}


@dataclass(frozen=True)
class Run:
    """A command, and what reads its figures from its output."""

    command: str
    read: Callable[[str], Figures]


BENCHMARKS = (
    *("imports", "calendar", "records", "codec", "sla", "escalation", "communication", "desk"),
    *("intake", "kpi", "categorization", "improvement", "frames", "vendors", "report"),
    "simulation",
)
RUNS = {
    "mutants": Run(
        "python -m tests.mutants 400 --seed 1",
        numbers(r"(?P<killed>\d+) killed, (?P<survived>\d+) survived, (?P<equivalent>\d+) equiv"),
    ),
    "calendars": Run(
        "INCIDENTCORE_HYPOTHESIS=million python -m pytest -q -n 0 -p no:cacheprovider "
        "--hypothesis-seed=1 tests/schedule/test_properties.py",
        numbers(r"(?P<tests>\d+) passed"),
    ),
    "crashes_sqlite": Run(
        "python -m tests.adapters.kill_writers sqlite 1000",
        numbers(r"(?P<deaths>\d+) deaths, (?P<events>\d+) events"),
    ),
    "crashes_postgresql": Run(
        "python -m tests.adapters.kill_writers postgresql 200",
        numbers(r"(?P<deaths>\d+) deaths, (?P<events>\d+) events"),
    ),
    "fuzz": Run(
        "python -m tests.fuzz 600",
        numbers(
            r"(?P<seeds>\d+) seeds, (?P<tests>\d+) tests each, (?P<examples>[\d,]+) examples of "
            r"each, (?P<failures>\d+) failed"
        ),
    ),
    "links": Run(
        "python -m tests.links",
        numbers(
            r"(?P<working>\d+) working, (?P<broken>\d+) broken, (?P<unreachable>\d+) not reached"
        ),
    ),
    "pyodide": Run(
        "python -m tests.pyodide",
        numbers(r"(?P<passed>\d+) passed, (?P<failures>\d+) failed"),
    ),
    **{f"benchmark_{name}": Run(f"python -m benchmarks.{name}", tables) for name in BENCHMARKS},
}


def commit() -> str:
    """Return the commit of this checkout; a plus sign follows it where files differ."""
    git = ["git", "-C", str(ROOT)]
    named = subprocess.check_output([*git, "rev-parse", "--short=12", "HEAD"], text=True)  # noqa: S603  git itself
    changed = subprocess.check_output([*git, "status", "--porcelain", "src"], text=True)  # noqa: S603  the same
    return named.strip() + "+" * bool(changed)


def entry(run: Run, output: str, *, passed: bool, seconds: float, of: str) -> Figures:
    """Return what the file holds about one run."""
    return {
        "command": run.command,
        "commit": of,
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "passed": passed,
        "seconds": round(seconds),
        "figures": run.read(output),
    }


def write(name: str, found: Figures, file: Path) -> None:
    """Put an entry into the file, in the order of the runs."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known[name] = found
    ordered = {name: known[name] for name in RUNS if name in known}
    file.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def with_this_python() -> dict[str, str]:
    """Return an environment in which ``python`` is the one that runs this module."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def perform(name: str, file: Path, of: str) -> bool:
    """Run one command, show what it prints, write its figures, and return whether it passed."""
    began = time.monotonic()
    print(f"$ {RUNS[name].command}", flush=True)
    lines = []
    with subprocess.Popen(  # noqa: S603  a command of the table above
        ["/bin/bash", "-c", RUNS[name].command],
        cwd=ROOT, env=with_this_python(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    passed, seconds = not running.returncode, time.monotonic() - began
    try:
        found = entry(RUNS[name], "".join(lines), passed=passed, seconds=seconds, of=of)
    except ValueError as problem:
        print(f"{name}: no figures: {problem}")
        return False
    write(name, found, file)
    return passed


def main(arguments: Iterable[str] | None = None) -> int:
    """Run what is named, or everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[[], *RUNS])
    parser.add_argument("--file", type=Path, default=ROOT / FILE)
    parser.add_argument("--commit", help="where this is a copy without git")
    given = parser.parse_args(arguments)
    of = given.commit or commit()
    results = [perform(name, given.file, of) for name in given.names or RUNS]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
