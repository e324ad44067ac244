"""Who is on call, and when an office is open, worked out the slow way from wall clocks alone.

Nothing here imports the library. A wall time is looked for minute by minute, a turn is counted
handoff by handoff.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTER, MINUTE = timedelta(minutes=15), timedelta(minutes=1)


@lru_cache(maxsize=100_000)
def first_at_or_after(zone: str, wall: datetime) -> datetime:
    """Return the first instant at which the wall clock of a zone shows a time or a later one.

    So a time that is skipped is the end of the gap, and one that is repeated its first occurrence.
    """
    info = ZoneInfo(zone)

    def shown(at: datetime) -> datetime:
        return at.astimezone(info).replace(tzinfo=None)

    at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while shown(at + QUARTER) < wall:
        at += QUARTER
    while shown(at) < wall:
        at += MINUTE
    return at


@lru_cache(maxsize=100_000)
def edge(zone: str, wall: datetime) -> datetime:
    """Return the instant of an opening hour: a skipped one moves on by the length of the gap."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


@dataclass(frozen=True)
class Hours:
    """Opening hours: the same on some weekdays, in minutes after midnight; an end may pass 1440."""

    zone: str
    weekdays: tuple[int, ...]
    start: int
    end: int

    def windows(self, low: datetime, high: datetime) -> list[tuple[datetime, datetime]]:
        """Return the open windows that touch a span, ascending."""
        day = low.date() - timedelta(days=3)
        found = []
        while day <= high.date() + timedelta(days=3):
            if day.weekday() in self.weekdays:
                found.extend(self._of(day))
            day += timedelta(days=1)
        joined: list[tuple[datetime, datetime]] = []
        for start, end in sorted(found):
            if end <= start:
                continue
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], end)
            else:
                joined.append((start, end))
        return joined

    def _of(self, day: date) -> list[tuple[datetime, datetime]]:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  a wall time
        found = []
        if not self.skipped(midnight):
            end = min(self.end, 1_440)
            found.append((self.start, end))
        tomorrow = midnight + timedelta(days=1)
        if self.end > 1_440 and not self.skipped(tomorrow):
            found.append((1_440, self.end))
        return [
            (edge(self.zone, midnight + start * MINUTE), edge(self.zone, midnight + end * MINUTE))
            for start, end in found
        ]

    def skipped(self, midnight: datetime) -> bool:
        """Return whether a civil date never was, as the 30th of December 2011 in Apia."""
        return edge(self.zone, midnight) >= edge(self.zone, midnight + timedelta(days=1))

    def is_open(self, at: datetime) -> bool:
        """Return whether they are open at an instant."""
        return any(start <= at < end for start, end in self.windows(at, at))


