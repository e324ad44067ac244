"""Build the history of one record from the entries of a tool's log.

Most logs contain only changes, in any order, with their own ids. The builder accepts entries in any
order. When it builds, it sorts them, determines the value of each field at the opening (the old
value of the first change, or the present value if the field never changed), numbers the events and
compares their result with the present values in the tool.

Entries at the same instant are sorted by numeric entry id, then by kind (``entries._RANKS``), then
in the order of the source. Changes to the same field are put in an order in which each begins with
the value that the previous one set.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any, Final, TypeAlias, TypeVar, cast

import attrs

from incidentcore.records import (
    Commented,
    Event,
    FieldsChanged,
    LifecycleRef,
    LinkAdded,
    Opened,
    Record,
    StateChanged,
)
from incidentcore.records.fields import FIELD_NAMES
from incidentcore.values import Actor, FrozenMap, Level, State
from incidentcore.vendors.kit.chains import begun_in, chain, event_of
from incidentcore.vendors.kit.entries import (
    ASSIGNED,
    IMPORTER,
    LEVELS,
    LOGGED,
    UNSTATED,
    Entry,
    EntryLog,
)
from incidentcore.vendors.kit.paths import clean, pick, plain_text
from incidentcore.vendors.kit.tables import NEAREST_LEVEL
from incidentcore.words import Phrase

R = TypeVar("R", bound=Record)
T = TypeVar("T")
_Extra: TypeAlias = list[tuple[Callable[..., Event], dict[str, Any]]]

UPDATED: Final = "update"
"""The action of a state change in a log, since logs contain states but not actions."""

_TIMES: Final = ("occurred_at", "detected_at")
_NEEDED: Final = ("title", "description", "source")
# Fields that a log usually does not change, but that belong to the last change of state.
_WITH_END: Final = ("resolution_code", "resolution_notes")
_NOT_BORN: Final = ("hold_reason", *_WITH_END)
_TRACED: Final = ("state", *LEVELS, *ASSIGNED)
_MOMENTS, _STATES = frozenset({"moments"}), frozenset({"states"})
_TOLERANCE: Final = timedelta(minutes=1)


class HistoryBuilder(EntryLog):
    """A builder for the history of one record; ``Import`` creates one for each source record."""

    def figure(
        self, value: object, read: Callable[[Any], T | None], *, field: str, path: str = ""
    ) -> T | None:
        """Return a figure from the tool, such as a duration; None if it is empty or unreadable.

        Args:
            value: The value in the source.
            read: A function that returns the figure. If it returns None or raises an error, there
                is a finding ``unreadable_field``.
            field: The source's name for the figure.
            path: The place of the figure, for the finding.
        """
        if value in (None, ""):
            return None
        try:
            known = read(value)
        except (TypeError, ValueError, OverflowError):
            known = None
        if known is None:
            self.find("unreadable_field", "left out", field=field, value=value, path=path)
        return known

    def span(
        self, entry: object, name: str, unit: timedelta, *, path: str = ""
    ) -> timedelta | None:
        """Return the duration in field ``name`` of ``entry``, given in ``unit``; see ``figure``."""
        return self.figure(
            pick(entry, name), lambda number: unit * float(number), field=name, path=path
        )

    def level(self, kind: str, value: object, action: str, *, field: str) -> Level | None:
        """Return the level as ``LevelTable.find`` does; add a finding if none matches exactly."""
        level, is_known = self._context.levels.match(kind, value)
        if level is None:
            self.find("unknown_level", action, field=field, value=value)
        elif not is_known:
            action = Phrase(NEAREST_LEVEL, level=level.name)
            self.find("nearest_level", action, field=field, value=value)
        return level

    def build(self, record_type: type[R]) -> R | None:
        """Return the record; if its opening is unknown, add a finding and return None."""
        if self.is_left_out:
            return None
        if self._opening is None:
            self.find("no_opening", "record left out: it needs its opening")
            return None
        at, known, by = self._opening
        entries = self._ordered()
        self._end(entries, at)
        entries = entries if len(entries) == len(self._entries) else self._ordered()
        self._check_order(entries, at)
        self._begin(entries, at)
        at_end = self._at_end(entries)
        fields, state = self._at_opening(entries, at)
        standard = LifecycleRef(record_type.record_type)
        events: list[Event] = [
            Opened(
                record_id=self.id,
                sequence=1,
                id=f"{self.id}:opened",
                at=at,
                recorded_at=known,
                by=by,
                record_type=record_type.record_type,
                state=state,
                lifecycle=getattr(self._context.lifecycle, "ref", standard),
                fields=FrozenMap(fields),
                covers=self.covers,
            )
        ]
        taken: set[str] = set()
        who = {name: fields.get(name) for name in ("caller", "assignee")}
        for entry in entries:
            if entry.field in who:
                who[entry.field] = plain_text(entry.after)
            elif (
                entry.kind is Commented
                and entry.by.role == "agent"
                and entry.by.id == who["caller"] != who["assignee"]
                and entry.body.get("visibility") != "internal"
            ):
                entry.by = Actor(entry.by.id, "requester")  # nobody answers their own ticket
            body = dict(entry.body)
            if entry.kind is StateChanged:
                body = body or {"action": UPDATED, "state": self.state(entry.after)}
                if entry is at_end[0]:
                    body["fields"] = FrozenMap(at_end[1])
            elif entry.field == "category":
                body = {"category": self._value("category", entry.after)}
            elif entry.field:
                body = {"fields": FrozenMap(self._fields(entry.field, entry.after))}
            events.append(event_of(events, taken, entry, entry.kind, body))
        record = record_type._fold(tuple(events))  # noqa: SLF001  in sequence by construction
        return self._finished(record, events, taken)

    def _end(self, entries: list[Entry], opened: datetime) -> None:
        """Add the end that the tool shows, if it is after the last change of state in the log."""
        resolved, closed, shown = self._resolved_at, self._closed_at, self._present.get("state")
        if shown is None or (resolved is None and closed is None):
            return
        state = self.state(shown)
        if state.is_canceled:
            resolved, closed = None, closed or resolved
        last = next((entry for entry in reversed(entries) if entry.kind is StateChanged), None)
        at = opened if last is None else last.at
        before = State("unknown", open=True) if last is None else self._state_after(last)
        ends = {
            "resolved": resolved if before.open and not state.open else None,
            "closed": closed if state.final and not before.final else None,
        }
        for name, end in ends.items():
            if end is not None and end >= at:
                at = end
                if "states" in self.covers:
                    action = "the history has no such change; it counts from then"
                    value = end.isoformat()
                    self.find("history_disagrees", action, field=f"{name}_at", value=value)
                self.moments(IMPORTER, **{name: end})

    def _begin(self, entries: list[Entry], opened: datetime) -> None:
        """Add the end in which the log begins, since no record begins resolved or closed."""
        begun = begun_in(entries, self.state, opened, self._resolved_at)
        if begun is None:
            return
        is_known = begun.at == self._resolved_at
        states = [self._state_after(one) for one in entries if one.kind is StateChanged]
        is_resolved_later = any(one.open and not two.open for one, two in pairwise(states))
        lost = LOGGED if is_known or is_resolved_later else LOGGED | _MOMENTS
        when = "the resolution" if is_known else "the first change, at the latest"
        action = f"the log begins in {begun.after}, which counts from {when}"
        self.truncated(action, path=begun.id, covers=self.covers - lost)

    def _state_after(self, entry: Entry) -> State:
        return entry.body["state"] if entry.body else self.state(entry.after)

    def _at_end(self, entries: list[Entry]) -> tuple[Entry | None, dict[str, object]]:
        """Return the last change of state, with the present fields that belong to it."""
        changed = {entry.field for entry in entries}
        last = next((entry for entry in reversed(entries) if entry.kind is StateChanged), None)
        fields = {} if last is None else self._shown_with(self._state_after(last))
        return last, {name: text for name, text in fields.items() if name not in changed}

    def _shown_with(self, state: State) -> dict[str, object]:
        """Return the present fields that belong to a state."""
        names = ("hold_reason",) if state.pauses else () if state.open else _WITH_END
        texts = {name: plain_text(self._present.get(name)) for name in names}
        return {name: text for name, text in texts.items() if text}

    def _ordered(self) -> list[Entry]:
        """Return the entries in time order; those of one field and instant follow each other."""
        entries = sorted(self._entries, key=lambda entry: (entry.at, *entry.order))
        values: dict[str, object] = {}
        for _, same in groupby(range(len(entries)), lambda place: entries[place].at):
            if len(places := [*same]) > 1:
                chain(entries, places, values)
            for place in places:
                values[entries[place].field] = entries[place].after
        return entries

    def _check_order(self, entries: list[Entry], opened: datetime) -> None:
        """Report what is too early or missing."""
        values: dict[str, object] = {}
        for entry in entries:
            if entry.at < opened:
                name = self.names.get(entry.id, "")
                path = "" if name else entry.id
                value = entry.at.isoformat()
                self.find("before_opening", "kept unchanged", field=name, value=value, path=path)
            self._check_gap(entry, values.get(entry.field, UNSTATED))
            values[entry.field] = entry.after

    def _check_gap(self, entry: Entry, known: object) -> None:
        """Report changes that do not begin with the value to which the one before led."""
        before = entry.before
        if entry.field not in _TRACED or UNSTATED in (before, known) or str(before) == str(known):
            return
        action = f"kept: begins in {before}, not in {known}; changes are missing, or names changed"
        self.find("truncated_history", action, field=entry.field, value=entry.after, path=entry.id)
        ends = {self.state(name).open for name in (before, known) if self.knows_state(name)}
        if entry.field == "state" and len(ends) > 1:
            self.covers: frozenset[str] = self.covers - _STATES  # an end or a reopening is missing

    def _at_opening(self, entries: list[Entry], opened: datetime) -> tuple[dict[str, Any], State]:
        """Return the fields and the state at the opening.

        An entry at the opening that sets an empty field is merged into the opening; so is one that
        sets an empty state within a minute, since no record is without a state.
        """
        values = dict(self._present)
        seen: set[str] = set()
        for entry in list(entries):
            if not entry.field or entry.field in seen:
                continue
            seen.add(entry.field)
            values[entry.field] = entry.before
            late = _TOLERANCE if entry.field == "state" else timedelta()
            if entry.before is None and entry.at <= opened + late:
                values[entry.field] = entry.after
                entries.remove(entry)
        state = self._first_state(values.pop("state", None), "state" in seen)
        fields: dict[str, Any] = {"title": self.id}
        custom: dict[str, object] = {}
        for field, value in values.items():
            if value is None or value == UNSTATED or (field in _NOT_BORN and field not in seen):
                continue
            if field not in FIELD_NAMES:
                custom[field.removeprefix("custom.")] = clean(value)
                continue
            stored = self._value(field, value)
            if stored is not None:
                fields[field] = stored
            elif field in LEVELS:
                custom[LEVELS[field]] = clean(value)
        if custom:
            fields["custom"] = self._context.custom(self, custom)
        return fields, state

    def _first_state(self, name: object, is_logged: bool) -> State:  # noqa: FBT001
        """Return the state at the opening.

        If no change of state is logged, it is the present state, if that is open and not on hold:
        no record begins resolved, closed or on hold.
        """
        initial = self._context.initial
        if name is None or name == UNSTATED:
            return initial
        state = self.state(name)
        is_moved = any(entry.kind is StateChanged for entry in self._entries)
        is_plain = state.open and not state.pauses
        return state if is_logged or (is_plain and not is_moved) else initial

    def _fields(self, field: str, value: object) -> dict[str, Any]:
        if field not in FIELD_NAMES:
            custom = {field.removeprefix("custom."): clean(value)}
            return {"custom": self._context.custom(self, custom)}
        stored = self._value(field, value)
        if stored is None and field in _NEEDED:
            return {field: ""} if field == "description" else {}
        return {field: stored}

    def _value(self, field: str, value: object) -> Any:
        """Return a field's value in its stored form."""
        if field in LEVELS:
            kind = LEVELS[field]
            if value in (None, ""):
                return None
            return self.level(kind, value, f"kept as custom.{kind}", field=kind)
        if field in _TIMES:
            return self.time(value, field)
        if field in ("category", "tags"):
            several = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
            texts = tuple(text for one in several if (text := plain_text(one)) is not None)
            return frozenset(texts) if field == "tags" else texts
        if field == "support_tier":
            return value
        return plain_text(value)

    def _finished(self, record: R, events: list[Event], taken: set[str]) -> R:
        """Return the record with the tool's figures, compared with the tool's present values."""
        extra: _Extra = []
        at = record.updated_at
        shown = self._present.get("state")
        state = record.state if shown is None else self.state(shown)
        if state.name != record.state.name:
            last, updated = self._logged_at, self._updated_at
            is_newer = last is not None and updated is not None and last > updated + _TOLERANCE
            # A duration to a resolution without a time would be one to the last time known.
            is_timeless = state.resolved and record.resolved_at is None and last is updated is None
            lacks_reopening = last is not None and state.open and not record.state.open
            lost = _STATES if lacks_reopening and not is_newer else None
            lost = _MOMENTS if is_timeless else lost
            if lost is not None:
                events[0] = attrs.evolve(cast("Opened", events[0]), covers=self.covers - lost)
                record = type(record)._fold(tuple(events))  # noqa: SLF001  the same, but for it
            self._settle(record, state, extra, is_newer=is_newer)
            at = max(at, self._updated_at or at) if extra else at
        self._compare(record)
        extra.extend(
            (LinkAdded, {"link": link}) for link in self._links if link not in record.links
        )
        if self._slas:
            self._reported["slas"] = clean([sla.to_plain() for sla in self._slas])
        if self._reported:
            tool = FrozenMap({"custom": {"tool": self._reported}})
            extra.append((FieldsChanged, {"fields": tool}))
        if not extra:
            return record
        known = max(at, *(event.recorded_at for event in events))
        when = Entry(at, (0, 0), FieldsChanged, IMPORTER, known, "export")
        count = len(events)
        for kind, body in extra:
            events.append(event_of(events, taken, when, kind, body))
        return record.with_events(events[count:])

    @property
    def _logged_at(self) -> datetime | None:
        """Return the time of the last change of state in the log; None if it has none."""
        return max((entry.at for entry in self._entries if entry.field == "state"), default=None)

    def _settle(self, record: Record, state: State, extra: _Extra, *, is_newer: bool) -> None:
        """Use the tool's present state if the history ends in another, and not later."""
        is_logged, word, last = self._logged_at is not None, self._present["state"], record.state
        are_known = self.knows_state(word) and self.knows_state(last.name)
        is_renamed = is_logged and not are_known and attrs.evolve(state, name=last.name) == last
        ends = Phrase("the history ends in {state}", state=str(last))
        action = ends if is_logged else Phrase("no time of it is known")
        if is_newer:
            action = Phrase("{what}, which stands: it is newer than the record", what=ends)
        elif not is_renamed:
            fields = FrozenMap(self._shown_with(state))
            extra.append((StateChanged, {"action": UPDATED, "state": state, "fields": fields}))
            action = Phrase("{what}; it counts from the last instant known", what=action)
        code = "history_disagrees" if is_logged else "state_without_time"
        is_undone = not last.open and self.knows_state(word)  # else unknown_state says it
        if is_logged or state.pauses or not state.open or is_undone:
            self.find(code, action, field="state", value=word)

    def _compare(self, record: Record) -> None:
        for field in ("computed_priority", *ASSIGNED):
            value = self._present.get(field, UNSTATED)
            if value == UNSTATED:
                continue
            now: object = plain_text(value) if field in ASSIGNED else None
            if field in LEVELS and value is not None:
                now = self._context.levels.find("priority", value)
            if now != getattr(record, field):
                action = f"the history ends in {getattr(record, field)}, which stands"
                self.find("history_disagrees", action, field=field, value=value or "")
        shown, resolved = self._resolved_at, record.resolved_at or record.canceled_at
        if shown is not None and (resolved is None or abs(shown - resolved) > _TOLERANCE):
            action = f"the history says {resolved}, which stands"
            self.find("history_disagrees", action, field="resolved_at", value=shown.isoformat())
