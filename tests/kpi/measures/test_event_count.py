"""How many events of a kind a record has."""

from __future__ import annotations

from tests.kpi.tickets import figure, incident, minute, resolved

from incidentcore.kpi import catalogue
from incidentcore.records import (
    Escalated,
    link,
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
