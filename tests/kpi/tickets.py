"""Six tickets whose figures can be worked out by hand; the history of ``kpi_dialects.jsonl``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracles.rows import by_id

from incidentcore.kpi import Kpi, KpiResult, compute_kpis
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Acknowledged,
    Assigned,
    Commented,
    FieldsChanged,
    Incident,
    Record,
    StateChanged,
)
from incidentcore.values import CANCELED, IN_PROGRESS, RESOLVED, Actor, FrozenMap

ROWS = by_id("kpi_dialects.jsonl")
M = timedelta(minutes=1)
START = datetime(2026, 1, 5, tzinfo=UTC)
AGENT = Actor("ada", "agent")
SYSTEM = Actor("desk", "system")
CALLER = Actor("kim", "requester")


def minute(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def ticket(row: dict[str, Any]) -> Incident:
    """Return a ticket with the history that a row of the oracle tells."""
    created = row["created"]
    at = minute(created)
    incident = Incident.open(id=row["id"], title=row["id"], at=at, by=CALLER)
    events: list[tuple[float, Any, Any, dict[str, Any]]] = [
        (created, Assigned, SYSTEM, {"fields": FrozenMap({"assignment_group": "desk"})})
    ]
    if row["ack"] is not None:
        events.append((row["ack"], Acknowledged, AGENT, {}))
    events += [
        (created + 6 + reply, Commented, AGENT, {"text": "hello"})
        for reply in range(row["agent_public"])
    ]
    events += [
        (created + 7.5 + message, Commented, CALLER, {"text": "and?"})
        for message in range(row["customer_after"])
    ]
    events += [
        (created + 9, Assigned, AGENT, {"fields": FrozenMap({"assignment_group": f"g{move}"})})
        for move in range(row["reassign"])
    ]
    if row["silenced"] is not None:
        custom = FrozenMap({"silenced_at": minute(row["silenced"])})
        events.append(
            (row["silenced"], FieldsChanged, AGENT, {"fields": FrozenMap({"custom": custom})})
        )
    moves = [(at, "resolve", RESOLVED) for at in row["resolved"]]
    moves += [(at, "reopen", IN_PROGRESS) for at in row["reopened"]]
    moves += [] if row["cancelled"] is None else [(row["cancelled"], "cancel", CANCELED)]
    events += [(at, StateChanged, SYSTEM, {"action": a, "state": s}) for at, a, s in moves]
    for minutes, kind, by, body in sorted(events, key=lambda event: event[0]):
        incident = incident.with_event(kind, at=minute(minutes), by=by, **body)
    return incident


def tickets() -> list[Record]:
    return [ticket(row) for row in ROWS["kpi-history"]["expect"]]


def figure(kpi: Kpi, records: Sequence[Record], at: float = 300, **how: Any) -> KpiResult:
    (result,) = compute_kpis([kpi], records, as_of=minute(at), **how).results
    return result


def incident(number: int = 1, at: float = 0, **fields: Any) -> Incident:
    return Incident.open(id=f"I{number}", title="x", at=minute(at), by="kim", **fields)


def resolved(record: Incident, at: float) -> Incident:
    return advance(
        record, "resolve", at=minute(at), by="ada", resolution_code="done", resolution_notes="ok"
    )