@dataclass(frozen=True)
class Turns:
    """A rotation in plain numbers; the anchor is the wall time of turn 0."""

    zone: str
    anchor: datetime
    unit: str
    every: int

    def handoff(self, number: int) -> datetime:
        """Return the instant at which a turn begins, before those at one instant are joined."""
        step = number * self.every
        wall = self.anchor
        if self.unit == "months":
            month = wall.year * 12 + wall.month - 1 + step
            for last in (wall.day, 30, 29, 28):
                try:
                    wall = wall.replace(year=month // 12, month=month % 12 + 1, day=last)
                    break
                except ValueError:
                    continue
        else:
            wall += step * timedelta(**{self.unit: 1})
        return first_at_or_after(self.zone, wall)

    def turn(self, at: datetime) -> int:
        """Count the handoffs between the anchor and an instant; those at one instant are one."""
        start = self.handoff(0)
        number, turn, before = 0, 0, start
        if at >= start:
            while (then := self.handoff(number + 1)) <= at:
                number, turn, before = number + 1, turn + (then > before), then
            return turn
        while before > at:
            number -= 1
            then = self.handoff(number)
            turn, before = turn - (then < before), then
        return turn


@dataclass(frozen=True)
class Layer:
    """People who take turns, within hours and between two instants."""

    turns: Turns
    people: tuple[str, ...]  # an empty id is a turn of nobody
    hours: Hours | None = None
    since: datetime | None = None
    until: datetime | None = None
    on_duty: bool = False  # whether turns without duty are skipped
    beside: bool = False  # of one level with the layer before

    def place(self, at: datetime) -> int:
        """Return how many turns that count lie between the anchor and an instant."""
        turn = self.turns.turn(at)
        if not self.on_duty or self.hours is None:
            return turn
        starts = [self.turns.handoff(0)]
        step, number = (1 if turn >= 0 else -1), 0
        while (starts[-1] <= at) if turn >= 0 else (starts[-1] > at):
            number += step
            if (then := self.turns.handoff(number)) != starts[-1]:
                starts.append(then)
        spans = [tuple(sorted(pair)) for pair in itertools.pairwise(starts)]
        with_duty = [bool(self.has_duty(low, high)) for low, high in spans]
        return sum(with_duty[:turn]) if turn >= 0 else -sum(with_duty)

    @lru_cache(maxsize=100_000)  # noqa: B019  a value, kept as long as the tests run
    def has_duty(self, low: datetime, high: datetime) -> bool:
        """Return whether any of the hours lies in a turn."""
        windows = self.hours.windows(low, high) if self.hours else []
        return any(start < high and end > low for start, end in windows)


@dataclass(frozen=True)
class Override:
    """Another plan for a stretch of time."""

    start: datetime
    end: datetime
    people: tuple[str, ...]
    mode: str
    replaces: str = ""


@dataclass(frozen=True)
class Plan:
    """A schedule in plain values."""

    layers: tuple[Layer, ...]
    overrides: tuple[Override, ...] = ()
    combine: str = "highest"

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Return who is on call at an instant."""
        serving: list[list[str]] = []
        level, filled = 0, 0
        for layer in self.layers:
            level += not layer.beside or not level
            begun = layer.since is None or at >= layer.since
            over = layer.until is not None and at >= layer.until
            if begun and not over and (layer.hours is None or layer.hours.is_open(at)):
                who = layer.people[layer.place(at) % len(layer.people)]
                if who and filled == level:
                    serving[-1].append(who)
                elif who:
                    serving.append([who])
                    filled = level
        for override in self.overrides:
            if override.start <= at < override.end:
                serving = self.changed(serving, override)
        people: list[str] = []
        for turn in serving if self.combine == "all" else serving[-1:]:
            people += [who for who in turn if who not in people]
        return tuple(dict.fromkeys(people))

    def changed(self, serving: list[list[str]], override: Override) -> list[list[str]]:
        """Return the turns, the lowest first, as an override leaves them; none is empty."""
        people = list(override.people)
        if override.replaces:
            swapped: list[list[str]] = []
            for turn in serving:
                swapped.append([])
                for who in turn:
                    swapped[-1] += people if who == override.replaces else [who]
            return swapped
        if override.mode == "replace":
            return [people]
        if override.mode == "add":
            return [*serving[:-1], [*(serving[-1] if serving else []), *people]]
        kept = ([who for who in turn if who not in people] for turn in serving)
        return [turn for turn in kept if turn]

    def edges(self, low: datetime, high: datetime) -> set[datetime]:
        """Return every instant of a span at which something may change."""
        found = {low, high}
        for layer in self.layers:
            turns = layer.turns
            number = 0
            while turns.handoff(number) > low:
                number -= 1
            while (at := turns.handoff(number)) <= high:
                found.add(at)
                number += 1
            found.update(at for at in (layer.since, layer.until) if at is not None)
            if layer.hours is not None:
                for window in layer.hours.windows(low, high):
                    found.update(window)
        for override in self.overrides:
            found.update((override.start, override.end))
        return {at for at in found if low <= at <= high}

    def shifts(
        self, low: datetime, high: datetime
    ) -> list[tuple[datetime, datetime, tuple[str, ...]]]:
        """Return who is on call in a span, gaps included, neighbors different."""
        told: list[tuple[datetime, datetime, tuple[str, ...]]] = []
        edges = sorted(self.edges(low, high))
        for here, then in itertools.pairwise(edges):
            people = self.on_call(here)
            if told and told[-1][2] == people:
                told[-1] = told[-1][0], then, people
            else:
                told.append((here, then, people))
        return told
