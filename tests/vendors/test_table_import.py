"""Which rows of a table become which records."""

from __future__ import annotations

from typing import Any

import pytest
from tests.vendors.tables import MAPPING, TWICE, TWICE_FIELDS, codes, records_from_rows, row

from incidentcore.errors import FormatError
from incidentcore.vendors import read_table


def test_ids_are_unique_and_never_empty() -> None:
    """The first row of an id stands; a row without one is named by its number."""
    records, findings = records_from_rows(
        [
            row(Number="A", Created="2026-06-01T08:00Z"),
            row(Number="A", Created="2026-06-02T08:00Z"),
            row(Number=None, Created="2026-06-03T08:00Z"),
        ],
        MAPPING,
    )

    assert [record.id for record in records] == ["A", "row-3"]
    assert codes(findings) == [(2, "Number", "duplicate_id"), (3, "Number", "missing_id")]


def test_a_row_without_a_record_does_not_stand_for_its_id() -> None:
    """Rows 1 and 2 of A have no opening that can be read, so row 3 is used, and row 4 is not."""
    lines = ["n,o", "A,", "A,soon", "A,2026-06-03T08:00Z", "A,2026-06-04T08:00Z", "B,2026-06-05"]
    lines += ["C,2026-06-05", "D,2026-06-05"]
    reading = read_table(lines, {"id": "n", "opened": "o"}, zone="UTC")
    assert [(one.id, one.opened_at.day) for one in reading][:2] == [("A", 3), ("B", 5)]
    assert [(one.row, one.code, one.action) for one in reading.findings] == [
        (1, "missing_time", "row left out: a record needs its opening"),
        (2, "unreadable_time", "row left out: a record needs its opening"),
        (4, "duplicate_id", "row left out: row 3 is used"),
    ]
    upward = [lines[0], *lines[:0:-1]]
    reading = read_table(upward, {"id": "n", "opened": "o"}, zone="UTC", duplicates="last")
    assert [one.id for one in reading] == ["D", "C", "B"]  # the last that is not empty: "soon"
    del upward[6]
    reading = read_table(upward, {"id": "n", "opened": "o"}, zone="UTC", duplicates="last")
    assert [(one.id, one.opened_at.day) for one in reading][3:] == [("A", 3)]
    assert [(one.row, one.code) for one in reading.findings] == [
        (4, "duplicate_id"),
        (6, "duplicate_id"),
    ]
    with pytest.raises(FormatError, match="A has a row already, row 1"):
        list(read_table(lines, {"id": "n", "opened": "o"}, zone="UTC", duplicates="refuse"))


@pytest.mark.parametrize("duplicates", ["first", "last"])
def test_rows_that_are_not_whole_are_counted(duplicates: Any) -> None:
    """Also if none of them is."""
    reading = read_table(
        ["n,o", "A", "B"], {"id": "n", "opened": "o"}, zone="UTC", duplicates=duplicates
    )
    assert list(reading) == []
    assert reading.counts["rows"] == 2


@pytest.mark.parametrize("duplicates", [None, "first", "last"])
def test_all_rows_are_counted_whichever_of_an_id_is_used(duplicates: Any) -> None:
    """Three rows, of which the last is of the first id."""
    at = "2026-06-01T08:00Z"
    rows = ["n,o", f"A,{at}", f"B,{at}", f"A,{at}"]
    reading = read_table(rows, {"id": "n", "opened": "o"}, duplicates=duplicates)
    assert len(list(reading)) == 2
    assert reading.counts["rows"] == 3


@pytest.mark.parametrize(
    ("duplicates", "expected", "row", "says"),
    [
        (None, [("A", "ada"), ("B", "ben")], 3, "row left out: row 1 is used"),
        ("first", [("A", "ada"), ("B", "ben")], 3, "row left out: row 1 is used"),
        (
            "last",
            [("A", "cy"), ("B", "ben")],
            1,
            "row left out: row 3, the last of this id, is used",
        ),
    ],
)
def test_which_row_of_one_id_counts(
    duplicates: Any, expected: list[tuple[str, str]], row: int, says: str
) -> None:
    """The first, or the last where asked; the other one is a finding by its row."""
    reading = read_table(TWICE, TWICE_FIELDS, duplicates=duplicates)
    assert [(one.id, one.assignee) for one in reading] == expected
    found = [one for one in reading.findings if one.code == "duplicate_id"]
    assert [(one.row, one.value, one.action) for one in found] == [(row, "A", says)]


def test_an_id_twice_is_refused_where_asked() -> None:
    """By both rows, with the way out."""
    with pytest.raises(
        FormatError, match=r'A has a row already, row 1; .*"first" or "last" @ row 3'
    ):
        list(read_table(TWICE, TWICE_FIELDS, duplicates="refuse"))
