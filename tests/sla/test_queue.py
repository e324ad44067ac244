"""What is due when, what to work on next, and when to look again, over many records."""

from __future__ import annotations

import random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.errors import InvalidIntervalError
from incidentcore.records import Incident, replay
from incidentcore.sla import (
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaRule,
    evaluate_sla,
    evaluate_slas,
    next_sla_wakeup,
    slas_due_between,
    work_queue,
)
from incidentcore.values import Priority

from .desk import ALWAYS_OPEN, HOUR, MICRO, OFFICE, at, incident
from .stories import incident as story_incident
from .stories import policies, stories
from .walk import at as tick_at

FOUR = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN)


def named(name: str, record: Incident, **fields: Any) -> Incident:
    """Return a record under another id, opened with more fields."""
    opening, *rest = record.history
    changed = [
        attrs.evolve(opening, record_id=name, id=f"{name}:1", fields=opening.fields.set(**fields))
    ]
    changed += [attrs.evolve(e, record_id=name, id=f"{name}:{e.sequence}") for e in rest]
    found = replay(changed)
    assert isinstance(found, Incident)
    return found


def test_due_between_counts_what_goes_on() -> None:
    """Half-open, ascending; what ended before its due, or waits, does not fall due."""
    records = [
        named("late", incident(("mon 10:00", "new"))),
        named("early", incident(("mon 08:00", "new"))),
        named("done", incident(("mon 09:00", "new"), ("mon 10:00", "resolved"))),
        named("after", incident(("mon 09:00", "new"), ("mon 13:30", "resolved"))),
        named("waits", incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"))),
        named("gone", incident(("mon 09:00", "new"), ("mon 10:00", "canceled"))),
        named("edge", incident(("mon 11:00", "new"))),
    ]
    found = slas_due_between(FOUR, records, start=at("mon 12:00"), end=at("mon 15:00"))
    assert [("early", at("mon 12:00")), ("after", at("mon 13:00")), ("late", at("mon 14:00"))] == [
        (due.record_id, due.at) for due in found
    ]
    with pytest.raises(InvalidIntervalError):
        slas_due_between(FOUR, records, start=at("mon 15:00"), end=at("mon 12:00"))


def test_due_between_looks_ahead_and_back() -> None:
    """Asked in the morning or a week later, a shift has the same dues, cycle by cycle."""
    update = SlaDefinition.update(every=2 * HOUR, calendar=ALWAYS_OPEN)
    record = incident(("mon 09:00", "new"), ("mon 12:00", "reply"))
    level = ServiceLevel([FOUR, update])
    day = {"start": at("mon 09:00"), "end": at("tue 09:00")}
    assert [
        (at("mon 11:00"), "update", 1),
        (at("mon 13:00"), "resolution", 1),
        (at("mon 14:00"), "update", 2),
    ] == [(due.at, due.definition, due.cycle) for due in slas_due_between(level, [record], **day)]


def test_work_order() -> None:
    """Worst priority, then the earliest due, then age, then id; closed records are no work."""
    critical, low = Priority.CRITICAL, Priority.LOW
    records = [
        named("none", incident(("mon 06:00", "new"))),
        named("low", incident(("mon 07:00", "new")), computed_priority=low),
        named("b", incident(("mon 09:00", "new")), computed_priority=critical),
        named("a", incident(("mon 09:00", "new")), computed_priority=critical),
        named(
            "held",
            incident(("mon 08:00", "new"), ("mon 09:00", "on_hold")),
            computed_priority=critical,
        ),
        named("over", incident(("mon 05:00", "new")), computed_priority=critical),
        named(
            "done",
            incident(("mon 05:00", "new"), ("mon 09:30", "resolved")),
            computed_priority=critical,
        ),
        named("future", incident(("tue 05:00", "new")), computed_priority=critical),
    ]
    expected = ["over", "a", "b", "held", "low", "none"]
    for seed in range(5):
        random.Random(seed).shuffle(records)  # noqa: S311  any order will do
        queue = work_queue(FOUR, records, now=at("mon 10:00"))
        assert expected == [item.record.id for item in queue]
    assert [at("mon 09:00"), at("mon 13:00"), None] == [queue[i].due_at for i in (0, 1, 3)]
    assert [critical, low, None] == [queue[i].priority for i in (0, 4, 5)]


def test_the_nearer_due_goes_before_the_older_record() -> None:
    """At one priority a record of gold that came later is due first."""
    gold = SlaRule(field("custom.tier").equals("gold"), SlaDefinition.resolution(
        hours=1, calendar=ALWAYS_OPEN))  # fmt: skip
    records = [
        named("old", incident(("mon 08:00", "new"))),
        named("gold", incident(("mon 09:00", "new"), ("mon 09:00", {"tier": "gold"}))),
        named("new", incident(("mon 09:30", "new"))),
    ]
    queue = work_queue(SlaPolicy([gold], default=FOUR), records, now=at("mon 09:30"))
    assert [item.record.id for item in queue] == ["gold", "old", "new"]


def test_the_next_wake_up_is_the_least_of_all() -> None:
    """Over records and clocks; nothing ahead is None."""
    level = ServiceLevel([FOUR, SlaDefinition.first_response(hours=1, calendar=OFFICE)])
    records = [
        incident(("mon 09:00", "new")),
        incident(("mon 09:30", "new"), ("mon 09:40", "reply")),
    ]
    assert at("mon 10:00") == next_sla_wakeup(level, records, now=at("mon 09:45"))
    assert at("mon 10:00") + MICRO == next_sla_wakeup(level, records, now=at("mon 10:00"))
    assert next_sla_wakeup(level, [], now=at("mon 09:45")) is None


def test_evaluate_all_streams() -> None:
    """One status at a time, the same as one by one."""
    records = [incident(("mon 09:00", "new")), incident(("mon 10:00", "new"))]
    given: list[Incident] = []

    def source() -> Any:
        for record in records:
            given.append(record)
            yield record

    stream = evaluate_slas(FOUR, source(), now=at("mon 12:00"))
    assert evaluate_sla(FOUR, records[0], now=at("mon 12:00")) == next(stream)
    assert [records[0]] == given
    assert [evaluate_sla(FOUR, records[1], now=at("mon 12:00"))] == list(stream)
    (pair,) = evaluate_slas(ServiceLevel([FOUR, FOUR]), records[:1], now=at("mon 12:00"))
    assert len(pair) == 2


def test_a_clock_that_stops_at_its_due_time_was_due_then() -> None:
    """Stopped an instant before, it was not; the window has its start and not its end."""
    clock = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN)
    for end, due in ((at("mon 13:00"), 1), (at("mon 13:00") - MICRO, 0)):
        record = incident(("mon 09:00", "new"), (end, "resolved"))
        found = slas_due_between(clock, [record], start=at("mon 09:00"), end=at("tue 09:00"))
        assert len(found) == due
    record = incident(("mon 09:00", "new"))
    for start, end, due in (
        ("mon 13:00", "mon 14:00", 1), ("mon 12:00", "mon 13:00", 0), ("mon 14:00", "mon 15:00", 0)
    ):  # fmt: skip
        assert len(slas_due_between(clock, [record], start=at(start), end=at(end))) == due


