"""Promises of services that contradict each other."""

from __future__ import annotations

import pytest
from tests.desk.test_check import START

from incidentcore.desk import check_desk, load_desk
from incidentcore.words import GERMAN

RESPONSES = """desk = 1
name = "x"
[services.all]
calendar = "always"
response = RESPONSE
[[agreements]]
service = "all"
"""


@pytest.mark.parametrize(
    ("response", "messages"),
    [
        (
            '{ high = "4h", else = "3 business days" }',
            ["response of critical (else: 3 business days) is later than that of high (4h)"],
        ),
        (
            '{ critical = "1h", high = "2h", else = "1h" }',
            ["response of high (2h) is later than that of moderate (else: 1h)"],
        ),
        ('{ critical = "1h", planning = "8h", else = "4h" }', []),
        # A target that is neither a span nor a number of days has no length to compare.
        ('{ critical = "by 12:00 +2 business days", else = "1h" }', []),
        # Twelve hours around the clock end before any business day does, those of an office not.
        ('{ critical = "12h always", else = "1 business day" }', []),
        (
            '{ critical = "25h always", else = "1 business day" }',
            ["response of critical (25h) is later than that of high (else: 1 business day)"],
        ),
    ],
)
def test_else_is_compared_as_the_target_of_its_levels(response: str, messages: list[str]) -> None:
    """It is the target of the worse levels too that no key names."""
    desk = load_desk(RESPONSES.replace("RESPONSE", response))
    found = [one.message for one in check_desk(desk, start=START) if one.code == "target_order"]
    assert found == messages


def test_a_response_by_else_is_compared_with_the_resolution_of_each_level() -> None:
    """Four hours to answer what is due in two; the levels of the other pair are fine."""
    both = '{ else = "4h" }\nresolution = { critical = "2h", else = "8h" }'
    desk = load_desk(RESPONSES.replace("RESPONSE", both))
    (found,) = [one for one in check_desk(desk, start=START) if one.code == "late_response"]
    assert found.message == "the response of critical (4h) is later than its resolution (2h)"
    assert found.in_words(GERMAN).endswith(" bei critical (4h) ist später als die Lösung (2h)")


@pytest.mark.parametrize(
    ("agreement", "is_asked"),
    [
        ('kind = "ola"\nwhen = { assignment_group = "net" }', True),
        ('kind = "contract"\nwhen = { priority = "critical" }', True),
        ('kind = "ola"', False),
        ('kind = "ola"\nwhen = { type = "incident" }', False),
        ('when = { assignment_group = "net" }', False),  # no_service says more
    ],
)
def test_an_agreement_of_some_records_asks_what_a_change_does(
    agreement: str,
    is_asked: bool,  # noqa: FBT001
) -> None:
    """A ticket comes to the group after three hours: since when do its two hours count?"""
    text = RESPONSES.replace("RESPONSE", '"2h"')
    text = text.replace('service = "all"', f'service = "all"\n{agreement}')
    for choice, asked in (("", is_asked), ('on_change = "restart"\n', False)):
        desk = load_desk(text.replace("calendar", f"{choice}calendar"))
        codes = [one.code for one in check_desk(desk, start=START)]
        assert ("change_undecided" in codes) is asked
