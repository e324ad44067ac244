"""Promises of services that contradict each other."""

from __future__ import annotations

import attrs
import pytest
from tests.desk.test_check import START

from incidentcore.conditions import Condition, field
from incidentcore.desk import Agreement, check_desk, load_desk
from incidentcore.words import GERMAN

DAYS_LATE = (
    "response of critical (2 business days) is later than that of high (else: 1 business day)"
)
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
        ('{ critical = "24h always", else = "1 business day" }', []),
        (
            '{ critical = "25h always", else = "1 business day" }',
            ["response of critical (25h) is later than that of high (else: 1 business day)"],
        ),
        # Two business days are more than one, whichever calendar has them.
        (
            '{ critical = "2 business days always", else = "1 business day" }',
            [DAYS_LATE],
        ),
    ],
)
def test_else_is_compared_as_the_target_of_its_levels(response: str, messages: list[str]) -> None:
    """It is the target of the worse levels too that no key names."""
    desk = load_desk(RESPONSES.replace("RESPONSE", response))
    found = [one.message for one in check_desk(desk, start=START) if one.code == "target_order"]
    assert found == messages


@pytest.mark.parametrize(
    ("warning", "codes"),
    [
        ("100%", []),
        ("101%", []),
        ("150%", []),
        ("151%", ["point_far"]),
        ("3h 59m before", []),
        ("4h before", ["warn_too_early"]),
    ],
)
def test_a_warning_is_far_beyond_150_percent_and_early_from_the_start(
    warning: str, codes: list[str]
) -> None:
    """Of four hours, 150 percent is six; four hours before the due is the opening itself."""
    desk = load_desk(RESPONSES.replace("RESPONSE", f'"4h"\nwarn = ["{warning}"]'))
    found = [one.code for one in check_desk(desk, start=START)]
    assert [code for code in found if code in ("point_far", "warn_too_early")] == codes


@pytest.mark.parametrize(
    ("response", "resolution", "is_late"),
    [
        ("4h", "4h", False),
        ("5h", "4h", True),
        ("8h", "1 business day", False),
        ("9h", "1 business day", True),
        ("2 business days", "16h", False),
        ("3 business days", "16h", True),
    ],
)
def test_a_business_day_is_compared_as_eight_hours(
    response: str,
    resolution: str,
    is_late: bool,  # noqa: FBT001
) -> None:
    """In the hours of an office; a response as long as the resolution is in order."""
    text = RESPONSES.replace('"always"', '"office"').replace("RESPONSE", f'"{response}"')
    office = '[calendars]\noffice = { hours = { mon-fri = "08:00-16:00" } }\n[services'
    text = text.replace("[[agreements", f'resolution = "{resolution}"\n[[agreements')
    found = check_desk(load_desk(text.replace("[services", office)), start=START)
    assert ("late_response" in [one.code for one in found]) is is_late


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
        ('kind = "ola"\nwhen = { "opened_by.id" = "ann" }', False),  # whoever opened it stays so
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


@pytest.mark.parametrize(
    ("kind", "others", "asked"),
    [
        ("sla", ['service = "rest"'], ["services.all, rest"]),
        ("ola", ['service = "rest"\nkind = "ola"'], ["services.all, rest"]),
        ("ola", ['service = "all"\nkind = "ola"'], []),  # all records have the one service
        ("ola", ['service = "rest"'], ["services.all"]),  # the other is of another kind
    ],
)
def test_a_change_between_two_services_is_asked_for(
    kind: str, others: list[str], asked: list[str]
) -> None:
    """Of records of the group "net" and all others; two services are enough to change."""
    text = RESPONSES.replace("RESPONSE", '"2h"')
    text = text.replace("[[", '[services.rest]\nlike = "all"\n[[')
    text += f'kind = "{kind}"\nwhen = {{ assignment_group = "net" }}\n'
    text += "".join(f"[[agreements]]\n{other}\n" for other in others)
    found = check_desk(load_desk(text), start=START)
    assert [one.subject for one in found if one.code == "change_undecided"] == asked


@pytest.mark.parametrize(("agreed", "count"), [("spare", 1), ("all", 0)])
def test_only_a_service_that_is_agreed_on_must_promise_to_all(agreed: str, count: int) -> None:
    """The spare one promises an answer to critical records alone."""
    text = RESPONSES.replace("RESPONSE", '"2h"').replace('service = "all"', f'service = "{agreed}"')
    spare = '[services.spare]\ncalendar = "always"\nresponse = { critical = "1h" }\n[['
    found = check_desk(load_desk(text.replace("[[", spare)), start=START)
    promises = [one.subject for one in found if one.code == "no_promise"]
    assert promises == ["services.spare.response"] * count


