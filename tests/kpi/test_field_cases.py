"""Situations that users of service desks and status pages reported, with the right figure.

Times are UTC; 1 June 2026 is a Monday. Every expected value was worked out by hand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import before, field, reached
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    AtMost,
    Availability,
    Count,
    Downtime,
    Duration,
    EventCount,
    FirstAcknowledged,
    FirstEvent,
    FirstWhen,
    HasLink,
    Kpi,
    KpiResult,
    Objective,
    OccurrenceCount,
    Periods,
    SlaClocks,
    TimeBetweenFailures,
    TimeIn,
    catalogue,
    compute_kpis,
)
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Incident,
    Record,
    StateChanged,
    acknowledge,
    comment,
    link,
    mark_restored,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.sla import SlaDefinition
from incidentcore.values import CANCELED as CANCELED_STATE
from incidentcore.values import CLOSED as CLOSED_STATE
from incidentcore.values import RESOLVED, Actor

M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KIM = Actor("kim", "requester")


def at(h: int, m: int = 0, d: int = 1, mo: int = 6) -> datetime:
    return datetime(2026, mo, d, h, m, tzinfo=UTC)


DAY, WEEK = Interval(at(0), at(0, d=2)), Interval(at(0), at(0, d=8))
JUNE, JULY = Interval(at(0), at(0, mo=7)), Interval(at(0, mo=7), at(0, mo=8))
LATER = at(0, d=10, mo=7)


def inc(opened: datetime, name: str = "I1", by: Any = "kim", **more: Any) -> Incident:
    return Incident.open(id=name, title="x", at=opened, by=by, **more)


def resolve(record: Any, t: datetime, by: Any = "ada") -> Any:
    return advance(record, "resolve", at=t, by=by, resolution_code="fixed", resolution_notes="n")


def reopen(record: Any, t: datetime, by: Any = "kim") -> Any:
    return advance(record, "reopen", at=t, by=by)


def one(kpi: Kpi, records: Any, as_of: datetime, **more: Any) -> KpiResult:
    return compute_kpis(kpi, records, as_of=as_of, **more)[kpi.id]


def outage(name: str, start: datetime, stop: datetime, **more: Any) -> Record:
    return mark_restored(inc(start, name, **more), at=stop, by="a")


TWICE = reopen(mark_restored(resolve(inc(at(10)), at(11)), at=at(11), by="a"), at(12))
FIXED = resolve(mark_restored(TWICE, at=at(13), by="a"), at(13))


@pytest.mark.parametrize(
    ("record", "as_of", "window", "text", "hours"),
    [
        (FIXED, at(0, d=3), DAY, "91.67 %", 22.0),
        (TWICE, at(0, d=8), WEEK, "6.55 %", 11.0),
    ],
)
def test_ops_k11_a_reopening_is_downtime(
    record: Record, as_of: datetime, window: Interval, text: str, hours: float
) -> None:
    """Down 10 to 11 and again from 12: the hour between is not down. upptime/upptime#838."""
    result = one(catalogue.AVAILABILITY, [record], as_of, window=window)

    assert (result.text(), result.numerator, result.n) == (text, hours, 1)


def test_ops_k11_by_resolution_alone() -> None:
    """A spell that only a resolution ends still begins again with the reopening (own)."""
    whole = Kpi(id="a", measure=Availability(start="opened_at", stop="resolved_at"))
    once = Kpi(id="b", measure=Availability(reopening_is_downtime=False))

    assert one(whole, [FIXED], at(0, d=3), window=DAY).text() == "91.67 %"
    assert one(once, [FIXED], at(0, d=3), window=DAY).text() == "95.83 %"


def test_ops_k11_in_times_between_and_to_restore() -> None:
    """Two spells are two failures, and the time to restore is both of them (own)."""
    between = one(catalogue.MEAN_TIME_BETWEEN_FAILURES, [FIXED], at(0, d=3), window=DAY)
    restore = one(catalogue.MEAN_TIME_TO_RESTORE_SERVICE, [FIXED], at(0, d=3))
    still_down = one(catalogue.MEAN_TIME_TO_RESTORE_SERVICE, [TWICE], at(0, d=3))

    assert (between.value, between.denominator) == (11 * H, 2)
    assert restore.value == 2 * H
    assert (still_down.value, dict(still_down.excluded)) == (None, {"unrestored": 1})


