"""The monthly page for one customer: objectives, misses with their reasons, and credits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from incidentcore._checks import each_of, need_kind, need_word
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.desk import Desk
from incidentcore.desk.desk import desk_at
from incidentcore.digest import content_id
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, Versions, as_utc, version_at, versions_of
from incidentcore.kpi import KpiResult, KpiTable, Objective
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.objective import need_objective
from incidentcore.pages import Page, Section
from incidentcore.records import Record
from incidentcore.report.figures import compliance
from incidentcore.report.tally import outcome, why
from incidentcore.sla import SlaStatus, evaluate_sla
from incidentcore.sla.life import OneClock
from incidentcore.words import Phrase
from incidentcore.words.words import span_text


def service_page(
    records: Iterable[Record],
    /,
    *,
    desk: Desk | Versions[Desk],
    period: Interval,
    title: str,
    population: Condition = ALWAYS,
    objectives: Mapping[str, Objective] | None = None,
    credit: Callable[[KpiResult], object] | None = None,
    as_of: datetime | None = None,
) -> Page:
    """Return the service level report of a period for one customer.

    The page states which objectives were met, which targets were missed, and what credit is due.

    A clock that met its target counts in the period in which it stopped; a clock that breached
    counts in the period of the breach, even if the record was resolved later.

    Args:
        records: The records, read once; those of exercises are excluded.
        desk: The desk that defines the targets.
        period: The period, such as a month.
        title: The heading of the page, such as the customer and the month.
        population: The condition that selects the customer's records.
        objectives: A mapping from the name of a clock to the ``Objective`` for the share of records
            that meet its target, from 0 to 1. Other clocks are shown without an objective.
        credit: A function that takes the ``KpiResult`` of a clock that missed its objective, and
            returns the credit that is due; None for a page without credits.
        as_of: The instant up to which events are known; the end of the period by default.

    Raises:
        InvalidValueError: An objective names no clock of the desk, or is not a share.

    Source: our choice.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Interval
    >>> from incidentcore.demo import demo_desk
    >>> from incidentcore.kpi import Objective
    >>> from incidentcore.records import Incident
    >>> from incidentcore.report import service_page
    >>> june = Interval(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=june.start)
    >>> page = service_page(
    ...     [incident],
    ...     desk=demo_desk(),
    ...     period=june,
    ...     title="Mail in June",
    ...     objectives={"resolution": Objective(at_least=0.95)},
    ...     credit=lambda result: "5 % of the monthly fee",
    ... )
    >>> page.to_plain()["credits"]
    [{'clock': 'resolution', 'value': 0.0, 'credit': '5 % of the monthly fee'}]
    """
    allowed = 'an Interval, such as Periods("month", desk.zone).interval("2026-06")'
    need_kind("period", period, Interval, allowed=allowed)
    need_kind("population", population, Condition)
    need_kind("objectives", objectives, Mapping | None)
    named = objectives or {}
    _check_objectives(named, desk)
    now = period.end if as_of is None else as_utc(as_of, "as_of")
    counts: dict[str, Counter[str]] = {}
    clocks: dict[str, OneClock] = {}
    misses: list[tuple[str, Record, SlaStatus]] = []
    for record in each_of("records", records, Record):
        known = as_known(record, now)
        if known is None or known.exercise is not None:
            continue
        rules = desk_at(desk, known)
        if rules.service_level is None:
            continue
        judged = rules.judged(known)
        if not population.matches(judged):
            continue
        statuses = evaluate_sla(rules.service_level, judged, now=now)
        for clock, status in zip(rules.service_level.clocks, statuses, strict=True):
            result = _in_period(status, period, known)
            if not result:
                continue
            clocks[clock.name] = clock
            counts.setdefault(clock.name, Counter())[result] += 1
            if result == "breached":
                misses.append((clock.name, judged, status))
    results = [
        compliance(
            count, definition=content_id(clocks[name]), group=(name,), objective=named.get(name)
        )
        for name, count in counts.items()
    ]
    table = KpiTable(results=tuple(results), groups=("clock",), as_of=now, window=period)
    sections = [_objectives(table), _misses(misses)]
    if credit is not None:
        sections.append(_credits(results, credit))
    figures = {f"sla_compliance.{row.group[0]}": row.value for row in results}
    zone = version_at(desk, now).zone
    start, end = _day(period.start, zone), _day(period.end, zone)
    during = Phrase("{start} to before {end}", start=start, end=end)
    about = (("period", during), ("as of", _day(now, zone)))
    return Page(title=title, about=about, sections=sections, figures=figures)  # type: ignore[arg-type]  # shares


def _check_objectives(objectives: Mapping[str, Objective], desk: Desk | Versions[Desk]) -> None:
    """Raise an error for an objective of no clock, or one that is not a share."""
    clocks: dict[str, None] = {}
    for rules in versions_of(desk):
        need_kind("desk", rules, Desk, allowed="a Desk, or Versions of it")
        if rules.service_level is not None:
            clocks |= dict.fromkeys(clock.name for clock in rules.service_level.clocks)
    for name, objective in objectives.items():
        need_word("objectives", name, clocks)
        need_objective(f"objectives[{name}]", objective, "fraction", InvalidValueError)


def _day(at: datetime, zone: Any) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"


def _in_period(status: SlaStatus, period: Interval, record: Record) -> str:
    """Return how a clock counts in a period; empty if it counts in another, or not at all."""
    at = status.breached_at
    if at is not None and status.stage != "canceled":
        return "breached" if at in period else ""
    result = outcome(status, record=record)
    ended = status.stopped_at or record.canceled_at
    if result in ("met", "canceled"):
        return result if ended is not None and ended in period else ""
    over = ended or record.resolved_at or record.closed_at  # of a clock that never ran
    is_past = result in ("not_covered", "not_started") and over and over < period.start
    return "" if result == "no_sla" or is_past else result


def _objectives(table: KpiTable) -> Section:
    text = (
        "A clock counts where it was met in the period by its stop, and where it was breached in "
        "the period by its breach. All others are left out, each with the reason."
    )
    return Section(
        key="objectives",
        title="Objectives",
        text=(text,),
        table=table.cells(among=True) if len(table) else None,
        lines="" if len(table) else "no clock ended",
        data=table.to_plain(),
    )


def _misses(misses: list[tuple[str, Record, SlaStatus]]) -> Section:
    rows = []
    data = []
    for name, record, status in sorted(misses, key=lambda miss: (miss[0], -miss[2].over_target)):
        zone = status.trace.zone
        assert status.due_at is not None  # noqa: S101  what is breached was due
        due = Phrase("{due} {zone}", due=status.due_at.astimezone(zone), zone=zone.key)
        over, reason = span_text(status.over_target), why(status)
        rows.append([name, record.id, record.title, due, over, reason])
        data.append(
            {
                "clock": name,
                "record": record.id,
                "title": record.title,
                "due_at": status.due_at.isoformat(),
                "over_target": over,
                "why": reason,
            }
        )
    heads = ["clock", "record", "title", "due", "over target", "why"]
    return Section.of_rows("misses", "Misses", heads, rows, numbers={4}, none="none", data=data)


def _credits(results: Iterable[KpiResult], credit: Callable[[KpiResult], object]) -> Section:
    data = [
        {"clock": row.group[0], "value": row.value, "credit": str(credit(row))}
        for row in results
        if row.met is False
    ]
    rows = [[str(row["clock"]), f"{row['value']:.2%}", str(row["credit"])] for row in data]
    heads, none = ["clock", "compliance", "credit"], "none: every objective was met"
    return Section.of_rows("credits", "Credits", heads, rows, numbers={1, 2}, none=none, data=data)
