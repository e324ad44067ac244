"""``incidentcore compare``: how two desk files differ, in their rules or for a log's incidents."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import attrs

from incidentcore._checks import need_whole
from incidentcore.cli import inputs
from incidentcore.desk import RuleDifference, diff_rules
from incidentcore.desk.compare import facts_text
from incidentcore.escalation import EscalationLevel
from incidentcore.escalation.escalation import why_text
from incidentcore.pages import Page, Section
from incidentcore.sla import SlaTarget
from incidentcore.whatif import compare_rules
from incidentcore.words.words import span_text

_ABOUT: Final = (
    "Print the rules that differ between two desk files. With FILE, also print what differs for "
    "its incidents: results of clocks, and which escalations and updates are due, when and for "
    "whom. People are compared by who is on call when an escalation becomes due."
)


def add_compare(commands: Any) -> None:
    """Add the ``compare`` command to the command line."""
    about = "print what another desk file would change, for how many and why"
    command = commands.add_parser("compare", help=about, description=_ABOUT)
    add = command.add_argument
    add("before", type=Path, metavar="BEFORE.toml", help="the rules as they are")
    add("after", type=Path, metavar="AFTER.toml", help="as they would be")
    inputs.add_file(command, nargs="?")
    add("--by", action="append", metavar="FIELD,…", help="break the changes down")
    add("--witnesses", type=int, default=10, metavar="N", help="how many changes to show")
    command.set_defaults(run=_run)
    inputs.add_form(command, "json", "markdown", "html")


def _run(arguments: argparse.Namespace) -> Page:
    before, after = (
        inputs.read_desk(argparse.Namespace(desk=path))
        for path in (arguments.before, arguments.after)
    )
    title = f"From {arguments.before.name} to {arguments.after.name}"
    differences = diff_rules(before, after)
    about = ("differences", str(len(differences)))
    section = _in_principle(differences)
    need_whole("--witnesses", arguments.witnesses, least=0)
    if arguments.file is None:
        inputs.need_effect(arguments, (*inputs.READING, "as_of", "by"), "only with FILE")
        return Page(title=title, about=[about], sections=[section])
    options = inputs.reading_options(arguments, before)
    _, incidents, now = inputs.read_incidents(arguments, options)
    zone = options["page_zone"]
    named = inputs.listed(arguments.by or ())
    inputs.need_no_heading("--by", named, options)
    by = [inputs.ALIASES.get(name, name) for name in named]
    comparison = compare_rules(before, after, incidents, now=now, group_by=by)
    page = comparison.page(witnesses=arguments.witnesses, title=title, zone=zone)
    heads = (*inputs.about_page(now, zone), about, *page.about)
    return attrs.evolve(page, about=heads, sections=(section, *page.sections))


def _in_principle(differences: Sequence[RuleDifference]) -> Section:
    rows = [
        [
            one.part,
            "" if one.witness is None else facts_text(one.witness),
            str(getattr(one.before, "name", None) or one.before or "nothing"),
            str(getattr(one.after, "name", None) or one.after or "nothing"),
            ", ".join(_differs(name, one.before, one.after) for name in one.attributes),
            one.answer,
        ]
        for one in differences
    ]
    heads = ["part", "for example", "before", "after", "differs in", "sure"]
    text = () if rows else ("Nothing: each record is judged alike by both.",)
    return Section.of_rows("differences", "What differs in principle", heads, rows, text=text)


def _differs(name: str, before: Any, after: Any) -> str:
    values = [getattr(side, name, None) for side in (before, after)]
    if all(isinstance(value, timedelta | str | SlaTarget) for value in values):
        shown = [span_text(one) if isinstance(one, timedelta) else str(one) for one in values]
        return f"{name} {shown[0] or 'nothing'} -> {shown[1] or 'nothing'}"
    if name == "levels":  # of an escalation
        pairs = enumerate(zip_longest(before.levels, after.levels), 1)
        return ", ".join(_level(place, *both) for place, both in pairs if both[0] != both[1])
    return name


def _level(place: int, before: EscalationLevel | None, after: EscalationLevel | None) -> str:
    """Return in what one level of an escalation differs: when, whom, on which rota, or how."""
    if before is None or after is None:
        shown = ["nothing" if one is None else _whom(one) for one in (before, after)]
        return f"level {place}: {' -> '.join(shown)}"
    found = []
    for text in (_when, _whom, _rotas):
        mine, other = text(before), text(after)
        if mine != other:
            found.append(f"{mine} -> {other}")
    names = ("trigger", "targets", "mode", "until", "during")
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return f"level {place}: {'; '.join(found) or ' and '.join(changed)}"


def _when(level: EscalationLevel) -> str:
    return why_text(level.why_code, level.why_data)


def _whom(level: EscalationLevel) -> str:
    return " and ".join(map(str, level.targets))


def _rotas(level: EscalationLevel) -> str:
    """Return the layers of the schedules of a level, with those who take turns in order."""
    shown = []
    for schedule in (one.schedule for one in level.targets if one.schedule is not None):
        layers = ("/".join(who or "nobody" for who in one.people) for one in schedule.layers)
        turns = " + ".join(layers)
        shown.append(f"{schedule.name} of {turns}" if turns else schedule.name)
    return " and ".join(shown)
