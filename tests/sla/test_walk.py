"""The engine against an independent walk, tick by tick: figures, cycles, trace, wake-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_sla
from incidentcore.sla.cycles import MICRO

from .desk import crossings
from .stories import (
    CALENDARS,
    THRESHOLDS,
    incident,
    one_rule,
    plain_rules,
    policies,
    rules,
    stories,
)
from .walk import ORIGIN, TICK, Clock, Cycle, Story, at, count_on, is_open, opening, told, walk

Rules = tuple[SlaDefinition | SlaPolicy, list[Any]]
ANY_RULES = st.one_of(one_rule(rules()), one_rule(plain_rules()), policies(), policies(plain_rules))
NOW = st.integers(-10, 800)


def tick_of(instant: datetime | None) -> int | None:
    if instant is None:
        return None
    ticks, rest = divmod(instant - ORIGIN, TICK)
    assert not rest, f"{instant} lies between ticks"
    return ticks


def cycles_of(clock: Clock) -> list[Cycle]:
    current = [] if clock.now is None else [clock.now]
    return [*clock.done, *current]


def result(cycle: Cycle) -> str:
    if cycle.outcome in ("canceled", "replaced"):
        return cycle.outcome
    if cycle.counted > cycle.promise.target:
        return "breached"
    return "running" if cycle.ended is None else "met"


def passed(cycle: Cycle, name: str) -> int | None:
    """Return the tick at which a threshold was passed in a cycle as it is told."""
    target = cycle.promise.target
    needed = {"half": (target + 1) // 2, "soon": max(target - 2, 0), "late": target + 3}
    ticks = needed.get(name, target)
    if cycle.counted < ticks:
        return None
    reached = max(cycle.start if not ticks else cycle.counted_tick(ticks) + 1, cycle.floor)
    return count_on("office", reached, 4) if name == "elsewhere" else reached


def half_reached(cycle: Cycle) -> bool:
    return 2 * cycle.counted >= cycle.promise.target


@given(ANY_RULES, stories(), NOW)
def test_figures(given_rules: Rules, story: Story, after: int) -> None:
    """Stage, elapsed, due, breach, cycles and thresholds are those of the walk."""
    ours, plain = given_rules
    now = story[0][0] + max(after, 0)
    status = evaluate_sla(ours, incident(story), now=at(now))
    clock = walk(plain, story, now)
    cycles = cycles_of(clock)
    if not cycles:
        assert status.elapsed == 0 * TICK
        assert status.due_at is status.remaining is status.next_wakeup is None
        assert status.stage == ("none" if clock.promise is None else "not_started")
        return
    assert clock.stage == status.stage
    last = cycles[-1]
    expected = told(last, clock.stage, now)
    assert (expected.elapsed, last.start) == (
        tick_of(ORIGIN + status.elapsed),
        tick_of(status.started_at),
    )
    assert expected.due == tick_of(status.due_at)
    assert expected.due_if_resumed == tick_of(status.due_at_if_resumed)
    assert (expected.breached, expected.breached_at) == (
        status.breached,
        tick_of(status.breached_at),
    )
    assert [
        (number, cycle.promise.name, cycle.start, cycle.ended, cycle.counted, result(cycle))
        for number, cycle in enumerate(cycles, 1)
    ] == [
        (
            c.number,
            c.definition,
            tick_of(c.started_at),
            tick_of(c.stopped_at),
            tick_of(ORIGIN + c.elapsed),
            c.result,
        )
        for c in status.cycles
    ]
    reached = {
        threshold.name: tick_of(threshold.at)
        for threshold in status.thresholds
        if threshold.name != "half"
    }
    wanted = {t.name: passed(last, t.name) for t in THRESHOLDS if t.name != "half"}
    assert {
        name: tick for name, tick in wanted.items() if tick is not None and tick <= now
    } == reached
    assert half_reached(last) is any(t.name == "half" for t in status.thresholds)


@given(ANY_RULES, stories(), NOW)
def test_the_trace_tells_every_tick(given_rules: Rules, story: Story, after: int) -> None:
    """The trace partitions wall time, tells each tick as the walk does, and sums to elapsed."""
    ours, plain = given_rules
    now = story[0][0] + max(after, 0)
    status = evaluate_sla(ours, incident(story), now=at(now))
    clock = walk(plain, story, now)
    cycles = cycles_of(clock)
    labels: dict[int, tuple[str, int]] = {}
    for number, cycle in enumerate(cycles, 1):
        for offset, label in enumerate(cycle.labels):
            told_as = "replaced" if cycle.outcome == "replaced" else label
            labels[cycle.start + offset] = (told_as, number)
    edge = story[0][0]
    lines = [entry for entry in status.trace if not entry.code.startswith("swapped")]
    assert all(entry.interval for entry in lines)
    for entry in lines:
        start, end = tick_of(entry.interval.start), tick_of(entry.interval.end)
        assert start is not None
        assert end is not None
        assert edge == start < end
        edge = end
        for tick in range(start, end):
            label, number = labels.get(tick, ("", None))
            if label:
                assert number == entry.cycle
                words = {
                    "shut": ("out_of_hours", "holiday", "break"),
                    "closed": ("closed_until_reopened",),
                }
                assert entry.code in words.get(label, (label,))
            else:
                assert entry.code in ("not_started", "stopped", "canceled")
    assert edge == now
    current = len(cycles)
    counted = [e.interval for e in status.trace if e.code == "counting" and e.cycle == current]
    if not cycles or cycles[-1].outcome != "replaced":
        assert status.elapsed == sum((i.duration for i in counted), 0 * TICK)


def discrete(ours: SlaDefinition | SlaPolicy, record: Any, now: datetime) -> tuple[Any, ...]:
    status = evaluate_sla(ours, record, now=now)
    due = status.due_at is not None and status.elapsed >= (status.target or 0 * TICK)
    return status.stage, tuple(t.name for t in status.thresholds), due, status.breached


@given(ANY_RULES, stories(), NOW)
def test_next_wakeup(given_rules: Rules, story: Story, after: int) -> None:
    """At the wake-up an answer differs, and at no earlier tick, nor a microsecond before (S9)."""
    ours, _ = given_rules
    now = story[0][0] + max(after, 0)
    record = incident([item for item in story if item[0] <= now])
    status = evaluate_sla(ours, record, now=at(now))
    wakeup = status.next_wakeup
    before = discrete(ours, record, at(now))
    horizon = at(now + 500)
    if wakeup is not None:
        assert at(now) < wakeup
        assert before != discrete(ours, record, wakeup)
        horizon = min(horizon, wakeup - MICRO)
    tick = now
    while at(tick) < horizon:
        assert before == discrete(ours, record, at(tick))
        tick += 9
    assert before == discrete(ours, record, max(horizon, at(now)))


@given(ANY_RULES, stories(length=6), st.sampled_from((*THRESHOLDS[1:], "due", "breach")))
def test_crossings(given_rules: Rules, story: Story, point: Any) -> None:
    """A point is crossed in a cycle when a walk, told anew at each tick, first shows it (E1)."""
    ours, plain = given_rules
    end = max(item[0] for item in story) + 60
    record = incident(story)
    expected: dict[int, int] = {}
    for now in range(story[0][0], end + 1):
        for number, cycle in enumerate(cycles_of(walk(plain, story, now)), 1):
            if point == "breach":
                reached = cycle.counted > cycle.promise.target
            elif point == "due":
                reached = cycle.counted >= cycle.promise.target
            else:
                tick = passed(cycle, point.name)
                reached = tick is not None and tick <= now
            if reached:
                expected.setdefault(number, now)
    found = crossings(ours, record, point, now=at(end))
    if point == "breach":  # the walk sees it a tick later, or when a gap or takeover tells it
        assert list(expected) == [crossing.cycle for crossing in found]
        for crossing in found:
            assert at(expected[crossing.cycle]) - TICK < crossing.at <= at(expected[crossing.cycle])
    else:
        assert expected == {crossing.cycle: tick_of(crossing.at) for crossing in found}
    half = at((story[0][0] + end) // 2)
    assert crossings(ours, record, point, now=half) == tuple(c for c in found if c.at <= half)


def test_the_walk_is_right_about_a_week() -> None:
    """The walk itself: an office week has 5 x 8 hours, the night of the change 7 hours."""
    week = range(4 * 24 * 7)
    assert sum(is_open("office", tick) for tick in week) == 5 * 8 * 4
    assert sum(is_open("nights", tick) for tick in week) == (5 + 5 * 8 + 7 + 4) * 4
    assert opening("office", 0) == 4 * (9 - 1)
    assert set(CALENDARS) == {"always", "office", "lunch", "nights"}