def degraded() -> Any:
    record: Any = inc(at(10), custom={"impact": "degraded"})
    for what, t in (
        ("major", at(10, 30)),
        ("degraded", at(11)),
        ("major", at(12)),
        ("degraded", at(12, 30)),
    ):
        record = set_fields(record, custom={"impact": what}, at=t, by="a")
    return mark_restored(record, at=at(14), by="a")


MAJOR = field("custom.impact").equals("major")


def test_ops_k10_down_while_a_condition_holds() -> None:
    """Only major is down: two half hours of a day. bentleypark/aiwatch#42."""
    kpi = Kpi(id="m", measure=Availability(during=MAJOR))
    between = Kpi(id="b", measure=TimeBetweenFailures(during=MAJOR))
    down = Kpi(id="d", measure=Downtime(during=MAJOR))

    assert one(kpi, [degraded()], at(0, d=3), window=DAY).numerator == 23
    assert one(between, [degraded()], at(0, d=3), window=DAY).denominator == 2
    assert one(down, [degraded()], at(0, d=3)).value == H


def test_an_instant_that_is_reached_counts_without_an_event() -> None:
    """Open 10:00 to 14:00, announced for 11:00: down for three hours from then on."""
    announced = reached("custom.starts")
    record = mark_restored(inc(at(10), custom={"starts": at(11)}), at=at(14), by="a")
    down = Kpi(id="d", measure=Downtime(during=announced))
    weighed = Kpi(id="w", measure=Availability(weights=[(before("custom.starts"), 0.5)]))
    since = Kpi(id="s", measure=Duration("opened_at", FirstWhen(announced)))
    times = Kpi(id="t", measure=OccurrenceCount(announced))
    time_in = Kpi(id="i", measure=TimeIn(announced, until="restored_at"))

    assert one(down, [record], at(20)).value == 3 * H
    assert one(weighed, [record], at(20), window=DAY).numerator == 20 - 3.5
    assert one(since, [record], at(20)).value == H
    assert one(times, [record], at(20)).value == 1
    assert one(time_in, [record], at(20)).value == 3 * H


def test_ops_k9_weighted_downtime() -> None:
    """1 h whole and 1.5 h at 30 %: the heavier counts where they overlap. OneUptime#2465."""
    partial = field("custom.impact").equals("partial")
    kpi = Kpi(id="w", measure=Availability(weights=[(partial, 0.3)]))
    records = [
        outage("1", at(10), at(11), custom={"impact": "major"}),
        outage("2", at(10, 30), at(12, 30), custom={"impact": "partial"}),
    ]

    for order in (records, records[::-1]):
        result = one(kpi, order, at(0, d=3), window=DAY)
        assert result.numerator == pytest.approx(24 - 1.45)


def test_ops_k13_an_objective_and_what_is_left() -> None:
    """99.9 % of June with 10 min down: met, 43.2 min of budget, 33.2 left. hyperdx#1453."""
    kpi = catalogue.AVAILABILITY.replace(objective=Objective(at_least=0.999))
    record = outage("1", at(10), at(10, 10))
    table = compute_kpis(kpi, [record], as_of=at(0, d=2, mo=7), window=JUNE)
    (result,) = table.results

    assert result.met is True
    assert result.budget == timedelta(minutes=43.2)
    assert result.budget_left == timedelta(minutes=33.2)
    assert "met, 33.2 min left" in str(table)
    assert next(iter(table))["met"] is True


@pytest.mark.parametrize(
    ("objective", "met"),
    [(Objective(at_most=H), True), (Objective(at_most=M), False), (Objective(at_least=H), True)],
)
def test_an_objective_on_a_time(objective: Objective, met: bool) -> None:  # noqa: FBT001
    """A mean of exactly one hour meets at most and at least one hour; it has no budget."""
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(objective=objective)
    result = one(kpi, [resolve(inc(at(9)), at(10))], at(12))

    assert (result.met, result.budget) == (met, None)


