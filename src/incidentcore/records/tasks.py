"""What the fulfilment tasks of a request come to."""

from __future__ import annotations

from collections.abc import Iterable

from incidentcore.errors import InvalidValueError
from incidentcore.records.parts import Task, TaskStatus

__all__ = ["roll_up"]


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
