"""A calendar as arrays: the range, and the table of slots beside the search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.schedule import BusinessCalendar

np = pytest.importorskip("numpy")
clock = pytest.importorskip("incidentcore.frames.clock")

DAY = 86_400_000_000
START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_table_of_slots_gives_what_the_search_gives() -> None:
    """Every microsecond beside a slot's edge, with the range cut inside a window."""
    office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:15-18:00"})
    low, high = START + 11 * DAY // 24 + 7, START + 40 * DAY
    search, table = clock.Clock(office, low, high), clock.Clock(office, low, high, rows=9_999)
    at = np.arange(low, high, 900_000_000)
    at = np.concatenate([at, at + 1, at - low % 900_000_000])
    at = at[(at >= low) & (at <= high)]

    assert search.slot == 0
    assert table.slot == 900_000_000
    assert (table.spent(at) == search.spent(at)).all()


def test_odd_edges_and_few_rows_are_searched() -> None:
    """A table is made for a grid of five minutes or more, and not for a few rows of decades."""
    odd = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:01-18:00"})
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:15-18:00"})
    assert clock.Clock(odd, START, START + 30 * DAY, rows=9_999).slot == 0
    assert clock.Clock(office, START, START + 9_000 * DAY, rows=10).slot == 0


def test_a_range_leaves_missing_instants_aside() -> None:
    """Without any instant the range is empty."""
    missing = clock.MISSING
    assert clock.range_of(np.array([5, missing, 9]), np.array([2])) == (2, 9)
    assert clock.range_of(np.array([missing])) == (0, 0)


def test_a_due_beyond_the_range_is_missing() -> None:
    """The one who asks makes the range longer."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    short = clock.Clock(office, START, START + DAY)
    at = np.array([START, START])
    budgets = np.array([timedelta(hours=8), timedelta(hours=9)], "m8[us]").view(np.int64)
    assert short.due(at, budgets).tolist() == [START + 17 * DAY // 24, clock.MISSING]