def test_an_objective_on_a_share_of_records() -> None:
    """One of four reopened where at most half may: a budget of 2 records, 1 left."""
    records = [resolve(inc(at(9), f"I{n}"), at(10)) for n in range(4)]
    records[0] = reopen(records[0], at(11))
    kpi = catalogue.REOPEN_RATE.replace(objective=Objective(at_most="0.5"))
    result = one(kpi, records, at(12))

    assert (result.met, result.budget, result.budget_left) == (True, 2.0, 1.0)
    assert one(kpi, [], at(12)).met is None


REOPENED = EventCount(field("kind").equals("state_changed") & field("action").equals("reopen"))


def test_ops_k16_merged_records_are_not_volume() -> None:
    """Of two records one is a duplicate: volume 1. zammad/zammad#1741."""
    duplicate = link(inc(at(9), "B"), "duplicate_of", "I1", at=at(9, 5), by="a")
    records = [inc(at(9)), duplicate]
    inside = catalogue.VOLUME.replace(population=HasLink("duplicate_of", present=False))
    left_out = catalogue.VOLUME.replace(exclusions={"duplicate": HasLink("duplicate_of")})

    assert one(inside, records, at(12)).value == 1
    assert dict(one(left_out, records, at(12)).excluded) == {"duplicate": 1}
    with pytest.raises(KpiDefinitionError, match=r"HasLink\('duplicate_of'"):
        catalogue.VOLUME.replace(population=~field("links").contains("duplicate_of"))


A = reopen(resolve(inc(at(9), "A"), at(9, d=20)), at(9, d=2, mo=7), by=KIM)
B = resolve(inc(at(9), "B"), at(9, d=21))


SOLVED = resolve(
    comment(inc(at(9), by=KIM), "do this", at=at(9, 10), by="ada", visibility="public"), at(9, 11)
)
THANKS = comment(SOLVED, "thanks!", at=at(9, 40), by=KIM, visibility="public")
FIRST_CONTACT = (
    catalogue.FIRST_CONTACT_RESOLUTION_RATE,
    catalogue.FIRST_CONTACT_RESOLUTION_RATE_GROSS,
    catalogue.FIRST_CONTACT_RESOLUTION_RATE_NET,
    catalogue.RESOLVED_WITHOUT_FURTHER_CONTACT_RATE,
    catalogue.ONE_TOUCH_RATE,
)


@pytest.mark.parametrize("kpi", FIRST_CONTACT, ids=lambda kpi: kpi.id)
def test_ops_k23_thanks_undoes_nothing(kpi: Kpi) -> None:
    """A word after the resolution is no further contact. LanternOps/breeze#6689."""
    closed = advance(THANKS, "close", at=at(9, 41), by=KIM)

    for record in (SOLVED, THANKS, closed):
        assert one(kpi, [record], at(20)).text() == "100.00 %"


def test_ops_k23_a_word_before_the_resolution_or_a_reopening_counts() -> None:
    """A question before the resolution, or after a reopening, is further contact (own)."""
    gross = catalogue.FIRST_CONTACT_RESOLUTION_RATE_GROSS
    quiet = catalogue.RESOLVED_WITHOUT_FURTHER_CONTACT_RATE
    reply = comment(inc(at(9), by=KIM), "do this", at=at(9, 10), by="ada", visibility="public")
    asked = resolve(comment(reply, "how?", at=at(9, 20), by=KIM, visibility="public"), at(9, 30))
    back = resolve(reopen(THANKS, at(10), by=KIM), at(11))

    for record in (asked, back):
        assert one(gross, [record], at(20)).text() == "0.00 %"
        assert one(quiet, [record], at(20)).text() == "0.00 %"


def test_ops_k23_the_requesters_own_close_with_a_word() -> None:
    """Whoever resolves the own record with a word made no further contact (own)."""
    reply = comment(inc(at(9), by=KIM), "do this", at=at(9, 10), by="ada", visibility="public")
    works = comment(reply, "it works", at=at(9, 40), by=KIM, visibility="public")
    own = resolve(works, at(9, 40), by=KIM)

    for kpi in FIRST_CONTACT:
        assert one(kpi, [own], at(20)).text() == "100.00 %", kpi.id


