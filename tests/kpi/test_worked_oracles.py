"""Worked examples and tests of other systems' figures (``tests/oracles/kpi_worked.jsonl``).

A row has records as lists of (instant, what happened); times are in UTC and figures in seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.oracles.rows import by_id

from incidentcore.conditions import field
from incidentcore.instants import Interval
from incidentcore.kpi import (
    AtLeast,
    Count,
    Duration,
    Earliest,
    FieldValue,
    FirstKnown,
    Kpi,
    KpiResult,
    Objective,
    Periods,
    TimeIn,
    catalogue,
    compute_kpis,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.kpi.statistic import MAX, MEDIAN, MIN
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, acknowledge, comment, link, mark_restored, set_fields
from incidentcore.schedule import BusinessCalendar, Holiday
from incidentcore.values import Actor

ROWS = by_id("kpi_worked.jsonl")
KIM, ADA, BOT = Actor("kim", "requester"), Actor("ada"), Actor("bot", "system")
SECOND = timedelta(seconds=1)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
FIX = {"resolution_code": "fixed", "resolution_notes": "x"}

NOT_OURS: dict[str, str] = {}
DIFFERENT = {
    "erpnext-first-response-4": "T4: no open time is zero; the source reports at least a second",
    "erpnext-first-response-5": "T4: no open time is zero; the source reports at least a second",
    "erpnext-first-response-14": "T4: no open time is zero; the source reports at least a second",
    "erpnext-first-response-17": "T4: no open time is zero; the source reports at least a second",
    "erpnext-first-response-29": "T4: no open time is zero; the source reports at least a second",
}

AWAITS_THE_DESK = field("unanswered_since").present() | field("first_response_at").missing()
KPIS = {
    "acknowledge": catalogue.MEAN_TIME_TO_ACKNOWLEDGE,
    "after_handoff": Kpi(
        id="after_handoff",
        measure=Duration(FirstKnown(("custom.handoff_at", "opened_at")), "first_response_at"),
    ),
    "availability": catalogue.AVAILABILITY,
    "between_failures": catalogue.MEAN_TIME_BETWEEN_FAILURES,
    "detect": catalogue.MEAN_TIME_TO_DETECT,
    "first_response": catalogue.MEAN_TIME_TO_FIRST_RESPONSE,
    "from_detection": Kpi(id="from_detection", measure=Duration("detected_at", "resolved_at")),
    "net_of_holds": Kpi(
        id="net_of_holds",
        measure=TimeIn(
            field("state.open").is_true() & field("state.pauses").equals(False), until="resolved_at"
        ),
    ),
    "on_hold": catalogue.MEAN_ON_HOLD_TIME,
    "reaction": Kpi(
        id="reaction",
        measure=Duration(
            "opened_at", Earliest(("acknowledged_at", "first_resolved_at", "custom.silence_at"))
        ),
    ),
    "reopen_rate": catalogue.REOPEN_RATE,
    "reopenings_per_record": Kpi(
        id="reopenings_per_record",
        measure=FieldValue("reopen_count"),
        population=field("first_resolved_at").present(),
    ),
    "reopenings_per_resolution": catalogue.REOPENINGS_PER_RESOLUTION,
    "repair": catalogue.MEAN_TIME_TO_REPAIR,
    "reply_time": catalogue.MEAN_REPLY_TIME,
    "resolve": catalogue.MEAN_TIME_TO_RESOLVE,
    "restore": catalogue.MEAN_TIME_TO_RESTORE_SERVICE,
    "time_with_the_desk": Kpi(
        id="time_with_the_desk", measure=TimeIn(AWAITS_THE_DESK, until="resolved_at")
    ),
    "to_failure": catalogue.MEAN_TIME_TO_FAILURE,
}
STATISTICS = {"median": MEDIAN, "min": MIN, "max": MAX}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def happened(record: Any, what: str, at: datetime) -> Any:
    """Return a record after one of the events of a row."""
    if what == "ack":
        return acknowledge(record, at=at, by=ADA)
    if what in ("reply", "ask"):
        return comment(record, "x", at=at, by=ADA if what == "reply" else KIM)
    if what in ("handoff", "silence"):
        return set_fields(record, custom={f"{what}_at": at}, at=at, by=BOT)
    if what == "restore":
        return mark_restored(record, at=at, by=ADA)
    fields = {"resolve": FIX, "hold": {"reason": "awaiting_caller"}}.get(what, {})
    return advance(record, what, at=at, by=ADA, fields=fields)


def records(given: Any) -> list[Incident]:
    found = []
    for number, row in enumerate(given["records"]):
        custom = {"lifetime": timedelta(hours=row["lifetime_h"])} if "lifetime_h" in row else {}
        record = Incident.open(
            id=f"I-{number}",
            title="t",
            at=instant(row["opened"]),
            by=KIM,
            service=row.get("service"),
            custom=custom,
            **{
                f"{name}_at": instant(row[name]) for name in ("occurred", "detected") if name in row
            },
        )
        if "caused_by" in row:
            change = row["caused_by"]
            record = link(record, "caused_by_change", change, at=record.opened_at, by=ADA)
        for at, what in row["events"]:
            record = happened(record, what, instant(at))
        found.append(record)
    return found


def figure(kpi: Kpi, given: Any) -> KpiResult:
    """Return the result of a KPI with what the row says of calendar, statistic and window."""
    if "calendar" in given:
        days = [Holiday(day, name="holiday") for day in given["calendar"].get("holidays", ())]
        clock = BusinessCalendar(
            zone=given["calendar"]["tz"], hours=given["calendar"]["week"], holidays=days
        )
        kpi = kpi.replace(clock=clock)
    kpi = kpi.replace(statistic=STATISTICS.get(given.get("statistic"), kpi.statistic))
    window = Interval(*map(instant, given["window"])) if "window" in given else None
    all_records = records(given)
    if "parts" not in given:
        return compute_kpis([kpi], all_records, as_of=LATER, window=window).results[0]
    stock = iter(all_records)
    parts = [
        gather_kpis([kpi], [next(stock) for _ in range(size)], as_of=LATER, window=window)
        for size in given["parts"]
    ]
    return finish_partial(merge_partials(parts)).results[0]


def outage_time(given: Any) -> timedelta:
    """Return the downtime of a window, in which outages that overlap are one."""
    available: Any = figure(catalogue.AVAILABILITY, given).value
    start, end = map(instant, given["window"])
    return (end - start) * (1 - available)


def on_a_day(given: Any) -> Any:
    """Return the mean of the responses that were given on one day."""
    start = instant(given["day"])
    stop = field("first_response_at")
    population = (stop >= start) & (stop < start + timedelta(days=1))
    return figure(KPIS["first_response"].replace(population=population), given).value


def by_period(given: Any) -> dict[str, float]:
    """Return the means of the responses by the period in which they were given, empty ones apart.

    Weeks begin on Sunday.
    """
    weeks: Any = {"week_starts": "sun"} if given["unit"] == "week" else {}
    within = Interval(*map(instant, given["days"]))
    kpi = KPIS["first_response"].replace(window_basis="first_response")
    periods = Periods(given["unit"], given["zone"], within=within, **weeks)
    table = compute_kpis([kpi], records(given), as_of=LATER, window=periods)
    return {row.period: row.value / SECOND for row in table.results if row.n}  # type: ignore[misc,operator]


def buckets(given: Any) -> list[Any]:
    """Return how many responses took at least as long as each edge, and less than the next."""
    taken = Duration("opened_at", "first_response_at")
    edges = [timedelta(0), *(SECOND * edge for edge in given["edges_s"])]
    longer = [
        figure(Kpi(id="n", measure=Count(), population=AtLeast(taken, edge)), given).value
        for edge in edges
    ]
    return [a - b for a, b in zip(longer, [*longer[1:], 0], strict=True)]


def answer(row: Any) -> Any:
    """Return our answer, in seconds or as a share."""
    name, given = row["kpi"], row["given"]
    if name == "first_response_buckets":
        return buckets(given)
    if name == "first_response_by":
        return by_period(given)
    if name == "budget_left":
        objective = Objective(at_least=given["objective"])
        result = figure(catalogue.AVAILABILITY.replace(objective=objective), given)
        assert result.met
        value: Any = result.budget_left
    elif name == "change_failures":
        value = figure(catalogue.change_failure_rate(given["deployments"]), given).value
    elif name == "outage_time":
        value = outage_time(given)
    else:
        value = on_a_day(given) if name == "first_response_on" else figure(KPIS[name], given).value
    return value / SECOND if isinstance(value, timedelta) else value


@pytest.mark.parametrize("row", sorted(ROWS))
def test_a_worked_example_is_answered_alike(row: str) -> None:
    """Row by row, with what the source expects; what is different is zero where it says one."""
    found = answer(ROWS[row])
    expected = 0 if row in DIFFERENT else ROWS[row]["expect"]
    if expected is None or isinstance(expected, (list, dict)):
        assert found == expected
    else:
        assert found == pytest.approx(expected, abs=1e-6)
