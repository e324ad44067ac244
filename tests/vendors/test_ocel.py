"""Object-centric event logs, written and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.vendors.test_event_log import solved

from incidentcore.errors import FormatError
from incidentcore.serialization import ocel_log
from incidentcore.values import Priority
from incidentcore.vendors import ocel, read_ocel


def test_ocel_is_written_and_read_back() -> None:
    """States, moments, groups and actors survive the way through OCEL 2.0."""
    incident = solved()
    log = json.loads(json.dumps(ocel_log([incident])))
    [back] = read_ocel(
        log,
        object_type="incident",
        activity_attribute="state",
        fields={"group": "assignment_group", "title": "title", "priority": "priority"},
    )
    assert (back.id, back.title, back.priority) == ("I-1", "Mail", Priority.HIGH)
    assert (back.opened_at, back.resolved_at) == (incident.opened_at, incident.resolved_at)
    assert back.state == incident.state
    assert (back.assignment_group, back.reassignment_count) == ("second", 1)
    relations = {r["qualifier"] for event in log["events"] for r in event["relationships"]}
    assert relations == {"of", "by"}
    ids = {thing["id"] for thing in log["objects"]}
    assert {r["objectId"] for e in log["events"] for r in e["relationships"]} <= ids


@pytest.mark.filterwarnings("ignore")
def test_ocel_is_read_by_another_library(tmp_path: Path, pm4py: Any) -> None:
    """pm4py reads the same events, instants, states, objects and changes of attributes."""
    incident = solved()
    path = tmp_path / "log.jsonocel"
    path.write_text(json.dumps(ocel_log([incident])), encoding="utf-8")
    log = pm4py.read_ocel2_json(str(path))
    assert list(log.events["ocel:activity"]) == [event.kind for event in incident.history]
    times = [at.to_pydatetime() for at in log.events["ocel:timestamp"]]
    assert times == [event.at for event in incident.history]
    assert set(log.objects["ocel:oid"]) == {"I-1", "actor:kim", "actor:ada", "actor:ben"}
    assert len(log.relations) == 2 * incident.version
    changes = log.object_changes
    groups = changes.loc[changes["ocel:field"] == "assignment_group", "assignment_group"]
    assert list(groups) == ["second"]
    objects = log.objects.set_index("ocel:oid")
    assert objects.loc["I-1", "assignment_group"] == "first"  # the value of 1970


def test_who_did_something_has_no_history_of_their_own() -> None:
    """An event belongs to the objects that it is about, and not to its actor."""
    log = ocel_log([solved()])
    [(name, _, rows)] = ocel.ocel_cases(log, "incident", "state", "by", {})
    assert (name, bool(rows)) == ("I-1", True)
    people = {thing["id"]: thing["type"] for thing in log["objects"] if thing["type"] != "incident"}
    assert people
    for kind in set(people.values()):
        assert all(not rows for _, _, rows in ocel.ocel_cases(log, kind, "state", "by", {}))


def test_an_object_with_two_qualifiers_has_an_event_once() -> None:
    """An event may relate to it as the incident and as what was changed."""
    relations = [{"objectId": "I1", "qualifier": name} for name in ("of", "changes")]
    events = [
        {"id": str(n), "type": name, "time": f"2026-03-02T0{n}:00:00Z", "relationships": relations}
        for n, name in ((8, "New"), (9, "Resolved"))
    ]
    log = {"events": events, "objects": [{"id": "I1", "type": "incident"}]}
    [incident] = read_ocel(log, object_type="incident")
    assert [event.kind for event in incident.history] == ["opened", "state_changed"]


def test_events_of_an_object_that_is_not_listed_are_found() -> None:
    """Each is counted; those of other types of object are not."""
    events = [
        {"id": str(n), "type": "New", "time": f"2026-03-02T0{n}:00:00Z"}
        | {"relationships": [{"objectId": key, "qualifier": "of"}]}
        for n, key in ((7, "I1"), (8, "I9"), (9, "I9"), (6, "O1"))
    ]
    objects = [{"id": "I1", "type": "incident"}, {"id": "O1", "type": "order"}]
    reading = read_ocel({"events": events, "objects": objects}, object_type="incident")
    assert [incident.id for incident in reading] == ["I1"]
    lost = [one for one in reading.findings if one.code == "unknown_entry"]
    assert [(one.key, one.path, one.count) for one in lost] == [("I9", "events", 2)]


def test_events_without_their_object_are_told_in_the_order_of_the_log() -> None:
    """The example of a finding is the first, and not another one in each process."""
    events = [
        {
            "id": f"e{n}",
            "type": "new",
            "time": "2026-03-02T08:00:00Z",
            "relationships": [{"objectId": f"o{n}", "qualifier": "of"}],
        }
        for n in range(20)
    ]
    reading = read_ocel({"events": events, "objects": []}, object_type="incident")
    assert list(reading) == []
    assert [(one.key, one.code) for one in reading.findings] == [("o0", "unknown_entry")]


def test_an_event_that_also_names_a_listed_object_is_not_lost() -> None:
    """It is in the history of the incident; the part that is not listed lacks nothing else."""
    relations = [{"objectId": name, "qualifier": "of"} for name in ("I1", "P9")]
    event = {"id": "1", "type": "New", "time": "2026-03-02T07:00:00Z", "relationships": relations}
    log = {"events": [event], "objects": [{"id": "I1", "type": "incident"}]}
    reading = read_ocel(log, object_type="incident")
    assert [incident.id for incident in reading] == ["I1"]
    assert [one for one in reading.findings if one.code == "unknown_entry"] == []


def test_times_of_attributes_may_have_any_offset(tmp_path: Path) -> None:
    """They count as instants: that of 1970 too; other forms of OCEL are refused by name."""
    times = {"first": "1969-12-31T19:00:00-05:00", "third": "2026-03-02T09:30:00+00:00"}
    times |= {"second": "2026-03-02T10:00:00+02:00"}
    values = [{"name": "team", "value": name, "time": time} for name, time in times.items()]
    relations = [{"objectId": "I1", "qualifier": "of"}]
    event = {"id": "e", "type": "New", "time": "2026-03-02T07:00:00Z", "relationships": relations}
    log = {"events": [event], "objects": [{"id": "I1", "type": "incident", "attributes": values}]}
    [incident] = read_ocel(log, object_type="incident", fields={"group": "team"})
    teams = [one.fields["assignment_group"] for one in incident.history if hasattr(one, "fields")]
    assert teams == ["first", "second", "third"]
    with pytest.raises(FormatError, match="export it as JSON"):
        read_ocel(tmp_path / "log.sqlite", object_type="incident")


def test_attributes_that_change_are_covered() -> None:
    """A group over time tells every assignment."""
    [back] = read_ocel(
        json.loads(json.dumps(ocel_log([solved()]))),
        object_type="incident",
        activity_attribute="state",
        fields={"group": "assignment_group"},
    )
    assert (back.is_covered("reassignment_count"), back.is_covered("priorities")) == (True, False)


def test_values_of_an_object_change_in_the_order_of_their_times() -> None:
    """Wherever they stand in the file; the last one is the value now."""
    group = {
        hour: {"name": "group", "time": f"2026-03-02T{hour:02}:00:00Z", "value": f"at {hour}"}
        for hour in (8, 9, 10)
    }
    new = {"id": "1", "type": "New", "time": "2026-03-02T07:00:00Z"}
    new["relationships"] = [{"objectId": "I1", "qualifier": "of"}]  # type: ignore[assignment]  # any
    for hours in ((8, 9, 10), (10, 8, 9)):
        thing = {"id": "I1", "type": "incident", "attributes": [group[hour] for hour in hours]}
        log = {"events": [new], "objects": [thing]}
        [read] = read_ocel(log, object_type="incident", fields={"group": "group"})
        assert (read.assignment_group, read.reassignment_count) == ("at 10", 2)


def test_an_attribute_whose_name_is_no_text_is_passed_over() -> None:
    """A list in its place ended the reader with Python's TypeError."""
    relations = [{"objectId": "I1", "qualifier": "of"}]
    values = [{"name": ["to"], "value": "Closed"}, {"name": "to", "value": "New"}]
    event = {"id": "e", "type": "open", "time": "2026-03-02T07:00:00Z", "attributes": values}
    log = {
        "events": [{**event, "relationships": relations}],
        "objects": [{"id": "I1", "type": "incident"}],
    }
    [incident] = read_ocel(log, object_type="incident", activity_attribute="to")
    assert incident.state.name == "new"
