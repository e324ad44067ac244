"""Known errors are suggested with their evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Incident,
    Problem,
    StateChanged,
    link,
    suggest_known_errors,
)
from incidentcore.values import (
    CLOSED,
    Impact,
    Priority,
    State,
    Urgency,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


FULL: dict[str, Any] = {
    "description": "Nobody in building 7 gets mail.",
    "category": ("network", "mail"),
    "service": "mail",
    "impact": Impact.HIGH,
    "urgency": Urgency.HIGH,
    "computed_priority": Priority.CRITICAL,
}


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def put(record: Any, state: State, **fields: Any) -> Any:
    return record.with_event(
        StateChanged, at=AT, by="ada", action="put", state=state, fields=fields
    )


def problem(number: int, **fields: Any) -> Problem:
    told: dict[str, Any] = {"title": "unrelated", "known_error": True, **fields}
    return Problem.open(id=f"PRB-{number}", at=AT, by="ada", **told)


def test_known_errors_are_suggested_with_evidence() -> None:
    """A link says most, then the component, the service, the category and the words."""
    record = incident(**FULL, configuration_item="mx1")
    record = link(record, "caused_by", "PRB-1", at=AT, by="ada")
    problems = [
        problem(5, title="Mail arrives late"),
        problem(4, category=("network", "vpn")),
        problem(3, service="mail"),
        problem(2, configuration_item="mx1", workaround="restart"),
        problem(1),
        problem(6, known_error=False, configuration_item="mx1"),
        put(problem(7, configuration_item="mx1"), CLOSED),
        problem(8, title="printer"),
    ]

    found = suggest_known_errors(record, problems, limit=9)

    assert [(one.problem_id, one.evidence) for one in found] == [
        ("PRB-1", ("linked as its cause",)),
        ("PRB-2", ("same configuration item: mx1",)),
        ("PRB-3", ("same service: mail",)),
        ("PRB-4", ("same category: network",)),
        ("PRB-5", ("shared words: mail",)),
    ]
    assert [one.score for one in found] == [100, 8, 4, 2, 1]
    assert found[1].workaround == "restart"
    (match,) = suggest_known_errors(
        record, [problem(9, title="mail down", category=("network", "mail"), service="mail")]
    )
    assert match.score == 4 + 2 * 2 + 2
    assert suggest_known_errors(record, reversed(problems), limit=2) == found[:2]
    assert suggest_known_errors(incident(), [problem(1)]) == ()
    with pytest.raises(InvalidValueError, match="limit"):
        suggest_known_errors(record, problems, limit=0)
