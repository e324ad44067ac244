"""Make the rows for charts of a record, a rota, a week, a budget or a forecast."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from incidentcore._checks import need_kind, need_word
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import OnCallSchedule, shifts
from incidentcore.forecast import BacklogForecast, VolumeForecast
from incidentcore.forecast.volume import opened_by
from incidentcore.instants import as_utc, as_zone
from incidentcore.kpi import KpiTable
from incidentcore.kpi.charts import series
from incidentcore.kpi.engine.results import exact_number
from incidentcore.kpi.group_keys import label
from incidentcore.kpi.objective import missed
from incidentcore.kpi.table import hours
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises
from incidentcore.sla import SlaStatus

Rows: TypeAlias = list[dict[str, Any]]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_KINDS = {"counting": "counted", "paused": "paused"}
_ENDED = ("stopped", "canceled", "replaced", "not_started", "closed_until_reopened")
_LANES = {"state": "state", "assignment_group": "group", "assignee": "assignee"}


def clock_data(status: SlaStatus, /) -> Rows:
    """Return a clock's spans as rows, each with its ``kind`` and the clock's due time.

    The kinds are ``counted``, ``paused``, ``closed`` (the calendar was closed), and ``ended`` (the
    clock had not started yet, or had ended).

    >>> from datetime import UTC, datetime
    >>> from incidentcore import BusinessCalendar, Incident, SlaDefinition, evaluate_sla
    >>> from incidentcore.plots import clock_data
    >>> nine, noon = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (9, 12))
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> office = BusinessCalendar(zone="UTC", hours={"mon-fri": "10:00-17:00"})
    >>> status = evaluate_sla(
    ...     SlaDefinition.resolution(hours=4, calendar=office), incident, now=noon
    ... )
    >>> [(row["kind"], row["hours"]) for row in clock_data(status)]
    [('closed', 1.0), ('counted', 2.0)]
    """
    need_kind("status", status, SlaStatus)
    return [
        {
            "start": entry.interval.start,
            "end": entry.interval.end,
            "kind": "ended" if entry.code in _ENDED else _KINDS.get(entry.code, "closed"),
            "text": entry.text,
            "hours": hours(entry.interval.duration),
            "due": status.due_at,
        }
        for entry in status.trace
        if entry.interval
    ]


def life_data(record: Record, /, *, now: datetime) -> Rows:
    """Return a record's states, groups and assignees up to ``now``, and its events, as rows.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Incident, assign
    >>> from incidentcore.plots import life_data
    >>> nine, ten = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (9, 10))
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> incident = assign(incident, group="mail", at=nine, by="kim")
    >>> [(row["lane"], row["value"], row["hours"]) for row in life_data(incident, now=ten)]
    [('state', 'new', 1.0), ('group', 'mail', 1.0), ('event', 'assigned', 0.0)]
    """
    need_kind("record", record, Record)
    rows: Rows = []
    states = [(step.at, dict(facts)) for step, facts in record.timeline(now=now).states()]
    for fact, lane in _LANES.items():
        since, held = record.opened_at, None
        for at, facts in [*states, (now, {})]:
            value = facts.get(fact)
            if facts and value == held:
                continue
            if held is not None and at > since:
                rows.append(_span(lane, label(held), since, at))
            since, held = at, value
    for event in record.history[1:]:
        if event.at <= now:
            rows.append(_span("event", event.kind, event.at, event.at))
    return rows


def _span(lane: str, value: str, start: datetime, end: datetime) -> dict[str, Any]:
    return {"lane": lane, "value": value, "start": start, "end": end, "hours": hours(end - start)}


def rota_data(schedule: OnCallSchedule, /, *, start: datetime, end: datetime) -> Rows:
    """Return who is on call and when, as one row for each person in a shift and for each gap.

    In the row of a gap, the person is None. Rows are from ``start`` up to ``end``.
    """
    return [
        {
            "person": person,
            "start": shift.interval.start,
            "end": shift.interval.end,
            "hours": hours(shift.interval.duration),
        }
        for shift in shifts(schedule, start=start, end=end)
        for person in (shift.people or (None,))
    ]


def week_data(
    records: Iterable[Record], /, *, as_of: datetime, zone: ZoneInfo | str = "UTC"
) -> Rows:
    """Return how many records were opened in each of the 168 hours of the week, as rows.

    The hours are those of ``zone``. Only openings that had happened and been recorded by ``as_of``
    count; records of exercises are excluded.
    """
    as_of, place = as_utc(as_of, "as_of"), as_zone(zone)
    counts: Counter[tuple[int, int]] = Counter()
    for record in without_exercises(records):
        if (opened := opened_by(record, as_of)) is not None:
            at = opened.astimezone(place)
            counts[at.weekday(), at.hour] += 1
    return [
        {"day": name, "hour": hour, "opened": counts[day, hour]}
        for day, name in enumerate(_DAYS)
        for hour in range(24)
    ]


def burndown_data(table: KpiTable, /, kpi: str, *group: object) -> Rows:
    """Return how much of a KPI's error budget each period spent, and how much is left, as rows.

    The budget is how much may fail in all periods together while the objective is still met: a
    number of records or, for an availability, a number of hours. ``kpi`` is the id of a KPI that is
    a share and has an objective; ``group`` has the values of the group, if there are groups.

    Raises:
        InvalidValueError: The table was computed without ``Periods``, or the KPI has no budget.
    """
    found = series(table, kpi, group)
    objective = found[0].objective
    allowed = None if objective is None else objective.allowed_misses
    if objective is None or allowed is None or found[0].unit != "fraction":
        raise InvalidValueError("kpi", kpi, "a share with an objective")
    shares = [(Fraction(row.numerator or 0), Fraction(row.denominator or 0)) for row in found]
    left = budget = allowed * sum(whole for _, whole in shares)
    rows: Rows = []
    for row, (hits, whole) in zip(found, shares, strict=True):
        spent = missed(objective, hits, whole)
        left -= spent
        numbers = {"budget": float(budget), "spent": exact_number(spent), "left": float(left)}
        rows.append({"period": row.period, **numbers, "n": row.n})
    return rows


def forecast_data(
    forecast: VolumeForecast | BacklogForecast,
    /,
    *,
    records: Iterable[Record] = (),
    as_of: datetime | None = None,
    level: float = 0.8,
) -> Rows:
    """Return a forecast as rows, one for each step, with its interval and the actual figure.

    The actual figures of a volume (column ``came``) are counted from ``records``, as known at
    ``as_of`` and without exercises; those of later steps, and of a backlog, are None. The column
    ``tested`` states the forecast's past accuracy as text. ``level`` is one of its ``levels``.

    Raises:
        InvalidValueError: The forecast has no interval of this level.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.forecast import BacklogForecast
    >>> from incidentcore.forecast.volume import ForecastStep
    >>> from incidentcore.plots import forecast_data
    >>> nine, ten = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (9, 10))
    >>> step = ForecastStep(at=ten, expected=4.0, bands=((2.5, 5.5),))
    >>> rows = forecast_data(BacklogForecast(now=nine, open=3, steps=(step,)))
    >>> [(row["expected"], row["low"], row["high"], row["came"]) for row in rows]
    [(4.0, 2.5, 5.5, None)]
    """
    need_kind("forecast", forecast, (VolumeForecast, BacklogForecast))
    need_word("level", level, forecast.levels)
    place = forecast.levels.index(level)
    tested = "\n".join(forecast.notes())
    rows: Rows = []
    for step in forecast.steps:
        low, high = step.bands[place]
        row = {"at": step.at, "expected": step.expected, "low": low, "high": high, "came": None}
        rows.append({**row, "level": level, "tested": tested})
    if as_of is None or not isinstance(forecast, VolumeForecast):
        return rows
    as_of = as_utc(as_of, "as_of")
    found = (opened_by(record, as_of) for record in without_exercises(records))
    opened = sorted(at for at in found if at is not None)
    zone = forecast.zone if forecast.unit == "day" else UTC  # a local day may have 23 hours
    length = timedelta(**{f"{forecast.unit}s": 1})
    for row, step in zip(rows, forecast.steps, strict=True):
        end = (step.at.astimezone(zone) + length).astimezone(UTC)
        if end <= as_of:
            row["came"] = bisect_left(opened, end) - bisect_left(opened, step.at)
    return rows
