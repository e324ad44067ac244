"""The sheet of a spreadsheet that is read, and from which row on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore.vendors import describe_columns, read_table

openpyxl = pytest.importorskip("openpyxl")

HEADS = ["Number", "Opened", "Resolved"]
NINE = datetime(2026, 3, 2, 9)  # noqa: DTZ001  cells have no zone
TEN = NINE.replace(hour=10)
MAPPING = {"id": "Number", "opened": "Opened", "resolved": "Resolved"}


def book(path: Path, merged: str = "", **sheets: list[list[Any]]) -> Path:
    whole = openpyxl.Workbook()
    whole.remove(whole.active)
    for name, rows in sheets.items():
        sheet = whole.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
    whole.save(path)
    return path


def read(path: Path, **options: Any) -> tuple[dict[str, str], list[str]]:
    reading = read_table(path, MAPPING, zone="UTC", **options)
    hours = {one.id: f"{one.opened_at:%d %H}-{one.resolved_at or 0:%H}" for one in reading}
    return hours, [str(one) for one in reading.findings]


def test_title_rows_above_the_headings(tmp_path: Path) -> None:
    rows = [["Incidents of March", None, None], ["Generated: 2026-04-01"], [], HEADS]
    path = book(tmp_path / "a.xlsx", "A1:C1", S=[*rows, ["A", NINE, TEN]])
    hours, findings = read(path)
    assert hours == {"A": "02 09-10"}
    assert "'Incidents of March', 'Generated: 2026-04-01'" in findings[0]
    assert "Incidents of March" in str(describe_columns(path))


def test_the_sheet_with_the_tickets_is_read_and_the_others_named(tmp_path: Path) -> None:
    """Also where it is not the first; nothing of another one is dropped without a word."""
    rows = [HEADS, ["A", NINE, TEN]]
    cover = book(tmp_path / "a.xlsx", Cover=[["Report"], ["for March"]], Tickets=rows, Empty=[])
    hours, findings = read(cover)
    assert hours == {"A": "02 09-10"}
    assert "sheet 'Tickets' is read; not read: 'Cover'" in findings[0]
    both = book(tmp_path / "b.xlsx", Tickets=rows, Archive=[HEADS, ["B", NINE, TEN]])
    hours, findings = read(both)
    assert list(hours) == ["A"]
    assert "'Archive'" in findings[0]
    assert "'Archive'" in str(describe_columns(both))
    assert read(book(tmp_path / "c.xlsx", S=rows))[1] == []


def test_days_as_numbers_are_read_as_excel_counts_them(tmp_path: Path) -> None:
    """46083 is 2 March 2026; its 0.375 is nine o'clock by the wall clock of the zone."""
    path = book(tmp_path / "a.xlsx", S=[HEADS, ["A", 46083.375, 46083.416666667]])
    assert read(path, formats="excel")[0] == {"A": "02 09-10"}
    [finding] = read(path)[1]
    assert "unreadable_time" in finding
