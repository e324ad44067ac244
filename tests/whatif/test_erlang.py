"""Erlang's formulas against published figures, and the load of records (rule X2)."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta
from math import factorial, log
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore import Incident, acknowledge, advance
from incidentcore.conditions import field, reached
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.records import comment
from incidentcore.values import Actor
from incidentcore.vendors import read_table
from incidentcore.whatif import agents_needed, answered_within, offered_load, wait_chance

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def test_the_textbook_case() -> None:
    """200 calls an hour of 180 s and 14 agents: 17.41 % wait, 88.8 % within 20 s."""
    assert round(wait_chance(10, 14), 4) == 0.1741
    share = answered_within(10, 14, handling=180 * SECOND, within=20 * SECOND)
    assert round(share, 3) == 0.888


@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (2, 3), (4.5, 6), (10, 14), (20, 21)])
def test_it_is_the_closed_form(load: float, agents: int) -> None:
    """The formula with factorials, as it stands in books."""
    top = load**agents / factorial(agents) * agents / (agents - load)
    expected = top / (sum(load**k / factorial(k) for k in range(agents)) + top)

    assert wait_chance(load, agents) == pytest.approx(expected, rel=1e-12)


def test_large_loads_do_not_overflow() -> None:
    """5,000 Erlangs."""
    assert 0 < wait_chance(5_000, 5_100) < 0.5
    assert agents_needed(5_000, handling=180 * SECOND, within=20 * SECOND, share=0.8) > 5_000


def test_the_ends() -> None:
    """Nobody waits without load; everybody waits where the work outgrows the agents."""
    assert (wait_chance(0, 1), wait_chance(0, 0), wait_chance(3, 3)) == (0.0, 1.0, 1.0)
    assert answered_within(3, 3, handling=HOUR, within=HOUR) == 0.0
    assert answered_within(0, 1, handling=HOUR, within=HOUR) == 1.0


@pytest.mark.parametrize(
    ("load", "changes"),
    [
        (-1.0, {}),
        (float("nan"), {}),
        (1.0, {"share": 1.0}),
        (1.0, {"handling": timedelta(0)}),
        (1.0, {"within": -HOUR}),
    ],
)
def test_what_makes_no_sense_is_refused(load: float, changes: dict[str, object]) -> None:
    """No load below zero, no share of one, no work without length."""
    terms: dict[str, object] = {"handling": HOUR, "within": HOUR, "share": 0.8, **changes}
    with pytest.raises(InvalidValueError):
        agents_needed(load, **terms)  # type: ignore[arg-type]
    if terms.pop("share") != 1.0:
        with pytest.raises(InvalidValueError):
            answered_within(load, 2, **terms)  # type: ignore[arg-type]


LOADS = st.floats(0.01, 60)


@given(LOADS, st.integers(1, 80), st.floats(0, 5))
def test_waiting_falls_with_agents_and_rises_with_load(
    load: float, agents: int, more: float
) -> None:
    """And is a chance."""
    here = wait_chance(load, agents)

    assert 0 <= here <= 1
    assert wait_chance(load, agents + 1) <= here + 1e-12
    assert wait_chance(load + more, agents) >= here - 1e-12


@given(LOADS, st.floats(0, 0.99), st.integers(0, 600))
def test_the_agents_needed_are_the_least(load: float, share: float, seconds: int) -> None:
    """One fewer does not do."""
    terms = {"handling": 180 * SECOND, "within": seconds * SECOND}
    agents = agents_needed(load, share=share, **terms)

    assert answered_within(load, agents, **terms) >= share
    fewer = answered_within(load, agents - 1, **terms)
    assert fewer < share or agents - 1 <= load


def test_a_simulated_queue_agrees() -> None:
    """Four agents at 2.8 Erlangs, 60,000 arrivals: within 0.02 of the formula's chance."""
    draw = Random(7)  # noqa: S311  a queue, no secret
    free, at, waited = [0.0] * 4, 0.0, 0
    for _ in range(60_000):
        at -= log(1 - draw.random()) / 2.8
        begins = max(at, heapq.heappop(free))
        waited += begins > at
        heapq.heappush(free, begins - log(1 - draw.random()))

    assert waited / 60_000 == pytest.approx(wait_chance(2.8, 4), abs=0.02)


def worked(number: int, start: timedelta, end: timedelta) -> Incident:
    by = Actor("ada", "agent")
    record = Incident.open(id=f"I{number}", title="T", by="kim", at=MONDAY)
    record = acknowledge(record, at=MONDAY + start, by=by)
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    return advance(record, "resolve", at=MONDAY + end, by=by, **fields)


