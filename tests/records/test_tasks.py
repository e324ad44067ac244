"""Tasks roll up to one status."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import RequestItem, Task
from incidentcore.records.tasks import roll_up

COMPLETE, INCOMPLETE = "closed_complete", "closed_incomplete"


OPEN, SKIPPED = "open", "closed_skipped"


@pytest.mark.parametrize("mixed", [COMPLETE, INCOMPLETE, SKIPPED])
@pytest.mark.parametrize("size", range(4))
def test_tasks_roll_up(size: int, mixed: str) -> None:
    """Open, then incomplete, then what all are; complete beside skipped is the caller's choice."""
    for statuses in combinations_with_replacement((OPEN, COMPLETE, INCOMPLETE, SKIPPED), size):
        tasks = [Task(id=str(n), title="t", status=status) for n, status in enumerate(statuses)]
        kinds = set(statuses)
        expected = {
            not kinds or OPEN in kinds: OPEN,
            bool(kinds) and OPEN not in kinds and INCOMPLETE in kinds: INCOMPLETE,
            kinds == {COMPLETE}: COMPLETE,
            kinds == {SKIPPED}: SKIPPED,
            kinds == {COMPLETE, SKIPPED}: mixed,
        }[True]

        assert roll_up(tasks, mixed=mixed) == expected, statuses
    assert roll_up(reversed(tasks), mixed=mixed) == expected


def test_a_mixture_cannot_be_open() -> None:
    """All tasks are done then."""
    with pytest.raises(InvalidValueError, match="mixed"):
        roll_up([], mixed=OPEN)


def test_an_item_is_asked_for_at_least_once() -> None:
    """Nothing of something is not a request."""
    with pytest.raises(InvalidValueError, match="quantity: got 0"):
        RequestItem(id="1", name="laptop", quantity=0)


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"id": ""}, "id"), ({"title": ""}, "title"), ({"status": "done"}, "status"),
        ({"assignee": ""}, "assignee"), ({"order": True}, "order"), ({"order": "1"}, "order"),
    ],
)  # fmt: skip
def test_an_error_names_the_part_of_a_task(part: dict[str, object], where: str) -> None:
    """An assignee may be missing, but not empty."""
    assert Task(id="1", title="t", assignee="lee").assignee == "lee"
    with pytest.raises(InvalidValueError, match=f"^{where}: "):
        Task(**{"id": "1", "title": "t", **part})  # type: ignore[arg-type]  # the fact