CANCELED = advance(inc(at(9), "C"), "cancel", at=at(11), by="kim")


def test_ops_x31_acknowledged_after_the_resolution() -> None:
    """Acknowledged while resolved is left out by name; after a reopening it counts."""
    late = acknowledge(resolve(inc(at(10)), at(10, 4)), at=at(10, 5), by="ada")
    result = one(catalogue.MEAN_TIME_TO_ACKNOWLEDGE, [late], at(12))
    survival = one(catalogue.SURVIVAL_MEDIAN_TIME_TO_ACKNOWLEDGE, [late], at(12))
    back = reopen(resolve(inc(at(10)), at(10, 4)), at(10, 6))
    in_time = acknowledge(back, at=at(10, 8), by="ada")

    assert (result.value, result.n) == (None, 0)
    assert dict(result.excluded) == {"after_resolution": 1}
    assert (survival.value, survival.n) == (None, 1)
    assert one(catalogue.MEAN_TIME_TO_ACKNOWLEDGE, [in_time], at(12)).value == 8 * M


def test_whose_acknowledgement_counts_is_a_condition_here_too() -> None:
    """A robot's of 10:01 is not the desk's: 10:05 by ada, or by her work; late is left out."""
    desk = FirstAcknowledged(field("by.role").equals("agent"))
    kpi = catalogue.MEAN_TIME_TO_ACKNOWLEDGE.replace(id="a", measure=Duration("opened_at", desk))
    survival = catalogue.SURVIVAL_MEDIAN_TIME_TO_ACKNOWLEDGE.replace(id="s", measure=kpi.measure)
    robot = acknowledge(inc(at(10)), at=at(10, 1), by=Actor("bot", "system"))
    person = acknowledge(robot, at=at(10, 5), by="ada")
    work = advance(inc(at(10)), "start", at=at(10, 7), by="ada")
    late = acknowledge(resolve(robot, at(10, 4), by=Actor("bot", "system")), at=at(10, 5), by="ada")

    assert one(catalogue.MEAN_TIME_TO_ACKNOWLEDGE, [person], at(12)).value == M
    assert one(kpi, [person], at(12)).value == 5 * M
    assert one(kpi, [work], at(12)).value == 7 * M
    assert dict(one(kpi, [robot, late], at(12)).excluded) == {
        "unacknowledged": 1,
        "after_resolution": 1,
    }
    assert one(survival, [person, late], at(12)).n == 2
    assert loads(dumps(kpi), Kpi) == kpi
    assert "acknowledgements" in kpi.measure.needs


@pytest.mark.parametrize("state", [CLOSED_STATE, CANCELED_STATE, RESOLVED], ids=lambda s: s.name)
def test_ops_x31_in_any_state_that_is_not_open(state: Any) -> None:
    """After a closure or cancellation, an acknowledgement is too late; at one instant it is not."""
    moved = inc(at(10)).with_event(
        StateChanged, at=at(10, 4), by=Actor("desk", "system"), action="move", state=state
    )
    late = acknowledge(moved, at=at(10, 5), by="ada")
    same = acknowledge(moved, at=at(10, 4), by="ada")

    result = one(catalogue.MEAN_TIME_TO_ACKNOWLEDGE, [late], at(12))
    assert dict(result.excluded) == {"after_resolution": 1}
    assert one(catalogue.MEAN_TIME_TO_ACKNOWLEDGE, [same], at(12)).value == 4 * M


def test_ops_k2_two_figures_by_name() -> None:
    """Deployed 08:00, opened 09:00, resolved 10:00: 2 h and 1 h. dora-team/fourkeys#119."""
    record = resolve(link(inc(at(9)), "caused_by_change", "dep-1", at=at(9), by="a"), at(10))
    recovery = catalogue.mean_failed_deployment_recovery_time({"dep-1": at(8)})

    assert one(recovery, [record], at(20)).value == 2 * H
    assert one(catalogue.MEAN_TIME_TO_RESOLVE, [record], at(20)).value == H


