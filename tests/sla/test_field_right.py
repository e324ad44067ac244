"""Clocks and calendars of field reports that were right from the beginning, kept so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import (
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnClock,
    due_escalations,
)
from incidentcore.instants import Versions
from incidentcore.lifecycle import INCIDENT, Transition, advance
from incidentcore.records import (
    Incident,
    Prioritized,
    acknowledge,
    assign,
    comment,
    correct_event,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays, Holiday, public_holidays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
    evaluate_sla,
)
from incidentcore.values import Actor, Priority

from .test_field_cases import ALWAYS_OPEN, FIX, HOUR, KIM, OFFICE, ask, opened, resolution, said, u

MINUTE = timedelta(minutes=1)


def hold(record: Incident, at: str, **more: Any) -> Incident:
    return advance(record, "hold", at=u(at), by="ada", reason="awaiting_caller", **more)


def resume(record: Incident, at: str, **more: Any) -> Incident:
    return advance(record, "resume", at=u(at), by="ada", **more)


def started(at: str = "01 09:00") -> Incident:
    record = opened(at)
    return advance(record, "start", at=u(at), by="ada")


def zoned(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_sla_s03_business_days_and_a_weekend_on_hold() -> None:
    """glpi-project/glpi PR 14937; 4 open hours of pause move the due to Mon 14:00."""
    record = resume(hold(started("01 10:00"), "05 15:00"), "08 11:00")
    clock = SlaDefinition.resolution(target=BusinessDays(5), calendar=OFFICE)
    status = ask(clock, record, "08 11:30")
    assert (status.due_at, status.paused_open_time) == (u("08 14:00"), 4 * HOUR)


def test_sla_s04_back_to_new_from_on_hold() -> None:
    """glpi-project/glpi#14148; 1:30 elapsed, due 15:00."""
    back = Transition("requeue", INCIDENT.state("on_hold"), INCIDENT.state("new"))
    own = attrs.evolve(INCIDENT, id="own", transitions=(*INCIDENT.transitions, back))
    record = own.open(Incident, id="I", title="Mail is down", at=u("01 09:00"), by=KIM)
    record = own.advance(record, "start", at=u("01 09:00"), by="ada")
    held = {"reason": "awaiting_caller"}
    record = own.advance(record, "hold", at=u("01 10:00"), by="ada", **held)
    record = own.advance(record, "requeue", at=u("01 14:00"), by="ada")
    status = ask(resolution(2), record, "01 14:30")
    assert (status.elapsed, status.breached) == (1.5 * HOUR, False)
    assert status.due_at == u("01 15:00")


@pytest.mark.parametrize(
    ("hours", "holiday", "start", "budget", "boundary", "due"),
    [
        ("mon-fri 09:00-17:00", "2014-01-20", "2014-01-17T15:00", 8, "close", "2014-01-21T15:00"),
        ("mon-sat 08:00-17:00", "2018-11-09", "2018-11-08T08:00", 10, "close", "2018-11-10T09:00"),
        (
            "tue-sat 08:00-17:00",
            "2018-11-09",
            "2018-11-08T08:00",
            18,
            "next_open",
            "2018-11-13T08:00",
        ),
    ],
)
def test_sla_s06_deadlines_over_a_holiday(  # noqa: PLR0917  the columns of a table
    hours: str, holiday: str, start: str, budget: int, boundary: Any, due: str
) -> None:
    """pandas-dev/pandas#16867, #23542, #29901."""
    days, window = hours.split()
    calendar = BusinessCalendar(
        zone="UTC", hours={days: window}, holidays=[Holiday(date.fromisoformat(holiday))]
    )
    assert calendar.deadline(u(start), budget * HOUR, boundary=boundary) == u(due)


