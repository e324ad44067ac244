"""``incidentcore compare``: two desk files, by their definitions or on the incidents of a log."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from incidentcore.cli.inputs import add_file, add_form, read_desk, read_incidents, reading_options
from incidentcore.desk import Desk, diff_rules
from incidentcore.pages import Page, Section
from incidentcore.whatif import compare_rules

__all__ = ["add_compare"]


def add_compare(commands: Any) -> None:
    """Add the ``compare`` command to the command line."""
    command = commands.add_parser(
        "compare", help="print what another desk file would change, for how many and why"
    )
    command.add_argument("before", type=Path, metavar="BEFORE.toml", help="the rules as they are")
    command.add_argument("after", type=Path, metavar="AFTER.toml", help="as they would be")
    add_file(command, nargs="?")
    command.add_argument("--by", action="append", metavar="FIELD", help="break the changes down")
    command.add_argument(
        "--witnesses", type=int, default=10, metavar="N", help="how many changes to show"
    )
    command.set_defaults(run=_run)
    add_form(command, "json", "markdown", "html")


def _run(arguments: argparse.Namespace) -> Page:
    before, after = (
        read_desk(argparse.Namespace(desk=path)) for path in (arguments.before, arguments.after)
    )
    title = f"From {arguments.before.name} to {arguments.after.name}"
    if arguments.file is None:
        return _in_principle(before, after, title)
    _, incidents, now = read_incidents(arguments, reading_options(arguments, before))
    comparison = compare_rules(before, after, incidents, now=now, group_by=arguments.by or ())
    return comparison.page(witnesses=arguments.witnesses, title=title)


def _in_principle(before: Desk, after: Desk, title: str) -> Page:
    found = diff_rules(before, after)
    rows = [
        [
            one.part,
            "" if one.witness is None else _facts(dict(one.witness)),
            str(getattr(one.before, "name", None) or one.before or "nothing"),
            str(getattr(one.after, "name", None) or one.after or "nothing"),
            ", ".join(_differs(name, one.before, one.after) for name in one.attributes),
            one.answer,
        ]
        for one in found
    ]
    heads = ["part", "for example", "before", "after", "differs in", "sure"]
    text = () if rows else ("Nothing: each record is judged alike by both.",)
    section = Section.of_rows("differences", "What differs in principle", heads, rows, text=text)
    return Page(title=title, about=[("differences", str(len(found)))], sections=[section])


def _differs(name: str, before: object, after: object) -> str:
    values = [getattr(side, name, None) for side in (before, after)]
    if all(isinstance(value, timedelta) for value in values):
        return f"{name} {values[0]} -> {values[1]}"
    return name


def _facts(witness: dict[str, object]) -> str:
    return ", ".join(f"{name} {getattr(one, 'name', one)}" for name, one in witness.items())
