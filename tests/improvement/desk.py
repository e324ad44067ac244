"""Incidents for the tests of this room, from a few words each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from incidentcore.records import Incident, Record
from incidentcore.vendors import read_table

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = START + timedelta(days=365)

FIELDS = {
    "id": "id",
    "opened": "opened",
    "resolved": "resolved",
    "category": "category",
    "configuration_item": "item",
    "service": "service",
    "group": "group",
    "caller": "caller",
}


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def incidents(rows: Iterable[Mapping[str, Any]]) -> list[Record]:
    """Return an incident for each row; times are hours after the start."""
    full = []
    for number, row in enumerate(rows):
        opened, resolved = row.get("opened", number), row.get("resolved")
        full.append(
            {
                **dict.fromkeys(FIELDS.values()),
                "id": f"I{number:04}",
                **row,
                "opened": at(opened),
                "resolved": None if resolved is None else at(resolved),
            }
        )
    reading = read_table(full, FIELDS)
    found = list(reading)
    assert len(found) == len(full), reading.findings[:3]
    return found


def noise(random: Random, n: int, *, categories: int, items: int, groups: int) -> list[Record]:
    """Return incidents of a year whose values and times have nothing to do with each other."""
    return [
        opened(
            f"N{number}",
            random.randrange(365 * 24),
            category=(f"c{random.randrange(categories)}",),
            configuration_item=f"host{random.randrange(items)}",
            assignment_group=f"g{random.randrange(groups)}",
        )
        for number in range(n)
    ]


def opened(id: str, hours: float, **fields: Any) -> Incident:  # noqa: A002  the field's name
    return Incident.open(id=id, title="x", by="kim", at=at(hours), **fields)


_short = st.none() | st.sampled_from(["a", "b", "c"])
rows = st.lists(
    st.fixed_dictionaries(
        {
            "opened": st.integers(0, 60),
            "resolved": st.none(),
            "category": _short,
            "item": _short,
            "group": _short,
            "caller": st.none() | st.sampled_from(["kim", "lee"]),
        }
    ),
    max_size=40,
)
