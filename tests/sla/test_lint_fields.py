"""Fields, values and kinds of event that a definition names wrongly (S10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.sla.desk import OFFICE
from tests.sla.test_lint import DONE, OPEN, STATES, codes, resolution

from incidentcore.conditions import NEVER, Condition, before, field, reached
from incidentcore.lifecycle import HOLD_REASONS
from incidentcore.sla import (
    CalendarByField,
    DueDate,
    SlaDefinition,
    lint_sla,
)
from incidentcore.sla.lint_fields import _kinds_of
from incidentcore.values import Priority


class SubText(str):
    """A text of another library."""

    __slots__ = ()


class SubDatetime(datetime):
    """An instant of another library."""


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
            resolution(start=OPEN & field("assignment_group").is_in(("net", "mail"))),
            "nested_values",
            "is_in(a, b)",
        ),
        (resolution(reset=field("kind").equals("comented")), "unknown_kind", "commented"),
        (resolution(reset=field("knd").equals("commented")), "unknown_field", "kind"),
        (resolution(pause=field("state.puases").is_true()), "unknown_field", "pauses"),
        (resolution(resume=field("state.opne").is_true()), "unknown_field", "open"),
        (resolution(stop=field("state.resloved").is_true()), "unknown_field", "resolved"),
        (resolution(cancel=field("state.finla").is_true()), "unknown_field", "final"),
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
    ("pause", "named"),
    [
        (
            field("hold_reason").equals("awaiting_user"),
            "hold_reason is never awaiting_user; the nearest: awaiting_vendor, awaiting_",
        ),
        (field("hold_reason").is_in("awaiting_vendor", "vendor"), "hold_reason is never vendor"),
        (
            field("state.name").equals("on_hodl"),
            "is never on_hodl; the nearest: on_hold",
        ),
        (field("hold_reason").equals("awaiting_vendor"), ""),
        (~field("hold_reason").is_in("awaiting_vendor") & ~OPEN, ""),
        (field("assignment_group").equals("net"), ""),
    ],
)
def test_a_word_that_a_closed_set_does_not_have(pause: Condition, named: str) -> None:
    """A pause on a misspelt reason never holds; without all the words, any text may come."""
    clock = resolution(pause=pause)
    closed = {"hold_reason": HOLD_REASONS, **STATES}
    found = [each for each in lint_sla(clock, domains=closed) if each.code == "unknown_value"]
    assert [named in each.message for each in found] == [True] * bool(named)
    assert "unknown_value" not in codes(clock)
    for reason in HOLD_REASONS:
        assert "unknown_value" not in codes(
            resolution(pause=field("hold_reason").equals(reason)), domains=closed
        )


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


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (field("known_error").equals(True), []),
        (field("known_error").equals(1), ["wrong_type"]),
        (field("reopen_count").equals(1), []),
        (field("reopen_count").is_in(1, "3"), ["wrong_type"]),
        (field("reopen_count") > "3", ["wrong_type"]),
        (field("reopen_count") >= "3", ["wrong_type"]),
        (field("reopen_count") < "3", ["wrong_type"]),
        (field("reopen_count") <= "3", ["wrong_type"]),
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


@pytest.mark.parametrize(
    ("hint", "kinds"),
    [
        (str, (str,)),
        (str | None, (str,)),
        (str | int, (str, int)),
        (str | bytes, ()),  # what else a value may be is not known
        (tuple[str, ...] | None, (tuple,)),
        (Any, ()),
    ],
)
def test_the_types_that_a_field_may_have(hint: Any, kinds: tuple[type, ...]) -> None:
    """None where any type may occur, so that no value is called wrong."""
    assert _kinds_of(hint) == kinds
