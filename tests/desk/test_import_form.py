"""How an export is read, as a desk file says it: options for the importer, own fields typed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidentcore.desk import dump_desk, load_desk
from incidentcore.vendors.profiles import desk_options, read_profile

TEXT = """
desk = 1
name = "import"
zone = "Europe/Berlin"
fields = { vip = "bool", users = "number", call_at = "instant", site = ["MUC", "NYC"] }
[import]
profile = "table"
map = { id = "Key", opened = "Raised", vip = "VIP?", users = "Users", call_at = "Call" }
times = "%d.%m.%Y %H:%M"
"""
HEADER = "Key,Raised,VIP?,Users,Call,site\n"


def test_options_survive_a_dump() -> None:
    """What the file says of an export is part of the desk."""
    desk = load_desk(TEXT)
    assert load_desk(dump_desk(desk)) == desk
    assert desk_options(desk)["zone"].key == "Europe/Berlin"


def test_own_fields_are_read_as_their_kind(tmp_path: Path) -> None:
    """Yes is true, 12 a number, a time in the zone of the desk: 10:00 in June is 08:00 UTC."""
    log = tmp_path / "log.csv"
    log.write_text(f"{HEADER}1,01.06.2026 09:00,yes,12,01.06.2026 10:00,MUC\n", encoding="utf-8")
    reading = read_profile(log, **desk_options(load_desk(TEXT)))
    (incident,) = reading
    assert dict(incident.custom) == {
        "vip": True,
        "users": 12,
        "call_at": datetime(2026, 6, 1, 8, tzinfo=UTC),
        "site": "MUC",
    }
    assert not list(reading.findings)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ("maybe,12,01.06.2026 10:00,MUC", "vip"),
        ("yes,many,01.06.2026 10:00,MUC", "users"),
        ("yes,12,01.06.2026 10:00,Munich", "site"),
    ],
)
def test_a_cell_of_another_kind_is_kept_with_a_finding(
    tmp_path: Path, cells: str, field: str
) -> None:
    """Nothing is dropped and nothing is guessed."""
    log = tmp_path / "log.csv"
    log.write_text(f"{HEADER}1,01.06.2026 09:00,{cells}\n", encoding="utf-8")
    reading = read_profile(log, **desk_options(load_desk(TEXT)))
    (incident,) = reading
    assert incident.custom[field] in ("maybe", "many", "Munich")
    (finding,) = reading.findings
    assert finding.code == "unreadable_field"


def test_a_word_that_a_desk_does_not_declare_is_a_finding(tmp_path: Path) -> None:
    """Also where all own fields are words, and their columns have the names of the fields."""
    desk = load_desk(
        'desk = 1\nname = "x"\nzone = "UTC"\nfields = { contract = ["silver", "gold"] }\n'
        '[import]\nprofile = "table"\nmap = { id = "id", opened = "opened" }\n'
    )
    log = tmp_path / "log.csv"
    log.write_text("id,opened,contract\n1,2026-06-01,Tin\n2,2026-06-01,GOLD\n", encoding="utf-8")
    reading = read_profile(log, **desk_options(desk))
    assert [one.custom["contract"] for one in reading] == ["Tin", "gold"]
    assert [(one.code, one.field, one.value) for one in reading.findings] == [
        ("unreadable_field", "contract", "Tin")
    ]


@pytest.mark.parametrize(
    ("zone", "imports", "stated"),
    [
        ('zone = "UTC"\n', 'times = ["iso"]\n', "UTC"),
        ("", 'times = ["iso"]\n', None),
        ('zone = "UTC"\n', 'profile = "table"\n', None),
        ('zone = "Europe/Berlin"\n', 'times = ["iso"]\n', None),
        ('zone = "UTC"\n', 'times = ["iso"]\nzone = "Asia/Tokyo"\n', "Asia/Tokyo"),
    ],
)
def test_a_stated_zone_is_that_of_its_import(zone: str, imports: str, stated: str | None) -> None:
    head = 'desk = 1\nname = "x"\n'
    desk = load_desk(f"{head}{zone}[import]\n{imports}")
    assert desk.imports.get("zone") == stated
