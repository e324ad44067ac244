"""Every row of every shipped lifecycle: its fields, its guard, and what a refusal of it says."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from incidentcore import lifecycle
from incidentcore.conditions import Condition
from incidentcore.lifecycle import (
    Allowed,
    Lifecycle,
    Refused,
    Transition,
    decide_major,
    lint_lifecycle,
    to_dot,
)
from incidentcore.records import (
    ApprovalRule,
    Incident,
    MajorStatusChanged,
    Task,
    approve,
    request_approval,
    set_major_status,
    set_task,
)
from incidentcore.testing.checks_lifecycle import check_step
from incidentcore.testing.strategies_records import input_for
from incidentcore.values import Actor

from .shipped import AT, CASCADES, MAJOR, SHIPPED, put

HOUR = timedelta(hours=1)
ACTORS = tuple(Actor("ada", role) for role in ("agent", "requester", "system"))


def rows_of(one: Lifecycle) -> list[tuple[Transition, str]]:
    return [(row, source) for row in one.transitions for source in row.sources]


_ROWS = [(one, row, source) for one in SHIPPED for row, source in rows_of(one)]


def _params(rows: list[tuple[Lifecycle, Transition, str]]) -> list[Any]:
    return [
        pytest.param(one, row, source, id=f"{one.id}-{row.action}-{source}-{number}")
        for number, (one, row, source) in enumerate(rows)
    ]


NAMED = _params([part for part in _ROWS if part[1].fields])
GUARDED = _params([part for part in _ROWS if part[1].guard is not None])


def test_all_that_is_shipped_is_tried() -> None:
    """The standard ones, the dialects, and those for audit logs; each under an id of its own."""
    ids = [one.id for one in (*SHIPPED, *MAJOR)]
    assert len(set(ids)) == len(ids)
    assert {"incident", "problem", "service_request", "servicenow_audit"} < set(ids)
    assert {"servicenow_audit_strict", "textbook_incident", "major_incident"} < set(ids)
    assert len(ids) >= 15
    assert set(CASCADES) < set(ids)


def test_every_table_is_on_the_page_of_the_room() -> None:
    """By its name, since the page shows only classes and functions by itself."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "lifecycle.rst").read_text("utf-8")

    named = set(re.findall(r"``([A-Z_]+)``", page))
    assert named == {name for name in lifecycle.__all__ if name.isupper()}


def situations(record: Any) -> list[Any]:
    """Return a record as it is, on hold, as a major incident, with approvals, and with tasks."""
    held = [
        put_again(record, hold_reason=reason) for reason in ("Awaiting Caller", "awaiting_vendor")
    ]
    if record.record_type == "incident":
        major = set_major_status(record, "accepted", at=AT, by="ada")
        return [record, *held, major]
    if record.record_type != "service_request":
        return [record, *held]
    asked = request_approval(record, ApprovalRule.all_of("bo", "lee"), at=AT, by="ada")
    one = approve(asked, "approved", at=AT, by="bo")
    return [
        record,
        *held,
        asked,
        one,
        approve(one, "approved", at=AT, by="lee"),
        approve(one, "rejected", at=AT, by="lee"),
        set_task(record, Task(id="t1", title="order it"), at=AT, by="ada"),
    ]


def put_again(record: Any, **fields: Any) -> Any:
    last = record.history[-1]
    return record.with_event(
        type(last), at=AT, by="ada", action="put", state=last.state, fields=fields
    )


def given(row: Transition) -> dict[str, Any]:
    return {field.name: input_for(field) for field in row.fields}


@cache
def allowed(one: Lifecycle, row: Transition, source: str) -> tuple[Any, Actor]:
    """Return a record and an actor with whom a row can be taken."""
    for record, by in product(situations(put(one, source)), ACTORS):
        answer = one.decide(record, row.action, at=AT + HOUR, by=by, **given(row))
        if isinstance(answer, Allowed) and answer.record.state == row.target:
            return record, by
    raise AssertionError(f"nobody can take {row.action} from {source} in {one.id}")


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.id)
def test_every_row_can_be_taken(one: Lifecycle) -> None:
    """By somebody, with its fields; they are then on the record, and the event holds them."""
    for row, source in rows_of(one):
        record, by = allowed(one, row, source)
        after = one.advance(record, row.action, at=AT + HOUR, by=by, **given(row))

        assert after.state == row.target, (row, source)
        assert after.history[:-1] == record.history, (row, source)
        for field in row.fields:
            key = field.custom_key
            kept = after.custom.get(key) if key else getattr(after, field.target)
            assert kept == input_for(field), (row, source)
    for name, value in row.sets.items():
        assert getattr(after, name) == value or name in {field.target for field in row.fields}


