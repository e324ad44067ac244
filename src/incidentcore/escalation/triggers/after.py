"""A trigger that fires a delay after the instant in a field of the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.triggers.base import (
    Candidate,
    Fallen,
    LintScope,
    Trigger,
    TriggerContext,
    TriggerFinding,
    later,
    need_calendar,
    need_delay,
)
from incidentcore.schedule import Calendar

BEGINNINGS: Final = ("opened_at", "occurred_at", "detected_at")  # when the trouble began
MOVED_BY_DELIVERY: Final = frozenset(("updated_at", "escalation_count"))
_ZERO: Final = timedelta(0)
_ENDINGS: Final = ("resolved_at", "closed_at", "canceled_at")
_MOMENTS: Final = (
    *("opened_at", "occurred_at", "detected_at", "acknowledged_at", "first_response_at"),
    *("last_public_update_at", "unanswered_since", "snoozed_until", "restored_at", "resolved_at"),
    *("first_resolved_at", "reopened_at", "closed_at", "canceled_at", "updated_at"),
    *("approval_requested_at", "approval_decided_at"),
)


@attrs.frozen
class After(Trigger):
    """A trigger that fires a set time after the instant in a field of the record.

    Attributes:
        delay: How long after that instant the trigger fires.
        since: The field: ``opened_at``, ``reopened_at``, ``updated_at``, ``unanswered_since`` and
            so on, or a custom field such as ``custom.called_at``. When the field changes, the delay
            starts again; when it becomes None, the trigger does not fire.
        calendar: The calendar in whose open time the delay is counted; None for wall-clock time.
    """

    delay: timedelta
    since: str = "opened_at"
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        need_delay("delay", self.delay)
        need_calendar("calendar", self.calendar)
        if self.since not in _MOMENTS and not str(self.since).startswith("custom."):
            raise EscalationMatrixError(
                "since", self.since, f"{', '.join(_MOMENTS)}, or custom and a name"
            )

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return a possible due time for each value that the field in ``since`` has had."""
        own = self.since in BEGINNINGS
        return context.delayed(context.view.moments(self.since), self.delay, self.calendar, own=own)

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return the code ``after``, the delay, and the field from which the delay is counted."""
        since = self.since.removesuffix("_at").replace("_", " ")
        return "after", {"delay": str(self.delay), "since": since}

    @property
    def waits(self) -> tuple[timedelta, Calendar | None]:
        """Return the delay and its calendar, which is None for wall-clock time."""
        return self.delay, self.calendar

    def repeats(self, triggers: Sequence[Trigger], index: int) -> bool:
        """Return True, since the level can be due again when the row is repeated."""
        return True

    def offset(
        self, begin: datetime, previous: Fallen | None, first: Trigger, *, head: bool
    ) -> datetime | None:
        """Return when the level is due in a repetition of its row; see ``Trigger.offset``.

        If the trigger of the first level is an ``After`` too, the level is due later than the first
        by the difference of their delays; otherwise it is due when the repetition begins.
        """
        if not isinstance(first, After):
            return begin
        return later(begin, max(self.delay - first.delay, _ZERO), self.calendar)

    def behind(self, above: Trigger) -> timedelta | None:
        """Return the delay minus that of the previous trigger, ``above``, but at least zero.

        The result is None unless both delays are counted in wall-clock time from the same field.
        """
        same = isinstance(above, After) and above.since == self.since
        if not same or self.calendar is not None or above.waits[1] is not None:
            return None
        return max(self.delay - above.waits[0], _ZERO)

    def never(self, scope: LintScope) -> TriggerFinding | None:
        """Return a finding if the field in ``since`` is set only after the record has ended."""
        if self.since not in _ENDINGS:
            return None
        return "level_never_fires", {"because": "ended", "since": self.since}, self.since

    def lint(self, scope: LintScope) -> Iterator[TriggerFinding]:
        """Yield findings if a level is never due, due repeatedly or due before the previous one."""
        above = scope.above
        if (
            isinstance(above, After)
            and self.since == above.since
            and self.calendar == above.calendar
            and self.delay < above.delay
        ):
            data = {"because": "delay", "delay": self.delay}
            yield "out_of_order", data, (self.delay, above.delay)
        if self.since == "acknowledged_at" and scope.silenced:
            yield "silenced_at_once", {}, self.since
        if self.since in MOVED_BY_DELIVERY:
            yield "loop", {"because": "moment", "since": self.since}, self.since
