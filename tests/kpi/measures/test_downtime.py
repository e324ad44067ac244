"""Availability and downtime, each figure worked out on paper in a window of a hundred minutes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.tickets import M, minute

from incidentcore import advance
from incidentcore.conditions import field
from incidentcore.instants import Interval
from incidentcore.kpi import (
    Availability,
    Downtime,
    Kpi,
    KpiResult,
    TimeBetweenFailures,
    compute_kpis,
)
from incidentcore.kpi.measures.downtime import _weighed
from incidentcore.records import Incident, mark_restored, set_fields

WINDOW = Interval(minute(0), minute(100))


def outage(number: int, start: float, end: float | None, **custom: Any) -> Incident:
    record = Incident.open(id=f"I{number}", title="x", at=minute(start), by="kim", custom=custom)
    return record if end is None else mark_restored(record, at=minute(end), by="ada")


def figure(measure: Any, *records: Incident, window: Interval = WINDOW) -> KpiResult:
    kpi = Kpi(id="x", measure=measure)
    (result,) = compute_kpis([kpi], records, as_of=minute(100), window=window).results
    return result


def test_spells_that_overlap_are_one() -> None:
    """10 to 30 and 20 to 50 are 40 minutes of a hundred, and one failure."""
    records = outage(1, 10, 30), outage(2, 20, 50)
    assert figure(Availability(), *records).value == pytest.approx(0.6)
    assert figure(TimeBetweenFailures(), *records).value == 60 * M
    assert figure(TimeBetweenFailures(), outage(1, 10, 30), outage(2, 40, 50)).value == 35 * M


def test_planned_time_is_not_promised() -> None:
    """Planned 0 to 20 and 25 to 45, down 10 to 50: 5 + 5 minutes of the 60 that were promised."""
    planned = [Interval(minute(25), minute(45)), Interval(minute(0), minute(20))]
    result = figure(Availability(planned=planned), outage(1, 10, 50))
    assert result.value == pytest.approx(1 - 10 / 60)
    assert result.denominator == pytest.approx(1)  # hours
    for measure in (Availability, TimeBetweenFailures):
        nothing = figure(measure(planned=[WINDOW]), outage(1, 10, 50))
        assert (nothing.value, nothing.n) == (None, 1)


def test_a_hole_that_ends_before_a_spell_takes_nothing() -> None:
    """Planned 0 to 5 and 60 to 70; down 10 to 20 and 65 to 80: 10 + 10 of 85 minutes."""
    planned = [Interval(minute(0), minute(5)), Interval(minute(60), minute(70))]
    result = figure(Availability(planned=planned), outage(1, 10, 20), outage(2, 65, 80))
    assert result.value == pytest.approx(1 - 20 / 85)


def test_the_heaviest_of_two_counts() -> None:
    """Half a service down for 40 minutes, all of it for the last 20 of them: 10 + 20 of 100."""
    weights = [(field("custom.part").equals("half"), 0.5)]
    records = outage(1, 10, 50, part="half"), outage(2, 30, 50, part="all")
    assert figure(Availability(weights=weights), *records).value == pytest.approx(0.7)


def test_only_the_time_in_which_a_condition_holds() -> None:
    """Down 10 to 50; it was urgent from 20 to 35: 15 minutes, and half of them by weight."""
    record = outage(1, 10, None, hot=False)
    record = set_fields(record, custom={"hot": True}, at=minute(20), by="ada")
    record = set_fields(record, custom={"hot": False}, at=minute(35), by="ada")
    record = mark_restored(record, at=minute(50), by="ada")
    hot = field("custom.hot").is_true()
    assert figure(Availability(during=hot), record).value == pytest.approx(0.85)
    halved = Availability(during=hot, weights=[(field("id").present(), "0.5")])
    assert figure(halved, record).value == pytest.approx(0.925)
    late = set_fields(outage(2, 10, 30, hot=True), custom={"hot": False}, at=minute(40), by="ada")
    assert figure(Availability(during=hot), late).value == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("action", "down"), [("cancel", 30), ("close", 20), ("resolve", 20), ("", 90)]
)
def test_what_was_never_restored_ends_with_the_record(action: str, down: int) -> None:
    """Canceled at 40; resolved at 30, with or without a later closing; else it goes on."""
    record = outage(1, 10, None)
    if action == "cancel":
        record = advance(record, "cancel", at=minute(40), by="ada")
    elif action:
        said = {"resolution_code": "done", "resolution_notes": "ok"}
        record = advance(record, "resolve", at=minute(30), by="ada", **said)
    if action == "close":
        record = advance(record, "close", at=minute(60), by="ada")
    kpi = Kpi(id="x", measure=Availability(), canceled="include")
    (result,) = compute_kpis([kpi], [record], as_of=minute(100), window=WINDOW).results
    assert result.value == pytest.approx(1 - down / 100)


def test_between_moments_of_the_caller_s_own() -> None:
    """From a field to a field: 5 to 25; without a beginning, or ending before it, by name."""
    start, stop = "custom.from", "custom.to"
    records = (
        outage(1, 0, None, **{"from": minute(5), "to": minute(25)}),
        outage(2, 0, None, to=minute(9)),
        outage(3, 0, None, **{"from": minute(9), "to": minute(5)}),
    )
    result = figure(Availability(start=start, stop=stop), *records)
    assert result.value == pytest.approx(0.8)
    assert dict(result.excluded) == {"negative": 1, "no_start": 1}
    assert figure(Downtime(start=start, stop=stop), *records).value == 20 * M


def test_a_part_of_a_spell_has_a_length() -> None:
    """Opened at 0, high from 5 and low from 20: of 10 to 30, two parts, and none before 10."""
    record = outage(1, 0, None, part=1)
    for at, part in ((5, 2), (20, 3), (30, 4)):
        record = set_fields(record, custom={"part": part}, at=minute(at), by="ada")
    found = _weighed(
        record.timeline(),
        [(minute(10), minute(30))],
        lambda facts, _: facts["custom"]["part"],
    )
    assert list(found) == [(minute(10), minute(20), 2), (minute(20), minute(30), 3)]
