"""The clocks of a record as an escalation reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnClock,
    due_escalations,
)
from incidentcore.instants import Versions
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import ServiceLevel, SlaDefinition, evaluate_sla

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # a Monday


MIN = timedelta(minutes=1)


OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def at(minutes: float) -> datetime:
    return T0 + minutes * MIN


def incident(**fields: object) -> Incident:
    return Incident.open(id="I", title="x", at=T0, by="kim", **fields)


def matrix(*levels: EscalationLevel, **row: object) -> EscalationMatrix:
    return EscalationMatrix("m", [EscalationRow("r", levels, **row)])


CHAIN = matrix(
    EscalationLevel(After(10 * MIN), "one"),
    EscalationLevel(AfterPrevious(20 * MIN), "two"),
    EscalationLevel(AfterPrevious(30 * MIN), "three"),
)


def fired(rules: EscalationMatrix, record: Incident, minutes: float, **options: object) -> list:
    due = due_escalations(rules, record, now=at(minutes), **options)
    return [((e.due_at - T0) / MIN, str(e.targets[0])) for e in due]


CLOCK = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def test_clocks_may_be_rules_of_any_kind_or_their_statuses() -> None:
    """A service level, versions, or what they said: the same answer, folded once."""
    rules = matrix(EscalationLevel(OnClock("resolution", "due"), "x"))
    record = incident()
    level = ServiceLevel([CLOCK, SlaDefinition.first_response(hours=1, calendar=OFFICE)])
    told = evaluate_sla(level, record, now=at(300))

    for slas in ([CLOCK], [level], [Versions([(at(-9), CLOCK)])], told):
        assert fired(rules, record, 300, slas=slas) == [(240, "x")]


@pytest.mark.parametrize("slas", [[evaluate_sla(CLOCK, incident(), now=at(299))], ["x"], CLOCK])
def test_what_is_no_clock_of_the_record_now_is_refused(slas: object) -> None:
    """A status of another instant, a word, or rules that stand alone."""
    with pytest.raises(InvalidValueError, match="slas"):
        fired(CHAIN, incident(), 300, slas=slas)
