"""A second SLA clock that shares no code with the room: it walks tick by tick, slowly and plainly.

A tick is a quarter of an hour. Every event, opening hour and target lies on one, so that a clock
can be told as one label for each tick. A story is plain data: (tick, kind, value) in the order in
which it was recorded; the walk reads it directly, the library reads the record built from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

TICK = timedelta(minutes=15)
ORIGIN = datetime(2026, 3, 23, tzinfo=UTC)  # a Monday; Berlin's clocks change on Sunday the 29th
Story = list[tuple[int, str, Any]]
Facts = dict[str, Any]

OPEN_STATES = {"new", "in_progress", "on_hold"}


def at(tick: int) -> datetime:
    return ORIGIN + tick * TICK


# Opening hours, told by the wall clock of one instant. The library's calendars are in stories.py.


def _berlin(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo("Europe/Berlin"))


def _office(instant: datetime) -> bool:
    wall = _berlin(instant)
    return wall.weekday() < 5 and 9 <= wall.hour < 17


def _lunch(instant: datetime) -> bool:
    """Mon to Sat, closed on a holiday, with an hour for lunch on two dates."""
    wall = _berlin(instant)
    if wall.date() == date(2026, 3, 26) or wall.weekday() == 6:
        return False
    if wall.date() in (date(2026, 3, 24), date(2026, 3, 30)) and wall.hour == 12:
        return False
    return 8 <= wall.hour < 18


def _nights(instant: datetime) -> bool:
    wall = _berlin(instant)
    return wall.hour >= 22 or wall.hour < 6


HOURS: dict[str, Callable[[datetime], bool]] = {
    "always": lambda _: True,
    "office": _office,
    "lunch": _lunch,
    "nights": _nights,
}


@cache
def is_open(calendar: str, tick: int) -> bool:
    return HOURS[calendar](at(tick))


def count_on(calendar: str, start: int, ticks: int) -> int:
    """Return the first tick by which so many open ticks have passed."""
    while ticks > 0:
        ticks -= is_open(calendar, start)
        start += 1
    return start


def opening(calendar: str, start: int) -> int:
    while not is_open(calendar, start):
        start += 1
    return start


# A promise as plain data: conditions are functions of plain facts.

Test = Callable[[Facts], bool]


@dataclass(frozen=True)
class Promise:
    """A promise in ticks."""

    name: str
    target: int
    calendar: str
    start: Test
    pause: Test
    stop: Test
    cancel: Test
    resume: Test | None = None
    resets: bool = False  # a public comment of an agent ends the cycle
    cancel_when_start_ends: bool = False
    reopen: str = "exclude_closed"
    swap: str = "retroactive"

    def begins(self, facts: Facts) -> bool:
        """Return whether a clock attaches."""
        return self.start(facts) and not self.stop(facts) and not self.cancel(facts)


@dataclass
class Cycle:
    """A cycle: one label for each tick since its start."""

    promise: Promise
    start: int
    calendar: str
    labels: list[str] = field(default_factory=list)
    ended: int | None = None
    outcome: str = "running"
    floor: int = 0  # nothing is due before: the tick at which a promise kept what was counted

    @property
    def counted(self) -> int:
        """Return how many ticks counted."""
        return self.labels.count("counting")

    def counted_tick(self, number: int) -> int:
        """Return the tick that was the number-th to count, from 1."""
        ticks = [self.start + i for i, label in enumerate(self.labels) if label == "counting"]
        return ticks[number - 1]


class Clock:
    """A clock that is told tick by tick."""

    def __init__(self, promise: Promise | None) -> None:
        self.promise = promise
        self.done: list[Cycle] = []
        self.now: Cycle | None = None
        self.stage = "not_started"
        self.gap: list[str] = []  # labels since a stop, as if the clock had run on
        self.gap_paused = False
        self.kept = 0  # finished cycles that stand whatever takes over
        self.kept_from = 0  # the tick from which another promise tells anew

    # What an instant's facts do.

    def hold(self, facts: Facts, *, was: bool, blind: bool) -> bool:
        """Return whether a pause holds."""
        if blind or self.promise is None:
            return False
        if self.promise.resume is None:
            return self.promise.pause(facts)
        return not self.promise.resume(facts) and (was or self.promise.pause(facts))

    def instant(self, tick: int, facts: Facts, *, public_reply: bool, blind: bool = False) -> None:
        """Let the facts of an instant do what they do, the first that applies."""
        rule = self.promise
        if rule is None:
            return
        if self.stage in ("running", "paused"):
            if rule.cancel(facts) or rule.stop(facts):
                self.stage = "canceled" if rule.cancel(facts) else "stopped"
                assert self.now is not None
                self.now.ended, self.now.outcome = tick, self.stage
                self.gap = []
                self.gap_paused = self.hold(facts, was=False, blind=blind)
            elif rule.resets and public_reply:
                self.end(tick, "reset", "not_started")
                self.begin(tick, facts, blind=blind)
            elif rule.cancel_when_start_ends and not rule.start(facts):
                self.end(tick, "canceled", "canceled")
            else:
                held = self.hold(facts, was=self.stage == "paused", blind=blind)
                self.stage = "paused" if held else "running"
        elif self.stage in ("stopped", "canceled") and self.now is not None:
            if rule.begins(facts):
                self.reopen(tick, facts, anew=rule.resets and public_reply, blind=blind)
            else:
                self.gap_paused = self.hold(facts, was=self.gap_paused, blind=blind)
        elif rule.begins(facts):
            self.begin(tick, facts, blind=blind)

    def open_or_step(self, tick: int, instant: Instant, *, blind: bool = False) -> None:
        """Judge the opening's tick by the opening alone too: what it stops was met at once."""
        rule, facts = self.promise, instant.facts
        if rule is not None and self.now is None and instant.opening is not None:
            done = rule.stop(facts) and not rule.cancel(facts)
            if done and rule.begins(instant.opening):
                self.begin(tick, instant.opening, blind=blind)
        self.instant(tick, facts, public_reply=instant.public_reply, blind=blind)

    def begin(self, tick: int, facts: Facts, *, blind: bool) -> None:
        """Start a cycle where the facts allow it."""
        assert self.promise is not None
        if not self.promise.begins(facts):
            return
        self.now = Cycle(self.promise, tick, self.promise.calendar)
        self.stage = "paused" if self.hold(facts, was=False, blind=blind) else "running"

    def reopen(self, tick: int, facts: Facts, *, anew: bool, blind: bool) -> None:
        """Go on after a stop, or start another cycle."""
        assert self.promise is not None
        assert self.now is not None
        if anew or self.promise.reopen == "new_cycle":
            self.end(self.now.ended or 0, self.now.outcome, "not_started", kept_from=tick)
            self.begin(tick, facts, blind=blind)
            return
        counts = self.promise.reopen == "continue"
        self.now.labels += self.gap if counts else ["closed"] * len(self.gap)
        self.now.ended, self.now.outcome = None, "running"
        self.stage = "paused" if self.hold(facts, was=False, blind=blind) else "running"

    def end(self, tick: int, outcome: str, stage: str, kept_from: int | None = None) -> None:
        """End the current cycle and keep it."""
        assert self.now is not None
        self.now.ended, self.now.outcome = tick, outcome
        self.done.append(self.now)
        self.now = None
        self.stage = stage
        if outcome in ("stopped", "replaced"):
            self.kept = len(self.done)
            self.kept_from = tick if kept_from is None else kept_from

    # What a tick of time does.

    def pass_tick(self, tick: int) -> None:
        """Tell what one tick counts as."""
        cycle = self.now
        if cycle is None:
            return
        label = "counting" if is_open(cycle.calendar, tick) else "shut"
        if cycle.ended is not None:
            self.gap.append("paused" if self.gap_paused else label)
        else:
            cycle.labels.append("paused" if self.stage == "paused" else label)


