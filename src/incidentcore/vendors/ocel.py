"""OCEL 2.0 in JSON: the events of each object of one type, with the changes of its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors.kit import IMPORTER, HistoryBuilder, entries_of
from incidentcore.vendors.kit.paths import Json, in_utc

_START: Final = "1970-01-01"


def ocel_cases(
    data: Any,
    object_type: str,
    activity_attribute: str | None,
    actor_qualifier: str,
    lost: dict[str, list[Json]],
) -> Iterator[tuple[str, Json, Sequence[Json]]]:
    """Yield each object of a type with its events; add those of no listed object to ``lost``."""
    if not isinstance(data, Mapping) or not {"events", "objects"} <= data.keys():
        raise FormatError("not OCEL 2.0 in JSON: it needs events and objects @ $")
    by_object: dict[str, list[Json]] = {}
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
            yield key, thing, by_object.get(key, ())
    listed = {str(thing.get("id")) for thing in objects}
    kept = {id(row) for key in listed for row in by_object.get(key, ())}
    for key, rows in by_object.items():
        if key not in listed:
            lost[key] = [row for row in rows if id(row) not in kept]


def _event(event: Json, activity_attribute: str | None, actor_qualifier: str) -> Json:
    activity = event.get("type")
    if activity_attribute is not None:
        values = {str(a.get("name")): a.get("value") for a in entries_of(event, "attributes")}
        activity = values.get(activity_attribute)
    actors = (
        relation.get("objectId")
        for relation in entries_of(event, "relationships")
        if relation.get("qualifier") == actor_qualifier
    )
    return {"activity": activity, "at": event.get("time"), "by": next(actors, None)}


def add_changes(history: HistoryBuilder, thing: Json, names: Mapping[str, str]) -> None:
    """Add the changes of an object's attributes, the field of each by name; nobody made them."""
    values: list[tuple[str, object, object]] = []
    for attribute in entries_of(thing, "attributes"):
        at = attribute.get("time")
        if (field := names.get(str(attribute.get("name")))) is not None:
            is_first = at is None or in_utc(at).startswith(_START)
            values.append((field, None if is_first else at, attribute.get("value")))
    values.sort(key=lambda one: (one[0], in_utc(one[1])))
    latest: dict[str, object] = {}
    changed: set[str] = set()
    for number, (field, at, value) in enumerate(values, 1):
        if at is not None:
            changed.add(field)
            before, entry_id = latest.get(field), f"attribute-{number}"
            history.changed(entry_id, at, IMPORTER, field=field, before=before, after=value)
        latest[field] = value
    history.present(**{field: v for field, v in latest.items() if field not in changed})
