"""How a desk file says an export is read: words, zone, and its own fields by their kinds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore.desk import load_desk
from incidentcore.vendors.profiles import desk_options, read_profile

TEXT = """
desk = 1
name = "import"
zone = "Europe/Berlin"
[import]
profile = "table"
states = { Parked = "on_hold" }
levels = { urgency = { now = "high" } }
times = "%d.%m.%Y %H:%M"
delimiter = ";"
[import.map]
id = "Key"
opened = "Raised"
state = "Status"
urgency = "Haste"
call_at = "Call"
users = "Number"
[fields]
vip = "bool"
users = "number"
call_at = "instant"
site = ["MUC", "NYC"]
note = "text"
"""
HEAD = "Key;Raised;Status;Haste;Call;Number;vip;site;note\n"
ROW = "1;01.06.2026 09:00;Parked;now;01.06.2026 10:00;{users};{vip};{site};x\n"


def read(tmp_path: Path, **cells: str) -> tuple[Any, list[tuple[str, str, str]]]:
    path = tmp_path / "log.csv"
    cells = {"users": "12", "vip": "yes", "site": "MUC", **cells}
    path.write_text(HEAD + ROW.format(**cells), encoding="utf-8")
    reading = read_profile(path, **desk_options(load_desk(TEXT)))
    (incident,) = reading
    return incident, [(one.code, one.field, one.value) for one in reading.findings]


def test_words_zone_and_own_fields(tmp_path: Path) -> None:
    """09:00 in Berlin is 07:00 UTC; words as the file maps them, own fields by their kinds."""
    incident, findings = read(tmp_path)
    assert incident.opened_at == datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert (incident.state.name, incident.urgency.name) == ("on_hold", "high")
    assert dict(incident.custom) == {
        "vip": True,
        "users": 12,
        "call_at": datetime(2026, 6, 1, 8, tzinfo=UTC),
        "site": "MUC",
        "note": "x",
    }
    assert [code for code, _, _ in findings if code == "unreadable_field"] == []


@pytest.mark.parametrize(
    ("field", "cell", "value", "column"),
    [
        ("users", "12.0", 12, ""),
        ("users", "1.5", 1.5, ""),
        ("users", "3,5", 3.5, ""),
        ("users", "1.204,50", 1204.5, ""),
        ("users", "1,204.5", 1204.5, ""),
        ("users", "1 204", 1204, ""),
        ("users", "1,204", "1,204", "Number"),  # either one, or more than a thousand
        ("users", "many", "many", "Number"),
        ("users", "inf", "inf", "Number"),
        ("users", "nan", "nan", "Number"),
        ("vip", "NO", False, ""),
        ("vip", "WAHR", True, ""),
        ("vip", "non", False, ""),
        ("vip", "maybe", "maybe", "vip"),
        ("site", "NYC", "NYC", ""),
        ("site", "Rome", "Rome", "site"),
    ],
)
def test_a_cell_that_is_not_of_its_kind_is_kept(
    tmp_path: Path, field: str, cell: str, value: object, column: str
) -> None:
    """As text, with a finding that names its column."""
    incident, findings = read(tmp_path, **{field: cell})
    assert incident.custom[field] == value
    assert type(incident.custom[field]) is type(value)
    told = [found for found in findings if found[0] == "unreadable_field"]
    assert told == ([("unreadable_field", column, cell)] if column else [])