@dataclass
class Instant:
    """The facts after the last event of a tick, and whether an agent replied in it."""

    facts: Facts
    public_reply: bool
    opening: Facts | None = None  # after the opening alone, where more happened in its tick


def counting(story: Story, tick: int) -> list[tuple[int, str, Any]]:
    """Return what counts at a tick, in the order of time: a correction counts from its own tick."""
    void: set[int] = set()
    for index in range(len(story) - 1, -1, -1):
        when, kind, value = story[index]
        if kind == "void" and when <= tick and index not in void:
            void.add(value)
    kept = [item for index, item in enumerate(story) if index not in void and item[0] <= tick]
    return sorted(kept, key=lambda item: item[0])


def instants(story: Story, now: int) -> dict[int, Instant]:
    """Return the facts after the last event of each tick at which something happened."""
    seen: dict[int, Instant] = {}
    for tick in sorted({item[0] for item in story if item[0] <= now}):
        facts: Facts = {"state": None, "answered": False, "waiting": False}
        public_reply = False
        for when, kind, value in counting(story, tick):
            if kind == "state":
                facts["state"] = value
            elif kind == "set":
                facts.update(value)
            elif kind == "reply":
                facts["answered"], facts["waiting"] = True, False
                public_reply = public_reply or when == tick
            elif kind == "message":
                facts["waiting"] = True
        opening = None
        if tick == story[0][0] and sum(when == tick for when, _, _ in counting(story, tick)) > 1:
            opening = {"state": story[0][2], "answered": False, "waiting": False}
        seen[tick] = Instant(facts, public_reply, opening)
    return seen