def test_ops_k4_outages_that_overlap() -> None:
    """10-12, 11-13, 12:30-12:45 are 3 h down and one failure. upptime/uptime-monitor PR 287."""
    records = [
        outage("1", at(10), at(12)),
        outage("2", at(11), at(13)),
        outage("3", at(12, 30), at(12, 45)),
    ]
    between = one(catalogue.MEAN_TIME_BETWEEN_FAILURES, records, at(0, d=3), window=DAY)

    assert one(catalogue.AVAILABILITY, records, at(0, d=3), window=DAY).text() == "87.50 %"
    assert (between.value, between.denominator) == (21 * H, 1)


def test_ops_k6_down_since_it_occurred() -> None:
    """Occurred 09:00, stored 09:20, restored 10:00: 1 h down. openstatusHQ/openstatus PR 2668."""
    record = mark_restored(inc(at(9, 20), occurred_at=at(9)), at=at(10), by="a")
    assert one(catalogue.AVAILABILITY, [record], at(0, d=3), window=DAY).numerator == 23
    assert one(catalogue.MEAN_TIME_TO_RESTORE_SERVICE, [record], at(0, d=3)).value == H


def test_ops_k7_restored_before_the_start() -> None:
    """A wrong clock leaves the record out as negative: 100 %. louislam/uptime-kuma#1319."""
    record = mark_restored(inc(at(10)), at=at(9, 50), by="a")
    result = one(catalogue.AVAILABILITY, [record], at(0, d=3), window=DAY)

    assert (result.value, dict(result.excluded)) == (1.0, {"negative": 1})


def test_ops_k8_planned_time() -> None:
    """The monitor was down 10-12; and promised 07-20 only with an outage 06-08. sloth#529."""
    blind = catalogue.availability([Interval(at(10), at(12))])
    record = outage("1", at(10), at(12))
    result = one(blind, [record], at(0, d=3), window=DAY)
    assert (result.numerator, result.denominator) == (22, 22)

    promised = catalogue.availability([Interval(at(0), at(7)), Interval(at(20), at(0, d=2))])
    result = one(promised, [outage("1", at(6), at(8))], at(0, d=3), window=DAY)
    assert (result.numerator, result.denominator) == (12, 13)


def test_ops_k12_a_service_alone_and_as_a_row() -> None:
    """Alone and grouped by service: one value, one definition. OneUptime/oneuptime#2108."""
    web = outage("1", at(10), at(12), service="web")
    mail = outage("2", at(13), at(14), service="mail")
    how: Any = {"as_of": at(0, d=3), "window": DAY}
    alone = compute_kpis(catalogue.AVAILABILITY, [web], **how)["availability"]
    row = compute_kpis(catalogue.AVAILABILITY, [web, mail], group_by="service", **how).result(
        "availability", "web"
    )

    assert (row.value, row.definition) == (alone.value, alone.definition)


def test_ops_k17_reopened_and_open_is_unresolved() -> None:
    """Not resolved now: left out as unresolved. zammad/zammad#3745."""
    result = one(catalogue.MEAN_TIME_TO_RESOLVE, [A], LATER)
    assert (result.n, dict(result.excluded)) == (0, {"unresolved": 1})


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ((2026, 12, 31), "2026-W53"),
        ((2027, 1, 3), "2026-W53"),
        ((2027, 1, 4), "2027-W01"),
        ((2024, 12, 30), "2025-W01"),
        ((2021, 1, 1), "2020-W53"),
    ],
)
def test_ops_k19_iso_weeks(day: tuple[int, int, int], week: str) -> None:
    """Weeks from Monday have their ISO names. metabase/metabase#1987."""
    assert Periods("week").label(datetime(*day, 12, tzinfo=UTC)) == week


def test_ops_k21_weeks_without_records() -> None:
    """Rows 1, 0, 0; no mean where nothing was. Netflix/dispatch PR 5317."""
    window = Periods("week", within=Interval(at(0), at(0, d=22)))
    table = compute_kpis(
        [catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE],
        [resolve(inc(at(9)), at(10))],
        as_of=LATER,
        window=window,
    )
    values = [row.value for row in table.results]
    assert values == [1, 0, 0, H, None, None]


