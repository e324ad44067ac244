"""Triggers: when a level becomes due."""

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    AtWallTime,
    EscalationLevel,
    HeldFor,
    OnClock,
    Trigger,
    due_escalations,
    escalate_now,
    next_escalation_wakeup,
)
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, acknowledge, assign, comment, set_fields
from incidentcore.schedule import Rotation
from incidentcore.sla import SlaDefinition, SlaThreshold
from incidentcore.values import Actor

from .chains import MIN, OFFICE, T0, at, fired, incident, matrix

CLOCK = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def test_a_clock_level_fires_in_business_time_and_is_not_silenced_by_acknowledgement() -> None:
    """75 % of 4 h from Monday 09:00 is 12:00, due 13:00; a hold from 10 to 11 moves both."""
    rules = matrix(
        EscalationLevel(OnClock("resolution", 0.75), "warn"),
        EscalationLevel(OnClock("resolution", "due"), "due"),
    )
    record = acknowledge(incident(), at=at(1), by="ada")
    held = advance(record, "hold", reason="awaiting_vendor", at=at(60), by="ada")
    held = advance(held, "resume", at=at(120), by="ada")

    assert fired(rules, record, 600, slas=[CLOCK]) == [(180, "warn"), (240, "due")]
    assert fired(rules, held, 600, slas=[CLOCK]) == [(240, "warn"), (300, "due")]


def test_breach_is_the_first_instant_beyond_the_target() -> None:
    """8 h on a 09:00-17:00 day: due Monday 17:00, breached one microsecond into Tuesday."""
    clock = SlaDefinition.resolution(hours=8, calendar=OFFICE)
    rules = matrix(
        EscalationLevel(OnClock("resolution", "due"), "due"),
        EscalationLevel(OnClock("resolution", "breach"), "breach"),
    )
    due = due_escalations(rules, incident(), slas=[clock], now=T0 + timedelta(days=3))

    assert [(str(e.targets[0]), e.due_at) for e in due] == [
        ("due", T0 + timedelta(hours=8)),
        ("breach", T0 + timedelta(days=1, microseconds=1)),
    ]


def test_a_threshold_before_due_is_a_point_on_the_clock() -> None:
    """30 min before a due of Tuesday 09:10 is Monday 16:40 (rule S8)."""
    clock = SlaDefinition.resolution(target=timedelta(hours=8, minutes=10), calendar=OFFICE)
    soon = SlaThreshold(name="soon", before_due=30 * MIN)
    rules = matrix(EscalationLevel(OnClock("resolution", soon), "warn"))

    assert fired(rules, incident(), 2000, slas=[clock]) == [(7 * 60 + 40, "warn")]


def test_a_message_that_is_answered_in_time_escalates_nobody() -> None:
    """unanswered_since stands from 10 to 20 and from 40 on: only the second reaches 15 min."""
    rules = matrix(EscalationLevel(After(15 * MIN, since="unanswered_since"), "owner"))
    kim = Actor("kim", "requester")
    record = comment(incident(), "hello?", at=at(10), by=kim)
    record = comment(record, "yes", at=at(20), by="ada")
    record = comment(record, "still?", at=at(40), by=kim)

    assert fired(rules, record, 500) == [(55, "owner")]


def test_a_condition_must_hold_without_a_break() -> None:
    """On hold from 10 to 30 and from 50 on: 25 minutes are reached at 75 only."""
    held = HeldFor(field("state.pauses").is_true(), 25 * MIN)
    rules = matrix(EscalationLevel(held, "coordinator", until="resolved"))
    record = incident()
    for action, minute in (("hold", 10), ("resume", 30), ("hold", 50)):
        fields = {"reason": "awaiting_vendor"} if action == "hold" else {}
        record = advance(record, action, at=at(minute), by="ada", **fields)

    assert fired(rules, record, 500) == [(75, "coordinator")]


@pytest.mark.parametrize(
    ("until", "minutes"),
    [(None, [60, 1500, 2940]), (1500, [60]), (1501, [60, 1500]), (30, [])],
)
def test_a_wall_time_comes_daily_while_the_moment_stands(
    until: int | None, minutes: list[float]
) -> None:
    """Daily at 10:00 until the moment is taken back; at that very instant no longer."""
    ten = Rotation(anchor=at(60), zone="UTC", unit="days")
    rules = matrix(EscalationLevel(AtWallTime(ten, "custom.asked_at"), "desk"))
    record = set_fields(incident(), custom={"asked_at": T0}, at=T0, by="ada")
    if until is not None:
        record = set_fields(record, custom={"asked_at": None}, at=at(until), by="ada")
    assert [minute for minute, _ in fired(rules, record, 3000)] == minutes


def test_a_wall_time_at_the_very_moment_is_not_after_it() -> None:
    """Asked at 10:00 sharp, the first 10:00 is that of the next day; a minute before, today's."""
    ten = Rotation(anchor=at(60), zone="UTC", unit="days")
    rules = matrix(EscalationLevel(AtWallTime(ten, "custom.asked_at"), "desk"))
    for asked, first in ((60, 1500), (59, 60)):
        record = set_fields(incident(), custom={"asked_at": at(asked)}, at=at(asked), by="ada")
        assert next(minute for minute, _ in fired(rules, record, 1501)) == first
        assert fired(rules, record, first - 0.5) == []


def test_a_spell_that_a_restart_ends_is_one_cycle() -> None:
    """Moved to another group and back: two spells in the group, numbered one and two."""
    held = HeldFor(field("assignment_group").equals("mail"), 10 * MIN)
    record = assign(incident(), group="mail", at=at(0), by="ada")
    record = assign(record, group="web", at=at(30), by="ada")
    record = assign(record, group="mail", at=at(60), by="ada")
    rules = matrix(EscalationLevel(held, "x"))
    due = due_escalations(rules, record, now=at(100), include_lapsed=True)
    assert [(e.cycle, (e.due_at - T0) / MIN) for e in due] == [(1, 10), (2, 70)]


