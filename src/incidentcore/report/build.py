"""Build a report from records in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidentcore.kpi import GroupBy, finish_partial, gather_kpis
from incidentcore.records import Incident
from incidentcore.report.page import (
    Report,
    Section,
    compliance_section,
    escalation_section,
    findings_section,
    kpi_section,
    state_section,
    tool_section,
    volume_section,
    worst_section,
)
from incidentcore.report.rules import ReportRules
from incidentcore.report.tally import Tally
from incidentcore.vendors import ImportFinding

__all__ = ["build_report"]


def build_report(
    incidents: Iterable[Incident],
    *,
    rules: ReportRules,
    as_of: datetime,
    title: str,
    about: Sequence[tuple[str, str]] = (),
    by: GroupBy = "priority",
    findings: Sequence[ImportFinding] | None = None,
    example: str = "",
    more: Sequence[Section] = (),
) -> Report:
    """Return the report on incidents.

    Args:
        incidents: The incidents; read once, so an iterator is enough.
        rules: What they are compared with.
        as_of: The instant of the report; later events are not seen.
        title: Its heading.
        about: Pairs of name and value to show under the heading.
        by: What KPIs are grouped by.
        findings: What the importer found, read when all incidents have passed; None where the
            incidents were not imported.
        example: One refused transition in words. Defaults to the first of the records.
        more: Further sections at the end.

    Raises:
        InvalidValueError: ``by`` is not a field.
    """
    tally = Tally(rules, as_of)
    part = gather_kpis(rules.kpis, tally.watch(incidents), as_of=as_of, group_by=by)
    table = finish_partial(part, totals=True)
    tool = [kpi.id for kpi in rules.tool_kpis]
    usual = [kpi.id for kpi in rules.kpis if kpi.id not in tool]
    sections = [volume_section(table), kpi_section(table, usual, rules.kpi_text)]
    if tool:
        times = [name.removeprefix("mean_") for name in tool if name.startswith("mean_")]
        rates = [kpi.id for kpi in rules.tool_kpis if kpi.statistic is None]
        sections.append(tool_section(table, times, rates))
    sections += [
        compliance_section(tally, rules.text),
        worst_section(tally),
        escalation_section(tally),
    ]
    if rules.lifecycles:
        sections.append(state_section(tally, example))
    if findings is not None:
        sections.append(findings_section(findings))
    return Report(title, tuple(about), (*sections, *more))
