"""Lifecycles in a desk's file: what they ask, migrate and compute."""

from __future__ import annotations

from typing import Any

import pytest
from tests.desk.small_files import HEAD, loaded, opened

from incidentcore.desk import check_desk, dump_desk, load_desk
from incidentcore.errors import FormatError
from incidentcore.lifecycle import INCIDENT, InputField
from incidentcore.values import Impact, Priority, Urgency


def test_a_lifecycle_asks_migrates_and_recomputes() -> None:
    """An opening without a category is refused; the priority follows [priority]."""
    text = """
    [priority]
    matrix = "plain_3x3"
    [lifecycle.incident]
    opens_with = ["category", "status"]
    migrates = { Parked = "on_hold" }
    recomputes = true
    """
    desk = loaded(HEAD + text)
    lifecycle = desk.lifecycle("incident")
    assert lifecycle.opens_with == ("category", "custom.status")
    assert dict(lifecycle.migrates) == {"Parked": "on_hold"}
    assert lifecycle.priority_policy == desk.priority
    assert lifecycle.states == INCIDENT.states
    with pytest.raises(FormatError, match="migrates"):
        load_desk(HEAD + text.replace('"on_hold"', '"onhold"'))


def test_a_guard_may_name_the_only_state() -> None:
    """A lifecycle may have one state, and its conditions know it."""
    desk = loaded(f"""{HEAD}
    [lifecycle.incident]
    id = "one"
    states = [{{ name = "Parked", open = true }}]
    transitions = [
      {{ action = "wait", from = ["Parked"], to = "Parked", guard = {{ state = "Parked" }} }},
    ]
    """)
    (row,) = desk.lifecycle("incident").transitions
    assert str(row.guard) == "state.name is 'Parked'"


def test_a_guard_may_name_a_level_of_the_desk() -> None:
    """As any condition may, while adjustments of priorities name states of the lifecycle."""
    text = """
    [lifecycle.incident]
    states = [{ name = "Parked", open = true }]
    transitions = [
      { action = "wait", from = "Parked", to = "Parked", guard = { priority = "P1" } },
    ]
    recomputes = true
    [priority]
    matrix = { big = { soon = "P1", late = "P2" } }
    adjust = [{ name = "parked", when = { state = "Parked" }, at_least = "P1" }]
    """
    desk = loaded(HEAD + text)
    lifecycle = desk.lifecycle("incident")
    (row,) = lifecycle.transitions
    assert str(row.guard) == "priority is P1"
    assert lifecycle.priority_policy == desk.priority
    assert [str(one.when) for one in desk.priority.adjustments] == ["state.name is 'Parked'"]
    with pytest.raises(FormatError, match=r"guard\.priority: got 'high'; allowed: one of P1, P2$"):
        load_desk(HEAD + text.replace('{ priority = "P1" }', '{ priority = "high" }'))


def test_a_lifecycle_recomputes_by_code() -> None:
    """A rule of one's own is named and passed in."""

    def always_high(_: object, /) -> Any:
        return Priority.HIGH

    text = '[lifecycle.incident]\nrecomputes = { code = "mine" }\n'
    desk = loaded(HEAD + text, mine=always_high)
    assert desk.lifecycle("incident").priority_policy is always_high
    record = opened(desk, impact=Impact.LOW, urgency=Urgency.LOW)
    assert record.id == "INC-1"


def test_an_action_asks_for_a_custom_field() -> None:
    """``custom.oven`` is passed as ``oven``, and written as it was read."""
    desk = loaded(f"""{HEAD}
    [lifecycle.incident]
    id = "bakery"
    states = [{{ name = "cold", open = true }}, {{ name = "hot", resolved = true, final = true }}]
    transitions = [{{ action = "heat", from = "cold", to = "hot", fields = ["custom.oven"] }}]
    """)
    (row,) = desk.lifecycle("incident").transitions
    assert row.fields == (InputField("oven", "custom.oven"),)
    assert 'fields = ["custom.oven"]' in dump_desk(desk)
    assert not [one for one in check_desk(desk) if one.code == "unknown_field"]


GUARDED = """desk = 1
name = "x"
[lifecycle.incident]
states = [{ name = "A", open = true }]
[[lifecycle.incident.transitions]]
action = "go"
from = "A"
to = "A"
"""


@pytest.mark.parametrize(
    ("guard", "later"),
    [
        ('{ hold_reason = "q" }\nfields = [{ name = "hold_reason", choices = ["q"] }]', ""),
        (
            '{ every = { links = "caused_by", is = { state = "P" } } }',
            "states = [{ name = 'P', open = true }]",
        ),
        ('{ every = { links = "caused_by", is = { hold_reason = "q" } } }', 'hold_reasons = "q"'),
    ],
)
def test_a_guard_names_what_its_own_or_a_later_lifecycle_defines(guard: str, later: str) -> None:
    """A hold reason of the lifecycle itself, and a state and a reason of the one that follows."""
    text = f"{GUARDED}guard = {guard}\n[lifecycle.problem]\n{later}\n"
    assert load_desk(text).lifecycles[0].transitions[0].guard is not None
