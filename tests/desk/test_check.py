"""What check finds: one planted mistake for each code, and nothing in a desk without one.

And what diff finds: rule B7.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.desk.drawn import desks, incidents
from tests.desk.test_desk import DESK, TEXT

from incidentcore.desk import Desk, check_desk, diff_rules, dump_desk, load_desk
from incidentcore.escalation import due_escalations, escalate_now
from incidentcore.records import Incident
from incidentcore.sla import evaluate_sla
from incidentcore.values import Impact, LintFinding, Urgency

START = datetime(2026, 11, 28, tzinfo=UTC)
DAY_SHIFT = 'layers = [{ people = "dana", during = "munich" }]'
OTHER_DAY = f"[oncall.day]\n{DAY_SHIFT}\n[oncall.operations]\nlayers"
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
    ("unused", "[services.gold]\n", '[services.lost]\nlike = "silver"\n[services.gold]\n'),
    ("unused", "[priority]\n", 'spare = { hours = { mon = "08:00-09:00" } }\n[priority]\n'),
    ("unused", 'vip = "bool", ', 'vip = "bool", spare = "text", '),
    ("state_without_clock", "[services.silver]\n", OWN_CLOCK),
    ("state_without_updates", "{ any = [{ priority", '{ state = "new", any = [{ priority'),
    ("group_not_escalated", "[oncall.operations]\n", APPS + "[oncall.operations]\n"),
]


def codes(desk: Desk) -> set[str]:
    return {finding.code for finding in check_desk(desk, start=START)}


def planted(code: str, old: str, new: str) -> list[LintFinding]:
    """Return the findings of a code in the clean file with a change."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    if code == "state_without_clock":  # nothing else has a clock
        text = text.replace('like       = "silver"\nresponse', 'like       = "old"\nresponse')
        text = text[: text.index("[[agreements]]")] + '[[agreements]]\nservice = "silver"\n'
    return [one for one in check_desk(load_desk(text), start=START) if one.code == code]


