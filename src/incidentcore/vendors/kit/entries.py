"""Collect the entries of a tool's log about one record, which an importer adds one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from incidentcore.records import (
    Acknowledged,
    Assigned,
    Classified,
    Commented,
    Escalated,
    Event,
    FieldsChanged,
    Link,
    Prioritized,
    Restored,
    StateChanged,
    Unacknowledged,
)
from incidentcore.values import CANCELED, CLOSED, RESOLVED, Actor, State
from incidentcore.vendors.kit.context import Context
from incidentcore.vendors.kit.paths import clean, natural, plain_text, whole_number
from incidentcore.vendors.kit.reported import ReportedSla
from incidentcore.vendors.kit.tables import GUESSED_STATE, UNDONE, UNKNOWN, UNKNOWN_STATE, lines_for
from incidentcore.vendors.kit.times import TimeReader
from incidentcore.words import Phrase

ASSIGNED: Final = ("assignment_group", "assignee")
LEVELS: Final = {"computed_priority": "priority", "impact": "impact", "urgency": "urgency"}
LOGGED: Final = frozenset(("states", "assignments", "priorities", "acknowledgements"))
"""What a log of changes supplies, as values of ``covers``."""
_OF_LOG: Final = LOGGED | {"escalations"}

UNSTATED: Final = "\0unstated"
"""Passed as ``before`` if the log does not contain the old value of a field."""

ALIASES: Final = {"group": "assignment_group", "priority": "computed_priority"}
_KINDS: Final[dict[str, Callable[..., Event]]] = {
    "state": StateChanged,
    "category": Classified,
    **dict.fromkeys(LEVELS, Prioritized),
    **dict.fromkeys(ASSIGNED, Assigned),
}
_RANKS: Final[dict[Callable[..., Event], int]] = {
    Unacknowledged: 0,
    Escalated: 1,
    **dict.fromkeys((Prioritized, Assigned, Classified), 2),
    Acknowledged: 3,
    StateChanged: 4,
}
_LAST: Final = 5
IMPORTER: Final = Actor("import", "system")
"""The actor of events for which a source names nobody."""
MOMENTS: Final[dict[str, tuple[Callable[..., Event], dict[str, Any]]]] = {
    "acknowledged": (Acknowledged, {}),
    "responded": (Commented, {"text": ""}),
    "restored": (Restored, {}),
    "resolved": (StateChanged, {"action": "resolve", "state": RESOLVED}),
    "closed": (StateChanged, {"action": "close", "state": CLOSED}),
    "canceled": (StateChanged, {"action": "cancel", "state": CANCELED}),
}


@attrs.define
class Entry:
    """One entry of the log, before it is converted to an event."""

    at: datetime
    order: tuple[int, int]
    kind: Callable[..., Event]
    by: Actor
    recorded_at: datetime
    id: str
    field: str = ""
    before: object = None
    after: object = None
    body: dict[str, Any] = attrs.Factory(dict)


class EntryLog:
    """The methods with which an importer describes one record.

    A time may be passed in the source's own form, which the import's ``Times`` reads. An actor
    (``by``) may be passed as an id, or as an ``Actor`` if the source states the role; None gives a
    finding ``unknown_actor``. Fields are those of ``Record``, with ``group`` for
    ``assignment_group`` and ``priority`` for ``computed_priority``; any other name is stored under
    ``custom``.

    Attributes:
        id: The record's id.
        row: The row of the source, 0 if it has none.
        names: The source's names for the arguments of ``moments``, for findings.
        earliest: When the record was opened, or the entry before; None until known. If a time
            occurred twice, as clocks were set back, the second is used if the first is too early.
        covers: What the source contains about this record; by default, as for the import.
        shown_roles: Roles by actor's id, as far as the source shows them.
    """

    def __init__(self, record_id: str, context: Context, row: int = 0) -> None:
        self.id = record_id
        self.row = row
        self.covers: frozenset[str] = context.covers
        self._context = context
        self.names: Mapping[str, str] = {}
        self.shown_roles: Mapping[str, str] = {}
        self.is_left_out: bool = False
        self._entries: list[Entry] = []
        self._ids: set[tuple[object, ...]] = set()
        self._present: dict[str, object] = {}
        self._reported: dict[str, object] = {}
        self._slas: list[ReportedSla] = []
        self._links: dict[Link, None] = {}
        self.earliest: datetime | None = None
        self._opening: tuple[datetime, datetime, Actor] | None = None
        self._resolved_at: datetime | None = None
        self._closed_at: datetime | None = None
        self._updated_at: datetime | None = None
        self._category: object = None
        self._states: dict[tuple[type, object], State] = {}

    def find(
        self, code: str, action: str, *, field: str = "", value: object = "", path: object = ""
    ) -> None:
        """Add a finding about this record."""
        self._context.findings.add(
            code, action, row=self.row, field=field, value=value, key=self.id, path=str(path)
        )

    def time(
        self,
        value: object,
        field: str,
        *,
        action: str = "left out",
        path: object = "",
        reader: TimeReader | None = None,
    ) -> datetime | None:
        """Return a time in UTC; None if it is empty, or if it cannot be read (with a finding)."""
        reader = reader or self._context.reader
        if value in (None, ""):
            return None
        try:
            at = reader.read(value)
        except ValueError:
            self.find("unreadable_time", action, field=field, value=value, path=path)
            return None
        if reader.oddity == "no_zone":
            self._context.findings.add("no_zone", reader.action, row=self.row)
        elif reader.oddity:
            at, action = reader.placed(at, self.earliest)
            self.find(reader.oddity, action, field=field, value=value, path=path)
        return at

    def actor(
        self, actor: object, role: str | None = None, *, path: object = "", also: Iterable[str] = ()
    ) -> Actor:
        """Return the actor for an id; if the actor or the role is unknown, add a finding.

        Args:
            actor: The id or ``Actor``; None or an empty id means that nobody is named.
            role: The role that the source states, by default that of ``shown_roles``; the import's
                ``Roles`` take precedence.
            path: The place of the entry, for the finding.
            also: Other ids of the same actor that ``Roles`` may contain instead.
        """
        if isinstance(actor, Actor):
            return actor
        if (name := plain_text(actor)) is None:
            self.find("unknown_actor", "read as the system actor unknown", path=path)
            return UNKNOWN
        role = role or self.shown_roles.get(name)
        known = self._context.roles.find(name, role, also=also)
        if known is None:
            action = "read as a system: it answers and acknowledges nothing"
            self.find("unknown_actor", action, field="by", value=name, path=path)
        return Actor(name, known or "system")

    def state(self, name: object, *, ended: bool = False) -> State:
        """Return the state for a name; if it is unknown, add a finding or raise ``ValueError``.

        If the record has ``ended`` by a time that an unknown state makes void, the finding says so.
        """
        name = clean(name)
        if (key := (type(name), name)) in self._states:  # 1 equals True
            return self._states[key]
        category = self._category if name == self._present.get("state") else None
        state, is_known = self._context.states.find(name, category)
        if state is None:
            raise ValueError(f"unknown state {name!r}")  # ends the record, not the import
        if not is_known:
            flags = tuple(f for f in ("pauses", "open", "resolved", "final") if getattr(state, f))
            known = None if state == State(str(name), open=True) else state  # by its category
            text = UNKNOWN_STATE if known is not None else GUESSED_STATE
            text = UNDONE if state.open and ended else text
            action = Phrase(text, flags=flags, **lines_for(str(name), known))
            self.find("unknown_state", action, field="state", value=name)
        return self._states.setdefault(key, state)

    def knows_state(self, name: object) -> bool:
        """Return whether the import's table has a state of this name."""
        return self._context.states.find(name)[1]

    def present(self, *, state_category: object = None, **fields: object) -> None:
        """Set the record's current values in the tool; fields that never changed always had these.

        Args:
            state_category: The category of the current state, used if the table lacks the state.
            fields: Values by field; None for an empty field. Omit fields that the source does not
                have, since the values are compared with the end of the history.
        """
        self._category = self._category if state_category is None else state_category
        for name, value in fields.items():
            self._present[str(clean(ALIASES.get(name, name)))] = None if value == "" else value

    def opened(self, at: object, by: object, *, recorded_at: object = None) -> None:
        """Set when and by whom the record was opened."""
        opened = self.time(at, "opened", action="record left out: it needs its opening")
        if opened is not None:
            self.earliest = opened
            known = self.time(recorded_at, "recorded") or opened
            self._opening = (opened, known, self.actor(by, path="opening"))

    def changed(
        self,
        entry_id: object,
        at: object,
        by: object,
        *,
        field: str,
        after: object,
        before: object = UNSTATED,
        recorded_at: object = None,
        order: int = 0,
    ) -> None:
        """Add a change of one field, with the values as the tool writes them.

        Args:
            entry_id: The entry's id in the tool.
            at: When the field changed.
            by: Who changed it.
            field: The field.
            after: The field's value after the change.
            before: The field's value before the change; omit it if the log does not contain it.
            recorded_at: When it was recorded; defaults to ``at``.
            order: A number that sorts entries of one instant; by default, that in ``entry_id``.
        """
        field = ALIASES.get(field, field)
        kind = _KINDS.get(field, FieldsChanged)
        entry = self._entry(kind, entry_id, at, by, recorded_at=recorded_at, what=field)
        if entry is not None:
            entry.field = str(clean(field))
            entry.order = (order or entry.order[0], entry.order[1])
            entry.before, entry.after = (None if v == "" else v for v in (before, after))

    def add(
        self,
        kind: type[Event],
        entry_id: object,
        at: object,
        by: object,
        *,
        recorded_at: object = None,
        **body: Any,
    ) -> None:
        """Add an event that is not a change of one field, such as ``Commented``.

        Args:
            kind: The event's class.
            entry_id: The entry's id in the tool.
            at: When the event happened.
            by: Who caused it.
            recorded_at: When it was recorded; defaults to ``at``.
            body: The attributes of the event's class; one whose ``until`` is past is left out.
        """
        entry = self._entry(kind, entry_id, at, by, recorded_at=recorded_at, what=str(sorted(body)))
        until = body.get("until")
        if entry is not None and isinstance(until, datetime) and until <= entry.at:
            self._entries.remove(entry)
            self.find("time_goes_back", "left out", field="until", value=until, path=entry.id)
        elif entry is not None:
            entry.body = {k: clean(v) if isinstance(v, str) else v for k, v in body.items()}

    def leave_out(self, code: str, action: str) -> None:
        """Leave out the record, with a finding, because the import is not for such records."""
        self.find(code, action)
        self.is_left_out = True

    def truncated(self, action: str, *, path: str, covers: Collection[str] | None = None) -> None:
        """Add a finding ``truncated_history``: entries of the log are missing.

        ``covers`` is what the source still supplies: by default, not ``LOGGED`` or escalations.
        """
        self.find("truncated_history", action, path=path)
        self.covers = self.covers - _OF_LOG if covers is None else frozenset(covers)

    def moments(self, by: Actor, **moments: object) -> None:
        """Add an event for each known time of a record, for a source without a log.

        Args:
            by: The actor of all events except closures and cancellations, whose actor is a system.
            moments: Any of ``acknowledged``, ``responded`` (a public answer), ``restored``,
                ``resolved``, ``closed`` and ``canceled``, each a time, or None or "".

        If two times are equal, the order of this list decides (rule H1). The state entered is the
        record's present state in the tool, if that has the same meaning. If the record is now
        canceled, ``closed`` is the time of its cancellation, unless ``canceled`` is later.
        """
        given = {name: at for name in MOMENTS if (at := moments.get(name)) not in (None, "")}
        times = {n: self.time(at, n, action=f"kept as custom.{n}") for n, at in given.items()}
        self._present.update((name, at) for name, at in given.items() if times[name] is None)
        for rank, (name, (kind, needed)) in enumerate(MOMENTS.items()):
            if (at := times.get(name)) is None:
                continue
            body = dict(needed)
            if "state" in body:
                shown = self._present.get("state")
                now = None if shown is None else self.state(shown, ended=name != "canceled")
                is_last = at >= (times.get("canceled") or at)
                if name == "closed" and now is not None and now.is_canceled and is_last:
                    body = dict(MOMENTS["canceled"][1])
                body["state"] = self._context.entered(body["state"], now)
            actor = IMPORTER if name in ("closed", "canceled") else by
            entry = self._entry(kind, name, at, actor, recorded_at=None, what=name)
            if entry is not None:
                entry.order, entry.body = (0, rank), body

    def reported(self, name: str, value: object) -> None:
        """Store a figure of the tool as ``custom.tool.<name>``, dated at the last event."""
        if value is not None and value != "":
            self._reported[name] = clean(value)

    def counted(self, name: str, value: object, *, field: str = "") -> None:
        """Store a count that the tool reports, as ``reported`` does; it may be empty.

        A value that is not a count is left out, with a finding ``not_a_count`` about ``field``.
        """
        if (text := plain_text(value)) is None:
            return
        number = whole_number(text.removesuffix(".0"))
        if number is None:
            self.find("not_a_count", "left out", field=field or name, value=text)
        self.reported(name, number)

    def check(
        self, *, resolved_at: object = None, closed_at: object = None, updated_at: object = None
    ) -> None:
        """Set times that the tool states, to check the history or to complete a truncated one.

        Args:
            resolved_at: When the record was resolved; a difference of up to a minute is accepted.
            closed_at: When it was closed or canceled; used only if the history lacks that change.
            updated_at: When it was last changed; the time of changes whose own time is unknown.
        """
        self._resolved_at = self.time(resolved_at, "resolved_at", action="not compared")
        self._closed_at = self.time(closed_at, "closed_at", action="passed over")
        self._updated_at = self.time(updated_at, "updated_at", action="passed over")

    def linked(self, link: Link) -> None:
        """Add a link that exists in the tool now, dated at the last event."""
        self._links[link] = None

    def reported_sla(self, sla: ReportedSla) -> None:
        """Store the tool's own result for one of its targets under ``custom.tool.slas``."""
        if sla not in self._slas:  # pages may overlap
            self._slas.append(sla)

    def _entry(
        self,
        kind: Callable[..., Event],
        entry_id: object,
        at: object,
        by: object,
        *,
        recorded_at: object,
        what: str,
    ) -> Entry | None:
        name = plain_text(entry_id) or f"{len(self._entries) + 1}"
        when = self.time(at, "at", action="entry left out", path=name)
        if at in (None, ""):
            self.find("unreadable_time", "entry left out: it has no time", path=name)
        if when is None:
            return None
        if (name, kind, what) in self._ids:
            self.find("duplicate_entry", "left out: the first one is used", path=name)
            return None
        self._ids.add((name, kind, what))
        known = self.time(recorded_at, "recorded", path=name) or when
        order = (natural(name), _RANKS.get(kind, _LAST))
        self._entries.append(Entry(when, order, kind, self.actor(by, path=name), known, name))
        return self._entries[-1]
