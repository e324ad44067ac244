"""Who is on call: layers of rotations, restricted to hours, with overrides (rule E5)."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import attrs

from incidentcore._checks import (
    SharedRepr,
    as_tuple,
    need_each,
    need_kind,
    need_several,
    need_text,
    need_word,
)
from incidentcore.errors import EscalationMatrixError, InvalidIntervalError
from incidentcore.instants import Interval, as_utc
from incidentcore.schedule import Calendar, Rotation
from incidentcore.schedule.spans import join_neighbors

_BLOCK: Final = 512
_INSTANT: Final = timedelta(microseconds=1)
_LENGTHS: Final = {
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(days=7),
    "months": timedelta(days=30),
}
_YEAR: Final = timedelta(days=366)

Combine: TypeAlias = Literal["highest", "all"]
"""Which layers of a schedule apply: the highest with somebody on call, or all of them."""


Turns: TypeAlias = Literal["always", "on_duty"]
"""Which turns of a rotation count: all, or only those in which the layer has hours of duty."""


OverrideMode: TypeAlias = Literal["replace", "add", "remove"]
"""What an override does during its interval."""


def people_ids(people: Iterable[str] | str) -> tuple[str, ...]:
    """Return the ids of people as a tuple; a single id may be plain text."""
    ids = as_tuple(people, str)
    for person in ids:
        need_text("people", person, EscalationMatrixError, "non-empty ids")
    return ids


def _members(people: Iterable[str | None] | str) -> tuple[str | None, ...]:
    members: tuple[str | None, ...] = as_tuple(people, str)
    people_ids(person for person in members if person is not None)
    return members


@attrs.frozen
class OnCallLayer(SharedRepr):
    """A layer of an on-call schedule: people who take turns being on call.

    Attributes:
        rotation: When handoffs take place.
        people: The ids of those who take turns; the first turn begins at the rotation's anchor.
            None in place of an id means a turn in which nobody is on call.
        during: A calendar of the hours in which the layer is on duty; None for always.
        since: When the layer comes into force; None if it has always been in force.
        until: When the layer ceases to be in force; None for never.
        turns: Which turns of the rotation count: all (``always``), or only those that contain hours
            of duty (``on_duty``), so that, for example, a weekend does not use up a turn.
        beside: Whether the layer is beside the layer before it, instead of above it: if both have
            somebody on call, both are on call.
    """

    rotation: Rotation
    people: tuple[str | None, ...] = attrs.field(converter=_members)
    during: Calendar | None = attrs.field(default=None, kw_only=True)
    since: datetime | None = attrs.field(default=None, kw_only=True)
    until: datetime | None = attrs.field(default=None, kw_only=True)
    turns: Turns = attrs.field(default="always", kw_only=True)
    beside: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_kind("rotation", self.rotation, Rotation, EscalationMatrixError)
        need_kind("during", self.during, Calendar | None, EscalationMatrixError)
        if not any(self.people):
            raise EscalationMatrixError("people", self.people, "at least one person")
        need_word("turns", self.turns, Turns, EscalationMatrixError)
        need_kind("beside", self.beside, bool, EscalationMatrixError)
        for name in ("since", "until"):
            at = getattr(self, name)
            if at is not None:
                object.__setattr__(self, name, as_utc(at, name))

    def at(self, at: datetime) -> str | None:
        """Return the id of the person in this layer who is on call at an instant.

        The result is None if the layer is not in force or is off duty, or if nobody is assigned to
        the turn.
        """
        at = as_utc(at)
        if self.since is not None and at < self.since:
            return None
        if self.until is not None and at >= self.until:
            return None
        if self.during is not None and not self.during.is_open(at):
            return None
        if not _alternates(self):
            return self.people[0]
        if self.turns == "always" or self.during is None:
            return self.rotation.member(at, self.people)
        return self.people[_duty_turn(self, self.rotation.turn(at)) % len(self.people)]


def _alternates(layer: OnCallLayer) -> bool:
    """Return whether a handoff may change who is on call: not if one person has every turn."""
    return len(set(layer.people)) > 1


def _duty_turn(layer: OnCallLayer, turn: int) -> int:
    """Return the number of a turn among those with duty, counted from the anchor."""
    block, place = divmod(turn, _BLOCK)
    low, high = sorted((block, 0))
    whole = sum(len(_duty_turns(layer, number)) for number in range(low, high))
    part = bisect_left(_duty_turns(layer, block), place)
    return part - whole if block < 0 else part + whole


@lru_cache(maxsize=4_096)
def _duty_turns(layer: OnCallLayer, block: int) -> tuple[int, ...]:
    """Return the positions within a block of the turns that have duty."""
    rotation, during = layer.rotation, layer.during
    assert during is not None  # noqa: S101  without hours every turn counts, and nobody asks
    first = block * _BLOCK
    start, end = _turn_start(rotation, first), _turn_start(rotation, first + _BLOCK)
    windows = during.windows(start, end)
    window = next(windows, None)
    places = []
    for place, handoff in enumerate(rotation.handoffs(start + _INSTANT, end + _INSTANT)):
        if window is not None and window.start < handoff:
            places.append(place)
        while window is not None and window.end <= handoff:
            window = next(windows, None)
    return tuple(places)


def _turn_start(rotation: Rotation, turn: int) -> datetime:
    """Return when a turn begins, even if turns before it were lost to a change of clocks."""
    at = rotation.anchor
    length = rotation.every * _LENGTHS[rotation.unit]
    while (number := rotation.turn(at)) != turn:
        at += (turn - number) * length
    return rotation.shift(at).start


@attrs.frozen
class RotaOverride(SharedRepr):
    """A temporary change of an on-call schedule; overrides apply in the order given.

    Attributes:
        interval: The interval in which the override applies.
        people: The ids of the people whom the override puts on call or takes off call.
        mode: ``replace`` puts these people on call instead of everybody else; ``add`` puts them on
            call in addition to the others; ``remove`` takes them off call, as for an absence. If
            nobody is left in a layer, the layers below apply.
        replaces: With ``replace``, the id of the only person to replace, whenever that person would
            be on call; empty for everybody.
    """

    interval: Interval
    people: tuple[str, ...] = attrs.field(converter=people_ids)
    mode: OverrideMode = "replace"
    replaces: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_kind("interval", self.interval, Interval, EscalationMatrixError)
        need_word("mode", self.mode, OverrideMode, EscalationMatrixError)
        if not isinstance(self.replaces, str) or (self.replaces and self.mode != "replace"):
            raise EscalationMatrixError("replaces", self.replaces, "an id, with mode replace only")

    def apply(self, turns: list[list[str]]) -> list[list[str]]:
        """Apply this override: return who is then on call in each layer, lowest first."""
        people = list(self.people)
        if self.replaces:
            mine = self.replaces
            turns = [
                [who for one in turn for who in (people if one == mine else [one])]
                for turn in turns
            ]
            return [turn for turn in turns if turn]
        if self.mode == "replace":
            return [people]
        if self.mode == "add":
            return [*turns[:-1], [*turns[-1], *people]] if turns else [people]
        left = [[who for who in turn if who not in people] for turn in turns]
        return [turn for turn in left if turn]


def _layers(layers: Iterable[OnCallLayer]) -> tuple[OnCallLayer, ...]:
    return tuple(need_several("layers", layers, "several, such as [layer]", EscalationMatrixError))


def _overrides(overrides: Iterable[RotaOverride]) -> tuple[RotaOverride, ...]:
    allowed = "several, such as [override]"
    return tuple(need_several("overrides", overrides, allowed, EscalationMatrixError))


@attrs.frozen
class OnCallSchedule(SharedRepr):
    """An on-call schedule: layers of rotations, with overrides.

    Attributes:
        name: The schedule's id, to which escalation targets refer.
        layers: The layers, lowest first; ``combine`` says which of them apply. A schedule of single
            shifts, each of them an override, needs no layer.
        overrides: Exceptions for intervals of time.
        combine: Which layers apply: the ``highest`` with somebody on call, or ``all`` layers.

    Raises:
        EscalationMatrixError: ``layers`` and ``overrides`` are empty, or ``combine`` is unknown.

    Source: rule E5.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.escalation import OnCallLayer, OnCallSchedule, on_call
    >>> from incidentcore.schedule import Rotation
    >>> weekly = Rotation(
    ...     anchor=datetime(2026, 6, 1, 7, tzinfo=UTC), zone="Europe/Berlin", unit="weeks"
    ... )
    >>> schedule = OnCallSchedule("network", [OnCallLayer(weekly, ["ada", "grace"])])
    >>> on_call(schedule, at=datetime(2026, 6, 9, 12, tzinfo=UTC))
    ('grace',)
    """

    name: str
    layers: tuple[OnCallLayer, ...] = attrs.field(converter=_layers)
    overrides: tuple[RotaOverride, ...] = attrs.field(
        default=(), converter=_overrides, kw_only=True
    )
    combine: Combine = attrs.field(default="highest", kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_text("name", self.name, EscalationMatrixError)
        need_each("layers", self.layers, OnCallLayer, EscalationMatrixError)
        if not (self.layers or self.overrides):
            raise EscalationMatrixError("layers", (), "at least one layer, or an override")
        need_word("combine", self.combine, Combine, EscalationMatrixError)


@attrs.frozen
class Shift(SharedRepr):
    """An interval in which the same people are on call; ``people`` is empty in a gap."""

    interval: Interval
    people: tuple[str, ...]


def on_call(schedule: OnCallSchedule, /, *, at: datetime) -> tuple[str, ...]:
    """Return who is on call at an instant; empty if nobody is.

    Source: rule E5.
    """
    need_kind("schedule", schedule, OnCallSchedule)
    at = as_utc(at)
    levels: list[list[str]] = []
    for layer in schedule.layers:
        if not (layer.beside and levels):
            levels.append([])
        if (person := layer.at(at)) is not None:
            levels[-1].append(person)
    turns = [level for level in levels if level]
    for override in schedule.overrides:
        if override.interval.start <= at < override.interval.end:
            turns = override.apply(turns)
    serving = turns if schedule.combine == "all" else turns[-1:]
    return tuple(dict.fromkeys(person for turn in serving for person in turn))


def next_on_call(
    schedule: OnCallSchedule, /, *, at: datetime, within: timedelta = _YEAR
) -> Shift | None:
    """Return the next shift of somebody who is not on call at a given instant.

    ``within`` is how far ahead to search; a shift that is longer is cut off there. The result is
    None if nobody else has a shift within that time.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.escalation import OnCallLayer, OnCallSchedule, next_on_call
    >>> from incidentcore.schedule import Rotation
    >>> weekly = Rotation(anchor=datetime(2026, 6, 1, tzinfo=UTC), zone="UTC", unit="weeks")
    >>> schedule = OnCallSchedule("net", [OnCallLayer(weekly, ["ada", "grace"])])
    >>> next_on_call(schedule, at=datetime(2026, 6, 3, tzinfo=UTC)).people
    ('grace',)
    """
    at = as_utc(at)
    current = set(on_call(schedule, at=at))
    span = timedelta(days=7)
    start, last = at, at + within
    found: Shift | None = None
    while start < last:
        end = min(start + span, last)
        for shift in shifts(schedule, start=start, end=end):
            people = tuple(one for one in shift.people if one not in current)
            if found is None:
                found = Shift(shift.interval, people) if people else None
            elif people == found.people:
                found = Shift(Interval(found.interval.start, shift.interval.end), people)
            else:
                return found
        start, span = end, span * 4
    return found


def shifts(schedule: OnCallSchedule, /, *, start: datetime, end: datetime) -> Iterator[Shift]:
    """Yield the consecutive shifts in ``[start, end)``, including those without anybody on call.

    Raises:
        InvalidIntervalError: The end is before the start.
    """
    low, high = as_utc(start, "start"), as_utc(end, "end")
    if high < low:
        raise InvalidIntervalError(start, end)
    edges = itertools.pairwise(sorted(_edges(schedule, low, high)))
    pieces = (Shift(Interval(here, then), on_call(schedule, at=here)) for here, then in edges)
    return join_neighbors(pieces, _same_people)


def _same_people(shift: Shift, after: Shift) -> Shift | None:
    if shift.people != after.people:
        return None
    return Shift(Interval(shift.interval.start, after.interval.end), shift.people)


def _edges(schedule: OnCallSchedule, low: datetime, high: datetime) -> set[datetime]:
    """Return every instant in the span at which the result may change, with both its ends."""
    need_kind("schedule", schedule, OnCallSchedule)
    edges = {low, high}
    for layer in schedule.layers:
        if _alternates(layer):
            edges.update(layer.rotation.handoffs(low, high))
        edges.update(at for at in (layer.since, layer.until) if at is not None)
        if layer.during is not None:
            for window in layer.during.windows(low, high):
                edges.update((window.start, window.end))
    for override in schedule.overrides:
        edges.update((override.interval.start, override.interval.end))
    return {edge for edge in edges if low <= edge <= high}


def coverage_gaps(
    schedule: OnCallSchedule, /, *, start: datetime, end: datetime
) -> tuple[Interval, ...]:
    """Return the intervals within ``[start, end)`` in which nobody is on call."""
    return tuple(
        shift.interval for shift in shifts(schedule, start=start, end=end) if not shift.people
    )
