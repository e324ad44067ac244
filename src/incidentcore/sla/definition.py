"""What an SLA promises and when its clock starts, pauses and stops (rules S1, S5, S6, S8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from incidentcore.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    FieldTest,
    Not,
    field,
)
from incidentcore.digest import content_id
from incidentcore.errors import SlaDefinitionError
from incidentcore.schedule import BusinessCalendar, BusinessDays, Calendar
from incidentcore.sla.targets import ByTimeOfDay, DueDate, Target
from incidentcore.sla.terms import (
    CalendarByField,
    CalendarChoice,
    ReopenMode,
    SlaThreshold,
    TakeoverMode,
)

__all__ = ["SlaDefinition", "reads_only_fields"]


def _thresholds(thresholds: Iterable[SlaThreshold]) -> tuple[SlaThreshold, ...]:
    return tuple(thresholds)


_OPEN: Final = field("state.open").is_true()
_RESOLVED: Final = field("state.resolved").is_true()
_CANCELED: Final = field("state.is_canceled").is_true()
_PAUSES: Final = field("state.pauses").is_true()
_ANSWERED: Final = field("first_response_at").present()
_PUBLIC_UPDATE: Final = field("by.role").equals("agent") & (
    (field("kind").equals("commented") & field("visibility").equals("public"))
    | field("kind").equals("contacted")
)


@attrs.frozen(kw_only=True)
class SlaDefinition:
    """One promise about records: a target, a calendar, and when its clock runs.

    Attributes:
        name: The definition's id.
        target: Open time as a ``timedelta``, ``BusinessDays``, ``ByTimeOfDay`` or ``DueDate``.
        calendar: The calendar in whose open time the clock counts, or a ``CalendarByField``.
        start: When the clock attaches; a record that already satisfies ``stop`` is not attached.
        pause: While it holds the clock stands; it is paused until ``resume``.
        resume: When a pause ends; where none is given, when ``pause`` no longer holds.
        stop: When the promise is kept or broken for good, until a reopening.
        cancel: When the clock ends without a result.
        reset: A condition on an event: the cycle ends with its result and a new one starts.
        cancel_when_start_ends: Whether the clock is canceled when ``start`` no longer holds.
        reopen: What a reopening does; see ``ReopenMode``.
        swap: How this definition takes over from another; see ``TakeoverMode``.
        thresholds: Named points on the clock.
        kind: ``response``, ``next_response``, ``update``, ``resolution`` or a word of your own.
        agreement: ``sla``, ``ola`` or ``contract``.
        fields: The fields of a record that its conditions read.
        reads: The same, where only a change of them can change an answer; None where a reset, a
            time of day or a function of the caller's own may.

    Raises:
        SlaDefinitionError: The target is negative, a condition on time of day stands in pause,
            resume, stop or cancel, or a word is not one of those above.

    Source: rules S1, S4, S5, S6 and S8.

    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
    >>> SlaDefinition.resolution(hours=4, calendar=office).target
    datetime.timedelta(seconds=14400)
    """

    name: str
    target: Target
    calendar: CalendarChoice = attrs.field(factory=BusinessCalendar.always)
    start: Condition = ALWAYS
    pause: Condition = NEVER
    resume: Condition | None = None
    stop: Condition
    cancel: Condition = NEVER
    reset: Condition | None = None
    cancel_when_start_ends: bool = False
    reopen: ReopenMode = "exclude_closed"
    swap: TakeoverMode = "retroactive"
    thresholds: tuple[SlaThreshold, ...] = attrs.field(default=(), converter=_thresholds)
    kind: str = "resolution"
    agreement: str = "sla"
    fields: frozenset[str] = attrs.field(init=False, eq=False, repr=False)
    reads: frozenset[str] | None = attrs.field(init=False, eq=False, repr=False)
    _hash: str | None = attrs.field(init=False, eq=False, repr=False, default=None)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise SlaDefinitionError("name", self.name, "a non-empty text")
        if not isinstance(self.target, (timedelta, BusinessDays, ByTimeOfDay, DueDate)):
            raise SlaDefinitionError(
                "target", self.target, "a timedelta, BusinessDays, ByTime or DueDate"
            )
        if (isinstance(self.target, timedelta) and self.target < timedelta(0)) or (
            isinstance(self.target, BusinessDays) and self.target.n < 0
        ):
            raise SlaDefinitionError("target", self.target, "no negative time")
        if not isinstance(self.calendar, (Calendar, CalendarByField)):
            raise SlaDefinitionError("calendar", self.calendar, "a Calendar or CalendarBy")
        _word("reopen", self.reopen, ("exclude_closed", "continue", "new_cycle"))
        _word(
            "swap",
            self.swap,
            ("retroactive", "retroactive_without_pauses", "keep_elapsed", "restart"),
        )
        _word("agreement", self.agreement, ("sla", "ola", "contract"))
        paths: set[str] = set()
        known = self.reset is None
        for name in ("start", "pause", "resume", "stop", "cancel", "reset"):
            condition = getattr(self, name)
            if condition is None:
                continue
            if not isinstance(condition, Condition):
                raise SlaDefinitionError(name, condition, "a Condition")
            if condition.reads_time and name not in ("start", "reset"):
                raise SlaDefinitionError(
                    name,
                    str(condition),
                    "a condition without time of day; hours are the calendar's",
                )
            if name != "reset":
                paths |= condition.fields
                known = known and reads_only_fields(condition)
        for threshold in self.thresholds:
            if not isinstance(threshold, SlaThreshold):
                raise SlaDefinitionError("thresholds", threshold, "Threshold values")
        names = [threshold.name for threshold in self.thresholds]
        if len(set(names)) != len(names):
            raise SlaDefinitionError("thresholds", names, "each name once")
        fields = frozenset(path.split(".")[0] for path in paths)
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "reads", fields if known else None)

    def starts(self, facts: dict[str, Any], at: datetime | None = None) -> bool:
        """Return whether a clock attaches by these facts: start holds, stop and cancel do not."""
        return (
            self.start.test(facts, at)
            and not self.stop.test(facts, at)
            and not self.cancel.test(facts, at)
        )

    @property
    def content_hash(self) -> str:
        """Return a digest of the whole definition: another promise has another one (rule S11)."""
        if self._hash is None:
            object.__setattr__(self, "_hash", content_id(self))
        return str(self._hash)

    @classmethod
    def resolution(
        cls,
        *,
        calendar: CalendarChoice,
        hours: float = 0,
        target: Target | None = None,
        name: str = "resolution",
        reopen: ReopenMode = "exclude_closed",
        swap: TakeoverMode = "retroactive",
        thresholds: Iterable[SlaThreshold] = (),
        agreement: str = "sla",
    ) -> SlaDefinition:
        """Return a promise to resolve: runs while open, paused on hold, stopped by resolution.

        Args:
            calendar: The calendar in whose open time it counts.
            hours: The target in hours of open time.
            target: The target in another form, instead of hours.
            name: The definition's id.
            reopen: What a reopening does.
            swap: How it takes over from another definition.
            thresholds: Named points on the clock.
            agreement: ``sla``, ``ola`` or ``contract``.
        """
        return cls(
            name=name,
            target=_target(hours, target),
            calendar=calendar,
            start=_OPEN,
            pause=_PAUSES,
            stop=_RESOLVED,
            cancel=_CANCELED,
            reopen=reopen,
            swap=swap,
            thresholds=_thresholds(thresholds),
            kind="resolution",
            agreement=agreement,
        )

    @classmethod
    def first_response(
        cls,
        *,
        calendar: CalendarChoice,
        hours: float = 0,
        target: Target | None = None,
        name: str = "first_response",
        pause: Condition = NEVER,
        swap: TakeoverMode = "retroactive",
        thresholds: Iterable[SlaThreshold] = (),
        agreement: str = "sla",
    ) -> SlaDefinition:
        """Return a promise to answer: stopped by the first public reply of an agent.

        A resolution without a reply stops it too, since nobody waits any longer. It is not paused
        unless asked.
        """
        return cls(
            name=name,
            target=_target(hours, target),
            calendar=calendar,
            start=_OPEN,
            pause=pause,
            stop=_ANSWERED | _RESOLVED,
            cancel=_CANCELED,
            swap=swap,
            thresholds=_thresholds(thresholds),
            kind="response",
            agreement=agreement,
        )

    @classmethod
    def next_response(
        cls,
        *,
        calendar: CalendarChoice,
        hours: float = 0,
        target: Target | None = None,
        name: str = "next_response",
        thresholds: Iterable[SlaThreshold] = (),
        agreement: str = "sla",
    ) -> SlaDefinition:
        """Return a promise to answer each further message of the requester (rule S6).

        It starts at the earliest unanswered message, which a second one does not move; each answer
        ends a cycle. A resolved record pauses it.
        """
        waiting = field("unanswered_since").present()
        return cls(
            name=name,
            target=_target(hours, target),
            calendar=calendar,
            start=waiting,
            pause=~_OPEN,
            stop=~waiting,
            cancel=_CANCELED,
            reopen="new_cycle",
            thresholds=_thresholds(thresholds),
            kind="next_response",
            agreement=agreement,
        )

    @classmethod
    def update(
        cls,
        *,
        every: timedelta,
        calendar: CalendarChoice,
        name: str = "update",
        thresholds: Iterable[SlaThreshold] = (),
        agreement: str = "sla",
    ) -> SlaDefinition:
        """Return a promise of regular public updates: each one ends a cycle and starts the next."""
        return cls(
            name=name,
            target=every,
            calendar=calendar,
            start=_OPEN,
            stop=_RESOLVED,
            cancel=_CANCELED,
            reset=_PUBLIC_UPDATE,
            reopen="new_cycle",
            thresholds=_thresholds(thresholds),
            kind="update",
            agreement=agreement,
        )


def reads_only_fields(condition: Condition) -> bool:
    """Return whether a condition's answer can change only when one of its fields does."""
    if isinstance(condition, (AllOf, AnyOf)):
        return all(reads_only_fields(part) for part in condition.parts)
    if isinstance(condition, Not):
        return reads_only_fields(condition.part)
    return isinstance(condition, FieldTest)


def _word(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise SlaDefinitionError(name, given, f"one of {', '.join(allowed)}")


def _target(hours: float, target: Target | None) -> Target:
    if target is not None:
        if hours:
            raise SlaDefinitionError("hours", hours, "hours or target, not both")
        return target
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not hours > 0:
        raise SlaDefinitionError("hours", hours, "a positive number of hours, or a target")
    try:
        return timedelta(hours=hours)
    except (OverflowError, ValueError):
        raise SlaDefinitionError("hours", hours, "a number of hours that is finite") from None
