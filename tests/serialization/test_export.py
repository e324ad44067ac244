"""Exports are what their standards say, and what is in the histories."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings

from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import advance
from incidentcore.records import Event, Incident, Record, assign, comment, set_fields
from incidentcore.records.fields import RECORD_COLUMNS
from incidentcore.serialization import cloud_event, event_rows, from_plain, record_rows, xes_log
from incidentcore.serialization.export import EVENT_COLUMNS
from incidentcore.values import Actor, Impact

from .examples import RECORDS, histories

XES = "{http://www.xes-standard.org/}"
EVENTS = [event for record in RECORDS for event in record.history]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_a_cloud_event_has_what_the_standard_asks_for(event: Event) -> None:
    """The four required attributes are non-empty text; names are lower-case letters and digits."""
    sent = cloud_event(event, source="/itsm", prefix="org.example")

    assert all(isinstance(sent[name], str) and sent[name] for name in ("id", "source", "type"))
    assert sent["specversion"] == "1.0"
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in sent)
    assert sent["type"] == f"org.example.{event.kind}"
    assert datetime.fromisoformat(sent["time"]) == event.at
    assert from_plain(sent["data"], Event) == event


@pytest.mark.parametrize(("source", "prefix"), [("", "x"), ("/", ""), (None, "x")])
def test_a_cloud_event_needs_a_source(source: str, prefix: str) -> None:
    """Source and prefix are non-empty text."""
    with pytest.raises(InvalidValueError):
        cloud_event(EVENTS[0], source=source, prefix=prefix)


@pytest.mark.parametrize("sign", ["\x00", "\n", "\x7f", "\x85", "\ud800", "\ufffe"])
@pytest.mark.parametrize("where", ["source", "prefix", "record_id", "id"])
def test_a_cloud_event_has_no_control_characters(where: str, sign: str) -> None:
    """What the type system of CloudEvents forbids in text is refused, by name."""
    given = {"source": "/itsm", "prefix": "org.example"}
    event = EVENTS[0]
    if where in given:
        given[where] += sign
    else:
        event = attrs.evolve(event, **{where: f"x{sign}"})

    with pytest.raises(InvalidValueError, match=f"^{where}: "):
        cloud_event(event, **given)


def test_a_log_is_xes() -> None:
    """Traces are records, events are events, with the standard's keys and types."""
    root = ET.fromstring("".join(xes_log(RECORDS, name="a log")))  # noqa: S314  our own text

    assert root.tag == f"{XES}log"
    assert root.get("xes.version") == "1849.2016"
    prefixes = {extension.get("prefix") for extension in root.iter(f"{XES}extension")}
    assert prefixes == {"concept", "time", "lifecycle", "org"}
    traces = root.findall(f"{XES}trace")
    assert [len(trace.findall(f"{XES}event")) for trace in traces] == [r.version for r in RECORDS]
    for record, trace in zip(RECORDS, traces, strict=True):
        assert _values(trace)["concept:name"] == record.id
        for event, element in zip(record.history, trace.findall(f"{XES}event"), strict=True):
            values = _values(element)
            assert values["concept:name"] == getattr(event, "action", event.kind)
            assert datetime.fromisoformat(values["time:timestamp"]) == event.at
            assert values["org:resource"] == event.by.id


def _values(element: ET.Element) -> dict[str, str]:
    return {
        child.attrib["key"]: child.attrib["value"] for child in element if "key" in child.attrib
    }


@settings(max_examples=min(25, settings().max_examples))
@given(histories())
def test_any_record_gives_well_formed_xml(record: Record) -> None:
    """Whatever text a record holds, the log can be read, and valid text is the same."""
    root = ET.fromstring("".join(xes_log([record])))  # noqa: S314  our own text

    name = _values(root.findall(f"{XES}trace")[0])["concept:name"]
    assert name == "".join(char if _is_xml(char) else "\ufffd" for char in record.id)