def test_ops_k22_the_reopening_is_counted_from_history() -> None:
    """Resolved, reopened, resolved. Servosity/msp-skills#218."""
    assert one(catalogue.REOPEN_RATE, [FIXED], at(20)).text() == "100.00 %"


def test_ops_x23_no_records() -> None:
    """No mean, no rate; volume and backlog 0; all available; at least 168 h between (own)."""
    kpis = [
        catalogue.MEAN_TIME_TO_RESOLVE,
        catalogue.REOPEN_RATE,
        catalogue.VOLUME,
        catalogue.BACKLOG,
        catalogue.AVAILABILITY,
        catalogue.MEAN_TIME_BETWEEN_FAILURES,
    ]
    table = compute_kpis(kpis, [], as_of=LATER, window=WEEK)

    assert [row.value for row in table.results] == [None, None, 0, 0, 1.0, None]
    assert table["mean_time_between_failures"].low == 168 * H


@pytest.mark.parametrize(
    ("hour", "minute", "open_records"),
    [(8, 59, 0), (9, 0, 1), (9, 10, 2), (9, 30, 3), (9, 40, 2), (9, 50, 1), (10, 20, 2)],
)
def test_ops_x25_the_backlog_as_of(hour: int, minute: int, open_records: int) -> None:
    """Opened, resolved, canceled and reopened records as of each instant (own)."""
    records = [
        reopen(resolve(inc(at(9), "R1"), at(9, 40)), at(10, 20)),
        advance(inc(at(9, 10), "R2"), "cancel", at=at(9, 50), by="kim"),
        inc(at(9, 30), "R3"),
    ]
    assert one(catalogue.BACKLOG, records, at(hour, minute)).value == open_records
    growth = one(catalogue.BACKLOG_GROWTH, records, at(hour, minute), window=DAY)
    assert growth.value == open_records


def test_ops_x29_planned_times_overlap() -> None:
    """Planned 10-11 and 10:30-11:30, outage 10-12: 22 of 22.5 h (own)."""
    kpi = catalogue.availability([Interval(at(10), at(11)), Interval(at(10, 30), at(11, 30))])
    result = one(kpi, [outage("1", at(10), at(12))], at(0, d=3), window=DAY)
    assert (result.numerator, result.denominator) == (22, 22.5)


@pytest.mark.parametrize(
    ("periods", "instant", "label", "first"),
    [
        (Periods("week", week_starts="sun"), at(12, d=6), "2026-05-31", at(0, d=31, mo=5)),
        (Periods("week", week_starts="sun"), at(12, d=7), "2026-06-07", at(0, d=7)),
        (Periods("week", week_starts="sat"), at(0, d=6), "2026-06-06", at(0, d=6)),
        (
            Periods("year", year_starts=4),
            at(12, mo=3, d=31),
            "2025/26",
            datetime(2025, 4, 1, tzinfo=UTC),
        ),
        (Periods("year", year_starts=4), at(0, mo=4), "2026/27", at(0, mo=4)),
        (Periods("quarter", year_starts=10), at(0, mo=2), "2025/26-Q2", at(0, mo=1)),
        (
            Periods("quarter", year_starts=2),
            at(0, mo=1),
            "2025/26-Q4",
            datetime(2025, 11, 1, tzinfo=UTC),
        ),
        (Periods("quarter"), at(0), "2026-Q2", at(0, mo=4)),
    ],
)
def test_weeks_and_years_that_start_elsewhere(
    periods: Periods, instant: datetime, label: str, first: datetime
) -> None:
    """A period has the name of its beginning, and goes from there to the next."""
    assert periods.label(instant) == label
    interval = periods.interval(label)
    assert interval.start == first
    assert instant in interval
    assert periods.label(interval.end) != label


SLA = SlaDefinition(name="resolve", target=H, stop=field("resolved_at").present())


