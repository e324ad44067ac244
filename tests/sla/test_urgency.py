"""A more urgent target that is longer than a milder one (S10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from tests.sla.desk import ALWAYS_OPEN, HOUR, OFFICE
from tests.sla.test_lint import CRITICAL, ONE_DAY, resolution

from incidentcore.conditions import field
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import (
    DueDate,
    SlaDefinition,
    SlaPolicy,
    lint_sla,
)
from incidentcore.sla.urgency import inverted, is_later, regions
from incidentcore.testing import check_sla
from incidentcore.values import Priority, Scale

START = datetime(2026, 6, 1, tzinfo=UTC)


def calendar_of(hours: dict[str, str]) -> BusinessCalendar:
    return BusinessCalendar(zone="UTC", hours=hours)


def by_level(**hours: float) -> SlaPolicy:
    return SlaPolicy(
        [
            (
                field("priority").equals(Priority.scale[name]),
                SlaDefinition.resolution(hours=number, calendar=OFFICE, name=name),
            )
            for name, number in hours.items()
        ],
        default=SlaDefinition.resolution(hours=80, calendar=OFFICE, name="rest"),
    )


def test_forty_hours_instead_of_four() -> None:
    """A more urgent target that is longer than a milder one is found and named."""
    assert lint_sla(by_level(critical=4, high=8, moderate=24)) == ()
    (finding,) = lint_sla(by_level(critical=40, high=8, moderate=24))
    assert (finding.code, finding.subject) == ("inverted_targets", "critical")
    assert "high" in finding.message
    with pytest.raises(AssertionError, match="inverted_targets"):
        check_sla(by_level(critical=40, high=8, moderate=24))


def test_an_always_open_calendar_does_not_hide_it() -> None:
    """40 hours around the clock are later than 8 office hours from most starts; 4 are not."""
    for hours, found in ((40, ["inverted_targets"]), (4, [])):
        critical = SlaDefinition.resolution(hours=hours, calendar=ALWAYS_OPEN, name="critical")
        policy = SlaPolicy(
            [(CRITICAL, critical)],
            default=SlaDefinition.resolution(hours=8, calendar=OFFICE, name="rest"),
        )
        assert found == [finding.code for finding in lint_sla(policy)]


def test_targets_that_cannot_be_compared_are_not_inverted() -> None:
    """A due read from a field, a calendar that has ended, and a rule on an unknown field."""
    rest = SlaDefinition.resolution(hours=8, calendar=OFFICE, name="rest")
    for rule in (
        (CRITICAL, resolution(name="critical", target=DueDate("custom.due"))),
        (CRITICAL, resolution(name="critical", calendar=ONE_DAY, target=timedelta(hours=9))),
        (CRITICAL & field("priorty.name").equals("x"), resolution()),
    ):
        for rules in ([rule], [(CRITICAL, rest), rule]):
            found = lint_sla(SlaPolicy(rules, default=rest))
            assert "inverted_targets" not in {one.code for one in found}


def test_levels_of_ones_own_are_compared_in_their_order() -> None:
    """The levels of a domain, the worst first whatever their order, and no value beside them."""
    odd = Scale("priority", ("now", "soon", "later"))
    hours = {"now": 8, "soon": 40, "later": 24}
    policy = SlaPolicy(
        [
            (field("priority").equals(odd[name]), resolution(target=HOUR * number, name=name))
            for name, number in hours.items()
        ]
    )
    found = list(inverted(policy, domains={"priority": (odd["later"], None, *odd.levels[:2])}))
    assert [(data["worse"], data["milder"]) for data, _ in found] == [
        ("priority soon", "priority later")
    ]


def test_half_of_the_starts_are_enough_to_be_later() -> None:
    """One calendar counts before noon and the other after: of four starts a day, two are later."""
    first, second = (
        SlaDefinition.resolution(hours=1, calendar=calendar_of({"mon-sun": hours}))
        for hours in ("00:00-12:00", "12:00-24:00")
    )
    facts = Incident.default_facts()
    assert is_later(second, first, facts)
    assert is_later(first, second, facts)
    assert not is_later(SlaDefinition.resolution(hours=1, calendar=ALWAYS_OPEN), first, facts)


def test_a_definition_that_cannot_be_compared_is_not_later() -> None:
    """Where no start of a week has a due on both sides, neither is later."""
    over = SlaDefinition.resolution(hours=20, calendar=ONE_DAY)
    day = SlaDefinition.resolution(hours=8, calendar=ALWAYS_OPEN)
    assert not is_later(over, day, Incident.default_facts())
    assert not is_later(day, over, Incident.default_facts())


def test_a_level_whose_rules_cannot_be_tested_is_passed_over() -> None:
    """A text is never more than 3, which another finding says; the levels below are compared."""
    hours = {
        n: SlaDefinition.resolution(hours=n, calendar=BusinessCalendar.always()) for n in (1, 2, 8)
    }
    priority = field("priority")
    broken = priority.equals(Priority.HIGH) & (field("title") > 3)
    rules = [(broken, hours[1]), (priority.equals(Priority.MODERATE), hours[8])]
    ((data, _),) = inverted(SlaPolicy(rules, default=hours[2]))
    assert (data["worse"], data["worse_target"]) == ("priority moderate", "8:00:00")
    assert (data["milder"], data["milder_target"]) == ("priority low", "2:00:00")


def test_the_facts_of_a_rule_are_facts_that_it_takes() -> None:
    """One example for each rule and for the default, each of what no earlier rule takes."""
    rules = [
        (field("custom.tier").equals(tier), attrs.evolve(resolution(), name=tier))
        for tier in ("gold", "silver")
    ]
    policy = SlaPolicy(rules, default=attrs.evolve(resolution(), name="rest"))
    chosen = [policy.pick(facts, at=START) for facts in regions(policy)]
    assert [one and one.name for one in chosen] == ["gold", "silver", "rest"]
