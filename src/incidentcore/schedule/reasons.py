"""The parts of an explanation: why a stretch of time is open or closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

import attrs

from incidentcore.instants import Interval
from incidentcore.schedule.civil import BASE, Closure, Edges

__all__ = [
    "BREAK",
    "CLOSED_IN",
    "HOLIDAY",
    "MAINTENANCE",
    "OPEN",
    "OUT_OF_HOURS",
    "OpenReason",
    "Part",
    "as_reasons",
    "fill",
    "overlay",
]

Part = tuple[timedelta, timedelta, str, str]  # start, end, code, name

OPEN: Final = "open"
OUT_OF_HOURS: Final = "out_of_hours"
HOLIDAY: Final = "holiday"
BREAK: Final = "break"
MAINTENANCE: Final = "maintenance"
CLOSED_IN: Final = "closed_in"


@attrs.frozen
class OpenReason:
    """A stretch of time and why it is open or closed.

    Attributes:
        interval: The stretch, in UTC.
        code: A stable code: ``open``, ``out_of_hours``, ``holiday``, ``break``, ``maintenance``, or
            ``closed_in`` for the hours of a calendar that was subtracted.
        name: The name of the holiday, break, maintenance or calendar; empty if it has none.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Interval
    >>> from incidentcore.schedule import OpenReason
    >>> day = Interval(datetime(2026, 12, 25, tzinfo=UTC), datetime(2026, 12, 26, tzinfo=UTC))
    >>> OpenReason(day, "holiday", "Christmas Day").text
    'holiday Christmas Day'
    """

    interval: Interval
    code: str
    name: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether this stretch counts as open time."""
        return self.code == OPEN

    @property
    def text(self) -> str:
        """Return the reason as text: "open", "out of hours", "holiday Christmas Day"."""
        if self.code == CLOSED_IN:
            return f"closed in {self.name}" if self.name else "closed"
        words = self.code.replace("_", " ")
        return f"{words} {self.name}" if self.name else words


def fill(
    windows: Edges, low: timedelta, high: timedelta, closures: Iterable[Closure] = ()
) -> Iterator[Part]:
    """Yield the parts of ``[low, high)``: the windows, and the closed parts with their reasons.

    Args:
        windows: Open windows within the span, ascending.
        low: The start of the span.
        high: The end of the span.
        closures: Reasons other than out of hours, ascending by start; if they overlap, the earlier
            one applies, and open windows take precedence over all of them.
    """
    known = list(closures)
    first = 0
    at = low
    for opens, closes in [*windows, (high, high)]:
        while first < len(known) and known[first][1] <= at:
            first += 1
        for start, end, code, name in known[first:]:
            if start >= opens:
                break
            begin, stop = max(start, at), min(end, opens)
            if begin >= stop:
                continue
            if at < begin:
                yield at, begin, OUT_OF_HOURS, ""
            yield begin, stop, code, name
            at = stop
        if at < opens:
            yield at, opens, OUT_OF_HOURS, ""
        if opens < closes:
            yield opens, closes, OPEN, ""
        at = closes


def overlay(
    left: Iterable[Part], right: Iterable[Part]
) -> Iterator[tuple[timedelta, timedelta, tuple[str, str], tuple[str, str]]]:
    """Yield two partitions of one span, cut at the edges of both."""
    ones, others = iter(left), iter(right)
    one, other = next(ones, None), next(others, None)
    while one is not None and other is not None:
        start, end = max(one[0], other[0]), min(one[1], other[1])
        yield start, end, one[2:], other[2:]
        if one[1] == end:
            one = next(ones, None)
        if other[1] == end:
            other = next(others, None)


def as_reasons(parts: Iterable[Part]) -> Iterator[OpenReason]:
    """Yield parts as reasons, with adjacent parts of the same reason joined."""
    held: Part | None = None
    for part in parts:
        if held is not None and held[1] == part[0] and held[2:] == part[2:]:
            held = (held[0], part[1], *part[2:])
            continue
        if held is not None:
            yield _as_reason(held)
        held = part
    if held is not None:
        yield _as_reason(held)


def _as_reason(part: Part) -> OpenReason:
    start, end, code, name = part
    return OpenReason(Interval(BASE + start, BASE + end), code, name)
