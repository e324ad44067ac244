"""How much strictness costs: ``loads`` against the standard library and cattrs as they come.

Run with ``python -m benchmarks.codec``. The other side reads the same events from the same text
with ``json.loads`` and a cattrs converter with ``detailed_validation`` that knows how instants are
written and nothing else; it checks no types, no limits and no repeated keys.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cattrs import Converter

from benchmarks.harness import print_table, ratio
from incidentcore.lifecycle import advance
from incidentcore.records import Event, Incident, assign, comment, replay
from incidentcore.serialization import dumps, from_plain, loads, to_plain
from incidentcore.serialization.registry import EVENTS
from incidentcore.values import FrozenMap, Impact, Level, Urgency

AT = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)


def incident_of_six_events() -> Incident:
    """Return an incident of one afternoon."""
    minute = timedelta(minutes=1)
    record = Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", impact=Impact.HIGH)
    record = assign(record, group="messaging", assignee="ada", at=AT + minute, by="dispatch")
    record = advance(record, "start", at=AT + 2 * minute, by="ada")
    record = comment(record, "Looking into it.", at=AT + 3 * minute, by="ada")
    done: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "Queue restarted."}
    record = advance(record, "resolve", at=AT + 7 * minute, by="ada", **done)
    return advance(record, "close", at=AT + 9 * minute, by="ada")


def incident_of_ten_events() -> Incident:
    """Return an incident as a service desk has many."""
    minute = timedelta(minutes=1)
    record = Incident.open(
        id="INC-1",
        title="Mail is down",
        description="No mail has come in since noon.",
        at=AT,
        by="kim",
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        tags=["mail"],
        custom={"site": "Berlin", "vip": True},
    )
    record = assign(record, group="messaging", assignee="ada", at=AT + minute, by="dispatch")
    record = advance(record, "start", at=AT + 2 * minute, by="ada")
    record = comment(record, "Looking into it.", at=AT + 3 * minute, by="ada")
    record = advance(record, "hold", reason="awaiting_vendor", at=AT + 4 * minute, by="ada")
    record = comment(record, "The vendor was called.", at=AT + 5 * minute, by="ada")
    record = advance(record, "resume", at=AT + 6 * minute, by="ada")
    record = advance(
        record,
        "resolve",
        resolution_code="fixed",
        resolution_notes="Queue restarted.",
        at=AT + 7 * minute,
        by="ada",
    )
    record = comment(record, "Thanks!", at=AT + 8 * minute, by="kim")
    return advance(record, "close", at=AT + 9 * minute, by="ada")


def plain_converter() -> Converter:
    """Return cattrs as it comes, with the least it needs for these classes."""
    converter = Converter(detailed_validation=True)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    by_name = {cls.__name__: cls for cls in EVENTS}
    converter.register_structure_hook_func(
        lambda kind: kind is Event,
        lambda data, _: converter.structure(data, by_name[data["$type"]]),
    )

    def value(data: Any) -> Any:
        if isinstance(data, dict):
            if "$Level" in data:
                return converter.structure(data["$Level"], Level)
            if "$set" in data:
                return frozenset(data["$set"])
            return FrozenMap({key: value(inner) for key, inner in data.items()})
        return data

    converter.register_structure_hook_func(
        lambda kind: getattr(kind, "__origin__", None) is FrozenMap, lambda data, _: value(data)
    )
    return converter


def rows_of(record: Incident) -> list[tuple[str, float | str, str]]:
    """Return the ratios of a record."""
    text = dumps(record)
    plain = to_plain(record)
    converter = plain_converter()

    def bare() -> object:
        return replay(converter.structure(json.loads(text)["value"]["history"], tuple[Event, ...]))

    def bare_without_json() -> object:
        return replay(converter.structure(plain["value"]["history"], tuple[Event, ...]))

    assert loads(text, Incident) == bare() == record
    assert from_plain(plain, Incident) == record
    return [
        ("events and characters of the document", f"{record.version}, {len(text)}", ""),
        (
            "strict loads / json.loads + cattrs + replay",
            ratio(lambda: loads(text, Incident), bare, number=20),
            "<= 1.3",
        ),
        (
            "from_plain / cattrs + replay",
            ratio(
                lambda: from_plain(plain, Incident),
                bare_without_json,
                number=20,
            ),
            "",
        ),
        (
            "dumps / json.dumps of the plain data",
            ratio(lambda: dumps(record), lambda: json.dumps(plain), number=20),
            "",
        ),
        (
            "loads / json.loads alone",
            ratio(
                lambda: loads(text, Incident),
                lambda: json.loads(text),
                number=20,
            ),
            "",
        ),
    ]


def main() -> None:
    """Print the ratios."""
    for record in (incident_of_six_events(), incident_of_ten_events()):
        print_table("Codec", rows_of(record))


if __name__ == "__main__":
    main()
