"""From events to facts: the one place where a history is put in order and folded (rule H1).

How it works. Three orders matter. A history is stored in sequence order, so that a store only
appends. It is folded by (at, sequence), so that a late event takes its place in time. And the
opening is folded first, regardless of its date, so that every other event has a record to change.

A correction voids an earlier event. Whether it counts is decided from the last event of the
history backwards, since a correction may itself be corrected: read backwards, every correction is
known to count or not before the event that it names is reached.

The facts of *now* need no more than that: the events that are not void, in order. The *timeline*
needs more, because a correction counts from its own instant: up to then, the facts include the
wrong event, from then on they do not. So the timeline of a corrected history is made of stretches,
divided where a correction is dated after the event that it names. Each stretch is folded from the
events that count in it, and begins with one step that holds every fact in which it differs from the
stretch before. A correction dated like its event makes no division: the past itself changes.

The opening is never void. Its corrections are applied to it before anything is folded: they state
when the record was opened, and with which fields. That cannot change at a later instant, so they
make no division either, and no step of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter
from typing import Any

import attrs

from incidentcore._checks import each_of, tuple_of
from incidentcore.errors import InvalidTimelineError
from incidentcore.records.events.base import Event, of_kind
from incidentcore.records.events.core import Corrected, Opened
from incidentcore.records.timeline import Timeline, TimelineStep, changes_of
from incidentcore.values import FrozenMap

_when = attrgetter("at", "sequence")
_at = attrgetter("at")


def in_sequence(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return a history in order of sequence, each event once; see ``replay`` for the errors."""
    by_id: dict[str, Event] = {}
    by_sequence: dict[int, Event] = {}
    opening: Opened | None = None
    records: set[str] = set()
    for event in tuple_of(events):
        if not isinstance(event, Event):
            raise InvalidTimelineError("events", event, "events of one record")
        known = by_id.get(event.id)
        if known is not None:
            if known is not event and known != event:
                raise InvalidTimelineError(
                    "events", event, f"one event with id {event.id!r}; another one is {known!r}"
                )
            continue
        by_id[event.id] = event
        known = by_sequence.setdefault(event.sequence, event)
        if known is not event:
            raise InvalidTimelineError(
                "events", event, f"one event with sequence {event.sequence}; another is {known.id}"
            )
        records.add(event.record_id)
        if isinstance(event, Opened):
            if opening is not None:
                raise InvalidTimelineError("events", event, f"one Opened event; there is {opening}")
            opening = event
    if opening is None:
        raise InvalidTimelineError("events", list(by_id), "exactly one Opened event")
    if len(records) != 1:
        raise InvalidTimelineError("events", sorted(records), "events of one record")
    return tuple(by_sequence[sequence] for sequence in sorted(by_sequence))


def _corrections(events: Iterable[Event]) -> list[tuple[Corrected, Event]]:
    """Return the corrections, the latest first, each with the earlier event that it corrects."""
    corrections = list(of_kind(events, Corrected))
    if not corrections:
        return []
    by_id = {event.id: event for event in events}
    corrections.sort(key=lambda event: event.sequence, reverse=True)
    pairs = [(event, by_id[event.corrects]) for event in corrections if event.corrects in by_id]
    return [pair for pair in pairs if pair[1].sequence < pair[0].sequence]


def opening_of(events: Iterable[Event]) -> Opened | None:
    """Return the event that opened the record; None if it is not among the events."""
    return next(of_kind(events, Opened), None)


def of_opening(events: Iterable[Event]) -> set[str]:
    """Return the ids of the opening and of all corrections of it, which count at every instant."""
    events = tuple(events)
    ids = {event.id for event in of_kind(events, Opened)}
    for correction, event in reversed(_corrections(events)):
        if event.id in ids:
            ids.add(correction.id)
    return ids


def _counting(events: Iterable[Event]) -> tuple[Opened | None, set[str]]:
    """Return the opening with the corrections of it that count, and the ids of void events."""
    opening = opening_of(events)
    void: set[str] = set()
    corrections: list[Corrected] = []
    for correction, event in _corrections(events):
        if correction.id in void:  # it may itself have been corrected since
            continue
        if event is opening:
            corrections.append(correction)
        else:
            void.add(event.id)
    if opening is None or not corrections:
        return opening, void
    fields: dict[str, object] = dict(opening.fields)
    for correction in reversed(corrections):
        fields.update(correction.fields)
    return attrs.evolve(opening, at=corrections[0].at, fields=FrozenMap(fields)), void


def in_time(history: Iterable[Event], opening: Opened | None = None) -> tuple[Opened, list[Event]]:
    """Return the opening, and the other events in time order, without those found wrong.

    The opening is the one given, or that of the history, as later events corrected it.
    """
    events = list(history)
    corrected, void = _counting(events)
    opening = opening or corrected
    if opening is None:
        raise InvalidTimelineError("events", [event.id for event in events], "one Opened event")
    left_out = void | of_opening(events)
    rest = [event for event in events if event.id not in left_out]
    rest.sort(key=_when)
    return opening, rest


def fold_facts(
    history: Iterable[Event], defaults: Mapping[str, Any], opening: Opened | None = None
) -> dict[str, Any]:
    """Return every field of a record by name, computed from its history."""
    opening, rest = in_time(history, opening)
    facts = dict(defaults)
    for event in (opening, *rest):
        _apply(event, facts)
    facts["updated_at"] = max(opening.at, rest[-1].at) if rest else opening.at
    return facts


