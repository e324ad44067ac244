"""The order of changes at one instant, the end in which a log begins, and the events of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from incidentcore.records import Event, StateChanged
from incidentcore.values import State
from incidentcore.vendors.kit.entries import IMPORTER, UNSTATED, Entry

_LONGEST: Final = 100
_AT_ONCE: Final = timedelta(minutes=1)


def chain(entries: list[Entry], places: Iterable[int], values: Mapping[str, object]) -> None:
    """Order the changes of one instant, so that each begins where the last one ended."""
    by_field: dict[str, list[int]] = {}
    for place in places:
        if entries[place].field:
            by_field.setdefault(entries[place].field, []).append(place)
    for field, own in by_field.items():
        rest = [entries[place] for place in own]
        if not 1 < len(rest) <= _LONGEST:
            continue
        value = values.get(field, UNSTATED)
        if all(two.before in (one.after, UNSTATED) for one, two in pairwise(rest)):
            continue
        for place in own:
            following = [one for one in rest if one.before == value]
            if not following:
                afters = [one.after for one in rest]
                following = [one for one in rest if one.before not in afters] or rest
            entries[place] = following[0]
            rest.remove(following[0])
            value = following[0].after


def begun_in(
    entries: list[Entry],
    state_of: Callable[[object], State],
    opened: datetime,
    resolved: datetime | None,
) -> Entry | None:
    """Insert the end in which a log begins, and return it; None if it begins in an open state.

    Only a record that was resolved as it was opened begins so. In any other, entries are missing,
    and the end counts from ``resolved`` or the first change of state, whichever is first.
    """
    place = next((n for n, one in enumerate(entries) if one.kind is StateChanged), 0)
    first = entries[place] if entries else None
    if first is None or first.field != "state" or first.before in (None, UNSTATED):
        return None
    at = first.at
    if at <= opened or state_of(first.before).open:
        return None
    if resolved is not None and opened <= resolved <= at:
        if resolved - opened <= _AT_ONCE:
            return None
        at = resolved
        place = next(n for n, one in enumerate(entries) if one.at > at or one is first)
    name, value, known = f"{first.id}-before", first.before, first.recorded_at
    begun = Entry(at, first.order, StateChanged, IMPORTER, known, name, "state", UNSTATED, value)
    entries.insert(place, begun)
    return begun


def event_of(
    events: list[Event],
    taken: set[str],
    entry: Entry,
    kind: Callable[..., Event],
    body: Mapping[str, Any],
) -> Event:
    """Return the next event, with an id made from that of the entry, which may give several."""
    record_id = events[0].record_id
    event_id, count = f"{record_id}:{entry.id}", 1
    while event_id in taken:
        count += 1
        event_id = f"{record_id}:{entry.id}:{count}"
    taken.add(event_id)
    return kind(
        record_id=record_id,
        sequence=len(events) + 1,
        id=event_id,
        at=entry.at,
        recorded_at=entry.recorded_at,
        by=entry.by,
        **body,
    )
