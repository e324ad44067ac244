"""Further cases of the kinds that users report, as a table; each answer is worked out on paper.

1 June 2026 is a Monday; office is Mon-Fri 09:00-17:00 UTC.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from incidentcore.conditions import ALWAYS, NEVER, before, field, reached
from incidentcore.instants import Interval
from incidentcore.lifecycle import advance
from incidentcore.priority import override_priority
from incidentcore.records import (
    ApprovalRule,
    Incident,
    ServiceRequest,
    assign,
    comment,
    request_approval,
    set_fields,
    snooze,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays, Holiday, Maintenance
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
)
from incidentcore.sla.terms import TakeoverMode
from incidentcore.values import Priority

from .test_field_cases import ALWAYS_OPEN, FIX, HOUR, KIM, OFFICE, TIMER, ask, hours, resolution, u

VENDOR = field("hold_reason").equals("awaiting_vendor")
AT_G2 = field("assignment_group").equals("g2")


def told(story: str, **fields: Any) -> Incident:
    """Return the incident of a story: times, verbs and a word; the first time opens it."""
    first, *steps = story.split(", ")
    record = Incident.open(id="I", title="t", by=KIM, at=u(first), **fields)
    for step in steps:
        parts = step.split()
        size = 1 if "T" in parts[0] else 2
        at, verb, words = u(" ".join(parts[:size])), parts[size], parts[size + 1 :]
        if verb in ("raise", "lower"):
            level = Priority.CRITICAL if verb == "raise" else Priority.LOW
            record = override_priority(record, level, reason="x", at=at, by="ada")
        elif verb == "group":
            record = assign(record, group=words[0], at=at, by="ada")
        elif verb == "say":
            record = comment(record, "x", at=at, by=words[0])
        elif verb == "snooze":
            record = snooze(record, until=u(" ".join(words)), at=at, by="ada")
        else:
            more: dict[str, Any] = {"reason": words[0]} if words else {}
            more |= FIX if verb == "resolve" else {}
            record = advance(record, verb, at=at, by=KIM if verb == "reopen" else "ada", **more)
    return record


def policy(critical: Any = 4, normal: Any = 8, calendar: Any = OFFICE, **more: Any) -> SlaPolicy:
    urgent = field("priority").equals(Priority.CRITICAL)
    rules = [(urgent, resolution(critical, calendar, name="critical", **more))]
    return SlaPolicy(rules, default=resolution(normal, name="normal", **more))


def ola(**more: Any) -> SlaDefinition:
    return SlaDefinition(
        name="g2",
        **{
            "target": 2 * HOUR,
            "calendar": OFFICE,
            "agreement": "ola",
            "start": AT_G2,
            "stop": field("state.resolved").is_true(),
            "cancel": ~AT_G2,
            "reopen": "exclude_closed",
            **more,
        },
    )


CONTRACT = SlaDefinition(
    name="vendor",
    target=4 * HOUR,
    calendar=OFFICE,
    agreement="contract",
    start=VENDOR,
    stop=~VENDOR,
    reopen="new_cycle",
)
BERLIN = BusinessCalendar.always("Europe/Berlin")
HALF = BusinessCalendar(
    zone="UTC",
    hours={"mon-fri": "09:00-17:00"},
    holidays=[Holiday("2026-06-02", hours="09:00-12:00")],
)
PATCHED = OFFICE - Maintenance([Interval(u("01 10:00"), u("01 12:00"))], name="patch")
LORD_HOWE = BusinessCalendar(zone="Australia/Lord_Howe", hours={"mon-sun": "00:00-06:00"})
FOLLOWING = CalendarByField(
    "assignment_group",
    {"eu": hours("08:00-16:00"), "us": hours("14:00-22:00")},
    OFFICE,
    follow=True,
)
CALLER = field("hold_reason").equals("awaiting_caller")
RULES: dict[str, Any] = {
    "4 h": resolution(4),
    "8 h": resolution(8),
    "4 h, caller pauses": resolution(4, pause=CALLER),
    "8 h, snooze pauses": resolution(8, pause=before("snoozed_until")),
    "4 h Berlin": resolution(4, BERLIN),
    "3 h Lord Howe": resolution(3, LORD_HOWE),
    "4 h half day": resolution(4, HALF),
    "2 days half day": resolution(0, HALF, target=BusinessDays(2)),
    "4 h maintenance": resolution(4, PATCHED),
    "8 h following": resolution(8, FOLLOWING),
    "zero": resolution(0, target=timedelta()),
    "vendor": CONTRACT,
    "group": ola(),
    "group, apart counts": ola(reopen="continue"),
    "group, each visit": ola(reopen="new_cycle"),
    "group, paused apart": ola(cancel=NEVER, pause=~AT_G2),
    "1 h by a new cycle": policy(1, reopen="new_cycle"),
    **{f"4 h {swap}": policy(4, swap=swap) for swap in get_args(TakeoverMode)},
    **{f"1 h {swap}": policy(1, swap=swap) for swap in get_args(TakeoverMode)},
    **{
        f"4 h around the clock {swap}": policy(4, 8, ALWAYS_OPEN, swap=swap)
        for swap in get_args(TakeoverMode)
    },
}
# Rules | story | now | stage | elapsed | due | breach. On Lord Howe the 5th of April 2026 begins at
# 13:00 UTC, and at 15:00 UTC it is half past one again.
CASES = """
8 h | 01 09:00, 01 18:00 hold awaiting_caller, 02 08:00 resume | 02 09:00 | running | 8:00 | 01 17:00 | -
4 h | 01 09:00, 01 13:00 hold awaiting_caller, 01 15:00 resume | 01 16:00 | running | 5:00 | 01 13:00 | 01 15:00
4 h | 06 10:00, 06 11:00 hold awaiting_caller, 07 12:00 resume | 08 09:00 | running | 0:00 | 08 13:00 | -
4 h | 01 09:00, 01 10:00 hold awaiting_caller, 01 11:00 hold awaiting_vendor, 01 12:00 resume, 01 13:00 hold awaiting_caller, 01 14:00 resume | 01 15:00 | running | 3:00 | 01 16:00 | -
4 h | 01 09:00, 01 10:00 hold awaiting_vendor, 04 12:00 resolve | 05 09:00 | stopped | 1:00 | 04 15:00 | -
4 h, caller pauses | 01 09:00, 01 10:00 hold awaiting_vendor, 01 11:00 hold awaiting_caller, 01 12:00 hold awaiting_vendor | 01 13:00 | running | 3:00 | 01 14:00 | -
4 h Berlin | 2026-10-24T20:00, 2026-10-24T22:00 hold awaiting_caller, 2026-10-25T06:00 resume | 2026-10-25T07:00 | running | 3:00 | 2026-10-25T08:00 | -
3 h Lord Howe | 2026-04-04T13:00 | 2026-04-04T15:30 | running | 2:30 | 2026-04-04T16:00 | -
4 h half day | 01 16:00, 02 11:00 hold awaiting_caller, 03 10:00 resume | 03 10:30 | running | 3:30 | 03 11:00 | -
2 days half day | 01 16:00 | 02 10:00 | running | 2:00 | 03 16:00 | -
4 h maintenance | 01 09:00 | 01 13:00 | running | 2:00 | 01 15:00 | -
8 h following | 01 09:00, 01 12:00 group eu, 01 15:00 group us, 01 20:00 group eu | 02 08:30 | running | 11:30 | 01 17:00 | 01 17:00
8 h | 01 09:00, 01 10:00 snooze 01 12:00 | 01 13:00 | running | 4:00 | 01 17:00 | -
8 h, snooze pauses | 01 09:00, 01 10:00 snooze 01 12:00 | 01 13:00 | running | 2:00 | 02 11:00 | -
zero | 06 10:00 | 07 10:00 | running | 0:00 | 06 10:00 | -
zero | 06 10:00 | 08 10:00 | running | 1:00 | 06 10:00 | 08 09:00
4 h retroactive | 01 09:00, 01 10:00 hold awaiting_caller, 01 11:00 raise, 01 12:00 resume | 01 13:00 | running | 2:00 | 01 15:00 | -
4 h keep_elapsed | 01 09:00, 01 10:00 hold awaiting_caller, 01 11:00 raise, 01 12:00 resume | 01 13:00 | running | 2:00 | 01 15:00 | -
4 h retroactive_without_pauses | 01 09:00, 01 10:00 hold awaiting_caller, 01 11:00 raise, 01 12:00 resume | 01 13:00 | running | 3:00 | 01 14:00 | -
4 h restart | 01 09:00, 01 10:00 hold awaiting_caller, 01 11:00 raise, 01 12:00 resume | 01 13:00 | running | 1:00 | 01 16:00 | -
4 h around the clock retroactive | 05 15:00, 06 12:00 raise | 06 13:00 | running | 22:00 | 05 19:00 | 05 19:00
4 h around the clock keep_elapsed | 05 15:00, 06 12:00 raise | 06 13:00 | running | 3:00 | 06 14:00 | -
4 h around the clock restart | 05 15:00, 06 12:00 raise | 06 13:00 | running | 1:00 | 06 16:00 | -
1 h retroactive | 01 09:00, 01 11:00 raise, 01 12:00 lower | 01 11:30 | running | 2:30 | 01 10:00 | 01 10:00
1 h keep_elapsed | 01 09:00, 01 11:00 raise, 01 12:00 lower | 01 11:30 | running | 2:30 | 01 11:00 | 01 11:00
1 h retroactive | 01 09:00, 01 11:00 raise, 01 12:00 lower | 01 13:00 | running | 4:00 | 01 17:00 | -
1 h keep_elapsed | 01 09:00, 01 11:00 raise, 01 12:00 lower | 01 13:00 | running | 4:00 | 01 17:00 | -
1 h restart | 01 09:00, 01 11:00 raise, 01 12:00 lower | 01 13:00 | running | 1:00 | 02 12:00 | -
1 h retroactive | 01 09:00, 01 11:00 resolve, 01 12:00 raise | 01 14:00 | stopped | 2:00 | 01 17:00 | -
1 h retroactive | 01 09:00, 01 11:00 resolve, 01 12:00 raise, 01 13:00 reopen | 01 14:00 | running | 3:00 | 01 10:00 | 01 10:00
1 h keep_elapsed | 01 09:00, 01 11:00 resolve, 01 12:00 raise, 01 13:00 reopen | 01 14:00 | running | 3:00 | 01 13:00 | 01 13:00
1 h by a new cycle | 01 09:00, 01 11:00 resolve, 01 12:00 raise, 01 13:00 reopen | 01 14:00 | running | 1:00 | 01 14:00 | -
vendor | 01 09:00, 01 10:00 hold awaiting_caller | 01 12:00 | not_started | 0:00 | - | -
vendor | 01 09:00, 01 10:00 hold awaiting_caller, 01 12:00 hold awaiting_vendor | 01 13:00 | running | 1:00 | 01 16:00 | -
vendor | 01 09:00, 01 10:00 hold awaiting_vendor, 01 12:00 resume, 02 10:00 hold awaiting_vendor | 02 17:00 | running | 7:00 | 02 14:00 | 02 14:00
group | 01 09:00, 01 10:00 group g2, 01 11:00 group g1, 01 12:00 group g2 | 01 13:00 | running | 2:00 | 01 13:00 | -
group, apart counts | 01 09:00, 01 10:00 group g2, 01 11:00 group g1, 01 12:00 group g2 | 01 13:00 | running | 3:00 | 01 12:00 | 01 12:00
group, each visit | 01 09:00, 01 10:00 group g2, 01 11:00 group g1, 01 12:00 group g2 | 01 13:00 | running | 1:00 | 01 14:00 | -
group, paused apart | 01 09:00, 01 10:00 group g2, 01 11:00 group g1, 01 12:00 group g2 | 01 13:00 | running | 2:00 | 01 13:00 | -
""".strip().splitlines()  # noqa: E501  the rows of a table


@pytest.mark.parametrize("row", CASES)
def test_worked_out_on_paper(row: str) -> None:
    """Stage, elapsed, due and breach of the present cycle."""
    rules, story, now, stage, elapsed, due, breach = row.split(" | ")
    status = ask(RULES[rules], told(story), now)
    assert (status.stage, f"{status.elapsed}"[:-3]) == (stage, elapsed)
    assert [status.due_at, status.breached_at] == [
        None if at == "-" else u(at) for at in (due, breach)
    ]


def test_an_approval_that_expires_stops_its_clock() -> None:
    """The instant is a field; asked again after it, the clock goes on."""
    request = ServiceRequest.open(id="R", title="t", at=u("01 09:00"), by=KIM)
    rule = ApprovalRule.any_of("bo").expiring(3 * HOUR)
    request = request_approval(request, rule, at=u("01 10:00"), by="ada")
    clock = SlaDefinition(
        name="approval",
        target=4 * HOUR,
        calendar=OFFICE,
        start=field("approval_state").equals("pending"),
        stop=field("approval_state").is_in("approved", "rejected") | reached("approval_expires_at"),
    )
    running: Any = ask(clock, request, "01 12:00")  # type: ignore[arg-type]  # a request
    assert running.next_wakeup == u("01 13:00")
    stopped = ask(clock, request, "01 15:00")  # type: ignore[arg-type]  # a request
    assert (stopped.stage, stopped.elapsed) == ("stopped", 3 * HOUR)
    again = request_approval(request, rule, at=u("01 14:00"), by=TIMER)
    assert ask(clock, again, "01 15:00").elapsed == 4 * HOUR  # type: ignore[arg-type]  # a request


EARLY, LATE = hours("08:00-16:00"), hours("14:00-22:00")
BY_GROUP = CalendarByField("assignment_group", {"us": LATE}, EARLY, follow=True)


def handed_over(target: Any) -> SlaPolicy:
    """Return eight hours by the early calendar, and a target by the late one that takes over."""
    us = resolution(0, LATE, target=target, name="us", swap="keep_elapsed")
    return SlaPolicy([(field("assignment_group").equals("us"), us)], default=resolution(8, EARLY))


@pytest.mark.parametrize(
    ("rules", "story", "due", "target", "breach"),
    [
        # 3 h of Monday by the early calendar, then 7 h by the late one, which opens Tuesday 14:00
        (resolution(0, BY_GROUP, target=BusinessDays(1)), "", "02 12:00", 10, "02 14:00"),
        (resolution(0, BY_GROUP, target=ByTimeOfDay("16:00", 1)), "", "02 16:00", 12, "02 16:00"),
        # an hour on hold before the handover delays it by the first hour that is open then
        (
            resolution(0, BY_GROUP, target=BusinessDays(1)),
            "01 13:00 hold awaiting_vendor, 01 14:00 resume, ",
            "02 15:00",
            10,
            "02 15:00",
        ),
        (handed_over(BusinessDays(1)), "", "02 14:00", 10, "02 14:00"),
        (handed_over(ByTimeOfDay("16:00", 1)), "", "02 16:00", 12, "02 16:00"),
    ],
)
def test_a_relative_target_counts_by_the_calendar_of_each_hour(
    rules: Any, story: str, due: str, target: int, breach: str
) -> None:
    """Opened Monday 12:00, handed over at 15:00: due as promised, and breached after that (S6)."""
    record = told(f"01 12:00, {story}01 15:00 group us")
    status = ask(rules, record, "01 16:00")
    assert (status.due_at, status.target, status.breached) == (u(due), target * HOUR, False)
    at_due = ask(rules, record, due)
    assert (at_due.elapsed, at_due.breached) == (at_due.target, False)
    late = ask(rules, record, "05 12:00")
    assert (late.due_at, late.breached_at) == (u(due), u(breach))


def test_a_start_that_is_found_out_after_the_resolution() -> None:
    """Opened 10:00, resolved 12:00, found out at 13:00 to have begun at 11:00: one hour (S1)."""
    record = told("01 10:00, 01 12:00 resolve")
    clock = resolution(4, ALWAYS_OPEN, starts_from="custom.began")
    assert ask(clock, record, "01 12:30").elapsed == 2 * HOUR
    record = set_fields(record, custom={"began": u("01 11:00")}, at=u("01 13:00"), by="ada")
    status = ask(clock, record, "01 14:00")
    assert (status.stage, status.started_at, status.elapsed) == ("stopped", u("01 11:00"), HOUR)


def test_a_takeover_in_a_pause_makes_nothing_due() -> None:
    """Held from Friday's closing, due Saturday noon; resumed Monday 10:00: due then (S3, S6)."""
    first, second = (
        resolution(0, target=DueDate("custom.due"), name=name, swap="keep_elapsed")
        for name in ("first", "second")
    )
    rules = SlaPolicy([(AT_G2, second)], default=first)
    record = told("05 16:00, 05 17:00 hold awaiting_vendor", custom={"due": u("06 12:00")})
    assert ask(rules, record, "06 15:00").due_at is None
    record = assign(record, group="g2", at=u("06 14:00"), by="ada")
    assert ask(rules, record, "06 15:00").due_at is None
    record = advance(record, "resume", at=u("08 10:00"), by="ada")
    assert ask(rules, record, "08 11:00").due_at == u("08 10:00")


