"""The monthly page of one customer, each figure worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from incidentcore.conditions import field
from incidentcore.desk import Desk
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import KpiResult, Objective
from incidentcore.pages import Page
from incidentcore.records import Incident
from incidentcore.report import service_page
from incidentcore.report.service_page import _in_period
from incidentcore.sla import SlaStatus

from .cases import DESK, at_work, opened, resolved

JUNE = Interval(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
LAST_EVENING = JUNE.end - timedelta(hours=4)
CASES = (
    resolved(at_work(opened("met")), 8),
    resolved(at_work(opened("late")), 9),
    at_work(opened("overdue")),  # breached at 17:00, and still open in August
    resolved(at_work(opened("in May", at=JUNE.start - timedelta(hours=9))), 1),
    resolved(at_work(opened("breached in May", at=JUNE.start - timedelta(hours=9))), 10),
    resolved(at_work(opened("met in July", at=LAST_EVENING)), 5),
)


def page(*incidents: Incident, **options: object) -> Page:
    known: dict[str, object] = {"desk": DESK, "period": JUNE, "title": "June", **options}
    return service_page(incidents or CASES, **known)  # type: ignore[arg-type]  # by name


def resolution(found: Page) -> dict[str, Any]:
    rows = found.to_plain()["objectives"]["rows"]
    return next(row for row in rows if row["clock"] == "resolution")


def test_each_clock_counts_in_the_month_of_its_outcome() -> None:
    """One met in June of three decided in June; what was decided in May or July counts there."""
    row = resolution(page())
    assert (row["numerator"], row["n"]) == (1, 3)
    assert row["excluded_by_reason"] == {"running": 1}  # it was opened on the last evening
    may = Interval(JUNE.start - timedelta(days=31), JUNE.start)
    july = Interval(JUNE.end, JUNE.end + timedelta(days=31))
    counts = [resolution(page(period=period)) for period in (may, JUNE, july)]
    assert [(r["numerator"], r["n"]) for r in counts] == [(1, 2), (1, 3), (1, 1)]
    assert sum(r["n"] for r in counts) == len(CASES)


def test_misses_have_their_reason() -> None:
    """Every breach of the month is a row, the worst first, with where its time went."""
    assert [section.title for section in page(credit=str).sections] == [
        "Objectives", "Misses", "Credits",
    ]  # fmt: skip
    misses = [r for r in page().to_plain()["misses"] if r["clock"] == "resolution"]
    assert [(r["record"], r["due_at"]) for r in misses] == [
        ("overdue", "2026-06-01T17:00:00+00:00"),
        ("late", "2026-06-01T17:00:00+00:00"),
    ]
    assert misses[1]["over_target"] == "1:00"
    late = "elapsed 9:00 of 8:00, remaining -1:00; breached, due Mon  1 Jun 17:00"
    assert misses[1]["why"] == late


def test_credits_are_what_the_callers_function_says() -> None:
    """It is asked for each missed objective, and for nothing else."""
    asked: list[str] = []

    def credit(result: KpiResult) -> str:
        asked.append(str(result.group[0]))
        return f"{result.n - (result.numerator or 0)} x 100"

    objectives = {
        "resolution": Objective(at_least=0.95),
        "response": Objective(at_least=0.9),
    }
    found = page(objectives=objectives, credit=credit)
    assert asked == ["resolution"]
    due = found.to_plain()["credits"]
    assert [(row["clock"], row["credit"]) for row in due] == [("resolution", "2 x 100")]
    assert "missed, -1.9 left" in str(found)  # 3 clocks allow 0.15 misses; 2 missed
    assert page(credit=credit).to_plain()["credits"] == []


def test_a_desk_without_promises_has_nothing_to_report() -> None:
    """The page says that no clock ended."""
    found = page(desk=Desk(name="x"))
    assert found.to_plain()["objectives"]["rows"] == []
    assert "no clock ended" in str(found)


def test_only_the_customers_records() -> None:
    """A condition chooses whose records count."""
    one = page(population=field("title").equals("Case met"))
    assert (resolution(one)["numerator"], resolution(one)["n"]) == (1, 1)
    assert one.to_plain()["misses"] == []


def test_an_exercise_is_no_service() -> None:
    """A drill that would have been late changes no figure and is no miss (H6)."""
    drill = resolved(at_work(opened("drill", exercise="drill")), 9)
    assert page(*CASES, drill).to_plain() == page().to_plain()


IN, OUT = datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stage", "breached_at", "stopped_at", "expected"),
    [
        ("stopped", None, IN, "met"),
        ("stopped", None, OUT, ""),  # of the next month
        ("stopped", IN, OUT, "breached"),
        ("stopped", OUT, OUT, ""),
        ("running", IN, None, "breached"),
        ("running", OUT, None, ""),
        ("running", None, None, "running"),
        ("paused", None, None, "paused"),
        ("canceled", None, IN, "canceled"),
        ("canceled", IN, IN, "canceled"),
        ("canceled", None, OUT, ""),
        ("canceled", None, None, ""),
        ("none", None, None, ""),
        ("not_started", None, None, "not_started"),
    ],
)
def test_in_which_month_a_clock_counts(
    stage: str, breached_at: Any, stopped_at: Any, expected: str
) -> None:
    """A miss in that of its due, all else in that of its end; June ends before July."""
    status: Any = Mock(
        SlaStatus,
        stage=stage,
        breached=breached_at is not None,
        breached_at=breached_at,
        stopped_at=stopped_at,
        not_covered=False,
    )
    record: Any = SimpleNamespace(
        canceled_at=None,
        resolved_at=None,
        closed_at=None,
        state=SimpleNamespace(is_canceled=False),
    )
    assert _in_period(status, JUNE, record) == expected


def test_a_page_may_be_as_of_an_instant_in_its_period() -> None:
    """At 17:30 of the first day one is met, two are breached, and the last is not opened yet."""
    half_past_five = datetime(2026, 6, 1, 17, 30, tzinfo=UTC)
    row = resolution(page(as_of=half_past_five))
    assert (row["numerator"], row["n"], row["excluded_by_reason"]) == (1, 3, {})


@pytest.mark.parametrize(
    ("name", "value"), [("population", "Case met"), ("period", 6), ("objectives", [])]
)
def test_a_wrong_argument_is_refused_by_its_name(name: str, value: object) -> None:
    """Before the first record is looked at, so also where there are none."""
    options: dict[str, Any] = {"desk": DESK, "period": JUNE, "title": "June", name: value}
    with pytest.raises(InvalidValueError, match=f"^{name}: "):
        service_page([], **options)


@pytest.mark.parametrize(
    ("objectives", "words"),
    [
        ({"resolve": Objective(at_least=0.95)}, "objectives: got 'resolve'; allowed: one of "),
        ({"resolution": Objective(at_least=95)}, "allowed: a share from 0 to 1; use 0.95 for 95 %"),
        (
            {"resolution": Objective(at_most=timedelta(hours=4))},
            "allowed: an Objective in the unit fraction",
        ),
        ({"resolution": 0.95}, r"objectives\[resolution\]: got 0.95; allowed: an Objective"),
    ],
)
def test_an_objective_that_no_clock_can_have_is_refused(objectives: Any, words: str) -> None:
    """The name of no clock, 9,500 percent, a time, a bare number."""
    with pytest.raises(InvalidValueError, match=words):
        service_page([], desk=DESK, period=JUNE, title="June", objectives=objectives)
