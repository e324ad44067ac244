"""Refusals: why, what is allowed, and the way."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lifecycle.test_decision import NEEDS, OPENED, in_state

from incidentcore.errors import (
    InvalidValueError,
)
from incidentcore.lifecycle import (
    INCIDENT,
    Refused,
    decide,
    explain,
)
from incidentcore.values import (
    NEW,
)


def test_a_refusal_tells_the_way() -> None:
    """The wording of the design: what is allowed here, and the shortest path with its fields."""
    refusal = decide(in_state("incident", "on_hold"), "close", at=OPENED, by="ada")

    assert isinstance(refusal, Refused)
    assert str(refusal) == (
        "close is not allowed from on_hold; allowed here: hold, resume, resolve, cancel; the "
        "shortest path is resolve (needs resolution_code, resolution_notes), then close"
    )
    assert [step.action for step in refusal.path] == ["resolve", "close"]


@pytest.mark.parametrize(
    ("kind", "state", "to", "path"),
    [
        ("incident", "new", "closed", ["resolve", "close"]),
        ("incident", "closed", "new", None),
        ("incident", "on_hold", "on_hold", []),
        ("problem", "new", "closed", ["assess", "confirm", "accept_risk"]),
        ("problem", "closed", "resolved", ["reanalyze", "fix", "resolve"]),
        ("service_request", "new", "rejected", ["submit", "reject"]),
    ],
)
def test_explain_gives_the_shortest_path(
    kind: str, state: str, to: str, path: list[str] | None
) -> None:
    """Or None where no way leads there; an unknown state is refused by name."""
    steps = explain(in_state(kind, state), to=to)

    assert (None if steps is None else [step.action for step in steps]) == path
    with pytest.raises(InvalidValueError, match="one of"):
        explain(in_state(kind, state), to="nowhere")


@pytest.mark.parametrize(
    ("action", "fields", "code", "says"),
    [
        ("resolve", {}, "missing_field", "needs resolution_code, resolution_notes"),
        ("resolve", {"resolution_code": "x"}, "missing_field", "needs resolution_notes"),
        ("resolve", {**NEEDS["resolve"], "resolution_code": ""}, "missing_field", "_code"),
        ("resolve", {**NEEDS["resolve"], "resolution_code": []}, "missing_field", "_code"),
        ("resolve", {**NEEDS["resolve"], "resolution_code": set()}, "missing_field", "_code"),
        ("resolve", {**NEEDS["resolve"], "resolution_code": 5}, "invalid_field", "non-empty text"),
        ("resolve", {**NEEDS["resolve"], "color": 1}, "undeclared_field", "does not take color"),
        ("start", {"reason": "x"}, "undeclared_field", "it takes no fields"),
        ("start", {"action": "x"}, "undeclared_field", "does not take action"),
        ("start", {"self": "x"}, "undeclared_field", "does not take self"),
        ("hold", {"reason": "lunch"}, "invalid_field", "awaiting_caller, awaiting_change"),
        ("hold", {"hold_reason": "awaiting_vendor"}, "undeclared_field", "it takes reason"),
    ],
)
def test_fields_are_refused_by_name(
    action: str, fields: dict[str, Any], code: str, says: str
) -> None:
    """Missing, undeclared and invalid: each says which field, of which transition, from where."""
    record = in_state("incident", "new")

    refusal = decide(record, action, at=OPENED, by="ada", **fields)

    assert isinstance(refusal, Refused)
    assert refusal.code == code
    assert refusal.reason.startswith(f"{action} from new ")
    assert says in refusal.reason
    assert refusal.allowed_actions == INCIDENT.actions(NEW)