WITHOUT_EFFECT: dict[str, Any] = {
    "a clock on plain conditions": lambda: catalogue.REOPEN_RATE.replace(
        clock=BusinessCalendar.always()
    ),
    "unfinished of a count": lambda: catalogue.VOLUME.replace(unfinished="as_of"),
    "unfinished up to now": lambda: catalogue.MEAN_AGE_OF_BACKLOG.replace(unfinished="as_of"),
    "reopened of an acknowledgement": lambda: catalogue.MEAN_TIME_TO_ACKNOWLEDGE.replace(
        reopened="first"
    ),
    "a basis of an availability": lambda: catalogue.AVAILABILITY.replace(window_basis="closed"),
    "a basis of events": lambda: Kpi(id="x", measure=REOPENED, window_basis="resolved"),
    "an event named by a text": lambda: Duration("opened_at", FirstEvent("escalated")),  # type: ignore[arg-type]
    "a state named by a text": lambda: FirstWhen("open"),  # type: ignore[arg-type]
    "a limit of another unit": lambda: AtMost(Duration(), 3),
    "a measure that is a count": lambda: AtMost(Count(), 3),  # type: ignore[arg-type]
    "two counts": lambda: Count(distinct="caller", per="caller"),
    "a goal of another unit": lambda: catalogue.VOLUME.replace(objective=Objective(at_most=H)),
    "a goal above all": lambda: catalogue.REOPEN_RATE.replace(objective=Objective(at_most=5)),
    "no goal": Objective,
    "a weight above one": lambda: Availability(weights=[(MAJOR, 2)]),
    "overdue of running clocks": lambda: SlaClocks(SLA, "running_breached", overdue_missed=True),
}


@pytest.mark.parametrize("what", WITHOUT_EFFECT)
def test_what_has_no_effect_or_cannot_be_is_refused_when_built(what: str) -> None:
    """A KPI that would compute something else than its author expects is refused."""
    with pytest.raises(KpiDefinitionError, match="allowed: "):
        WITHOUT_EFFECT[what]()


def test_periods_that_no_unit_has_are_refused() -> None:
    """A start of the week has no effect on months, nor a start of the year on weeks."""
    for wrong in (
        {"unit": "month", "week_starts": "sun"},
        {"unit": "week", "year_starts": 4},
        {"unit": "year", "year_starts": 13},
        {"unit": "week", "week_starts": "sunday"},
    ):
        with pytest.raises(InvalidValueError, match="allowed: "):
            Periods(**wrong)  # type: ignore[arg-type]


class Frame:
    """What looks like a data frame to us."""

    columns = ("id", "opened")
    shape = (1, 2)

    def __iter__(self) -> Any:
        return iter(self.columns)


def test_a_data_frame_is_refused_by_name() -> None:
    """It would iterate its headings; the error says how to go on."""
    with pytest.raises(InvalidValueError, match=r'read_table.*to_dict\("records"\)'):
        compute_kpis(catalogue.VOLUME, Frame(), as_of=LATER)


def covering(record: Incident, *words: str) -> Incident:
    opening = attrs.evolve(record.history[0], covers=frozenset(words))  # type: ignore[call-arg]
    return Incident.from_history([opening])


def test_what_a_source_does_not_cover_is_left_out() -> None:
    """A table with one row for each ticket gives no reopen rate of 0 %, nor a first contact."""
    row = resolve(covering(inc(at(9)), "moments"), at(10))
    kpis = [
        catalogue.REOPEN_RATE,
        catalogue.FIRST_CONTACT_RESOLUTION_RATE,
        catalogue.PING_PONG_RATE,
        catalogue.ESCALATION_RATE,
        catalogue.MEAN_ON_HOLD_TIME,
        catalogue.MEAN_TIME_TO_ASSIGN,
        catalogue.REOPENINGS_PER_RESOLUTION,
        catalogue.FIRST_CONTACT_RESOLUTION_RATE_GROSS,
    ]
    table = compute_kpis(kpis, [row], as_of=at(12))

    for result in table.results:
        assert (result.value, result.n) == (None, 0), result.kpi
        assert dict(result.excluded) == {"not_covered": 1}
    for kpi in (catalogue.MEAN_TIME_TO_RESOLVE, catalogue.VOLUME, catalogue.BACKLOG_GROWTH):
        assert dict(one(kpi, [row], at(12), window=DAY).excluded) == {}


