"""What problems and service requests are made of: causes, items, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import attrs

from incidentcore.errors import InvalidValueError

__all__ = ["Cause", "RequestItem", "Task", "TaskStatus"]


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise InvalidValueError(name, value, "a non-empty text")


def _causes(because: Iterable[Cause]) -> tuple[Cause, ...]:
    if isinstance(because, (str, Cause)) or not isinstance(because, Iterable):
        raise InvalidValueError("because", because, "a sequence of Cause")
    return tuple(because)


@attrs.frozen
class Cause:
    """A statement of cause with what lies behind it: a root cause, five whys, a fishbone.

    Attributes:
        statement: What was the case.
        because: The causes behind this one.
        factor: A label such as ``"people"`` or ``"configuration"``, or empty.

    Raises:
        InvalidValueError: The statement is empty, or what is behind it is no sequence of causes.

    >>> why = Cause("disk full", (Cause("logs not rotated", (Cause("rotation untested"),)),))
    >>> [cause.statement for cause in why.roots()]
    ['rotation untested']
    """

    statement: str
    because: tuple[Cause, ...] = attrs.field(default=(), converter=_causes)
    factor: str = ""

    def __attrs_post_init__(self) -> None:
        _text("statement", self.statement)
        for cause in self.because:
            if not isinstance(cause, Cause):
                raise InvalidValueError("because", cause, "a Cause")
        if not isinstance(self.factor, str):
            raise InvalidValueError("factor", self.factor, "text")

    def roots(self) -> Iterator[Cause]:
        """Yield the causes behind which nothing stands."""
        stack = [self]
        while stack:
            cause = stack.pop()
            if not cause.because:
                yield cause
            stack.extend(reversed(cause.because))


@attrs.frozen(kw_only=True)
class RequestItem:
    """One thing that a service request asks for."""

    id: str
    name: str
    quantity: int = 1

    def __attrs_post_init__(self) -> None:
        _text("id", self.id)
        _text("name", self.name)
        if type(self.quantity) is not int or self.quantity < 1:
            raise InvalidValueError("quantity", self.quantity, "a whole number of at least 1")


TaskStatus: TypeAlias = Literal["open", "closed_complete", "closed_incomplete", "closed_skipped"]
"""The states of a fulfilment task (ServiceNow's words)."""


@attrs.frozen(kw_only=True)
class Task:
    """One piece of work towards fulfilling a service request."""

    id: str
    title: str
    status: TaskStatus = "open"
    assignee: str | None = None

    def __attrs_post_init__(self) -> None:
        _text("id", self.id)
        _text("title", self.title)
        allowed = (
            "open",
            "closed_complete",
            "closed_incomplete",
            "closed_skipped",
        )
        if self.status not in allowed:
            raise InvalidValueError("status", self.status, f"one of {', '.join(allowed)}")
        if self.assignee is not None:
            _text("assignee", self.assignee)
