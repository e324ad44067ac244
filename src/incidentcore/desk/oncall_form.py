"""Read and write the on-call schedules of a desk file."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final

from incidentcore.desk.calendar_form import PLAIN_CALENDAR
from incidentcore.desk.forms import Form, Key, Table, list_of, names_of, text_of, word
from incidentcore.desk.holiday_form import DAY, FLAG, INSTANT, TEXT, ZONE
from incidentcore.desk.reading import Path, Reading, whole
from incidentcore.desk.words import WrongError
from incidentcore.escalation import OnCallLayer, OnCallSchedule, RotaOverride
from incidentcore.instants import Interval, as_zone
from incidentcore.schedule import Rotation
from incidentcore.schedule.hours import WEEKDAYS, weekday

_ANCHOR: Final = datetime(2000, 1, 3)  # noqa: DTZ001  a Monday; turns of a single person


TURNS: Final = '"daily 09:00", "weekly mon 09:00" or "every 2 weeks 09:00"'
_TURN: Final = re.compile(
    r"(?:daily|weekly (\w+)|every (\d{1,4}) (hours|days|weeks|months)) (\d{2}:\d{2})"
)
FIRST: Final = Form(
    lambda data, *at: (INSTANT if len(str(data)) > len("2026-01-05") else DAY).read(data, *at),
    DAY.schema,
)


def _layer_part(layer: OnCallLayer, key: Key) -> Any:
    rotation = layer.rotation
    if key.name == "people":
        return [person or "-" for person in layer.people]
    if key.name == "zone":
        return rotation.zone.key
    if key.name not in ("change", "from"):
        return getattr(layer, key.name)
    still = rotation == _still(rotation.zone.key) and len(layer.people) == 1
    return None if still else rotation_words(rotation)[key.name == "from"]


_LAYER: Final = Table(
    (
        Key("people", list_of(TEXT, single=True), "Who takes turns; - for nobody."),
        Key("change", text_of(TURNS), f"When they hand over: {TURNS}.", None),
        Key("from", FIRST, "The date or instant of the first turn.", None, "anchor"),
        Key("during", PLAIN_CALENDAR, "The hours in which the layer is on duty.", None),
        Key("turns", word("always", "on_duty"), "Which turns count.", "always"),
        Key("since", INSTANT, "When the layer comes into force.", None),
        Key("until", INSTANT, "When it ceases to be in force.", None),
        Key("beside", FLAG, "Beside the layer before it, instead of above it.", False),
        Key("zone", ZONE, "The zone of its handoffs.", None),
    ),
    dict,
    _layer_part,
)
_OVERRIDE: Final = Table(
    (
        Key("from", INSTANT, "The start.", attribute="start"),
        Key("to", INSTANT, "The end.", attribute="end"),
        Key("people", list_of(TEXT, single=True), "The people whom it concerns."),
        Key("mode", word("replace", "add", "remove"), "What it does.", "replace"),
        Key("replaces", TEXT, "Whom they replace; by default, everybody.", ""),
    ),
    lambda start, end, people, mode, replaces: RotaOverride(
        Interval(start, end), people, mode, replaces=replaces
    ),
    lambda value, key: getattr(
        value.interval if key.attribute in ("start", "end") else value, key.attribute
    ),
)
_SCHEDULE: Final = Table(
    (
        Key("zone", ZONE, "The zone of its handoffs; the desk's by default.", None),
        Key("layers", list_of(_LAYER), "Its layers, the lowest first.", ()),
        Key("overrides", list_of(_OVERRIDE), "Exceptions.", ()),
        Key("combine", word("highest", "all"), "Which layers apply.", "highest"),
    ),
    dict,
    lambda schedule, key: None if key.name == "zone" else getattr(schedule, key.name),
)


def _schedule(data: Any, reading: Reading, path: Path) -> Any:
    found = _SCHEDULE.read(data, reading, path)
    zone = found.pop("zone") or reading.zone.key
    layers = reading.each(partial(_layer, zone), enumerate(found["layers"]), (*path, "layers"))
    return OnCallSchedule(str(path[-1]), **{**found, "layers": tuple(layers.values())})


def _layer(zone: str, values: dict[str, Any], reading: Reading, path: Path) -> OnCallLayer:
    own = values["zone"] or zone
    people = [None if person == "-" else person for person in values["people"]]
    if values["change"] is not None:
        given = (values["change"], values["anchor"], own)
        rotation = reading.tried((*path, "change"), rotation_of, *given)
        whole((rotation,))
    elif len(people) > 1:
        raise WrongError(values["people"], f"change = when they hand over, such as {TURNS}")
    else:
        rotation = _still(own)
    rest = {name: values[name] for name in ("during", "since", "until", "turns", "beside")}
    return OnCallLayer(rotation, people, **rest)


def rotation_of(change: str, first: Any, zone: str) -> Rotation:
    """Return the rotation that a text such as ``"weekly mon 09:00"`` describes."""
    match = _TURN.fullmatch(" ".join(change.split()))
    day = weekday(match[1]) if match and match[1] else None
    if match is None or (match[1] and day is None):
        raise WrongError(change, TURNS)
    if first is None:
        raise WrongError(change, "from = the date of the first turn, beside it")
    if not isinstance(first, datetime):
        if day is not None:
            first += timedelta(days=(day - first.weekday()) % 7)
        first = _wall(datetime.combine(first, time.fromisoformat(match[4])), zone)
    unit: Any = match[3] or ("weeks" if match[1] else "days")
    return Rotation(anchor=first, zone=zone, unit=unit, every=int(match[2] or 1))


def rotation_words(rotation: Rotation) -> tuple[str, Any]:
    """Return the text of a rotation, and the date or instant of its first turn."""
    at = rotation.anchor.astimezone(rotation.zone)
    clock = f"{at:%H:%M}"
    if rotation.unit == "weeks" and rotation.every == 1:
        text = f"weekly {WEEKDAYS[at.weekday()]} {clock}"
    elif rotation.unit == "days" and rotation.every == 1:
        text = f"daily {clock}"
    else:
        text = f"every {rotation.every} {rotation.unit} {clock}"
    wall = at.replace(second=0, microsecond=0, tzinfo=None)
    exact = _wall(wall, rotation.zone.key) == rotation.anchor
    return text, at.date() if exact else rotation.anchor


def _still(zone: str) -> Rotation:
    """Return the turns of a single person, without handoffs."""
    return Rotation(anchor=_wall(_ANCHOR, zone), zone=zone, unit="weeks")


def _wall(at: datetime, zone: str) -> datetime:
    return at.replace(tzinfo=as_zone(zone))


ON_CALL: Final = names_of(Form(_schedule, _SCHEDULE.schema, _SCHEDULE.write))
