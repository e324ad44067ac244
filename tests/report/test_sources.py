"""Files as sources of reports: the latest instant, and a stream that can be opened again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.report import AuditSource, TableSource

BERLIN = ZoneInfo("Europe/Berlin")
COLUMNS = {"id": "n", "opened": "in", "resolved": "out"}


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_read_twice_from_its_beginning(tmp_path: Path) -> None:
    """The latest instant takes a pass of its own; the stream then starts anew."""
    path = table(tmp_path, "n,in,out\nA,2026-06-01T09:00,2026-06-01T11:00\nB,2026-06-01T10:00,?\n")
    source = TableSource(path=path, mapping=COLUMNS, zone=BERLIN)
    assert source.latest() == datetime(2026, 6, 1, 9, tzinfo=UTC)
    reading = source.read()
    assert [incident.id for incident in reading] == ["A", "B"]
    assert reading.findings == []


def test_times_in_a_format_of_their_own(tmp_path: Path) -> None:
    """Day-first times are read where the format is told, and findings where it is not."""
    path = table(tmp_path, "n,in,out\nA,31.12.2026 09:00,\n")
    told = TableSource(path=path, mapping=COLUMNS, zone=BERLIN, time_format="%d.%m.%Y %H:%M")
    assert told.latest() == datetime(2026, 12, 31, 8, tzinfo=UTC)
    with pytest.raises(FormatError, match="no row gives an incident; the first: row 1, in "):
        TableSource(path=path, mapping=COLUMNS).latest()


def test_an_empty_table_has_no_latest_instant(tmp_path: Path) -> None:
    """A header alone is a table without rows."""
    assert TableSource(path=table(tmp_path, "n,in,out\n"), mapping=COLUMNS).latest() is None


def test_columns_and_fields_are_checked_before_any_row(tmp_path: Path) -> None:
    """A column that is not there and a field that nobody knows are refused at once."""
    path = table(tmp_path, "n,in\n")
    with pytest.raises(FormatError, match="no column out"):
        TableSource(path=path, mapping=COLUMNS).read()
    with pytest.raises(InvalidValueError, match="colour"):
        TableSource(path=path, mapping={"id": "n", "opened": "in", "colour": "in"}).read()


def test_an_audit_log_as_a_source(tmp_path: Path) -> None:
    """The latest instant and the incidents are those of the log, in its zone."""
    path = table(
        tmp_path,
        "number,incident_state,opened_at,sys_updated_at,sys_updated_by\n"
        "INC1,New,1/6/2026 09:00,1/6/2026 10:00,ada\n",
    )
    source = AuditSource(path, BERLIN)
    assert source.latest() == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert [incident.id for incident in source.read()] == ["INC1"]
