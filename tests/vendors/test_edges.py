"""The edges of the readers: what is refused and where, and values at the limits of a rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.vendors import (
    ImportFinding,
    describe_columns,
    read_audit_log,
    read_events,
    read_jira_csv,
    read_ocel,
    read_statuspage,
    read_table,
)
from incidentcore.vendors.kit import Findings, Import, LevelTable, Roles, StateTable, Times
from incidentcore.vendors.kit.paths import clean
from incidentcore.vendors.lines import LONGEST_LINE, LineError, checked_lines
from incidentcore.vendors.profiles import read_profile
from incidentcore.vendors.table_import import TableImport
from incidentcore.vendors.tabular import read_json

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROW = {"No": "A", "Opened": "2026-03-02 09:00:00"}
COLUMNS = {"id": "No", "opened": "Opened"}


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: read_table([ROW], {**COLUMNS, "idd": "No"}), "mapping"),
        (lambda: read_table([ROW], {**COLUMNS, "title": True}), "mapping[title]"),
        (lambda: read_table([ROW], {**COLUMNS, "title": ""}), "mapping[title]"),
        (lambda: read_table([ROW], {**COLUMNS, "title": "Name"}), "mapping[title]"),
        (lambda: read_table([ROW], {**COLUMNS, "title": "No.x.y"}), None),
        (lambda: read_table([ROW], {**COLUMNS, "title": "Na.x"}), "mapping[title]"),
        (lambda: read_table([ROW], COLUMNS, duplicates="all"), "duplicates"),
        (lambda: read_table([ROW], {"id": "No"}), "mapping"),
        (lambda: Times("UTC", epoch="m"), "epoch"),  # type: ignore[arg-type]
        (lambda: Times("UTC", day_first="x"), "day_first"),  # type: ignore[arg-type]
        (lambda: Times("UTC", formats=1), "formats"),  # type: ignore[arg-type]
        (lambda: Times("UTC", formats=("iso", "")), "formats"),
        (lambda: LevelTable(priority=["high"]), "priority"),  # type: ignore[arg-type]
        (lambda: LevelTable(impact={"x": 1}), "impact[x]"),  # type: ignore[dict-item]
        (lambda: LevelTable(urgency={"x": "none"}), "urgency"),
        (lambda: StateTable({"x": "none"}), "states[x]"),
        (lambda: StateTable(unknown="skip"), "unknown"),  # type: ignore[arg-type]
        (lambda: Roles(agents="ada"), "roles"),
        (lambda: Roles(systems={"ada": 1}), "roles"),
        (lambda: read_events([ROW], case="No", at="Opened", activity=()), "activity"),
        (lambda: read_profile("x.csv", "excel"), "profile"),
        (lambda: read_profile("x.json", "jira", mapping={"id": "x"}), "mapping"),
        (lambda: read_profile("x.json", "jira", formats=("iso",)), "formats"),
        (lambda: read_profile("x.json", "jira", duplicates="last"), "duplicates"),
    ],
)
def test_what_is_refused_and_where(call: Callable[[], Any], where: str | None) -> None:
    if where is None:
        list(call())
        return
    with pytest.raises(InvalidValueError) as refused:
        list(call())
    assert refused.value.where.split(" ")[0] == where


def test_a_table_without_columns_names_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("No,Opened\nA,2026-03-02 09:00\n", encoding="utf-8")
    with pytest.raises(InvalidValueError, match=r"--map.*No, Opened"):
        read_profile(path, "table")


def test_findings_are_a_sequence_and_a_table() -> None:
    findings = Findings()
    for row, value in ((3, "Urgent!"), (4, "Urgent!"), (5, "Soon")):
        findings.add("unknown_level", "left out", row=row, field="Priority", value=value)
    findings.add("no_zone", "read as UTC", key="INC-1")
    assert len(findings) == 3
    assert findings[-1] == ImportFinding(0, "", "", "no_zone", "read as UTC", "INC-1")
    assert findings[1:] == (findings[1], findings[2])
    assert repr(findings) == "<Findings: {'unknown_level': 3, 'no_zone': 1}>"
    heads, rows, numeric = findings.cells()
    assert heads == ["code", "count", "first", "field", "value", "what was done"]
    assert rows == [
        ["unknown_level", "2", "3", "Priority", "Urgent!", "left out"],
        ["unknown_level", "1", "5", "Priority", "Soon", "left out"],
        ["no_zone", "1", "INC-1", "", "", "read as UTC"],
    ]
    assert numeric == [False, True, True, False, False, False]
    assert str(findings[0]) == "row 3, Priority 'Urgent!': unknown_level; left out (2 times)"
    assert str(ImportFinding(0, "", "", "empty", "no rows")) == "source: empty; no rows"
    assert ImportFinding(1, "a<b", "", "x", "y")._repr_html_() == "<p>row 1, a&lt;b: x; y</p>"


@pytest.mark.parametrize(
    ("state", "resolved", "closed", "name", "codes"),
    [
        (None, None, None, "new", []),
        (None, "10:00", None, "resolved", []),
        ("In Progress", None, None, "in_progress", []),
        ("On Hold", None, None, "on_hold", ["state_without_time"]),
        ("Resolved", "10:00", None, "resolved", []),
        ("Closed", "10:00", "11:00", "closed", []),
        ("Resolved", "10:00", "11:00", "resolved", ["state_without_time"]),
        ("Resolved", None, "11:00", "resolved", ["closed_without_resolution"]),
        ("In Progress", "10:00", None, "in_progress", ["state_without_time"]),
        ("Parked", None, None, "Parked", ["unknown_state"]),
    ],
)
def test_the_state_that_a_row_ends_in(
    state: str | None, resolved: str | None, closed: str | None, name: str, codes: list[str]
) -> None:
    row = {
        **ROW,
        "State": state,
        "Resolved": resolved and f"2026-03-02 {resolved}",
        "Closed": closed and f"2026-03-02 {closed}",
    }
    mapping = {**COLUMNS, "state": "State", "resolved": "Resolved", "closed": "Closed"}
    reading = read_table([row], mapping, zone="UTC")
    (record,) = reading
    assert (record.state.name, [one.code for one in reading.findings]) == (name, codes)


@pytest.mark.parametrize(
    ("value", "formats", "read"),
    [
        (date(2026, 3, 2), "iso", (2026, 3, 2, 0, 0)),
        (datetime(2026, 3, 2, 9), "iso", (2026, 3, 2, 9, 0)),  # noqa: DTZ001
        ("2/3/2026", "%d/%m/%Y", (2026, 3, 2, 0, 0)),
        ("2/3/2026  9:05", "%d/%m/%Y %H:%M", (2026, 3, 2, 9, 5)),
        ("2/3/26", "%d/%m/%Y", None),
        ("02/03/0026", "%d/%m/%Y", (26, 3, 2, 0, 0)),
        ("2026-03-02T09:00 GMT", "iso", (2026, 3, 2, 9, 0)),
    ],
)
def test_times_at_the_edges_of_a_format(
    value: object, formats: str, read: tuple[int, ...] | None
) -> None:
    reader = Times("UTC", formats=formats).reader()
    if read is None:
        with pytest.raises(InvalidValueError):
            reader.read(value)
    else:
        assert reader.read(value) == datetime(*read, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_what_json_cannot_hold_is_cleaned() -> None:
    assert clean({"on": date(2026, 3, 2), "n": float("inf"), "s": {1}}) == {
        "on": "2026-03-02", "n": None, "s": [1],
    }  # fmt: skip


def test_a_row_that_cannot_be_built_names_what_is_missing() -> None:
    def build(history: Any, entry: dict[str, Any]) -> None:
        history.opened(entry["at"], "ada")
        if entry["at"] is None:
            raise KeyError

    reading = Import([{"id": "A"}, {"id": "B", "at": None}], build, record=Incident, id="id")
    assert list(reading) == []
    assert [(one.key, one.code) for one in reading.findings if one.code != "unreadable_time"] == [
        ("A", "malformed_record"),
        ("B", "malformed_record"),
    ]
    assert "'at'" in reading.findings[0].action


def test_a_full_feed_may_be_cut() -> None:
    """Fifty is the most that a feed holds; one less, or one more, is the whole."""
    one = {"name": "x", "created_at": "2026-03-02T09:00:00Z"}
    for count, codes in ((49, []), (50, ["truncated_history"]), (51, [])):
        reading = read_statuspage([{**one, "id": str(number)} for number in range(count)])
        assert [found.code for found in reading.findings] == codes


def test_an_activity_may_be_an_attribute_of_its_event() -> None:
    event = {
        "id": "e1",
        "type": "log",
        "time": "2026-03-02T09:00:00Z",
        "attributes": [{"name": "activity", "value": "New"}],
        "relationships": [{"objectId": "o1", "qualifier": "of"}],
    }
    log = {"objects": [{"id": "o1", "type": "Incident"}], "events": [event]}
    (record,) = read_ocel(
        log, object_type="Incident", activity_attribute="activity", activities={"New": "new"}
    )
    assert (record.id, record.opened_at, record.state.name) == ("o1", NINE, "new")


MAPPING = {
    "id": "No", "opened": "Opened", "acknowledged": "Acked", "resolved": "Resolved",
    "closed": "Closed", "state": "State", "priority": "Priority", "impact": "Impact",
    "title": "Title", "caller": "Caller", "assignee": "Assignee", "category": "Category",
}  # fmt: skip
CLEAN = {
    "No": "A", "Opened": "2026-03-02 09:00", "Acked": "2026-03-02 09:10",
    "Resolved": "2026-03-02 10:00", "Closed": "2026-03-02 11:00", "State": "Closed",
    "Priority": "High", "Impact": "Low", "Title": "Grüße", "Caller": "kim", "Assignee": "ada",
    "Category": "Mail", "Floor": "3",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "is_clean"),
    [
        ({}, True),
        ({"Closed": None, "State": "Resolved"}, True),
        ({"Resolved": None, "Closed": None, "State": "In Progress"}, True),
        ({"Resolved": None, "Closed": None, "State": None}, True),
        ({"State": None}, True),
        ({"State": "Solved", "Closed": ""}, True),
        ({"Caller": None, "Assignee": None}, True),
        ({"Priority": None, "Category": ""}, True),
        ({"Acked": "2026-03-02 09:00"}, True),
        ({"Acked": "2026-03-02 10:01"}, False),
        ({"Acked": "2026-03-02 08:59"}, False),
        ({"Acked": "soon"}, False),
        ({"Resolved": None}, False),
        ({"Opened": None}, False),
        ({"No": None}, False),
        ({"State": "Resolved"}, False),
        ({"State": "In Progress"}, False),
        ({"State": "Parked"}, False),
        ({"Resolved": None, "Closed": None, "State": "On Hold"}, False),
        ({"Resolved": None, "Closed": None, "State": "Parked"}, False),
        ({"Resolved": None, "Closed": None, "State": "Closed"}, False),
        ({"Priority": "Purple"}, False),
        ({"Priority": 2.5}, False),
        ({"Title": "two\nlines"}, False),
        ({"Title": 7}, False),
    ],
)
def test_a_clean_row_is_read_the_short_way_and_alike(
    changes: dict[str, Any], *, is_clean: bool
) -> None:
    """The whole way gives the same record; a row that may need a finding goes that way."""
    row = {**CLEAN, **changes}
    short = read_table([row], MAPPING, zone="UTC")
    whole = read_table([row], MAPPING, zone="UTC", extend=lambda history, custom: None)
    assert (list(short), list(short.findings)) == (list(whole), list(whole.findings))
    assert isinstance(short, TableImport)
    assert short._clean is not None
    try:
        made = short._clean.read("A", row, short._reader.read(row))
    except (InvalidValueError, TypeError):
        made = None
    assert (made is not None) is is_clean
    if made is not None:
        assert [made] == list(read_table([row], MAPPING, zone="UTC"))
        short._clean._actor.cache_clear()
        again = short._clean.read("A", row, short._reader.read(row))
        assert (again, made.history[0].by.id) == (made, str(row["Caller"] or "import"))


def test_the_columns_of_a_table_are_counted(tmp_path: Path) -> None:
    """How many rows have each, and the first few values of it, each once."""
    path = tmp_path / "t.csv"
    path.write_text("No,Opened,Odd\nA,2026-03-02, \nB,2026-03-03,x\nC,,x\n", encoding="utf-8")
    page = describe_columns(path)
    assert [(c.name, c.filled, c.values) for c in page.columns] == [
        ("No", 3, ("A", "B", "C")),
        ("Opened", 2, ("2026-03-02", "2026-03-03")),
        ("Odd", 1 + 1, ("x",)),
    ]


def test_memory_of_times_and_people_is_emptied_and_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With room for one each, many rows are read as with room for all."""
    rows = [
        {**CLEAN, "No": str(n), "Caller": f"c{n % 3}", "Assignee": f"a{n % 2}"} for n in range(6)
    ]
    whole = list(read_table(rows, MAPPING, zone="UTC"))
    for module in ("clean_rows", "kit.times"):
        monkeypatch.setattr(f"incidentcore.vendors.{module}._CACHED", 1)
    assert list(read_table(rows, MAPPING, zone="UTC")) == whole
    assert [one.caller for one in whole] == ["c0", "c1", "c2", "c0", "c1", "c2"]


