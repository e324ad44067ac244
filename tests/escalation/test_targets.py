"""Whom a level tells."""

from datetime import UTC, datetime, timedelta

from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    due_escalations,
)
from incidentcore.records import Incident

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # a Monday


MIN = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return T0 + minutes * MIN


def incident(**fields: object) -> Incident:
    return Incident.open(id="I", title="x", at=T0, by="kim", **fields)


def matrix(*levels: EscalationLevel, **row: object) -> EscalationMatrix:
    return EscalationMatrix("m", [EscalationRow("r", levels, **row)])


def test_a_field_may_name_several_people_or_nobody() -> None:
    """Each text of a collection is one of them; anything else names nobody."""
    rules = matrix(EscalationLevel(After(MIN), EscalationTarget.field("custom.owners")))
    named = [["bo", "ada"], {"ada", "bo"}, "ada", "", 5, None]
    told = [
        due_escalations(rules, incident(custom={"owners": value}), now=at(2), include_lapsed=True)[
            0
        ]
        for value in named
    ]

    assert [one.people for one in told] == [("bo", "ada"), ("ada", "bo"), ("ada",), (), (), ()]
    assert [one.lapsed_because for one in told] == [""] * 3 + ["nobody_to_tell"] * 3
