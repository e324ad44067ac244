"""Conditions on the time of day: whether a calendar is open at the instant of the test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

import attrs

from incidentcore.conditions.condition import ALWAYS, NEVER, Condition, Test, set_test
from incidentcore.errors import InvalidValueError
from incidentcore.schedule import Calendar

SpellTest: TypeAlias = Callable[[dict[str, Any], datetime, bool], bool]
"""Evaluates a condition, given facts, their instant, and whether another cycle begins there."""


@attrs.frozen
class OpenHours(Condition):
    """A condition that matches when a calendar is open at the instant of the test.

    An SLA policy, and the start of a clock, evaluate this condition at the record's opening. A
    clock's pause, resume, stop and cancel conditions must not contain it (rule S1), since opening
    hours belong in the clock's calendar.
    """

    reads_time: ClassVar[bool] = True
    reads_hours: ClassVar[bool] = True

    calendar: Calendar
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        is_open = getattr(self.calendar, "is_open", None)
        if is_open is None:
            raise InvalidValueError("calendar", self.calendar, "a Calendar")

        def test(_subject: object, at: datetime | None) -> bool:
            if at is None:
                raise InvalidValueError("at", at, "the instant of the test, for a time of day")
            return bool(is_open(at))

        set_test(self, test)

    def at_hours(self, at: datetime | None) -> Condition:
        """Return ``ALWAYS`` if the calendar is open at ``at``, else ``NEVER``."""
        return ALWAYS if self.test(None, at) else NEVER

    def __str__(self) -> str:
        return f"during {getattr(self.calendar, 'name', '') or 'open hours'}"


def during(calendar: Calendar) -> Condition:
    """Return a condition that matches when a calendar is open at the instant of the test."""
    return OpenHours(calendar)


def spell_test(condition: Condition) -> SpellTest:
    """Return a function that tests a condition at successive instants of a record.

    The time of day is tested at the instant at which all other tests become true, and then only in
    the next cycle of a clock, so that no later event changes the result (rule S1).
    """
    if not condition.reads_hours:
        return lambda facts, at, _: condition.test(facts, at)
    fixed: Condition | None = None

    def test(facts: dict[str, Any], at: datetime, again: bool) -> bool:  # noqa: FBT001  see SpellTest
        nonlocal fixed
        others = condition.judge(lambda leaf: None if leaf.reads_hours else leaf.test(facts, at))
        if others is False:
            fixed = None
            return False
        if fixed is None or again:
            fixed = condition.at_hours(at)
        return fixed.test(facts, at)

    return test
