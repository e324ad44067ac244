"""The SLA results of a tool beside ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.vendors.test_event_log import resolved_after
from tests.vendors.writers import START

from incidentcore import BusinessCalendar, SlaDefinition
from incidentcore.conditions import NEVER
from incidentcore.errors import InvalidValueError
from incidentcore.vendors import (
    compare,
    compare_sla,
)
from incidentcore.vendors.compare import SlaComparison
from incidentcore.vendors.kit import (
    ReportedSla,
)

POLICY = SlaDefinition.resolution(
    name="resolution", target=timedelta(hours=8), calendar=BusinessCalendar.always("UTC")
)


@pytest.mark.parametrize(
    ("minutes", "cycle", "agrees", "why"),
    [
        (420, (420, 480, False), True, ""),
        (420, (420.5, 480, False), True, ""),
        (540, (540, 480, True), True, ""),
        (420, (360, 480, False), False, "stopped at"),
        (540, (420, 480, False), False, "counted 9:00:00, theirs 7:00:00"),
        (420, (420, 960, True), False, "target 8:00:00, theirs 16:00:00"),
        (420, None, False, "the tool has no result"),
    ],
)
def test_sla_results_are_compared(
    minutes: int, cycle: tuple[int, int, bool] | None, *, agrees: bool, why: str
) -> None:
    """The verdict and the time that counted, with the first cause where they differ."""
    [row] = compare_sla([resolved_after(minutes, cycle)], "Time to resolution", POLICY)
    assert row.agrees is agrees
    assert why in row.why


def test_results_from_elsewhere_can_be_compared() -> None:
    """By record id; a record without any result on either side is no row."""
    incident = resolved_after(60, None)
    theirs = {"SD-1": ReportedSla(target="fix", breached=True)}
    [row] = compare_sla([incident], theirs, POLICY, now=START + timedelta(days=1))
    assert (row.target, row.agrees) == ("fix", False)
    assert "theirs True" in row.why
    later = attrs.evolve(POLICY, start=NEVER)
    assert compare_sla([incident], {}, later) == ()
    with pytest.raises(InvalidValueError, match="tolerance"):
        compare_sla([incident], theirs, POLICY, tolerance=timedelta(-1))
    with pytest.raises(InvalidValueError, match="reported"):
        compare_sla([incident], 7, POLICY)  # type: ignore[arg-type]


def test_the_last_run_of_the_tool_is_compared() -> None:
    """The one that started last; of two that started at once, the one that ends later or never."""
    hour = timedelta(hours=1)
    first, again = ReportedSla(target="a", started_at=START), ReportedSla(target="b")
    ended = ReportedSla(target="c", started_at=START, stopped_at=START + hour)
    later = ReportedSla(target="d", started_at=START + hour, stopped_at=START + 2 * hour)
    void = ReportedSla(target="e", started_at=START + 5 * hour, stage="Cancelled")
    assert compare._last_run(()) is None
    assert compare._last_run((again, ended)) == ended
    assert compare._last_run((first, ended)) == compare._last_run((ended, first)) == first
    assert compare._last_run((later, first, void)) == later
    assert compare._last_run((void,)) == void


def test_a_comparison_says_whether_both_agree() -> None:
    same: dict[str, Any] = {"record_id": "INC-1", "target": "fix", "ours": None, "theirs": None}
    both = SlaComparison(**same, agrees=True, difference=None, why="")
    assert str(both) == "INC-1, fix: agrees"
    one = SlaComparison(**same, agrees=False, difference=None, why="the tool has no result")
    assert str(one) == "INC-1, fix: differs: the tool has no result"


@pytest.mark.parametrize(
    ("elapsed", "tolerance", "agrees"), [(7, 0, True), (8, 60, True), (6, 60, True), (8, 59, False)]
)
def test_a_difference_of_just_the_tolerance_is_none(
    elapsed: int, tolerance: int, *, agrees: bool
) -> None:
    """Ours is seven hours; an hour more or less is within an hour."""
    theirs = {"SD-1": ReportedSla(target="fix", elapsed=timedelta(hours=elapsed), breached=False)}
    span = timedelta(minutes=tolerance)
    [row] = compare_sla([resolved_after(420, None)], theirs, POLICY, tolerance=span)
    assert (row.agrees, row.difference) == (agrees, timedelta(hours=7 - elapsed))
    assert row.why == ("" if agrees else "counted 7:00:00, theirs 8:00:00")


def test_each_side_without_a_result_is_named() -> None:
    """The policy's clock never starts; the tool's never did."""
    later = attrs.evolve(POLICY, start=NEVER)
    theirs = {"SD-1": ReportedSla(target="fix", breached=False)}
    [row] = compare_sla([resolved_after(60, None)], theirs, later)
    assert (row.target, row.why, row.agrees) == ("fix", "the policy has no result", False)
    [row] = compare_sla([resolved_after(60, None)], {}, POLICY)
    assert (row.target, row.why, row.agrees) == ("", "the tool has no result", False)


def test_a_result_that_no_time_explains_is_said() -> None:
    """An hour of eight, which the tool calls breached by the same figures."""
    same = {"goal": timedelta(hours=8), "elapsed": timedelta(hours=1)}
    theirs = {"SD-1": ReportedSla(target="fix", breached=True, **same)}
    [row] = compare_sla([resolved_after(60, None)], theirs, POLICY)
    assert row.why == "breached False, theirs True, by the same times"


def test_a_pause_that_only_the_tool_has_is_named() -> None:
    """Ours ran eight hours and a half around the clock; theirs stood still for an hour of them."""
    theirs = ReportedSla(
        target="fix",
        breached=False,
        elapsed=timedelta(hours=7, minutes=30),
        paused=timedelta(hours=1),
    )
    [row] = compare_sla([resolved_after(510, None)], {"SD-1": theirs}, POLICY)
    assert row.why == ("paused for 0:00:00, theirs 1:00:00; counted 8:30:00, theirs 7:30:00")