Rules = Iterable[tuple[Test, Promise]]


def walk(rules: Rules, story: Story, now: int) -> Clock:
    """Tell the clock of a story at an instant; the first rule that matches is the promise."""
    rules = list(rules)
    seen = instants(story, now)
    clock = Clock(None)
    for tick in range(min(seen), now + 1):
        if tick in seen:
            facts = seen[tick].facts
            choice = next((promise for test, promise in rules if test(facts)), None)
            if choice == clock.promise:
                clock.open_or_step(tick, seen[tick])
            else:
                clock = change(clock, choice, seen, tick)
        if tick < now:
            clock.pass_tick(tick)
    return clock


def change(clock: Clock, to: Promise | None, seen: dict[int, Instant], tick: int) -> Clock:
    """Let another promise, or none, take over at an instant."""
    facts, reply = seen[tick].facts, seen[tick].public_reply
    old = clock.promise
    waits = clock.stage == "canceled" and clock.now is not None
    if waits and to is not None and to.swap.startswith("retroactive"):
        waits = False
    if clock.stage == "stopped" or waits:
        still = old is not None and (old.stop(facts) or (waits and old.cancel(facts)))
        if still or (to is not None and not to.begins(facts)):
            clock.gap_paused = clock.hold(facts, was=clock.gap_paused, blind=False)
            return clock
    going_on = clock.stage in ("running", "paused")
    if going_on and (to is None or to.swap == "restart"):
        assert old is not None
        if old.cancel(facts) or old.stop(facts):
            clock.instant(tick, facts, public_reply=reply)
            return clock
    if to is None:
        if going_on:
            clock.end(tick, "canceled", "canceled")
        elif clock.now is not None:
            outcome = clock.now.outcome
            clock.end(clock.now.ended or 0, outcome, outcome, kept_from=tick)
        clock.promise = None
        return clock
    if not going_on and clock.now is not None:
        if to.reopen == "new_cycle" or to.swap == "restart":
            clock.end(clock.now.ended or 0, clock.now.outcome, "not_started", kept_from=tick)
    elif going_on and to.swap == "restart":
        clock.end(tick, "replaced", "not_started")
    if to.swap.startswith("retroactive"):
        told = Clock(to)
        told.done, told.kept = clock.done[: clock.kept], clock.kept
        told.kept_from = clock.kept_from
        for earlier in range(min(seen), tick):
            if earlier >= clock.kept_from:
                if earlier in seen:
                    moment = seen[earlier]
                    blind = to.swap.endswith("without_pauses")
                    told.open_or_step(earlier, moment, blind=blind)
                told.pass_tick(earlier)
        clock = told
    elif to.swap == "keep_elapsed" and clock.now is not None:
        clock.now.promise, clock.now.calendar, clock.now.floor = to, to.calendar, tick
        clock.stage = "running" if going_on else clock.stage
    clock.promise = to
    clock.open_or_step(tick, seen[tick])
    return clock


@dataclass
class Told:
    """The figures of a cycle, in ticks."""

    elapsed: int
    due: int | None
    due_if_resumed: int | None
    breached: bool
    breached_at: int | None


def told(cycle: Cycle, stage: str, now: int) -> Told:
    target, elapsed = cycle.promise.target, cycle.counted
    spent = None
    if elapsed >= target:
        spent = cycle.start if not target else cycle.counted_tick(target) + 1
        spent = max(spent, cycle.floor)
    end = now if cycle.ended is None else cycle.ended
    ahead = spent if spent is not None else count_on(cycle.calendar, end, target - elapsed)
    blank = cycle.outcome in ("canceled", "replaced") or (spent is None and stage == "paused")
    breached = elapsed > target
    return Told(
        elapsed,
        None if blank else ahead,
        ahead if cycle.ended is None else None,
        breached,
        max(cycle.counted_tick(target + 1), cycle.floor) if breached else None,
    )
