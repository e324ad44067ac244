"""An incident, a calendar and documents that several tests read and write."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import FormatError
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Incident,
    assign,
    comment,
)
from incidentcore.schedule import BusinessCalendar, Holiday
from incidentcore.serialization import loads
from incidentcore.values import Actor, Impact

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


def document(value: Any, name: str = "plain") -> str:
    return json.dumps({"type": name, "version": 1, "value": value})


def problems(text: str | bytes, kind: Any = object, **options: Any) -> tuple[str, ...]:
    with pytest.raises(FormatError) as caught:
        loads(text, kind, **options)
    return caught.value.problems