def test_sla_s07_nothing_open_in_the_small_hours() -> None:
    """gnaneshwar441/Business_Duration#7."""
    nights = BusinessCalendar(zone="UTC", hours={"mon-sun": "17:00-01:00"})
    span = nights.open_time(u("2021-11-15T02:00"), u("2021-11-15T04:48"))
    assert span == timedelta(0)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "expected"),
    [
        ("07:00-16:00", "2015-02-23T16:00", "2015-02-24T14:20", timedelta(hours=7, minutes=20)),
        ("07:00-16:00", "2015-02-23T16:01", "2015-02-24T14:20", timedelta(hours=7, minutes=20)),
        ("09:00-17:00", "2016-06-17T18:00", "2016-06-20T18:00", timedelta(hours=8)),
    ],
)
def test_sla_s09_a_start_at_or_after_closing(
    calendar: str, start: str, end: str, expected: timedelta
) -> None:
    """seatgeek/businesstime#7, #13."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": calendar})
    assert office.open_time(u(start), u(end)) == expected


def test_sla_s10_one_business_day_over_a_holiday() -> None:
    """Intrepidd/working_hours#38; from the holiday itself to Thursday's opening."""
    calendar = BusinessCalendar(
        zone="UTC", hours={"mon-fri": "09:00-18:00"}, holidays=[Holiday(date(2020, 4, 14))]
    )
    assert calendar.add_business_days(u("2020-04-14T14:35"), 1) == u("2020-04-16T09:00")


def test_sla_s13_a_worked_saturday() -> None:
    """glpi-project/glpi#467; 11 h from Fri 19 Feb 2016 17:00 Moscow."""
    zone = "Europe/Moscow"
    calendar = BusinessCalendar(
        zone=zone,
        hours={"mon-fri": "09:00-18:00"},
        special={"2016-02-20": "09:00-18:00"},
        holidays=[Holiday(date(2016, 2, 22)), Holiday(date(2016, 2, 23))],
    )
    due = calendar.deadline(zoned(zone, "2016-02-19T17:00"), 11 * HOUR)
    assert due == zoned(zone, "2016-02-24T10:00")


def test_sla_s15_deadlines_back_over_veterans_day() -> None:
    """seppemans/businesstimedelta#9; US holidays of 2021, Los Angeles 08-17."""
    zone = "America/Los_Angeles"
    calendar = BusinessCalendar(
        zone=zone, hours={"mon-fri": "08:00-17:00"}, holidays=[Holiday(date(2021, 11, 11))]
    )
    back = calendar.deadline_before(zoned(zone, "2021-11-10T17:00"), 4 * HOUR)
    assert back == zoned(zone, "2021-11-10T13:00")
    over = calendar.deadline_before(zoned(zone, "2021-11-12T10:00"), 4 * HOUR)
    assert over == zoned(zone, "2021-11-10T15:00")


def test_sla_s16_a_bot_greets_and_a_handover() -> None:
    """chatwoot/chatwoot PR 6409; the bot's greeting is no first response."""
    greeted = said(opened(), ("2026-06-01T09:00:01", "hello", Actor("bot", "bot")))
    answered = said(greeted, ("01 10:30", "hi", "ada"))
    clock = SlaDefinition.first_response(hours=1, calendar=OFFICE)
    status = ask(clock, answered, "01 12:00")
    assert (status.elapsed, status.breached) == (1.5 * HOUR, True)
    handed = set_fields(greeted, custom={"handed": True}, at=u("01 10:00"), by="ada")
    handed = said(handed, ("01 10:30", "hi", "ada"))
    waits = attrs.evolve(clock, start=field("custom.handed").is_true())
    status = ask(waits, handed, "01 12:00")
    assert (status.elapsed, status.breached) == (HOUR / 2, False)


def test_sla_s28_another_plan_after_the_breach() -> None:
    """osTicket/osTicket#5160; at 13:00 a plan of 100 h."""
    slow = field("custom.plan").equals("slow")
    policy = SlaPolicy(
        [(slow, resolution(100, ALWAYS_OPEN, name="slow"))], default=resolution(2, ALWAYS_OPEN)
    )
    record = set_fields(opened(), custom={"plan": "slow"}, at=u("01 13:00"), by="ada")
    assert ask(policy, record, "01 12:00").breached
    assert not ask(policy, record, "01 14:00").breached


