"""The fields of one audit row: missing ones, numbers, and times with the day first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.errors import FormatError
from incidentcore.vendors import audit_rows, read_audit_log
from incidentcore.vendors.audit_rows import AuditRow, FieldReader
from incidentcore.vendors.kit.findings import Findings
from incidentcore.vendors.kit.paths import whole_number

COLUMNS = {"number": 0, "opened_at": 1, "category": 2}
ROW = AuditRow(7, ["INC1", "29/2/2016 01:16", "?"], COLUMNS)


def test_a_whole_number_is_digits_alone() -> None:
    """A sign, a blank or a point makes another text of it."""
    assert whole_number("12") == 12
    assert [whole_number(text) for text in ("", "-1", "1.5", "1 2")] == [None] * 4


def test_a_time_has_the_day_first_and_the_log_s_zone() -> None:
    """29 February 01:16; a text that is not a time is refused with its row and column."""
    read = FieldReader(None, Findings())
    assert read.time(ROW, "opened_at") == datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
    with pytest.raises(FormatError, match="row 7, column category"):
        read.time(ROW, "category")


def test_a_column_that_the_log_lacks_is_missing() -> None:
    """It reads as the log's own word for nothing."""
    assert ROW["closed_at"] == "?"
    assert FieldReader(None, Findings()).text(ROW, "closed_at") is None


LOG = [
    "number,incident_state,sys_updated_by,opened_at,sys_updated_at,sys_mod_count,assigned_to",
    "INC1,New,ada,1/6/2026 09:00,1/6/2026 09:05,0,?",
    "INC1,New,bob,1/6/2026 09:00,1/6/2026 09:30,1,bob",
    "INC1,Resolved,bob,1/6/2026 09:00,1/6/2026 11:30,2,bob",
]


def test_an_event_is_what_a_row_changes() -> None:
    """Each row gives its count; one more event tells an assignment or a new state."""
    [incident] = read_audit_log(LOG)
    assert [(event.kind, event.by.id, event.at.hour) for event in incident.history] == [
        ("opened", "unknown", 9),
        ("fields_changed", "ada", 9),
        ("assigned", "bob", 9),
        ("fields_changed", "bob", 9),
        ("fields_changed", "bob", 11),
        ("state_changed", "bob", 11),
    ]
    counts = [step.changes["custom"]["mod_count"] for step in incident.timeline().moments[1:]]
    assert counts == [0, 1, 2]
    assert dict(incident.custom) == {"first_seen": "New", "mod_count": 2}


def test_no_more_texts_are_kept_than_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two of three; the third is read all the same."""
    monkeypatch.setattr(audit_rows, "_CACHED", 2)
    read = FieldReader(None, Findings())
    texts = audit_rows._Column("plain", "category", 2, "category", read.text, {})
    for day in (1, 2, 3, 1, 3):
        row = AuditRow(7, ["INC1", f"0{day}/06/2026 09:00", f"day {day}"], COLUMNS)
        assert texts.value(row) == f"day {day}"
    assert texts.known == {"day 1": "day 1", "day 2": "day 2"}
