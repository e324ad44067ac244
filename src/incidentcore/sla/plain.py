"""A clock for callers who hold no record of ours, only what their own database says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records import Incident, Timeline, TimelineStep
from incidentcore.values import FrozenMap, State

__all__ = ["facts_timeline"]


def facts_timeline(
    pairs: Iterable[tuple[datetime, State | Mapping[str, object]]],
    /,
    *,
    id: str = "",  # noqa: A002  the field's name
) -> Timeline:
    """Turn (instant, state or facts) pairs into the timeline that clocks are computed from.

    ``evaluate_sla`` and ``crossings`` take the timeline in place of a record and answer the same as
    for a record with that history, as far as the pairs tell what the conditions read. The presets
    read ``state``; the response clocks also ``first_response_at`` or ``unanswered_since``.

    Args:
        pairs: What was so from an instant on: a ``State``, or facts by name, ``state`` among them.
            The first in time opens the record. Of two at one instant the later in order counts. A
            reset condition sees each mapping as an event: give ``kind``, ``by`` and the like where
            it asks for them.
        id: The record's id, for the status.

    Raises:
        InvalidTimelineError: There is no pair, or the first has no state.
        InvalidValueError: A pair holds neither a state nor facts by name.
        NaiveDatetimeError: An instant carries no offset.

    >>> from datetime import UTC, timedelta
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla.clock import evaluate_sla
    >>> from incidentcore.sla.definition import SlaDefinition
    >>> from incidentcore.values import NEW, ON_HOLD
    >>> nine, hour = datetime(2026, 6, 1, 9, tzinfo=UTC), timedelta(hours=1)
    >>> ours = facts_timeline([(nine, NEW), (nine + hour, ON_HOLD)])
    >>> promise = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    >>> status = evaluate_sla(promise, ours, now=nine + 3 * hour)
    >>> status.stage, str(status.elapsed)
    ('paused', '1:00:00')
    """
    given = [(as_utc(at), _facts(value)) for at, value in pairs]
    given.sort(key=lambda pair: pair[0])
    if not given or not isinstance(given[0][1].get("state"), State):
        raise InvalidTimelineError("pairs", given[:1], "pairs whose first in time has a state")
    opened_at = given[0][0]
    base = {**Incident.default_facts(), "id": id}
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
    return Timeline(base, tuple(moments), opened_at)


def _facts(value: object) -> dict[str, Any]:
    if isinstance(value, State):
        return {"state": value}
    if isinstance(value, Mapping):
        return dict(value)
    raise InvalidValueError("pairs", value, "a State, or facts by name")
