"""OCEL 2.0 in JSON: the events of each object of one type, with the changes of its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors.kit import entries_of
from incidentcore.vendors.kit.paths import in_utc

_START: Final = "1970-01-01"

Case = tuple[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]


def ocel_cases(
    data: Any,
    object_type: str,
    activity_attribute: str | None,
    actor_qualifier: str,
    fields: Mapping[str, str] | None,
    *,
    lost: dict[str, list[Mapping[str, Any]]] | None = None,
) -> Iterator[Case]:
    """Yield each object of a type, with its events and a function that returns its field changes.

    Events of which no object is listed are added to ``lost``.
    """
    if not isinstance(data, Mapping) or not {"events", "objects"} <= data.keys():
        raise FormatError("not OCEL 2.0 in JSON: it needs events and objects @ $")
    names = None if fields is None else {column: field for field, column in fields.items()}
    by_object: dict[str, list[Mapping[str, Any]]] = {}
    try:
        for event in entries_of(data, "events"):
            row = _event(event, activity_attribute, actor_qualifier)
            relations = entries_of(event, "relationships")
            about = (one for one in relations if one.get("qualifier") != actor_qualifier)
            for key in dict.fromkeys(str(one.get("objectId")) for one in about):
                by_object.setdefault(key, []).append(row)
        objects = list(entries_of(data, "objects"))
        types = {str(thing.get("type")) for thing in objects}
        types |= {str(declared.get("name")) for declared in entries_of(data, "objectTypes")}
    except InvalidValueError as error:
        raise FormatError(f"not OCEL 2.0 in JSON: {error} @ $") from None
    if types and object_type not in types:
        raise FormatError(f"no object type {object_type}; there are {', '.join(sorted(types))} @ $")
    for thing in objects:
        if thing.get("type") == object_type:
            key = str(thing.get("id"))
            yield key, {"\0changes": partial(_changes, thing, names)}, by_object.get(key, ())
    if lost is not None:
        listed = {str(thing.get("id")) for thing in objects}
        kept = {id(row) for key in listed for row in by_object.get(key, ())}
        for key, rows in by_object.items():
            if key not in listed:
                lost[key] = [row for row in rows if id(row) not in kept]


def _event(
    event: Mapping[str, Any], activity_attribute: str | None, actor_qualifier: str
) -> Mapping[str, Any]:
    activity = event.get("type")
    if activity_attribute is not None:
        values = {a.get("name"): a.get("value") for a in entries_of(event, "attributes")}
        activity = values.get(activity_attribute)
    actors = (
        relation.get("objectId")
        for relation in entries_of(event, "relationships")
        if relation.get("qualifier") == actor_qualifier
    )
    return {"activity": activity, "at": event.get("time"), "by": next(actors, None)}


def _changes(
    thing: Mapping[str, Any], names: Mapping[str, str] | None
) -> list[tuple[str, object, object]]:
    """Return (field, time, value); the time is None for the value at the opening."""
    changes: list[tuple[str, object, object]] = []
    for attribute in entries_of(thing, "attributes"):
        name = str(attribute.get("name"))
        field = name if names is None else names.get(name)
        if field is not None:
            at = attribute.get("time")
            is_first = at is None or in_utc(at).startswith(_START)
            changes.append((field, None if is_first else at, attribute.get("value")))
    return sorted(changes, key=lambda change: (change[0], in_utc(change[1])))
