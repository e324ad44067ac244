"""The protocol of a trigger: what makes a level of an escalation become due (rule E2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, NamedTuple, TypeAlias

import attrs

from incidentcore._checks import need_kind
from incidentcore.conditions import Condition
from incidentcore.errors import EscalationMatrixError, UnreachableDeadlineError
from incidentcore.escalation.view import Anchor, RecordView
from incidentcore.instants import Interval
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaDefinition

__all__ = [
    "Candidate",
    "Fallen",
    "LintScope",
    "Trigger",
    "TriggerContext",
    "TriggerFinding",
    "later",
    "need_calendar",
    "need_delay",
]

_ZERO: Final = timedelta(0)

TriggerFinding: TypeAlias = tuple[str, dict[str, object], object]
"""A code, the data of its text and a witness; ``because`` in the data selects one of its texts."""


class Candidate(NamedTuple):
    """One occasion on which a level can become due.

    Attributes:
        cycle: The occurrence it belongs to, from 1.
        ready: From when a manual escalation may bring it forward; None if none may.
        at: When its trigger makes it due; None if only a manual escalation can.
        until: When its starting point ends; None if it does not end.
    """

    cycle: int
    ready: datetime | None
    at: datetime | None
    until: datetime | None = None


class Fallen(NamedTuple):
    """The outcome of a level in one cycle.

    Attributes:
        at: When it became due.
        until: When its starting point ends; None if it does not end.
        reached: Whether it notified anybody.
    """

    at: datetime
    until: datetime | None
    reached: bool


@attrs.define
class TriggerContext:
    """What a trigger may read when it computes the occasions on which its level becomes due.

    Attributes:
        view: The record with its clocks.
        when: The condition of the row.
        index: The level's place in the row, from 0.
        until: The last instant that is considered.
        previous: By cycle, how the previous level of the row became due; empty for the first level.
        maintenance: Intervals in which nothing begins.
        beginnings: When levels that count from the opening, or from the row's own condition,
            start a new cycle.
        restarts: When every chain of the row starts a new cycle.
    """

    view: RecordView
    when: Condition
    until: datetime
    maintenance: tuple[Interval, ...] = ()
    beginnings: tuple[datetime, ...] = ()
    restarts: tuple[datetime, ...] = ()
    index: int = 0
    previous: dict[int, Fallen] = attrs.field(factory=dict)

    def begun(self, anchors: Iterable[Anchor], *, own: bool = False) -> list[Anchor]:
        """Return the anchors to count from: cut at each restart, and not starting in maintenance.

        Args:
            anchors: The anchors.
            own: Whether the anchors are the opening, or spells of the row's own condition.
        """
        cuts = self.restarts
        if own and self.beginnings:
            cuts = tuple(sorted({*cuts, *self.beginnings}))
        begun: list[Anchor] = []
        for anchor in anchors:
            start = anchor.at
            for cut in cuts:
                if start < cut and (anchor.until is None or cut < anchor.until):
                    begun.append(Anchor(self._outside(start), cut, len(begun) + 1))
                    start = cut
            begun.append(Anchor(self._outside(start), anchor.until, len(begun) + 1))
        return begun

    def _outside(self, start: datetime) -> datetime:
        for interval in self.maintenance:
            if start in interval:
                start = interval.end
        return start

    def delayed(
        self,
        anchors: Iterable[Anchor],
        delay: timedelta,
        calendar: Calendar | None,
        *,
        own: bool = False,
    ) -> list[Candidate]:
        """Return one occasion a delay after each anchor; ``own`` is as in ``begun``."""
        candidates = []
        for start, until, cycle in self.begun(anchors, own=own):
            due = later(start, delay, calendar)
            if not self.index:
                ready = start
            elif cycle in self.previous:
                ready = max(start, self.previous[cycle].at)
            else:
                ready = due or start  # a manual escalation cannot skip the level above
            candidates.append(Candidate(cycle, ready, due, until))
        return candidates


@attrs.frozen
class LintScope:
    """What a trigger may read while the matrix is linted.

    Attributes:
        when: The condition of the row.
        triggers: The triggers of all its levels.
        index: The level's place in the row.
        silenced: Whether the first acknowledgement silences the level without limit.
        definitions: The clocks that are known.
        span: The time in which calendars are checked.
        dead: Whether the previous level of the row can never become due.
    """

    when: Condition
    triggers: Sequence[Trigger]
    index: int
    silenced: bool
    definitions: Sequence[SlaDefinition]
    span: Interval
    dead: bool

    @property
    def above(self) -> object:
        """Return the trigger of the previous level of the row; None for the first."""
        return self.triggers[self.index - 1] if self.index else None


@attrs.frozen
class Trigger(ABC):
    """What makes a level become due; subclass it for a type of your own.

    A subclass is a frozen attrs class with ``candidates`` and ``why``; all else has a default.

    Attributes:
        until: The default of a level's ``until`` with this trigger.
        chained: Whether it needs a previous level in its row.
        calendar: The calendar of its delay; None for wall time.

    Source: rule E2.

    >>> import attrs
    >>> from datetime import timedelta
    >>> from incidentcore.escalation import EscalationLevel, Trigger
    >>> @attrs.frozen
    ... class AtOnce(Trigger):
    ...     @property
    ...     def why(self):
    ...         return "at_once", {}
    ...
    ...     def candidates(self, context):
    ...         return context.delayed(context.view.moments("opened_at"), timedelta(0), None)
    >>> EscalationLevel(AtOnce(), "on-call").why_code
    'at_once'
    """

    until: ClassVar[str] = "acknowledged"
    chained: ClassVar[bool] = False

    @abstractmethod
    def candidates(self, context: TriggerContext) -> Sequence[Candidate]:
        """Return each occasion on which the level can become due, in order of cycles."""
        ...

    def may_fire(self, view: RecordView) -> bool:
        """Return False only if the level certainly never becomes due, which saves time."""
        return True

    @property
    @abstractmethod
    def why(self) -> tuple[str, dict[str, str]]:
        """Return why the level becomes due: a code, and the data of its text."""
        ...

    @property
    def waits(self) -> tuple[timedelta, Calendar | None]:
        """Return how long it waits, and the calendar that counts; wall time without one."""
        return _ZERO, None

    @property
    def asks(self) -> tuple[Condition, ...]:
        """Return the conditions on the record whose spells it counts from."""
        return ()

    def repeats(self, triggers: Sequence[Trigger], index: int) -> bool:
        """Return whether the level is part of the repetitions of a row with these triggers."""
        return False

    def offset(
        self, begin: datetime, previous: Fallen | None, first: Trigger, *, head: bool
    ) -> datetime | None:
        """Return when the level is due in a repetition of its row; None if never.

        Args:
            begin: When the repetition begins.
            previous: The previous level in it; None if that never becomes due.
            first: The trigger of the first level in it.
            head: Whether this is that level.
        """
        return begin

    def never(self, scope: LintScope) -> TriggerFinding | None:
        """Return why the level can never become due, as ``level_never_fires``; None if it can."""
        return None

    def lint(self, scope: LintScope) -> Iterator[TriggerFinding]:
        """Yield findings on anything else that cannot work as intended."""
        yield from ()


def later(at: datetime, delay: timedelta, calendar: Calendar | None) -> datetime | None:
    """Return the instant a delay later, in open time of a calendar; None if never."""
    try:
        return at + delay if calendar is None else calendar.deadline(at, delay)
    except (OverflowError, UnreachableDeadlineError):
        return None


def need_delay(name: str, delay: object) -> None:
    """Refuse a delay that is not a ``timedelta``, or is negative."""
    if not isinstance(delay, timedelta) or delay < _ZERO:
        raise EscalationMatrixError(name, delay, "a timedelta that is not negative")


def need_calendar(name: str, calendar: object) -> None:
    """Refuse a value that is neither a calendar nor None."""
    need_kind(
        name, calendar, Calendar | None, EscalationMatrixError, "a Calendar, or None for wall time"
    )
