"""Cells of a table, each of its kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.vendors.test_edges import COLUMNS, ROW

from incidentcore.vendors import (
    read_table,
)
from incidentcore.vendors.profiles import read_profile
from incidentcore.vendors.tabular import Table


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


def test_a_table_of_lists_may_hold_more_than_texts() -> None:
    """As a spreadsheet does: a time is read as it is, and a number as its text."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    table = Table(("n", "o", "t"), enumerate([["A", "2026-06-01T09:00Z", "x"], ["B", at, 7]], 1))
    records = read_table(table, {"id": "n", "opened": "o", "title": "t"})
    assert [(one.id, one.opened_at, one.title) for one in records] == [
        ("A", at, "x"),
        ("B", at, "7"),
    ]


def test_a_time_of_numpy_keeps_its_unit() -> None:
    """Nanoseconds are cut to microseconds; as an item they would be a number."""
    np = pytest.importorskip("numpy")
    at = np.datetime64("2026-03-02T09:15:00.000001999", "ns")
    rows = [{"No": np.int64(7), "Open": at, "Talk": np.timedelta64(90, "s"), "n": np.float64(2.5)}]
    (incident,) = read_table(rows, {"id": "No", "opened": "Open"}, zone="UTC")
    assert (incident.id, f"{incident.opened_at:%H:%M:%S.%f}") == ("7", "09:15:00.000001")
    assert dict(incident.custom) == {"Talk": str(timedelta(seconds=90)), "n": 2.5}


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "-", "--", "\u2013", "\u2014", "N/A", "n/a", "#N/A", "NULL", "Null", "null"),
        *("(null)", "None", "NaN", "NaT", "\\N", "(empty)", "(leer)", "(vide)", "(vac\u00edo)"),
        *("nan", "<NA>", "N.A.", "n.a.", "k.A.", "k. A.", "none", "NONE", "(none)", "(blank)"),
        *("nil", "<null>", "0000-00-00", "0000-00-00 00:00:00"),
    ],
)
def test_what_people_and_tools_write_for_nothing(text: str, tmp_path: Path) -> None:
    """A command reads a file that says no other words for an empty cell."""
    path = tmp_path / "list.csv"
    path.write_text(
        f"n,o,g\nA,2026-06-01T09:00Z,Net\nB,2026-06-01T09:00Z,{text}\n", encoding="utf-8"
    )
    reading = read_profile(path, "table", mapping={"id": "n", "opened": "o", "group": "g"})
    assert [one.assignment_group for one in reading] == ["Net", None]


@pytest.mark.parametrize("text", ["Unassigned", "(unassigned)", "No Agent", "Nicht zugewiesen"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_nobody_is_not_a_name(text: str, form: str, tmp_path: Path) -> None:
    """Where a command reads who works on it; a state may be called so.

    Source: three help desks on GitHub export "Unassigned" as the assignee; the rest is our choice.
    """
    path = tmp_path / f"list.{form}"
    row = {"n": "A", "o": "2026-06-01T09:00Z", "a": text, "g": text, "t": text, "s": "Unassigned"}
    lines = f"{','.join(row)}\n{','.join(row.values())}\n"
    path.write_text(lines if form == "csv" else json.dumps([row]), encoding="utf-8")
    mapping = {"id": "n", "opened": "o", "assignee": "a", "group": "g", "title": "t", "state": "s"}
    reading = read_profile(path, "table", mapping=mapping)
    (record,) = reading
    assert (record.assignee, record.assignment_group, record.title) == (None, None, text)
    assert dict(reading.findings.counts) == {"empty_word": 2, "unknown_state": 1}


def test_spaces_in_the_name_of_an_object_s_field_count() -> None:
    """A heading of a table has single spaces; a field of an object is named as it is."""
    mapping: dict[str, str | int] = {**COLUMNS, "title": "The  Title"}
    (record,) = read_table([{**ROW, "The  Title": "Mail", "The Title": "no"}], mapping, zone="UTC")
    assert record.title == "Mail"
    lines = [",".join([*ROW, "The  Title"]), ",".join([*ROW.values(), "Mail"])]
    (record,) = read_table(lines, mapping, zone="UTC")
    assert record.title == "Mail"
