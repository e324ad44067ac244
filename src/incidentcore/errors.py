"""Every exception of the library, grouped by who must act on it.

``InvalidValueError`` and its subclasses are about the data passed to a function;
``DefinitionError`` and its subclasses are about the rules that you wrote; each of the other classes
is about one situation. Exceptions have their details as attributes, render their text only when it
is shown, and can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from incidentcore._homes import imports_in

__all__ = [
    "CalendarDefinitionError",
    "DefinitionError",
    "DuplicateEventError",
    "EscalationMatrixError",
    "FormatError",
    "IncidentCoreError",
    "InvalidIntervalError",
    "InvalidTimelineError",
    "InvalidValueError",
    "KpiDefinitionError",
    "LifecycleDefinitionError",
    "LifecycleMismatchError",
    "MissingExtraError",
    "NaiveDatetimeError",
    "PriorityMatrixError",
    "RecordNotFoundError",
    "SlaDefinitionError",
    "StaleRecordError",
    "StorageError",
    "TransitionNotAllowedError",
    "UnreachableDeadlineError",
]

_SHOWN = 200


def _show(value: object) -> str:
    """Return a bounded, printable rendering of a given value."""
    if isinstance(value, datetime):
        text = value.isoformat()
    else:
        try:
            text = repr(value)
        except Exception as error:  # noqa: BLE001  a broken repr must not hide the real error
            text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    if len(text) > _SHOWN:
        return f"{text[:_SHOWN]}… ({len(text)} characters)"
    return text


class IncidentCoreError(Exception):
    """The base class of the library's errors."""


class _WrongValueError(IncidentCoreError, ValueError):
    """Raised when one value is wrong; the subclasses tell whose it is."""

    def __init__(self, where: str, given: object, allowed: str) -> None:
        super().__init__(where, given, allowed)
        self.where = where
        self.given = given
        self.allowed = allowed

    def __str__(self) -> str:
        allowed = f"{self.allowed}{imports_in(self.allowed)}"
        return f"{self.where}: got {_show(self.given)}; allowed: {allowed}"


class InvalidValueError(_WrongValueError):
    """Raised when a function does not accept a value passed to it.

    Attributes:
        where: The argument or field.
        given: The value that was passed.
        allowed: A description of the values that are accepted.
    """


class NaiveDatetimeError(InvalidValueError):
    """Raised when a datetime carries no UTC offset (rule T1).

    Attributes:
        where: The argument that had no offset.
        given: The datetime.
    """

    def __init__(self, where: str, given: object) -> None:
        super().__init__(
            where, given, "a datetime with a time zone, such as tzinfo=UTC or ZoneInfo"
        )
        self.args: tuple[Any, ...] = (where, given)


class InvalidIntervalError(InvalidValueError):
    """Raised when an interval ends before it starts (rule T3).

    Attributes:
        start: The start that was passed.
        end: The end that was passed.
    """

    def __init__(self, start: object, end: object) -> None:
        super().__init__("end", end, f"an instant not before the start {_show(start)}")
        self.args: tuple[Any, ...] = (start, end)
        self.start = start
        self.end = end


class InvalidTimelineError(InvalidValueError):
    """Raised when events or fields cannot belong to the history of one record (rule H1)."""


class DefinitionError(_WrongValueError):
    """Raised when a table or rule that you wrote cannot be used.

    Attributes:
        where: The place in the definition.
        given: The value found there.
        allowed: A description of the values that are allowed there.
    """


class CalendarDefinitionError(DefinitionError):
    """Raised when a calendar's hours, holidays, breaks or zone cannot be used (rule C6)."""


class LifecycleDefinitionError(DefinitionError):
    """Raised when a lifecycle's states, actions or transitions contradict each other."""


class PriorityMatrixError(DefinitionError):
    """Raised when a priority matrix lacks a priority or mixes scales (rule P1)."""


class SlaDefinitionError(DefinitionError):
    """Raised when an SLA definition or policy cannot be evaluated."""


class EscalationMatrixError(DefinitionError):
    """Raised when an escalation matrix, or a part of one, is invalid."""


class KpiDefinitionError(DefinitionError):
    """Raised when a KPI's definition contradicts itself or cannot be computed."""


