"""Records with a known history, for the tests of this room."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from math import log

from incidentcore.lifecycle import advance
from incidentcore.records import Incident, assign
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.values import Priority

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALWAYS = BusinessCalendar.always()
AGREED = SlaDefinition.resolution(hours=4, calendar=ALWAYS)
PLAIN = ((),)  # one cell for all records


def ticket(
    number: int,
    opened: timedelta = timedelta(0),
    lasts: timedelta | None = None,
    *,
    group: str = "Desk",
    moved: timedelta | None = None,
    exercise: str | None = None,
) -> Incident:
    """Return an incident that is resolved after a while, and moved to another group before."""
    at = START + opened
    one = Incident.open(
        id=f"INC-{number:05d}",
        title="No mail",
        by="kim",
        at=at,
        priority=Priority.HIGH,
        assignment_group=group,
        exercise=exercise,
    )
    if moved is not None:
        one = assign(one, group="Network", at=at + moved, by="ada")
    if lasts is None:
        return one
    notes = {"resolution_code": "advice", "resolution_notes": "Done."}
    return advance(one, "resolve", at=at + lasts, by="ada", **notes)


def exponential(seed: int, count: int, *, mean: float, days: float) -> list[Incident]:
    """Return incidents that arrive evenly and last an exponential time, in hours."""
    chance = random.Random(seed)  # noqa: S311  a test
    return [
        ticket(
            number,
            timedelta(days=days * chance.random()),
            timedelta(hours=-mean * log(1 - chance.random())),
        )
        for number in range(count)
    ]
