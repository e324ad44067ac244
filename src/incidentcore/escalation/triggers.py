"""What makes a level of an escalation fall due (rule E2)."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import EscalationMatrixError
from incidentcore.schedule import Calendar
from incidentcore.sla import ClockPoint, SlaThreshold

__all__ = [
    "After",
    "AfterPrevious",
    "HeldFor",
    "OnClock",
    "Trigger",
    "need_calendar",
    "need_delay",
    "why",
]

_ZERO: Final = timedelta(0)
_MOMENTS: Final = (
    *("opened_at", "occurred_at", "detected_at", "acknowledged_at", "first_response_at"),
    *("last_public_update_at", "unanswered_since", "snoozed_until", "restored_at", "resolved_at"),
    *("first_resolved_at", "reopened_at", "closed_at", "canceled_at", "updated_at"),
    *("approval_requested_at", "approval_decided_at"),
)
_MOST: Final = 10  # times the target; a larger number is a percentage that was meant as a fraction


def need_delay(name: str, delay: object) -> None:
    """Refuse what is no time, or a negative one."""
    if not isinstance(delay, timedelta) or delay < _ZERO:
        raise EscalationMatrixError(name, delay, "a timedelta that is not negative")


def need_calendar(name: str, calendar: object) -> None:
    """Refuse what is neither a calendar nor None."""
    if calendar is not None and not isinstance(calendar, Calendar):
        raise EscalationMatrixError(name, calendar, "a Calendar, or None for wall time")


def _point(point: SlaThreshold | str | float) -> ClockPoint:
    if isinstance(point, SlaThreshold) or point in ("due", "breach"):
        return point  # type: ignore[return-value]  # one of the two words
    number = isinstance(point, (int, float, Fraction)) and type(point) is not bool
    if number and 0 <= float(point) <= _MOST:
        return SlaThreshold(name=str(point), fraction=point)
    raise EscalationMatrixError(
        "point", point, f"due, breach, a Threshold, or a fraction from 0 to {_MOST} like 0.75"
    )


@attrs.frozen
class OnClock:
    """Fires when an SLA clock reaches a point, in each of its cycles.

    Attributes:
        clock: The kind or name of the definition, such as ``"resolution"``.
        point: ``"due"``, ``"breach"`` or a ``SlaThreshold``; a fraction such as ``0.75`` stands for
            the threshold of that fraction.

    At due means at or after it; breach is the first instant at which elapsed exceeds the target.
    """

    clock: str
    point: ClockPoint = attrs.field(converter=_point)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.clock, str) or not self.clock:
            raise EscalationMatrixError("clock", self.clock, "the kind or name of a definition")


@attrs.frozen
class After:
    """Fires a delay after a moment of the record, for as long as that moment stands.

    Attributes:
        delay: How long after it.
        since: The field that holds the moment: ``opened_at``, ``reopened_at``, ``updated_at``,
            ``unanswered_since`` and so on, or a custom one such as ``custom.called_at``. When it
            moves, the delay begins anew; when it becomes None, nothing fires.
        calendar: Count the delay in this calendar's open time; wall time otherwise.
    """

    delay: timedelta
    since: str = "opened_at"
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        need_delay("delay", self.delay)
        need_calendar("calendar", self.calendar)
        own = isinstance(self.since, str) and self.since.removeprefix("custom.") != self.since
        if self.since not in _MOMENTS and not own:
            raise EscalationMatrixError(
                "since", self.since, f"{', '.join(_MOMENTS)}, or custom and a name"
            )


@attrs.frozen
class AfterPrevious:
    """Fires a delay after the level before it fell due, never after it was polled.

    What the level before stands on, this one stands on too: a chain that began when nothing had
    happened for an hour ends when something does.

    Attributes:
        delay: How long after it.
        calendar: Count the delay in this calendar's open time; wall time otherwise.
    """

    delay: timedelta
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        need_delay("delay", self.delay)
        need_calendar("calendar", self.calendar)


@attrs.frozen
class HeldFor:
    """Fires when a condition has held for a time without a break.

    Attributes:
        condition: The condition.
        span: For how long.
        calendar: Count the span in this calendar's open time; wall time otherwise.
    """

    condition: Condition
    span: timedelta
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        need_delay("span", self.span)
        need_calendar("calendar", self.calendar)
        if not isinstance(self.condition, Condition):
            raise EscalationMatrixError("condition", self.condition, "a Condition")


Trigger: TypeAlias = OnClock | After | AfterPrevious | HeldFor


def why(trigger: Trigger) -> str:
    """Return in words why a level with this trigger falls due."""
    if isinstance(trigger, OnClock):
        point = trigger.point if isinstance(trigger.point, str) else trigger.point.name
        return f"the {trigger.clock} clock reached {point}"
    if isinstance(trigger, After):
        return f"{trigger.delay} after {trigger.since.removesuffix('_at').replace('_', ' ')}"
    if isinstance(trigger, AfterPrevious):
        return f"{trigger.delay} after the level before"
    return f"{trigger.condition} held for {trigger.span}"
