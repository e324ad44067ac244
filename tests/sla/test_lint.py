"""What the lint finds in promises and policies, with facts that show it (S10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import NEVER, Opaque, field
from incidentcore.lifecycle import STANDARD
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    lint_sla,
)
from incidentcore.values import Priority

from .desk import ALWAYS_OPEN, OFFICE

OPEN = field("state.open").is_true()
HOLD = field("state.pauses").is_true()
DONE = field("state.resolved").is_true()
VIP = field("custom.vip").is_true()


ONE_DAY = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-01": "09:00-17:00"})


def resolution(**more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=8, calendar=ALWAYS_OPEN), **more)


@pytest.mark.parametrize(
    ("definition", "codes"),
    [
        (resolution(), []),
        (SlaDefinition.first_response(hours=1, calendar=OFFICE), []),
        (SlaDefinition.next_response(hours=1, calendar=OFFICE), []),
        (SlaDefinition.update(every=timedelta(hours=1), calendar=OFFICE), []),
        (resolution(start=NEVER), ["never_starts"]),
        (resolution(start=OPEN & field("state.final").is_true()), ["never_starts"]),
        (resolution(start=OPEN & VIP, stop=OPEN), ["never_attaches"]),
        (resolution(start=OPEN & VIP, cancel=VIP), ["never_attaches"]),
        (resolution(start=HOLD, pause=OPEN), ["always_paused"]),
        (resolution(start=HOLD, pause=OPEN, resume=VIP), []),
        (resolution(start=OPEN & ~HOLD, cancel_when_start_ends=True), ["pause_cancels"]),
        (resolution(start=OPEN & ~HOLD), []),
        (resolution(calendar=ONE_DAY, target=timedelta(hours=9)), ["unreachable_target"]),
        (resolution(calendar=ONE_DAY, target=timedelta(hours=8)), []),
        (resolution(calendar=ONE_DAY, target=BusinessDays(2)), ["unreachable_target"]),
        (
            resolution(
                calendar=CalendarByField("custom.site", {"pop-up": ONE_DAY}, OFFICE),
                target=timedelta(hours=9),
            ),
            ["unreachable_target"],
        ),
        (resolution(pause=Opaque("waits", lambda _: True)), ["unknown"]),
    ],
)
def test_lint_sla(definition: SlaDefinition, codes: list[str]) -> None:
    """The traps of ServiceNow's page, and targets that no calendar reaches."""
    assert codes == [finding.code for finding in lint_sla(definition)]


def test_a_finding_comes_with_facts_that_show_it() -> None:
    """The witness satisfies start, and with it what start implies."""
    trap = resolution(start=OPEN & VIP, stop=OPEN)
    (finding,) = lint_sla(trap)
    facts = dict(finding.witness or {})
    assert trap.start.matches(facts)
    assert trap.stop.matches(facts)


def test_the_lifecycle_may_be_what_decides() -> None:
    """Known states make a question answerable that is open otherwise."""
    waits = resolution(start=field("state.name").equals("on_hold"))
    assert [finding.code for finding in lint_sla(waits)] == []
    domains = {"state": STANDARD["incident"].states}
    assert [finding.code for finding in lint_sla(waits, domains=domains)] == ["always_paused"]


def test_a_target_is_tried_from_the_starts_that_are_given() -> None:
    """The one day of the calendar lies behind."""
    late = datetime(2027, 1, 1, tzinfo=UTC)
    definition = resolution(calendar=ONE_DAY, target=timedelta(hours=1))
    assert [f.code for f in lint_sla(definition, starts=[late])] == ["unreachable_target"]


HIGH, CRITICAL = field("priority") >= Priority.HIGH, field("priority") >= Priority.CRITICAL


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (SlaPolicy([(CRITICAL, resolution()), (HIGH, resolution(name="high"))]), []),
        (
            SlaPolicy([(HIGH, resolution()), (CRITICAL, resolution(name="critical"))]),
            [("rule 2", "it never matches: rule 1 takes every record that it is for")],
        ),
        (
            SlaPolicy([(VIP, resolution()), (~VIP, resolution()), (HIGH, resolution())]),
            [("rule 3", "it never matches: rules 1 and 2 take every record that it is for")],
        ),
        (
            SlaPolicy([(VIP, resolution()), (~VIP, resolution())], default=resolution()),
            [("default", "it never matches: rules 1 and 2 take every record")],
        ),
        (
            SlaPolicy([(VIP & ~VIP, resolution())]),
            [("rule 1", "no facts satisfy its condition")],
        ),
        (
            SlaPolicy(
                [
                    (VIP, resolution(target=timedelta(hours=8))),
                    (HIGH | VIP, resolution(target=timedelta(hours=4), name="short")),
                ],
                match="shortest",
            ),
            [("rule 1", "it never matches: rule 2 takes every record that it is for")],
        ),
    ],
)
def test_lint_policy(policy: SlaPolicy, found: list[tuple[str, str]]) -> None:
    """Rules that never match, told with the rules that take their records."""
    assert found == [(finding.subject, finding.message) for finding in lint_sla(policy)]


