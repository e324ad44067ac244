"""The report as a page to read and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from incidentcore.kpi import ALL, KpiResult, KpiTable
from incidentcore.kpi.group_keys import label
from incidentcore.kpi.table import hours
from incidentcore.kpi.text_table import to_text
from incidentcore.report.rules import VOLUME
from incidentcore.report.tally import OUTCOMES, Tally
from incidentcore.sla import span_text
from incidentcore.values import Priority
from incidentcore.vendors import ImportFinding, StateCheck

__all__ = [
    "Report",
    "Section",
    "compliance_section",
    "escalation_section",
    "findings_section",
    "kpi_section",
    "state_section",
    "tool_section",
    "volume_section",
    "worst_section",
]

_TRACE_HEAD: Final = 14
_TRACE_TAIL: Final = 6
_CHANGES: Final = 6


@attrs.frozen(kw_only=True)
class Section:
    """A part of a report.

    Attributes:
        key: Its name in the plain data.
        title: Its heading.
        text: Its body to read.
        data: The same as plain data.
    """

    key: str
    title: str
    text: str
    data: Any


@attrs.frozen
class Report:
    """A page: what it is about, and its sections.

    Attributes:
        title: The heading.
        about: Pairs of name and value: the source, the instant, the zone.
        sections: The parts in order.
    """

    title: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        wide = max((len(name) for name, _ in self.about), default=0)
        lines = [self.title, "=" * len(self.title), ""]
        lines += [f"{name:<{wide}}  {value}".rstrip() for name, value in self.about]
        for section in self.sections:
            lines += ["", section.title, "-" * len(section.title), section.text]
        return "\n".join(lines)

    def to_plain(self) -> dict[str, Any]:
        """Return the report as plain data that JSON can hold."""
        return {
            "title": self.title,
            "about": dict(self.about),
            **{section.key: section.data for section in self.sections},
        }


def _groups(table: KpiTable) -> list[tuple[object, ...]]:
    """Return the groups of a table in its order, the total last."""
    return list(dict.fromkeys(result.group for result in table.results))


def volume_section(table: KpiTable) -> Section:
    """Return how many records were opened, closed and are open, by group; ``-`` where unknown."""
    found = {
        (row.kpi, row.group): None
        if not row.value and row.excluded.get("not_covered")
        else row.value
        for row in table.results
    }
    rows, data = [], []
    for group in _groups(table):
        counts = {head: found.get((kpi.id, group), 0) for head, kpi in VOLUME.items()}
        shown = ("-" if count is None else f"{count:,}" for count in counts.values())
        rows.append([*map(label, group), *shown])
        names = (None if value is None else label(value) for value in group)
        data.append({**dict(zip(table.groups, names, strict=True)), **counts})
    headings = [*table.groups, *VOLUME]
    numeric = [False] * len(table.groups) + [True] * len(VOLUME)
    return Section(
        key="volume",
        title="Volume and backlog",
        text=to_text(headings, rows, numeric),
        data=data,
    )


def kpi_section(table: KpiTable, names: Iterable[str], text: str = "") -> Section:
    """Return the KPIs with n and exclusions, by group."""
    wanted = set(names) - {kpi.id for kpi in VOLUME.values()}
    part = attrs.evolve(table, results=tuple(r for r in table.results if r.kpi in wanted))
    shown = str(part) if len(part) else "none: no records"
    return Section(
        key="kpis",
        title=f"KPIs by {', '.join(table.groups)}" if table.groups else "KPIs",
        text=f"{text}\n\n{shown}" if text else shown,
        data=part.to_plain(),
    )


def tool_section(table: KpiTable, times: Sequence[str], rates: Sequence[str]) -> Section:
    """Return the figures that the tool itself reports, in the form of a reference table.

    Args:
        table: The table with groups and totals.
        times: Names of times; each has a mean, a median and a 90th percentile.
        rates: Names of rates.
    """
    found = {(row.kpi, row.group): row for row in table.results}
    rows = []
    for name in times:
        for group in [*_groups(table)[-1:], *_groups(table)[:-1]]:
            three = [found.get((f"{kind}_{name}", group)) for kind in ("mean", "median", "p90")]
            if three[0] is not None:
                rows.append(
                    [name, *map(label, group), f"{three[0].n:,}", *(_hours(row) for row in three)]
                )
    headings = ["hours", *table.groups, "n", "mean", "median", "p90"]
    numeric = [False, *(False for _ in table.groups), True, True, True, True]
    text = to_text(headings, rows, numeric)
    total = (ALL,) * len(table.groups)
    shares = [found[name, total] for name in rates if (name, total) in found]
    if shares:
        lines = [
            [row.kpi, row.text(), f"{row.numerator:,} of {row.denominator:,}", row.of]
            for row in shares
        ]
        text += "\n\n" + to_text(
            ["share", "value", "records", "denominator"], lines, [False, True, True, False]
        )
    wanted = {f"{kind}_{name}" for kind in ("mean", "median", "p90") for name in times}
    wanted.update(rates)
    part = attrs.evolve(table, results=tuple(r for r in table.results if r.kpi in wanted))
    return Section(
        key="tool", title="The tool's own figures", text=text, data=part.to_plain()["rows"]
    )


def _hours(row: KpiResult | None) -> str:
    return "-" if row is None else row.text().removesuffix(" h")


def compliance_section(tally: Tally, text: str) -> Section:
    """Return how the clocks ended, by SLA and priority."""
    ranks = {level.name: level.rank for level in Priority.scale}
    counts: dict[tuple[str, str], Counter[str]] = {}
    for (promise, priority), found in tally.compliance.items():
        for group in (priority, ALL):
            counts.setdefault((promise, group), Counter()).update(found)
    keys = sorted(
        counts, key=lambda key: (key[0] != "response", key[1] == ALL, ranks.get(key[1], 99), key[1])
    )
    rows = [[*key, *_compliance(counts[key])] for key in keys]
    data = [{"promise": key[0], "priority": key[1], **_plain_counts(counts[key])} for key in keys]
    headings = ["promise", "priority", "compliance", *(name.replace("_", " ") for name in OUTCOMES)]
    table = to_text(headings, rows, [False, False, *(True for _ in headings[2:])])
    words = "Compliance is met of met and breached; clocks that still run or pause are apart."
    return Section(
        key="sla",
        title="SLA compliance",
        text=f"{text}\n{words}\n\n{table}",
        data=data,
    )


def _rate(counts: Counter[str]) -> float | None:
    ended = counts["met"] + counts["breached"]
    return counts["met"] / ended if ended else None


def _compliance(counts: Counter[str]) -> list[str]:
    rate = _rate(counts)
    shown = "-" if rate is None else f"{100 * rate:.2f} %"
    return [shown, *(f"{counts[name]:,}" for name in OUTCOMES)]


def _plain_counts(counts: Counter[str]) -> dict[str, Any]:
    return {"compliance": _rate(counts), **{name: counts[name] for name in OUTCOMES}}


def worst_section(tally: Tally) -> Section:
    """Return the worst breach of the resolution SLA, line by line."""
    title = "The worst breach"
    if tally.worst is None:
        return Section(key="worst", title=title, text="none: every promise was kept", data=None)
    status, incident = tally.worst
    name = status.definition.name if status.definition is not None else ""
    trace = status.trace
    lines = str(trace).split("\n")
    if len(lines) > _TRACE_HEAD + _TRACE_TAIL + 1:
        left_out = len(lines) - _TRACE_HEAD - _TRACE_TAIL
        lines[_TRACE_HEAD:-_TRACE_TAIL] = [f"… {left_out} more lines of the same kind …"]
    over = f"{span_text(status.over_target)} open time over its target; times in {trace.zone.key}"
    head = [
        f"{incident.id}: {incident.title}" if incident.title != incident.id else incident.id,
        f"priority {label(incident.priority)}, {name}, {over}",
        "",
    ]
    data = {
        "record": incident.id,
        "definition": name,
        "target_hours": None if status.target is None else hours(status.target),
        "over_target_hours": hours(status.over_target),
        "breached_at": _iso(status.breached_at),
        "trace": [
            {
                "start": _iso(entry.interval.start),
                "end": _iso(entry.interval.end),
                "code": entry.code,
                "text": entry.text,
                "counted_hours": hours(entry.counted),
            }
            for entry in trace
        ],
    }
    return Section(key="worst", title=title, text="\n".join([*head, *lines]), data=data)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def escalation_section(tally: Tally) -> Section:
    """Return which escalations became due, how often, and the latest few."""
    rows = [
        [row, str(level), target, mode, f"{count:,}"]
        for (row, level, target, mode), count in sorted(tally.fired.items())
    ]
    total = tally.fired.total()
    latest = tally.latest()
    if not rows:
        text = "none fell due"
    else:
        text = f"{total:,} fell due; {tally.lapsed:,} of them were answered or resolved since\n\n"
        text += to_text(
            ["row", "level", "to", "mode", "fell due"], rows, [False, True, False, False, True]
        )
        text += "\n\nthe latest:\n"
        text += "\n".join(
            f"  {one.due_at:%Y-%m-%d %H:%M} UTC  {one.record_id} -> "
            f"{', '.join(map(str, one.targets))}: {one.why}"
            for one in latest
        )
    data = {
        "fell_due": total,
        "lapsed": tally.lapsed,
        "levels": [
            {"row": row, "level": level, "target": target, "mode": mode, "count": count}
            for (row, level, target, mode), count in sorted(tally.fired.items())
        ],
        "latest": [{"key": one.key, "due_at": _iso(one.due_at), "why": one.why} for one in latest],
    }
    return Section(key="escalations", title="Escalations", text=text, data=data)


def state_section(tally: Tally, example: str = "") -> Section:
    """Return which state changes the lifecycles refuse, with one refusal explained."""
    lines = [_check(check) for check in tally.checks]
    first = example or tally.refusal
    if first:
        lines += ["", "one of them:" if not example else "one refused transition:", f"  {first}"]
    data = {
        "checks": [
            {
                "lifecycle": check.lifecycle,
                "observed": check.observed,
                "refused": check.refused,
                "incidents": check.incidents,
                "changes": dict(check.changes),
            }
            for check in tally.checks
        ],
        "example": first or None,
    }
    return Section(key="states", title="State changes", text="\n".join(lines), data=data)


def _check(check: StateCheck) -> str:
    text = (
        f"{check.lifecycle}: {check.refused:,} of {check.observed:,} state changes refused, in "
        f"{check.incidents:,} incidents"
    )
    frequent = Counter(check.changes).most_common(_CHANGES)
    if frequent:
        changes = ", ".join(f"{change} {count:,}" for change, count in frequent)
        more = len(check.changes) - len(frequent)
        text += f"\n  {changes}" + (f", and {more} more kinds" if more else "")
    return text


def findings_section(findings: Sequence[ImportFinding]) -> Section:
    """Return the importer's findings by code, with the first of each."""
    counts: Counter[str] = Counter()
    firsts: dict[str, ImportFinding] = {}
    for finding in findings:
        counts[finding.code] += finding.count
        firsts.setdefault(finding.code, finding)
    rows = [
        [code, f"{count:,}", _first(firsts[code]), firsts[code].field, firsts[code].action]
        for code, count in counts.most_common()
    ]
    text = to_text(
        ["finding", "count", "first", "field", "what was done"],
        rows,
        [False, True, True, False, False],
    )
    return Section(
        key="findings",
        title="Findings about the file",
        text=text if rows else "none",
        data=[
            {
                "code": code,
                "count": count,
                "first_row": firsts[code].row,
                "first_record": firsts[code].key,
                "field": firsts[code].field,
                "value": firsts[code].value[:200],
                "action": firsts[code].action,
            }
            for code, count in counts.most_common()
        ],
    )


def _first(finding: ImportFinding) -> str:
    return str(finding.row) if finding.row else finding.key
