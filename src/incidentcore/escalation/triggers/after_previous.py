"""A trigger that fires a delay after the previous level of its row became due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

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


@attrs.frozen
class AfterPrevious(Trigger):
    """A trigger that fires a set time after the previous level of its row became due.

    It does not fire if what made the previous level due has ended by then: if a level fires because
    nothing happened for an hour, the levels after it are dropped when something happens.

    Attributes:
        delay: How long after the due time of the previous level the trigger fires.
        calendar: The calendar in whose open time the delay is counted; None for wall-clock time.
    """

    chained: ClassVar[bool] = True

    delay: timedelta
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        need_delay("delay", self.delay)
        need_calendar("calendar", self.calendar)

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return a possible due time for each occasion on which the previous level became due."""
        return [
            Candidate(cycle, above.at, self._after(above), above.until)
            for cycle, above in sorted(context.previous.items())
        ]

    def _after(self, above: Fallen) -> datetime | None:
        """Return when it follows a level; at once if that level notified nobody (rule E3)."""
        return later(above.at, self.delay, self.calendar) if above.reached else above.at

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return the code ``after_previous``, with the delay."""
        return "after_previous", {"delay": str(self.delay)}

    @property
    def waits(self) -> tuple[timedelta, Calendar | None]:
        """Return the delay and its calendar, which is None for wall-clock time."""
        return self.delay, self.calendar

    def behind(self, above: Trigger) -> timedelta | None:
        """Return the delay; None if it is counted in the open time of a calendar."""
        return self.delay if self.calendar is None else None

    def repeats(self, triggers: Sequence[Trigger], index: int) -> bool:
        """Return True, since the level can be due again when the row is repeated."""
        return True

    def offset(
        self, begin: datetime, previous: Fallen | None, first: Trigger, *, head: bool
    ) -> datetime | None:
        """Return when the level is due in a repetition of its row; see ``Trigger.offset``.

        The level is due ``delay`` after the previous level, or at the same time if the previous
        level notified nobody; None if it is never due. The first level is due at ``begin``.
        """
        if head:
            return begin
        return None if previous is None else self._after(previous)

    def never(self, scope: LintScope) -> TriggerFinding | None:
        """Return a finding if the previous level never fires."""
        if not scope.dead:
            return None
        return "level_never_fires", {"because": "level_above"}, scope.index - 1
