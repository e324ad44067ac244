"""Run a drill without people, to get the records that its bot creates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.lifecycle import INCIDENT, MAJOR_INCIDENT, Lifecycle, advance_major
from incidentcore.records import (
    Incident,
    acknowledge,
    assign,
    comment,
    log_update_sent,
    mark_restored,
    set_fields,
)
from incidentcore.simulation.drill import BotStep, Drill
from incidentcore.values import Actor, Impact, Urgency

_CHANGES: Final[dict[str, Callable[..., Incident]]] = {
    "acknowledge": acknowledge,
    "assign": assign,
    "comment": lambda record, *, text, **more: comment(record, text, **more),
    "update": lambda record, *, audience, **more: log_update_sent(record, audience, **more),
    "restored": mark_restored,
    "set": set_fields,
}
_SCALES: Final = {"impact": Impact.scale, "urgency": Urgency.scale}


def rehearse(
    drill: Drill,
    /,
    *,
    started_at: datetime,
    lifecycle: Lifecycle = INCIDENT,
) -> tuple[Incident, ...]:
    """Run a drill without people: its ``bot`` steps act instead. Return the exercise's incidents.

    Raises:
        InvalidValueError: A step refers to a record that was not opened, or lacks a field.
        TransitionNotAllowedError: The lifecycle refuses a step.

    ``score_drill`` has an example.
    """
    need_kind("drill", drill, Drill)
    need_kind("lifecycle", lifecycle, Lifecycle)
    start = as_utc(started_at, "started_at")
    records: dict[str, Incident] = {}
    for step in drill.bot:
        at = start + step.at
        try:
            records[step.record] = _done(drill, step, records.get(step.record), at, lifecycle)
        except TypeError as error:
            raise InvalidValueError(f"bot step {step.do}", dict(step.fields), str(error)) from None
    return tuple(records.values())


def _done(
    drill: Drill, step: BotStep, record: Incident | None, at: datetime, lifecycle: Lifecycle
) -> Incident:
    fields: dict[str, Any] = {
        name: _SCALES[name][value] if name in _SCALES and isinstance(value, str) else value
        for name, value in step.fields.items()
    }
    if step.do == "open":
        opening = {"title": drill.name, **fields, "exercise": drill.name}
        return lifecycle.open(
            Incident, id=f"{drill.name}-{step.record}", at=at, by=step.by, **opening
        )
    if record is None:
        raise InvalidValueError("bot", step, f"open record {step.record} before {step.do}")
    by = Actor(step.by, "agent")
    if step.do in _CHANGES:
        return _CHANGES[step.do](record, at=at, by=by, **fields)
    if step.do in {row.action for row in MAJOR_INCIDENT.transitions}:
        return advance_major(record, step.do, at=at, by=by, **fields)
    return lifecycle.advance(record, step.do, at=at, by=by, **fields)
