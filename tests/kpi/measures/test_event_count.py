"""How many events of a kind a record has."""

from __future__ import annotations

from tests.kpi.tickets import figure, incident, minute, resolved

from incidentcore.conditions import ALWAYS, field
from incidentcore.instants import Interval
from incidentcore.kpi import EventCount, Kpi, catalogue, compute_kpis
from incidentcore.records import (
    Escalated,
    link,
    set_fields,
    set_major_status,
)


def test_escalations_majors_and_links_are_counted() -> None:
    """Of four records one was escalated, one is major, one was resolved through a problem."""
    escalated = incident(1).with_event(
        Escalated, at=minute(5), by="ada", target="lead", mode="hierarchical"
    )
    major = set_major_status(incident(2), "accepted", at=minute(5), by="ada")
    through = resolved(link(incident(3), "resolved_by", "P1", at=minute(1), by="ada"), 9)
    records = [escalated, major, through, resolved(incident(4), 9)]

    assert figure(catalogue.ESCALATION_RATE, records).value == 1 / 4
    assert figure(catalogue.MAJOR_INCIDENT_RATE, records).value == 1 / 4
    assert figure(catalogue.RESOLVED_BY_PROBLEM_RATE, records).value == 1 / 2


def test_events_of_a_window_are_those_of_the_matching_records() -> None:
    """Two openings in the window, one of them by ada's team, which is all that is counted."""
    records = [incident(1), set_fields(incident(2), service="mail", at=minute(4), by="ada")]
    openings = EventCount(field("kind").equals("opened"))
    for where, count in ((ALWAYS, 2), (field("service").equals("mail"), 1)):
        kpi = Kpi(id="openings", measure=openings, population=where)
        window = Interval(minute(0), minute(9))
        (row,) = compute_kpis(kpi, records, as_of=minute(9), window=window).results
        assert row.value == count


def test_the_order_of_two_tests_changes_nothing() -> None:
    """The action was asked of the opening too, which has none: an error (H1)."""
    action, kind = field("action").equals("resolve"), field("kind").equals("state_changed")
    for condition in (action, action & kind, kind & action):
        kpi = Kpi(id="resolved", measure=EventCount(condition))
        assert figure(kpi, [resolved(incident(1), 9)]).value == 1