@pytest.mark.parametrize(("place", "allowed"), [(0, "1 to 2"), (3, "1 to 2"), (1, None), (2, None)])
def test_a_column_by_its_place(tmp_path: Path, place: int, allowed: str | None) -> None:
    """From 1 to the number of columns; one without a name is called by its place."""
    path = tmp_path / "t.csv"
    path.write_text("No,Opened\nA,2026-03-02 09:00\n", encoding="utf-8")
    mapping: dict[str, str | int] = {"id": 1, "opened": 2, "title": place}
    if allowed is None:
        (record,) = read_table(path, mapping, zone="UTC")
        assert record.title == ("A", "2026-03-02 09:00")[place - 1]
        return
    with pytest.raises(InvalidValueError) as refused:
        read_table(path, mapping, zone="UTC")
    assert (refused.value.where, refused.value.allowed) == ("mapping[title]", allowed)


def test_events_without_a_readable_time_are_left_out(tmp_path: Path) -> None:
    """Each with a finding; what was detected about the file is one as well."""
    path = tmp_path / "log.csv"
    text = "Case;What;When\n7;New;2026-03-02 09:00\n7;Grün;\n7;On Hold;soon\n"
    path.write_text(text, encoding="utf-8")
    reading = read_events(path, case="Case", activity="What", at="When", times=Times("UTC"))
    (record,) = reading
    assert [event.kind for event in record.history] == ["opened"]
    codes = [one.code for one in reading.findings]
    assert codes.count("unreadable_time") == 2
    assert "detected_delimiter" in codes


