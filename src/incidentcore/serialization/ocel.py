"""Export histories as an object-centric event log: OCEL 2.0 in its JSON form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from incidentcore._checks import each_of
from incidentcore.records import Event, Opened, Record, StateChanged
from incidentcore.serialization.scalars import SCALARS

_START: Final = SCALARS[datetime].write(datetime(1970, 1, 1, tzinfo=UTC))
_FIELDS: Final = ("title", "priority", "assignment_group", "assignee")
_TEXTS: Final = ("state", "role")


def ocel_log(records: Iterable[Record], /) -> dict[str, Any]:
    """Return records as an OCEL 2.0 event log, in plain data for ``json.dump``.

    Each record is an object of its type, and each actor an object of the type ``actor``. An event
    belongs to its record (qualifier ``of``) and to its actor (``by``); links are relations between
    objects. Title, priority, group and assignee are attributes of the record, each value with the
    time from which it applies; the first value is dated 1970, as OCEL specifies.

    Args:
        records: The records; their ids must be unique, and must differ from those of actors
            (``actor:kim``).

    Source: OCEL 2.0 specification, JSON format.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.serialization import ocel_log
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail is down", by="kim", at=datetime(2026, 12, 23, 16, tzinfo=UTC)
    ... )
    >>> log = ocel_log([incident])
    >>> log["events"][0]["type"], [thing["id"] for thing in log["objects"]]
    ('opened', ['INC-1', 'actor:kim'])
    """
    events: list[dict[str, Any]] = []
    objects: list[dict[str, Any]] = []
    actors: dict[str, dict[str, Any]] = {}
    for record in each_of("records", records, Record):
        objects.append(_object(record))
        for event in record.history:
            who = f"actor:{event.by.id}"
            actors.setdefault(who, {"id": who, "type": "actor", "attributes": []})
            events.append(_event(event, who))
    types = sorted({event["type"] for event in events})
    return {
        "eventTypes": [{"name": name, "attributes": _typed(_TEXTS)} for name in types],
        "objectTypes": [
            *(
                {"name": name, "attributes": _typed(_FIELDS)}
                for name in sorted({thing["type"] for thing in objects})
            ),
            {"name": "actor", "attributes": []},
        ],
        "events": events,
        "objects": [*objects, *actors.values()],
    }


def _typed(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name, "type": "string"} for name in names]


def _event(event: Event, who: str) -> dict[str, Any]:
    values = {"role": event.by.role}
    if isinstance(event, (Opened, StateChanged)):
        values["state"] = event.state.name
    return {
        "id": event.id,
        "type": event.kind,
        "time": SCALARS[datetime].write(event.at),
        "attributes": [{"name": name, "value": value} for name, value in values.items()],
        "relationships": [
            {"objectId": event.record_id, "qualifier": "of"},
            {"objectId": who, "qualifier": "by"},
        ],
    }


def _object(record: Record) -> dict[str, Any]:
    attributes: list[dict[str, Any]] = []
    shown: dict[str, str] = {}
    for step, facts in record.timeline().states():
        for name in _FIELDS:
            value = "" if facts[name] is None else str(facts[name])
            if shown.get(name, "") != value:
                at = SCALARS[datetime].write(step.at) if name in shown else _START
                attributes.append({"name": name, "time": at, "value": value})
            shown[name] = value
    links = [
        {"objectId": link.target, "qualifier": link.type}
        for link in sorted(record.links, key=lambda link: (link.type, link.target))
    ]
    return {
        "id": record.id,
        "type": record.facts()["record_type"],
        "attributes": attributes,
        "relationships": links,
    }
