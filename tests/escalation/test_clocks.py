"""The clocks of a record as an escalation reads them."""

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import (
    EscalationLevel,
    OnClock,
)
from incidentcore.instants import Versions
from incidentcore.sla import ServiceLevel, SlaDefinition, SlaPolicy, evaluate_sla

from .chains import CHAIN, OFFICE, at, fired, incident, matrix

CLOCK = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def test_clocks_may_be_rules_of_any_kind_or_their_statuses() -> None:
    """A service level, versions, or what they said: the same answer, folded once."""
    rules = matrix(EscalationLevel(OnClock("resolution", "due"), "x"))
    record = incident()
    level = ServiceLevel([CLOCK, SlaDefinition.first_response(hours=1, calendar=OFFICE)])
    told = evaluate_sla(level, record, now=at(300))

    for slas in ([CLOCK], [level], [Versions([(at(-9), CLOCK)])], told):
        assert fired(rules, record, 300, slas=slas) == [(240, "x")]


@pytest.mark.parametrize("slas", [[evaluate_sla(CLOCK, incident(), now=at(299))], ["x"], 7])
def test_what_is_no_clock_of_the_record_now_is_refused(slas: object) -> None:
    """A status of another instant, a word, or a number."""
    with pytest.raises(InvalidValueError, match=r"^slas: "):
        fired(CHAIN, incident(), 300, slas=slas)


def test_a_policy_is_a_clock_by_any_of_its_definitions() -> None:
    """By kind or name, of a rule or the default; a policy without one is no clock of that name."""
    gold = attrs.evolve(CLOCK, name="gold")
    first = SlaDefinition.first_response(hours=1, calendar=OFFICE)
    policy = SlaPolicy([(field("custom.vip").is_true(), gold)], default=CLOCK)
    vip = incident(custom={"vip": True})

    for clock, slas, due in (
        ("resolution", [SlaPolicy([], default=first), policy], [(240, "x")]),
        ("gold", [policy], [(240, "x")]),
        ("first_response", [SlaPolicy([], default=first), CLOCK], [(60, "x")]),
        ("silver", [policy, first], []),
    ):
        rules = matrix(EscalationLevel(OnClock(clock, "due"), "x"))
        assert fired(rules, vip, 300, slas=slas) == due