class TransitionNotAllowedError(IncidentCoreError):
    """Raised when a lifecycle refuses an action; the record is unchanged (rule L2).

    Attributes:
        refusal: The full result of ``decide``: code, reason, missing fields, allowed actions, and
            the shortest series of actions that ends with the refused one.
    """

    def __init__(self, refusal: Any) -> None:
        super().__init__(refusal)
        self.refusal = refusal

    def __str__(self) -> str:
        return str(getattr(self.refusal, "reason", self.refusal))

    def in_words(self, words: Any, zone: Any = None) -> str:
        """Return why the action was refused, as text in the language of ``words``."""
        return str(self.refusal.in_words(words, zone))


class LifecycleMismatchError(TransitionNotAllowedError):
    """Raised when a record is advanced by a lifecycle other than its own (rule L1)."""


class UnreachableDeadlineError(IncidentCoreError):
    """Raised when a search through business time finds nothing within its horizon (rule C6).

    Attributes:
        since: The instant at which the search began.
        budget: The open time to count; None for a search without a budget.
        unspent: The part of the budget that is left at the horizon; None without a budget.
    """

    def __init__(
        self, since: datetime, budget: timedelta | None, unspent: timedelta | None
    ) -> None:
        super().__init__(since, budget, unspent)
        self.since = since
        self.budget = budget
        self.unspent = unspent

    def __str__(self) -> str:
        if self.budget is None:
            return f"nothing found from {_show(self.since)} within the horizon"
        return (
            f"{self.unspent} of {self.budget} open time is still unspent at the horizon, counting "
            f"from {_show(self.since)}"
        )


class FormatError(IncidentCoreError, ValueError):
    """Raised when text or data from outside cannot be read; parsers raise no other error.

    Attributes:
        problems: All problems that were found, each as ``"message @ $.path[2].field"``.
    """

    shown: ClassVar[int] = 10

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [
            problem if len(problem) <= 2 * _SHOWN else f"{problem[:_SHOWN]} … {problem[-_SHOWN:]}"
            for problem in self.problems[: self.shown]
        ]
        if len(self.problems) > self.shown:
            lines.append(f"… and {len(self.problems) - self.shown} more")
        return "; ".join(lines) if len(lines) == 1 else "\n".join(lines)


class MissingExtraError(IncidentCoreError, ModuleNotFoundError):
    """Raised when a function needs a package of an optional extra that is not installed.

    Attributes:
        extra: The name of the extra.
        what: The feature that needs the extra.
    """

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(extra, what)
        self.extra = extra
        self.what = what

    def __str__(self) -> str:
        return (
            f"{self.what} needs the extra {self.extra!r}: "
            f"python -m pip install 'incidentcore[{self.extra}]'"
        )


class StorageError(IncidentCoreError):
    """Raised when a store cannot carry out an operation."""


class RecordNotFoundError(StorageError, LookupError):
    """Raised when a store has no record with the requested id.

    Attributes:
        record_id: The id that was requested.
    """

    def __init__(self, record_id: str) -> None:
        super().__init__(record_id)
        self.record_id = record_id

    def __str__(self) -> str:
        return f"no record {_show(self.record_id)} in this store"


class StaleRecordError(StorageError):
    """Raised when a record has changed in the store since it was read.

    Attributes:
        record_id: The record's id.
        expected: The version that the events are based on.
        found: The version in the store; 0 if the store does not have the record.
    """

    def __init__(self, record_id: str, expected: int, found: int) -> None:
        super().__init__(record_id, expected, found)
        self.record_id = record_id
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        record = f"record {_show(self.record_id)}"
        if not self.expected:
            return (
                f"the id is taken: {record} exists, at version {self.found}; choose another id, "
                "or load that record and change it"
            )
        if not self.found:
            return (
                f"{record} is not in this store: it was removed or never added; "
                f"expected version {self.expected}"
            )
        return (
            f"{record} is at version {self.found}, not {self.expected}: "
            "load it again and repeat the change"
        )


class DuplicateEventError(StorageError):
    """Raised when an event has an earlier event's id or sequence number but different content.

    Attributes:
        record_id: The record's id.
        event_id: The event's id.
        sequence: The event's sequence number.
    """

    def __init__(self, record_id: str, event_id: str, sequence: int) -> None:
        super().__init__(record_id, event_id, sequence)
        self.record_id = record_id
        self.event_id = event_id
        self.sequence = sequence

    def __str__(self) -> str:
        return (
            f"record {_show(self.record_id)} already holds another event with id "
            f"{_show(self.event_id)} or sequence {self.sequence}"
        )
