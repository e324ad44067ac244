"""What the lint finds in promises and policies, with facts that show it (S10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import ALWAYS, NEVER, Condition, Opaque, before, field, reached
from incidentcore.lifecycle import STANDARD
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    lint_sla,
    lint_sla_policy,
)
from incidentcore.sla.urgency import is_later
from incidentcore.testing import check_sla
from incidentcore.values import Priority

from .desk import ALWAYS_OPEN, OFFICE

OPEN = field("state.open").is_true()
HOLD = field("state.pauses").is_true()
DONE = field("state.resolved").is_true()
VIP = field("custom.vip").is_true()


class SubText(str):
    """A text of another library."""

    __slots__ = ()


class SubDatetime(datetime):
    """An instant of another library."""


ONE_DAY = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-01": "09:00-17:00"})


def calendar_of(hours: dict[str, str]) -> BusinessCalendar:
    return BusinessCalendar(zone="UTC", hours=hours)


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
    assert found == [(finding.subject, finding.message) for finding in lint_sla_policy(policy)]


def test_a_policy_tells_what_is_wrong_with_its_definitions() -> None:
    """Each definition once."""
    trap = resolution(name="trap", start=HOLD, pause=OPEN)
    policy = SlaPolicy([(VIP, trap), (HIGH, trap)], default=resolution())
    assert [(f.subject, f.code) for f in lint_sla_policy(policy)] == [("trap", "always_paused")]


def test_a_rule_that_cannot_be_read_is_unknown() -> None:
    """A function of the caller's: whether anything is left for the next rule cannot be told."""
    policy = SlaPolicy([(Opaque("mine", lambda _: True), resolution()), (VIP, resolution())])
    assert [(finding.subject, finding.code) for finding in lint_sla_policy(policy)] == [
        ("rule 1", "unknown"),
        ("rule 2", "unknown"),
    ]


def codes(definition: SlaDefinition, **more: Any) -> list[str]:
    return [finding.code for finding in lint_sla(definition, **more)]


STATES = {"state": STANDARD["incident"].states}


@pytest.mark.parametrize(
    ("definition", "found", "named"),
    [
        (resolution(stop=field("state.name").equals("solved")), "never_stops", ""),
        (resolution(stop=field("state.open").is_true() & ~OPEN), "never_stops", ""),
        (resolution(pause=field("custom.planned_at").present()), "pause_never_ends", "reached("),
        (resolution(resume=NEVER), "never_resumes", ""),
        (resolution(start=OPEN & field("prioritty").present()), "unknown_field", "priority"),
        (resolution(start=OPEN & field("state.opne").is_true()), "unknown_field", "open"),
        (resolution(start=OPEN & field("priority").equals("high")), "wrong_type", "Priority.HIGH"),
        (resolution(start=OPEN & field("priority").is_true()), "wrong_type", "Priority.HIGH"),
        (resolution(stop=DONE | (field("reopen_count") > "3")), "wrong_type", "a number"),
        (
            resolution(start=OPEN & field("assignment_group").is_in(["net", "mail"])),
            "nested_values",
            "is_in(a, b)",
        ),
        (resolution(reset=field("kind").equals("comented")), "unknown_kind", "commented"),
        (resolution(reset=field("knd").equals("commented")), "unknown_field", "kind"),
        (resolution(target=DueDate("custon.due")), "unknown_field", "custom"),
        (resolution(starts_from="detected"), "unknown_field", "detected_at"),
        (resolution(calendar=CalendarByField("customs.a", {}, OFFICE)), "unknown_field", "custom"),
    ],
)
def test_planted_mistakes_are_found(definition: SlaDefinition, found: str, named: str) -> None:
    """Each is found by its code, and the message names what is meant."""
    findings = [each for each in lint_sla(definition, domains=STATES) if each.code == found]
    assert findings
    assert named in findings[0].message