def test_what_a_builder_leaves_out_of_a_record() -> None:
    """An entry without a time, a moment that cannot be read, and a moment that is empty."""

    def build(history: Any, _: object) -> None:
        history.opened(NINE, history.actor("kim", "requester"))
        ada = history.actor("ada", "agent")
        history.changed("1", None, ada, field="state", after="resolved")
        history.changed("2", "soon", ada, field="state", after="resolved")
        history.moments(ada, acknowledged="", responded=None, resolved="later", closed=NINE)

    reading = Import([0], build, record=Incident, id=lambda _: "R", times=Times("UTC"))
    (record,) = reading
    assert [event.kind for event in record.history] == ["opened", "state_changed"]
    assert record.custom["resolved"] == "later"
    assert [(one.code, one.path or one.field) for one in reading.findings] == [
        ("unreadable_time", "1"),
        ("unreadable_time", "2"),
        ("unreadable_time", "resolved"),
    ]


def test_attributes_of_an_object_that_have_no_field() -> None:
    """Only those that the names list are read, the rest is left."""
    thing = {
        "id": "o1",
        "type": "Incident",
        "attributes": [
            {"name": "prio", "time": "1970-01-01T00:00:00Z", "value": "high"},
            {"name": "floor", "time": "1970-01-01T00:00:00Z", "value": "3"},
        ],
    }
    event = {"id": "e", "type": "New", "time": "2026-03-02T09:00:00Z", "relationships": []}
    event["relationships"] = [{"objectId": "o1", "qualifier": "of"}]
    log = {"objects": [thing], "events": [event]}
    (record,) = read_ocel(
        log, object_type="Incident", fields={"priority": "prio"}, activities={"New": "new"}
    )
    assert record.priority is not None
    assert (record.priority.name, dict(record.custom)) == ("high", {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a\0b", "a NUL character"),
        ("a\ud800b", "half of a surrogate pair"),
        (7, "int instead of a line of text"),
        ("x" * (LONGEST_LINE + 1), "a line longer than"),
    ],
)
def test_a_line_that_is_not_text(line: Any, said: str) -> None:
    lines = ["a\n", "ü\r\n", "x" * LONGEST_LINE]
    assert list(checked_lines(lines)) == [*lines[:2], f"{lines[2]}\n"]
    with pytest.raises(LineError, match=said):
        list(checked_lines(["a", line]))