APPROVED = """desk = 1
name = "x"
[services.all]
calendar = "always"
resolution = "8h"
PAUSE
[[agreements]]
service = "all"
[[approvals]]
stages = [{ of = "person:bo" }]
"""
CALLER = 'pause = { hold_reason = ["awaiting_caller"] }'
WAITS = 'pause = { hold_reason = ["awaiting_caller", "awaiting_approval"] }'
SN = "servicenow_request"
OF_JIRA = '[lifecycle.service_request]\nbase = "jsm_request_with_approval"\n'


@pytest.mark.parametrize(
    ("pause", "old", "new", "states"),
    [
        ("", "", "", []),
        (CALLER, "", "", ["awaiting_approval"]),
        (WAITS, "", "", []),
        ('pause = { state = "on_hold" }', "", "", ["awaiting_approval"]),
        ('pause = { any = [{ state = "awaiting_approval" }, { impact = "low" }] }', "", "", []),
        # Of other records, or without an approval or a clock that could pause, nothing is said.
        (CALLER, '"all"\n[[app', '"all"\nwhen = { record_type = "incident" }\n[[app', []),
        (CALLER, '[[approvals]]\nstages = [{ of = "person:bo" }]\n', "", []),
        (CALLER, "resolution", "response", []),
        (CALLER, "resolution", "update", ["awaiting_approval"]),
        # The states of a tool: one waits for the approval; ServiceNow's requests wait while open.
        (CALLER, "[services", f"{OF_JIRA}[services", ["Waiting for approval"]),
        (CALLER, "[services", f"{OF_JIRA}[services".replace("jsm_request_with_approval", SN), []),
    ],
)
def test_a_pause_that_leaves_out_approvals(
    pause: str, old: str, new: str, states: list[str]
) -> None:
    """It replaces the pause in every state that pauses, so the wait for an approval counts."""
    text = APPROVED.replace(old, new, 1).replace("PAUSE", pause)
    findings = check_desk(load_desk(text), start=START)
    said = [str(one) for one in findings if one.code == "approval_counts"]
    assert said == [
        f"services.all: its pause does not hold in {state}, so the wait for an approval counts"
        for state in states
    ]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (
            field("prioritty").equals(None),
            (
                "prioritty: there is no field 'prioritty'; "
                "the nearest: priority, priority_override, computed_priority"
            ),
        ),
        (
            field("custom.sit").equals("MUC"),
            "custom.sit: the desk does not declare it; add sit to fields",
        ),
        (
            field("priority.name").equals("urgent"),
            "priority.name is 'urgent': priority.name is never urgent; the nearest: none",
        ),
        (
            field("priority").equals("high"),
            (
                "priority is 'high': priority is a level such as Priority.HIGH; "
                "its name is a field below it, never 'high'"
            ),
        ),
        (field("custom.site").equals("MUC"), None),
    ],
)
@pytest.mark.parametrize("part", ["agreements", "escalation", "priority"])
def test_a_condition_built_in_python_names_fields_that_the_desk_has(
    part: str, when: Condition, message: str | None
) -> None:
    """A desk file refuses each; a desk built in Python reads it, and it is never met."""
    desk = load_desk(
        RESPONSES.replace("RESPONSE", '"1h"').replace(
            "[services",
            """
        fields = { site = ["MUC", "NYC"] }
        [priority]
        matrix = "plain_3x3"
        adjust = [{ name = "VIP", when = { impact = "high" }, at_least = "high" }]
        [[escalation]]
        name = "urgent"
        levels = [{ after = "0m", to = "group:x" }]
        [services""",
            1,
        )
    )
    if part == "priority":
        (rule,) = desk.priority.adjustments
        policy = attrs.evolve(desk.priority, adjustments=[attrs.evolve(rule, when=when)])
        desk, subject = attrs.evolve(desk, priority=policy), "priority: VIP"
    elif part == "escalation":
        (row,) = desk.escalation
        desk = attrs.evolve(desk, escalation=[attrs.evolve(row, when=when)])
        subject = "escalation.urgent"
    else:
        rules = [Agreement(when=when, service="all"), *desk.agreements]
        desk, subject = attrs.evolve(desk, agreements=rules), "agreements[1]"
    codes = ("unknown_field", "undeclared", "unknown_value", "wrong_type")
    found = [str(one) for one in check_desk(desk, start=START) if one.code in codes]
    assert found == ([] if message is None else [f"{subject}: {message}"])
