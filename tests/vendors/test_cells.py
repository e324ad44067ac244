"""Cells of a table, each of its kind."""

from __future__ import annotations

import pytest
from tests.vendors.test_edges import COLUMNS, ROW

from incidentcore.vendors import (
    read_table,
)


class Scalar:
    """A number of a column, as libraries of arrays have them."""

    def item(self) -> int:
        """Return the number itself."""
        return 7


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("  Mail  ", "Mail"),
        ({"value": " Mail ", "display_value": "x"}, "Mail"),
        ({"value": {"value": "Mail"}}, "Mail"),
        (float("nan"), "A"),
        (None, "A"),
        ("-", "A"),
        (Scalar(), "7"),
        ("Grüße", "Grüße"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_cell_of_each_kind(given: object, title: str) -> None:
    """A title that means empty is the record's id."""
    row = {**ROW, "Title": given}
    (record,) = read_table([row], {**COLUMNS, "title": "Title"}, zone="UTC", missing=("", "-"))
    assert record.title == title
