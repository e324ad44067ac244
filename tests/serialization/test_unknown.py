"""What a document holds that this release does not know."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.serialization.builders import AT, incident, problems

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.records import (
    Incident,
)
from incidentcore.schedule import Maintenance
from incidentcore.serialization import UnknownEvent, from_plain, loads_with_unknown, to_plain
from incidentcore.values import Actor


def read(plain: dict[str, Any], kind: type[Any]) -> Any:
    """Return what a document holds, with what is not known."""
    return loads_with_unknown(json.dumps(plain), kind)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Opened", "{}"),
        ("", "{}"),
        ("Teleported", ""),
        ("Teleported", "[]"),
        ("Teleported", "not JSON"),
        ("Teleported", '{"id":"x"}'),
        ("Teleported", '{"$type":"Opened"}'),
        ("Teleported", '{"a":1,"a":2}'),
        ("Teleported", b"{}"),
    ],
)
def test_an_unknown_event_can_be_written(name: str, body: Any) -> None:
    """A body that is no object, or says again what all events have, is refused when it is made."""
    with pytest.raises(InvalidValueError):
        UnknownEvent(record_id="x", sequence=2, at=AT, by=Actor("x"), name=name, body=body)


def test_unknown_kinds_of_event_are_kept_and_written_back() -> None:
    """An event of a newer release keeps its place and its body, and changes no fact."""
    plain = to_plain(incident())
    strange = {
        "$type": "Teleported",
        "record_id": "INC-1",
        "sequence": 5,
        "at": "2026-12-23T17:00:00Z",
        "by": {"id": "ada", "role": "agent"},
        "recorded_at": "2026-12-23T17:00:00Z",
        "id": "INC-1:5",
        "until": {"$thing": [1, None]},
    }
    plain["value"]["history"].append(strange)
    assert "Teleported" in problems(json.dumps(plain), Incident)[0]

    kept = read(plain, Incident)

    event = kept.value.history[-1]
    assert isinstance(event, UnknownEvent)
    assert (event.name, event.body) == ("Teleported", '{"until":{"$thing":[1,null]}}')
    assert plain == to_plain(kept) == to_plain(kept.value)
    assert event == read(to_plain(event), type(event).__mro__[1]).value


def test_each_fault_of_an_unknown_event_is_named_with_its_place() -> None:
    """As for a known one: all of them at once."""
    plain = to_plain(incident())
    wrong = {"$type": "Teleported", "record_id": "INC-1", "sequence": "5", "at": "noon", "by": {}}
    plain["value"]["history"].append(wrong)
    with pytest.raises(FormatError) as raised:
        read(plain, Incident)
    for name in ("sequence", "at", "by"):
        assert f"$.value.history[4].{name}" in str(raised.value)


@pytest.mark.parametrize("place", range(4))
def test_an_actor_of_several_events_keeps_its_unknown_fields_in_each(place: int) -> None:
    """Equal actors are read once, but each stands at its own place in the document."""
    plain = to_plain(incident())
    plain["value"]["history"][place]["by"]["team"] = "night"

    assert plain == to_plain(read(plain, Incident))


def test_an_unknown_field_of_what_is_joined_to_another_is_refused() -> None:
    """Two intervals that meet are written as one, which leaves no place for the field."""
    hour = timedelta(hours=1)
    plain = to_plain(Maintenance([Interval(AT, AT + 2 * hour)], name="x"))
    (whole,) = plain["value"]["intervals"]
    middle = "2026-12-23T17:40:00Z"
    plain["value"]["intervals"] = [
        {"start": whole["start"], "end": middle},
        {"start": middle, "end": whole["end"], "color": "red"},
    ]

    with pytest.raises(FormatError, match=r"another place @ \$\.value\.intervals\[1\]\.color"):
        read(plain, Maintenance)


def test_a_value_that_lost_the_place_of_an_unknown_field_is_not_written() -> None:
    """The error names the field, since it would be lost in silence."""
    plain = to_plain(incident())
    plain["value"]["history"][3]["mood"] = "bad"
    kept = read(plain, Incident)
    shorter = attrs.evolve(kept, value=Incident.from_history(kept.value.history[:2]))

    with pytest.raises(InvalidValueError, match=r"'history', 3, 'mood'.*since it was read"):
        to_plain(shorter)


def test_an_unknown_event_may_stand_alone_or_among_plain_values() -> None:
    """It comes back where unknown kinds are kept, with the unknown fields of its own parts."""
    event = UnknownEvent(
        record_id="x", sequence=2, at=AT, by=Actor("ada"), name="Teleported", body='{"to":[1]}'
    )
    among = to_plain((event, 1))
    alone = to_plain(event)
    alone["value"]["by"]["team"] = "night"

    assert read(among, object).value == (event, 1)
    assert to_plain(read(alone, type(event).__mro__[1])) == alone
    with pytest.raises(FormatError, match=r"UnknownEvent"):
        from_plain(among, object)
