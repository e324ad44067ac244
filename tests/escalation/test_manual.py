"""Escalations by a person."""

from datetime import UTC, datetime, timedelta

from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    due_escalations,
    escalate_now,
)
from incidentcore.instants import Versions
from incidentcore.records import Incident

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


MIN = timedelta(minutes=1)


INCIDENT = Incident.open(id="I", title="x", at=T0, by="kim")


def at(minutes: float) -> datetime:
    return T0 + minutes * MIN


def person(name: str) -> EscalationTarget:
    return EscalationTarget.person(name)


LEVELS = (
    EscalationLevel(After(10 * MIN), person("ann")),
    EscalationLevel(AfterPrevious(20 * MIN), person("ben")),
    EscalationLevel(AfterPrevious(30 * MIN), person("cat")),
)


def matrix(**row: object) -> EscalationMatrix:
    return EscalationMatrix("m", [EscalationRow("r", LEVELS, **row)])


def fired(
    rules: EscalationMatrix | Versions[EscalationMatrix],
    record: Incident,
    minutes: float,
    **options: object,
) -> list[tuple[float, str]]:
    """Return what has fallen due by then, lapsed ones too: (minute, person)."""
    due = due_escalations(rules, record, now=at(minutes), include_lapsed=True, **options)
    return [((e.due_at - T0) / MIN, e.people[0]) for e in due]


def test_a_hand_brings_the_next_level_forward() -> None:
    """Escalated at 15: level two at once, level three thirty minutes later; past it, nothing."""
    once = escalate_now(INCIDENT, "next", at=at(15), by="kim")
    late = escalate_now(INCIDENT, "next", at=at(200), by="kim")

    assert fired(matrix(), once, 500) == [(10, "ann"), (15, "ben"), (45, "cat")]
    assert fired(matrix(), late, 500) == fired(matrix(), INCIDENT, 500)


def test_a_hand_before_the_first_level_brings_the_first_forward() -> None:
    """Escalated at 3 and at 4: levels one and two at once."""
    record = escalate_now(INCIDENT, "next", at=at(3), by="kim")
    record = escalate_now(record, "next", at=at(4), by="kim")

    assert fired(matrix(), record, 500) == [(3, "ann"), (4, "ben"), (34, "cat")]


def test_past_the_last_level_a_hand_may_wrap() -> None:
    """Escalated by hand at 200, a new pass begins then."""
    record = escalate_now(INCIDENT, "next", at=at(200), by="kim")

    assert fired(matrix(past_last="wrap"), record, 500)[3:] == [
        (200, "ann"),
        (220, "ben"),
        (250, "cat"),
    ]


def test_a_hand_that_asks_for_a_level_starts_no_further_pass() -> None:
    """Asked at 200 for a level that fell due long ago: nothing, though a plain hand would wrap."""
    record = escalate_now(INCIDENT, "ben", at=at(200), by="kim", level=1)

    assert fired(matrix(past_last="wrap"), record, 500) == fired(matrix(), INCIDENT, 500)
