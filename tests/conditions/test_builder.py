"""Each way to write a test of a field, and what it matches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import Condition, field
from incidentcore.errors import DefinitionError
from incidentcore.values import Impact

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
F = field("f")


@pytest.mark.parametrize(
    ("condition", "matching", "other"),
    [
        (F.equals("a"), "a", "b"),
        (F.equals(None), None, "a"),
        (F.is_in("a", "b"), "b", "c"),
        (F.is_in(["a", "b"]), "b", "c"),
        (F.is_true(), True, 1.5),
        (F.present(), "a", ""),
        (F.missing(), "", "a"),
        (F.contains("a"), ("a", "b"), ("b",)),
        (F.intersects("a", "b"), ("b", "c"), ("c",)),
        (F.intersects(["a", "b"]), ("b", "c"), ("c",)),
        (F.starts_with("mail"), ("mail", "smtp"), ("network",)),
        (F.starts_with("mail", "smtp"), ("mail", "smtp", "out"), ("mail",)),
        (F.has_text("Disk"), "the disk is full", "the dish is full"),
        (F >= Impact.MEDIUM, Impact.MEDIUM, Impact.LOW),
        (F > Impact.MEDIUM, Impact.HIGH, Impact.MEDIUM),
        (F <= 3, 3, 4),
        (F < 3, 2, 3),
    ],
    ids=str,
)
def test_a_test_matches_its_values_alone(
    condition: Condition, matching: object, other: object
) -> None:
    """And its negation the others."""
    assert condition.matches({"f": matching})
    assert not condition.matches({"f": other})
    assert (~condition).matches({"f": other})


@pytest.mark.parametrize(
    ("one", "two", "later"),
    [(1, 0, True), (0, 0, False), (0, 1, False), (None, 0, False), (0, None, True)],
)
def test_an_instant_is_later_than_one_that_may_be_missing(
    one: int | None, two: int | None, *, later: bool
) -> None:
    """A missing instant is never later, and later than it is every other."""
    facts = {
        name: None if hours is None else AT + timedelta(hours=hours)
        for name, hours in (("a", one), ("b", two))
    }

    assert field("a").later_than(field("b")).matches(facts) is later


def test_a_field_is_compared_with_a_field() -> None:
    """Not with its path."""
    with pytest.raises(DefinitionError, match="a later_than"):
        field("a").later_than("b")  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("path", [3, None, "", "a..b", "1st", ("impact",)])
def test_what_is_no_path_is_refused_at_once(path: Any) -> None:
    """Where it is written, not where a test is made of it."""
    with pytest.raises(DefinitionError, match=r"^field: got .*; allowed: a .*path"):
        field(path)
