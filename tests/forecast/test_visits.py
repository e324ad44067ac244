"""Visits of records to the cells of a model."""

from __future__ import annotations

import pytest
from tests.forecast.history import HOUR, PLAIN, START, ticket
from tests.forecast.test_breach import model_of

from incidentcore.forecast import (
    breach_model,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition


def test_a_visit_counts_from_entering_the_cell() -> None:
    """After a move, what matters is the time since the move."""
    moved = [ticket(n, lasts=(n + 2) * HOUR, moved=HOUR) for n in range(4)] + [
        ticket(5, moved=HOUR)
    ]
    model = model_of(moved, cells=(("assignment_group",),))
    network = next(one for one in model.histories if one.values == ("Network",))
    assert [left / 3_600_000_000 for left in network.left] == [1, 2, 3, 4, 9]
    asked = ticket(10, moved=2 * HOUR)
    chance = model.chance(asked, now=START + 3 * HOUR)  # one hour there, one hour left
    assert chance.n == 4
    assert chance.probability == pytest.approx(3 / 4)


def test_pauses_and_closed_hours_do_not_count() -> None:
    """The time is that of the clock: what happened at night adds nothing."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-16:00"})
    agreed = SlaDefinition.resolution(hours=8, calendar=office)
    model = breach_model(
        agreed,
        [ticket(n, 15 * HOUR, (17 + n) * HOUR) for n in range(4)] + [ticket(9, 39 * HOUR)],
        as_of=START + 60 * HOUR,
        cells=PLAIN,
        enough=1,
    )
    hours = [left / 3_600_000_000 for left in model.histories[0].left]
    assert hours == [1, 2, 3, 4, 5]  # Monday 15:00 until Tuesday 08, 09, 10, 11; one is open
