"""The next opening and closing."""

from __future__ import annotations

import pytest
from tests.schedule.test_calendar import UTC_OFFICE, utc


@pytest.mark.parametrize(
    ("at", "is_open", "next_open", "next_close"),
    [
        ("mon 08:59", False, "mon 09:00", "mon 17:00"),
        ("mon 09:00", True, "mon 09:00", "mon 17:00"),
        ("mon 16:59", True, "mon 16:59", "mon 17:00"),
        ("mon 17:00", False, "tue 09:00", "tue 17:00"),
        ("fri 17:00", False, "mon2 09:00", "mon2 17:00"),
    ],
)
def test_next_edges(at: str, is_open: bool, next_open: str, next_close: str) -> None:  # noqa: FBT001
    """Half-open windows: the opening is open, the closing is closed (T3, C9)."""
    assert is_open is UTC_OFFICE.is_open(utc(at))
    assert utc(next_open) == UTC_OFFICE.next_open(utc(at))
    assert utc(next_close) == UTC_OFFICE.next_close(utc(at))
