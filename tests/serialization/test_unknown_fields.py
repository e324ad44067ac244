"""Fields that this release does not know."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.serialization.builders import AT, incident

from incidentcore.errors import FormatError
from incidentcore.instants import Interval
from incidentcore.records import (
    Incident,
)
from incidentcore.schedule import Break, BusinessCalendar, Holiday, Maintenance
from incidentcore.serialization import (
    WithUnknownFields,
    from_plain,
    loads_with_unknown,
    to_plain,
)
from incidentcore.values import Actor, FrozenMap

OFFICE = BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-fri": "08:00-18:00", "sat": ["21:00-23:00", "23:30-02:00"]},
    holidays=[Holiday("2026-12-25", name="Christmas Day"), Holiday(yearly="05-01")],
    special={"2026-12-24": "08:00-12:00"},
    breaks={"2026-12-23": "12:00-13:00"},
    name="office",
)


def test_unknown_fields_are_kept_and_written_back() -> None:
    """With ``loads_with_unknown`` nothing of a newer document is lost."""
    plain = to_plain(incident())
    plain["value"]["history"][0]["mood"] = {"was": ["bad", 1.5]}
    plain["value"]["history"][0]["by"]["team"] = "night"
    plain["value"]["color"] = None
    text = json.dumps(plain)

    kept = loads_with_unknown(text, Incident)

    assert isinstance(kept, WithUnknownFields)
    assert incident() == kept.value
    assert {
        (("color",), "null"),
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
    (items[0].get("$Actor") or items[0])["color"] = "red"

    if is_moved:
        with pytest.raises(FormatError, match=r"not known here.* @ \$\.value\..*color"):
            loads_with_unknown(json.dumps(plain), object)
    else:
        assert plain == to_plain(loads_with_unknown(json.dumps(plain), object))
