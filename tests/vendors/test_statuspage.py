"""Incidents of a status page with their updates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.records import Communicated, StateChanged
from incidentcore.vendors import read_statuspage


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC)


def incident(*updates: tuple[str, int, int], **more: Any) -> dict[str, Any]:
    """Return an incident with updates: status, hour shown, hour written."""
    return {
        "id": "i1",
        "name": "Slow",
        "status": updates[-1][0] if updates else "investigating",
        "created_at": "2026-03-02T09:00:00Z",
        "incident_updates": [
            {
                "id": f"u{number}",
                "status": status,
                "body": "text",
                "display_at": f"2026-03-02T{shown:02}:00:00Z",
                "created_at": f"2026-03-02T{written:02}:00:00Z",
            }
            for number, (status, shown, written) in enumerate(updates)
        ],
    } | more


def test_an_update_counts_from_when_it_is_shown() -> None:
    """It was recorded when it was written, and each one is a communication to the public."""
    updates = [("resolved", 12, 14), ("investigating", 10, 11), ("investigating", 11, 11)]
    [read] = read_statuspage(incident(*updates, status="resolved"))
    changes = [event for event in read.history if isinstance(event, StateChanged)]
    sent = [event for event in read.history if isinstance(event, Communicated)]

    assert (read.opened_at, read.history[0].recorded_at) == (at(10), at(11))
    assert [(e.state.name, e.at, e.recorded_at) for e in changes] == [("resolved", at(12), at(14))]
    assert [(e.audience, e.at) for e in sent] == [
        ("public", at(10)),
        ("public", at(11)),
        ("public", at(12)),
    ]


@pytest.mark.parametrize("more", [{"impact": "maintenance"}, {"scheduled_for": "2026-03-03"}])
def test_maintenance_is_not_an_incident(more: dict[str, str]) -> None:
    """It is left out with a finding."""
    reading = read_statuspage(incident(("investigating", 10, 10), **more))

    assert list(reading) == []
    assert dict(reading.findings.counts) == {"maintenance": 1}


@pytest.mark.parametrize(("number", "cut"), [(49, False), (50, True)])
def test_a_full_feed_may_lack_older_ones(number: int, *, cut: bool) -> None:
    """A feed holds fifty."""
    page = [incident(("investigating", 10, 10), id=f"i{n}") for n in range(number)]
    reading = read_statuspage({"incidents": page})

    assert len(list(reading)) == number
    assert ("truncated_history" in reading.findings.counts) is cut


def test_updates_shown_at_one_time_count_as_they_were_written() -> None:
    """A page lists the newest first."""
    updates = [("resolved", 9, 12), ("identified", 9, 11)]
    [read] = read_statuspage(incident(*updates, status="resolved"))
    assert (read.state.name, read.resolved_at) == ("resolved", at(9))


def test_updates_written_and_shown_at_one_time_count_from_the_last() -> None:
    """Of one instant, the page's order decides; a list with the oldest first keeps its own."""
    updates = ("identified", 9, 9), ("investigating", 9, 9)
    [read] = read_statuspage(incident(*updates, status="identified"))
    assert read.state.name == "identified"
    oldest_first = [("investigating", 9, 9), ("identified", 9, 9), ("monitoring", 10, 10)]
    [read] = read_statuspage(incident(*oldest_first))
    assert [one.state.name for one in read.history if hasattr(one, "state")] == [
        "investigating",
        "identified",
        "monitoring",
    ]


def test_the_service_is_the_first_component_with_a_name() -> None:
    """One without a name is a part all the same."""
    page = incident(("investigating", 9, 9), components=[{"name": None}, {"name": "API"}])
    [read] = read_statuspage(page)
    assert read.service == "API"


def test_bodies_of_webhooks_tell_of_one_incident_as_it_was_last() -> None:
    """Each has the page beside the incident; the one updated last counts."""
    last = incident(("resolved", 11, 11), ("investigating", 9, 9), status="resolved")
    first = incident(("investigating", 9, 9))
    bodies = [
        {"page": {"id": "p"}, "incident": {**one, "updated_at": f"2026-03-02T{hour:02}:00:00Z"}}
        for one, hour in ((last, 11), (first, 9))
    ]
    for order in (bodies, bodies[::-1], [bodies[0]["incident"], bodies[1]["incident"]]):
        assert [one.resolved_at for one in read_statuspage(order)] == [at(11)]
    reading = read_statuspage([first, first])  # without a time, the first counts
    assert len(list(reading)) == 1
    assert dict(reading.findings.counts) == {"duplicate_id": 1}


def test_an_incident_without_its_updates_tells_moments_alone() -> None:
    """Whether it was reopened is not known."""
    made = {"id": "i1", "created_at": "2026-03-02T09:00:00Z", "status": "resolved"}
    reading = read_statuspage({**made, "resolved_at": "2026-03-02T10:00:00Z"})
    [incident_read] = reading
    assert incident_read.resolved_at == at(10)
    assert not incident_read.is_covered("reopen_count")
    assert dict(reading.findings.counts) == {"truncated_history": 1}


def test_the_state_of_an_incident_without_its_updates_is_the_one_shown() -> None:
    made = {"id": "i1", "created_at": "2026-03-02T09:00:00Z", "status": "monitoring"}
    [incident_read] = read_statuspage(made)
    assert incident_read.state.name == "monitoring"
