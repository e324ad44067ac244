"""When a resolved record may be reopened, and when it may be closed automatically (rule L6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_several, need_word
from incidentcore.errors import LifecycleDefinitionError
from incidentcore.lifecycle.transition import Attempt
from incidentcore.records import Record
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.schedule.protocol import need_span_in, span_end

_BASES = ("resolved_at", "updated_at")


def auto_close_at(
    record: Record,
    /,
    *,
    after: timedelta | BusinessDays,
    calendar: Calendar | None = None,
    basis: str = "resolved_at",
    major: bool = False,
    zero_is_never: bool = False,
) -> datetime | None:
    """Return the first instant at which a resolved record may be closed automatically.

    Your application closes the record at that time; this function changes nothing. If the basis is
    ``updated_at``, every event moves the instant.

    Args:
        record: The record.
        after: How long after the time in ``basis`` the record may be closed.
        calendar: The calendar whose open time counts; None for wall-clock time.
        basis: The time to count from: ``resolved_at`` or ``updated_at``, as in ServiceNow.
        major: Whether major incidents are closed automatically too; ServiceNow excludes them.
        zero_is_never: Whether a span of zero means never, as in ServiceNow, instead of at once.

    Returns:
        The instant in UTC, or None if the record is not resolved, is closed already, or is never
        closed automatically.

    Source: rule L6.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Incident
    >>> from incidentcore.lifecycle import auto_close_at
    >>> from incidentcore.lifecycle.standard import advance
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> notes = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    >>> incident = advance(incident, "resolve", at=opened, by="ada", **notes)
    >>> auto_close_at(incident, after=timedelta(days=7))
    datetime.datetime(2026, 12, 30, 16, 40, tzinfo=datetime.timezone.utc)
    """
    need_kind("record", record, Record)
    need_word("basis", basis, _BASES)
    need_span_in("after", after, calendar)
    if record.resolved_at is None or record.state.final:
        return None
    if zero_is_never and after in (timedelta(), BusinessDays(0)):
        return None
    if not major and getattr(record, "major_status", None) == "accepted":
        return None
    start = record.resolved_at if basis == "resolved_at" else record.updated_at
    return span_end(start, after, calendar)


def _roles(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(need_several("exempt", roles, "a sequence of roles", LifecycleDefinitionError))


@attrs.frozen
class ReopenWindow(SharedRepr):
    """A guard that allows a resolved record to be reopened for a limited time.

    Attributes:
        within: How long after its resolution a record may be reopened, including the last instant.
        calendar: The calendar whose open time counts; None for wall-clock time.
        exempt: Roles that may reopen at any time.

    Raises:
        LifecycleDefinitionError: ``within`` is missing or negative, or it is in business days and
            there is no calendar.

    >>> from datetime import timedelta
    >>> from incidentcore.lifecycle import ReopenWindow
    >>> ReopenWindow(timedelta(days=5), exempt=("agent",)).id
    'reopen within 5 days'
    """

    within: timedelta | BusinessDays
    calendar: Calendar | None = None
    exempt: tuple[str, ...] = attrs.field(default=(), converter=_roles, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_span_in("within", self.within, self.calendar, LifecycleDefinitionError)

    @property
    def id(self) -> str:
        """Return the guard's name in refusals."""
        by_day = isinstance(self.within, BusinessDays) and self.within.end_of_day
        how = "by the" if by_day else "within"
        return f"reopen {how} {self.within}".removesuffix(", 0:00:00")

    def until(self, record: Record, /) -> datetime | None:
        """Return the last instant at which a record may be reopened; None if it is not resolved."""
        need_kind("record", record, Record)
        if record.resolved_at is None:
            return None
        return span_end(record.resolved_at, self.within, self.calendar)

    def __call__(self, attempt: Attempt, /) -> bool:
        """Return whether an attempt is made in time, or by an exempt role."""
        resolved_at: datetime | None = attempt.facts["resolved_at"]
        if attempt.by.role in self.exempt or resolved_at is None:
            return True
        return attempt.at <= span_end(resolved_at, self.within, self.calendar)

    def why_not(self, attempt: Attempt, /) -> str:
        """Return text that states until when the attempt would have been allowed."""
        end = span_end(attempt.facts["resolved_at"], self.within, self.calendar)
        text = f"until {end.isoformat()}"
        return f"{text}, or by {' or '.join(self.exempt)}" if self.exempt else text
