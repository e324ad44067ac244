"""What a service request asks for, the tasks that fulfill it, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

from incidentcore.errors import InvalidValueError

__all__ = [
    "RequestItem",
    "Task",
    "TaskStatus",
    "roll_up",
]


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise InvalidValueError(name, value, "a non-empty text")


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


def roll_up(tasks: Iterable[Task], *, mixed: TaskStatus = "closed_complete") -> str:
    """Return the status that tasks come to together.

    Open while any is open, or where there is none; incomplete as soon as all are done and any is
    incomplete; otherwise what all of them are.

    Args:
        tasks: The tasks.
        mixed: What complete and skipped ones come to; ServiceNow's documentation leaves this open,
            so complete is our choice.

    Raises:
        InvalidValueError: ``mixed`` is neither complete, incomplete nor skipped.

    Source: ServiceNow's roll-up from tasks to requested items to requests.

    >>> done, skipped = "closed_complete", "closed_skipped"
    >>> roll_up([Task(id="1", title="a", status=done), Task(id="2", title="b", status=skipped)])
    'closed_complete'
    """
    closed = ("closed_complete", "closed_incomplete", "closed_skipped")
    if mixed not in closed:
        raise InvalidValueError("mixed", mixed, f"one of {', '.join(closed)}")
    found = {task.status for task in tasks}
    if not found or "open" in found:
        return "open"
    if "closed_incomplete" in found:
        return "closed_incomplete"
    return found.pop() if len(found) == 1 else mixed
