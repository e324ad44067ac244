"""Which transitions of a history its lifecycle would have refused (rule H2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle.definition import missing_at_opening
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.guards import EveryLinked
from incidentcore.lifecycle.transition import Attempt, Transition, is_nothing
from incidentcore.records import Corrected, Event, Migrated, Opened, Record, StateChanged
from incidentcore.records.events.base import of_kind
from incidentcore.records.events.core import written_fields
from incidentcore.records.fold import fold_steps, in_time
from incidentcore.values import FrozenMap, LintFinding, State
from incidentcore.words.words import Texts

HISTORY_TEXTS: Final[Texts] = {
    "guard": "{action} from {before} is refused by its guard: {guard}",
    "invalid_field": "{action} from {before} refuses {what}",
    "missing_field": "{action} from {before} needs {missing}",
    "missing_at_opening": "an opening must have {missing}",
    "not_allowed": "{before} to {to} is not allowed",
    "not_allowed.action": "{action} from {before} to {to} is not allowed",
    "stuck": "{before} is not a state of the lifecycle {lifecycle!r}; the way out is {way}",
    "no_way_out": "{before} is not a state of the lifecycle {lifecycle!r}, and no migration"
    " leads out of it",
    "unknown_state": "{unknown} is not a state of the lifecycle {lifecycle!r}",
}
"""The texts of the findings of ``check_history``, by code."""


def _finding(event: Event, code: str, **data: object) -> LintFinding:
    subject = f"{event.record_id} at {event.at.isoformat()}"
    texts = HISTORY_TEXTS
    if code == "not_allowed" and "action" in data:
        texts = {**texts, code: texts["not_allowed.action"]}
    return LintFinding(code, subject, data, event, texts=texts)


def check_history(record: Record, lifecycle: Lifecycle, /) -> tuple[LintFinding, ...]:
    """Return a finding for each event of a record that a lifecycle would have refused.

    Openings without a required field are reported too, and a record that stands in a state that the
    lifecycle lacks: a finding ``stuck`` names the migration that leads out of it; if there is none,
    the finding is ``no_way_out``. The findings are in time order, each with its event as
    ``witness``. The lifecycle need not be the record's own.

    If an event names an action of the lifecycle, it is checked against the transitions of that
    action, with their required fields, choices and guards; guards that need linked records are
    assumed to pass. Otherwise the event is allowed if any transition leads from the old state to
    the new one, since imported histories contain states but not actions. Entering the same state
    again is always allowed if the lifecycle has no transition for it. If a record migrated, only
    its history under this lifecycle and version is checked; if it has none, only that before its
    first migration.

    Source: rules H2 and L1.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.lifecycle import check_history
    >>> from incidentcore.lifecycle.standard import INCIDENT
    >>> from incidentcore.records import Incident, StateChanged
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> closed = {"action": "imported", "state": INCIDENT.state("closed")}
    >>> [finding] = check_history(
    ...     incident.with_event(StateChanged, at=opened, by="ada", **closed), INCIDENT
    ... )
    >>> print(finding)
    INC-1 at 2026-12-23T16:40:00+00:00: new to closed is not allowed
    """
    need_kind("lifecycle", lifecycle, Lifecycle)
    findings: list[LintFinding] = []
    known = {state.name for state in lifecycle.states}
    for finding in judge_history(record, lifecycle):
        if finding.code != "unknown_state":
            findings.append(finding)
            continue
        event: Any = finding.witness
        states: tuple[Any, State] = (finding.data["before"], event.state)
        for name in (state.name for state in states if state.name not in known):
            known.add(name)
            findings.append(_finding(event, finding.code, **{**finding.data, "unknown": name}))
    return tuple(findings)


def judge_history(record: Record, lifecycle: Lifecycle) -> tuple[LintFinding, ...]:
    """Return the findings of ``check_history``, with every change from or to an unknown state."""
    need_kind("record", record, Record)
    need_kind("lifecycle", lifecycle, Lifecycle)
    findings: list[LintFinding] = []
    actions = {row.action for row in lifecycle.transitions}
    moves = [e for e in record.history if isinstance(e, (Opened, StateChanged, Corrected))]
    counting = in_time(moves)[1]
    moves_in = any(move.lifecycle == lifecycle.ref for move in of_kind(counting, Migrated))
    is_ours = False  # until it is opened
    last: tuple[Event, State] | None = None
    for event, before in _steps(record, moves, actions):
        if isinstance(event, Migrated):
            state = before["state"]
            last = (event, event.state) if event.state.name not in lifecycle.table else None
            if event.lifecycle == lifecycle.ref:
                is_ours = True
                if lifecycle.state_for(state) != event.state:
                    findings.append(_finding(event, "not_allowed", before=state, to=event.state))
            else:
                is_ours = False
        elif isinstance(event, Opened):
            is_ours = event.lifecycle == lifecycle.ref or not moves_in
            if event.state.name not in lifecycle.table:
                last = event, event.state
            missing = missing_at_opening(lifecycle.opens_with, event.fields)
            if missing and lifecycle.ref == event.lifecycle:
                findings.append(_finding(event, "missing_at_opening", missing=missing))
        elif isinstance(event, StateChanged) and is_ours:
            last = None
            finding = _judge(event, before, lifecycle, actions)
            if finding is not None:
                findings.append(finding)
    if last is not None and is_ours:
        way = tuple(map(str, lifecycle.way_out(last[1])))
        code = "stuck" if way else "no_way_out"
        findings.append(_finding(last[0], code, before=last[1], lifecycle=lifecycle.id, way=way))
    return tuple(findings)


def _steps(
    record: Record, moves: list[Opened | StateChanged | Corrected], actions: Collection[str]
) -> Iterator[tuple[Event, Mapping[str, Any]]]:
    """Yield the events in the order of the fold, with the facts before them that are needed.

    If no event names an action of the lifecycle, only states are checked, and only these events
    change them.
    """
    if any(change.action in actions for change in of_kind(moves, StateChanged)):
        yield from (step[:2] for step in fold_steps(record.history, record.default_facts()))
        return
    opening, rest = in_time(moves)
    yield opening, {}
    before = opening.state
    for event in rest:
        yield event, {"state": before}
        before = event.state if isinstance(event, StateChanged) else before


def _judge(
    event: StateChanged, before: Mapping[str, Any], lifecycle: Lifecycle, actions: Collection[str]
) -> LintFinding | None:
    """Return why a lifecycle would have refused a transition; None where it would not."""
    state, table = before["state"], lifecycle.table
    unknown = [name for name in (state.name, event.state.name) if name not in table]
    if unknown:
        data = {"before": state, "unknown": unknown[0], "lifecycle": lifecycle.id}
        return _finding(event, "unknown_state", **data)
    rows = [
        row
        for action, several in table[state.name].items()
        if action == event.action or event.action not in actions
        for row in several
        if row.target.name == event.state.name
    ]
    if rows and event.action in actions:
        objections = [_objection(row, event, before) for row in rows]
        return objections[0] if all(objections) else None
    if not rows and state.name != event.state.name:
        named = {"action": event.action} if event.action in actions else {}
        return _finding(event, "not_allowed", **named, before=state, to=event.state)
    return None


def _objection(
    row: Transition, event: StateChanged, before: Mapping[str, Any]
) -> LintFinding | None:
    """Return why a row would have refused an event."""
    custom = event.fields.get("custom")
    below = custom if isinstance(custom, FrozenMap) else FrozenMap[object]()
    given: dict[str, object] = {}
    for field in row.fields:
        source, name = (
            (event.fields, field.target) if field.custom_key is None else (below, field.custom_key)
        )
        if name in source:
            given[field.name] = source[name]
    what: dict[str, object] = {"action": row.action, "before": before["state"]}
    missing = [name for name in row.required if is_nothing(given.get(name))]
    if missing:
        return _finding(event, "missing_field", **what, missing=tuple(missing))
    try:
        row.accept(given)
    except InvalidValueError as error:
        return _finding(event, "invalid_field", **what, what=str(error))
    attempt = Attempt(
        facts={**before, **written_fields(event.fields, before)},
        action=row.action,
        at=event.at,
        by=event.by,
        fields=given,
    )
    if not isinstance(row.guard, EveryLinked) and not row.passes(attempt):
        return _finding(event, "guard", **what, guard=row.guard_name)
    return None