def test_a_wall_time_after_a_moment_that_never_came_is_none() -> None:
    """Asked for minute 500, and taken back at 100: nothing is to be counted from."""
    ten = Rotation(anchor=at(60), zone="UTC", unit="days")
    rules = matrix(EscalationLevel(AtWallTime(ten, "custom.asked_at"), "desk"))
    record = set_fields(incident(), custom={"asked_at": at(500)}, at=T0, by="ada")
    assert fired(rules, record, 3000) == [(1500, "desk"), (2940, "desk")]
    record = set_fields(record, custom={"asked_at": None}, at=at(100), by="ada")
    assert fired(rules, record, 3000) == []


@pytest.mark.parametrize(
    ("one", "above", "behind"),
    [
        (After(10 * MIN), After(4 * MIN), 6 * MIN),
        (After(4 * MIN), After(10 * MIN), 0 * MIN),  # it waits for the level above
        (After(10 * MIN, since="reopened_at"), After(4 * MIN), None),
        (After(10 * MIN), OnClock("resolution", "due"), None),
        (After(10 * MIN, calendar=OFFICE), After(4 * MIN), None),
        (After(10 * MIN), After(4 * MIN, calendar=OFFICE), None),
        (AfterPrevious(10 * MIN), OnClock("resolution", "due"), 10 * MIN),
        (AfterPrevious(10 * MIN, calendar=OFFICE), After(4 * MIN), None),
        (OnClock("resolution", "due"), After(4 * MIN), None),
    ],
)
def test_how_long_a_level_is_due_after_the_one_above(
    one: Trigger, above: Trigger, behind: timedelta | None
) -> None:
    """Known where both delays are of wall-clock time from one instant."""
    assert one.behind(above) == behind


def test_a_level_follows_each_reminder() -> None:
    """Reminded daily at 9:00, the boss 30 minutes later, unless it is acknowledged before (E2).

    No level after a reminder ever became due.
    """
    nine = Rotation(anchor=datetime(2026, 6, 1, 9, tzinfo=UTC), zone="UTC", unit="days")
    half = EscalationLevel(AfterPrevious(timedelta(minutes=30)), "boss")
    rules = matrix(EscalationLevel(AtWallTime(nine), "desk"), half)
    record = Incident.open(id="I", title="x", at=datetime(2026, 6, 1, 12, tzinfo=UTC), by="kim")
    until = datetime(2026, 6, 3, 9, 29, tzinfo=UTC)

    def found(record: Incident, until: datetime) -> list[str]:
        due = due_escalations(rules, record, now=until, include_lapsed=True)
        return [f"{one.due_at:%d %H:%M} {one.targets[0]}" for one in due]

    every = ["02 09:00 desk", "02 09:30 boss", "03 09:00 desk"]
    assert found(record, until) == every
    again = next_escalation_wakeup(rules, [record], now=until)
    assert again == until + timedelta(minutes=1)
    assert found(record, again) == [*every, "03 09:30 boss"]
    known = acknowledge(record, at=datetime(2026, 6, 2, 9, 10, tzinfo=UTC), by="ada")
    assert found(known, again) == ["02 09:00 desk"]


HOURLY = Rotation(anchor=T0, zone="UTC", unit="hours")
CALLED = "custom.called_at"


@pytest.mark.parametrize(
    ("levels", "row", "expected"),
    [  # opened at 0; written at 180 that somebody called at 60
        ([After(30 * MIN, CALLED)], {}, [(180, 0, 1)]),  # 90, but known only at 180
        ([After(120 * MIN, CALLED)], {}, [(180, 0, 1)]),
        ([After(121 * MIN, CALLED)], {}, [(181, 0, 1)]),
        ([After(30 * MIN, CALLED), AfterPrevious(20 * MIN)], {}, [(180, 0, 1), (200, 1, 1)]),
        (
            [After(30 * MIN, CALLED)],
            {"repeat": 2, "repeat_after": 15 * MIN},
            [(180, 0, 1), (195, 0, 1), (210, 0, 1)],
        ),
        ([AtWallTime(HOURLY, CALLED)], {}, [(180, 0, 1), (240, 0, 2)]),  # not at 120
    ],
)
def test_nothing_is_due_before_the_event_that_wrote_the_field(
    levels: list[Trigger], row: dict[str, object], expected: list[tuple[int, int, int]]
) -> None:
    """As an event from before the opening makes nothing due before it (rules E1 and E2)."""
    rules = matrix(*(EscalationLevel(one, "duty") for one in levels), **row)
    record = set_fields(incident(), at=at(180), by="ada", custom={"called_at": at(60)})
    due = due_escalations(rules, record, now=at(250))

    assert [((one.due_at - T0) / MIN, one.level, one.cycle) for one in due] == expected
    assert due_escalations(rules, record, now=at(179)) == ()
    assert next_escalation_wakeup(rules, record, now=at(0)) is None


def test_a_manual_escalation_hurries_nothing_that_is_not_known_yet() -> None:
    """Asked at 120, written at 180 that it counts from 60: due at 180, as its field says."""
    rules = matrix(EscalationLevel(After(500 * MIN, CALLED), "duty"))
    asked = escalate_now(incident(), "duty", at=at(120), by="ada")
    record = set_fields(asked, at=at(180), by="ada", custom={"called_at": at(60)})

    assert fired(rules, record, 400) == []
    assert fired(rules, record, 560) == [(560, "duty")]