def test_the_edges_of_what_xml_may_hold() -> None:
    """Production 2: what is first and last in each of its ranges stays, what lies beside goes."""
    kept = ("\t", "\n", "\r", " ", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff")
    lost = ("\x00", "\x08", "\x0b", "\x0c", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff")
    record = Incident.open(
        id="x" + "".join((*kept, *lost)), title="t", at=datetime(2026, 6, 1, tzinfo=UTC), by="kim"
    )
    root = ET.fromstring("".join(xes_log([record])))  # noqa: S314  our own text
    name = _values(root.findall(f"{XES}trace")[0])["concept:name"]
    assert name == "x" + "".join(kept) + "\ufffd" * len(lost)


def _is_xml(char: str) -> bool:
    """XML 1.0, production 2."""
    code = ord(char)
    return (
        code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF
    )


def read(lines: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(lines, newline="")))


def test_records_are_rows() -> None:
    """A heading and a row for each record, states and levels by name, instants in UTC."""
    rows = read("".join(record_rows(RECORDS)))

    assert rows[0] == list(RECORD_COLUMNS)
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["id"] == "INC-1"
    assert first["state"] == "in_progress"
    assert first["impact"] == "high"
    assert first["category"] == "mail"
    assert first["opened_at"] == "2026-12-23T16:40:00Z"
    assert first["resolved_at"] == ""
    assert first["version"] == str(RECORDS[0].version)


def test_events_are_rows() -> None:
    """A heading and a row for each event, its own attributes as JSON."""
    rows = read("".join(event_rows(RECORDS)))

    assert rows[0] == list(EVENT_COLUMNS)
    assert len(rows) == 1 + len(EVENTS)
    said = next(row for row in rows if row[3] == "commented")
    assert said[-1] == '{"text":"on it","visibility":"public"}'


def test_columns_are_a_choice() -> None:
    """Any fields can be asked for, also below custom; one that is none is refused."""
    rows = read("".join(record_rows(RECORDS[:1], columns=["id", "custom.vip", "tags", "custom"])))

    assert rows[1][:3] == ["INC-1", "true", "mail"]
    with pytest.raises(InvalidValueError, match="columns"):
        list(record_rows(RECORDS, columns=["nonsense"]))
    coded = set_fields(RECORDS[0], custom={"Res. Code": "x"}, at=RECORDS[0].updated_at, by="ann")
    assert read("".join(record_rows([coded], columns=["custom.Res. Code"])))[1] == ["x"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1+1", "\uff201"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    """Text that a spreadsheet would run is marked as text, unless told otherwise."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    record = Incident.open(id="I", title=text, at=at, by="kim")

    assert read("".join(record_rows([record], columns=["title"])))[1] == [f"'{text}"]
    assert read("".join(record_rows([record], columns=["title"], safe=False)))[1] == [text]


def test_lines_survive_any_text() -> None:
    """Commas, quotes and line ends in text stay inside their cell."""
    text = 'a,"b"\nc\r\nd;'
    at = datetime(2026, 1, 1, tzinfo=UTC)
    record = comment(Incident.open(id="I", title=text, at=at, by="kim"), text, at=at, by="ada")

    assert read("".join(record_rows([record], columns=["title", "id"])))[1] == [text, "I"]
    assert len(read("".join(event_rows([record])))) == 3


WHOLE_LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="one"/>
  <trace>
    <string key="concept:name" value="INC-9"/>
    <string key="record_type" value="incident"/>
    <event>
      <string key="concept:name" value="opened"/>
      <string key="concept:instance" value="INC-9:1"/>
      <string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="2026-03-02T09:00:00Z"/>
      <date key="recorded_at" value="2026-03-02T09:05:00Z"/>
      <string key="org:resource" value="kim"/>
      <string key="org:role" value="requester"/>
      <string key="state" value="new"/>
      <string key="org:group" value="mail"/>
    </event>
    <event>
      <string key="concept:name" value="start"/>
      <string key="concept:instance" value="INC-9:2"/>
      <string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="2026-03-02T10:00:00Z"/>
      <date key="recorded_at" value="2026-03-02T10:00:00Z"/>
      <string key="org:resource" value="ada"/>
      <string key="org:role" value="agent"/>
      <string key="state" value="in_progress"/>
    </event>
    <event>
      <string key="concept:name" value="assigned"/>
      <string key="concept:instance" value="INC-9:3"/>
      <string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="2026-03-02T11:00:00Z"/>
      <date key="recorded_at" value="2026-03-02T11:00:00Z"/>
      <string key="org:resource" value="ada"/>
      <string key="org:role" value="agent"/>
      <string key="org:group" value="&quot;net&quot; &amp; &lt;x>\ufffd"/>
    </event>
  </trace>
</log>
"""


def nine() -> Incident:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    record = Incident.open(
        id="INC-9",
        title="=1+1",
        at=at,
        by=Actor("kim", "requester"),
        recorded_at=at + timedelta(minutes=5),
        assignment_group="mail",
        tags=["b", "a"],
        category=("net", "vpn"),
        impact=Impact.HIGH,
        custom={"vip": True, "seats": 3, "rate": 0.5, "left": None},
    )
    record = advance(record, "start", at=at + timedelta(hours=1), by="ada")
    return assign(record, group='"net" & <x>\x0b', at=at + timedelta(hours=2), by="ada")


def test_a_log_in_xes_word_by_word() -> None:
    """Groups of states and of assignments; what XML cannot hold is replaced."""
    assert "".join(xes_log([nine()], name="one")).replace("&gt;", ">") == WHOLE_LOG


def test_a_cell_of_each_kind_of_value() -> None:
    columns = {
        "id": "INC-9", "version": "3", "title": "'=1+1", "opened_at": "2026-03-02T09:00:00Z",
        "state": "in_progress", "impact": "high", "tags": "a b", "category": "net/vpn",
        "assignee": "", "custom.vip": "true", "custom.seats": "3", "custom.rate": "0.5",
        "custom.left": "", "custom.none": "", "opened_by": "kim", "opened_by.role": "requester",
        "acknowledged": "true", "state.final": "false", "record_type": "incident",
        "state.open": "true",
    }  # fmt: skip
    heading, row = record_rows([nine()], columns=columns)
    assert heading == f"{','.join(columns)}\n"
    assert next(csv.reader([row])) == list(columns.values())
    assert "'=1+1" not in next(iter(list(record_rows([nine()], columns=["title"], safe=False))[1:]))


def test_the_rows_of_events_word_by_word() -> None:
    heading, first, second, _ = event_rows([nine()])
    assert heading == "record_id,sequence,id,kind,at,recorded_at,by,role,state,body\n"
    cells = next(csv.reader([first]))
    assert cells[:9] == [
        *("INC-9", "1", "INC-9:1", "opened", "2026-03-02T09:00:00Z", "2026-03-02T09:05:00Z"),
        *("kim", "requester", "new"),
    ]
    body = json.loads(next(csv.reader([second]))[9])
    assert (body["action"], body["state"]["name"]) == ("start", "in_progress")
    assert not {"record_id", "sequence", "id", "at", "recorded_at", "by"} & body.keys()


def test_a_cloud_event_word_by_word() -> None:
    sent = cloud_event(nine().history[1], source="/itsm", prefix="x")
    data = sent.pop("data")
    assert sent == {
        "specversion": "1.0",
        "id": "INC-9:2",
        "source": "/itsm",
        "type": "x.state_changed",
        "subject": "INC-9",
        "time": "2026-03-02T10:00:00Z",
        "datacontenttype": "application/json",
    }
    assert from_plain(data, Event) == nine().history[1]
    for name in ("source", "prefix"):
        for wrong in ("", "a\n", 7):
            with pytest.raises(InvalidValueError) as refused:
                cloud_event(nine().history[1], **{"source": "/itsm", name: wrong})
            assert refused.value.where == name
