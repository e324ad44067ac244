"""Diagrams show every state and arrow, whatever the names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from incidentcore.lifecycle import (
    MAJOR_INCIDENT,
    STANDARD,
    Lifecycle,
    Transition,
    to_dot,
    to_mermaid,
)
from incidentcore.lifecycle.presets import DIALECTS
from incidentcore.testing.strategies_records import lifecycles
from incidentcore.values import CLOSED, State


def arrows(lifecycle: Lifecycle) -> set[tuple[str, str]]:
    return {(source, row.target.name) for row in lifecycle.transitions for source in row.sources}


@given(lifecycles())
def test_diagrams_show_every_state_and_arrow(lifecycle: Lifecycle) -> None:
    """As the table has them, no more and no less."""
    names = {state.name for state in lifecycle.states}
    mermaid = to_mermaid(lifecycle)
    labels = dict(re.findall(r"^    (s\d+): (.+)$", mermaid, re.MULTILINE))
    moves = re.findall(r"^    (s\d+) --> (s\d+): ", mermaid, re.MULTILINE)
    dot = to_dot(lifecycle)
    drawn = re.findall(r'^  "([^"]+)" -> "([^"]+)" \[', dot, re.MULTILINE)

    assert set(labels.values()) == names
    assert {(labels[source], labels[target]) for source, target in moves} == arrows(lifecycle)
    assert len(moves) == len(drawn) == len(arrows(lifecycle))
    assert set(drawn) == arrows(lifecycle)
    assert f'"" -> "{lifecycle.initial.name}";' in dot


@pytest.mark.parametrize("one", [*STANDARD.values(), *DIALECTS, MAJOR_INCIDENT], ids=lambda x: x.id)
def test_diagrams_say_what_an_action_needs(one: Lifecycle) -> None:
    """Required fields in brackets, guards by name."""
    text = to_dot(one) + to_mermaid(one)

    for row in one.transitions:
        for name in (row.action, *row.required):
            assert text.count(name) >= 2
    assert text.startswith(f'digraph "{one.id}" {{')


def test_names_cannot_break_a_diagram() -> None:
    """Quotes, colons and line ends are kept out of the syntax."""
    odd = State('say "hi": now;\nor never', open=True)
    lifecycle = Lifecycle(
        'x"y',
        "incident",
        states=(odd, CLOSED),
        initial=odd,
        transitions=(Transition("close", odd, CLOSED),),
    )

    assert 'digraph "x\\"y" {' in to_dot(lifecycle)
    assert '"say \\"hi\\": now;\\nor never" -> "closed" [label="close"];' in to_dot(lifecycle)
    assert '    s0: say "hi" now, or never\n' in to_mermaid(lifecycle)
