"""Values of a desk file as plain text."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from incidentcore.desk.plain import bullets, dates_of, plain_day, plain_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("8h", "8h"),
        ("08:00-18:00", "08:00-18:00"),
        ("a, b", '"a, b"'),
        ("a: b", '"a: b"'),
        ("", '""'),
        ([], "none"),
        (["a", 2, False], "a, 2, false"),
        (date(2026, 6, 1), "2026-06-01"),
        ({"a": {"b": ["c", "d"]}, "e": 1}, "(a: (b: c, d), e: 1)"),
        ([{"at": "1h before", "vip": True}, "80%"], "(at: 1h before, vip: true), 80%"),
    ],
)
def test_a_text_is_quoted_only_if_it_could_be_misread(value: Any, text: str) -> None:
    assert plain_text(value) == text


def test_days_are_said_with_their_hours_and_name() -> None:
    first, third, fourth = date(2026, 6, 1), date(2026, 6, 3), date(2026, 6, 4)
    assert plain_day({"days": "mon-fri", "hours": "12:00-13:00", "name": "Lunch"}) == (
        "mon-fri 12:00-13:00 Lunch"
    )
    assert (
        plain_day({"from": first, "to": third, "name": "Fair"}) == "2026-06-01 to 2026-06-03 Fair"
    )
    three = {"from": first, "to": third}
    assert [str(day) for day in dates_of(three)] == ["2026-06-01", "2026-06-02", "2026-06-03"]
    assert dates_of({"from": first, "to": fourth}) == ({"from": first, "to": fourth},)
    assert dates_of({**three, "name": "Fair"}) == ({**three, "name": "Fair"},)
    assert dates_of(first) == (first,)


def test_lists_of_tables_are_indented() -> None:
    rows = {"a": 1, "b": {"c": [{"d": 2}], "e": 3}, "f": [{"g": [{"h": 4}]}, {"i": 5}], "j": {}}
    assert [*bullets(rows)] == [
        "- a: 1",
        "- b: e 3",
        "  - c:",
        "    - d 2",
        "- f:",
        "  - g:",
        "      - h 4",
        "  - i 5",
        "- j: none",
    ]


def test_a_list_may_hold_texts_beside_tables() -> None:
    """As the fields of a transition do, some of which have more to say than their name."""
    fields = ["resolution_notes", {"name": "code", "required": False}, "a, b"]
    assert [*bullets({"fields": fields})] == [
        "- fields:",
        "  - resolution_notes",
        "  - name code; required false",
        '  - "a, b"',
    ]
