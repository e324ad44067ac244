"""The items of a service request, the tasks that fulfill it, and their combined progress."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs
from attrs.validators import optional

from incidentcore._checks import (
    SharedRepr,
    a_text,
    each_of,
    need_share,
    need_whole,
    need_word,
    one_of,
)
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc


@attrs.frozen(kw_only=True)
class RequestItem(SharedRepr):
    """One item of a service request: its id, its name and the quantity requested."""

    id: str = attrs.field(validator=a_text)
    name: str = attrs.field(validator=a_text)
    quantity: int = 1

    def __attrs_post_init__(self) -> None:
        need_whole("quantity", self.quantity)


TaskStatus: TypeAlias = Literal["open", "closed_complete", "closed_incomplete", "closed_skipped"]
"""The states of a fulfillment task (ServiceNow's words)."""


@attrs.frozen(kw_only=True)
class Task(SharedRepr):
    """One piece of work toward fulfilling a service request.

    Attributes:
        id: The task's id within the request.
        title: What is to be done, in one line.
        status: ``open``, ``closed_complete``, ``closed_incomplete`` or ``closed_skipped``.
        assignee: Who does the task.
        order: The task's position: it waits until all tasks with a lower ``order`` are closed.
            Tasks with the same ``order`` are done in parallel.
        progress: How much of the task is done, from 0 to 1; a closed task counts as done.
        due_at: When the task is due, in UTC; None if that is not known.

    Raises:
        InvalidValueError: An attribute has an invalid value.

    Source: rule L8.
    """

    id: str = attrs.field(validator=a_text)
    title: str = attrs.field(validator=a_text)
    status: TaskStatus = attrs.field(default="open", validator=one_of(TaskStatus))
    assignee: str | None = attrs.field(default=None, validator=optional(a_text))
    order: int = attrs.field(default=0, metadata={"later": True})
    progress: float = attrs.field(default=0, metadata={"later": True})
    due_at: datetime | None = attrs.field(default=None, metadata={"later": True})

    def __attrs_post_init__(self) -> None:
        if type(self.order) is not int:
            raise InvalidValueError("order", self.order, "a whole number")
        need_share("progress", self.progress)
        if self.due_at is not None:
            object.__setattr__(self, "due_at", as_utc(self.due_at, "due_at"))


def waits_for(task: Task, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return the open tasks that a task waits for: those with a lower ``order``."""
    return tuple(one for one in tasks if one.status == "open" and one.order < task.order)


def progress_of(tasks: Iterable[Task]) -> float | None:
    """Return how much of the tasks is done, from 0 to 1, weighted equally; None without tasks."""
    shares = [task.progress if task.status == "open" else 1 for task in tasks]
    return sum(shares) / len(shares) if shares else None


def roll_up(tasks: Iterable[Task], /, *, mixed: TaskStatus = "closed_complete") -> str:
    """Return the combined status of tasks.

    The status is open if any task is open or there are no tasks; incomplete if all are closed and
    any is incomplete; otherwise the status that all of them have, or ``mixed`` if they differ.
    ServiceNow's documentation, whose roll-up this is, does not say what a mix is; complete, the
    default, is our choice.
    """
    closed = tuple(status for status in get_args(TaskStatus) if status != "open")
    need_word("mixed", mixed, closed)
    statuses = {task.status for task in each_of("tasks", tasks, Task)}
    if not statuses or "open" in statuses:
        return "open"
    if "closed_incomplete" in statuses:
        return "closed_incomplete"
    return statuses.pop() if len(statuses) == 1 else mixed
