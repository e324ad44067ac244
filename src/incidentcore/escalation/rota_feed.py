"""On-call shifts as an iCalendar feed for each person."""

from __future__ import annotations

from datetime import datetime

from incidentcore._checks import need_kind
from incidentcore.escalation.oncall import OnCallSchedule, shifts
from incidentcore.instants import as_utc
from incidentcore.schedule.ical import escaped, folded, stamp_text


def write_rota_ical(
    schedule: OnCallSchedule, person: str, /, *, start: datetime, end: datetime, at: datetime
) -> str:
    """Return the on-call shifts of one person as an iCalendar feed.

    The id of a shift depends on when it begins, so that a calendar that fetches the feed again
    updates the shift instead of adding another.

    Args:
        schedule: The schedule.
        person: The id of the person; the feed is empty if the person has no shifts.
        start: The first instant of the span.
        end: The first instant after the span.
        at: The time stamp of the feed (DTSTAMP).

    Returns:
        Text with CRLF line endings, and lines folded at 75 bytes.

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
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//incidentcore//on call//EN"]
    stamp = stamp_text(as_utc(at, "at"))
    summary = escaped(f"On call: {schedule.name}")
    for shift in shifts(schedule, start=start, end=end):
        if person not in shift.people:
            continue
        first, last = stamp_text(shift.interval.start), stamp_text(shift.interval.end)
        others = ", ".join(one for one in shift.people if one != person)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escaped(f'{schedule.name}/{person}/{first}')}@incidentcore",
        ]
        lines += [f"DTSTAMP:{stamp}", f"DTSTART:{first}", f"DTEND:{last}", f"SUMMARY:{summary}"]
        lines += [f"DESCRIPTION:{escaped(f'with {others}')}"] if others else []
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)
