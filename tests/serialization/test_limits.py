"""The limits of a document: whole numbers within Python's own."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.serialization import Limits


@pytest.mark.parametrize("limit", ["size", "depth", "values", "digits", "problems"])
@pytest.mark.parametrize("given", [0, -1, 1.5, True, None])
def test_limits_are_whole_numbers(limit: str, given: Any) -> None:
    """What is not one is refused where it is made."""
    with pytest.raises(InvalidValueError):
        Limits(**{limit: given})


def test_depth_has_a_limit_of_its_own() -> None:
    """What Python's own recursion bears."""
    assert Limits(depth=200).depth == 200
    with pytest.raises(InvalidValueError, match="depth: got 201; allowed: at most 200"):
        Limits(depth=201)
