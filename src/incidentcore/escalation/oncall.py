"""Who is on call: layers of rotations, restricted to hours, with overrides (rule E5)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import EscalationMatrixError, InvalidIntervalError
from incidentcore.instants import Interval, as_utc, as_zone
from incidentcore.schedule import BusinessCalendar, Calendar, Rotation

__all__ = [
    "Combine",
    "OnCallHours",
    "OnCallLayer",
    "OnCallSchedule",
    "OverrideMode",
    "RotaOverride",
    "Shift",
    "coverage_gaps",
    "on_call",
    "on_call_hours",
    "shifts",
]


Combine: TypeAlias = Literal["highest", "all"]
"""How the layers of a schedule make one answer."""


OverrideMode: TypeAlias = Literal["replace", "add", "remove"]
"""What an override does for its time."""


def _people(people: Iterable[str] | str) -> tuple[str, ...]:
    people = (people,) if isinstance(people, str) else tuple(people)
    for person in people:
        if not isinstance(person, str) or not person:
            raise EscalationMatrixError("people", person, "non-empty ids")
    return people


@attrs.frozen
class OnCallLayer:
    """People who take turns.

    Attributes:
        rotation: When they hand over.
        people: Who takes turns, the first at the rotation's anchor.
        during: The hours in which the layer is on call at all; always unless told.
        since: When the layer begins to count; always unless told.
        until: When it ceases to count; never unless told.
    """

    rotation: Rotation
    people: tuple[str, ...] = attrs.field(converter=_people)
    during: Calendar | None = attrs.field(default=None, kw_only=True)
    since: datetime | None = attrs.field(default=None, kw_only=True)
    until: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.people:
            raise EscalationMatrixError("people", (), "at least one person")
        for name in ("since", "until"):
            at = getattr(self, name)
            if at is not None:
                object.__setattr__(self, name, as_utc(at, name))

    def at(self, at: datetime) -> str | None:
        """Return who of this layer is on call, or None where it is not in force."""
        if self.since is not None and at < self.since:
            return None
        if self.until is not None and at >= self.until:
            return None
        if self.during is not None and not self.during.is_open(at):
            return None
        return self.rotation.member(at, self.people)


@attrs.frozen
class RotaOverride:
    """Another plan for a stretch of time ``[start, end)``; of several, later ones apply later.

    Attributes:
        interval: The stretch.
        people: Whom it is about.
        mode: ``replace`` puts them in everybody's place, ``add`` beside the others, ``remove``
            takes them off.
    """

    interval: Interval
    people: tuple[str, ...] = attrs.field(converter=_people)
    mode: OverrideMode = "replace"

    def __attrs_post_init__(self) -> None:
        if self.mode not in ("replace", "add", "remove"):
            raise EscalationMatrixError("mode", self.mode, "replace, add or remove")


def _layers(layers: Iterable[OnCallLayer]) -> tuple[OnCallLayer, ...]:
    return tuple(layers)


def _overrides(overrides: Iterable[RotaOverride]) -> tuple[RotaOverride, ...]:
    return tuple(overrides)


@attrs.frozen
class OnCallSchedule:
    """Who is on call, for all time.

    Attributes:
        name: The schedule's id, which escalation targets name.
        layers: The layers, lowest first.
        overrides: Exceptions for stretches of time.
        combine: ``highest`` or ``all``; see ``Combine``.

    Raises:
        EscalationMatrixError: There is no layer, or a word is not one of those above.

    Source: rule E5.

    >>> from datetime import UTC
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
    combine: str = attrs.field(default="highest", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise EscalationMatrixError("name", self.name, "a non-empty text")
        if not self.layers:
            raise EscalationMatrixError("layers", (), "at least one layer")
        if self.combine not in ("highest", "all"):
            raise EscalationMatrixError("combine", self.combine, "highest or all")


@attrs.frozen
class Shift:
    """A stretch of time in which the same people are on call; nobody in a gap."""

    interval: Interval
    people: tuple[str, ...]


def on_call(schedule: OnCallSchedule, *, at: datetime) -> tuple[str, ...]:
    """Return who is on call at an instant; empty where nobody is.

    Args:
        schedule: The schedule.
        at: The instant.

    Source: rule E5.
    """
    at = as_utc(at)
    serving = [person for layer in schedule.layers if (person := layer.at(at)) is not None]
    if schedule.combine == "highest":
        serving = serving[-1:]
    for override in schedule.overrides:
        if not override.interval.start <= at < override.interval.end:
            continue
        if override.mode == "replace":
            serving = list(override.people)
        elif override.mode == "add":
            serving.extend(override.people)
        else:
            serving = [person for person in serving if person not in override.people]
    return tuple(dict.fromkeys(serving))


def shifts(schedule: OnCallSchedule, *, start: datetime, end: datetime) -> Iterator[Shift]:
    """Yield who is on call in ``[start, end)``, gaps included, ascending and without holes.

    Args:
        schedule: The schedule.
        start: First instant.
        end: First instant after.

    Raises:
        InvalidIntervalError: The end lies before the start.
    """
    low, high = as_utc(start, "start"), as_utc(end, "end")
    if high < low:
        raise InvalidIntervalError(start, end)
    held: Shift | None = None
    for here, then in itertools.pairwise(sorted(_edges(schedule, low, high))):
        people = on_call(schedule, at=here)
        if held is not None and held.people == people:
            held = Shift(Interval(held.interval.start, then), people)
            continue
        if held is not None:
            yield held
        held = Shift(Interval(here, then), people)
    if held is not None:
        yield held


def _edges(schedule: OnCallSchedule, low: datetime, high: datetime) -> set[datetime]:
    """Return every instant in the span at which the answer may change, with both its ends."""
    edges = {low, high}
    for layer in schedule.layers:
        edges.update(layer.rotation.handoffs(low, high))
        edges.update(at for at in (layer.since, layer.until) if at is not None)
        if layer.during is not None:
            for window in layer.during.windows(low, high):
                edges.update((window.start, window.end))
    for override in schedule.overrides:
        edges.update((override.interval.start, override.interval.end))
    return {edge for edge in edges if low <= edge <= high}


def coverage_gaps(
    schedule: OnCallSchedule, *, start: datetime, end: datetime
) -> tuple[Interval, ...]:
    """Return the stretches of ``[start, end)`` in which nobody is on call."""
    return tuple(
        shift.interval for shift in shifts(schedule, start=start, end=end) if not shift.people
    )


@attrs.frozen(kw_only=True)
class OnCallHours:
    """How much of the on-call load one person carries.

    Attributes:
        person: Who.
        total: The time on call.
        night: The part of it at night.
        weekend: The part of it on Saturday and Sunday, nights included.
        shifts: How many shifts, counted without the handoffs to oneself.
    """

    person: str
    total: timedelta
    night: timedelta
    weekend: timedelta
    shifts: int

    @property
    def night_share(self) -> float | None:
        """Return night over total, a fraction from 0 to 1; None without any time on call."""
        return self.night / self.total if self.total else None

    @property
    def weekend_share(self) -> float | None:
        """Return weekend over total, a fraction from 0 to 1; None without any time on call."""
        return self.weekend / self.total if self.total else None


def on_call_hours(
    schedule: OnCallSchedule,
    *,
    start: datetime,
    end: datetime,
    zone: ZoneInfo | str,
    night: str = "22:00-06:00",
) -> tuple[OnCallHours, ...]:
    """Return how the on-call time of ``[start, end)`` is shared out, the busiest first.

    Args:
        schedule: The schedule.
        start: First instant.
        end: First instant after.
        zone: The zone in which nights and weekends are told.
        night: The hours that count as night.
    """
    key = as_zone(zone)
    nights = BusinessCalendar(zone=key, hours={"mon-sun": night})
    weekends = BusinessCalendar(zone=key, hours={"sat-sun": "00:00-24:00"})
    found: dict[str, list[Interval]] = {}
    for shift in shifts(schedule, start=start, end=end):
        for person in shift.people:
            mine = found.setdefault(person, [])
            if mine and mine[-1].end == shift.interval.start:
                mine[-1] = Interval(mine[-1].start, shift.interval.end)
            else:
                mine.append(shift.interval)
    hours = (
        OnCallHours(
            person=person,
            total=sum((span.duration for span in mine), timedelta(0)),
            night=sum((nights.open_time(span.start, span.end) for span in mine), timedelta(0)),
            weekend=sum((weekends.open_time(span.start, span.end) for span in mine), timedelta(0)),
            shifts=len(mine),
        )
        for person, mine in found.items()
    )
    return tuple(sorted(hours, key=lambda one: (-one.total, one.person)))
