"""A cause is a tree of statements."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Cause,
)


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