def test_a_policy_tells_what_is_wrong_with_its_definitions() -> None:
    """Each definition once."""
    trap = resolution(name="trap", start=HOLD, pause=OPEN)
    policy = SlaPolicy([(VIP, trap), (HIGH, trap)], default=resolution())
    assert [(f.subject, f.code) for f in lint_sla(policy)] == [("trap", "always_paused")]


def test_a_service_level_is_checked_clock_by_clock() -> None:
    """Its definitions and policies in their order, each as it is checked alone."""
    trap = resolution(name="trap", start=HOLD, pause=OPEN)
    never = resolution(name="never", start=NEVER)
    level = ServiceLevel([never, SlaPolicy([], default=trap)])
    assert [(f.subject, f.code) for f in lint_sla(level)] == [
        ("never", "never_starts"),
        ("trap", "always_paused"),
    ]


def test_a_rule_that_cannot_be_read_is_unknown() -> None:
    """A function of the caller's: whether anything is left for the next rule cannot be told."""
    policy = SlaPolicy([(Opaque("mine", lambda _: True), resolution()), (VIP, resolution())])
    assert [(finding.subject, finding.code) for finding in lint_sla(policy)] == [
        ("rule 1", "unknown"),
        ("rule 2", "unknown"),
    ]


def codes(definition: SlaDefinition, **more: Any) -> list[str]:
    return [finding.code for finding in lint_sla(definition, **more)]


STATES = {"state": STANDARD["incident"].states}


def test_a_domain_of_names_makes_no_false_never_attaches() -> None:
    """States that the rules do not mention satisfy what is said of the others."""
    clock = resolution(start=~field("state.name").equals("new"), stop=DONE)
    names = {"state.name": ("new", "in_progress", "resolved")}
    assert codes(clock, domains=names) == []
    assert (
        codes(resolution(start=~field("state.name").equals("new"), stop=DONE), domains=STATES) == []
    )


UNREADABLE = Opaque("mine", lambda _: True)
MOMENT = field("custom.waits_at").present()


@pytest.mark.parametrize(
    ("definition", "found"),
    [
        (resolution(pause=UNREADABLE, cancel_when_start_ends=True), ["unknown"] * 2),
        (
            resolution(start=OPEN & VIP, pause=HOLD & ~VIP, cancel_when_start_ends=True),
            ["pause_cancels"],
        ),
        (resolution(start=OPEN & VIP, pause=HOLD, cancel_when_start_ends=True), []),
        (resolution(cancel=UNREADABLE), ["unknown"]),
        (resolution(pause=MOMENT), ["pause_never_ends"]),
        (resolution(pause=MOMENT & VIP), []),  # it may end with the other part
        (resolution(pause=MOMENT | VIP), ["pause_never_ends"]),
    ],
)
def test_what_a_pause_may_do(definition: SlaDefinition, found: list[str]) -> None:
    """A function of the caller's leaves open what it means; a moment once set stays set."""
    assert [one.code for one in lint_sla(definition)] == found


def test_a_rule_is_read_by_its_number() -> None:
    """A path that no record has, in the second rule, beside one that every record has."""
    rules = [(field("impact").present(), resolution()), (field("impcat").present(), resolution())]
    found = lint_sla(SlaPolicy(rules))
    assert ("rule 2", "unknown_field") in [(one.subject, one.code) for one in found]


def test_a_due_by_a_time_of_day_can_be_reached() -> None:
    """It comes from the target itself, without counting open time."""
    daily = SlaDefinition.resolution(target=ByTimeOfDay("16:00"), calendar=OFFICE)
    assert codes(daily) == []
    never = attrs.evolve(daily, calendar=ONE_DAY)
    assert codes(never, starts=[datetime(2026, 6, 2, tzinfo=UTC)]) == ["unreachable_target"]


def test_what_is_never_canceled_by_rule_is_not_asked() -> None:
    """A start that a stop excludes attaches nothing; without a cancel there is nothing to prove."""
    trap = resolution(start=OPEN & VIP, stop=OPEN, cancel=NEVER, pause=NEVER)
    (finding,) = lint_sla(trap)
    assert (finding.code, finding.data["condition"]) == ("never_attaches", "stop")
    other = resolution(start=OPEN & VIP, stop=DONE, cancel=VIP, pause=NEVER)
    (finding,) = lint_sla(other)
    assert (finding.code, finding.data["condition"]) == ("never_attaches", "cancel")
    assert codes(resolution(start=OPEN & VIP, stop=DONE, cancel=NEVER, pause=NEVER)) == []
