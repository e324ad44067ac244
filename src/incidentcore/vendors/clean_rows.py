"""A fast conversion to incidents for plain rows, which most rows are.

It gives up at the first difficulty: an unusual time, times in the wrong order, a word that is not
in a table, an object in a cell. The row is then converted by ``HistoryBuilder``, which gives the
same record for a plain row, and findings for any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from incidentcore.records import Event, Incident, LifecycleRef, Opened, StateChanged
from incidentcore.records._fast import trusted
from incidentcore.records.events.core import NO_FIELDS
from incidentcore.values import Actor, FrozenMap, Level, State
from incidentcore.vendors.cells import COUNTS, LEVELS, TEXTS, TableReader
from incidentcore.vendors.kit.context import Context
from incidentcore.vendors.kit.entries import ALIASES, IMPORTER, MOMENTS
from incidentcore.vendors.kit.paths import plain_text

_ODD: Final = ("tags", "hold_reason", "resolution_code", "resolution_notes")
_NEVER: Final = (*_ODD, *COUNTS, "state_since", "occurred", "detected")
_ENDS: Final = frozenset(name for name, (kind, _) in MOMENTS.items() if kind is StateChanged)
_CACHED: Final = 10_000
_opened: Final = trusted(Opened)
_state_changed: Final = trusted(StateChanged)


class CleanRows:
    """Converts plain rows of a table to incidents: rows with common fields that give no finding."""

    def __init__(self, reader: TableReader, context: Context) -> None:
        def mapped(names: tuple[str, ...]) -> list[tuple[str, str]]:
            return [(name, ALIASES.get(name, name)) for name in names if name in reader.columns]

        self._reader = reader
        self._context = context
        self._never = [name for name, _ in mapped(_NEVER)]
        self._texts = mapped(tuple(name for name in TEXTS if name not in _ODD))
        self._levels = mapped(LEVELS)
        self._times = [
            (name, reader.readers.get(name, context.reader))
            for name, _ in mapped(("opened", *MOMENTS, "updated"))
        ]
        standard = LifecycleRef(Incident.record_type)
        self._lifecycle = getattr(context.lifecycle, "ref", standard)
        self._state_of = lru_cache(_CACHED)(context.states.find)
        self._level_of = lru_cache(_CACHED)(context.levels.match)
        self._actor = lru_cache(_CACHED)(Actor)

    def read(self, key: str, row: Any, given: Mapping[str, Any]) -> Incident | None:
        """Return the incident of a plain row, whose mapped cells are given; None for any other row.

        It also raises InvalidValueError or TypeError for a row that is not plain.
        """
        if self._never and any(given[name] is not None for name in self._never):
            return None
        moments: list[tuple[str, datetime]] = []
        for name, reader in self._times:
            value = given[name]
            if value is not None:
                at, is_moment = reader.read(value), name != "updated"
                if reader.oddity or (is_moment and moments and at < moments[-1][1]):
                    return None
                moments += [(name, at)] * is_moment
        if not moments or moments[0][0] != "opened" or given["id"] is None:
            return None
        ends = [name for name, _ in moments if name in _ENDS]
        if (ends[:1] == ["closed"] and "resolved" in given) or {"closed", "canceled"} <= {*ends}:
            return None
        fields = self._fields(key, given)
        state = self._state(given.get("state"), ends)
        if fields is None or state is None:
            return None
        others = self._reader.others(row)
        if others:
            fields["custom"] = FrozenMap(others)
        return self._record(key, moments, fields, state, is_ended=bool(ends))

    def _fields(self, key: str, given: Mapping[str, Any]) -> dict[str, object] | None:
        """Return the fields of the opening in their stored form."""
        fields: dict[str, object] = {"title": key}
        for name, field in self._texts:
            text = given[name]
            if text is None:
                continue
            if type(text) is not str or "\n" in text:
                return None
            if not text.isascii():
                text = plain_text(text)
            fields[field] = (text,) if name == "category" else text
        for name, field in self._levels:
            if given[name] is not None:
                level = self._word(name, given[name])
                if level is None:
                    return None
                fields[field] = level
        return fields

    def _word(self, kind: str, given: object) -> Level | State | None:
        """Return the meaning of a word; None if no table has it."""
        if type(given) not in (str, int):
            return None
        found = self._state_of(given) if kind == "state" else self._level_of(kind, given)
        return found[0] if found[1] else None  # the others give a finding

    def _state(self, given: object, ends: list[str]) -> State | None:
        """Return the state in which the row ends; None if its moments do not lead to it."""
        reached: State = MOMENTS[ends[-1]][1]["state"] if ends else self._context.initial
        if given is None:
            return self._context.entered(reached, None) if ends else reached
        state: Any = self._word("state", given)
        if state is None or not ends:
            return state if state is not None and state.open and not state.pauses else None
        is_same = (state.resolved, state.final) == (reached.resolved, reached.final)
        return state if is_same and not state.open else None

    def _record(
        self,
        key: str,
        moments: list[tuple[str, datetime]],
        fields: dict[str, object],
        state: State,
        *,
        is_ended: bool,
    ) -> Incident:
        caller = fields.get("caller")
        agent = self._actor(fields.get("assignee", IMPORTER.id), "agent")
        opened = moments[0][1]
        first = _opened(
            key,
            1,
            opened,
            IMPORTER if caller is None else self._actor(caller, "requester"),
            opened,
            Incident.record_type,
            self._context.initial if is_ended else state,
            self._lifecycle,
            FrozenMap.of_frozen(fields),
            self._context.covers,
            id=f"{key}:opened",
        )
        events: list[Event] = [first]
        facts = Incident.default_facts()
        facts.update(first.changes(facts))
        last = moments[-1][0]
        for name, at in moments[1:]:
            sequence = len(events) + 1
            kind, body = MOMENTS[name]
            if kind is StateChanged:
                reached = body["state"]
                event: Event = _state_changed(
                    key,
                    sequence,
                    at,
                    agent if name == "resolved" else IMPORTER,
                    at,
                    body["action"],
                    state if name == last else self._context.entered(reached, state),
                    NO_FIELDS,
                    "",
                    id=f"{key}:{name}",
                )
            else:
                event = kind(
                    record_id=key, sequence=sequence, id=f"{key}:{name}", at=at, by=agent, **body
                )
            facts.update(event.changes(facts))
            events.append(event)
        facts["updated_at"] = events[-1].at
        return Incident._of(facts, tuple(events))  # noqa: SLF001  folded here, event by event
