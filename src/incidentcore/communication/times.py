"""Compute when an update is due, when it is listed, and how late it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incidentcore.communication.plan import UpdateRule
from incidentcore.errors import UnreachableDeadlineError

_INSTANT: Final = timedelta(microseconds=1)


def later(rule: UpdateRule, at: datetime, span: timedelta) -> datetime | None:
    """Return the instant a span after another, in open time if the rule has a calendar (T5).

    The result is None if the calendar does not reach that far.
    """
    if rule.calendar is None:
        return at + span
    try:
        return rule.calendar.deadline(at, span)
    except UnreachableDeadlineError:
        return None


def outside_quiet(rule: UpdateRule, at: datetime) -> datetime | None:
    """Return a due time; if it is outside contact hours, their next opening plus the notice.

    The closing instant counts as within contact hours, since a deadline may fall on it. None if the
    hours do not open again.
    """
    during = rule.during
    if during is None or during.is_open(at) or during.open_time(at - _INSTANT, at):
        return at
    try:
        opening = during.next_open(at)
        return during.deadline(opening, rule.notice)
    except UnreachableDeadlineError:
        return None


def listed_from(rule: UpdateRule, due: datetime, at: datetime) -> datetime:
    """Return when an update is first listed: the rule's notice before it is due.

    It is never earlier than ``at``, when the update was first required, nor outside contact hours,
    nor later than the due time, since an update whose rule stopped and goes on may be late at once.
    """
    if not rule.notice:
        return due
    during = rule.during
    if during is None:
        return min(due, max(at, due - rule.notice))
    try:
        start = max(at, during.deadline_before(due, rule.notice))
    except UnreachableDeadlineError:  # the contact hours began less than that before
        start = at
    if start < due and not during.is_open(start):
        return during.next_open(start)  # at the latest at the due time, which lies within the hours
    return min(start, due)


def late_by(rule: UpdateRule, due: datetime, at: datetime) -> timedelta:
    """Return how late an update is at an instant; zero until its due time has passed.

    It is counted in open time of the rule's calendar or contact hours, or in wall-clock time.
    """
    if at <= due:
        return timedelta(0)
    calendar = rule.during if rule.calendar is None else rule.calendar
    return at - due if calendar is None else calendar.open_time(due, at)
