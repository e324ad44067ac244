"""A trigger that fires when a condition has held for some time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import attrs

from incidentcore._checks import need_kind
from incidentcore.conditions import Condition, field, overlap
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.triggers.after import MOVED_BY_DELIVERY, After
from incidentcore.escalation.triggers.base import (
    Candidate,
    LintScope,
    Trigger,
    TriggerContext,
    TriggerFinding,
    need_calendar,
    need_delay,
)
from incidentcore.schedule import Calendar

_OPEN: Final = field("state.open").is_true()


@attrs.frozen
class HeldFor(Trigger):
    """A trigger that fires when a condition has held without interruption for a given time.

    Attributes:
        condition: The condition on the record.
        span: How long the condition must have held.
        calendar: The calendar in whose open time the span is counted; None for wall-clock time.
    """

    condition: Condition
    span: timedelta
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        need_delay("span", self.span)
        need_calendar("calendar", self.calendar)
        need_kind("condition", self.condition, Condition, EscalationMatrixError)

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return a possible due time for each interval in which the condition held."""
        own = self.condition == context.when
        spells = context.view.spells(self.condition)
        return context.delayed(spells, self.span, self.calendar, own=own)

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return the code ``held_for``, with the condition and how long it must have held."""
        return "held_for", {"condition": str(self.condition), "span": str(self.span)}

    @property
    def waits(self) -> tuple[timedelta, Calendar | None]:
        """Return the span and its calendar, which is None for wall-clock time."""
        return self.span, self.calendar

    @property
    def asks(self) -> tuple[Condition, ...]:
        """Return the condition that must hold, as the only entry of a tuple."""
        return (self.condition,)

    def repeats(self, triggers: Sequence[Trigger], index: int) -> bool:
        """Return whether the level can be due again when the row is repeated.

        It can if it is the first level and no level of the row uses ``After``.
        """
        return not index and not any(isinstance(one, After) for one in triggers)

    def never(self, scope: LintScope) -> TriggerFinding | None:
        """Return a finding if the condition can never hold for an open record of the row."""
        held = self.condition
        if overlap(held, scope.when).is_no:
            return "level_never_fires", {"because": "row"}, str(held)
        if overlap(held, _OPEN).is_no:
            return "level_never_fires", {"because": "not_open"}, str(held)
        return None

    def lint(self, scope: LintScope) -> Iterator[TriggerFinding]:
        """Yield a finding if delivering an escalation changes a field that the condition reads."""
        if self.condition.fields & MOVED_BY_DELIVERY:
            yield "loop", {"because": "level"}, str(self.condition)
