"""Triggers: when a level becomes due."""

from datetime import timedelta

import pytest

from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation import (
    After,
    AtWallTime,
    EscalationLevel,
    HeldFor,
    OnClock,
    acknowledge,
    due_escalations,
)
from incidentcore.escalation.triggers.base import TriggerContext
from incidentcore.escalation.view import Anchor
from incidentcore.instants import Interval
from incidentcore.lifecycle import advance
from incidentcore.records import assign, comment, set_fields
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


def test_a_moment_that_moves_begins_the_delay_anew() -> None:
    """Nothing for 30 minutes: each update moves it, and at the end it fires once an occurrence."""
    rules = matrix(EscalationLevel(After(30 * MIN, since="updated_at"), "owner"))
    record = assign(incident(), group="net", at=at(20), by=Actor("bot", "system"))
    record = assign(record, group="db", at=at(90), by=Actor("bot", "system"))

    assert fired(rules, record, 500) == [(50, "owner"), (120, "owner")]
    assert len({e.key for e in due_escalations(rules, record, now=at(500))}) == 2


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


def test_a_custom_moment_may_start_the_delay() -> None:
    """The vendor was called at 20, noted at 25; called again at 60, the delay begins anew."""
    rules = matrix(EscalationLevel(After(30 * MIN, since="custom.called_at"), "coordinator"))
    record = set_fields(incident(), custom={"called_at": at(20)}, at=at(25), by="ada")
    again = set_fields(record, custom={"called_at": at(60)}, at=at(60), by="ada")
    wrong = set_fields(record, custom={"called_at": "noon"}, at=at(60), by="ada")

    assert fired(rules, incident(), 500) == []
    assert fired(rules, record, 500) == [(50, "coordinator")]
    assert fired(rules, again, 500) == [(50, "coordinator"), (90, "coordinator")]
    with pytest.raises(EscalationMatrixError, match="an aware datetime, or None"):
        fired(rules, wrong, 500)


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
    ("at_", "until", "cuts", "own", "begun"),
    [
        (0, None, (), False, [(0, None)]),
        (0, None, (30,), False, [(0, 30), (30, None)]),
        (0, 50, (30, 40), False, [(0, 30), (30, 40), (40, 50)]),
        (30, None, (30,), False, [(30, None)]),  # it begins there anyway
        (0, 30, (30,), False, [(0, 30)]),  # and ends there
        (0, 20, (30,), False, [(0, 20)]),
        (0, None, (), True, [(0, 60), (60, None)]),
        (0, None, (60,), True, [(0, 60), (60, None)]),  # one cut, of both kinds
        (70, None, (), True, [(80, None)]),  # in maintenance until 80
        (80, None, (), True, [(80, None)]),
        (69, None, (70,), True, [(69, 70), (80, None)]),
    ],
)
def test_what_levels_count_from(
    at_: int, until: int | None, cuts: tuple[int, ...], own: object, begun: list
) -> None:
    """A restart cuts what has begun; the row's own beginnings do so where it counts from those."""
    moment = None if until is None else at(until)
    context = TriggerContext(
        view=None, when=ALWAYS, until=at(999), maintenance=(Interval(at(70), at(80)),),  # type: ignore[arg-type]  # not read here
        beginnings=(at(60),), restarts=tuple(map(at, cuts)),
    )  # fmt: skip
    found = context.begun([Anchor(at(at_), moment, 1)], own=bool(own))
    assert [(one.at, one.until, one.cycle) for one in found] == [
        (at(start), None if end is None else at(end), number)
        for number, (start, end) in enumerate(begun, 1)
    ]
