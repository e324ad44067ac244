"""Records as an object-centric event log."""

from __future__ import annotations

from datetime import timedelta

from tests.serialization.builders import AT, incident

from incidentcore.records import link
from incidentcore.serialization import ocel_log


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
