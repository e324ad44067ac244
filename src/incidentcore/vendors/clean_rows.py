"""Rows without anything odd, which are most rows, made incidents in a third of the time.

The reader gives up at the first thing that is not plain: an odd time, a moment before another, a
word that no table has, an object in a cell. The row then goes through ``HistoryBuilder``, which
gives the same record for a plain row, and findings for any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from incidentcore.errors import InvalidValueError
from incidentcore.records import Acknowledged, Commented, Event, Incident, LifecycleRef, Restored
from incidentcore.records._fast import opening, state_change
from incidentcore.values import CANCELED, CLOSED, NEW, RESOLVED, Actor, FrozenMap, Level, State
from incidentcore.vendors.cells import LEVELS, TEXTS, TableReader
from incidentcore.vendors.kit.entries import IMPORTER, Context
from incidentcore.vendors.kit.paths import plain_text

__all__ = ["CleanRows"]

_ENDS: Final = {
    "resolved": ("resolve", RESOLVED),
    "closed": ("close", CLOSED),
    "canceled": ("cancel", CANCELED),
}
_KINDS: Final[Mapping[str, tuple[type[Event], dict[str, Any]]]] = {
    "acknowledged": (Acknowledged, {}),
    "responded": (Commented, {"text": ""}),
    "restored": (Restored, {}),
}
_ORDER: Final = (*_KINDS, *_ENDS)
_FIELDS: Final = {"group": "assignment_group", "priority": "computed_priority"}
_TEXT_FIELDS: Final = tuple(
    (name, _FIELDS.get(name, name)) for name in TEXTS if name not in ("tags", "hold_reason")
)
_LEVEL_FIELDS: Final = tuple((name, _FIELDS.get(name, name)) for name in LEVELS)
_ODD: Final = ("tags", "hold_reason", "state_since", "occurred", "detected", "resolution_code")
_MORE: Final = ("resolution_notes", "reopen_count", "reassignment_count")
_NO_FIELDS: Final[FrozenMap[object]] = FrozenMap()
_LIFECYCLE: Final = LifecycleRef(Incident.record_type)
_put: Final = object.__setattr__


class CleanRows:
    """Reads plain rows of a table.

    Args:
        reader: Reads the cells.
        context: The tables and times of the import.
    """

    def __init__(self, reader: TableReader, context: Context) -> None:
        self._reader = reader
        self._context = context
        self._moments = [name for name in _ORDER if name in reader.get]
        self._odd = [name for name in (*_ODD, *_MORE) if name in reader.get]
        self._texts = [pair for pair in _TEXT_FIELDS if pair[0] in reader.get]
        self._levels = [pair for pair in _LEVEL_FIELDS if pair[0] in reader.get]
        self._times = {
            name: reader.readers.get(name, context.reader) for name in ("opened", *self._moments)
        }
        self._known: dict[tuple[str, str], Level | State | None] = {}
        self._actors: dict[tuple[str, str], Actor] = {}

    def read(self, key: str, row: Any) -> Incident | None:
        """Return the incident of a plain row, None for any other."""
        value = self._reader.value
        if any(value(row, name) is not None for name in self._odd):
            return None
        opened = self._time("opened", value(row, "opened"))
        if opened is None or not isinstance(value(row, "id"), (str, int, float)):
            return None
        moments: list[tuple[str, datetime]] = []
        latest = opened
        for name in self._moments:
            given = value(row, name)
            if given is not None:
                at = self._time(name, given)
                if at is None or at < latest:
                    return None
                moments.append((name, at))
                latest = at
        ends = [name for name, _ in moments if name in _ENDS]
        if ends[:1] == ["closed"] and "resolved" in self._reader.get:
            return None
        fields = self._fields(key, row)
        if fields is None:
            return None
        state = self._state(row, ends)
        return None if state is None else self._record(key, opened, moments, fields, state)

    def _time(self, name: str, value: object) -> datetime | None:
        reader = self._times[name]
        try:
            at = reader.read(value)
        except InvalidValueError:
            return None
        return None if reader.oddity else at

    def _fields(self, key: str, row: Any) -> dict[str, object] | None:
        """Return the fields of the opening in their stored form."""
        value = self._reader.value
        fields: dict[str, object] = {"title": key}
        for name, field in self._texts:
            given = value(row, name)
            if given is None:
                continue
            if not isinstance(given, str) or "\n" in given:
                return None
            text = given if given.isascii() else plain_text(given)
            if text is not None:
                fields[field] = (text,) if name == "category" else text
        for name, field in self._levels:
            given = value(row, name)
            if given is not None:
                level = self._word(name, given)
                if level is None:
                    return None
                fields[field] = level
        others = self._reader.others(row)
        if others:
            fields["custom"] = FrozenMap(others)
        return fields

    def _word(self, kind: str, given: object) -> Level | State | None:
        """Return what a word means, looked up once; None where no table has it."""
        if not isinstance(given, (str, int)):
            return None
        word = (kind, str(given))
        if word not in self._known:
            if len(self._known) > 1_000:
                return None
            if kind == "state":
                state, is_known = self._context.states.find(given)
                self._known[word] = state if is_known else None
            else:
                self._known[word] = self._context.levels.find(kind, given)
        return self._known[word]

    def _state(self, row: Any, ends: list[str]) -> State | None:
        """Return the state in which the row ends; None where its moments do not lead there."""
        given = self._reader.value(row, "state")
        reached = _ENDS[ends[-1]][1] if ends else NEW
        if given is None:
            return reached
        state = self._word("state", given)
        if not isinstance(state, State):
            return None
        if not ends:
            return state if state.open and not state.pauses else None
        is_same = (state.resolved, state.final) == (reached.resolved, reached.final)
        return state if is_same and not state.open else None

    def _actor(self, name: str, role: str) -> Actor:
        actor = self._actors.get((name, role))
        if actor is None:
            if len(self._actors) > 10_000:
                self._actors.clear()
            actor = self._actors[name, role] = Actor(name, role)
        return actor

    def _record(
        self,
        key: str,
        opened: datetime,
        moments: list[tuple[str, datetime]],
        fields: dict[str, object],
        state: State,
    ) -> Incident:
        caller, assignee = fields.get("caller"), fields.get("assignee")
        agent = self._actor(assignee if isinstance(assignee, str) else IMPORTER.id, "agent")
        moves = bool(moments) and moments[-1][0] in _ENDS
        has_end = any(name in _ENDS for name, _ in moments)
        first = opening(
            record_id=key,
            at=opened,
            recorded_at=opened,
            by=self._actor(caller, "requester") if isinstance(caller, str) else IMPORTER,
            record_type=Incident.record_type,
            state=NEW if has_end else state,
            lifecycle=_LIFECYCLE,
            fields=FrozenMap.of_frozen(fields),
        )
        _put(first, "id", f"{key}:opened")
        _put(first, "covers", self._context.covers)
        events: list[Event] = [first]
        facts = Incident.default_facts()
        facts.update(first.changes(facts))
        last = moments[-1][0] if moves else ""
        for name, at in moments:
            sequence = len(events) + 1
            if name in _ENDS:
                action, reached = _ENDS[name]
                event: Event = state_change(
                    record_id=key,
                    sequence=sequence,
                    at=at,
                    recorded_at=at,
                    by=agent if name == "resolved" else IMPORTER,
                    action=action,
                    state=state if name == last or _is_like(state, reached) else reached,
                    fields=_NO_FIELDS,
                    cause="",
                )
                _put(event, "id", f"{key}:{name}")
            else:
                kind, body = _KINDS[name]
                event = kind(
                    record_id=key,
                    sequence=sequence,
                    id=f"{key}:{name}",
                    at=at,
                    by=agent,
                    **body,
                )
            facts.update(event.changes(facts))
            events.append(event)
        facts["updated_at"] = events[-1].at
        return Incident._of(facts, tuple(events))  # noqa: SLF001  folded here, event by event


def _is_like(state: State, reached: State) -> bool:
    same = (state.resolved, state.final) == (reached.resolved, reached.final)
    return not state.open and (same or state.name.casefold() == reached.name)
