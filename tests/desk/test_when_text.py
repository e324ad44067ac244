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


@pytest.mark.parametrize(
    "shape",
    [
        *('tags = "vpn"', 'tags = ["vpn", "mail"]', 'category = "a/b"', 'priority = "high"'),
        *('priority = ["high", "low"]', "major = true", "major = false", 'state = "new"'),
        *('type = "incident"', 'title = { text = "vpn" }', 'title = { contains = "vpn" }'),
        *('title = { starts_with = "VPN" }', 'category = { starts_with = ["a/b", "c"] }'),
        *("assignee = { present = true }", "assignee = { present = false }"),
        *("reopen_count = { above = 1 }", "reopen_count = { at_most = 2 }"),
        *("reopen_count = { below = 2 }", "reopen_count = { at_least = 1, below = 5 }"),
        *("call_at = { reached = true }", "call_at = { reached = false }"),
        *('resolved_at = { later_than = "opened_at" }', 'not = { tags = "vpn" }'),
        *('any = [{ tags = "vpn" }, { title = "x" }]', 'during = "office"', 'status = "x"'),
        *('tags = "vpn", title = "x"', 'all = [{ tags = "a" }, { tags = "b" }]'),
        "opened_at = { from = 2026-06-01T00:00:00+00:00, to = 2026-07-01T00:00:00+00:00 }",
    ],
)
def test_a_condition_is_written_as_short_as_it_can_be_said(shape: str) -> None:
    """Each of these is the shortest form, so it is written as it stands."""
    desk = loaded(HEAD + SERVICE.partition("[[")[0] + when(shape))
    assert f"when = {{ {shape} }}\n" in dump_desk(desk)


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ('assigned_to = "ada"', 'assignee = "ada"'),
        ("opened_at = { from = 2026-06-01 }", "opened_at = { from = 2026-06-01T00:00:00+00:00 }"),
        ('category = ["a/b", "c"]', 'any = [{ category = "a/b" }, { category = "c" }]'),
        ('category = { starts_with = ["a", "b"] }', 'category = "a/b"'),
        ('tags = { contains = "vpn" }', 'tags = "vpn"'),
        ('"state.name" = "new"', 'state = "new"'),
        ('all = [{ tags = "vpn" }, { title = "x" }]', 'tags = "vpn", title = "x"'),
    ],
)
def test_another_form_of_a_condition_is_written_as_the_usual_one(shape: str, written: str) -> None:
    """They mean the same."""
    desk = loaded(HEAD + SERVICE.partition("[[")[0] + when(shape))
    assert f"when = {{ {written} }}\n" in dump_desk(desk)
