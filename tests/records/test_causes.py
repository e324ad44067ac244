"""A cause is a tree of statements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore import Problem
from incidentcore.errors import InvalidValueError
from incidentcore.records import Cause, replay, set_fields
from incidentcore.serialization import dumps, loads

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [("statement", ()), ("", ()), ("x", "because"), ("x", Cause("y")), ("x", ["y"]), ("x", 5)],
    ids=repr,
)
def test_a_cause_is_a_tree_of_statements(value: tuple[Any, Any]) -> None:
    """What stands behind a cause are causes."""
    if value == ("statement", ()):
        assert [cause.statement for cause in Cause(*value).roots()] == ["statement"]
        return
    with pytest.raises(InvalidValueError):
        Cause(*value)


def test_the_roots_are_those_with_nothing_behind_them() -> None:
    """In the order of a reader, from the first branch to the last."""
    logs = Cause("logs not rotated", [Cause("rotation untested"), Cause("no owner")])
    assert logs.because == (Cause("rotation untested"), Cause("no owner"))
    fishbone = Cause("disk full", (logs, Cause("disk too small", factor="hardware")))
    roots = [cause.statement for cause in fishbone.roots()]
    assert roots == ["rotation untested", "no owner", "disk too small"]


def test_a_cause_is_read_back() -> None:
    """From the record, from its events, and from a document: each statement, factor and branch."""
    cause = Cause("disk full", (Cause("no owner", factor="people"), Cause("old")), "configuration")
    problem = Problem.open(id="PRB-1", title="x", at=AT, by="kim")
    assert problem.root_cause is None
    problem = set_fields(problem, at=AT, by="kim", root_cause=cause)
    assert problem.root_cause == cause
    assert problem.facts()["root_cause"] == cause
    for read in (replay(problem.history), loads(dumps(problem), Problem)):
        assert isinstance(read, Problem)
        found = read.root_cause
        assert found is not None
        assert (found.statement, found.factor) == ("disk full", "configuration")
        assert [(each.statement, each.factor) for each in found.because] == [
            ("no owner", "people"),
            ("old", ""),
        ]
        assert [each.because for each in found.because] == [(), ()]
    again = set_fields(problem, at=AT, by="kim", root_cause=None)
    assert (again.root_cause, loads(dumps(again), Problem).root_cause) == (None, None)
    with pytest.raises(InvalidValueError, match=r"root_cause: got 'disk full'; allowed: a Cause"):
        set_fields(problem, at=AT, by="kim", root_cause="disk full")  # type: ignore[arg-type]
