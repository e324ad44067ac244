"""A date in one column and its time of day in another are one time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidentcore.errors import FormatError
from incidentcore.vendors import ColumnsPage, describe_columns, read_table

MAPPING = {"id": "No", "opened": "Open Date+Open Time"}
NINE = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def describe(path: Path, text: str) -> ColumnsPage:
    path.write_text(text, encoding="utf-8")
    return describe_columns(path)


@pytest.mark.parametrize(
    ("day", "clock", "form"),
    [
        ("2026-03-02", "09:15", "iso"),
        ("02.03.2026", "9:15", "%d.%m.%Y %H:%M"),
        ("3/2/2026", "9:15 AM", "%m/%d/%Y %I:%M %p"),
        (date(2026, 3, 2), time(9, 15), "iso"),
        (NINE.replace(hour=0, minute=0, tzinfo=None), "9:15", "iso"),
        (NINE.replace(hour=0, minute=0, tzinfo=None), timedelta(hours=9, minutes=15), "iso"),
        (date(2026, 3, 2), datetime(1899, 12, 30, 9, 15), "iso"),  # noqa: DTZ001  a cell
    ],
)
def test_both_cells_are_one_time(day: Any, clock: Any, form: str) -> None:
    rows = [{"No": "A", "Open Date": day, "Open Time": clock}]
    (incident,) = read_table(rows, MAPPING, zone="UTC", formats=form)
    assert incident.opened_at == NINE


def test_a_date_without_its_time_is_a_date() -> None:
    """As a date in one column is, and nothing without a date."""
    rows = ["A,2026-03-02,", "B,,09:15", "C,2026-03-02", "D,2026-03-02,1,2"]
    lines = ["No,Open Date,Open Time", *rows]
    reading = read_table(lines, MAPPING, zone="UTC")
    assert [(one.id, f"{one.opened_at:%d %H:%M}") for one in reading] == [("A", "02 00:00")]
    found = {"missing_time", "short_row", "long_row"}
    assert {one.code for one in reading.findings} == found


def test_another_column_is_refused() -> None:
    with pytest.raises(FormatError, match=r"no column Open Date\+Clock; the header has 'No'"):
        read_table(["No,Open Date"], {**MAPPING, "opened": "Open Date+Clock"})
    lines = ["No,A+B", "1,2026-03-02"]  # a name of its own
    (incident,) = read_table(lines, {"id": "No", "opened": "A+B"}, zone="UTC")
    assert f"{incident.opened_at:%d}" == "02"


@pytest.mark.parametrize(
    ("heads", "cells", "column", "formats"),
    [
        ("Open Date,Open Time", "2026-03-02,09:00", "Open Date+Open Time", ()),
        ("Erstellt am,Erstellt um", "02.03.2026,09:00", "Erstellt am+Erstellt um",
         ("%d.%m.%Y %H:%M",)),
        ("Eröffnungsdatum,Eröffnungszeit", "02.03.2026,9:00", "Eröffnungsdatum+Eröffnungszeit",
         ("%d.%m.%Y %H:%M",)),
        ("Opened,Opened Time", "3/14/2026,9:00 AM", "Opened+Opened Time", ("%m/%d/%Y %I:%M %p",)),
        ("Opened,Work Time", "2026-03-02,09:00", "Opened", ()),  # of something else
        ("Opened,Opened Time", "2026-03-02 09:00,09:00", "Opened", ()),  # it has its time
        ("Opened,Opened Time", "2026-03-02,2d 3h", "Opened", ()),
    ],
)  # fmt: skip
def test_pairs_are_suggested(
    tmp_path: Path, heads: str, cells: str, column: str, formats: tuple[str, ...]
) -> None:
    page = describe(tmp_path / "list.csv", f"No,{heads}\n1,{cells}\n")
    assert page.to_plain()["map"] == {"id": "No", "opened": column}
    assert page.columns[1].formats == formats


@pytest.mark.parametrize(
    ("row", "opened"),
    [
        ("A,2026-03-02 09:15,+01:00", "Open Date+Open Time"),
        ("A,2026-03-02 09:15,Europe/Berlin", "Open Date+Open Time"),
        ("A,2026-03-02,09:15,+01:00", "Open Date+Open Time+Zone"),
        ("A,2026-03-02,09:15,Europe/Berlin", "Open Date + Open Time + Zone"),
        ("A,2026-03-02,09:15,UTC+1", "Open Date+Open Time+Zone"),
    ],
)
def test_the_zone_in_a_column_of_its_own(row: str, opened: str) -> None:
    """It was refused, and so were three columns."""
    heads = "No,Open Date,Open Time,Zone"[: 22 if row.count(",") == 2 else None]
    (incident,) = read_table([heads, row], {**MAPPING, "opened": opened}, zone="Asia/Tokyo")
    assert incident.opened_at == NINE.replace(hour=8)


def test_an_empty_zone_is_that_of_the_table() -> None:
    rows = [{"No": "A", "Open Date": NINE.replace(tzinfo=None), "Open Time": " "}]
    (incident,) = read_table(rows, MAPPING, zone="Asia/Tokyo")
    assert incident.opened_at == NINE - timedelta(hours=9)


def test_a_time_of_day_that_is_none_stays_with_its_date() -> None:
    """The finding shows both cells; a number in a column of times is no time of day."""
    days = {"A": "noon", "B": 9}
    rows = [{"No": n, "Open Date": date(2026, 3, 2), "Open Time": at} for n, at in days.items()]
    reading = read_table(rows, MAPPING, zone="UTC")
    assert [*reading] == []
    times = [one.value for one in reading.findings if one.code == "unreadable_time"]
    assert times == ["2026-03-02 noon", "2026-03-02 9"]


def test_spaces_in_a_heading_are_those_of_a_table_or_of_an_object() -> None:
    """A heading of a table counts with single spaces; the name of an object's field as it is."""
    mapping = {"id": "No", "opened": "Open  Date+Open Time"}
    (incident,) = read_table(["No,Open  Date,Open Time", "A,2026-03-02,09:15"], mapping, zone="UTC")
    assert incident.opened_at == NINE
    rows = [{"No": "A", "Open  Date": "2026-03-02", "Open Time": "09:15"}]
    (incident,) = read_table(rows, mapping, zone="UTC")
    assert incident.opened_at == NINE


def test_dates_with_a_midnight_have_their_time_in_another_column(tmp_path: Path) -> None:
    """As a database writes a column of dates; the columns that are suggested are those read."""
    path = tmp_path / "list.csv"
    path.write_text("No,Open Date,Open Time\nA,2026-03-02 00:00:00,09:15\n", encoding="utf-8")
    mapping = describe_columns(path).to_plain()["map"]
    assert mapping == {"id": "No", "opened": "Open Date+Open Time"}
    (incident,) = read_table(path, mapping, zone="UTC")
    assert incident.opened_at == NINE


def test_a_column_of_times_of_day_is_that_of_no_moment(tmp_path: Path) -> None:
    """With the half of a day too: the date beside it, in another column, is needed."""
    path = tmp_path / "list.csv"
    lines = ["No;Open Date;Open Time", "A;02/03/2026;9:15 AM", "B;13/03/2026;12:01 a.m."]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert describe_columns(path).to_plain()["map"]["opened"] == "Open Date+Open Time"
