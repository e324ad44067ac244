"""The sections of a report; each is included only if the source and the desk have data for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any, Final

import attrs

from incidentcore.kpi import AgeBuckets, Kpi, KpiResult, KpiTable
from incidentcore.kpi.group_keys import label
from incidentcore.kpi.table import ALL, group_cell
from incidentcore.pages import Section
from incidentcore.report.figures import VOLUME
from incidentcore.report.tally import Tally
from incidentcore.vendors import ImportFinding, StateCheck
from incidentcore.vendors.kit.findings import OF_WORDS
from incidentcore.words import Phrase

_CHANGES: Final = 6
_VALUE: Final = 30  # characters of a value that are shown
_MONTHS: Final = 13
_LISTED: Final = (*OF_WORDS, "state_without_time")
_WORDS: Final = 20  # unknown words of a code that have a line each


def _groups(table: KpiTable) -> list[tuple[object, ...]]:
    """Return the groups of a table in their order, the total last."""
    return list(dict.fromkeys(result.group for result in table.results))


def uncovered(table: KpiTable) -> list[str]:
    """Return the ids of KPIs that have no value in any group because the source lacks data."""
    found: dict[str, list[KpiResult]] = {}
    for row in table.results:
        found.setdefault(row.kpi, []).append(row)
    return [
        kpi
        for kpi, rows in found.items()
        if not any(row.n or row.value for row in rows)
        and any(row.excluded.get("not_covered") for row in rows)
    ]


def volume_section(table: KpiTable) -> Section:
    """Return the section on how many records were opened and closed, and are open, by group."""
    absent = uncovered(table)
    shown = {head: kpi for head, kpi in VOLUME.items() if kpi.id not in absent}
    values = {
        (row.kpi, row.group): None
        if not row.value and row.excluded.get("not_covered")
        else row.value
        for row in table.results
    }
    rows, data = [], []
    for group in _groups(table):
        counts = {head: values.get((kpi.id, group), 0) for head, kpi in shown.items()}
        cells = ("-" if count is None else f"{count:,}" for count in counts.values())
        rows.append([*map(group_cell, group), *cells])
        names = (None if value is None else label(value) for value in group)
        data.append({**dict(zip(table.groups, names, strict=True)), **counts})
    heads = [*table.groups, *shown]
    return Section.of_rows(
        "volume",
        "Volume and backlog",
        heads,
        rows,
        numbers=range(len(table.groups), len(heads)),
        text=_absent([head for head, kpi in VOLUME.items() if kpi.id in absent]),
        none="no records",
        data=data,
    )


def _absent(names: Sequence[str]) -> tuple[str, ...]:
    text = "Left out, since the source does not cover them: {names}."
    return (Phrase(text, names=tuple(map(Phrase, names))),) * bool(names)


def kpi_section(table: KpiTable, names: Iterable[str], text: str = "") -> Section:
    """Return the section on the KPIs by group, each with the records counted and left out."""
    absent = [name for name in uncovered(table) if name in set(names)]
    wanted = set(names) - {kpi.id for kpi in VOLUME.values()} - set(absent)
    part = attrs.evolve(table, results=tuple(r for r in table.results if r.kpi in wanted))
    return Section(
        key="kpis",
        title=Phrase("KPIs by {fields}", fields=tuple(map(Phrase, table.groups)))
        if table.groups
        else "KPIs",
        text=(*((text,) if text else ()), *_absent(absent)),
        table=part.cells() if len(part) else None,
        lines="" if len(part) else "no records",
        data=part.to_plain(),
    )


def flow_sections(tally: Tally) -> list[Section]:
    """Return two sections: records that came in and went out by month, and open records by age."""
    seen = {12 * int(m[:4]) + int(m[5:]) - 1 for m in (*tally.came_in, *tally.went_out)}
    gaps = (range(a, b) if b - a <= _MONTHS else [a] for a, b in pairwise(sorted(seen)))
    rows: list[dict[str, Any]] = []
    backlog = 0
    for number in chain(*gaps, [max(seen)] if seen else []):
        month = f"{number // 12:04}-{number % 12 + 1:02}"
        came, went = tally.came_in[month], tally.went_out[month]
        backlog += came - went
        row = {"period": month, "came_in": came, "went_out": went, "growth": came - went}
        rows.append({**row, "open": backlog})
    cells = [
        [str(row["period"]), *(f"{row[name]:,}" for name in ("came_in", "went_out", "open"))]
        for row in rows[-_MONTHS:]
    ]
    sections = []
    if rows:
        heads = ["month", "came in", "went out", "open at its end"]
        title = "Month by month"
        text = ("A reopened record comes in again; the last month may be incomplete.",)
        flow = Section.of_rows("flow", title, heads, cells, numbers={1, 2, 3}, text=text, data=rows)
        sections.append(flow)
    if tally.open_by_age:
        ages = [{"age": age, "open": tally.open_by_age[age]} for age in AgeBuckets().labels]
        lines = [[str(row["age"]), f"{row['open']:,}"] for row in ages]
        heads, title = ["age", "open"], "Age of the backlog"
        sections.append(Section.of_rows("aging", title, heads, lines, numbers={1}, data=ages))
    return sections


def tool_section(table: KpiTable, times: Sequence[str], rates: Sequence[str]) -> Section:
    """Return the section on the figures that the source tool itself reported."""
    found = {(row.kpi, row.group): row for row in table.results}
    rows = []
    for name in times:
        for group in [*_groups(table)[-1:], *_groups(table)[:-1]]:
            mean = found[f"mean_{name}", group]
            three = [mean, *(found.get((f"{kind}_{name}", group)) for kind in ("median", "p90"))]
            rows.append(
                [
                    name,
                    *map(group_cell, group),
                    f"{mean.n:,}",
                    *("-" if row is None else row.text().removesuffix(" h") for row in three),
                ]
            )
    headings = ["hours", *table.groups, "n", "mean", "median", "p90"]
    numeric = [False, *(False for _ in table.groups), True, True, True, True]
    total = (ALL,) * len(table.groups)
    shares = [
        [row.kpi, row.text(), row.counted(), Phrase(row.of)]
        for name in rates
        if (row := found.get((name, total))) is not None
    ]
    wanted = {f"{kind}_{name}" for kind in ("mean", "median", "p90") for name in times}
    part = attrs.evolve(
        table, results=tuple(r for r in table.results if r.kpi in wanted | set(rates))
    )
    heads = ["share", "value", "records", "denominator"]
    below = Section(
        key="tool_shares", title="Shares", table=(heads, shares, [False, True, True, False])
    )
    return Section(
        key="tool",
        title="The tool's own figures",
        table=(headings, rows, numeric),
        parts=(below,) * bool(shares),
        data=part.to_plain()["rows"],
    )


def state_section(tally: Tally, example: str = "") -> Section:
    """Return the section on state changes that the lifecycles refuse, with one explained."""
    lines = [_check(check) for check in tally.checks]
    first = example or tally.refusal
    if first:
        head = Phrase("one of them:" if not example else "one refused transition:")
        lines += ["", head, Phrase("  {first}", first=first)]
    checks = [{**attrs.asdict(one), "changes": dict(one.changes)} for one in tally.checks]
    data = {"rows": checks, "example": first or None}
    return Section(key="states", title="State changes", lines=Phrase.joined(lines), data=data)


def _check(check: StateCheck) -> str:
    text = Phrase(
        "{lifecycle}: {refused} of {observed} state changes refused, in {incidents} incidents",
        **attrs.asdict(check, filter=lambda field, _: field.name != "changes"),
    )
    frequent = Counter(check.changes).most_common(_CHANGES)
    if frequent:
        changes = tuple(f"{change} {count:,}" for change, count in frequent)
        text = Phrase("{text}\n  {changes}", text=text, changes=changes)
        more = len(check.changes) - len(frequent)
        if more:
            text = Phrase("{text}, and {more} more kinds", text=text, more=more)
    return text


def findings_section(findings: Sequence[ImportFinding]) -> Section:
    """Return the section on the importer's findings.

    It shows the first finding of each code and field, and each value of those about a word.
    """
    codes: Counter[str] = Counter()
    counts: dict[str, Counter[tuple[str, str]]] = {}
    firsts: dict[tuple[str, str, str], ImportFinding] = {}
    for finding in findings:
        code = finding.code
        word = (finding.field, finding.value if code in _LISTED else "")
        codes[code] += finding.count
        counts.setdefault(code, Counter())[word] += finding.count
        firsts.setdefault((code, *word), finding)
    data: list[dict[str, Any]] = []
    for code, _ in codes.most_common():
        words = counts[code].most_common()
        data += [_finding(firsts[code, *word], count) for word, count in words[:_WORDS]]
        if rest := words[_WORDS:]:
            action = Phrase("{count} more", count=len(rest))
            more = ImportFinding(0, "", "", code, action)
            data.append(_finding(more, sum(count for _, count in rest)))
    rows = [
        [
            row["code"],
            f"{row['count']:,}",
            str(row["first_row"] or row["first_record"]),
            row["field"],
            row["value"][:_VALUE],
            action if isinstance(action := row["action"], Phrase) else Phrase(action),
        ]
        for row in data
    ]
    heads = ["finding", "count", "first", "field", "value", "what was done"]
    title = "Findings about the file"
    return Section.of_rows("findings", title, heads, rows, numbers={1, 2}, none="none", data=data)


def _finding(finding: ImportFinding, count: int) -> dict[str, Any]:
    return {
        "code": finding.code,
        "count": count,
        "first_row": finding.row,
        "first_record": finding.key,
        "field": finding.field,
        "value": finding.value[:200],
        "action": finding.action,
    }


def definitions_section(kpis: Iterable[Kpi], table: KpiTable, clocks: KpiTable) -> Section:
    """Return the section on what each figure means, with the content id of its definition."""
    absent = uncovered(table)
    data = [
        {
            "figure": kpi.id,
            "title": kpi.title,
            "formula": kpi.formula,
            "edge_cases": kpi.edge_cases,
            "source": kpi.source,
            "definition": kpi.definition,
        }
        for kpi in kpis
        if kpi.id not in absent
    ]
    for row in clocks.results:
        if row.group[-1] == ALL:
            name = Phrase("sla_compliance of {clock}", clock=row.group[0])
            formula = "clocks met / (met + breached), with Wilson's interval at 95 %"
            data.append({"figure": name, "formula": formula, "definition": row.definition})
    text = tuple(map(_definition, data))
    return Section(key="definitions", title="Definitions", text=text, data=data)


def _definition(row: Mapping[str, str]) -> str:
    said = (row.get(name, "") for name in ("title", "formula", "edge_cases"))
    parts = [Phrase("{figure}:", figure=row["figure"])]
    parts += [Phrase(text if text.endswith(".") else f"{text}.") for text in said if text]
    if row.get("source"):
        parts.append(Phrase("Source: {source}.", source=Phrase(row["source"])))
    parts.append(Phrase("Definition {definition}.", definition=row["definition"]))
    return Phrase.joined(parts, " ")
