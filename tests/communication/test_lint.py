"""What lint finds in plans that are legal and cannot work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    UpdateTemplate,
    lint_communication,
    major_incident_plan,
)
from incidentcore.conditions import NEVER, Opaque, field
from incidentcore.schedule import BusinessCalendar

START = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MAJOR = field("major_status").equals("accepted")
ONCE = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-01": "09:00-10:00"})

NOT_REACHED = (
    "its hours do not leave 1:30:00 after 2026-06-01 00:00 UTC: no next update would ever be due"
)


def rule(**parts: Any) -> UpdateRule:
    return UpdateRule(**{"name": "all", "audiences": "customers", "every": 30 * MINUTE, **parts})


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ({}, []),
        ({"when": NEVER}, ["rule_never_applies"]),
        ({"when": field("state.open").is_true(), "final": MINUTE}, ["no_final"]),
        ({"when": MAJOR, "stop": MAJOR | field("custom.x").is_true()}, ["nothing_regular"]),
        ({"when": MAJOR, "ends": MAJOR}, ["nothing_regular"]),
        (
            {"when": ~field("custom.calm").is_true(), "ends": field("custom.calm").is_true()}
            | {"final": MINUTE},
            ["no_final"],
        ),
        ({"first": 5 * MINUTE, "notice": 10 * MINUTE}, ["no_notice"]),
        ({"first": 10 * MINUTE, "notice": 10 * MINUTE}, []),
        ({"when": field("majorstatus").equals("accepted")}, ["unknown_field"]),
        ({"when": field("known_error").is_true()}, []),
        ({"templates": UpdateTemplate("n", "{titel}")}, ["unknown_field"]),
        ({"first": 5 * MINUTE, "every": 90 * MINUTE, "calendar": ONCE}, ["unreachable"]),
        ({"every": 24 * 60 * MINUTE, "during": ONCE}, ["unreachable", "unreachable"]),
        ({"when": Opaque("mine", bool)}, []),
    ],
)
def test_what_a_rule_alone_shows(parts: dict[str, Any], codes: list[str]) -> None:
    """Each code where it belongs, and silence where all is well or unknown."""
    plan = CommunicationPlan("status", rule(**parts))

    assert [finding.code for finding in lint_communication(plan, start=START)] == codes


def test_a_rule_behind_a_wider_one_never_applies_to_their_common_audience() -> None:
    """Executives have it to themselves; in the other order all is well."""
    wide = rule(name="wide")
    narrow = rule(name="narrow", audiences=["customers", "executives"], when=MAJOR)

    (finding,) = lint_communication(CommunicationPlan("status", [wide, narrow]), start=START)
    assert finding.subject == "narrow, customers"
    assert str(finding).startswith("narrow, customers: the earlier rule 'wide' matches")
    assert not lint_communication(CommunicationPlan("status", [narrow, wide]), start=START)


def test_the_preset_is_well() -> None:
    """Nothing to find in the plan for major incidents."""
    assert not lint_communication(major_incident_plan(), start=START)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"when": NEVER}, ["no record satisfies its condition"]),
        (
            {"when": MAJOR, "stop": MAJOR, "ends": MAJOR},
            [
                f"where it applies, its {part} always holds: no regular update is ever due"
                for part in ("stop", "ends")
            ],
        ),
        (
            {"first": 5 * MINUTE, "final": 4 * MINUTE, "notice": 10 * MINUTE},
            [
                f"the {kind} update is due before its notice of 0:10:00 is over"
                for kind in ("first", "final")
            ],
        ),
        ({"when": field("majorstatus").present()}, ["no record has a field 'majorstatus'"]),
        ({"stop": field("stopp").present()}, ["no record has a field 'stopp'"]),
        ({"ends": field("end").present()}, ["no record has a field 'end'"]),
        ({"on_change": "prio"}, ["no record has a field 'prio'"]),
        (
            {"first": 5 * MINUTE, "every": 90 * MINUTE, "calendar": ONCE},
            [NOT_REACHED],
        ),
    ],
)
def test_a_finding_says_which_part_and_why(parts: dict[str, Any], said: list[str]) -> None:
    found = lint_communication(CommunicationPlan("status", rule(**parts)), start=START)
    assert [finding.message for finding in found if finding.code != "no_final"] == said
    assert {finding.subject for finding in found} == {"all"}
