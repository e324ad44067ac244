"""What a document holds that this release does not know."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.lifecycle import (
    advance,
)
from incidentcore.records import (
    Incident,
    assign,
    comment,
)
from incidentcore.schedule import Break, BusinessCalendar, Holiday, Maintenance
from incidentcore.serialization import (
    UnknownEvent,
    WithUnknownFields,
    from_plain,
    from_plain_with_unknown,
    loads,
    loads_with_unknown,
    to_plain,
)
from incidentcore.values import Actor, FrozenMap, Impact

AT = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)


OFFICE = BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-fri": "08:00-18:00", "sat": ["21:00-23:00", "23:30-02:00"]},
    holidays=[Holiday("2026-12-25", name="Christmas Day"), Holiday(yearly="05-01")],
    special={"2026-12-24": "08:00-12:00"},
    breaks={"2026-12-23": "12:00-13:00"},
    name="office",
)


def incident() -> Incident:
    opened = Incident.open(
        id="INC-1",
        title="Mail is down",
        at=AT,
        by=Actor("monitoring", "system"),
        impact=Impact.HIGH,
        tags=["mail", "berlin"],
        custom={"vip": True, "since": AT, "$odd": 1},
    )
    moved = advance(opened, "start", at=AT + timedelta(microseconds=1), by="ada")
    said = comment(moved, "on it — ☎", at=AT + timedelta(minutes=1), by="ada")
    return assign(said, group="messaging", at=AT + timedelta(minutes=2), by="ada")


def problems(text: str | bytes, kind: Any = object, **options: Any) -> tuple[str, ...]:
    with pytest.raises(FormatError) as caught:
        loads(text, kind, **options)
    return caught.value.problems


def test_unknown_fields_are_kept_and_written_back() -> None:
    """With ``loads_with_unknown`` nothing of a newer document is lost."""
    plain = to_plain(incident())
    plain["value"]["history"][0]["mood"] = {"was": ["bad", 1.5]}
    plain["value"]["history"][0]["by"]["team"] = "night"
    plain["value"]["colour"] = None
    text = json.dumps(plain)

    kept = loads_with_unknown(text, Incident)

    assert isinstance(kept, WithUnknownFields)
    assert incident() == kept.value
    assert {
        (("colour",), "null"),
        (("history", 0, "mood"), '{"was":["bad",1.5]}'),
        (("history", 0, "by", "team"), '"night"'),
    } == set(kept.unknown)
    assert plain == to_plain(kept)


def _swapped(items: list[Any]) -> None:
    items[0], items[1] = items[1], items[0]


@pytest.mark.parametrize("is_moved", [False, True])
@pytest.mark.parametrize("where", ["history", "set", "joined", "breaks"])
def test_unknown_fields_never_move_to_another_object(where: str, is_moved: bool) -> None:  # noqa: FBT001
    """Where arrays stand in another order than they are written in, the fields cannot be kept."""
    hour = timedelta(hours=1)
    value: Any = {
        "history": incident(),
        "set": FrozenMap({"persons": frozenset({Actor("a"), Actor("b")})}),
        "joined": Maintenance(
            [Interval(AT, AT + hour), Interval(AT + 2 * hour, AT + 3 * hour)], name="x"
        ),
        "breaks": attrs.evolve(
            OFFICE, breaks={"2026-12-23": ["09:00-10:00", Break("12:00-13:00", "lunch")]}
        ),
    }[where]
    plain = to_plain(value)
    items: list[Any] = {
        "history": lambda: plain["value"]["history"],
        "set": lambda: plain["value"]["persons"]["$set"],
        "joined": lambda: plain["value"]["intervals"],
        "breaks": lambda: plain["value"]["breaks"]["2026-12-23"],
    }[where]()
    if is_moved:
        _swapped(items)
        assert from_plain(plain, object) == value
    (items[0].get("$Actor") or items[0])["colour"] = "red"

    if is_moved:
        with pytest.raises(FormatError, match=r"not known here.* @ \$\.value\..*colour"):
            from_plain_with_unknown(plain, object)
    else:
        assert plain == to_plain(from_plain_with_unknown(plain, object))


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

    kept = from_plain_with_unknown(plain, Incident)

    event = kept.value.history[-1]
    assert isinstance(event, UnknownEvent)
    assert (event.name, event.body) == ("Teleported", '{"until":{"$thing":[1,null]}}')
    assert plain == to_plain(kept) == to_plain(kept.value)
    assert event == from_plain_with_unknown(to_plain(event), type(event).__mro__[1]).value


@pytest.mark.parametrize("place", range(4))
def test_an_actor_of_several_events_keeps_its_unknown_fields_in_each(place: int) -> None:
    """Equal actors are read once, but each stands at its own place in the document."""
    plain = to_plain(incident())
    plain["value"]["history"][place]["by"]["team"] = "night"

    assert plain == to_plain(from_plain_with_unknown(plain, Incident))


def test_an_unknown_field_of_what_is_joined_to_another_is_refused() -> None:
    """Two intervals that meet are written as one, which leaves no place for the field."""
    hour = timedelta(hours=1)
    plain = to_plain(Maintenance([Interval(AT, AT + 2 * hour)], name="x"))
    (whole,) = plain["value"]["intervals"]
    middle = "2026-12-23T17:40:00Z"
    plain["value"]["intervals"] = [
        {"start": whole["start"], "end": middle},
        {"start": middle, "end": whole["end"], "colour": "red"},
    ]

    with pytest.raises(FormatError, match=r"another place @ \$\.value\.intervals\[1\]\.colour"):
        from_plain_with_unknown(plain, Maintenance)


def test_a_value_that_lost_the_place_of_an_unknown_field_is_not_written() -> None:
    """The error names the field, since it would be lost in silence."""
    plain = to_plain(incident())
    plain["value"]["history"][3]["mood"] = "bad"
    kept = from_plain_with_unknown(plain, Incident)
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

    assert from_plain_with_unknown(among, object).value == (event, 1)
    assert to_plain(from_plain_with_unknown(alone, type(event).__mro__[1])) == alone
    with pytest.raises(FormatError, match=r"UnknownEvent"):
        from_plain(among, object)