def test_a_replaced_cycle_was_neither_met_nor_stopped() -> None:
    """A definition that restarts the clock may not start it yet: the trace says so (S4, S7)."""
    second = resolution(4, ALWAYS_OPEN, swap="restart", start=field("assignee").present())
    rules = SlaPolicy([(AT_G2, second)], default=resolution(4, ALWAYS_OPEN))
    status = ask(rules, told("01 09:00, 01 10:00 group g2"), "01 11:00")
    assert status.stage == "not_started"
    assert [entry.code for entry in status.trace] == ["replaced", "swapped", "not_started"]
    assert str(status.trace).endswith("elapsed 1:00 of 4:00, remaining 3:00; replaced")


@pytest.mark.parametrize("by_policy", [False, True])
def test_an_event_at_the_instant_of_a_change_by_time(by_policy: bool) -> None:  # noqa: FBT001
    """Starts at 12:00 by a date in a field; a timer notes this at 12:00 sharp: it still starts."""
    begun = reached("custom.begin")
    clock = resolution(4, ALWAYS_OPEN, start=ALWAYS if by_policy else begun)
    rules = SlaPolicy([(begun, clock)]) if by_policy else clock
    record = told("01 09:00", custom={"begin": u("01 12:00")})
    record = comment(record, "It begins.", at=u("01 12:00"), by=TIMER, visibility="internal")
    status = ask(rules, record, "01 13:00")
    due = u("01 13:00") if by_policy else u("01 16:00")
    assert (status.stage, status.due_at) == ("running", due)


def test_days_after_the_due_time_are_fixed_when_it_is_reached() -> None:
    """Due Monday 13:00 in hours 08-16; to hours 14-22 after that: Tuesday 13:00 (S8)."""
    late = SlaThreshold(name="late", after_due=BusinessDays(1))
    clock = resolution(3, BY_GROUP, thresholds=(late,))
    record = told("01 10:00, 01 15:30 group us")
    assert ask(clock, record, "01 15:00").reached_at("late") == u("02 13:00")
    assert ask(clock, record, "01 16:00").reached_at("late") == u("02 13:00")
