"""Records as an object-centric event log."""

from __future__ import annotations

from datetime import timedelta

from tests.serialization.builders import AT, incident

from incidentcore.records import Incident, assign, link
from incidentcore.serialization import ocel_log
from incidentcore.values import Actor


def test_a_record_its_actors_and_its_events_are_objects_and_events() -> None:
    """Each event belongs to its record and its actor; a change of state names the state."""
    log = ocel_log([link(incident(), "caused_by", "PRB-1", at=AT + timedelta(hours=1), by="lee")])
    opened, started = log["events"][:2]
    record, *actors = log["objects"]

    assert [event["type"] for event in log["events"]] == [
        *("opened", "state_changed", "commented", "assigned", "linked")
    ]
    assert {tie["qualifier"]: tie["objectId"] for tie in opened["relationships"]} == {
        "of": "INC-1",
        "by": "actor:monitoring",
    }
    assert {"name": "state", "value": "in_progress"} in started["attributes"]
    assert [actor["id"] for actor in actors] == ["actor:monitoring", "actor:ada", "actor:lee"]
    assert record["relationships"] == [{"objectId": "PRB-1", "qualifier": "caused_by"}]


def test_an_attribute_has_each_value_from_its_time() -> None:
    """The first value of all is dated 1970, as the format asks; a later one when it came."""
    [record] = [thing for thing in ocel_log([incident()])["objects"] if thing["id"] == "INC-1"]
    values = {
        name: [(one["time"], one["value"]) for one in record["attributes"] if one["name"] == name]
        for name in ("title", "assignment_group")
    }

    assert [value for _, value in values["title"]] == ["Mail is down"]
    assert values["title"][0][0].startswith("1970-01-01")
    assert values["assignment_group"][-1] == ("2026-12-23T16:42:00Z", "messaging")


def test_the_log_of_one_record_is_whole() -> None:
    """Every key that OCEL 2.0 asks for, of two events by two actors."""
    record = Incident.open(id="INC-1", title="Mail is down", by=Actor("kim", "requester"), at=AT)
    record = assign(record, group="mail", at=AT + timedelta(hours=1), by=Actor("ada", "agent"))
    own = [{"name": name, "type": "string"} for name in ("state", "role")]
    fields = [
        {"name": name, "type": "string"}
        for name in ("title", "priority", "assignment_group", "assignee")
    ]
    first, second = (event.id for event in record.history)
    assert ocel_log([record]) == {
        "eventTypes": [
            {"name": "assigned", "attributes": own},
            {"name": "opened", "attributes": own},
        ],
        "objectTypes": [
            {"name": "incident", "attributes": fields},
            {"name": "actor", "attributes": []},
        ],
        "events": [
            {
                "id": first,
                "type": "opened",
                "time": "2026-12-23T16:40:00Z",
                "attributes": [
                    {"name": "role", "value": "requester"},
                    {"name": "state", "value": "new"},
                ],
                "relationships": [
                    {"objectId": "INC-1", "qualifier": "of"},
                    {"objectId": "actor:kim", "qualifier": "by"},
                ],
            },
            {
                "id": second,
                "type": "assigned",
                "time": "2026-12-23T17:40:00Z",
                "attributes": [{"name": "role", "value": "agent"}],
                "relationships": [
                    {"objectId": "INC-1", "qualifier": "of"},
                    {"objectId": "actor:ada", "qualifier": "by"},
                ],
            },
        ],
        "objects": [
            {
                "id": "INC-1",
                "type": "incident",
                "attributes": [
                    {"name": "title", "time": "1970-01-01T00:00:00Z", "value": "Mail is down"},
                    {"name": "assignment_group", "time": "2026-12-23T17:40:00Z", "value": "mail"},
                ],
                "relationships": [],
            },
            {"id": "actor:kim", "type": "actor", "attributes": []},
            {"id": "actor:ada", "type": "actor", "attributes": []},
        ],
    }


def test_relations_are_sorted_by_type_and_target() -> None:
    """In whichever order the links were made."""
    record = incident()
    for kind, target in (("related_to", "B"), ("caused_by", "C"), ("related_to", "A")):
        record = link(record, kind, target, at=AT + timedelta(hours=1), by="lee")
    thing = ocel_log([record])["objects"][0]
    assert [(one["qualifier"], one["objectId"]) for one in thing["relationships"]] == [
        ("caused_by", "C"), ("related_to", "A"), ("related_to", "B"),
    ]  # fmt: skip