def test_sla_s29_paused_while_answered() -> None:
    """osTicket/osTicket#1684; paused while an answer stands and nothing is unanswered."""
    waits = field("first_response_at").present() & field("unanswered_since").missing()
    clock = resolution(4, pause=waits)
    record = said(opened(), ("01 11:00", "a", "ada"), ("05 12:00", "and?", KIM))
    early = ask(clock, record, "05 11:00")
    assert (early.stage, early.elapsed, early.breached) == ("paused", 2 * HOUR, False)
    late = ask(clock, record, "05 13:00")
    assert (late.elapsed, late.due_at) == (3 * HOUR, u("05 14:00"))


def test_sla_s30_since_the_last_event_of_any_kind() -> None:
    """osTicket/osTicket#407; three business days since the assignment."""
    clock = SlaDefinition.resolution(target=BusinessDays(3), calendar=OFFICE, reset=ALWAYS)
    record = assign(opened("01 10:00"), assignee="ada", at=u("03 11:00"), by=KIM)
    assert ask(clock, record, "03 12:00").due_at == u("08 11:00")


def test_sla_s34_from_closed_to_resolved() -> None:
    """frappe/helpdesk PR 3297; the result of 1 June stands."""
    back = Transition("unclose", INCIDENT.state("closed"), INCIDENT.state("resolved"))
    own = attrs.evolve(INCIDENT, id="own", transitions=(*INCIDENT.transitions, back))
    record = own.open(Incident, id="I", title="Mail is down", at=u("01 09:00"), by=KIM)
    record = own.advance(record, "resolve", at=u("01 11:30"), by="ada", **FIX)
    record = own.advance(record, "close", at=u("05 09:00"), by="ada")
    record = own.advance(record, "unclose", at=u("15 09:00"), by="ada")
    status = ask(resolution(2), record, "2026-07-01T09:00")
    assert (status.stage, status.over_target) == ("stopped", HOUR / 2)
    assert record.resolved_at == u("01 11:30")


def test_sla_s35_first_cycle_only() -> None:
    """Appfire Time to SLA; stopped when it was first resolved, for ever."""
    clock = resolution(4, stop=field("first_resolved_at").present())
    record = advance(opened(), "resolve", at=u("01 11:00"), by="ada", **FIX)
    record = advance(record, "reopen", at=u("02 11:00"), by="ada")
    status = ask(clock, record, "05 09:00")
    assert (status.stage, status.elapsed, status.breached) == ("stopped", 2 * HOUR, False)


def test_sla_s36_resolved_and_never_answered() -> None:
    """abhinavxd/libredesk#70."""
    record = advance(opened(), "resolve", at=u("01 09:30"), by="ada", **FIX)
    record = advance(record, "close", at=u("01 09:31"), by="ada")
    status = ask(SlaDefinition.first_response(hours=1, calendar=OFFICE), record, "01 12:00")
    assert (status.stage, status.breached, status.next_wakeup) == ("stopped", False, None)


def test_sla_s37_acknowledged_at_night() -> None:
    """glpi-project/glpi#12167; nothing counted between closing and opening."""
    clock = SlaDefinition(
        name="ack", target=HOUR, calendar=OFFICE, stop=field("acknowledged_at").present()
    )
    record = acknowledge(opened("01 20:00"), at=u("02 03:00"), by="ada")
    status = ask(clock, record, "02 12:00")
    assert (status.elapsed, status.stopped_at, status.breached) == (0 * HOUR, u("02 03:00"), False)
    assert status.due_at == u("02 10:00")


def test_sla_s53_answered_and_put_on_hold_at_one_instant() -> None:
    """zammad/zammad#3551; stopped at 30 min."""
    record = said(started(), ("01 09:30", "a", "ada"))
    record = hold(record, "01 09:30")
    clock = SlaDefinition.first_response(
        hours=1, calendar=OFFICE, pause=field("state.pauses").is_true()
    )
    status = ask(clock, record, "01 12:00")
    assert (status.stage, status.elapsed) == ("stopped", HOUR / 2)


