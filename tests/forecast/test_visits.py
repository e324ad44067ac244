"""Visits of records to the cells of a model."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.forecast.history import AGREED, ALWAYS, HOUR, PLAIN, START, ticket
from tests.forecast.test_breach import model_of

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.forecast import (
    breach_model,
)
from incidentcore.forecast.visits import rows_of, standing
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, assign
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.sla.evaluate import clock_cycles


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


NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
CLOCK = SlaDefinition(
    name="fix",
    target=4 * HOUR,
    start=field("state.name").equals("in_progress"),
    stop=field("resolved_at").present(),
)


def test_a_clock_stands_nowhere_until_it_starts() -> None:
    """Opened at 9, written down at 11, started at 12: at 13 it has counted an hour of four."""
    record = Incident.open(id="A", title="x", by="kim", at=NINE, recorded_at=NINE + 2 * HOUR)
    assert standing(CLOCK, record, now=NINE - HOUR) is None
    assert standing(CLOCK, record, now=NINE + HOUR) is None
    record = advance(record, "start", at=NINE + 3 * HOUR, by="ada")
    assert standing(CLOCK, record, now=NINE + 2 * HOUR) is None
    assert standing(CLOCK, record, now=NINE + 4 * HOUR, known_at=NINE + HOUR) is None
    assert standing(CLOCK, record, now=NINE + 4 * HOUR, known_at=NINE + 2 * HOUR) is None
    for known_at in (None, NINE + 3 * HOUR):
        found = standing(CLOCK, record, now=NINE + 4 * HOUR, known_at=known_at)
        assert found is not None
        assert (found.elapsed, found.target, found.goes_on) == (HOUR, 4 * HOUR, True)
    with pytest.raises(InvalidValueError, match="record"):
        standing(CLOCK, "A", now=NINE)  # type: ignore[arg-type]


def test_only_what_a_clock_counted_since_an_instant_is_observed() -> None:
    """A cycle that ended before, a visit before the start, and a change that keeps the cell."""
    old, at_once = ticket(1, lasts=2 * HOUR), ticket(2, lasts=0 * HOUR)
    late = advance(
        assign(
            Incident.open(id="B", title="x", by="kim", at=START, assignment_group="Desk"),
            group="Network",
            at=START + HOUR,
            by="ada",
        ),
        "start",
        at=START + 2 * HOUR,
        by="ada",
    )
    late = assign(late, assignee="ben", group="Network", at=START + 3 * HOUR, by="ada")
    fields, as_of = ("assignment_group",), START + 6 * HOUR
    for record, since, expected in (
        (at_once, None, [(("Desk",), (-1, 0, True))]),  # it counted nothing, and ended
        (old, START + 2 * HOUR, []),
        (old, START + HOUR, [(("Desk",), (1, 2, True))]),
        (old, START, [(("Desk",), (-1, 2, True))]),  # observed from its beginning
        (late, START + 2 * HOUR, [(("Network",), (-1, 4, False))]),
        (late, START + 3 * HOUR, [(("Network",), (1, 4, False))]),
        (late, None, [(("Network",), (-1, 4, False))]),
    ):
        clock = CLOCK if record is late else AGREED
        timeline = record.timeline(now=as_of)
        cycles = clock_cycles(clock, timeline, now=as_of)
        rows = rows_of(fields, timeline, cycles, as_of, since)
        hours = [
            (
                values,
                (-1 if entered < 0 else entered // 3_600_000_000, left // 3_600_000_000, ended),
            )
            for values, (entered, left, ended) in rows
        ]
        assert hours == expected


def test_the_cycle_asked_for_is_the_one_that_stands() -> None:
    """By its number; the last one where none is asked for, or there is none of that number."""
    clock = SlaDefinition.resolution(hours=4, calendar=ALWAYS, reopen="new_cycle")
    record = advance(ticket(1, lasts=HOUR), "reopen", at=START + 2 * HOUR, by="ada")
    for asked, number in ((None, 2), (1, 1), (2, 2), (7, 2)):
        found = standing(clock, record, now=START + 3 * HOUR, cycle=asked)
        assert found is not None
        assert (found.cycle.number, found.goes_on) == (number, number == 2)