def test_each_planted_mistake_is_said_with_its_part() -> None:
    """Each mistake has its findings, line by line, in the order of the table above."""
    said = [[str(one) for one in planted(*row)] for row in PLANTED]
    assert all(said)
    expected = Path(__file__).with_name("planted_findings.txt").read_text(encoding="utf-8")
    assert list(itertools.chain(*said)) == expected.splitlines()


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
            ["response of critical (else: 3 business days) is later than of high (4:00:00)"],
        ),
        (
            '{ critical = "1h", high = "2h", else = "1h" }',
            ["response of high (2:00:00) is later than of moderate (else: 1:00:00)"],
        ),
        ('{ critical = "1h", planning = "8h", else = "4h" }', []),
        # Twelve hours around the clock end before any business day does, those of an office not.
        ('{ critical = "12h always", else = "1 business day" }', []),
        (
            '{ critical = "25h always", else = "1 business day" }',
            ["response of critical (1 day, 1:00:00) is later than of high (else: 1 business day)"],
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
    (found,) = [str(one) for one in check_desk(desk, start=START) if one.code == "target_order"]
    assert "the response of critical (4:00:00) is later than its resolution (2:00:00)" in found


@pytest.mark.parametrize(
    ("zone", "stated", "count"),
    [
        ("", 'times = ["%d.%m.%Y %H:%M"]', 1),
        ("", 'times = ["%d.%m.%Y %H:%M %z"]', 0),
        ("", 'times = ["%d.%m.%Y %H:%M"]\nzone = "UTC"', 0),
        ('zone = "Europe/Berlin"', 'times = ["%d.%m.%Y %H:%M"]', 0),
        ('zone = "UTC"', 'times = ["%d.%m.%Y %H:%M"]', 0),
    ],
)
def test_times_of_an_import_have_a_zone(zone: str, stated: str, count: int) -> None:
    """Found where neither the format, nor [import], nor the desk states one."""
    desk = load_desk(f'desk = 1\nname = "x"\n{zone}\n[import]\n{stated}\n')
    found = [one for one in check_desk(desk, start=START) if one.code == "times_as_utc"]
    assert len(found) == count
    assert load_desk(dump_desk(desk)) == desk
    assert all("state zone in [import]" in str(one) for one in found)


def test_the_customer_s_policy_is_clean() -> None:
    """Which its how-to says."""
    assert check_desk(DESK, start=START) == ()


def test_no_promise_comes_with_the_opening_that_shows_it() -> None:
    """A witness is a record: opened so, the desk promises nothing."""
    desk = load_desk(TEXT.replace(', else = "5 business days"', "").replace("30m", "30m"))
    (finding,) = [
        one for one in check_desk(desk, start=START) if one.subject == "services.silver.resolution"
    ]
    witness = finding.witness["priority"]  # type: ignore[index]
    low = {"impact": Impact.LOW, "urgency": Urgency.LOW}
    ticket = desk.open(Incident, id="INC-1", title="x", by="kim", at=START, **low)
    assert ticket.priority == witness
    kinds = [one.definition.kind for one in desk.evaluate(ticket, now=START) if one.definition]
    assert kinds == ["response"]


def test_the_same_rules_in_another_order_are_no_difference() -> None:
    """Escalations and updates may stand in any order; so may the parts of ``any``."""
    text = TEXT.replace(
        '{ any = [{ priority = "critical" }, { major = true }] }',
        '{ any = [{ major = true }, { priority = "critical" }] }',
    )
    assert diff_rules(DESK, load_desk(text)) == ()


@settings(max_examples=3)
@given(desks(small=True), desks(small=True), incidents())
def test_no_difference_means_that_every_record_is_judged_alike(
    before: Desk, after: Desk, record: Incident
) -> None:
    """Soundness: where diff finds nothing in a clock, its due is the same for any record."""
    judged_alike(before, after, record)


@pytest.mark.heavy
@given(desks(small=True), desks(small=True), incidents())
def test_no_difference_means_the_same_at_length(
    before: Desk, after: Desk, record: Incident
) -> None:
    """The same for more desks."""
    judged_alike(before, after, record)


def judged_alike(before: Desk, after: Desk, record: Incident) -> None:
    parts = {one.part for one in diff_rules(before, after)}
    now = max(event.at for event in record.history)
    sides = [
        {clock.name: status.due_at for clock, status in _clocks(desk, record, now)}
        for desk in (before, after)
    ]
    if before.priority != after.priority:
        return
    for name in sides[0].keys() | sides[1].keys():
        if name not in parts:
            assert sides[0].get(name) == sides[1].get(name)


def _clocks(desk: Desk, record: Incident, now: datetime) -> list[tuple[Any, Any]]:
    if desk.service_level is None:
        return []
    statuses = evaluate_sla(desk.service_level, record, now=now)
    return list(zip(desk.service_level.clocks, statuses, strict=True))


@given(desks(small=True))
def test_a_desk_does_not_differ_from_itself(desk: Desk) -> None:
    """Nothing is found between equal desks."""
    assert diff_rules(desk, desk) == ()


def test_a_witness_is_judged_by_the_rule_before_and_by_the_other_after() -> None:
    """Gold's high from eight hours to seven: a record like the witness has them."""
    other = load_desk(
        TEXT.replace('critical = "4h always", high = "8h"', 'critical = "4h always", high = "7h"')
    )
    differences = diff_rules(DESK, other)
    assert [one.part for one in differences] == ["resolution"]
    (one,) = differences
    assert (one.before.target, one.after.target) != (one.after.target, one.before.target)  # type: ignore[attr-defined]
    facts = dict(one.witness or {})
    assert facts["priority"].name == "high"
    assert facts["custom"]["contract"] == "gold"


TWO_CHAINS = """
desk = 1
name = "two"
[[escalation]]
name = "desk"
levels = [{ after = "15m", to = "group:lead" }]
[[escalation]]
name = "board"
levels = [{ after = "1h", to = "role:cio" }, { after = "4h", to = "role:ceo" }]
"""


def test_a_manual_escalation_in_a_desk_with_several_names_its_matrix() -> None:
    """One that names a row moves that row alone; one that names none is asked for the name."""
    desk = load_desk(TWO_CHAINS)
    opened = desk.open(Incident, id="INC-1", title="x", by="kim", at=START)
    bare, named = (
        escalate_now(opened, "lead", at=START + timedelta(minutes=5), by="ada", matrix=matrix)
        for matrix in ("", "desk")
    )

    def paged(record: Incident) -> list[tuple[str, int]]:
        now = START + timedelta(minutes=20)
        return [
            (str(one.targets[0]), (one.due_at - START) // timedelta(minutes=1))
            for matrix in desk.matrices
            for one in due_escalations(matrix, record, now=now)
        ]

    assert paged(bare) == [("lead", 5), ("role cio", 5)]
    assert paged(named) == [("lead", 5)]
    (finding,) = check_desk(desk, start=START, records=[bare, named])
    assert (finding.code, finding.subject) == ("matrix_not_named", "record INC-1")
    assert "desk, board" in finding.message
