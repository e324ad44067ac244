"""The problem: a cause, or potential cause, of one or more incidents (ITIL 4)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Unpack

import attrs

from incidentcore.records.causes import Cause
from incidentcore.records.events.core import LifecycleRef
from incidentcore.records.fields import OpeningFields, ProblemOrigin
from incidentcore.records.record import Record
from incidentcore.values import NEW, Actor, State

__all__ = ["Problem"]


class ProblemFields(OpeningFields, total=False):
    """The descriptive fields that a problem may be opened with; see ``Problem``."""

    origin: str
    root_cause: Cause | None
    workaround: str | None
    known_error: bool


@attrs.frozen(init=False, repr=False, slots=False)
class Problem(Record):
    """A cause, or potential cause, of one or more incidents.

    Attributes:
        origin: Reactive, behind incidents that happened, or proactive; see ``ProblemOrigin``.
        root_cause: The cause with what lies behind it, once it is known.
        workaround: How to live with it until it is fixed.
        known_error: It has been analysed and not been resolved (a status, not a state).

    All other attributes are those of ``Record``.

    Source: ITIL 4, problem management practice.
    """

    __hash__ = Record.__hash__

    record_type: ClassVar[str] = "problem"
    settable: ClassVar[frozenset[str]] = Record.settable | {
        "origin",
        "root_cause",
        "workaround",
        "known_error",
    }

    origin: ProblemOrigin = "reactive"
    root_cause: Cause | None = None
    workaround: str | None = None
    known_error: bool = False

    @classmethod
    def open(
        cls,
        *,
        id: str,  # noqa: A002  the field's name
        title: str,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None = None,
        state: State = NEW,
        lifecycle: LifecycleRef | None = None,
        **fields: Unpack[ProblemFields],
    ) -> Problem:
        """Open a problem.

        Args:
            id: Its id, unique among the caller's records.
            title: One line that says what is or may be the cause.
            at: When it was opened.
            by: Who opened it; a plain id stands for the requester.
            recorded_at: When the opening became known; ``at`` unless told.
            state: The state it starts in; that of the standard lifecycle unless told.
            lifecycle: The lifecycle it follows; ``Lifecycle.open`` sets both.
            fields: Origin, workaround and the other fields of ``ProblemFields``.

        Raises:
            InvalidValueError: A field is unknown or not what it accepts.
            NaiveDatetimeError: A time carries no offset.

        >>> from datetime import UTC
        >>> problem = Problem.open(
        ...     id="PRB-1",
        ...     title="Mail queue fills up",
        ...     by="ada",
        ...     at=datetime(2026, 12, 24, 9, 0, tzinfo=UTC),
        ...     workaround="restart the queue",
        ... )
        >>> problem.workaround, problem.known_error
        ('restart the queue', False)
        """
        return cls._open(
            id=id,
            at=at,
            by=by,
            recorded_at=recorded_at,
            state=state,
            lifecycle=lifecycle,
            fields={"title": title, **fields},
        )
