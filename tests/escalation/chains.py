"""The chain, the incident and the questions that most tests of escalations share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    due_escalations,
)
from incidentcore.instants import Versions
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # a Monday
MIN = timedelta(minutes=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def at(minutes: float) -> datetime:
    return T0 + minutes * MIN


def incident(**fields: object) -> Incident:
    return Incident.open(id="I", title="x", at=T0, by="kim", **fields)


INCIDENT = incident()


def matrix(*levels: EscalationLevel, **row: object) -> EscalationMatrix:
    return EscalationMatrix("m", [EscalationRow("r", levels, **row)])


def person(name: str) -> EscalationTarget:
    return EscalationTarget.person(name)


CHAIN = matrix(
    EscalationLevel(After(10 * MIN), "one"),
    EscalationLevel(AfterPrevious(20 * MIN), "two"),
    EscalationLevel(AfterPrevious(30 * MIN), "three"),
)
LEVELS = (
    EscalationLevel(After(10 * MIN), person("ann")),
    EscalationLevel(AfterPrevious(20 * MIN), person("ben")),
    EscalationLevel(AfterPrevious(30 * MIN), person("cat")),
)


def people_matrix(**row: object) -> EscalationMatrix:
    return matrix(*LEVELS, **row)


def fired(rules: EscalationMatrix, record: Incident, minutes: float, **options: object) -> list:
    """Return what is due by then: (minute, target)."""
    due = due_escalations(rules, record, now=at(minutes), **options)
    return [((e.due_at - T0) / MIN, str(e.targets[0])) for e in due]


def people_fired(
    rules: EscalationMatrix | Versions[EscalationMatrix],
    record: Incident,
    minutes: float,
    **options: object,
) -> list[tuple[float, str]]:
    """Return what has fallen due by then, lapsed ones too: (minute, person)."""
    due = due_escalations(rules, record, now=at(minutes), include_lapsed=True, **options)
    return [((e.due_at - T0) / MIN, e.people[0]) for e in due]
