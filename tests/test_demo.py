"""The simulated month: deterministic, complete, and made by the rules it demonstrates."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore import demo
from incidentcore.demo import MONTH, demo_desk, demo_month, demo_report, refused_close
from incidentcore.lifecycle import INCIDENT, check_history
from incidentcore.records import StateChanged, replay
from incidentcore.sla import CalendarByField, SlaDefinition, evaluate_sla


def _calendars() -> CalendarByField:
    found = demo_desk().calendars["by_office"]
    assert isinstance(found, CalendarByField)
    return found


def test_of_twenty_incidents_eight_are_of_medium_impact_and_urgency() -> None:
    """One is high in both; the others lie between."""
    levels = Counter((one["impact"].name, one["urgency"].name) for one in demo._LEVELS)
    assert levels == {
        ("high", "high"): 1,
        ("high", "medium"): 3,
        ("medium", "medium"): 8,
        ("low", "medium"): 5,
        ("medium", "low"): 3,
    }


@given(st.integers())
def test_equal_seeds_give_equal_months(seed: int) -> None:
    """Any seed makes the month again the same, within its bounds and by the rules."""
    incidents = demo_month(seed, count=3)
    assert demo_month(seed, count=3) == incidents
    assert len({incident.id for incident in incidents}) == len(incidents)
    for incident in incidents:
        assert replay(incident.history) == incident
        assert check_history(incident, INCIDENT) == ()
        assert MONTH[0] <= incident.opened_at <= incident.updated_at < MONTH[1]
        assert incident.category
        assert incident.priority is not None
        assert incident.assignment_group


def test_the_month_has_what_a_month_has() -> None:
    """A few hundred incidents in three zones, with pauses, reopenings and one major incident."""
    incidents = demo_month(2026)
    assert 280 < len(incidents) < 360  # as many as arrive, at random
    assert len({str(calendar.zone) for _, calendar in _calendars().table}) == 3
    assert {incident.custom["office"] for incident in incidents} == {
        name for name, _ in _calendars().table
    }
    entered = [
        event.state
        for incident in incidents
        for event in incident.history
        if isinstance(event, StateChanged)
    ]
    assert sum(state.pauses for state in entered) > 50
    assert sum(incident.reopen_count > 0 for incident in incidents) > 5
    assert sum(incident.reassignment_count > 0 for incident in incidents) > 10
    assert sum(incident.state.is_canceled for incident in incidents) > 2
    assert [i.id for i in incidents if i.major_status == "accepted"] == ["INC-0001"]


def test_the_major_incident_takes_what_its_story_says() -> None:
    """Opened 06:12; on hold 75 minutes; resolved after 8:05 and, reopened at 26:10, at 29:00."""
    (major, *_) = demo_month(1, count=1)
    clock = SlaDefinition.resolution(hours=4, calendar=_calendars().default)
    status = evaluate_sla(clock, major, now=MONTH[1])
    worked = timedelta(hours=8, minutes=5) - timedelta(minutes=75)
    again = timedelta(hours=29) - timedelta(hours=26, minutes=10)
    assert status.elapsed == worked + again
    assert status.breached


def test_a_month_without_a_hold_has_no_refusal_to_tell() -> None:
    """The refusal needs an incident on hold."""
    assert refused_close(demo_month(1, count=1)) == ""
    assert "close is not allowed from on_hold" in refused_close(demo_month(2026))


@pytest.mark.table
@pytest.mark.parametrize("seed", [0, 7, -1])
def test_every_seed_gives_a_page(seed: int) -> None:
    """The page does not depend on one lucky seed."""
    page = str(demo_report(seed))
    assert page.startswith("A generated month of a service desk\n")
    assert "INC-0001: Orders stand still in all offices" in page


def test_the_requester_reopens_the_major_incident() -> None:
    """It is the caller who finds that it was not mended; everybody else is on the staff."""
    (major, *_) = demo_month(1, count=1)
    said = [(getattr(one, "action", ""), one.by.role) for one in major.history]
    assert ("reopen", "requester") in said
    assert {role for action, role in said if action not in ("", "reopen")} == {"agent"}
    assert major.opened_by.role == "system"


# Minutes after 06:12 on 19 May, who did what, and what was said of it.
STORY = """
0 monitoring opened Orders stand still in all offices
1 scheduler classified software orders
1 scheduler prioritized critical
2 scheduler assigned Applications
33 farah acknowledged
40 farah major_status_changed proposed
55 dora major_status_changed accepted
56 farah state_changed in_progress
60 dora commented Hour 1: the database still replays its log.
120 dora commented Hour 2: the database still replays its log.
150 farah state_changed on_hold awaiting_vendor
180 dora commented Hour 3: the database still replays its log.
225 farah state_changed in_progress
240 dora commented Hour 4: the database still replays its log.
300 dora commented Hour 5: the database still replays its log.
360 dora commented Hour 6: the database still replays its log.
440 farah restored
485 farah state_changed resolved workaround Switched to the second database.
1570 berlin-017 state_changed in_progress
1580 farah commented The first database took over again.
1740 farah state_changed resolved software_fix The fix of the vendor is in place.
"""


def told(event: Any) -> str:
    """Return what an event of the story says."""
    fields = dict(getattr(event, "fields", {}))
    said = {
        "opened": lambda: fields["title"],
        "classified": lambda: " ".join(event.category),
        "prioritized": lambda: fields["computed_priority"].name,
        "assigned": lambda: fields["assignment_group"],
        "major_status_changed": lambda: event.status,
        "commented": lambda: event.text,
        "state_changed": lambda: " ".join([event.state.name, *map(str, fields.values())]),
    }
    return str(said.get(event.kind, str)())


def test_the_story_of_the_major_incident_minute_by_minute() -> None:
    """Hours one to six are written down at the full hour, also while it is on hold."""
    major = demo_month(1, count=1)[0]
    start = datetime(2026, 5, 19, 6, 12, tzinfo=UTC)
    lines = [
        f"{(event.at - start) // timedelta(minutes=1)} {event.by.id} {event.kind} {told(event)}"
        for event in sorted(major.history, key=lambda event: event.at)
    ]
    assert [line.strip() for line in lines] == STORY.strip().splitlines()
    opening = major.timeline().facts_at(start)
    assert (opening["impact"].name, opening["urgency"].name) == ("high", "high")
    assert (opening["service"], opening["source"]) == ("orders", "monitoring_alert")
    assert dict(opening["custom"]) == {"office": "Berlin"}
    roles = {event.by.id: event.by.role for event in major.history}
    assert roles == {
        "monitoring": "system", "scheduler": "system", "farah": "agent", "dora": "agent",
        "berlin-017": "requester",
    }  # fmt: skip


def test_the_records_of_a_month_are_of_the_five_services() -> None:
    """Two titles for each; high impact is one in five, and each office has its agents."""
    month = demo_month(2026)[1:]
    titles: dict[str, set[str]] = {}
    for incident in month:
        titles.setdefault(str(incident.service), set()).add(incident.title)
    assert titles == {
        "mail": {"Mailbox does not sync", "Calendar invitations are lost"},
        "network": {"VPN drops every few minutes", "No wireless upstairs"},
        "accounts": {"Password expired during leave", "Account is locked"},
        "orders": {"Order form rejects the code", "Orders are booked twice"},
        "workplace": {"Printer prints blank pages", "Laptop stays dark"},
    }
    high = sum(incident.impact is not None and incident.impact.rank == 1 for incident in month)
    assert 0.12 < high / len(month) < 0.28
    people = {event.by.id for one in month for event in one.history if event.by.role == "agent"}
    assert people == {"ada", "ben", "chen", "dora", "emil", "farah", "goran", "hana"}
    reasons = {
        (str(one.service), str(event.fields["hold_reason"]))
        for one in month
        for event in one.history
        if isinstance(event, StateChanged) and "hold_reason" in event.fields
    }
    assert {pair for pair in reasons if pair[1] != "None"} == {
        ("mail", "awaiting_caller"), ("network", "awaiting_change"),
        ("accounts", "awaiting_caller"), ("orders", "awaiting_vendor"),
        ("workplace", "awaiting_vendor"),
    }  # fmt: skip


def test_the_work_of_each_service() -> None:
    """Minutes for the middle incident, and what it waits for."""
    assert {name: rest for name, _, *rest in demo._SERVICES} == {
        "mail": [160, "awaiting_caller"],
        "network": [270, "awaiting_change"],
        "accounts": [45, "awaiting_caller"],
        "orders": [320, "awaiting_vendor"],
        "workplace": [190, "awaiting_vendor"],
    }
