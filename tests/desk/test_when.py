"""Conditions in a desk's file: an instant that is reached."""

from __future__ import annotations

import re

import pytest
from tests.desk.small_files import HEAD, SERVICE, loaded
from tests.desk.test_forms import when

from incidentcore.conditions import Condition, field, reached
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.desk import load_desk
from incidentcore.errors import FormatError


def test_an_instant_that_is_reached() -> None:
    """``reached`` holds from the instant that a field holds; false is before it."""
    row = '[[escalation]]\nname = "call"\nwhen = { call_at = { reached = true } }\n'
    levels = 'levels = [{ after = "0m", to = "group:x" }]\n'
    desk = loaded(HEAD + row + levels)
    assert desk.escalation[0].when == reached("custom.call_at")
    other = loaded(HEAD + row.replace("true", "false") + levels)
    assert other.escalation[0].when != desk.escalation[0].when
    later = loaded(HEAD + row.replace("reached = true", 'later_than = "opened_at"') + levels)
    assert later.escalation[0].when.fields == {"custom.call_at", "opened_at"}
    with pytest.raises(FormatError, match="true or false"):
        load_desk(HEAD + row.replace("true", '"yes"') + levels)


def test_a_reason_is_one_of_those_offered_unless_any_text_is() -> None:
    """The textbook's lifecycle asks for a reason in words."""
    row = '[[escalation]]\nname = "p"\nwhen = { hold_reason = "the moon" }\n'
    row += 'levels = [{ after = "0m", to = "group:x" }]\n'
    with pytest.raises(FormatError, match="hold_reason: got 'the moon'; allowed: "):
        load_desk(HEAD + row)
    desk = loaded(f'{HEAD}[lifecycle.incident]\nbase = "textbook_incident"\n{row}')
    assert desk.escalation[0].when == field("hold_reason").equals("the moon")


_VPN = field("category").starts_with("network", "vpn")


@pytest.mark.parametrize(
    ("shape", "condition"),
    [
        ('category = "network/vpn"', _VPN),
        ('category = " network / vpn "', _VPN),
        (
            'category = ["network/vpn", "data"]',
            _VPN | FieldTest("category", "starts_with", ("data",)),
        ),
        ('category = { starts_with = "network/vpn" }', _VPN),
        ('category = { starts_with = ["network", "vpn"] }', _VPN),
        ('title = { starts_with = "network/vpn" }', field("title").starts_with("network/vpn")),
        ('title = "network/vpn"', field("title").equals("network/vpn")),
        ('title = ["a/b", "c"]', field("title").is_in("a/b", "c")),
        ('tags = "network/vpn"', field("tags").contains("network/vpn")),
        ('tags = ["a/b", "c"]', field("tags").intersects("a/b", "c")),
    ],
)
def test_the_path_of_a_category_alone_is_split(shape: str, condition: Condition) -> None:
    """A slash in any other text is a character like others."""
    desk = loaded(HEAD + SERVICE.partition("[[")[0] + when(shape))
    assert desk.agreements[0].when == condition


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        *((name, '"x"', "a number") for name in ("reopen_count", "support_tier")),
        *(
            (name, "5", "a date such as 2026-12-31, or a time with it")
            for name in ("opened_at", "unanswered_since", "snoozed_until", "call_at")
        ),
        *(
            (name, "5", "true or false")
            for name in (
                *("acknowledged", "known_error", "major", '"state.open"', '"state.pauses"'),
                *('"state.resolved"', '"state.final"', '"state.is_canceled"'),
            )
        ),
        *((name, "5", "a text") for name in ("title", "service", "assignee", "status")),
        *(
            (name, '"x"', "one of critical, high, moderate, low, planning")
            for name in ("priority", "computed_priority", "priority_override", '"priority.name"')
        ),
        *((name, '"x"', "one of high, medium, low") for name in ("impact", "urgency")),
        ("type", '"x"', "one of incident, problem, service_request"),
        ("hold_reason", '"x"', "one of awaiting_caller"),
        ("state", '"x"', "one of new, in_progress, on_hold"),
    ],
)
def test_a_value_has_the_type_of_its_field(name: str, value: str, allowed: str) -> None:
    """Another one could never be met."""
    with pytest.raises(FormatError, match=rf"allowed: {re.escape(allowed)}"):
        load_desk(HEAD + SERVICE.partition("[[")[0] + when(f"{name} = {value}"))


@pytest.mark.parametrize("name", ["labels.team", "annotations.runbook"])
def test_a_label_is_a_field_of_alerts_alone(name: str) -> None:
    """An escalation asks a record, which has none."""
    row = f'[[escalation]]\nname = "call"\nwhen = {{ "{name}" = "x" }}\n'
    with pytest.raises(FormatError, match="a field of records, or one declared in fields"):
        load_desk(HEAD + row + 'levels = [{ after = "0m", to = "group:x" }]\n')
