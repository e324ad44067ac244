"""Links are a set, and each reads from both ends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Incident,
    Link,
    link,
    unlink,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def test_links_are_a_set() -> None:
    """Linking twice is once, unlinking needs a link, and nothing links to itself."""
    linked = link(incident(), "child_of", "INC-2", at=AT, by="ada")

    assert link(linked, "child_of", "INC-2", at=AT, by="ada").links == linked.links
    assert unlink(linked, "child_of", "INC-2", at=AT, by="ada").links == frozenset()
    with pytest.raises(InvalidValueError, match="allowed: child_of INC-2"):
        unlink(linked, "child_of", "INC-3", at=AT, by="ada")
    with pytest.raises(InvalidValueError, match="another record"):
        link(incident(), "related_to", "INC-1", at=AT, by="ada")


@pytest.mark.parametrize(
    ("type_", "inverse"),
    [
        ("parent_of", "child_of"),
        ("duplicate_of", "has_duplicate"),
        ("caused_by", "cause_of"),
        ("resolved_by", "resolves"),
        ("related_to", "related_to"),
        ("caused_by_change", None),
        ("custom.blocks", None),
    ],
)
def test_a_link_reads_from_both_ends(type_: str, inverse: str | None) -> None:
    """The inverse of the inverse is the link; changes and a caller's own types have none."""
    there = Link(type_, "B")
    back = there.inverse("A")

    assert back == (None if inverse is None else Link(inverse, "A"))
    if back is not None:
        assert back.inverse("B") == there


@pytest.mark.parametrize(
    ("type_", "target", "said"),
    [
        (
            "blocks",
            "X",
            r"^type: got 'blocks'; allowed: .*; or custom\.blocks for a type of your own$",
        ),
        ("", "X", r"^type: got ''; allowed: .*; or custom\. and a name for"),
        ("related_to", "", r"^target: "),
        ("related_to", 5, r"^target: "),
    ],
)
def test_a_link_that_cannot_be_says_which_part(type_: Any, target: Any, said: str) -> None:
    """Its type, with the name to use for one of your own, or its target."""
    with pytest.raises(InvalidValueError, match=said):
        Link(type_, target)


def test_a_link_of_ones_own_has_a_name_after_custom() -> None:
    """``custom.`` alone, a number and nothing are no type."""
    assert Link("custom.x", "B").type == "custom.x"
    for wrong in ("custom.", "custom", "x", "", 7):
        with pytest.raises(InvalidValueError, match="for a type of your own"):
            Link(wrong, "B")  # type: ignore[arg-type]
