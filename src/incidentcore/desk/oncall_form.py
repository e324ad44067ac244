"""On-call schedules of a desk file."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any, Final

from incidentcore.desk.calendar_form import PLAIN_CALENDAR
from incidentcore.desk.holiday_form import DAY, INSTANT, TEXT
from incidentcore.desk.reading import Form, Key, Path, Reading, Table, list_of, word
from incidentcore.desk.words import WrongError
from incidentcore.escalation import OnCallLayer, OnCallSchedule, RotaOverride
from incidentcore.instants import Interval, as_zone
from incidentcore.schedule import Rotation

__all__ = ["ON_CALL"]

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANCHOR: Final = datetime(2000, 1, 3)  # noqa: DTZ001  a Monday; turns of a single person


_TURNS: Final = '"daily 09:00", "weekly mon 09:00" or "every 2 weeks 09:00"'
_TURN: Final = re.compile(
    r"(?:daily|weekly (\w{3})|every (\d{1,4}) (hours|days|weeks|months)) (\d{2}:\d{2})"
)
FIRST: Final = Form(
    lambda data, reading, path: (
        INSTANT.read(data, reading, path)
        if isinstance(data, datetime) or (isinstance(data, str) and "T" in data)
        else DAY.read(data, reading, path)
    ),
    lambda value, _: value,
    DAY.schema,
)
_LAYER: Final = Table(
    (
        Key("people", list_of(TEXT, single=True), "Who takes turns."),
        Key("change", TEXT, f"When they hand over: {_TURNS}.", None),
        Key("from", FIRST, "The date or instant of the first turn.", None, "anchor"),
        Key("during", PLAIN_CALENDAR, "The hours in which the layer serves.", None),
        Key("since", INSTANT, "When the layer begins to count.", None),
        Key("until", INSTANT, "When it ceases to count.", None),
        Key("zone", TEXT, "The zone of its handoffs.", None),
    ),
    dict,
)
_OVERRIDE: Final = Table(
    (
        Key("from", INSTANT, "The start.", attribute="start"),
        Key("to", INSTANT, "The end.", attribute="end"),
        Key("people", list_of(TEXT, single=True), "Whom it is about."),
        Key("mode", word("replace", "add", "remove"), "What it does.", "replace"),
    ),
    lambda start, end, people, mode: RotaOverride(Interval(start, end), people, mode),
    lambda value, key: (
        getattr(value.interval, key.attribute)
        if key.attribute in ("start", "end")
        else getattr(value, key.attribute)
    ),
)
_SCHEDULE: Final = Table(
    (
        Key("zone", TEXT, "The zone of its handoffs; the desk's by default.", None),
        Key("layers", list_of(_LAYER.form), "Its layers, the lowest first."),
        Key("overrides", list_of(_OVERRIDE.form), "Exceptions.", ()),
        Key(
            "combine",
            word("highest", "all"),
            "Whether the last layer serves or every one.",
            "highest",
        ),
    ),
    dict,
)


def _schedule(data: Any, reading: Reading, path: Path) -> Any:
    found = _SCHEDULE.read(data, reading, path)
    zone = found["zone"] or reading.zone.key
    layers = reading.each(
        lambda values, _, __: _layer(values, zone), enumerate(found["layers"]), (*path, "layers")
    ).values()
    return OnCallSchedule(
        str(path[-1]), layers, overrides=found["overrides"], combine=found["combine"]
    )


def _layer(values: dict[str, Any], zone: str) -> OnCallLayer:
    own = values["zone"] or zone
    rest = {name: values[name] for name in ("during", "since", "until")}
    if values["change"] is None:
        if len(values["people"]) > 1:
            raise WrongError(values["people"], f"change = when they hand over, such as {_TURNS}")
        rotation = Rotation(anchor=_wall(_ANCHOR, own), zone=own, unit="weeks")
        return OnCallLayer(rotation, values["people"], **rest)
    match = _TURN.fullmatch(" ".join(values["change"].split()))
    if match is None or (match[1] and match[1] not in _DAYS):
        raise WrongError(values["change"], _TURNS)
    if values["anchor"] is None:
        raise WrongError(values["change"], "from = the date of the first turn, beside change")
    first = values["anchor"]
    unit: Any = match[3] or ("weeks" if match[1] else "days")
    if isinstance(first, datetime):
        rotation = Rotation(anchor=first, zone=own, unit=unit, every=int(match[2] or 1))
        return OnCallLayer(rotation, values["people"], **rest)
    if match[1]:
        first += timedelta(days=(_DAYS.index(match[1]) - first.weekday()) % 7)
    at = datetime.combine(first, time.fromisoformat(match[4]))
    rotation = Rotation(
        anchor=_wall(at, own),
        zone=own,
        unit=unit,
        every=int(match[2] or 1),
    )
    return OnCallLayer(rotation, values["people"], **rest)


def _wall(at: datetime, zone: str) -> datetime:
    return at.replace(tzinfo=as_zone(zone))


def _schedule_table(schedule: OnCallSchedule, writing: Any) -> dict[str, Any]:
    layers = []
    for layer in schedule.layers:
        rotation = layer.rotation
        at = rotation.anchor.astimezone(rotation.zone)
        table: dict[str, Any] = {"people": list(layer.people)}
        still = rotation.unit == "weeks" and rotation.every == 1 and len(layer.people) == 1
        if not (still and at.replace(tzinfo=None) == _ANCHOR):
            clock = f"{at:%H:%M}"
            if rotation.unit == "weeks" and rotation.every == 1:
                table["change"] = f"weekly {_DAYS[at.weekday()]} {clock}"
            elif rotation.unit == "days" and rotation.every == 1:
                table["change"] = f"daily {clock}"
            else:
                table["change"] = f"every {rotation.every} {rotation.unit} {clock}"
            wall = at.replace(second=0, microsecond=0, tzinfo=None)
            exact = _wall(wall, rotation.zone.key) == rotation.anchor
            table["from"] = at.date() if exact else rotation.anchor
        if layer.during is not None:
            table["during"] = writing.calendar_name(layer.during)
        for name in ("since", "until"):
            if getattr(layer, name) is not None:
                table[name] = getattr(layer, name)
        if rotation.zone.key != writing.desk.zone.key:
            table["zone"] = rotation.zone.key
        layers.append(table)
    found: dict[str, Any] = {"layers": layers}
    if schedule.overrides:
        found["overrides"] = [_OVERRIDE.write(one, writing) for one in schedule.overrides]
    if schedule.combine != "highest":
        found["combine"] = schedule.combine
    return found


ON_CALL: Final = Form(_schedule, _schedule_table, _SCHEDULE.schema)
