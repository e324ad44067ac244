"""Conditions are written as they are read."""

from __future__ import annotations

import attrs
import pytest
from tests.desk.small_files import HEAD, SERVICE, loaded
from tests.desk.test_forms import when

from incidentcore.conditions import Condition, field
from incidentcore.desk import dump_desk, load_desk
from incidentcore.errors import DefinitionError


def test_conditions_of_every_shape_come_back() -> None:
    """Each says the same after a dump."""
    shapes = (
        "all = [{ major = false }]",
        'during = "office"',
        'tags = ["vpn", "mail"]',
        'tags = "vpn"',
        'category = { starts_with = ["a/b", "c"] }',
        'title = { starts_with = "VPN" }',
        'custom = { status = "x" }',
        "state = { pauses = true }",
        "state.open = true",
        "opened_at = 2026-06-01",
        '"impact.name" = "high"',
        'record_type = "incident"',
    )
    for shape in shapes:
        loaded(HEAD + SERVICE.partition("[[")[0] + when(shape))


@pytest.mark.parametrize(
    "condition",
    [
        field("category").equals(("a", "b")),
        field("category").is_in(("a",), ("b",)),
        field("tags").equals(frozenset({"vpn"})),
        field("tags").is_in(frozenset({"vpn"})),
    ],
    ids=("a category", "categories", "tags", "sets of tags"),
)
def test_what_a_file_cannot_say_is_refused(condition: Condition) -> None:
    """A list of categories or tags in a file means one that starts with, or contains, them."""
    desk = loaded(HEAD + SERVICE)
    (agreement,) = desk.agreements
    asked = attrs.evolve(agreement, when=condition)
    with pytest.raises(DefinitionError, match="a test that a desk file can express"):
        dump_desk(attrs.evolve(desk, agreements=(asked,)))


def test_a_deeply_nested_condition_is_written_once() -> None:
    """Sixty levels of and and or; writing a part twice at each level would never end."""
    condition: Condition = field("title").equals("x")
    for depth in range(30):
        condition = field("custom.status").equals(str(depth)) & (
            field("description").equals(str(depth)) | condition
        )
    desk = load_desk(HEAD + SERVICE)
    agreed = attrs.evolve(desk.agreements[0], when=condition)
    changed = attrs.evolve(desk, agreements=[agreed])
    assert load_desk(dump_desk(changed)) == changed
