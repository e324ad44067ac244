"""Spans of time as people say them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidentcore.improvement.episodes import span_of_days


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (24, "1 day"),
        (7 * 24, "7 days"),
        (24_000, "1,000 days"),
        (0, "0 min"),
        (0.5, "30 min"),
        (1, "1.0 h"),
        (36, "36.0 h"),
        (47.5, "47.5 h"),
        (54, "2.2 days"),
        (24_012, "1,000.5 days"),
    ],
)
def test_a_span_has_the_unit_that_people_would_use(hours: float, said: str) -> None:
    """Whole days as they are; from two days on parts of days, from an hour on parts of hours."""
    assert span_of_days(timedelta(hours=hours)) == said
