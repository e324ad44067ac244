"""From the audit rows of one incident to the events of its history.

The log prints an incident's whole row after every update, so an event is what differs from the row
before it, and every row gives at least the ``FieldsChanged`` that carries its ``mod_count``. The
opening takes the descriptive fields of the first row.

Two things that the log does not say are decided here. An incident was New before its first row:
where that row shows another state, an update that the log left out led to it, at the latest at the
row's time (and not before the opening); its ``StateChanged`` carries the action ``FIRST_SEEN``
instead of ``UPDATED``. And the columns that the log fills with their final values on every row
become facts with the last row only, below ``custom``: what the tool reports never mixes with what
the log shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from incidentcore.records import (
    Assigned,
    Classified,
    Event,
    FieldsChanged,
    LifecycleRef,
    Link,
    LinkAdded,
    LinkRemoved,
    Opened,
    Prioritized,
    StateChanged,
)
from incidentcore.values import FrozenMap
from incidentcore.vendors.servicenow_states import AUDIT_LIFECYCLE, NEW
from incidentcore.vendors.servicenow_values import AuditRow, FieldReader

__all__ = ["BACKFILLED", "COLUMNS", "FIRST_SEEN", "HistoryBuilder", "REQUIRED", "UPDATED"]

FIRST_SEEN: Final = "first_seen"
UPDATED: Final = "update"

REQUIRED: Final = ("number", "incident_state", "opened_at", "sys_updated_at", "sys_updated_by")
BACKFILLED: Final = ("resolved_at", "closed_at", "resolved_by", "closed_code")

_LIFECYCLE: Final = LifecycleRef(AUDIT_LIFECYCLE.id, AUDIT_LIFECYCLE.version)

# Column of the log -> field of the record, by the kind of event that sets it.
_CATEGORY: Final = ("category", "subcategory")
_GROUP: Final = {"assignment_group": "assignment_group", "assigned_to": "assignee"}
_PRIORITY: Final = {"impact": "impact", "urgency": "urgency", "priority": "computed_priority"}
_PLAIN: Final = {
    "caller_id": "caller",
    "contact_type": "source",
    "cmdb_ci": "configuration_item",
}
_LINKS: Final = {
    "problem_id": "caused_by",
    "rfc": "resolved_by",
    "caused_by": "caused_by_change",
}
# Column of the log -> name below custom.
_TEXTS: Final = {
    "location": "location",
    "u_symptom": "symptom",
    "notify": "notify",
    "vendor": "vendor",
}
_FLAGS: Final = {
    "made_sla": "made_sla",
    "knowledge": "knowledge",
    "u_priority_confirmation": "priority_confirmation",
}
_COUNTS: Final = {
    "sys_mod_count": "mod_count",
    "reassignment_count": "reassignment_count",
    "reopen_count": "reopen_count",
}

COLUMNS: Final = frozenset(
    (
        *(*REQUIRED, *BACKFILLED, "active", "opened_by", "sys_created_by", "sys_created_at"),
        *(*_CATEGORY, *_GROUP, *_PRIORITY, *_PLAIN, *_LINKS, *_TEXTS, *_FLAGS, *_COUNTS),
    )
)


class HistoryBuilder:
    """Builds the histories of incidents from their audit rows.

    Args:
        read: Reads the fields and finds what was wrong with them.
        columns: The places of the columns that the log has.
        covers: The facts that the log covers.
    """

    def __init__(self, read: FieldReader, columns: dict[str, int], covers: frozenset[str]) -> None:
        self._covers = covers
        self._read = read
        self._custom: dict[str, tuple[str, Callable[[AuditRow, str], object]]] = {
            **{column: (name, read.text) for column, name in _TEXTS.items()},
            **{column: (name, read.flag) for column, name in _FLAGS.items()},
            **{column: (name, read.count) for column, name in _COUNTS.items()},
        }

        def placed(*names: str) -> list[tuple[str, int]]:
            return [(name, columns[name]) for name in names if name in columns]

        self._kinds = [
            (placed(*_GROUP), self._assigned),
            (placed(*_PRIORITY), self._prioritized),
            (placed(*_CATEGORY), self._classified),
            (placed(*_LINKS), self._linked),
        ]
        self._plain = placed(*_PLAIN)
        self._others = placed(*self._custom)
        self._state = columns["incident_state"]

    def build(self, rows: Sequence[AuditRow], times: Sequence[datetime]) -> list[Event]:
        """Return the events of one incident.

        Args:
            rows: Its rows, in the order of the log.
            times: When each was written.

        Raises:
            FormatError: A time cannot be read.
        """
        first = rows[0]
        events: list[Event] = [self._opening(first, times[0])]
        before = first
        known_at = times[0]
        for row, at in zip(rows, times, strict=True):
            # A row whose time goes back became known only after the rows before it (rule H1).
            known_at = max(known_at, at)
            shared: dict[str, Any] = {
                "record_id": first["number"],
                "at": at,
                "recorded_at": known_at,
                "by": self._read.actor(row, "sys_updated_by"),
            }
            changes: list[tuple[Callable[..., Event], dict[str, object]]] = []
            new, old = row.fields, before.fields
            if row is first:
                changes.extend(self._linked(row, None, list(_LINKS)))
            else:
                for places, make in self._kinds:
                    changed = [column for column, place in places if new[place] != old[place]]
                    if changed:
                        changes.extend(make(row, before, changed))
            fields = self._fields(row, before if row is not first else None)
            if row is rows[-1]:
                fields["custom"] = fields.get("custom", FrozenMap()).set(**self._final(row))
            if fields:
                changes.append((FieldsChanged, {"fields": FrozenMap(fields)}))
            if row is first:
                if first["incident_state"] != NEW.name:
                    entered = self._entered(row, FIRST_SEEN)
                    entered["at"] = max(at, events[0].at)  # not before it was opened
                    changes.append((StateChanged, entered))
            elif new[self._state] != old[self._state]:
                changes.append((StateChanged, self._entered(row, UPDATED)))
            for kind, body in changes:
                events.append(kind(sequence=len(events) + 1, **{**shared, **body}))
            before = row
        return events

    def _opening(self, row: AuditRow, updated_at: datetime) -> Opened:
        read = self._read
        opened_at = read.time(row, "opened_at")
        created_at = read.optional_time(row, "sys_created_at")
        created: dict[str, object] = {
            "created_at": created_at,
            "created_by": read.text(row, "sys_created_by"),
        }
        custom = {name: value for name, value in created.items() if value is not None}
        custom["first_seen"] = row["incident_state"]
        fields: dict[str, object] = {
            "title": row["number"],
            "category": self._category(row),
            **{name: read.text(row, column) for column, name in _GROUP.items()},
            **{name: read.level(row, column) for column, name in _PRIORITY.items()},
            **{name: self._plain_value(row, column) for column, name in _PLAIN.items()},
            "custom": FrozenMap(custom),
        }
        known_at = opened_at
        if created_at is not None and opened_at < created_at <= updated_at:
            known_at = created_at  # opened by word of mouth, written down later
        return Opened(
            record_id=row["number"],
            sequence=1,
            at=opened_at,
            recorded_at=known_at,
            by=read.actor(row, "opened_by"),
            record_type="incident",
            state=NEW,
            lifecycle=_LIFECYCLE,
            fields=FrozenMap(fields),
            covers=self._covers,
        )

    def _assigned(
        self, row: AuditRow, _before: AuditRow | None, columns: list[str]
    ) -> list[tuple[Callable[..., Event], dict[str, object]]]:
        fields = {_GROUP[column]: self._read.text(row, column) for column in columns}
        return [(Assigned, {"fields": FrozenMap(fields)})]

    def _prioritized(
        self, row: AuditRow, _before: AuditRow | None, columns: list[str]
    ) -> list[tuple[Callable[..., Event], dict[str, object]]]:
        fields = {_PRIORITY[column]: self._read.level(row, column) for column in columns}
        return [(Prioritized, {"fields": FrozenMap(fields)})]

    def _classified(
        self, row: AuditRow, _before: AuditRow | None, _columns: list[str]
    ) -> list[tuple[Callable[..., Event], dict[str, object]]]:
        return [(Classified, {"category": self._category(row)})]

    def _linked(
        self, row: AuditRow, before: AuditRow | None, columns: list[str]
    ) -> list[tuple[Callable[..., Event], dict[str, object]]]:
        changes: list[tuple[Callable[..., Event], dict[str, object]]] = []
        for column in columns:
            for kind, source in ((LinkRemoved, before), (LinkAdded, row)):
                target = None if source is None else self._read.text(source, column)
                if target is not None:
                    changes.append((kind, {"link": Link(_LINKS[column], target)}))
        return changes

    def _category(self, row: AuditRow) -> tuple[str, ...]:
        """Return the category as a path; a subcategory without a category stands alone."""
        steps = (self._read.text(row, column) for column in _CATEGORY)
        return tuple(step for step in steps if step is not None)

    def _plain_value(self, row: AuditRow, column: str) -> object:
        value = self._read.text(row, column)
        return "other" if value is None and column == "contact_type" else value

    def _fields(self, row: AuditRow, before: AuditRow | None) -> dict[str, Any]:
        """Return the descriptive fields that differ from the row before, all for the first."""
        new = row.fields
        fields: dict[str, Any] = {}
        custom: dict[str, object] = {}
        if before is None:
            for column, _ in self._others:
                name, read = self._custom[column]
                value = read(row, column)
                if value is not None:
                    custom[name] = value
        else:
            old = before.fields
            for column, place in self._plain:
                if new[place] != old[place]:
                    fields[_PLAIN[column]] = self._plain_value(row, column)
            for column, place in self._others:
                if new[place] != old[place]:
                    name, read = self._custom[column]
                    custom[name] = read(row, column)
        if custom:
            fields["custom"] = FrozenMap(custom)
        return fields

    def _final(self, row: AuditRow) -> dict[str, object]:
        """Return the tool's own final figures, as far as the last row has them."""
        read = self._read
        final = {
            "tool_resolved_at": read.optional_time(row, "resolved_at"),
            "tool_closed_at": read.optional_time(row, "closed_at"),
            "resolved_by": read.text(row, "resolved_by"),
            "closed_code": read.text(row, "closed_code"),
        }
        return {name: value for name, value in final.items() if value is not None}

    def _entered(self, row: AuditRow, action: str) -> dict[str, object]:
        return {"action": action, "state": self._read.state(row)}
