"""How a desk file says an export is read: words, zone, and its own fields by their kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.vendors.audit_logs import log

from incidentcore.desk import load_desk
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.vendors import read_table
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
        ("users", "nan", None, ""),  # a word for an empty cell
        ("users", "1.204.500", 1_204_500, ""),
        ("users", "1,204,500", 1_204_500, ""),
        ("users", "1'204.50", 1204.5, ""),
        ("users", "1,20,4", "1,20,4", "Number"),
        ("users", "0,125", 0.125, ""),
        ("users", "1234,567", 1234.567, ""),
        ("users", "12 €", 12, ""),
        ("users", "\u22125", -5, ""),
        ("users", "12 %", "12 %", "Number"),  # a share, or twelve
        ("users", "12345678901234567", 12345678901234567, ""),  # exactly
        ("vip", "y", True, ""),
        ("vip", "off", False, ""),
        ("vip", "WAHR", True, ""),
        ("vip", "non", False, ""),
        *(("vip", word, True, "") for word in ("true", "Yes", "1", "X")),
        *(("vip", word, False, "") for word in ("false", "NO", "0")),
        ("users", "", None, ""),
        ("vip", "maybe", "maybe", "vip"),
        ("vip", "J", True, ""),
        ("vip", "s", True, ""),
        ("vip", "N", False, ""),
        ("site", "NYC", "NYC", ""),
        ("site", "nyc", "NYC", ""),
        ("site", "Rome", "Rome", "site"),
    ],
)
def test_a_cell_that_is_not_of_its_kind_is_kept(
    tmp_path: Path, field: str, cell: str, value: object, column: str
) -> None:
    """As text, with a finding that names its column."""
    incident, findings = read(tmp_path, **{field: cell})
    assert incident.custom.get(field) == value
    assert type(incident.custom.get(field)) is type(value)
    told = [found for found in findings if found[0] == "unreadable_field"]
    assert told == ([("unreadable_field", column, cell)] if column else [])


def test_a_point_that_may_separate_thousands_is_found(tmp_path: Path) -> None:
    """1.204 is read as a bit more than one; a German file may mean more than a thousand."""
    incident, findings = read(tmp_path, users="1.204")
    assert incident.custom["users"] == 1.204
    assert ("ambiguous_number", "Number", "1.204") in findings
    assert "ambiguous_number" not in {code for code, _, _ in read(tmp_path, users="0.204")[1]}


ONE = {"id": "P1", "created_at": "2026-03-02T20:00:00Z", "status": "triggered"}
ENTRY = {
    "id": "R1", "type": "trigger_log_entry", "created_at": "2026-03-02T20:00:00Z",
    "agent": {"id": "U1", "type": "user"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({"incidents": [ONE], "log_entries": [ENTRY]}, []),
        ({"incident": ONE, "log_entries": [ENTRY], "more": True}, ["truncated_history"]),
        ({"incident": ONE, "log_entries": None}, ["truncated_history", "unknown_actor"]),
        ([ONE], ["truncated_history", "unknown_actor"]),
    ],
)
def test_an_object_of_resources_or_the_records_alone(
    tmp_path: Path, data: Any, codes: list[str]
) -> None:
    """The log comes as a page, which says whether there is more."""
    path = tmp_path / "p.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    reading = read_profile(path, "pagerduty", states={"Parked": "on_hold"})
    (incident,) = reading
    assert (incident.id, incident.state.name) == ("P1", "triggered")
    assert sorted(one.code for one in reading.findings) == codes


OWN = """
desk = 1
name = "own"
zone = "UTC"
fields = {{ model = ["T1", "T2"], vip = "bool", tills = "number", call_at = "instant" }}
[import]
profile = "{profile}"
map = {{ model = "Model", tills = "Tills", call_at = "Call"{more} }}
"""


def test_own_fields_of_the_export_of_a_tool(tmp_path: Path) -> None:
    """Named and read as the desk declares them, at the opening and in each change."""
    fields = {
        "summary": "Till", "created": "2026-03-02T09:00:00.000+0000", "status": {"name": "Open"},
        "customfield_1": {"value": "t1"}, "customfield_2": "12", "customfield_3": True,
    }  # fmt: skip
    changes = [
        ("Model", "T2", "T9"),
        ("Model", "T9", "t1"),
        ("Tills", "7", ""),
        ("Tills", "", "12"),
    ]
    changes.append(("Call", "", "2026-03-02T12:00:00.000+0100"))
    histories = [
        {
            "id": str(n), "created": f"2026-03-02T1{n}:00:00.000+0000", "author": None,
            "items": [{"field": field, "fromString": before or None, "toString": after or None}],
        }
        for n, (field, before, after) in enumerate(changes)
    ]  # fmt: skip
    issue = {
        "key": "K-1", "fields": fields, "changelog": {"histories": histories, "total": 5}
    }  # fmt: skip
    path = tmp_path / "issues.json"
    names = {"customfield_1": "Model", "customfield_2": "Tills", "customfield_3": "vip"}
    path.write_text(json.dumps({"issues": [issue], "names": names}), encoding="utf-8")
    desk = load_desk(OWN.format(profile="jira", more=""))
    reading = read_profile(path, **desk_options(desk))
    (incident,) = reading

    def own(at: datetime) -> dict[str, Any]:
        then = Incident.from_history([one for one in incident.history if one.at <= at])
        return {name: then.custom[name] for name in declared if name in then.custom}

    declared = ("model", "vip", "tills", "call_at")
    ten, noon = (datetime(2026, 3, 2, hour, 30, tzinfo=UTC) for hour in (9, 12))
    assert own(ten) == {"model": "T2", "vip": True, "tills": 7}
    assert own(noon) == {"model": "T1", "vip": True, "tills": None}
    called = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert own(noon.replace(hour=15)) == {
        "model": "T1", "vip": True, "tills": 12, "call_at": called
    }  # fmt: skip
    assert not {"Model", "Tills", "Call"} & incident.custom.keys()
    told = [(one.field, one.value) for one in reading.findings if one.code == "unreadable_field"]
    assert told == [("Model", "T9")]


def test_own_fields_of_an_event_log(tmp_path: Path) -> None:
    """A column of the map is read, and as the kind of its field."""
    path = tmp_path / "log.csv"
    path.write_text("Case,What,When,Model,Tills,Call\n7,New,2026-03-02 09:00,t2,3,\n", "utf-8")
    more = ', case = "Case", activity = "What", at = "When"'
    desk = load_desk(OWN.format(profile="events", more=more))
    (incident,) = read_profile(path, **desk_options(desk))
    assert (incident.custom["model"], incident.custom["tills"]) == ("T2", 3)


CELLS = "Case,What,When,Who,Where,Floor\n7,New,2026-03-02 09:00,ada,desk,3\n"


@pytest.mark.parametrize("missing", ["case", "activity", "at"])
def test_an_event_log_names_what_it_needs(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(CELLS, encoding="utf-8")
    mapping = {"case": "Case", "activity": "What", "at": "When", "by": "Who", "group": "Where"}
    mapping["custom.floor"] = "Floor"
    whole = read_profile(path, "events", mapping=mapping, zone="UTC", formats=("iso",))
    (incident,) = whole
    assert (incident.id, incident.opened_by.id, incident.assignment_group) == ("7", "ada", "desk")
    assert (incident.state.name, incident.custom["floor"]) == ("new", "3")
    assert incident.opened_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    with pytest.raises(InvalidValueError, match=rf"--map.*one with a column for {missing}"):
        read_profile(path, "events", mapping={k: v for k, v in mapping.items() if k != missing})


XES = """<log><trace><string key="concept:name" value="7"/><event>
<string key="concept:name" value="New"/><string key="step" value="complete"/>
<date key="when" value="2026-03-02T09:00:00Z"/><string key="who" value="ada"/>
<string key="where" value="desk"/><string key="floor" value="3"/></event></trace></log>"""


def test_the_attributes_of_xes_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(XES, encoding="utf-8")
    mapping = {"activity": "concept:name/step", "at": "when", "by": "who", "group": "where"}
    reading = read_profile(path, "xes", mapping={**mapping, "custom.floor": "floor"})
    (incident,) = reading
    assert (incident.id, incident.opened_by.id, incident.assignment_group) == ("7", "ada", "desk")
    assert (incident.opened_at, incident.custom["floor"]) == (
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        "3",
    )


@pytest.mark.parametrize(("repeats", "refused"), [(100, False), (101, True)])
def test_more_than_half_of_the_rows_repeat_an_id(*, repeats: int, refused: bool) -> None:
    """Two hundred rows are enough to say so; half of them are not."""
    ids = [str(n) for n in range(200 - repeats)] + ["0"] * repeats
    rows = [{"No": key, "Opened": "2026-03-02 09:00"} for key in ids]
    reading = read_table(rows, {"id": "No", "opened": "Opened"}, zone="UTC")
    if refused:
        with pytest.raises(FormatError, match="one row for each event"):
            list(reading)
    else:
        assert len(list(reading)) == 100


def test_a_resource_that_no_importer_reads_is_found(tmp_path: Path) -> None:
    """A table beside the incidents is not dropped without a word."""
    row = {"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 09:00:00", "state": "1"}
    row["opened_by"] = "kim"
    path = tmp_path / "export.json"
    tables = {"incident": [row], "sys_audit": [], "sys_email": [{"sys_id": "a"}], "took": 3}
    path.write_text(json.dumps(tables), encoding="utf-8")
    reading = read_profile(path, "servicenow")
    assert [record.id for record in reading] == ["INC1"]
    assert [(one.code, one.path) for one in reading.findings] == [("unknown_entry", "sys_email")]


def test_a_sheet_is_of_a_table_or_an_event_log(tmp_path: Path) -> None:
    """The export of a tool has none."""
    with pytest.raises(InvalidValueError, match="sheet: got 'Sheet2'; allowed: only with a table"):
        read_profile(tmp_path / "export.json", "pagerduty", sheet="Sheet2")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("sys_audit", {"documentkey": "a", "fieldname": "state"}),
        ("sys_history_line", {"set": "a", "id": "a"}),
        ("metric_instance", {"id": "a"}),
        ("sys_journal_field", {"element_id": "a"}),
        ("task_sla", {"task": "a"}),
        ("sys_user", {"sys_id": "u"}),
    ],
)
def test_each_table_beside_the_incidents_is_read(tmp_path: Path, name: str, row: Any) -> None:
    """By the name that ServiceNow gives it."""
    incident = {"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 09:00:00", "state": "1"}
    path = tmp_path / "export.json"
    tables = {"incident": [{**incident, "opened_by": "kim"}], name: [row]}
    path.write_text(json.dumps(tables), encoding="utf-8")
    reading = read_profile(path, "servicenow")
    assert [record.id for record in reading] == ["INC1"]
    assert not [one for one in reading.findings if one.path == name and one.code == "unknown_entry"]


def test_ticket_events_of_zendesk_in_a_file(tmp_path: Path) -> None:
    """They are read in place of audits, if it has none."""
    ticket = {"id": 7, "created_at": "2026-03-02T08:00:00Z", "status": "solved", "requester_id": 1}
    solved = {"event_type": "Change", "status": "solved", "previous_value": "new", "id": 2}
    event = {"id": 1, "ticket_id": 7, "created_at": "2026-03-02T09:00:00Z", "updater_id": 2}
    path = tmp_path / "export.json"
    tables = {"tickets": [ticket], "ticket_events": [{**event, "child_events": [solved]}]}
    path.write_text(json.dumps(tables), encoding="utf-8")
    [incident] = read_profile(path, "zendesk")
    assert incident.resolved_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    audits = {**tables, "audits": [{"id": 3, "ticket_id": 7, "events": []}]}
    path.write_text(json.dumps(audits), encoding="utf-8")
    reading = read_profile(path, "zendesk")
    assert len(list(reading)) == 1
    assert ("unknown_entry", "ticket_events") in {(one.code, one.path) for one in reading.findings}


def test_the_audit_log_of_a_tool_has_a_profile(tmp_path: Path) -> None:
    """Its times are those of the zone that is given: 09:00 in Berlin is 07:00 UTC in June."""
    path = tmp_path / "log.csv"
    path.write_text("\n".join(log({"opened_at": "1/6/2026 09:00"})), encoding="utf-8")
    (incident,) = read_profile(path, "servicenow-audit", zone="Europe/Berlin")
    assert incident.opened_at == datetime(2026, 6, 1, 7, tzinfo=UTC)
