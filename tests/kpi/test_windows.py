"""Which period an instant lies in, and which ones a span touches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.instants import Interval
from incidentcore.kpi import Periods
from incidentcore.kpi.periods import Windows


def day(number: float) -> datetime:
    return datetime(2026, 6, int(number), round(number % 1 * 24), tzinfo=UTC)


WEEK = Interval(day(8), day(15))
DAYS = Periods("day", within=WEEK)


@pytest.mark.parametrize(
    ("window", "at", "period"),
    [
        (None, day(9), (None,)),
        (WEEK, day(8), (None,)),
        (WEEK, day(15), None),
        (WEEK, day(7.5), None),
        (DAYS, day(9.5), ("2026-06-09",)),
        (DAYS, day(15), None),
        (None, None, None),
        (None, day(21), None),
    ],
)
def test_an_instant_counts_within_the_window_until_the_computation(
    window: Interval | Periods | None, at: datetime | None, period: tuple[str | None] | None
) -> None:
    """The end of a window is outside it; what comes after ``as_of`` is not known."""
    assert Windows(window, day(20)).period(at) == period


@pytest.mark.parametrize(
    ("window", "start", "stop", "names"),
    [
        (None, day(1), day(30), [None]),
        (WEEK, day(1), day(8), []),
        (WEEK, day(1), day(8.5), [None]),
        (WEEK, day(8), day(8), [None]),
        (WEEK, day(15), day(16), []),
        (DAYS, day(9.5), day(11), ["2026-06-09", "2026-06-10"]),
        (DAYS, day(7), day(9), ["2026-06-08"]),
        (DAYS, day(14), day(30), ["2026-06-14"]),
    ],
)
def test_a_span_touches_the_periods_that_it_has_time_in(
    window: Interval | Periods | None, start: datetime, stop: datetime, names: list[str | None]
) -> None:
    """A span that ends at midnight has no time in the next day."""
    assert Windows(window, day(20)).touched(start, stop) == names