def test_a_finding_of_what_has_no_text() -> None:
    """A broken text form does not hide it."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    findings = Findings()
    findings.add("odd", "left out", value=Broken())
    assert findings[0].value == "<Broken>"


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_text("[1]", encoding="utf-8")
    monkeypatch.setattr("incidentcore.vendors.tabular.LARGEST", 3)
    assert read_json(path) == [1]
    path.write_text("[1,\n2]", encoding="utf-8")
    with pytest.raises(FormatError, match="more than 3 bytes; use JSON lines"):
        read_json(path)


def test_an_import_without_a_builder_gives_nothing_of_its_own() -> None:
    """A row that nothing builds has no opening."""
    reading = Import([{"id": "A"}], None, record=Incident, id="id")
    assert list(reading) == []
    assert [one.code for one in reading.findings] == ["no_opening"]


def test_a_time_is_a_text_of_a_hundred_characters_at_most() -> None:
    reader = Times("UTC").reader()
    assert reader.read("2026-03-02T09:00".ljust(100)) == NINE
    with pytest.raises(InvalidValueError):
        reader.read("2026-03-02T09:00".ljust(101))


def test_a_row_that_is_not_an_object_stops_no_reader(tmp_path: Path) -> None:
    """A broken line among JSON lines; `columns` ended in an AttributeError, others in a KeyError.

    The page counts the three rows; the audit log, which is text, says what it got instead.
    """
    row = {"Issue key": "A-1", "Issue id": "1", "Created": "2026-03-02T09:00Z", "Parent": "A-0"}
    path = tmp_path / "list.jsonl"
    path.write_text(f"{json.dumps(row)}\n{json.dumps(row)}\n{{broken\n", encoding="utf-8")
    assert describe_columns(path).rows == 3

    reading = read_jira_csv([row, 5, None], zone="UTC")
    assert [one.id for one in reading] == ["A-1"]
    assert reading.findings.counts["malformed_record"] == 2

    names = ("number", "incident_state", "opened_at", "sys_updated_at", "sys_updated_by")
    with pytest.raises(FormatError, match="objects instead of rows of text"):
        read_audit_log([dict.fromkeys(names, "x")])