def test_sla_a03_recorded_late() -> None:
    """A hold and a resume that are both recorded at 15:00."""
    record = advance(opened(), "start", at=u("01 09:00"), by="ada")
    late = {"recorded_at": u("01 15:00")}
    record = hold(record, "01 10:00", **late)
    record = resume(record, "01 12:00", **late)
    clock = resolution(4)
    before = evaluate_sla(clock, record, now=u("01 14:00"), known_at=u("01 14:00"))
    assert (before.elapsed, before.breached) == (5 * HOUR, True)
    after = evaluate_sla(clock, record, now=u("01 14:00"), known_at=u("01 16:00"))
    assert (after.elapsed, after.breached) == (3 * HOUR, False)


def test_sla_a03_a_hold_before_the_resolution_recorded_late() -> None:
    """Resolved 11:00, then a hold dated 10:00 is recorded 15:00: stopped at 1:00, no hold reason.

    A pause from 10:00 leaves one hour; the resolution stands, and with it no reason for a hold.
    """
    record = advance(started(), "resolve", at=u("01 11:00"), by="ada", **FIX)
    record = hold(record, "01 10:00", recorded_at=u("01 15:00"))
    clock = resolution(4)
    status = evaluate_sla(clock, record, now=u("01 16:00"))
    assert (status.stage, status.elapsed) == ("stopped", HOUR)
    assert (record.state.name, record.hold_reason) == ("resolved", None)


@pytest.mark.parametrize(
    "custom", [{}, {"region": None}, {"region": "mars"}, {"region": ["eu", "us"]}]
)
@pytest.mark.parametrize("path", ["custom.region", "custom.site.region"])
def test_sla_a06_a_region_that_is_not_in_the_table(path: str, custom: dict[str, Any]) -> None:
    """The default calendar counts: due 10:00 for an hour from 06:00."""
    if path == "custom.site.region":
        custom = {}
    calendar = CalendarByField(path, {"eu": ALWAYS_OPEN}, OFFICE)
    assert ask(resolution(1, calendar), opened("01 06:00", custom=custom), "01 06:00").due_at == (
        u("01 10:00")
    )


def test_sla_a06_a_misspelt_field_is_named() -> None:
    """A calendar by a field that records do not have."""
    clock = resolution(1, CalendarByField("custon.region", {}, OFFICE))
    with pytest.raises(InvalidValueError, match="custon"):
        ask(clock, opened(), "01 10:00")


def test_sla_a07_a_bot_writes_first() -> None:
    """It is no first response."""
    record = said(opened(), ("01 09:10", "hello", Actor("bot", "bot")))
    status = ask(SlaDefinition.first_response(hours=1, calendar=OFFICE), record, "01 12:00")
    assert (status.stage, status.breached) == ("running", True)


def test_sla_a18_raised_to_critical_and_escalated_then() -> None:
    """A level at the due of the resolution clock: one intent at 13:00, not at 10:00."""
    critical = field("priority") >= Priority.CRITICAL
    policy = SlaPolicy([(critical, resolution(1, name="critical"))], default=resolution(8))
    raised = {"priority_override": Priority.CRITICAL}
    record = opened().with_event(Prioritized, at=u("01 13:00"), by="ada", fields=raised)
    matrix = EscalationMatrix(
        name="m",
        rows=[
            EscalationRow(
                name="r",
                levels=[
                    EscalationLevel(OnClock("resolution", "due"), [EscalationTarget.group("lead")])
                ],
            )
        ],
    )
    found = [
        due_escalations(matrix, record, slas=[policy], now=u(now))
        for now in ("01 12:59", "01 13:00")
    ]
    assert [[intent.due_at for intent in each] for each in found] == [[], [u("01 13:00")]]