TWO = SlaDefinition.resolution(name="two", hours=2, calendar=ALWAYS_OPEN)


@pytest.mark.parametrize(
    ("more", "swap", "reopen", "dues"),
    [
        # what was due stays so after a cancellation or a new cycle
        (("mon 15:00", "canceled"), "retroactive", "exclude_closed", ["mon 13:00 resolution"]),
        (
            ("mon 15:00", {"tier": "gold"}),
            "restart",
            "exclude_closed",
            ["mon 13:00 resolution", "mon 17:00 two"],
        ),
        # due earlier than the definition that says so was in force, or than the reopening
        (("mon 12:00", {"tier": "gold"}), "retroactive", "exclude_closed", ["mon 12:00 two"]),
        (
            ("mon 15:00", {"tier": "gold"}),
            "retroactive",
            "exclude_closed",
            ["mon 13:00 resolution"],
        ),
        (("mon 10:00", "resolved"), "retroactive", "continue", ["mon 16:00 resolution"]),
    ],
)
def test_what_was_due_stays_in_its_window(
    more: Any, swap: Any, reopen: Any, dues: list[str]
) -> None:
    """Opened Monday 09:00 with four hours, and reopened at 16:00 where it was resolved."""
    four, two = (attrs.evolve(each, swap=swap, reopen=reopen) for each in (FOUR, TWO))
    rules = SlaPolicy([(field("custom.tier").equals("gold"), two)], default=four)
    steps = [("mon 16:00", "in_progress")] if more[1] == "resolved" else []
    record = incident(("mon 09:00", "new"), more, *steps)
    found = slas_due_between(rules, [record], start=at("mon 09:00"), end=at("tue 09:00"))
    assert [f"mon {due.at:%H:%M} {due.definition}" for due in found] == dues
    parts = [
        due
        for hour in range(24)
        for start in (at("mon 09:00") + hour * HOUR,)
        for due in slas_due_between(rules, [record], start=start, end=start + HOUR)
    ]
    assert parts == list(found)


@given(policies(), stories(), st.lists(st.integers(0, 700), min_size=3, max_size=3))
def test_windows_that_touch_add_up(rules: Any, story: Any, ticks: list[int]) -> None:
    """What is due from a to c is what is due from a to b and from b to c."""
    first, middle, last = (tick_at(tick) for tick in sorted(ticks))
    records = [story_incident(story)]
    whole = slas_due_between(rules[0], records, start=first, end=last)
    parts = [
        due
        for start, end in ((first, middle), (middle, last))
        for due in slas_due_between(rules[0], records, start=start, end=end)
    ]
    assert list(whole) == parts
