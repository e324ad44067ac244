"""Read and write the services and agreements of a desk file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import attrs

from incidentcore.conditions import ALWAYS, NEVER
from incidentcore.desk import words
from incidentcore.desk.calendar_form import CALENDAR, PLAIN_CALENDAR
from incidentcore.desk.forms import Form, Key, Table, by_shape, list_of, names_of, noted, word
from incidentcore.desk.holiday_form import TEXT, TEXTS
from incidentcore.desk.reading import BrokenError, Path, Reading, whole
from incidentcore.desk.service import (
    AGREEMENT_KINDS,
    CLOCKS,
    Agreement,
    OnChange,
    OwnClock,
    Service,
    ServiceTarget,
)
from incidentcore.desk.when import INSTANT_FIELD, WHEN, about, instant_path
from incidentcore.errors import DefinitionError
from incidentcore.sla import DueDate
from incidentcore.sla.definition import CANCELED_RECORD
from incidentcore.sla.targets import Target
from incidentcore.sla.terms import ReopenMode, SlaThreshold

_ANY_TARGETS: Final = f"{words.TARGET}; or a table of them by priority, with else for the rest"


def _targets(data: Any, reading: Reading, path: Path) -> Any:
    words.need_data(data, Mapping, _ANY_TARGETS, least=1)
    scale = reading.priority().scale

    def one(text: Any, reading: Reading, path: Path) -> ServiceTarget:
        level = words.one_of(str(path[-1]), (*scale.names, "else"))
        return _target(text, "" if level == "else" else level, reading)

    return tuple(reading.each(one, data.items(), path).values())


def _target(text: Any, level: str, reading: Reading) -> ServiceTarget:
    target, name = words.read_target(text)
    target = _renamed(target, lambda field: instant_path(field, reading))
    what = "a calendar of [calendars]"
    calendar = reading.named("plain_calendars", name, what) if name else None
    return ServiceTarget(target=target, level=level, calendar=calendar)


def _renamed(target: Target, rename: Callable[[str], str]) -> Target:
    """Return a target with another name of its field, if it has one."""
    if isinstance(target, DueDate):
        return attrs.evolve(target, field=rename(target.field))
    return target


def _targets_word(targets: tuple[ServiceTarget, ...], writing: Any) -> Any:
    texts = {}
    for one in targets:
        name = "" if one.calendar is None else writing.calendar_name(one.calendar)
        if not isinstance(name, str):
            raise DefinitionError("target.calendar", one.calendar, "a calendar that the desk names")
        texts[one.level or "else"] = words.target_word(
            _renamed(one.target, writing.field_name), name
        )
    return texts["else"] if list(texts) == ["else"] else texts


TARGETS: Final = Form(
    by_shape(_targets, text=lambda data, reading, _: (_target(data, "", reading),)),
    {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]},
    _targets_word,
)
_WARN: Final = Table(
    (
        Key("at", TEXT, 'The point: "80%", "1h before" or "30m after".'),
        Key("name", TEXT, "Its name.", None),
        Key("calendar", PLAIN_CALENDAR, "Another calendar for a time after the due time.", None),
    ),
    lambda at, name, calendar: attrs.evolve(
        words.read_point(at), calendar=calendar, **({} if name is None else {"name": name})
    ),
    lambda point, key: {
        "at": words.warn_word(point),
        "name": None if point.name == words.warn_word(point) else point.name,
        "calendar": point.calendar,
    }[key.name],
)


def _warn_text(point: SlaThreshold, writing: Any) -> Any:
    table = _WARN.write(point, writing)
    return table if len(table) > 1 else table["at"]


POINT: Final = Form(
    by_shape(lambda data, _, __: words.read_point(data), table=_WARN.read),
    {"description": 'a text such as "80%", or a table'},
    _warn_text,
)
_STARTS_FROM: Final = Key(
    "starts_from", INSTANT_FIELD, "A field whose instant begins the first cycle.", None
)
_ANSWERED_BY: Final = Key(
    "answered_by", TEXTS, "The roles whose public messages are answers.", ("agent",)
)
_OWN: Final = Table(
    (
        Key("targets", TARGETS, "Its target, or a table of them by priority."),
        Key("start", WHEN, "When it starts.", ALWAYS),
        Key("stop", WHEN, "When it stops."),
        Key("pause", WHEN, "When it pauses.", NEVER),
        Key("resume", WHEN, "When a pause ends.", None),
        Key("cancel", WHEN, "When it ends without a result.", CANCELED_RECORD),
        Key("reset", about("event"), "Which events end a cycle and start the next.", None),
        _STARTS_FROM,
        _ANSWERED_BY,
    ),
    OwnClock,
    named=True,
)
_SERVICE: Final = Table(
    (
        Key("like", TEXT, "The service whose keys it inherits.", None),
        Key("calendar", CALENDAR, "The calendar by which its clocks run."),
        *(Key(clock, TARGETS, f"The targets of the {clock} clock.", ()) for clock in CLOCKS),
        Key("pause", WHEN, "When resolution and update clocks pause.", None),
        Key("warn", list_of(POINT), "Points at which a warning is due.", ()),
        Key("reopen", word(*get_args(ReopenMode)), "What a reopening does.", "exclude_closed"),
        Key("on_change", word(*get_args(OnChange)), "What a change of the target does.", None),
        _STARTS_FROM,
        _ANSWERED_BY,
        Key("clocks", names_of(_OWN), "Custom clocks.", ()),
    ),
    lambda like, **found: Service(**found),  # noqa: ARG005  what is inherited was merged before
    named=True,
)
_SCHEMA: Final = {**_SERVICE.schema, "required": []}


def _service(_: Any, reading: Reading, path: Path) -> Any:
    merged = _inherited(reading.data["services"], str(path[-1]), [], reading)
    return _SERVICE.read(merged, reading, path)


SERVICES: Final = noted("services", names_of(Form(_service, _SCHEMA, _SERVICE.write)))
"""The form of all services, each with the keys that it inherits."""


def _inherited(data: Mapping[str, Any], name: str, chain: list[str], reading: Reading) -> Any:
    """Return a service's table with what it inherits, and record where each part was written."""
    here = ("services", name)
    own = reading.tried(here, words.need_data, data[name], Mapping, f"a table [services.{name}]")
    whole((own,))
    if "like" not in own:
        return own
    base, chain = own["like"], [*chain, name]
    wrong = None
    others = tuple(one for one in data if one != name)
    if base in chain:  # one fault, at whichever service the reading began
        circle = chain[chain.index(base) :]
        first = circle.index(next(one for one in data if one in circle))
        circle = circle[first:] + circle[:first]
        base, name = circle[0], circle[-1]
        cycle = " -> ".join([*circle, base])
        wrong = words.WrongError(base, f"a service that is not like itself: {cycle}")
    elif base not in others:
        wrong = words.WrongError(base, f"a service of [services]: {', '.join(others)}", others)
    if wrong is not None:
        reading.fault(("services", name, "like"), wrong)
        raise BrokenError
    merged = _inherited(data, base, chain, reading)
    merged = dict(merged)
    homes = reading.homes
    for key in {*_SERVICE.names, *merged}:  # also what is missing in both
        homes[("services", name, key)] = homes.get(("services", base, key), ("services", base, key))
    for key, value in own.items():
        if key == "like":
            continue
        inherited = merged.get(key)
        if key in CLOCKS and isinstance(value, Mapping) and isinstance(inherited, Mapping):
            for level in inherited:
                written = ("services", base, key, level)
                homes[("services", name, key, level)] = homes.get(written, written)
            for level in value:
                homes[("services", name, key, level)] = ("services", name, key, level)
            value = {**inherited, **value}  # noqa: PLW2901  the merged table
        homes[("services", name, key)] = ("services", name, key)
        merged[key] = value
    return merged


_SERVICE_NAME: Final = Form(
    lambda data, reading, _: (reading.named("services", data, "a service of [services]"), data)[1],
    {"type": "string"},
)
AGREEMENT: Final = Table(
    (
        Key("when", WHEN, "For which records; by default, all.", ALWAYS),
        Key("service", _SERVICE_NAME, "The service that they get."),
        Key("kind", word(*AGREEMENT_KINDS), "The kind of agreement.", "sla"),
    ),
    Agreement,
)
