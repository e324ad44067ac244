"""A trigger that recurs at a time of day: a reminder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore._checks import need_kind
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.triggers.after import BEGINNINGS, After
from incidentcore.escalation.triggers.base import Candidate, Trigger, TriggerContext
from incidentcore.schedule import Rotation

_INSTANT: Final = timedelta(microseconds=1)


@attrs.frozen
class AtWallTime(Trigger):
    """A trigger that fires repeatedly at a time of day, while a field of the record is set.

    The times are the handoffs of a rotation, so they remain correct when clocks change (rule E5).
    Each time, the level is due again, unless it is then silenced (``EscalationLevel.until``) or
    outside its contact hours. A manual escalation does not bring the next time forward.

    Attributes:
        rotation: When the trigger fires, such as daily at the local time of the rotation's anchor.
        since: The field with the instant after which the trigger fires, such as ``opened_at``.

    Source: rule E2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.escalation import AtWallTime
    >>> from incidentcore.schedule import Rotation
    >>> nine = Rotation(
    ...     anchor=datetime(2026, 6, 1, 7, tzinfo=UTC), zone="Europe/Berlin", unit="days"
    ... )
    >>> AtWallTime(nine).why
    ('at_wall_time', {'every': '1', 'unit': 'days', 'time': '09:00 Europe/Berlin'})
    """

    rotation: Rotation
    since: str = "opened_at"

    def __attrs_post_init__(self) -> None:
        need_kind("rotation", self.rotation, Rotation, EscalationMatrixError)
        After(timedelta(0), self.since)  # refuses what is not a moment

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return a possible due time for each of the rotation's handoffs after ``since``."""
        anchors = context.begun(context.view.moments(self.since), own=self.since in BEGINNINGS)
        times: list[tuple[datetime, datetime | None]] = []
        for anchor in anchors:
            start, end = max(anchor.at + _INSTANT, anchor.known), context.until + _INSTANT
            if anchor.until is not None:
                end = min(end, anchor.until)
            if start < end:
                times += ((at, anchor.until) for at in self.rotation.handoffs(start, end))
        return [
            Candidate(number, None, at, until, exact=True)
            for number, (at, until) in enumerate(times, start=1)
        ]

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return the code ``at_wall_time``, and how often and at what time the trigger recurs."""
        rotation = self.rotation
        time = f"{rotation.anchor.astimezone(rotation.zone):%H:%M} {rotation.zone.key}"
        return "at_wall_time", {"every": str(rotation.every), "unit": rotation.unit, "time": time}