def test_a_source_that_covers_it_is_counted_beside_one_that_does_not() -> None:
    """Only the record whose source says nothing of reopenings is left out, in windows too."""
    known = resolve(covering(inc(at(9), "K"), "states"), at(10))
    mute = resolve(covering(inc(at(9), "M"), "moments"), at(10))
    own = resolve(inc(at(9), "O"), at(10))
    for window in (None, DAY):
        result = one(catalogue.REOPEN_RATE, [known, mute, own], at(12), window=window)
        assert (result.value, result.n, dict(result.excluded)) == (0.0, 2, {"not_covered": 1})


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("MTTA", {"mean_time_to_acknowledge", "mean_time_to_assign"}),
        (
            "MTTR",
            {
                "mean_time_to_resolve",
                "mean_time_to_repair",
                "mean_time_to_restore_service",
                "mean_time_to_recover_from_alert",
            },
        ),
        ("fcr", {"first_contact_resolution_rate", "one_touch_rate"}),
        ("MTBF", {"mean_time_between_failures"}),
        ("MTTD", {"mean_time_to_detect"}),
        ("mean_time_to_close", {"mean_time_to_close"}),
        ("Reopen rate", {"reopen_rate"}),
        ("TTFR", {"mean_time_to_first_response"}),
        ("FCRR", {"first_contact_resolution_rate"}),
        ("uptime", {"availability"}),
        ("TTO", {"mean_time_to_acknowledge"}),
        ("TTA", {"mean_time_to_acknowledge"}),
        ("First response time", {"mean_time_to_first_response"}),
        ("resolution time", {"mean_time_to_resolve"}),
        ("mean time to respond", {"mean_time_to_recover_from_alert"}),
        ("aging", {"backlog"}),
    ],
)
def test_lookup_gives_the_exact_kpis(name: str, ids: set[str]) -> None:
    """An abbreviation gives every KPI that it may mean, each with how it differs (K3)."""
    meanings = catalogue.lookup(name)

    assert ids <= {meaning.kpi.id for meaning in meanings}
    assert all(meaning.difference for meaning in meanings)
    assert len({meaning.difference for meaning in meanings}) == len(meanings)
    assert all(meaning.kpi in catalogue.ALL.values() for meaning in meanings)


def test_lookup_of_an_unknown_name_gives_the_nearest() -> None:
    """A misspelt id names the nearest; the bare abbreviation is refused as an id."""
    with pytest.raises(InvalidValueError, match="mean_time_to_resolve"):
        catalogue.lookup("mean_time_to_resolv")
    with pytest.raises(InvalidValueError, match=r"catalogue\.sla_compliance\(rules\)"):
        catalogue.lookup("SLA")
    with pytest.raises(KpiDefinitionError, match=r"catalogue\.lookup"):
        Kpi(id="mttr", measure=Duration())


def test_a_state_needs_a_source_of_resolutions() -> None:
    """A source of comments alone does not say what is open: no backlog is claimed."""
    mute = covering(inc(at(9)), "comments")
    for kpi in (catalogue.BACKLOG, catalogue.BACKLOG_GROWTH, catalogue.MEAN_AGE_OF_BACKLOG):
        result = one(kpi, [mute], at(12), window=DAY)
        assert (result.n, dict(result.excluded)) == (0, {"not_covered": 1}), kpi.id


def test_a_response_clock_needs_a_source_of_comments() -> None:
    """Without comments no answer is known: the clock's compliance leaves the record out."""
    response = SlaDefinition(name="response", target=H, stop=field("first_response_at").present())
    row = resolve(covering(inc(at(9)), "moments"), at(9, 30))

    mute = one(catalogue.sla_compliance(response), [row], at(12))
    resolution = one(catalogue.sla_compliance(SLA), [row], at(12))
    assert (mute.value, dict(mute.excluded)) == (None, {"not_covered": 1})
    assert (resolution.value, resolution.n) == (1.0, 1)
