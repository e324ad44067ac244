"""Which transitions of a history its lifecycle would have refused (rule H2)."""

from __future__ import annotations

import attrs

from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.records import Event, Record, StateChanged, fold_steps
from incidentcore.values import FrozenMap, State

__all__ = ["HistoryFinding", "check_history"]


@attrs.frozen
class HistoryFinding:
    """One transition that the lifecycle does not have.

    Attributes:
        event: The event of the transition.
        before: The state before it.
        code: Why, as a stable code: ``unknown_state``, ``not_allowed`` or ``missing_field``.
        reason: Why, in words.
    """

    event: Event
    before: State
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.event.record_id} at {self.event.at.isoformat()}: {self.reason}"


def check_history(record: Record, lifecycle: Lifecycle) -> tuple[HistoryFinding, ...]:
    """Return the transitions of a record's history that a lifecycle would have refused.

    Replay folds facts and never refuses one; this tells which of them a lifecycle would not have
    allowed. A transition passes if the table leads from the state before to the state after: by
    the action that the event names where the table has it, by any action otherwise, since imported
    histories know states but not actions. Entering the same state again is no transition.

    Args:
        record: The record.
        lifecycle: The lifecycle to check against; it need not be the record's own.

    Source: rule H2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.lifecycle.moves import advance
    >>> from incidentcore.lifecycle.standard import INCIDENT
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> check_history(advance(incident, "start", at=opened, by="ada"), INCIDENT)
    ()
    """
    findings: list[HistoryFinding] = []
    names = {state.name for state in lifecycle.states}
    for event, before, _ in fold_steps(record.history, record.default_facts()):
        if not isinstance(event, StateChanged) or before["state"].name == event.state.name:
            continue
        state = before["state"]
        unknown = [name for name in (state.name, event.state.name) if name not in names]
        if unknown:
            reason = f"{unknown[0]} is no state of the lifecycle {lifecycle.id!r}"
            findings.append(HistoryFinding(event, state, "unknown_state", reason))
            continue
        rows = [
            row
            for row in lifecycle.transitions
            if state.name in row.sources and row.target.name == event.state.name
        ]
        if not rows:
            reason = f"{state} to {event.state} is not allowed"
            findings.append(HistoryFinding(event, state, "not_allowed", reason))
            continue
        named = [row for row in rows if row.action == event.action]
        missing = [
            field.name
            for row in named[:1]
            for field in row.fields
            if field.required and not _given(event, field.target)
        ]
        if missing:
            reason = f"{event.action} from {state} needs {', '.join(missing)}"
            findings.append(HistoryFinding(event, state, "missing_field", reason))
    return tuple(findings)


def _given(event: StateChanged, target: str) -> bool:
    custom = event.fields.get("custom")
    if isinstance(custom, FrozenMap) and target in custom:
        return True
    return event.fields.get(target) is not None
