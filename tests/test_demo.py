"""The simulated month: deterministic, complete, and made by the rules it demonstrates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.demo import MONTH, demo_desk, demo_month, demo_report, refused_close
from incidentcore.lifecycle import INCIDENT, check_history
from incidentcore.records import StateChanged, replay
from incidentcore.sla import CalendarByField, SlaDefinition, evaluate_sla


def _calendars() -> CalendarByField:
    found = demo_desk().calendars["by_office"]
    assert isinstance(found, CalendarByField)
    return found


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
