"""On-call shifts as an iCalendar feed for each person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incidentcore._checks import need_kind
from incidentcore.escalation.oncall import OnCallSchedule, shifts
from incidentcore.instants import as_utc
from incidentcore.schedule.ical import escaped, feed_text, stamp_text

_REACHES: Final = tuple(timedelta(days=days) for days in (7, 35, 147, 366))


def write_rota_ical(
    schedule: OnCallSchedule, person: str, /, *, start: datetime, end: datetime, at: datetime
) -> str:
    """Return the on-call shifts of one person as an iCalendar feed.

    The id of a shift depends on when it begins, so that a calendar that fetches the feed again
    updates the shift instead of adding another. So a shift in progress at the start or the end of
    the span is written whole, up to a year beyond the span.

    The feed is empty if the person has no shifts; ``at`` is its time stamp (DTSTAMP). Its lines end
    with CRLF and are folded at 75 bytes.

    Source: RFC 5545, 3.6.1.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.escalation import OnCallLayer, OnCallSchedule, write_rota_ical
    >>> from incidentcore.schedule import Rotation
    >>> monday = datetime(2026, 6, 1, tzinfo=UTC)
    >>> weekly = Rotation(anchor=monday, zone="UTC", unit="weeks")
    >>> schedule = OnCallSchedule("network", [OnCallLayer(weekly, ["ada", "ben"])])
    >>> text = write_rota_ical(
    ...     schedule, "ben", start=monday, end=datetime(2026, 6, 20, tzinfo=UTC), at=monday
    ... )
    >>> [line for line in text.splitlines() if line.startswith("DT")][1:]
    ['DTSTART:20260608T000000Z', 'DTEND:20260615T000000Z']
    """
    need_kind("schedule", schedule, OnCallSchedule)
    low, high = as_utc(start, "start"), as_utc(end, "end")
    if low < high:
        low, high = _begun(schedule, low), _ended(schedule, high)
    events = []
    for shift in shifts(schedule, start=low, end=high):
        if person not in shift.people:
            continue
        first, last = stamp_text(shift.interval.start), stamp_text(shift.interval.end)
        others = ", ".join(one for one in shift.people if one != person)
        lines = [f"DTSTART:{first}", f"DTEND:{last}"]
        lines.append(f"SUMMARY:{escaped(f'On call: {schedule.name}')}")
        lines += [f"DESCRIPTION:{escaped(f'with {others}')}"] if others else []
        events.append((escaped(f"{schedule.name}/{person}/{first}"), lines))
    return feed_text("on call", events, at)


def _begun(schedule: OnCallSchedule, at: datetime) -> datetime:
    """Return when the shift in progress at an instant begins, at most a year before."""
    for reach in _REACHES:
        *_, last = shifts(schedule, start=at - reach, end=at + timedelta.resolution)
        if last.interval.start > at - reach:
            break
    return last.interval.start


def _ended(schedule: OnCallSchedule, at: datetime) -> datetime:
    """Return when the shift in progress right before an instant ends, at most a year after."""
    for reach in _REACHES:
        first = next(shifts(schedule, start=at - timedelta.resolution, end=at + reach))
        if first.interval.end < at + reach:
            break
    return first.interval.end
