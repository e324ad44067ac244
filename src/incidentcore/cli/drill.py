"""``incidentcore drill``: run an incident drill with its bot instead of people, and score it."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any, Final

from incidentcore import simulation
from incidentcore._checks import nearest
from incidentcore._terminal import printable
from incidentcore.cli.inputs import add_form, instant_or_now, need_effect
from incidentcore.errors import InvalidValueError
from incidentcore.pages import Page
from incidentcore.simulation import DrillReport, lint_drill, load_drill, rehearse, score_drill
from incidentcore.words.words import span_text

SHIPPED: Final = Path(simulation.__file__).parent / "scenarios"


def add_drill(commands: Any) -> None:
    """Add the ``drill`` command to the command line."""
    names = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.toml")))
    command = commands.add_parser("drill", help="run a drill against its bot and score it")
    add = command.add_argument
    add("file", type=Path, metavar="FILE.toml", help=f"the drill, or one of: {names}")
    add(
        "--speed",
        type=float,
        metavar="N",
        help="show it as it happens, N times as fast as the clock; 1 is real time. Without it the "
        "whole drill is over at once",
    )
    add(
        "--now",
        metavar="TIME",
        help="when it starts, an ISO time, which is in UTC if it has no offset; the clock's by "
        "default",
    )
    add("--show", action="store_true", help="print the file, to write your own")
    command.set_defaults(run=_run)
    add_form(command, "json", "markdown", "html")


def _run(arguments: argparse.Namespace) -> Page | str:
    path: Path = arguments.file
    shipped = SHIPPED / f"{path.name}.toml"
    if not path.exists() and shipped.exists():
        path = shipped
    if not path.exists() and path.suffix in ("", ".toml"):
        names = sorted(one.stem for one in SHIPPED.glob("*.toml"))
        allowed = f"a file, or one of {', '.join(names)}{nearest(path.stem, names)}"
        raise InvalidValueError("FILE.toml", str(path), allowed)
    if arguments.show:
        need_effect(arguments, ("form", "speed", "now"), "not with --show, which prints the file")
        return path.read_text("utf-8", "replace").strip()
    drill = load_drill(path.read_bytes(), source=str(arguments.file))
    for finding in lint_drill(drill):
        print(f"{finding.code}: {printable(str(finding))}", file=sys.stderr)
    start = instant_or_now(arguments, "now", None).replace(second=0, microsecond=0)
    records = rehearse(drill, started_at=start)
    report = score_drill(drill, records, started_at=start, now=start + drill.lasts)
    if arguments.speed is not None:
        if not arguments.speed > 0:
            raise InvalidValueError("--speed", arguments.speed, "a number above 0; 1 is real time")
        _play(report, arguments.speed)
    return report.page()


def _play(report: DrillReport, speed: float) -> None:
    at = report.started_at
    for entry in report.timeline:
        sleep((entry.at - at) / timedelta(seconds=speed))
        at = entry.at
        line = f"{span_text(at - report.started_at):>6}  {entry.kind:<10}  {entry.text}"
        print(printable(line), flush=True)
    sleep((report.now - at) / timedelta(seconds=speed))
    print()
