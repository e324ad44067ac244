"""A record as escalations see it: its facts over time, and the moments that triggers count from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import attrs

from incidentcore.errors import InvalidTimelineError
from incidentcore.escalation.matrix import Held
from incidentcore.instants import as_utc
from incidentcore.records import Moment, Record, Timeline

__all__ = ["Anchor", "View", "moments", "spells"]


@attrs.frozen
class View:
    """A record as it is seen at ``now``, with its facts after each instant."""

    record: Record
    states: tuple[tuple[Moment, dict[str, Any]], ...]

    @classmethod
    def of(cls, record: Record, now: datetime, as_of: datetime | None) -> View | None:
        """Return the view; None where the opening was not yet recorded by ``as_of``."""
        as_of = None if as_of is None else as_utc(as_of, "as_of")
        hidden = any(
            event.at > now or (as_of is not None and event.recorded_at > as_of)
            for event in record.history
        )
        if hidden:
            seen = [
                event
                for event in record.history
                if event.kind == "opened" or event.at <= now
                if as_of is None or event.recorded_at <= as_of
            ]
            try:
                record = type(record).from_history(seen)
            except InvalidTimelineError:
                return None
        timeline: Timeline = record.timeline()
        return cls(record, tuple((moment, dict(facts)) for moment, facts in timeline.states()))

    def facts_at(self, at: datetime) -> dict[str, Any]:
        """Return the facts at an instant after the opening, after its last event."""
        place = bisect_right(self.states, at, key=_instant) - 1
        return self.states[max(place, 0)][1]


def _instant(state: tuple[Moment, dict[str, Any]]) -> datetime:
    return state[0].at


@attrs.frozen
class Anchor:
    """A moment from which a trigger counts, for as long as it stands."""

    at: datetime
    until: datetime | None
    cycle: int


def moments(view: View, field: str) -> Iterator[Anchor]:
    """Yield each value that a moment of the record took, with the instant at which it moved on."""
    standing: datetime | None = None
    cycle = 0
    for moment, facts in view.states:
        value = facts[field]
        if value == standing:
            continue
        if standing is not None:
            yield Anchor(standing, moment.at, cycle)
        standing = value
        cycle += value is not None
    if standing is not None:
        yield Anchor(standing, None, cycle)


def spells(view: View, trigger: Held) -> Iterator[Anchor]:
    """Yield each spell in which a condition held."""
    since: datetime | None = None
    cycle = 0
    for moment, facts in view.states:
        holds = trigger.condition.test(facts, moment.at)
        if holds and since is None:
            since = moment.at
            cycle += 1
        elif not holds and since is not None:
            yield Anchor(since, moment.at, cycle)
            since = None
    if since is not None:
        yield Anchor(since, None, cycle)
