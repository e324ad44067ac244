"""A trigger that fires at a point of an SLA clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import ClassVar, Final

import attrs

from incidentcore._checks import is_number, need_text
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.triggers.base import (
    Candidate,
    LintScope,
    Trigger,
    TriggerContext,
    TriggerFinding,
)
from incidentcore.escalation.view import RecordView
from incidentcore.sla import SlaThreshold
from incidentcore.sla.crossings import ClockPoint

_ZERO: Final = timedelta(0)
_MOST: Final = 10  # times the target; a larger number is a percentage that was meant as a fraction


def _point(point: SlaThreshold | str | float) -> ClockPoint:
    if isinstance(point, SlaThreshold) or point in ("due", "breach"):
        return point  # type: ignore[return-value]  # one of the two words
    if (is_number(point) or isinstance(point, Fraction)) and 0 <= float(point) <= _MOST:
        return SlaThreshold(name=str(point), fraction=point)
    raise EscalationMatrixError(
        "point", point, f"due, breach, an SlaThreshold, or a fraction from 0 to {_MOST} like 0.75"
    )


@attrs.frozen
class OnClock(Trigger):
    """A trigger that fires when an SLA clock reaches a point, in each cycle of the clock.

    Attributes:
        clock: The kind or name of the definition, such as ``"resolution"``.
        point: ``"due"``, ``"breach"`` or an ``SlaThreshold``; a fraction such as ``0.75`` is
            converted to a threshold at that fraction of the target.

    ``"due"`` is reached at the due time; ``"breach"`` at the first instant at which the target is
    exceeded; see ``SlaStatus.crossings``.
    """

    until: ClassVar[str] = "resolved"

    clock: str
    point: ClockPoint = attrs.field(converter=_point)

    def __attrs_post_init__(self) -> None:
        need_text("clock", self.clock, EscalationMatrixError, "the kind or name of a definition")

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return a possible due time for each cycle of the clock in which ``point`` was reached.

        A manual escalation cannot make the level due earlier.
        """
        return [
            Candidate(crossing.cycle, None, crossing.at)
            for crossing in context.view.clocks.crossings(self.clock, self.point)
        ]

    def may_fire(self, view: RecordView) -> bool:
        """Return whether the clock reached the point in any cycle."""
        return bool(view.clocks.crossings(self.clock, self.point))

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return the code ``clock_reached``, with the clock and the point."""
        point = getattr(self.point, "name", str(self.point))
        return "clock_reached", {"clock": self.clock, "point": point}

    @property
    def points(self) -> tuple[tuple[str, ClockPoint], ...]:
        """Return a tuple that contains one pair: the clock, and the point on it."""
        return ((self.clock, self.point),)

    def never(self, scope: LintScope) -> TriggerFinding | None:
        """Return a finding if no SLA definition has the kind or name in ``clock``."""
        if any(self.clock in (one.kind, one.name) for one in scope.definitions):
            return None
        return "level_never_fires", {"because": "no_clock", "clock": self.clock}, self.clock

    def lint(self, scope: LintScope) -> Iterator[TriggerFinding]:
        """Yield a finding if the level is due at the clock's start or before the previous level."""
        above = scope.above
        for definition in scope.definitions:
            target, named = definition.target, (definition.kind, definition.name)
            if self.clock not in named or not isinstance(target, timedelta):
                continue
            elapsed = self.elapsed_at(target)
            data: dict[str, object] = {"definition": definition.name}
            if not elapsed and target:
                yield "due_at_once", {"point": self._words(), **data}, target
            if isinstance(above, OnClock) and above.clock == self.clock:
                first = above.elapsed_at(target)
                if elapsed < first:
                    data |= {"because": "clock", "elapsed": elapsed}
                    yield "out_of_order", data, (elapsed, first)

    def elapsed_at(self, target: timedelta) -> timedelta:
        """Return the elapsed time at which a clock with the given target reaches the point."""
        point = self.point
        if isinstance(point, SlaThreshold):
            later = point.after_due if point.runs_on else _ZERO
            return point.point(target) + (later if isinstance(later, timedelta) else _ZERO)
        return target if point == "due" else target + timedelta(microseconds=1)

    def _words(self) -> str:
        before = getattr(self.point, "before_due", None)
        return "the point" if before is None else f"{before} before the due"
