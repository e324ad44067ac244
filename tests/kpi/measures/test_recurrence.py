"""Tickets that recur, by a key."""

from __future__ import annotations

from tests.kpi.tickets import figure, incident

from incidentcore.kpi import catalogue


def test_recurrences_are_counted_by_key() -> None:
    """Of five with one key at day 0, 10, 50, 80 and 111, those at 10 and 80 recur in 30 days."""
    days = (0, 10, 50, 80, 111)
    records = [incident(day, at=day * 1440, category="mail") for day in days]
    records.append(incident(500, category="vpn"))

    result = figure(catalogue.RECURRENCE_RATE, records, at=200 * 1440)

    assert (result.numerator, result.denominator) == (2, 6)
