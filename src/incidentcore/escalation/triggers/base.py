"""The base class of triggers: what makes an escalation level become due (rule E2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, NamedTuple, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_span
from incidentcore.conditions import Condition
from incidentcore.errors import EscalationMatrixError, UnreachableDeadlineError
from incidentcore.escalation.view import Anchor, RecordView
from incidentcore.instants import Interval
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaDefinition
from incidentcore.sla.crossings import ClockPoint

_ZERO: Final = timedelta(0)

TriggerFinding: TypeAlias = tuple[str, dict[str, object], object]
"""A code, the data of its text and a witness; ``because`` in the data selects one of its texts."""


class Candidate(NamedTuple):
    """An occasion on which a level can become due.

    Attributes:
        cycle: The number of the occasion, from 1.
        ready: When a manual escalation may first make the level due; None if it never may.
        at: When the trigger makes the level due; None if only a manual escalation can.
        until: When the occasion ends because a condition or field changes; None if it does not end.
        exact: Whether the level is skipped if it is silenced, or outside its contact hours, at the
            instant ``at``; otherwise it becomes due later.
    """

    cycle: int
    ready: datetime | None
    at: datetime | None
    until: datetime | None = None
    exact: bool = False


class Fallen(NamedTuple):
    """An occasion on which a level became due, and whether it notified anybody.

    Attributes:
        at: When the level became due.
        until: When the occasion ends because a condition or field changes; None if it does not end.
        reached: Whether the level notified anybody.
    """

    at: datetime
    until: datetime | None
    reached: bool


@attrs.define
class TriggerContext(SharedRepr):
    """The information available to a trigger that computes when its level can become due.

    Attributes:
        view: The record with its clocks, as a ``RecordView``.
        when: The condition of the row.
        index: The level's position in the row, from 0.
        until: The last instant that is considered.
        previous: A mapping from ``Candidate.cycle`` to the occasion on which the previous level
            became due; empty for the first level.
        maintenance: Intervals in which no delay begins.
        beginnings: The instants at which levels that count from the opening, or from the row's own
            condition, start again.
        restarts: The instants at which all levels of the row start again.
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
        """Return the instants from which a delay is counted, each with the end of its validity.

        A delay is counted from each of the ``anchors``, and afresh from each of the context's
        ``restarts`` while the anchor is valid; with ``own``, also from each of its ``beginnings``.
        Pass True if the delay is counted from the opening, or from when the row's condition began
        to hold. Instead of an instant in maintenance, the end of the maintenance is used.
        """
        cuts = self.restarts
        if own and self.beginnings:
            cuts = tuple(sorted({*cuts, *self.beginnings}))
        begun: list[Anchor] = []
        for anchor in anchors:
            start, until, _, known = anchor
            for cut in cuts:
                if start < cut and (until is None or cut < until):
                    begun.append(Anchor(self._outside(start), cut, len(begun) + 1, known))
                    start = cut
            begun.append(Anchor(self._outside(start), until, len(begun) + 1, known))
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
        """Return one candidate for each start of the delay, as in ``begun``.

        The delay is in the open time of ``calendar``, or in wall-clock time if it is None.
        """
        candidates = []
        for begin, until, cycle, known in self.begun(anchors, own=own):
            due = later(begin, delay, calendar)
            start, due = max(begin, known), due and max(due, known)
            if not self.index:
                ready = start
            elif cycle in self.previous:
                ready = max(start, self.previous[cycle].at)
            else:
                ready = due or start  # a manual escalation cannot skip the level above
            candidates.append(Candidate(cycle, ready, due, until))
        return candidates


@attrs.frozen
class LintScope(SharedRepr):
    """The information available to a trigger while its matrix is checked.

    Attributes:
        when: The condition of the row.
        triggers: The triggers of all levels of the row.
        index: The level's position in the row, from 0.
        silenced: Whether a single acknowledgement silences the level, without a time limit.
        definitions: The SLA definitions that were passed to the check.
        span: The interval in which calendars are checked.
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
class Trigger(SharedRepr, ABC):
    """The base class of triggers, which make escalation levels due; subclass it to write your own.

    A subclass is a frozen attrs class that defines at least ``candidates`` and ``why``.

    Attributes:
        until: The default ``until`` of a level with this trigger.
        chained: Whether the trigger needs a previous level in its row.

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
        """Return the occasions on which the level can become due, in order."""
        ...

    def may_fire(self, view: RecordView) -> bool:
        """Return whether the level might become due for a record; otherwise, it is skipped."""
        return True

    @property
    @abstractmethod
    def why(self) -> tuple[str, dict[str, str]]:
        """Return why the level becomes due: the code of a reason, and the values for its text."""
        ...

    @property
    def waits(self) -> tuple[timedelta, Calendar | None]:
        """Return the delay (zero if there is none) and its calendar (None for wall-clock time)."""
        return _ZERO, None

    @property
    def points(self) -> tuple[tuple[str, ClockPoint], ...]:
        """Return the points of SLA clocks to wait for, each with the kind or name of its clock."""
        return ()

    @property
    def asks(self) -> tuple[Condition, ...]:
        """Return the conditions on the record that start the delay when they become true."""
        return ()

    def repeats(self, triggers: Sequence[Trigger], index: int) -> bool:
        """Return whether the level at ``index`` can be due again when the row is repeated."""
        return False

    def offset(
        self, begin: datetime, previous: Fallen | None, first: Trigger, *, head: bool
    ) -> datetime | None:
        """Return when the level is due in a repetition of its row; None if never.

        Args:
            begin: When the repetition begins.
            previous: The occasion on which the previous level became due in this repetition; None
                if it did not.
            first: The trigger of the first level in the repetition.
            head: Whether this level is itself the first in the repetition.
        """
        return begin

    def behind(self, above: Trigger) -> timedelta | None:
        """Return how long after the level whose trigger is ``above`` this level becomes due.

        The result is None if that time varies.
        """
        return None

    def never(self, scope: LintScope) -> TriggerFinding | None:
        """Return a ``level_never_fires`` finding if the level can never become due, else None."""
        return None

    def lint(self, scope: LintScope) -> Iterator[TriggerFinding]:
        """Yield findings other than that of ``never``, such as levels in the wrong order."""
        yield from ()


def later(at: datetime, delay: timedelta, calendar: Calendar | None) -> datetime | None:
    """Return the instant a delay after ``at``, in a calendar's open time; None if out of reach."""
    try:
        return at + delay if calendar is None else calendar.deadline(at, delay)
    except (OverflowError, UnreachableDeadlineError):
        return None


def need_delay(name: str, delay: object) -> None:
    """Raise ``EscalationMatrixError`` if a delay is not a ``timedelta``, or is negative."""
    need_span(name, delay, EscalationMatrixError)


def need_calendar(name: str, calendar: object) -> None:
    """Raise ``EscalationMatrixError`` if a value is neither a calendar nor None."""
    need_kind(
        name, calendar, Calendar | None, EscalationMatrixError, "a Calendar, or None for wall time"
    )
