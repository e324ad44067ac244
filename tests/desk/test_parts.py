"""Approvals, closing and fields of a desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.desk.test_edges import HOUR

from incidentcore.desk import DeskField
from incidentcore.desk.parts import ApprovalPlan, ApprovalStage, AutoClose
from incidentcore.errors import DefinitionError, InvalidValueError


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (lambda: AutoClose(after=HOUR, basis="opened_at"), "basis"),
        (lambda: AutoClose(after=timedelta(-1)), "after"),
        (lambda: ApprovalStage(of=()), "of"),
        (lambda: ApprovalStage(of=("ada",), need=0), "need"),  # type: ignore[arg-type]
        (lambda: ApprovalStage(of=("ada",), need=True), "need"),  # type: ignore[arg-type]
        (lambda: ApprovalStage(of=("ada",), need="most"), "need"),  # type: ignore[arg-type]
        (lambda: ApprovalPlan(stages=()), "stages"),
    ],
)
def test_parts_that_cannot_be(wrong: Any, where: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        wrong()
    assert refused.value.where == where


@pytest.mark.parametrize("need", [1, 2, "one", "all"])
def test_needs_that_can_be(need: str | int) -> None:
    assert ApprovalStage(of=("ada",), need=need).need == need  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["5", True, [5]])
def test_a_number_of_a_field_is_a_number(value: Any) -> None:
    """None is no value; a text and a truth are refused."""
    own = DeskField("n", "number")
    for known in (None, 5, 1.5, -3):
        own.check(known)
    with pytest.raises(InvalidValueError, match="a number"):
        own.check(value)