@pytest.mark.parametrize(("one", "row", "source"), NAMED)
def test_a_field_that_is_missing_empty_or_wrong_is_named(
    one: Lifecycle, row: Transition, source: str
) -> None:
    """With the action, the state it was tried from, and what would make it legal."""
    record, by = allowed(one, row, source)
    facts = record.facts()
    for field in row.fields:
        rest = {name: value for name, value in given(row).items() if name != field.name}
        lacking: list[dict[str, Any]] = [rest, {**rest, field.name: None}, {**rest, field.name: ""}]
        for fields in lacking if field.required else []:
            answer = one.decide(record, row.action, at=AT + HOUR, by=by, **fields)
            assert isinstance(answer, Refused)
            assert (answer.code, answer.missing_fields) == ("missing_field", (field.name,))
            assert answer.reason == f"{row.action} from {source} needs {field.name}"
            assert answer.allowed_actions == one.allowed_actions(record)
        if not field.required:
            assert isinstance(one.decide(record, row.action, at=AT + HOUR, by=by, **rest), Allowed)
        if field.choices or field.custom_key is None:
            wrong: dict[str, Any] = {**rest, field.name: "no choice" if field.choices else 5}
            answer = one.decide(record, row.action, at=AT + HOUR, by=by, **wrong)
            assert isinstance(answer, Refused)
            assert answer.code == "invalid_field"
            assert answer.reason.startswith(f"{row.action} from {source} refuses {field.name}: got")
            assert "; allowed: " in answer.reason
            assert all(str(choice) in answer.reason for choice in field.choices)
    assert record.facts() == facts


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.id)
def test_an_undeclared_field_is_refused_by_name(one: Lifecycle) -> None:
    """Whatever it is called, with what the transition does take."""
    names = ("color", "state", "history", "resolved_at", "self", "record", "action")
    for (row, source), name in product(rows_of(one), names):
        record, by = allowed(one, row, source)
        answer = one.decide(record, row.action, at=AT + HOUR, by=by, **{**given(row), name: "x"})
        assert isinstance(answer, Refused), (row, source)
        assert answer.code == "undeclared_field"
        takes = ", ".join(field.name for field in row.fields) or "no fields"
        assert answer.reason == f"{row.action} from {source} does not take {name}; it takes {takes}"


@pytest.mark.parametrize(("one", "row", "source"), GUARDED)
def test_every_guard_stops_somebody_and_says_why(
    one: Lifecycle, row: Transition, source: str
) -> None:
    """By its name, with the transition it is of, and the facts that kept it from passing."""
    refusals = []
    for record, by in product(situations(put(one, source)), ACTORS):
        answer = one.decide(record, row.action, at=AT + HOUR, by=by, **given(row))
        if isinstance(answer, Refused):
            refusals.append(answer)
    assert refusals
    for answer in refusals:
        assert answer.code == "guard"
        names = {other.guard_name for other in one.table[source][row.action]}
        assert answer.guard in names
        start = f"{row.action} from {source} is refused by its guard: {answer.guard} ("
        assert answer.reason.startswith(start)
        assert isinstance(row.guard, Condition)
        why = answer.reason.removeprefix(start)
        assert (
            "missing" in why or "approval" in why or any(path in why for path in row.guard.fields)
        )


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.id)
def test_every_action_in_every_state_of_what_is_shipped(one: Lifecycle) -> None:
    """Moves or is refused with the allowed actions named, unchanged: exhaustively, not drawn."""
    actions = sorted({row.action for row in one.transitions} | {"dance"})
    for state, action in product(one.states, actions):
        for record in situations(put(one, state)):
            after = check_step(one, record, action, after=HOUR)
            assert after is record or after.state in one.states


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.id)
def test_what_is_shipped_is_sound(one: Lifecycle) -> None:
    """Without a finding and without an unknown, with the cascades that target it (rule L5)."""
    assert lint_lifecycle(one, cascades=CASCADES.get(one.id, ())) == ()
    assert to_dot(one).count(" -> ") >= len({row.target for row in one.transitions})


MAJOR_ROWS = _params([(one, row, source) for one in MAJOR for row, source in rows_of(one)])


@pytest.mark.parametrize(("one", "row", "source"), MAJOR_ROWS)
def test_every_step_of_a_major_incident_names_its_fields(
    one: Lifecycle, row: Transition, source: str
) -> None:
    """Missing, undeclared and wrong ones, with the step and the status it was tried from."""
    record = Incident.open(id="I", title="t", at=AT, by="kim")
    if source != "no_candidate":
        record = record.with_event(MajorStatusChanged, at=AT, by="ada", status=source)
    told: dict[str, Any] = {"lifecycle": one, "at": AT + HOUR, "by": "ada"}
    roles = ("incident_manager", "technical_lead", "communications_lead", "scribe")
    fields: dict[str, Any] = dict.fromkeys(row.inputs, "x")
    if "roles" in fields:
        fields["roles"] = dict.fromkeys(roles, "bo")
    answer = decide_major(record, row.action, **told, **fields)
    assert isinstance(answer, Allowed)
    assert (answer.record.major_status or "no_candidate") == row.target.name
    for name in row.inputs:
        rest = {key: value for key, value in fields.items() if key != name}
        answer = decide_major(record, row.action, **told, **rest)
        if name in row.required:
            assert isinstance(answer, Refused)
            assert (answer.code, answer.missing_fields) == ("missing_field", (name,))
            assert answer.reason == f"{row.action} from {source} needs {name}"
        wrong = decide_major(record, row.action, **told, **{**fields, name: 5})
        assert isinstance(wrong, Refused)
        assert wrong.code == "invalid_field"
        assert wrong.reason.startswith(f"{row.action} from {source} refuses {name}: got 5")
    answer = decide_major(record, row.action, **told, **fields, color="red")
    assert isinstance(answer, Refused)
    assert answer.code == "undeclared_field"
    assert "does not take color" in answer.reason
