"""Findings on a desk, each with its part."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.desk.test_check import START
from tests.desk.test_desk import TEXT

from incidentcore.desk import Desk, DeskField, check_desk, load_desk
from incidentcore.desk.findings import desk_domains
from incidentcore.priority import STANDARD_POLICY
from incidentcore.values import CLOSED, NEW, RESOLVED, LintFinding

DAY_SHIFT = 'layers = [{ people = "dana", during = "munich" }]'
SWAP = """overrides = [{ from = "2026-12-24T09:00", to = "2026-12-25T09:00", people = "anna", \
replaces = "bem" }]
"""


OWN_CLOCK = """[services.silver]
calendar = "by_site"
clocks = { work = { targets = "8h", start = { state = "on_hold" }, stop = { state = "closed" } } }
[services.old]
"""


APPS = '[categories]\nrules = [{ when = { service = "x" }, group = "apps" }]\n'


# The code, what is replaced in the clean file, and by what.
PLANTED: list[tuple[str, str, str]] = [
    ("no_service", '[[agreements]]\nservice  = "silver"\n', ""),
    ("no_promise", ', else = "5 business days"', ""),
    ("no_promise", ', else = "1 business day"', ""),
    ("never_matches", 'when     = { contract = "gold" }\n', ""),
    ("never_matches", ", opened_at = { from = 2027-01-01 }", ""),
    ("change_undecided", 'on_change  = "keep_elapsed"\n', ""),
    ("clock_missing", '"resolution 80%"', '"repair 80%"'),
    ("target_order", 'resolution = { critical = "8h"', 'resolution = { critical = "80h"'),
    ("target_order", 'moderate = "3 business days"', 'moderate = "30 business days"'),
    ("target_order", 'response   = { critical = "30m"', 'response   = { critical = "9h"'),
    ("late_response", 'response   = { critical = "30m"', 'response   = { critical = "9h"'),
    ("warn_too_early", '"50%", "80%"', '"1h before"'),
    ("point_far", '"50%", "80%"', '"500%"'),
    ("point_far", '"resolution 80%"', '"resolution 800%"'),
    ("update_order", 'first = "30m"', 'first = "300m"'),
    ("update_order", 'every = "1h"', 'every = "10h"'),
    ("update_order", 'final = "1h"', 'final = "10h"'),
    ("level_at_once", '{ after = "15m"', '{ after = "0m"'),
    (
        "level_after_clock",
        '"group:service_managers" }]',
        '"group:service_managers" }, { after = "1h", to = "role:duty_manager" }]',
    ),
    ("many_approvers", "need = 2", "need = 20"),
    ("approval_long", 'within = "3 business', 'within = "30 business'),
    ("closes_late", 'close_after   = "5 ', 'close_after   = "50 '),
    ("days_of_open_time", 'close_after   = "5 business days"', 'close_after   = "5d"'),
    ("first_calendar", 'calendar      = "munich"\n', ""),
    ("approval_counts", ', "awaiting_approval"]', "]"),
    ("holidays_end", '"DE", subdivision = "BY", years = "2026-2028"', '"DE", years = "2026"'),
    (
        "on_call_gap",
        "[oncall.operations]\nlayers",
        f"[oncall.day]\n{DAY_SHIFT}\n[oncall.operations]\nlayers",
    ),
    (
        "unused",
        "[oncall.operations]\nlayers",
        f"[oncall.day]\n{DAY_SHIFT}\n[oncall.operations]\nlayers",
    ),
    ("override_misses", "[[escalation]]\n", SWAP + "[[escalation]]\n"),
    ("unused", "[services.gold]\n", '[services.lost]\nlike = "silver"\n[services.gold]\n'),
    ("unused", "[priority]\n", 'spare = { hours = { mon = "08:00-09:00" } }\n[priority]\n'),
    ("unused", 'vip = "bool", ', 'vip = "bool", spare = "text", '),
    ("state_without_clock", "[services.silver]\n", OWN_CLOCK),
    ("state_without_updates", "{ any = [{ priority", '{ state = "new", any = [{ priority'),
    ("group_not_escalated", "[oncall.operations]\n", APPS + "[oncall.operations]\n"),
]


def planted(code: str, old: str, new: str) -> list[LintFinding]:
    """Return the findings of a code in the clean file with a change."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    if code == "state_without_clock":  # nothing else has a clock
        text = text.replace('like       = "silver"\nresponse', 'like       = "old"\nresponse')
        text = text[: text.index("[[agreements]]")] + '[[agreements]]\nservice = "silver"\n'
    return [one for one in check_desk(load_desk(text), start=START) if one.code == code]


@pytest.mark.table
def test_each_planted_mistake_is_said_with_its_part() -> None:
    """Each mistake has its findings, line by line, in the order of the table above."""
    said = [[str(one) for one in planted(*row)] for row in PLANTED]
    assert all(said)
    expected = Path(__file__).with_name("planted_findings.txt").read_text(encoding="utf-8")
    assert list(itertools.chain(*said)) == expected.splitlines()


def test_the_values_that_a_field_may_have_on_a_desk() -> None:
    """States of all its lifecycles, its levels, and what its own fields declare."""
    small = Desk(
        name="x", fields=[DeskField("vip", "bool"), DeskField("site", "word", words=("a", "b"))]
    )
    domains = desk_domains(small)
    assert set(domains) == {"priority", "state", "record_type", "custom.vip", "custom.site"}
    assert {NEW, RESOLVED, CLOSED} <= set(domains["state"])
    assert domains["priority"] == (*STANDARD_POLICY.levels, None)
    assert domains["record_type"] == ("incident", "problem", "service_request")
    assert (domains["custom.vip"], domains["custom.site"]) == (
        (True, False, None),
        ("a", "b", None),
    )


def test_a_calendar_of_one_site_is_used_by_the_services_of_all() -> None:
    """It stands in the table of another calendar, by a value."""
    sites = {"berlin": {"hours": {"mon": "08:00-18:00"}}, "rome": {"hours": {"tue": "08:00-18:00"}}}
    made = {"made": {"by": "source", "email": "berlin", "else": "always"}}
    service = {"calendar": "made", "response": "1h"}
    desk = load_desk(
        {
            "desk": 1,
            "name": "x",
            "calendars": {**sites, **made},
            "services": {"s": service},
            "agreements": [{"service": "s"}],
        }
    )
    unused = [one.subject for one in check_desk(desk, start=START) if one.code == "unused"]
    assert unused == ["calendars.rome"]