def test_sla_a21_keep_elapsed_between_kinds_of_target() -> None:
    """8 h to business days, to a time of day, and back from each; 5:00 each time."""
    plan = field("custom.plan")
    kinds: dict[str, Any] = {"days": BusinessDays(2), "by": ByTimeOfDay("16:00", 1)}
    policy = SlaPolicy(
        [
            (
                plan.equals(name),
                SlaDefinition.resolution(
                    name=name, target=target, calendar=OFFICE, swap="keep_elapsed"
                ),
            )
            for name, target in kinds.items()
        ],
        default=resolution(8, swap="keep_elapsed"),
    )
    dues = {}
    for name in kinds:
        record = set_fields(opened(), custom={"plan": name}, at=u("01 13:00"), by="ada")
        status = ask(policy, record, "01 14:00")
        dues[name] = status.due_at
        assert status.elapsed == 5 * HOUR
        back = set_fields(record, custom={"plan": "none"}, at=u("01 13:30"), by="ada")
        status = ask(policy, back, "01 14:00")
        assert (status.elapsed, status.due_at) == (5 * HOUR, u("01 17:00"))
    assert dues == {"days": u("03 09:00"), "by": u("02 16:00")}


def test_sla_a24_resumed_by_a_message() -> None:
    """6 h; on hold 10:00, the requester writes 11:00, the agent replies 12:00: paused at 2:00."""
    clock = resolution(6, resume=field("unanswered_since").present())
    record = hold(started(), "01 10:00")
    record = said(record, ("01 11:00", "here", KIM))
    record = assign(record, assignee="ada", at=u("01 11:30"), by="ada")
    record = said(record, ("01 12:00", "thanks", "ada"))
    status = ask(clock, record, "01 13:00")
    assert (status.stage, status.elapsed) == ("paused", 2 * HOUR)


def test_sla_a26_a_gap_that_counts() -> None:
    """``continue``; a warning 30 min before the due lies in the gap."""
    warning = SlaThreshold(name="warning", before_due=30 * MINUTE)
    clock = resolution(4, reopen="continue", thresholds=[warning])
    record = advance(opened(), "resolve", at=u("01 11:00"), by="ada", **FIX)
    record = advance(record, "reopen", at=u("01 16:00"), by="ada")
    early = ask(clock, record, "01 15:59")
    assert (early.stage, early.breached) == ("stopped", False)
    late = ask(clock, record, "01 16:30")
    assert (late.elapsed, late.due_at, late.breached_at) == (
        7.5 * HOUR,
        u("01 13:00"),
        u("01 13:00"),
    )
    assert [(t.name, t.at) for t in late.thresholds] == [("warning", u("01 12:30"))]


def test_sla_a31_an_ola_that_follows_its_group() -> None:
    """Canceled when the group gives it away; and a comment that is corrected away."""
    clock = SlaDefinition(
        name="g2",
        target=2 * HOUR,
        calendar=OFFICE,
        start=field("assignment_group").equals("g2"),
        stop=field("state.resolved").is_true(),
        cancel_when_start_ends=True,
        agreement="ola",
    )
    record = opened()
    for at, group in (
        ("01 09:00", "g1"),
        ("01 10:30", "g2"),
        ("01 11:30", "g1"),
        ("01 14:00", "g2"),
    ):
        record = assign(record, group=group, at=u(at), by="ada")
    status = ask(clock, record, "01 15:00")
    assert [(c.result, c.elapsed) for c in status.cycles] == [("canceled", HOUR), ("running", HOUR)]
    record = comment(opened(), "oops", at=u("01 09:30"), by="ada")
    record = correct_event(record, record.history[-1].id, at=u("01 12:00"), by="ada")
    status = ask(SlaDefinition.first_response(hours=1, calendar=OFFICE), record, "01 13:00")
    assert (status.stage, status.breached) == ("running", True)


def test_a_calendar_with_versions_inside_one_clock() -> None:
    """New hours on Wednesday change nothing before Wednesday (C7)."""
    longer = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-20:00"})
    versions = Versions([(u("01 00:00"), OFFICE), (u("03 00:00"), longer)])
    status = ask(resolution(30, versions), opened(), "03 10:00")
    assert status.elapsed == (8 + 8 + 2) * HOUR
    assert status.due_at == u("04 10:00")


def test_holidays_of_a_country_are_dates() -> None:
    """The rows above write the two dates that matter; the package knows the same."""
    pytest.importorskip("holidays")
    days = {holiday.day for holiday in public_holidays("US", years=[2021])}
    assert date(2021, 11, 11) in days
