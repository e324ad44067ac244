"""Which transitions of a history its lifecycle would have refused (rule H2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.transition import Attempt, Transition, is_nothing
from incidentcore.records import Corrected, Event, Opened, Record, StateChanged, fold_steps
from incidentcore.records.events.core import written_fields
from incidentcore.values import FrozenMap, State

__all__ = ["HistoryFinding", "check_history"]


@attrs.frozen
class HistoryFinding:
    """One transition that the lifecycle does not have.

    Attributes:
        event: The event of the transition.
        before: The state before it.
        code: Why, as a stable code: ``unknown_state``, ``not_allowed``, ``missing_field``,
            ``invalid_field`` or ``guard``.
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
    allowed. Where the event names an action of the lifecycle, its rows decide, with their required
    fields, choices and guards. Otherwise any row from the state before to the state after lets it
    pass, since imported histories know states but not actions. Entering the same state again is no
    transition, unless a row leads there.

    Args:
        record: The record.
        lifecycle: The lifecycle to check against; it need not be the record's own.

    Source: rule H2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.lifecycle.standard import advance
    >>> from incidentcore.lifecycle.standard import INCIDENT
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> check_history(advance(incident, "start", at=opened, by="ada"), INCIDENT)
    ()
    """
    findings: list[HistoryFinding] = []
    names = {state.name for state in lifecycle.states}
    actions = {row.action for row in lifecycle.transitions}
    history = record.history
    if not any(isinstance(event, StateChanged) and event.action in actions for event in history):
        # Only states are asked about then, and only these events make them.
        history = tuple(e for e in history if isinstance(e, (Opened, StateChanged, Corrected)))
    for event, before, _ in fold_steps(history, record.default_facts()):
        if not isinstance(event, StateChanged):
            continue
        state = before["state"]
        told: tuple[str, str] | None = None
        unknown = [name for name in (state.name, event.state.name) if name not in names]
        if unknown:
            reason = f"{unknown[0]} is no state of the lifecycle {lifecycle.id!r}"
            told = ("unknown_state", reason)
        else:
            rows = [
                row
                for row in lifecycle.transitions
                if state.name in row.sources
                and row.target.name == event.state.name
                and (row.action == event.action or event.action not in actions)
            ]
            if rows and event.action in actions:
                objections = [_objection(row, event, before) for row in rows]
                told = objections[0] if all(objections) else None
            elif not rows and state.name != event.state.name:
                named = f"{event.action} from {state}" if event.action in actions else state
                told = ("not_allowed", f"{named} to {event.state} is not allowed")
        if told is not None:
            findings.append(HistoryFinding(event, state, *told))
    return tuple(findings)


def _objection(
    row: Transition, event: StateChanged, before: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Return why a row would have refused an event, as code and reason."""
    custom = event.fields.get("custom")
    below = custom if isinstance(custom, FrozenMap) else FrozenMap[object]()
    given: dict[str, object] = {}
    for field in row.fields:
        source, name = (
            (event.fields, field.target) if field.custom_key is None else (below, field.custom_key)
        )
        if name in source:
            given[field.name] = source[name]
    what = f"{row.action} from {before['state']}"
    missing = [name for name in row.required if is_nothing(given.get(name))]
    if missing:
        return "missing_field", f"{what} needs {', '.join(missing)}"
    try:
        row.accept(given)
    except InvalidValueError as error:
        return "invalid_field", f"{what} refuses {error}"
    attempt = Attempt(
        facts={**before, **written_fields(event.fields, before)},
        action=row.action,
        at=event.at,
        by=event.by,
        fields=given,
    )
    if not row.passes(attempt):
        return "guard", f"{what} is refused by its guard: {row.guard_name}"
    return None
