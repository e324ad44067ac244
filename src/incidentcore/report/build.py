"""Build a report from records in one pass, and check its figures in automated jobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Final
from zoneinfo import ZoneInfo

from incidentcore._checks import need_word
from incidentcore.desk import Desk
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions, version_at
from incidentcore.kpi import Kpi, KpiTable, finish_partial, gather_kpis
from incidentcore.kpi.engine.partial import as_kpis
from incidentcore.kpi.groups import GroupBy
from incidentcore.kpi.table import ALL, plain_value
from incidentcore.lifecycle import Lifecycle
from incidentcore.pages import Page
from incidentcore.records import Incident
from incidentcore.report import clock_sections, sections
from incidentcore.report.figures import KPIS, VOLUME
from incidentcore.report.tally import Tally
from incidentcore.sla import SlaStatus
from incidentcore.vendors import ImportFinding

_SHARES: Final = {"sla_compliance", *(kpi.id for kpi in KPIS if kpi.unit == "fraction")}
_FAILS: Final = {"<": lt, "<=": le, ">": gt, ">=": ge}
_TEST: Final = re.compile(r"\s*([\w.]+)\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*(%|h|)\s*")


def build_report(
    incidents: Iterable[Incident],
    /,
    *,
    as_of: datetime,
    title: str,
    desk: Desk | Versions[Desk] | None = None,
    kpis: Iterable[Kpi] | Kpi | None = None,
    tool_kpis: Sequence[Kpi] = (),
    lifecycles: tuple[Lifecycle, ...] = (),
    about: Sequence[tuple[str, str]] = (),
    kpi_text: str = "",
    by: GroupBy | Sequence[GroupBy] = "priority",
    zone: ZoneInfo | None = None,
    findings: Sequence[ImportFinding] | None = None,
    example: str = "",
    on_record: Callable[[Incident, tuple[tuple[str, SlaStatus], ...]], None] | None = None,
) -> Page:
    """Return a page that reports on incidents.

    A section is included only if the records' source supplies its data. The sections on clocks and
    escalations also need a desk that has targets.

    Args:
        incidents: The incidents; read once, so an iterator is enough.
        as_of: The instant of the report; later events are ignored.
        title: The heading of the page.
        desk: The desk, with its targets and escalations; None leaves out the sections on these.
        kpis: The KPIs to compute, for each group and in total; by default ``report.figures.KPIS``.
        tool_kpis: KPIs computed from the figures that the source tool itself reported.
        lifecycles: The lifecycles that state changes are checked against.
        about: Pairs of (name, value) to show below the heading.
        kpi_text: What readers should know before reading the KPIs.
        by: The field or fields by which figures are grouped.
        zone: The time zone of month boundaries and of escalations; UTC by default.
        findings: The importer's findings, read after all incidents; None if the incidents were not
            imported.
        example: Text about one refused transition. Defaults to the first one in the records.
        on_record: A function that is called with each incident and its clocks, as pairs of (name,
            status), for example to write a table of clocks.

    Raises:
        KpiDefinitionError: ``by`` is not a field.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Incident
    >>> from incidentcore.report import build_report
    >>> at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    >>> page = build_report([incident], as_of=datetime(2026, 6, 2, tzinfo=UTC), title="June")
    >>> page.figures["backlog"], [section.key for section in page.sections]
    (1, ['volume', 'kpis', 'flow', 'aging', 'definitions'])
    """
    tally = Tally(as_of, desk=desk, by=by, lifecycles=lifecycles, zone=zone, on_record=on_record)
    kpis, tool_kpis = KPIS if kpis is None else as_kpis(kpis), as_kpis(tool_kpis)
    wanted = tuple(dict.fromkeys((*VOLUME.values(), *kpis, *tool_kpis)))
    part = gather_kpis(wanted, tally.watch(incidents), as_of=as_of, group_by=by)
    table = finish_partial(part, totals=True)
    clocks = clock_sections.compliance_table(tally, part.groups, as_of)
    found = [
        sections.volume_section(table),
        sections.kpi_section(table, [kpi.id for kpi in kpis], kpi_text),
        *sections.flow_sections(tally),
    ]
    if tool_kpis:
        names = [kpi.id for kpi in tool_kpis]
        times = [name.removeprefix("mean_") for name in names if name.startswith("mean_")]
        rates = [kpi.id for kpi in tool_kpis if kpi.statistic is None]
        found.append(sections.tool_section(table, times, rates))
    rules = version_at(desk, as_of)
    if rules is not None and rules.service_level is not None:
        found.append(clock_sections.compliance_section(clocks, tally, rules))
        if len(clocks):
            found.append(clock_sections.worst_section(tally))
    if rules is not None and rules.escalation:
        found.append(clock_sections.escalation_section(tally))
    if lifecycles:
        found.append(sections.state_section(tally, example))
    if findings is not None:
        found.append(sections.findings_section(findings))
    found.append(sections.definitions_section(wanted, table, clocks))
    return Page(title=title, about=about, sections=found, figures=_figures(table, clocks, tally))


def _figures(table: KpiTable, clocks: KpiTable, tally: Tally) -> dict[str, float | None]:
    """Return the figures of all records by name."""
    figures: dict[str, float | None] = {}
    if not len(table):  # no record: nothing is measured, and none is counted
        figures = dict.fromkeys(kpi.id for kpi in KPIS) | {kpi.id: 0 for kpi in VOLUME.values()}
    for row in table.results:
        if {*row.group} <= {ALL}:
            figures[row.kpi] = plain_value(row.value)
    totals = [row for row in clocks.results if row.group[-1] == ALL]
    if totals:
        ended, met = sum(row.n for row in totals), sum(row.numerator or 0 for row in totals)
        figures["sla_compliance"] = met / ended if ended else None
        figures |= {f"sla_compliance.{row.group[0]}": plain_value(row.value) for row in totals}
    figures["escalations"] = tally.fired.total()
    return figures


def failing(page: Page, test: str, /) -> str:
    """Return a message if a figure of a page meets a condition for failure, otherwise empty text.

    A figure without a value counts as a failure, so that a check does not pass only because there
    was nothing to measure.

    Args:
        page: The page.
        test: The condition for failure, such as ``"sla_compliance<0.95"``,
            ``"sla_compliance.response < 95%"`` or ``"backlog>200"``. Times are in hours.

    Raises:
        InvalidValueError: The test cannot be read, the page has no such figure, or a share is
            compared with a number above 1.

    >>> from incidentcore.pages import Page
    >>> from incidentcore.report import failing
    >>> failing(Page(title="June", figures={"backlog": 7}), "backlog>5")
    'backlog is 7, which is > 5'
    >>> failing(Page(title="June", figures={"backlog": 7}), "backlog>7")
    ''
    """
    match = _TEST.fullmatch(test)
    if match is None:
        allowed = "a figure, <, <=, > or >=, and a number, which counts hours for a time"
        raise InvalidValueError("test", test, allowed)
    name, operator, number, unit = match.groups()
    percent = unit.strip("h")
    need_word("figure", name, page.figures)
    if float(number) > 1 and not percent and name.partition(".")[0] in _SHARES:
        allowed = f"a share from 0 to 1, or a percentage: {name}{operator}{number}%"
        raise InvalidValueError("test", test, allowed)
    value, limit = page.figures[name], float(number) / (100 if percent else 1)
    if value is None:
        return f"{name} has no value"
    fails = _FAILS[operator](value, limit)
    shown = f"{value * 100 if percent else value:.6g}{percent}"
    return f"{name} is {shown}, which is {operator} {number}{percent}" if fails else ""
