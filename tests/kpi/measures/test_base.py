"""Measures of the caller's own: what they may return, and what a KPI refuses of them."""

from __future__ import annotations

import inspect
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from tests.kpi.tickets import minute

from incidentcore.conditions import Condition, field
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.kpi import (
    AtMost,
    Count,
    Duration,
    Kpi,
    Rate,
    RatioOfSums,
    ValueMeasure,
    compute_kpis,
)
from incidentcore.kpi.engine.accumulators import Ratio
from incidentcore.kpi.engine.results import Figure
from incidentcore.kpi.measures.base import Measure, history_needs
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar

AS_OF = minute(60)
DESK = [Incident.open(id=f"I{n}", title="x", at=minute(n), by="kim") for n in (1, 2, 3)]


@attrs.frozen
class Given(ValueMeasure):
    """A value for I2; 1 for every other record."""

    value: Any
    unit: str = "points"
    needs = frozenset({"tags"})

    def reader(self, kpi: Any, as_of: Any) -> Any:  # noqa: D102
        return lambda record: self.value if record.id == "I2" else 1


@pytest.mark.parametrize(
    "value", [None, float("nan"), float("inf"), Decimal("NaN"), (1, 2)], ids=repr
)
@pytest.mark.parametrize(
    "make",
    [
        Given,
        lambda value: RatioOfSums(numerator=Given(value), denominator=Given(1), of="x"),
        lambda value: Rate(numerator=AtMost(Given(value), 1), of="x"),
    ],
    ids=["itself", "in a ratio", "in a rate"],
)
def test_an_outcome_that_is_not_a_number_is_refused(make: Any, value: object) -> None:
    """It made the record vanish: three records gave n = 1, and nothing was left out."""
    kpi = Kpi(id="points", measure=make(value))
    with pytest.raises(InvalidValueError, match=r"Given of I2: got .*; allowed: a finite"):
        compute_kpis(kpi, DESK, as_of=AS_OF)


def test_what_a_measure_may_return() -> None:
    """(1 + 2.5 + 1) / 3 = 1.5; a text leaves the record out."""
    (row,) = compute_kpis(Kpi(id="p", measure=Given(2.5)), DESK, as_of=AS_OF).results
    assert (row.value, row.n) == (1.5, 3)
    (row,) = compute_kpis(Kpi(id="p", measure=Given("odd")), DESK, as_of=AS_OF).results
    assert (row.value, row.n, dict(row.excluded)) == (1, 2, {"odd": 1})
    with pytest.raises(InvalidValueError, match="allowed: whole microseconds, or a text"):
        compute_kpis(Kpi(id="p", measure=Given(2.5, "duration")), DESK, as_of=AS_OF)


@attrs.frozen
class Tagged(Measure):
    """The share of records that have a tag, in a way of its own."""

    outcome: Any = None

    def reader(self, kpi: Any, as_of: Any) -> Any:  # noqa: D102
        return lambda record: self.outcome if record.id == "I2" else (int(bool(record.tags)), 1)

    def accumulator(self, kpi: Any, mode: Any) -> Ratio:  # noqa: D102
        return Ratio()

    def result(self, kpi: Any, total: Ratio, within: Any) -> Figure:  # noqa: D102
        return Figure(value=Fraction(total.above, total.below), n=total.n)


def test_a_measure_that_is_not_one_of_values() -> None:
    """One of three has a tag; its unit is a number unless it states one."""
    kpi = Kpi(id="tagged", measure=Tagged((1, 1)))
    (row,) = compute_kpis(kpi, DESK, as_of=AS_OF).results
    assert (row.value, row.n, row.unit) == (Fraction(1, 3), 3, "number")
    with pytest.raises(InvalidValueError, match="Tagged of I2: got None; allowed: a value, or a"):
        compute_kpis(Kpi(id="tagged", measure=Tagged()), DESK, as_of=AS_OF)


def test_a_measure_is_a_frozen_attrs_class() -> None:
    """Python said "takes no arguments", or nothing at all."""

    class Plain(ValueMeasure):
        prefix: str

    @attrs.define
    class Open(ValueMeasure):
        prefix: str

    with pytest.raises(KpiDefinitionError, match="got 'Plain'; allowed: a frozen attrs class"):
        Plain("team-")
    with pytest.raises(KpiDefinitionError, match="got 'Open'; allowed: a frozen attrs class"):
        Kpi(id="p", measure=Open("team-"))


def test_the_base_has_no_arguments_of_its_own() -> None:
    """Help and reference showed ``(*_, **__)``; an attrs class shows its fields."""
    assert str(inspect.signature(ValueMeasure)) == "()"
    assert [*inspect.signature(Given).parameters] == ["value", "unit"]


@pytest.mark.parametrize(
    ("word", "nearest"), [("asignments", "assignments"), ("resolved", "resolved_at"), ("zzz", "")]
)
def test_an_unknown_need_is_refused(word: str, nearest: str) -> None:
    """It turned the protection of imported records off."""

    @attrs.frozen
    class Needy(Measure):
        needs = frozenset({"comments", word})

    with pytest.raises(KpiDefinitionError, match=rf"p\.measure\.needs: got '{word}'") as error:
        Kpi(id="p", measure=Needy())
    assert (f"nearest: {nearest}" in str(error.value)) is bool(nearest)
    assert "allowed: states, assignments, priorities, comments" in str(error.value)


def test_a_wrong_name_gets_a_proposal() -> None:
    """Rule K3 refuses the name; the error says how to name what is measured."""
    opened = Duration("opened_at", "resolved_at")
    kpi = Kpi(id="mean_time_to_resolve", measure=opened)
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    with pytest.raises(KpiDefinitionError, match='such as "mean_open_time_to_resolve_office"; see'):
        kpi.replace(id="mttr_office", clock=office)
    with pytest.raises(KpiDefinitionError, match='such as "mean_time_to_acknowledge"; see'):
        Kpi(id="MTTR", measure=Duration("opened_at", "acknowledged_at"))
    with pytest.raises(KpiDefinitionError, match=r"\(rule K3\); see"):
        Kpi(id="mttr", measure=Count())


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("group", "assignment_group"),
        ("prioritty", "priority"),
        ("resolved", "resolved_at, first_resolved_at"),
    ],
)
def test_the_nearest_fields_come_first(path: str, nearest: str) -> None:
    """The error listed seventy names."""
    with pytest.raises(KpiDefinitionError, match=f"field of records; nearest: {nearest}"):
        compute_kpis(Kpi(id="n", measure=Count()), DESK, as_of=AS_OF, group_by=path)


@pytest.mark.parametrize(
    ("condition", "needs"),
    [
        (field("kind").equals("commented"), {"kind", "comments"}),
        (field("kind").is_in("assigned", "escalated"), {"kind", "assignments", "escalations"}),
        (field("kind").equals("opened"), {"kind"}),
        (field("kind").equals("state_changed"), {"kind", "states"}),
        (field("kind").equals("prioritized"), {"kind", "priorities"}),
        (
            field("kind").equals("commented") & field("by.role").equals("agent"),
            {"kind", "comments", "by"},
        ),
        (
            ~(field("kind").equals("acknowledged") | field("priority").present()),
            {"kind", "acknowledgements", "priorities"},
        ),
        (field("assignee").equals("prioritized"), {"assignments"}),
        (field("assignment_group").present(), {"assignments"}),
        (field("state.open").is_true(), {"states"}),
    ],
)
def test_a_condition_on_events_needs_what_tells_of_them(
    condition: Condition, needs: set[str]
) -> None:
    """Each kind that is named anywhere in it, and the facts it reads."""
    assert history_needs(condition) == needs
