"""The check of a whole desk runs on files, and finds what is broken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from tests.testing.choices import check_choices

from incidentcore.desk import check_desk, load_desk
from incidentcore.errors import FormatError
from incidentcore.lifecycle import INCIDENT, check_history
from incidentcore.simulation import Simulation
from incidentcore.sla import CalendarByField
from incidentcore.testing import (
    check_whole_desk,
    checks_communication,
    checks_escalation,
    checks_sla,
    checks_whole_desk,
    simulations,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
DESK = """
desk = 1
name = "small"
zone = "Europe/Berlin"
[calendars.office]
hours = { mon-fri = "09:00-17:00" }
[services.all]
calendar = "office"
response = "1h"
resolution = "8h"
[[agreements]]
service = "all"
[[escalation]]
name = "late"
levels = [{ at = "response breach", to = "group:lead" }]
[[communication]]
name = "callers"
when = { priority = "critical" }
to = "callers"
updates = { every = "1h" }
"""


@pytest.mark.process
def test_a_desk_that_is_right_passes() -> None:
    """Its calendars, lifecycles and due items keep every law."""
    assert check_whole_desk(DESK, start=START, examples=20) == ()


@pytest.mark.process
def test_a_desk_that_cannot_be_simulated_says_so() -> None:
    """Incidents that cannot be reopened: what was left out is named with its reason."""
    rows = [row for row in INCIDENT.transitions if row.action != "reopen"]
    own = attrs.evolve(INCIDENT, id="own", transitions=rows)
    desk = attrs.evolve(load_desk(DESK), lifecycles=[own])

    absent = check_whole_desk(desk, start=START, examples=1)
    assert absent == ("no simulated desk: its incidents have no action reopen",)


def test_a_law_that_breaks_names_the_part() -> None:
    """A law that holds says nothing."""
    checks_whole_desk._named("a calendar", lambda: None)
    with pytest.raises(AssertionError, match=r"^a calendar: this law never holds$"):
        checks_whole_desk._named("a calendar", broken)


@pytest.mark.process
def test_a_desk_that_promises_nothing_passes() -> None:
    """Its calendars are checked alone, also where one is chosen by a field."""
    text = """
desk = 1
name = "bare"
zone = "UTC"
[calendars.day]
hours = { mon-fri = "09:00-17:00" }
"""
    desk = load_desk(text)
    by_site = CalendarByField("custom.site", {}, desk.calendars["day"])
    whole = attrs.evolve(desk, calendars={**desk.calendars, "site": by_site})
    codes = frozenset(one.code for one in check_desk(whole, start=START))
    assert whole.service_level is None
    assert check_whole_desk(whole, start=START, examples=1, accepted=codes) == ()


def test_a_finding_of_the_lint_fails_unless_it_is_accepted() -> None:
    """A calendar that nothing uses is named by its code."""
    spare = '[calendars.spare]\nhours = { mon = "09:00-12:00" }\n[services.all]'
    text = DESK.replace("[services.all]", spare)

    with pytest.raises(AssertionError, match=r"the desk's lint: .*spare"):
        check_whole_desk(text, start=START, examples=1)


def test_a_file_that_cannot_be_read_is_refused() -> None:
    """The error is that of ``load_desk``."""
    with pytest.raises(FormatError):
        check_whole_desk("desk = 1\nzone = 7", start=START)


@pytest.mark.heavy
def test_a_broken_law_names_the_rule_and_the_smallest_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An agenda that gives nothing is found with a record of one event."""

    class Silent(checks_whole_desk.Agenda):
        def due(self, *, now: datetime) -> tuple[()]:
            return ()

    monkeypatch.setattr(checks_whole_desk, "Agenda", Silent)
    with pytest.raises(
        AssertionError,
        match=r"(?s)^what is due: an agenda gives .*\n  \S+  opened new .* by requester$",
    ):
        check_whole_desk(DESK, start=START, examples=60)


def broken(*_: object, **__: object) -> None:
    """Stand in for a law that no record keeps."""
    raise AssertionError("this law never holds")


def test_what_is_due_is_looked_at_up_to_four_times_within_two_weeks() -> None:
    """In hours after the opening: 336 are two weeks."""
    check_choices(checks_whole_desk.HOURS, 300, {"": "0..336", "#": "1 2 3 4"})


PARTS = {  # by check: what it is called with, and the part that a law is named with
    "check_calendar": ("calendar 'office'", lambda desk: (desk.calendars["office"],)),
    "check_clocks": ("service level", lambda desk: (desk.service_level, 7)),
    "check_levels": ("escalation 'late'", lambda desk: (*desk.matrices, (desk.service_level,), 7)),
    "check_updates": ("communication 'callers'", lambda desk: (*desk.plans, 7)),
    "_due_laws": ("what is due", lambda desk: (desk, 7)),
    "_run_laws": ("a simulated desk", lambda desk: (desk, START, 7)),
}


def test_each_part_of_a_desk_is_checked_with_its_laws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calendars, lifecycles, clocks, escalations, updates, what is due and a run, each by name."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    for name in (*PARTS, "check_lifecycle"):
        monkeypatch.setattr(
            checks_whole_desk, name, lambda *one, name=name, **_: asked.append((name, one))
        )
    desk = load_desk(DESK)
    assert check_whole_desk(desk, start=START, examples=7) == ()
    for name, (_, wanted) in PARTS.items():
        assert [one for other, one in asked if other == name] == [wanted(desk)], name
    assert [one for name, one in asked if name == "check_lifecycle"] == [
        (lifecycle, [rule for rule in desk.cascades if rule.target == lifecycle.record_type])
        for lifecycle in desk.lifecycles
    ]
    asked.clear()
    bare = load_desk('desk = 1\nname = "bare"')
    codes = frozenset(one.code for one in check_desk(bare, start=START))
    assert check_whole_desk(bare, start=START, accepted=codes) == ()
    assert {"check_clocks", "check_levels", "check_updates"}.isdisjoint(name for name, _ in asked)
    for name, (part, _) in PARTS.items():
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(checks_whole_desk, name, broken)
            with pytest.raises(AssertionError, match=rf"^{part}: this law never holds$"):
                check_whole_desk(DESK, start=START, examples=7)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("part", "module", "law"),
    [
        ("service level", checks_sla, "SLA_LAWS"),
        ("escalation 'late'", checks_escalation, "_polls_agree"),
        ("communication 'callers'", checks_communication, "_polls_agree"),
        ("a simulated desk", checks_whole_desk, "check_history"),
    ],
)
def test_the_rules_of_the_desk_are_judged_each_by_its_laws(
    part: str, module: Any, law: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A law that breaks is named with the desk's own rule and the record."""
    monkeypatch.setattr(module, law, (broken,) if law == "SLA_LAWS" else broken)
    with pytest.raises(AssertionError, match=rf"(?s)^{part}: this law never holds\nhistory, in"):
        check_whole_desk(DESK, start=START, examples=3)


@given(simulations(load_desk(DESK), start=START, days=1))
def test_a_simulated_desk_is_drawn_with_its_rules(run: Simulation) -> None:
    """Its records follow the lifecycle, and each promise of the desk was watched."""
    desk = load_desk(DESK)
    for record in run.records:
        assert not check_history(record, desk.lifecycle("incident"))
        assert record.priority is not None
    asked = {item.record_id for item in run.due_items}
    assert asked <= {record.id for record in run.records}
