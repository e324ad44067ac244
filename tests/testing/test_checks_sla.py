"""The laws of clocks, for rules of your own: what the check finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.sla.test_lint import CRITICAL, HIGH, STATES, VIP, resolution

from incidentcore.conditions import ALWAYS, NEVER, field
from incidentcore.records import Assigned, Classified, FieldsChanged, Prioritized
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import CalendarByField, ServiceLevel, SlaPolicy
from incidentcore.testing import check_sla
from incidentcore.testing.strategies_sla import _conditions, change_of, words_of
from incidentcore.values import Impact, Priority


def test_check_sla_runs_the_lint_and_what_the_caller_states() -> None:
    """A shadowed rule, a dead stop, a record without a definition, a VIP who waits longer."""
    shadowed = SlaPolicy([(HIGH, resolution()), (CRITICAL, resolution(name="critical"))])
    with pytest.raises(AssertionError, match="shadowed"):
        check_sla(shadowed)
    with pytest.raises(AssertionError, match="never_stops"):
        check_sla(resolution(stop=field("state.name").equals("solved")), domains=STATES)
    gap = SlaPolicy([(HIGH, resolution())])
    with pytest.raises(AssertionError, match="no rule and no default"):
        check_sla(gap)
    slow = SlaPolicy(
        [(VIP, resolution(name="vip", target=timedelta(hours=9)))], default=resolution()
    )
    with pytest.raises(AssertionError, match="at least as good"):
        check_sla(slow, at_least_as_good=[(VIP, ALWAYS)])
    other = SlaPolicy(
        [(HIGH, resolution(name="high", target=timedelta(hours=2))), (VIP, resolution(name="vip"))],
        default=resolution(name="rest", target=timedelta(hours=9)),
    )
    check_sla(other, at_least_as_good=[(VIP, ALWAYS)])
    check_sla(gap, within=NEVER)


@pytest.mark.parametrize(
    ("path", "value", "event", "fields"),
    [
        ("custom.wait", True, FieldsChanged, {"fields": {"custom": {"wait": True}}}),
        ("custom.a.b", True, None, {}),
        ("priority", Priority.HIGH, Prioritized, {"fields": {"priority_override": Priority.HIGH}}),
        ("priority.name", "high", Prioritized, {"fields": {"priority_override": Priority.HIGH}}),
        ("state.name", "new", None, {}),
        ("assignment_group", "mail", Assigned, {"fields": {"assignment_group": "mail"}}),
        ("impact", Impact.HIGH, Prioritized, {"fields": {"impact": Impact.HIGH}}),
        ("impact", None, Prioritized, {"fields": {"impact": None}}),
        ("impact", "high", None, {}),
        ("category", "mail", Classified, {"category": ("mail",)}),
        ("category", ("mail", "smtp"), Classified, {"category": ("mail", "smtp")}),
        ("service", "shop", FieldsChanged, {"fields": {"service": "shop"}}),
        ("opened_at", None, None, {}),
    ],
)
def test_a_field_is_set_by_the_event_that_may_set_it(
    path: str, value: object, event: type | None, fields: dict[str, object]
) -> None:
    """What follows from the history cannot be set at all."""
    assert change_of(path, value) == (None if event is None else (event, fields))


def test_a_calendar_that_a_field_chooses_is_among_what_is_tried() -> None:
    """Each value of its table, for a clock alone, in a policy and in a service level."""
    by_site = CalendarByField(
        "custom.site", {"north": BusinessCalendar.always()}, BusinessCalendar.always()
    )
    clock = resolution(calendar=by_site)
    policy = SlaPolicy([(VIP, clock)])
    for rules in (clock, policy, ServiceLevel([policy])):
        asked = [*_conditions(rules)]
        assert field("custom.site").equals("north") in asked
        assert (VIP in asked) == (rules is not clock)
        assert ("custom.site", "north") in words_of(asked)