@pytest.mark.parametrize(
    "definition",
    [
        resolution(start=OPEN & (field("priority") >= Priority.HIGH)),
        resolution(start=OPEN & field("assignment_group").is_in("net", "mail")),
        resolution(start=OPEN & field("custom.a.b").equals(3), pause=before("custom.until")),
        resolution(start=reached("custom.starts"), starts_from="detected_at"),
        resolution(stop=field("last_public_update_at").later_than(field("assigned_at"))),
        resolution(start=OPEN & (field("support_tier") >= 2) & field("tags").contains("vip")),
        resolution(start=OPEN & field("category").starts_with("network")),
        resolution(start=OPEN & field("approval.state").equals("x") | OPEN),
        resolution(reset=field("by.role").equals("agent") & field("visibility").equals("public")),
        SlaDefinition.first_response(hours=1, calendar=OFFICE, agent_spoke_first=True),
    ],
)
def test_what_is_meant_is_left_alone(definition: SlaDefinition) -> None:
    """Neighbors of the mistakes that are none."""
    assert not {*codes(definition)} & {
        *("unknown_field", "wrong_type", "nested_values", "unknown_kind", "never_stops"),
        *("pause_never_ends", "never_resumes", "never_attaches", "never_starts"),
    } - ({"unknown_field"} if "approval" in str(definition.start) else set())


def test_a_domain_of_names_makes_no_false_never_attaches() -> None:
    """States that the rules do not mention satisfy what is said of the others."""
    clock = resolution(start=~field("state.name").equals("new"), stop=DONE)
    names = {"state.name": ("new", "in_progress", "resolved")}
    assert codes(clock, domains=names) == []
    assert (
        codes(resolution(start=~field("state.name").equals("new"), stop=DONE), domains=STATES) == []
    )


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
    assert lint_sla_policy(by_level(critical=4, high=8, moderate=24)) == ()
    (finding,) = lint_sla_policy(by_level(critical=40, high=8, moderate=24))
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
        assert found == [finding.code for finding in lint_sla_policy(policy)]


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


def test_targets_that_cannot_be_compared_are_not_inverted() -> None:
    """A due read from a field, a calendar that has ended, and a rule on an unknown field."""
    rest = SlaDefinition.resolution(hours=8, calendar=OFFICE, name="rest")
    for rule in (
        (CRITICAL, resolution(name="critical", target=DueDate("custom.due"))),
        (CRITICAL, resolution(name="critical", calendar=ONE_DAY, target=timedelta(hours=9))),
        (CRITICAL & field("priorty.name").equals("x"), resolution()),
    ):
        for rules in ([rule], [(CRITICAL, rest), rule]):
            found = lint_sla_policy(SlaPolicy(rules, default=rest))
            assert "inverted_targets" not in {one.code for one in found}


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


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (field("known_error").equals(True), []),
        (field("known_error").equals(1), ["wrong_type"]),
        (field("reopen_count").equals(1), []),
        (field("reopen_count").equals(True), ["wrong_type"]),
        (field("state.name").equals("new"), []),
        (field("state.name").equals(5), ["wrong_type"]),
        (field("opened_at").equals(SubDatetime(2026, 6, 1, tzinfo=UTC)), []),
        (field("title").is_in("a", "b"), []),
        (field("title").equals(SubText("a")), []),
        (field("title").is_in("a", 5), ["wrong_type"]),
    ],
    ids=str,
)
def test_a_value_is_of_a_type_that_its_field_has(when: Condition, found: list[str]) -> None:
    """A truth is not a number, and a subclass is of the type of its base."""
    assert [
        one.code for one in lint_sla(resolution(pause=when)) if one.code == "wrong_type"
    ] == found


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


def test_a_rule_is_read_by_its_number() -> None:
    """A path that no record has, in the second rule, beside one that every record has."""
    rules = [(field("impact").present(), resolution()), (field("impcat").present(), resolution())]
    found = lint_sla_policy(SlaPolicy(rules))
    assert ("rule 2", "unknown_field") in [(one.subject, one.code) for one in found]


def test_a_due_by_a_time_of_day_can_be_reached() -> None:
    """It comes from the target itself, without counting open time."""
    daily = SlaDefinition.resolution(target=ByTimeOfDay("16:00"), calendar=OFFICE)
    assert codes(daily) == []
    never = attrs.evolve(daily, calendar=ONE_DAY)
    assert codes(never, starts=[datetime(2026, 6, 2, tzinfo=UTC)]) == ["unreachable_target"]


def test_a_definition_that_cannot_be_compared_is_not_later() -> None:
    """Where no start of a week has a due on both sides, neither is later."""
    over = SlaDefinition.resolution(hours=20, calendar=ONE_DAY)
    day = SlaDefinition.resolution(hours=8, calendar=ALWAYS_OPEN)
    assert not is_later(over, day, Incident.default_facts())
    assert not is_later(day, over, Incident.default_facts())
