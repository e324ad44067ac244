"""A record's fields (facts) over time: what changed, instant by instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.events.base import Event
from incidentcore.values import FrozenMap, State


def changes_of(event: Event, facts: Mapping[str, Any]) -> dict[str, object]:
    """Return the facts that an event changes, limited to those that the type of record has.

    An event that does not belong to this type, such as an approval of an incident, changes nothing,
    since replay never refuses an event (rule H2).
    """
    changes = event.changes(facts)
    if changes.keys() <= facts.keys():
        return changes
    return {name: value for name, value in changes.items() if name in facts}


@attrs.frozen
class TimelineStep(SharedRepr):
    """Everything that happened to a record at one instant.

    Attributes:
        at: The instant.
        changes: The fields that changed, with their values after the last event at the instant.
        events: The events, in the order in which they were applied.
    """

    at: datetime
    changes: Mapping[str, Any]
    events: tuple[Event, ...] = ()


@attrs.frozen
class Timeline(SharedRepr):
    """A record's fields (facts) over time in compact form: what changed, instant by instant.

    Clocks, escalations and KPIs read timelines instead of replaying records at each instant (S1).

    Attributes:
        base: The fields before the first change.
        moments: What changed at each instant, in time order.
        opened_at: When the record was opened.
    """

    base: Mapping[str, Any]
    moments: tuple[TimelineStep, ...]
    opened_at: datetime

    default_facts: ClassVar[Callable[[], dict[str, Any]]]  # of an incident, which sets it

    def states(self) -> Iterator[tuple[TimelineStep, dict[str, Any]]]:
        """Yield each step with a mapping of all fields after it.

        Every step changes and yields the same mapping: copy it to keep it.
        """
        facts = dict(self.base)
        for moment in self.moments:
            facts.update(moment.changes)
            yield moment, facts

    def facts_at(self, at: datetime) -> dict[str, Any]:
        """Return all fields as they were at an instant, after every event of that instant."""
        at = as_utc(at)
        facts = dict(self.base)
        for moment in self.moments:
            if moment.at > at:
                break
            facts.update(moment.changes)
        return facts

    @property
    def covers(self) -> frozenset[str] | None:
        """Return what the record's source supplies; None for everything. See ``Coverage``."""
        covers: frozenset[str] | None = self.base.get("covers")
        return self.moments[0].changes.get("covers", covers) if self.moments else covers

    def opening_facts(self) -> dict[str, Any] | None:
        """Return the record's fields after its opening event only (rule S1).

        Other events at the same instant are left out. If there are none, the result is None:
        ``facts_at`` returns these fields then.
        """
        moment = next((step for step in self.moments if step.at >= self.opened_at), None)
        if moment is None or len(moment.events) < 2:
            return None
        facts = dict(self.base)
        opening: Any = moment.events[0]
        facts.update(changes_of(opening, facts) if isinstance(opening, Event) else opening)
        for early in self.moments[: self.moments.index(moment)]:
            facts.update(early.changes)
        return {**facts, "updated_at": self.opened_at}

    @classmethod
    def from_facts(
        cls,
        pairs: Iterable[tuple[datetime, State | Mapping[str, object]]],
        /,
        *,
        id: str = "",  # noqa: A002  the field's name
    ) -> Timeline:
        """Return a timeline from pairs of (instant, state or fields), without a record.

        ``evaluate_sla`` accepts it in place of a record, with the same result as for a record with
        that history, if the pairs contain every field that the conditions read.

        Each pair says what becomes true at an instant: a ``State``, or a mapping of fields. The
        earliest opens the record, and has a state. Of two pairs at the same instant, the later one
        applies. The ``reset`` condition of a clock reads each mapping as an event: include what it
        reads, such as ``kind`` and ``by``.

        Raises:
            InvalidTimelineError: ``pairs`` is empty, or the earliest pair has no state.
            InvalidValueError: A pair contains neither a state nor a mapping of fields.
            NaiveDatetimeError: An instant carries no offset.

        >>> from datetime import UTC, datetime
        >>> from incidentcore.records import Timeline
        >>> from incidentcore.records.incident import Incident
        >>> from incidentcore.values import NEW, ON_HOLD
        >>> nine, ten = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (9, 10))
        >>> Timeline.from_facts([(nine, NEW), (ten, ON_HOLD)]).facts_at(ten)["state"] == ON_HOLD
        True
        """
        given = [(as_utc(at), _facts_of(value)) for at, value in pairs]
        given.sort(key=lambda pair: pair[0])
        if not given or not isinstance(given[0][1].get("state"), State):
            raise InvalidTimelineError("pairs", given[:1], "pairs whose first in time has a state")
        opened_at = given[0][0]
        moments: list[TimelineStep] = []
        for at, facts in given:
            changes: dict[str, Any] = {**facts, "updated_at": at}
            events: tuple[Any, ...] = (FrozenMap(facts),)
            if not moments:
                changes = {"opened_at": at, **changes}
            elif moments[-1].at == at:
                last = moments.pop()
                changes, events = {**last.changes, **changes}, (*last.events, *events)
            moments.append(TimelineStep(at, changes, events))
        return cls({**cls.default_facts(), "id": id}, tuple(moments), opened_at)

    def with_instants(self, timed: Sequence[Any], until: datetime) -> Timeline:
        """Return the timeline with further steps wherever time alone changes a result (rule S1).

        Args:
            timed: The conditions whose results change with time.
            until: The last instant to consider.
        """
        if not timed:
            return self
        steps: list[TimelineStep] = []
        for number, (moment, facts) in enumerate(self.states()):
            steps.append(moment)
            at = moment.at
            end = self.moments[number + 1].at if number + 1 < len(self.moments) else None
            while at >= self.opened_at:
                changes = (leaf.next_change(facts, at) for leaf in timed)
                at = min((one for one in changes if one is not None and one > at), default=at)
                if at == steps[-1].at or at > until or (end is not None and at >= end):
                    break
                steps.append(TimelineStep(at, {}, ()))
        return Timeline(self.base, tuple(steps), self.opened_at)

    def until(self, now: datetime) -> Timeline:
        """Return the timeline up to and including an instant."""
        now = as_utc(now, "now")
        if not self.moments or self.moments[-1].at <= now:
            return self
        return Timeline(
            self.base, tuple(moment for moment in self.moments if moment.at <= now), self.opened_at
        )


def _facts_of(value: object) -> dict[str, Any]:
    if isinstance(value, State):
        return {"state": value}
    if isinstance(value, Mapping):
        return dict(value)
    raise InvalidValueError("pairs", value, "a State, or facts by name")
