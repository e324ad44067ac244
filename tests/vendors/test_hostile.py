"""Fifty hostile sources and what each of them gets: a finding, or one error with the place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore import Incident, dumps, loads
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors import (
    Import,
    read_events,
    read_gitlab,
    read_happyfox,
    read_jira,
    read_ocel,
    read_pagerduty,
    read_servicenow,
    read_statuspage,
    read_table,
    read_xes,
    read_zendesk,
)
from incidentcore.vendors.tabular import read_json

from . import writers
from .test_gitlab import DONE, EVENTS, NOTES
from .writers import lives

T = "2026-03-02T08:00:00Z"
TICKET = {"id": "n", "opened": "o"}


def table(lines: Any, **options: Any) -> Import[Incident]:
    return read_table(lines, TICKET, **options)


def events(lines: Any, **options: Any) -> Import[Incident]:
    return read_events(lines, case="c", activity="a", at="t", **options)


def zendesk(ticket: Any, audits: Any = ()) -> Import[Incident]:
    return read_zendesk([ticket], audits)


def jira(**fields: Any) -> Import[Incident]:
    changelog = fields.pop("changelog", {"histories": []})
    known = {"created": T, "reporter": {"accountId": "kim", "accountType": "customer"}}
    return read_jira({"key": "A-1", "fields": {**known, **fields}, "changelog": changelog})


def history(**entry: Any) -> dict[str, Any]:
    return {"histories": [{"id": "1", "created": T, "items": [], **entry}]}


def pager(*entries: Any) -> Import[Incident]:
    return read_pagerduty([{"id": "P", "created_at": T, "status": "triggered"}], list(entries))


def fox(**ticket: Any) -> Import[Incident]:
    known = {"id": 3, "created_at": "2026-03-02 08:00:00", "user": {"id": 1}, "updates": []}
    return read_happyfox([{**known, "status": {"name": "New"}, **ticket}])


def deep() -> Any:
    value: Any = "end"
    for _ in range(5_000):
        value = {"content": [value]} if isinstance(value, dict) else {"content": []}
    return value


# name -> (reading, codes of findings that it must give, how many records come of it)
FULL_SIZE = {"a million equal faults"}
FINDINGS: dict[str, tuple[Callable[[], Import[Incident]], set[str], int]] = {
    "rows that are no objects": (
        lambda: table([{"n": 1, "o": T}, 7, None, "x", [1]]),
        {"malformed_record"},
        1,
    ),
    "a row too short": (lambda: table(["n,o", "1", f"2,{T}"]), {"short_row"}, 1),
    "a row too long": (lambda: table(["n,o", f"1,{T},x", f"2,{T}"]), {"long_row"}, 1),
    "a footer": (lambda: table(["n,o", f"1,{T}", "Total rows: 1"]), {"footer"}, 1),
    "an id that is a list": (lambda: table([{"n": [1], "o": T}]), {"malformed_record"}, 0),
    "an id twice": (lambda: table([{"n": 1, "o": T}] * 2), {"duplicate_id"}, 1),
    "no id": (lambda: table([{"n": None, "o": T}]), {"missing_id"}, 1),
    "no opening": (lambda: table([{"n": 1, "o": " "}]), {"missing_time"}, 0),
    "an opening in the year 1": (lambda: table(["n,o", "1,0001-01-01"]), {"unreadable_time"}, 0),
    "an opening of 10,000 characters": (
        lambda: table([{"n": 1, "o": "9" * 10_000}]),
        {"unreadable_time"},
        0,
    ),
    "a number where no epoch is stated": (
        lambda: table([{"n": 1, "o": 1_772_438_400}]),
        {"unreadable_time"},
        0,
    ),
    "an epoch beyond all time": (
        lambda: table([{"n": 1, "o": 10**15}], epoch="s"),
        {"unreadable_time"},
        0,
    ),
    "an infinite epoch": (
        lambda: table([{"n": 1, "o": float("inf")}], epoch="s"),
        {"unreadable_time"},
        0,
    ),
    "True as a time": (lambda: table([{"n": 1, "o": True}], epoch="s"), {"unreadable_time"}, 0),
    "half a date, free-form": (
        lambda: table(["n,o", "1,March 2026"], day_first=True),
        {"unreadable_time"},
        0,
    ),
    "a zone that is only a name": (
        lambda: table(["n,o", "1,2 March 2026 10:00 CET"], day_first=True),
        {"unreadable_time"},
        0,
    ),
    "half a surrogate pair in a cell": (
        lambda: table([{"n": "1\ud800", "o": T, "x": "\udc00"}]),
        set(),
        1,
    ),
    "not-a-number and infinity in cells": (
        lambda: table([{"n": 1, "o": T, "x": float("nan"), "y": float("inf")}]),
        set(),
        1,
    ),
    "a cell that is an object": (lambda: table([{"n": 1, "o": {"a": 1}}]), {"unreadable_time"}, 0),
    "a repeated column": (lambda: table(["n,o,x,x", f"1,{T},a,b"]), {"repeated_column"}, 1),
    "an event before the opening": (
        lambda: read_table(["n,o,r", f"1,{T},2026-01-01T00:00Z"], {**TICKET, "resolved": "r"}),
        {"before_opening"},
        1,
    ),
    "a million equal faults": (
        lambda: table({"n": n, "o": "soon"} for n in range(100_000)),
        {"unreadable_time"},
        0,
    ),
    "an issue that is a text": (lambda: read_jira(["x"]), {"malformed_record"}, 0),  # type: ignore[list-item]
    "an issue without fields": (lambda: read_jira([{"key": "A"}]), {"malformed_record"}, 0),
    "fields that are a list": (
        lambda: read_jira([{"key": "A", "fields": [1]}]),
        {"malformed_record"},
        0,
    ),
    "an issue without a time": (lambda: jira(created=None), {"no_opening"}, 0),
    "a status that is a number": (lambda: jira(status=7), {"malformed_record"}, 0),
    "no reporter": (lambda: jira(reporter=None), {"unknown_actor"}, 1),
    "a changelog that is a list of texts": (
        lambda: jira(changelog=["x"]),
        {"malformed_record"},
        0,
    ),
    "a history without a time": (
        lambda: jira(changelog=history(created=None, items=[{"field": "status"}])),
        {"unreadable_time"},
        1,
    ),
    "a history without an author": (lambda: jira(changelog=history()), {"unknown_actor"}, 1),
    "a history twice": (
        lambda: read_jira([{"key": "A", "fields": {"created": T}}] * 2),
        {"duplicate_id"},
        1,
    ),
    "fewer histories than the total": (
        lambda: jira(changelog={"total": 50, "histories": []}),
        {"truncated_history"},
        1,
    ),
    "a comment nested too deeply": (
        lambda: jira(comment={"comments": [{"id": 1, "created": T, "body": deep()}]}),
        {"malformed_record"},
        0,
    ),
    "an entry whose incident is a text": (
        lambda: pager({"id": "R", "type": "assign_log_entry", "created_at": T, "incident": "x"}),
        {"unknown_actor"},
        1,
    ),
    "assignees that are a number": (
        lambda: pager({"id": "R", "type": "assign_log_entry", "created_at": T, "assignees": 7}),
        {"malformed_record"},
        0,
    ),
    "an SLA breached beyond all measure": (
        lambda: jira(customfield_1={"name": "x", "completedCycles": [{"breached": float("inf")}]}),
        {"unreadable_field"},
        1,
    ),
    "half a surrogate pair in a status and in a comment": (
        lambda: jira(
            status={"name": "\ud800"},
            comment={"comments": [{"id": 1, "created": T, "body": "\udc00", "author": None}]},
        ),
        {"unknown_state"},
        1,
    ),
    "a number of a thousand bits": (
        lambda: fox(priority={"name": 1 << 1000}),
        {"unknown_level"},
        1,
    ),
    "SLA cycles that are texts": (
        lambda: jira(customfield_1={"name": "x", "completedCycles": ["y"]}),
        {"malformed_record"},
        0,
    ),
    "a log entry of an unknown kind": (
        lambda: pager({"id": "R", "type": "dance_log_entry", "created_at": T, "agent": None}),
        {"unknown_entry"},
        1,
    ),
    "a log entry without a type": (lambda: pager({"id": "R"}), {"unknown_entry"}, 1),
    "a log that is cut": (
        lambda: read_pagerduty([{"id": "P", "created_at": T}], {"log_entries": [], "more": True}),
        {"truncated_history"},
        1,
    ),
    "a deleted ticket": (
        lambda: zendesk({"id": 1, "status": "deleted", "created_at": T}),
        {"deleted_record"},
        0,
    ),
    "a merged ticket": (
        lambda: zendesk(
            {"id": 1, "status": "closed", "created_at": T, "tags": ["closed_by_merge"]}
        ),
        {"merged_record"},
        1,
    ),
    "audits that are texts": (
        lambda: zendesk({"id": 1, "created_at": T, "status": "new"}, ["x", None]),
        {"truncated_history"},
        1,
    ),
    "an audit without events": (
        lambda: zendesk({"id": 1, "created_at": T}, [{"id": 1, "ticket_id": 1, "events": 5}]),
        {"malformed_record"},
        0,
    ),
    "a ticket merged away": (lambda: fox(merged_to="#DC9"), {"merged_record"}, 1),
    "a list without updates": (lambda: fox(updates=None), {"truncated_history"}, 1),
    "updates that are an object": (lambda: fox(updates={"a": 1}), {"malformed_record"}, 0),
    "scheduled maintenance": (
        lambda: read_statuspage([{"id": "m", "impact": "maintenance"}]),
        {"maintenance"},
        0,
    ),
    "a feed of fifty": (
        lambda: read_statuspage([{"id": str(n), "created_at": T} for n in range(50)]),
        {"truncated_history"},
        50,
    ),
    "a table row without anything": (lambda: read_servicenow([{}]), {"no_opening"}, 0),
    "a count in words": (
        lambda: read_servicenow(
            [{"number": "I", "opened_at": "2026-03-02 08:00:00", "reopen_count": "many"}]
        ),
        {"not_a_count"},
        1,
    ),
    "an activity that nobody knows": (
        lambda: events(["c,a,t", f"1,dance,{T}"], activities={"sing": "new"}),
        {"unknown_entry"},
        1,
    ),
    "a case that is an object": (
        lambda: events([{"c": {"a": 1}, "a": "new", "t": T}, {"c": 1.0, "a": "new", "t": T}]),
        {"malformed_record"},
        1,
    ),
    "an object whose attributes are an object": (
        lambda: read_ocel(
            {
                "objects": [{"id": "1", "type": "i", "attributes": {"a": 1}}],
                "events": [{"type": "new", "time": T, "relationships": [{"objectId": "1"}]}],
            },
            object_type="i",
        ),
        {"malformed_record"},
        0,
    ),
    "a log whose time goes back": (
        lambda: events(["c,a,t", f"1,new,{T}", "1,closed,2026-03-01T08:00Z"]),
        {"time_goes_back"},
        1,
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.hostile] if name in FULL_SIZE else [])
        for name in FINDINGS
    ],
)
def test_a_fault_is_a_finding(name: str) -> None:
    """The run goes on; what comes of it can be written and read."""
    read, codes, count = FINDINGS[name]
    reading = read()
    records = list(reading)
    assert len(records) == count
    assert codes <= set(reading.findings.counts), reading.findings
    assert len(reading.findings) < 1_000
    for record in records:
        assert loads(dumps(record), Incident) == record


XES = b'<log><trace><string key="concept:name" value="1"/></trace></log>'
BILLION = (
    b'<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<log>&b;</log>"
)
BROKEN: dict[str, tuple[Callable[[Path], Any], bytes, str]] = {
    "an empty file": (table, b"", "no header"),
    "bytes that are no text": (table, b"n,o\n1,\x81\n", "not text in CP1252"),
    "a broken archive": (table, gzip.compress(b"n,o\n1,x\n")[:-9], "broken gzip archive"),
    "a gzip of blank lines": (table, gzip.compress(b"n,o\n" + b"\n" * 300_000), "blank lines"),
    "an endless line": (table, b"n,o\n" + b"x" * 3_000_000, "line longer than"),
    "an unfinished quote": (table, b'n,o\n1,"' + b"x\n" * 200_000, "field larger"),
    "JSON nested too deeply": (table, b"[" * 200_000, "nested too deeply"),
    "an event log as a table": (
        table,
        b"n,o\n" + b"1,2026-03-02\n" * 300,
        "one row for each event",
    ),
    "a small event log as a table": (
        table,
        b"n,o\n" + b"1,2026-03-02\n2,2026-03-02\n" * 4,
        "read it with incidentcore.vendors.read_events",
    ),
    "a mapped column twice": (table, b"n,o,o\n", "named more than once"),
    "XES with a document type": (read_xes, BILLION, "document type"),
    "XES that ends": (read_xes, XES[:-9], "not XES"),
    "XES that is HTML": (read_xes, b"<html></html>", "instead of 'log'"),
    "XES of a million levels": (read_xes, b"<log>" + b"<list>" * 100_000, "nested deeper"),
    "no XES": (read_xes, b"hello", "not XES"),
    "OCEL without objects": (
        lambda path: read_ocel(path, object_type="x"),
        b'{"events": []}',
        "it needs events and objects",
    ),
    "OCEL of texts": (
        lambda path: read_ocel(path, object_type="x"),
        b'{"events": ["x"], "objects": []}',
        "not OCEL",
    ),
    "a case that comes again": (
        events,
        b"c,a,t\n1,new,2026-03-02\n2,new,2026-03-02\n1,new,2026-03-02\n",
        "sort=True",
    ),
    "a JSON file that is a number": (
        lambda path: read_jira(read_json(path)),
        b"7",
        "allowed: the parsed JSON",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_error_with_its_place(tmp_path: Path, name: str) -> None:
    """Nothing but a FormatError of one line ends a reading."""
    read, content, expected = BROKEN[name]
    path = tmp_path / "export"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r" @ ") as caught:
        list(read(path))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_the_table_is_long_enough() -> None:
    """Fifty hostile sources are tried."""
    assert len(FINDINGS) + len(BROKEN) >= 50


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    *("id", "key", "fields", "created", "created_at", "status", "name", "items"),
                    *("changelog", "histories", "updates", "events", "type", "author", "agent"),
                    *("number", "sys_id", "opened_at", "value", "incident_updates", "display_at"),
                    *("iid", "notes", "noteable_id", "resource_id", "body", "system", "labels"),
                    *("comment", "comments", "user", "by", "message", "field", "priority"),
                )
            ),
            inner | st.sampled_from((T, "2026-03-02 08:00:00", "new", "status")),
            max_size=5,
        )
    ),
    max_leaves=25,
)
READERS: dict[str, Callable[[Any], Import[Incident]]] = {
    "jira": read_jira,
    "servicenow": lambda data: read_servicenow(data, audit=data, journal=data, slas=data),
    "zendesk": lambda data: read_zendesk(data, data, metric_events=data, users=data),
    "pagerduty": lambda data: read_pagerduty(data, data),
    "gitlab": lambda data: read_gitlab(data, data, data),
    "happyfox": read_happyfox,
    "statuspage": read_statuspage,
    "ocel": lambda data: read_ocel(data, object_type="incident"),
    "table": lambda data: read_table(data, {"id": "id", "opened": "created_at"}),
}


@pytest.mark.parametrize("name", READERS)
@given(data=PLAIN)
def test_any_plain_data_gives_records_and_findings(name: str, data: Any) -> None:
    """Whatever the JSON holds, nothing but a FormatError comes of it."""
    for source in (data, [data], {"issues": [data], "tickets": [data], "incidents": [data]}):
        try:
            reading = READERS[name](source)
            records = list(reading)
        except (FormatError, InvalidValueError, OSError):
            continue
        for record in records:
            assert loads(dumps(record), Incident) == record


ODD = st.sampled_from(
    (
        *(None, True, False, 0, -1, 10**400, float("inf"), float("nan"), "", " ", "x", "\ud800"),
        *("2026-03-02T08:00:00Z", "9" * 50, "\0", "\u0663", [], [None], ["x"], [{}], {}),
        *({"a": 1}, {"value": None}, [[]]),
    )
)
WHOLE: dict[str, tuple[st.SearchStrategy[Any], Callable[[dict[str, Any]], Import[Incident]]]] = {
    "jira": (
        st.builds(writers.jira, lives(writers.JIRA), st.just((9, 9, True))),
        lambda data: read_jira([data]),
    ),
    "servicenow": (
        st.builds(writers.servicenow, lives(writers.SERVICENOW), st.just((9, 9, True))),
        lambda data: read_servicenow(
            [data["incident"]], audit=data["audit"], journal=data["journal"], slas=data["slas"]
        ),
    ),
    "history lines": (
        st.builds(writers.history_lines, lives(writers.SERVICENOW), has_codes=st.booleans()).map(
            lambda lines: {"incident": {"number": "I", "sys_id": "i1", "opened_at": T}, "h": lines}
        ),
        lambda data: read_servicenow([data["incident"]], history=data["h"]),
    ),
    "zendesk": (
        st.builds(writers.zendesk, lives(writers.ZENDESK), st.just((9, 9, True))),
        lambda data: read_zendesk([data["ticket"]], data["audits"], metric_events=data["metrics"]),
    ),
    "pagerduty": (
        writers.pages().map(writers.pagerduty),
        lambda data: read_pagerduty([data["incident"]], data["log_entries"]),
    ),
    "happyfox": (
        st.builds(writers.happyfox, lives(writers.HAPPYFOX)),
        lambda data: read_happyfox([data]),
    ),
    "gitlab": (
        st.builds(lambda: deepcopy({"issue": DONE, "notes": NOTES, "events": EVENTS})),
        lambda data: read_gitlab([data["issue"]], data["notes"], data["events"]),
    ),
    "statuspage": (
        st.builds(writers.statuspage, lives(writers.STATUSPAGE, kinds=("state",)), st.just(9)),
        lambda data: read_statuspage([data]),
    ),
}


def places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Yield the holder and the key of each value below the resources of a tool."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if depth:
            yield value, key
        if isinstance(inner, (dict, list)):
            yield from places(inner, depth + 1)


@pytest.mark.hostile
@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_a_good_export_with_odd_values_gives_records_and_findings(
    name: str, data: st.DataObject
) -> None:
    """Of an export in which a few values are gone or odd, each record is read or left out."""
    drawn, read = WHOLE[name]
    export = data.draw(drawn)
    for _ in range(data.draw(st.integers(1, 3))):
        listed = list(places(export))
        if listed:
            holder, key = listed[data.draw(st.integers(0, len(listed) - 1))]
            if data.draw(st.booleans()):
                holder[key] = deepcopy(data.draw(ODD))
            else:
                del holder[key]
    for record in read(export):
        assert loads(dumps(record), Incident) == record


@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """The same holds for the bytes of a file, behind a beginning that is right."""
    path = tmp_path_factory.mktemp("bytes") / "export"
    row = json.dumps({"n": 1, "o": T}).encode()
    for start, read in (
        (b"n,o\n", table),
        (row + b"\n", table),
        (b"c,a,t\n1,new,2026-03-02\n", events),
        (XES[:5], read_xes),
    ):
        path.write_bytes(start + content)
        try:
            list(read(path))
        except (FormatError, InvalidValueError, OSError):
            continue
