"""Cells of ServiceNow's tables: plain, with a link, with a display, or with both."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.vendors.servicenow_cells import cell, displays_only, linked

LINK = "https://x/api/now/table/sys_user/u2"


@pytest.mark.parametrize(
    ("value", "read", "id_in_link", "only"),
    [
        ("u2", "u2", None, False),
        ("", None, None, False),
        (None, None, None, False),
        ({"link": LINK, "value": "u2"}, "u2", None, False),
        ({"display_value": "Ada", "value": "u2"}, "u2", None, False),
        ({"display_value": "Ada", "link": LINK}, "Ada", "u2", True),
        ({"display_value": ""}, None, None, True),
    ],
)
def test_a_cell(value: Any, read: Any, id_in_link: str | None, *, only: bool) -> None:
    """The value counts before the display, and a link only where there is no value."""
    row = {"assigned_to": value, "number": "INC1"}
    assert cell(row, "assigned_to") == read
    assert linked(row, "assigned_to") == id_in_link
    assert displays_only(row) is only


def test_one_value_shows_that_all_came() -> None:
    """A row is of displays alone only if no cell has a value."""
    row = {"a": {"display_value": "Ada", "link": LINK}, "b": {"display_value": "x", "value": "y"}}
    assert not displays_only(row)