def test_load_is_the_mean_number_in_an_hour_of_the_week() -> None:
    """One from 9 to 11, one from 10:30 to 11 over two weeks: 0.5 at 9, 0.75 at 10, else 0."""
    records = [worked(1, 9 * HOUR, 11 * HOUR), worked(2, 10.5 * HOUR, 11 * HOUR)]
    window = Interval(MONDAY, MONDAY + 336 * HOUR)
    load = offered_load(records, window=window, zone="UTC")

    assert {hour: value for hour, value in enumerate(load.erlangs) if value} == {9: 0.5, 10: 0.75}
    noted = [comment(records[0], "x", at=MONDAY + 10 * HOUR, by="ada"), records[1]]
    assert offered_load(noted, window=window, zone="UTC") == load  # nothing is counted twice
    berlin = offered_load(records, window=window, zone="Europe/Berlin")
    assert [hour for hour, value in enumerate(berlin.erlangs) if value] == [11, 12]


def test_work_may_begin_at_an_instant_without_an_event() -> None:
    """Planned from 10:30 on: half of the hour from ten, and the whole one from eleven."""
    starts = {"starts": MONDAY + 10.5 * HOUR}
    record = Incident.open(id="I", title="T", by="kim", at=MONDAY + 9 * HOUR, custom=starts)
    window = Interval(MONDAY + 9 * HOUR, MONDAY + 12 * HOUR)
    load = offered_load([record], window=window, zone="UTC", worked_on=reached("custom.starts"))
    assert {hour: value for hour, value in enumerate(load.erlangs) if value} == {10: 0.5, 11: 1}


def test_a_week_of_work_on_one_record_is_one_erlang() -> None:
    """Cut at the window; an empty window is refused."""
    record = worked(1, timedelta(0), 400 * HOUR)
    load = offered_load([record], window=Interval(MONDAY, MONDAY + 168 * HOUR), zone="UTC")

    assert set(load.erlangs) == {1.0}
    with pytest.raises(InvalidValueError, match="not empty"):
        offered_load([], window=Interval(MONDAY, MONDAY), zone="UTC")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"load": -0.1}, "load"),
        ({"load": float("nan")}, "load"),
        ({"load": float("inf")}, "load"),
        ({"share": 1}, "share"),
        ({"share": -0.1}, "share"),
        ({"handling": timedelta(0)}, "handling"),
        ({"within": timedelta(-1)}, "within"),
    ],
)
def test_a_need_that_makes_no_sense_names_what_is_wrong(
    changes: dict[str, Any], where: str
) -> None:
    good: dict[str, Any] = {"load": 1.0, "handling": timedelta(1), "within": timedelta(0)}
    given = {**good, "share": 0.0, **changes}
    assert agents_needed(**good, share=0.0) == 2  # one would never be free
    with pytest.raises(InvalidValueError) as refused:
        agents_needed(given.pop("load"), **given)
    assert refused.value.where == where


@pytest.mark.parametrize("changes", [{"agents": -1}, {"agents": 1.0}, {"agents": True}])
def test_agents_are_a_whole_number(changes: dict[str, Any]) -> None:
    assert wait_chance(0.0, agents=0) == 1.0
    with pytest.raises(InvalidValueError, match="agents"):
        wait_chance(1.0, **changes)


def test_a_load_for_more_agents_than_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million are tried, and for as many Erlangs none."""
    need = {"handling": timedelta(1), "within": timedelta(0), "share": 0.0}
    with pytest.raises(InvalidValueError, match="less than 1,000,000 Erlangs"):
        agents_needed(1_000_000, **need)  # type: ignore[arg-type]
    monkeypatch.setattr("incidentcore.whatif.erlang._MOST", 10)
    assert agents_needed(9.5, **need) == 10  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="less than 10 Erlangs"):
        agents_needed(10, **need)  # type: ignore[arg-type]


def test_work_on_exercises_is_no_load() -> None:
    drill = Incident.open(id="D", title="T", by="kim", at=MONDAY, exercise="drill")
    drill = acknowledge(drill, at=MONDAY, by=Actor("ada", "agent"))
    load = offered_load([drill], window=Interval(MONDAY, MONDAY + HOUR), zone="UTC")
    assert max(load.erlangs) == 0.0


def test_a_table_that_does_not_say_who_worked_when_has_no_load() -> None:
    """Without a column of acknowledgements every hour had a load of zero; the state is enough."""
    rows = [{"id": "A", "in": "2026-06-01T09:00Z", "out": "2026-06-01T10:00Z"}]
    fields = {"id": "id", "opened": "in", "resolved": "out"}
    window = Interval(MONDAY, MONDAY + 168 * HOUR)
    with pytest.raises(
        InvalidValueError, match=r"got 'A'; allowed: .* supplies acknowledged_at, or"
    ):
        offered_load(read_table(rows, fields), window=window, zone="UTC")
    is_open = field("state.open").is_true()
    load = offered_load(read_table(rows, fields), window=window, zone="UTC", worked_on=is_open)
    assert (load.erlangs[9], sum(load.erlangs)) == (1.0, 1.0)