def _apply(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Change facts as an event does; return its changes without those that the type lacks."""
    size = len(facts)
    changes = event.changes(facts)
    facts.update(changes)
    if len(facts) > size:
        changes = dict(changes)  # an event may give the same ones each time
        while len(facts) > size:  # what was not there before stands last
            del changes[facts.popitem()[0]]
    return changes


def fold_steps(
    history: Iterable[Event], defaults: Mapping[str, Any]
) -> Iterator[tuple[Event, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield each event in time order, with the fields (facts) before it and those it changes.

    Do not store the mapping of facts, which is reused from step to step.
    """
    opening, rest = in_time(each_of("events", history, Event))
    facts = dict(defaults)
    for event in (opening, *rest):
        changes = changes_of(event, facts)
        yield event, facts, changes
        facts.update(changes)


def fold_timeline(history: Iterable[Event], defaults: Mapping[str, Any]) -> Timeline:
    """Return how a record's facts changed over time, computed from its history.

    The opening's facts are known from the first instant, even if another event is dated before it.
    From the opening, the facts at an instant are those of a record replayed from the events up
    to that instant; a correction takes effect at its own ``at``.
    """
    events = tuple(history)
    late = _late_corrections(events)
    if late:
        return _fold_corrected(events, defaults, late)
    return _fold_stretch(*in_time(events), defaults)[0]


def fold_both(
    history: Iterable[Event], defaults: Mapping[str, Any]
) -> tuple[Timeline, dict[str, Any]]:
    """Return the timeline and the present facts of an ordered history without corrections."""
    opening, *rest = history
    rest.sort(key=_at)  # those of one instant stay in sequence
    return _fold_stretch(opening, rest, defaults)  # type: ignore[arg-type]  # the first in sequence


def longer_timeline(
    timeline: Timeline, event: Event, changes: Mapping[str, Any]
) -> Timeline | None:
    """Return a timeline with one more event; None if the past has to be folded again."""
    *earlier, last = timeline.moments
    at = event.at
    events: tuple[Event, ...] = (event,)
    if at > last.at:
        earlier.append(last)
    else:
        changes, events = {**last.changes, **changes}, (*last.events, event)
    if at < last.at or any(isinstance(one, Corrected) for one in events):
        return None
    step = TimelineStep(at, {**changes, "updated_at": at}, events)
    return Timeline(timeline.base, (*earlier, step), timeline.opened_at)


def _fold_stretch(
    opening: Opened, rest: list[Event], defaults: Mapping[str, Any]
) -> tuple[Timeline, dict[str, Any]]:
    """Fold events that are valid or void at every instant alike; return the facts after them."""
    facts = dict(defaults)
    if not rest or rest[0].at >= opening.at:
        return Timeline(defaults, _moments((opening, *rest), facts), opening.at), facts
    early = sum(1 for event in rest if event.at < opening.at)
    base = {**defaults, **changes_of(opening, defaults)}
    facts.update(base)
    moments = _moments((*rest[:early], opening, *rest[early:]), facts, known=opening)
    return Timeline(base, moments, opening.at), facts


def _moments(
    events: Iterable[Event], facts: dict[str, Any], *, known: Event | None = None
) -> tuple[TimelineStep, ...]:
    """Return what events in time order change, instant by instant; the facts follow them.

    The event that is ``known`` is in the facts already, so it changes nothing.
    """
    moments: list[TimelineStep] = []
    at: datetime | None = None
    now: dict[str, Any] = {}
    together: list[Event] = []
    for event in events:
        changes = {} if event is known else _apply(event, facts)
        if event.at == at:
            now.update(changes)
            together.append(event)
            continue
        if at is not None:
            moments.append(TimelineStep(at, now, tuple(together)))
        at = facts["updated_at"] = changes["updated_at"] = event.at
        now, together = changes, [event]
    if at is not None:
        moments.append(TimelineStep(at, now, tuple(together)))
    return tuple(moments)


def _late_corrections(events: tuple[Event, ...]) -> list[datetime]:
    """Return the instants of corrections that are dated after the event that they correct."""
    pairs = _corrections(events)
    opening = _counting(events)[0] if pairs else None
    if opening is None:
        return []
    timeless = of_opening(events)
    return sorted(
        {
            correction.at
            for correction, event in pairs
            if correction.id not in timeless and correction.at > max(event.at, opening.at)
        }
    )


def _fold_corrected(
    events: tuple[Event, ...], defaults: Mapping[str, Any], late: list[datetime]
) -> Timeline:
    """Fold a history in which the instant determines which events count."""
    opening, _ = _counting(events)
    assert opening is not None  # noqa: S101  without one, no correction is late
    timeless = of_opening(events)
    events = tuple(event for event in events if event.id not in timeless)

    def until(end: datetime | None) -> list[Event]:
        return [event for event in events if end is None or event.at < end]

    timeline, _ = _fold_stretch(*in_time(until(late[0]), opening), defaults)
    moments = list(timeline.moments)
    facts = timeline.facts_at(late[0])
    for at, end in zip_longest(late, late[1:]):
        events_now = until(end)
        _, rest = in_time(events_now, opening)
        before = facts
        facts = fold_facts([e for e in events_now if e.at <= at], defaults, opening)
        changes = {name: value for name, value in facts.items() if value != before[name]}
        now = tuple(event for event in rest if event.at == at)
        if now:  # none where the correction was itself corrected, dated before it
            moments.append(TimelineStep(at, {**changes, "updated_at": at}, now))
        moments.extend(_moments([event for event in rest if event.at > at], facts))
    return Timeline(timeline.base, tuple(moments), opening.at)
