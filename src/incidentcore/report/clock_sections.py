"""The sections on a desk's targets: compliance, the worst breach, escalations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore.desk import Desk
from incidentcore.desk.file import desk_mapping
from incidentcore.desk.words import in_hours
from incidentcore.digest import content_id
from incidentcore.kpi import KpiResult, KpiTable
from incidentcore.kpi.group_keys import order
from incidentcore.kpi.table import ALL, group_cell, hours
from incidentcore.pages import Section
from incidentcore.report.figures import compliance
from incidentcore.report.tally import Tally
from incidentcore.sla.trace import Trace
from incidentcore.words import Phrase, Words

_TRACE_HEAD: Final = 14
_TRACE_TAIL: Final = 6


def compliance_table(tally: Tally, groups: Sequence[str], as_of: datetime) -> KpiTable:
    """Return the share of clocks that met their target, by clock and group, with its interval.

    Clocks that are neither met nor breached are counted as left out, by reason.
    """
    results: list[KpiResult] = []
    for name, clock in tally.clocks.items():
        counts = {key[1]: count for key, count in tally.outcomes.items() if key[0] == name}
        total = sum(counts.values(), Counter[str]())
        if not total.keys() - {"no_sla", "not_covered"}:
            continue
        rows = {each: counts[each] for each in sorted(counts, key=order)}
        rows[(ALL,) * len(groups)] = total
        definition = content_id(clock)
        results += [
            compliance(row, definition=definition, group=(name, *group))
            for group, row in rows.items()
        ]
    return KpiTable(results=tuple(results), groups=("clock", *groups), as_of=as_of)


def compliance_section(table: KpiTable, tally: Tally, desk: Desk) -> Section:
    """Return the section on how the clocks ended, with their targets."""
    shown = {row.group[0] for row in table.results}
    said = [
        Phrase(
            "Service {name}, {clock}: {targets}.", name=name, clock=clock, targets=_said(targets)
        )
        for name, service in desk_mapping(desk).get("services", {}).items()
        for clock, targets in _promised(service, tally.clocks)
    ]
    missing = [
        Phrase(
            "The clock {name} cannot be judged: the source does not cover {fields}.",
            name=name,
            fields=tuple(sorted(fields)),
        )
        for name, fields in tally.missing.items()
        if name not in shown
    ]
    missing += [
        Phrase(
            "For the clock {name} the source has no history of {fields}: a pause counts as open "
            "time, and the value given holds throughout.",
            name=name,
            fields=tuple(sorted(fields)),
        )
        for name, fields in tally.unknown.items()
        if name in shown and fields
    ]
    words = "Compliance is met of met and breached; open clocks are left out, overdue or not."
    both = "A resolution stops the clock {clock} too, so its n includes records without a response."
    notes = [words] if shown else []
    notes += [Phrase(both, clock="response")] if "response" in shown else []
    return Section(
        key="sla",
        title="SLA compliance",
        text=(*said, *missing, *notes),
        table=table.cells() if shown else None,
        data=table.to_plain(),
    )


def _promised(service: Mapping[str, Any], names: Iterable[str]) -> Iterable[tuple[str, Any]]:
    own = {name: one["targets"] for name, one in service.get("clocks", {}).items()}
    tables = {**own, **service}
    return [(name, tables[name]) for name in names if name in tables]


def _said(targets: str | dict[str, str]) -> str:
    if isinstance(targets, str):
        return in_hours(targets)
    return ", ".join(f"{level} {in_hours(target)}" for level, target in targets.items())


@attrs.frozen
class _ShortTrace:
    """A trace whose text has at most about twenty lines."""

    trace: Trace

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        lines = self.trace.in_words(words, zone).split("\n")
        left_out = len(lines) - _TRACE_HEAD - _TRACE_TAIL
        if left_out > 1:
            text = Phrase("… {count} more lines of the same kind …", count=left_out)
            lines[_TRACE_HEAD:-_TRACE_TAIL] = [text.in_words(words)]
        return "\n".join(lines)


def worst_section(tally: Tally) -> Section:
    """Return the section that traces the clock of the worst breach, line by line."""
    title = "The worst breach"
    if tally.worst is None:
        return Section(key="worst", title=title, lines="none: no clock went over its target")
    status, incident = tally.worst
    name = status.definition.name if status.definition is not None else ""
    trace = status.trace
    data = {
        "record": incident.id,
        "definition": name,
        "target_hours": None if status.target is None else hours(status.target),
        "over_target_hours": hours(status.over_target),
        "breached_at": None if status.breached_at is None else status.breached_at.isoformat(),
        "trace": [
            {
                "start": entry.interval.start.isoformat(),
                "end": entry.interval.end.isoformat(),
                "code": entry.code,
                "text": entry.text,
                "counted_hours": hours(entry.counted),
            }
            for entry in trace
        ],
    }
    return Section(
        key="worst",
        title=title,
        text=(
            incident.id if incident.title == incident.id else f"{incident.id}: {incident.title}",
            Phrase(
                "Priority {priority}, {name}, {over} open time over its target; times in {zone}.",
                priority=group_cell(incident.priority),
                name=name,
                over=status.over_target,
                zone=trace.zone.key,
            ),
        ),
        lines=Phrase("{trace}", trace=_ShortTrace(trace)),
        data=data,
    )


def escalation_section(tally: Tally) -> Section:
    """Return the section on which escalations became due, how often, and the latest few."""
    names = ("row", "level", "target", "mode", "count")
    fired = [(*key, count) for key, count in sorted(tally.fired.items())]
    total, latest = tally.fired.total(), tally.latest
    lines = [
        Phrase(
            "{at}  {record} -> {targets}: {why}",
            at=f"{one.due_at.astimezone(tally.zone):%Y-%m-%d %H:%M %Z}",
            record=one.record_id,
            targets=one.targets,
            why=one,
        )
        for one in latest
    ]
    plain = {
        "fell_due": total,
        "lapsed": tally.lapsed,
        "rows": [dict(zip(names, row, strict=True)) for row in fired],
        "latest": [
            {"key": one.key, "due_at": one.due_at.isoformat(), "why": one.why} for one in latest
        ],
    }
    if not total:
        return Section(key="escalations", title="Escalations", lines="none fell due", data=plain)
    cells = [
        [row, str(level), targets, Phrase(mode), f"{count:,}"]
        for row, level, targets, mode, count in fired
    ]
    heads = ["row", "level", "to", "mode", "fell due"]
    text = Phrase(
        "{total} fell due; {lapsed} of them were answered or resolved since.",
        total=total,
        lapsed=tally.lapsed,
    )
    return Section(
        key="escalations",
        title="Escalations",
        text=(text,),
        table=(heads, cells, [False, True, False, False, True]),
        parts=(Section(key="latest", title="The latest", lines=Phrase.joined(lines)),),
        data=plain,
    )
