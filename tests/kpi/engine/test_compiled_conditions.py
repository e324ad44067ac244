"""Conditions compiled for records answer what the conditions answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kpi.strategies import LATEST, START, incidents

from incidentcore.conditions import ALWAYS, NEVER, Condition, Opaque, field
from incidentcore.errors import IncidentCoreError
from incidentcore.kpi.engine.compiled_conditions import compile_condition
from incidentcore.records import Acknowledged, Incident
from incidentcore.values import RESOLVED, Actor, Priority

TESTS: list[Condition] = [
    field("reopen_count").equals(0),
    field("reassignment_count").equals(1),
    field("acknowledged").is_true(),
    field("reopen_count") >= 1,
    field("agent_reply_count") < 2,
    field("priority").equals(Priority.CRITICAL),
    field("priority") >= Priority.HIGH,
    field("priority.name").equals("low"),
    field("state").equals(RESOLVED),
    field("state.open").is_true(),
    field("state.name").equals("on_hold"),
    field("state.name").is_in("new", "resolved"),
    field("caller").equals("kim"),
    field("caller").equals(None),
    field("category").starts_with("mail"),
    field("caller").starts_with("ki"),
    field("category").equals("mail"),
    field("state").equals("new"),
    field("caller").has_text("KIM"),
    field("caller") >= "a",
    field("category").present(),
    field("resolved_at").present(),
    field("resolved_at").missing(),
    field("opened_at") >= START,
    field("opened_at").equals(START),
    field("custom.satisfaction").present(),
    field("custom.satisfaction").equals(1),
    field("custom.satisfaction") >= 4,
    field("custom.satisfaction").equals("1.5"),
    field("version").equals(1),
    field("record_type").equals("incident"),
    Opaque("long", lambda record: len(record.history) > 3),  # type: ignore[attr-defined]
    ALWAYS,
    NEVER,
]
conditions = st.recursive(
    st.sampled_from(TESTS),
    lambda inner: st.one_of(
        inner.map(lambda part: ~part),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(parts, any_of=False)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(parts, any_of=True)),
    ),
    max_leaves=6,
)


def _joined(parts: list[Condition], *, any_of: bool) -> Condition:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole | part if any_of else whole & part
    return whole


def answer(call: Any) -> Any:
    try:
        return bool(call())
    except IncidentCoreError as error:
        return type(error)


@given(conditions, incidents())
def test_the_compiled_form_answers_the_same(condition: Condition, incident: Incident) -> None:
    """For every condition and record: the same yes, the same no, the same refusal."""
    expected = answer(lambda: condition.matches(incident, at=LATEST))

    assert answer(lambda: compile_condition(condition, LATEST)(incident)) == expected


def test_each_test_answers_the_same_of_a_bare_and_of_a_full_record() -> None:
    """Where a field is absent, and where it has the value or another one."""
    bare = Incident.open(id="1", title="x", at=START, by="kim")
    full = bare.with_event(Acknowledged, at=START, by=Actor("ada"))
    for value in (None, 1, 5, "1.5", "kim"):
        custom = {} if value is None else {"satisfaction": value}
        some = {"caller": "Kim" if value == 5 else "kim", "category": ("mail", "send")}
        other = Incident.open(id="1", title="x", at=START, by="kim", custom=custom, **some)
        for record in (bare, full, other):
            for test in TESTS:
                expected = answer(lambda: test.matches(record, at=LATEST))  # noqa: B023
                found = answer(lambda: compile_condition(test, LATEST)(record))  # noqa: B023
                assert found == expected, (test, record)


@pytest.mark.parametrize(
    ("condition", "fast"),
    [
        (field("reopen_count").equals(0), True),
        (field("reopen_count") >= 1, True),
        (field("caller").equals("kim"), True),
        (field("resolved_at").present(), True),
        (field("category").present(), True),
        (~field("caller").equals("kim"), True),
        (field("caller").equals("kim") & field("caller").present(), True),
        (field("caller").equals("kim") | field("caller").present(), True),
        (field("priority") >= Priority.HIGH, False),
        (field("priority").equals(Priority.HIGH), False),
        (field("category").starts_with("mail"), False),
    ],
)
def test_the_usual_tests_are_done_directly(condition: Condition, *, fast: bool) -> None:
    """All others go to the condition itself."""
    done = compile_condition(condition, LATEST).__qualname__
    assert (done != "compile_condition.<locals>.<lambda>") is fast


@pytest.mark.parametrize("path", ["nothing", "state.color"])
def test_a_misspelt_field_is_an_error_here_too(path: str) -> None:
    """A rule that could never match is refused when it runs, as the condition refuses it."""
    incident = Incident.open(id="1", title="x", at=START, by="kim")
    condition = field(path).equals("x")

    with pytest.raises((IncidentCoreError, AttributeError)):
        compile_condition(condition, LATEST)(incident)


@pytest.mark.parametrize("wanted", [Priority.HIGH, START, "3", 3.0, 3])
def test_a_number_is_compared_with_another_kind_as_the_condition_does(wanted: Any) -> None:
    """A whole number in a field of one's own, and what is no whole number in the rule."""
    incident = Incident.open(id="1", title="x", at=START, by="kim", custom={"stars": 3})
    condition = field("custom.stars") >= wanted
    expected = answer(lambda: condition.matches(incident, at=LATEST))
    assert answer(lambda: compile_condition(condition, LATEST)(incident)) == expected
    assert (expected is True) == (wanted in (3, 3.0))
