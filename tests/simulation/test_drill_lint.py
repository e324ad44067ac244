"""What in a drill cannot work is found before anybody takes part (rule X1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidentcore.conditions import Condition, field
from incidentcore.simulation import Drill, Expectation, Inject, lint_drill
from incidentcore.sla import SlaDefinition

MINUTE = timedelta(minutes=1)
DONE = field("acknowledged_at").present()


def drill(*injects: Inject, stop: Condition = DONE, minutes: int = 5) -> Drill:
    clock = SlaDefinition(name="clock", target=minutes * MINUTE, stop=stop)
    return Drill(name="d", lasts=30 * MINUTE, injects=injects, expects=[Expectation("ack", clock)])


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (drill(Inject(MINUTE, "call", "x", checks="ack")), []),
        (drill(Inject(25 * MINUTE, "call", "x", checks="ack")), []),
        (drill(Inject(26 * MINUTE, "call", "x", checks="ack")), ["due_after_end"]),
        (drill(Inject(MINUTE, "call", "x")), ["checks_nothing", "unchecked"]),
        (drill(Inject(MINUTE, "note", "x")), ["unchecked"]),
        (drill(Inject(MINUTE, "call", "x", checks="akc")), ["unknown_check", "unchecked"]),
        (
            drill(
                Inject(MINUTE, "call", "x", checks="ack"),
                stop=field("state.name").equals("acknowledged"),
            ),
            ["unknown_value", "never_stops"],
        ),
        (
            drill(Inject(MINUTE, "call", "x", checks="ack"), stop=field("acked_at").present()),
            ["unknown_field"],
        ),
    ],
)
def test_each_fault_has_its_code(given: Drill, codes: list[str]) -> None:
    """A due at the very end is in time; a note is background; a state is one of the lifecycle's."""
    assert [finding.code for finding in lint_drill(given)] == codes


def test_a_finding_says_what_to_do() -> None:
    """In words, with its place."""
    (first, _) = lint_drill(drill(Inject(MINUTE, "call", "x", checks="akc")))

    assert str(first) == "inject 1: it checks 'akc'; known are ack"
