"""A record as escalations see it: who answers for it, and the moments that triggers count from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import attrs

from incidentcore.errors import EscalationMatrixError, InvalidTimelineError
from incidentcore.escalation.triggers import HeldFor
from incidentcore.records import (
    Acknowledged,
    Escalated,
    Event,
    Record,
    Timeline,
    Unacknowledged,
    Unsnoozed,
)

__all__ = ["Anchor", "Mark", "Place", "View", "moments", "spells"]


class Mark(NamedTuple):
    """One acknowledgement that stands."""

    at: datetime
    by: str
    level: int | None


class Place(NamedTuple):
    """What holds from an instant at which something happened until the next one.

    Attributes:
        at: The instant.
        ended: ``resolved`` or ``canceled``; empty while the record is open.
        marks: The acknowledgements.
        snoozed_until: When a snooze ends, or ended.
        hands: The escalations by hand of the instant: the level that was asked for, or None.
    """

    at: datetime
    ended: str
    marks: tuple[Mark, ...]
    snoozed_until: datetime | None
    hands: tuple[int | None, ...]


@attrs.frozen
class View:
    """A record as it is seen at an instant.

    Attributes:
        record_id: The record.
        timeline: Its facts, instant by instant.
        places: What of them decides about silence, one for each moment of the timeline.
        snooze_ends: When a snooze ended, or will: by itself, or ended before its time by somebody
            who did not answer for the record instead.
        ended: Whether it was ever resolved or canceled.
        answered: Whether anybody ever answered for it, or asked for silence.
        hands: When it was escalated by hand, each with the level that was asked for, or None.
    """

    record_id: str
    timeline: Timeline
    places: tuple[Place, ...]
    snooze_ends: tuple[datetime, ...]
    ended: bool
    answered: bool
    hands: tuple[tuple[datetime, int | None], ...]

    @classmethod
    def of(cls, record: Record, now: datetime, known_at: datetime | None) -> View | None:
        """Return the view; None where the opening was not yet recorded by ``known_at``."""
        try:
            timeline = record.timeline(now=now, known_at=known_at)
        except InvalidTimelineError:
            return None
        places: list[Place] = []
        marks: tuple[Mark, ...] = ()
        state, known = timeline.base["state"], timeline.base["acknowledged"]
        quiet: datetime | None = timeline.base["snoozed_until"]
        ends: list[datetime] = []
        closed = answered = False
        by_hand: list[tuple[datetime, int | None]] = []
        for moment in timeline.moments:
            at, changes, before = moment.at, moment.changes, quiet
            state = changes.get("state", state)
            known = changes.get("acknowledged", known)
            quiet = changes.get("snoozed_until", quiet)
            marks, hands = _marks(at, moment.events, marks, known=known)
            if before is not None:
                if places and places[-1].at <= before < at:
                    ends.append(before)
                elif (
                    quiet is None
                    and before > at
                    and state.open
                    and not known
                    and any(isinstance(event, Unsnoozed) for event in moment.events)
                ):
                    ends.append(at)
            ended = "" if state.open else "canceled" if state.is_canceled else "resolved"
            places.append(Place(at, ended, marks, quiet, hands))
            closed = closed or bool(ended)
            answered = answered or bool(marks) or quiet is not None
            by_hand.extend((at, level) for level in hands)
        if quiet is not None and places[-1].at <= quiet:
            ends.append(quiet)
        return cls(
            record.id,
            timeline,
            tuple(places),
            tuple(ends),
            ended=closed,
            answered=answered,
            hands=tuple(by_hand),
        )


def _marks(
    at: datetime, events: Sequence[Event], standing: tuple[Mark, ...], *, known: bool
) -> tuple[tuple[Mark, ...], tuple[int | None, ...]]:
    """Return the acknowledgements after an instant's events, and its escalations by hand."""
    marks = standing
    hands: tuple[int | None, ...] = ()
    for event in events:
        if isinstance(event, Acknowledged):
            marks = (*marks, Mark(at, event.by.id, event.level))
        elif isinstance(event, Unacknowledged):
            marks = ()
        elif isinstance(event, Escalated) and not event.key:
            marks = ()
            hands = (*hands, event.level)
    if not known:
        return (), hands
    if not marks:  # taken notice of by working on it
        return (Mark(at, events[-1].by.id, None),), hands
    return marks, hands


@attrs.frozen
class Anchor:
    """A moment from which a trigger counts, for as long as it stands."""

    at: datetime
    until: datetime | None
    cycle: int


def moments(view: View, field: str) -> Iterator[Anchor]:
    """Yield each value that a moment of the record took, with the instant at which it moved on."""
    name, _, own = field.partition(".")
    held: Any = view.timeline.base.get(name)
    standing: datetime | None = None
    cycle = 0
    for moment in view.timeline.moments:
        held = moment.changes.get(name, held)
        value = (held or {}).get(own) if own else held
        if value is not None and not isinstance(value, datetime):
            raise EscalationMatrixError(field, value, "a field that holds an aware datetime")
        if value == standing:
            continue
        if standing is not None:
            yield Anchor(standing, moment.at, cycle)
        standing = value
        cycle += value is not None
    if standing is not None:
        yield Anchor(standing, None, cycle)


def spells(view: View, trigger: HeldFor) -> Iterator[Anchor]:
    """Yield each spell in which a condition held."""
    since: datetime | None = None
    cycle = 0
    facts: Mapping[str, Any]
    for moment, facts in view.timeline.states():
        holds = trigger.condition.test(facts, moment.at)
        if holds and since is None:
            since = moment.at
            cycle += 1
        elif not holds and since is not None:
            yield Anchor(since, moment.at, cycle)
            since = None
    if since is not None:
        yield Anchor(since, None, cycle)
