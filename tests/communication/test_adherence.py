"""Adherence: the share of updates that were sent in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidentcore.communication import major_incident_plan, next_update_wakeup
from incidentcore.communication.evaluate import updates_and_wakeup
from incidentcore.kpi import Kpi, Updates, catalogue, compute_kpis
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, log_update_sent, set_major_status
from incidentcore.values import Impact, Priority, Urgency

PLAN = major_incident_plan()


MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 1, hour, minute, tzinfo=UTC)


def accepted(impact: str | None = "no mail in all sites") -> Incident:
    """Opened at 10:00 with critical priority, a major incident from 10:10."""
    record = Incident.open(
        id="INC-1",
        title="Mail is down",
        by="kim",
        at=at(10),
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        computed_priority=Priority.CRITICAL,
    )
    return set_major_status(record, "accepted", business_impact=impact, at=at(10, 10), by="ada")


def history() -> list[Incident]:
    """Return three incidents with figures that can be counted by hand.

    The first: customers told at 10:24 (on time) and 11:10 (16 minutes late), support staff and
    executives never until the cancellation at 12:00: dues at 10:25 and 10:40, so 95 and 80 minutes
    late; customers' third due at 11:40, 20 minutes late. The second is an accepted one in which
    all were told in the minute of its cancellation, before any due. The third is no major one.
    """
    first = log_update_sent(accepted(), "customers", at=at(10, 24), by="ada")
    first = log_update_sent(first, "customers", at=at(11, 10), by="ada")
    first = advance(first, "cancel", at=at(12), by="ada")
    second = accepted()
    for audience in PLAN.audiences:
        second = log_update_sent(second, audience, at=at(10, 15), by="ada")
    second = advance(second, "cancel", at=at(10, 15), by="ada")
    third = Incident.open(id="INC-3", title="Slow", by="kim", at=at(9))
    return [first, second, third]


def figures(records: list[Incident], now: datetime) -> tuple[Any, ...]:
    """Return records, due, on time, missed and sent updates, and lateness, summed over records."""
    names = ("due", "on_time", "missed", "sent", "lateness")
    kpis = [
        Kpi(id=name, measure=Updates(PLAN, name), statistic="sum", canceled="include")  # type: ignore[arg-type]
        for name in names
    ]
    results = compute_kpis(kpis, records, as_of=now).results
    return results[0].n, *(one.value for one in results)


def test_adherence_is_counted_from_history() -> None:
    """On time 1 + 3 of 8 due; late by 16 + 95 + 80 + 20 minutes; 5 updates for 2 incidents."""
    assert figures(history(), at(23)) == (2, 8, 4, 4, 5, 211 * MINUTE)


def test_adherence_as_kpis() -> None:
    """The same figures by ``compute_kpis``; records to which the plan owed nothing are left out."""
    kpis = [
        catalogue.updates_on_time_rate(PLAN),
        catalogue.mean_update_lateness(PLAN),
        Kpi(id="sent", measure=Updates(PLAN, "sent"), canceled="include"),
    ]
    rate, lateness, sent = compute_kpis(kpis, history(), as_of=at(23)).results

    assert (rate.value, rate.n, dict(rate.excluded)) == (0.5, 2, {"nothing_owed": 1})
    assert lateness.value == 211 * MINUTE / 4
    assert sent.value == 2.5
    early = compute_kpis(kpis, history(), as_of=at(10, 24)).results
    assert [one.value for one in early] == [1.0, None, 2.0]


def test_a_record_that_is_not_open_yet_owes_nothing() -> None:
    """Before the opening nothing is promised, listed or late."""
    before = at(9)
    assert figures([accepted()], before)[0] == 0
    none = updates_and_wakeup(PLAN, accepted(), now=before, include_lapsed=True)
    assert none == ((), None)
    assert next_update_wakeup(PLAN, [accepted()], now=before) is None


def test_a_record_that_was_told_without_being_owed_anything_counts() -> None:
    """Among the records and the updates sent; nothing of it was due."""
    quiet = Incident.open(id="INC-4", title="Slow", by="kim", at=at(9))
    assert figures([quiet], at(12))[0] == 0
    told = log_update_sent(quiet, "customers", at=at(10), by="ada")
    assert figures([quiet, told], at(12)) == (1, 0, 0, 0, 1, 0 * MINUTE)
