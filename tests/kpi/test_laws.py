"""The laws of KPIs: order, parts, and what is known change nothing that they should not."""

from __future__ import annotations

import json
import math
import pickle
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, field
from incidentcore.instants import Interval
from incidentcore.kpi import (
    Availability,
    Group,
    Kpi,
    KpiTable,
    Partial,
    Periods,
    catalogue,
    compute_kpis,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.lifecycle import Allowed, decide
from incidentcore.records import Incident, Opened, mark_restored, replay, set_fields
from incidentcore.records.fold import fold_steps
from incidentcore.serialization import dumps, loads
from incidentcore.values import CANCELED

from .strategies import LATEST, computable, desks, incidents, instants, windows

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MODES = st.sampled_from(["exact", "sketch"])
DECLARED = Group("assignment_group", values=["a", "z"])
GROUPS = st.sampled_from(
    [(), ("priority",), ("assignment_group", "state.name"), (DECLARED,), ("category", DECLARED)]
)


@given(desks(), st.randoms(use_true_random=False), windows, GROUPS, MODES)
def test_the_order_of_records_changes_nothing(
    desk: list[Incident], random: Any, window: Any, groups: Any, mode: Any
) -> None:
    """A table is the same for every permutation of its records, streamed or not."""
    kpis = computable(window, mode=mode)
    shuffled = random.sample(desk, len(desk))

    def table(records: Any) -> KpiTable:
        return compute_kpis(kpis, records, as_of=LATEST, group_by=groups, window=window, mode=mode)

    assert table(iter(shuffled)) == table(desk)


@given(desks(), st.tuples(st.integers(1, 4), st.integers(0, 3)), windows, GROUPS, MODES)
def test_parts_merge_to_the_whole(
    desk: list[Incident], split: tuple[int, int], window: Any, groups: Any, mode: Any
) -> None:
    """Any split, merged in any order and nesting, through documents, equals the whole."""
    n, turn = split
    kpis = computable(window, mode=mode)
    how: Any = {"as_of": LATEST, "group_by": groups, "window": window, "mode": mode}
    parts = [gather_kpis(kpis, desk[step::n], **how) for step in range(n)]
    parts = parts[turn % n :] + parts[: turn % n]
    stored = [loads(dumps(part), Partial) for part in parts]
    nested = parts[-1]
    for part in reversed(parts[:-1]):
        nested = merge_partials([part, nested])

    whole = compute_kpis(kpis, desk, **how)

    assert finish_partial(merge_partials(parts)) == whole
    assert finish_partial(merge_partials(stored)) == whole
    assert finish_partial(pickle.loads(pickle.dumps(nested))) == whole  # noqa: S301  our own bytes


@given(desks(), instants, windows, GROUPS)
def test_as_of_is_the_truncated_history(
    desk: list[Incident], as_of: datetime, window: Any, groups: Any
) -> None:
    """As of t equals computing on the events that had happened and were recorded by t (K6)."""
    known = []
    for incident in desk:
        events = [e for e in incident.history if e.at <= as_of and e.recorded_at <= as_of]
        if any(isinstance(event, Opened) for event in events):
            known.append(replay(events))
    kpis = computable(window)

    then = compute_kpis(kpis, desk, as_of=as_of, group_by=groups, window=window)

    assert then == compute_kpis(kpis, known, as_of=as_of, group_by=groups, window=window)


@given(desks(), incidents(99))
def test_an_excluded_record_changes_only_its_groups_excluded_count(
    desk: list[Incident], extra: Incident
) -> None:
    """A canceled record adds one to its group's ``canceled``, and changes nothing else (K6)."""
    canceled = Incident.open(id="C", title="c", at=extra.opened_at, by="kim", state=CANCELED)
    kpis = [kpi for kpi in computable(None) if kpi.canceled == "exclude" and "back" not in kpi.id]
    kpis = [kpi for kpi in kpis if kpi.window_basis != "snapshot"]

    before = compute_kpis(kpis, desk, as_of=LATEST, group_by="priority")
    after = compute_kpis(kpis, [*desk, canceled], as_of=LATEST, group_by="priority")

    group = (canceled.priority,)
    rows = {(row.kpi, row.group): row for row in before.results}
    for row in after.results:
        old = rows.get((row.kpi, row.group))
        counts = {} if old is None else dict(old.excluded)
        if row.group == group:
            counts["canceled"] = counts.get("canceled", 0) + 1
        assert dict(row.excluded) == counts
        assert (row.value, row.n) == ((None, 0) if old is None else (old.value, old.n))


@given(desks(), GROUPS, MODES)
def test_every_record_is_counted_or_left_out(desk: list[Incident], groups: Any, mode: Any) -> None:
    """In each group n and what was left out add up to the records that the KPI looks at (K2)."""
    kpis = [kpi for kpi in computable(None, mode=mode) if kpi.population == ALWAYS]

    table = compute_kpis(kpis, desk, as_of=LATEST, group_by=groups, mode=mode)

    volume = {row.group: row.n for row in table.results if row.kpi == "volume"}
    assert sum(volume.values()) == len(desk)
    for row in table.results:
        assert row.n + sum(row.excluded.values()) == volume[row.group]


@given(desks(), windows, GROUPS, MODES)
def test_no_value_is_ever_nan_and_a_zero_denominator_has_none(
    desk: list[Incident], window: Any, groups: Any, mode: Any
) -> None:
    """A value is a time, a finite number, or None; with no records or denominator it is None."""
    kpis = computable(window, mode=mode)

    table = compute_kpis(
        kpis, desk, as_of=LATEST, group_by=groups, window=window, mode=mode, totals=True
    )

    for row in table.results:
        for value in (row.value, row.low, row.high):
            assert value is None or isinstance(value, timedelta) or math.isfinite(value)
        nothing = row.denominator == 0 or (row.n == 0 and row.denominator is None)
        if row.unit not in ("records", "values") and nothing:
            assert row.value is None
        if row.unit == "fraction" and row.kpi != "reopenings_per_resolution":
            assert row.value is None or 0 <= row.value <= 1  # type: ignore[operator]
    json.dumps(table.to_plain(), allow_nan=False)


@given(desks(), windows, MODES)
def test_groups_sum_to_the_total(desk: list[Incident], window: Any, mode: Any) -> None:
    """What is counted and left out in the groups is what is counted and left out without them."""
    kpis = computable(window, mode=mode)
    how: Any = {"as_of": LATEST, "window": window, "mode": mode}

    grouped = compute_kpis(kpis, desk, group_by=("priority", "caller"), totals=True, **how)
    whole = compute_kpis(kpis, desk, **how)

    totals = {
        (row.kpi, row.period): (row.value, row.n, row.excluded)
        for row in grouped.results
        if row.group == ("(all)", "(all)")
    }
    for row in whole.results:
        if row.n or row.excluded:
            assert totals[row.kpi, row.period] == (row.value, row.n, row.excluded)


@given(desks(most=12))
def test_a_sketch_is_near_the_exact_value(desk: list[Incident]) -> None:
    """Counts, means and sums are equal; a quantile lies within one per cent (K4)."""
    kpis = computable(None, mode="sketch")

    exact = compute_kpis(kpis, desk, as_of=LATEST)
    near = compute_kpis(kpis, desk, as_of=LATEST, mode="sketch")

    for sharp, rough in zip(exact.results, near.results, strict=True):
        assert (sharp.n, sharp.excluded) == (rough.n, rough.excluded)
        if not rough.approximate:
            assert sharp.value == rough.value
        elif isinstance(sharp.value, timedelta):
            assert isinstance(rough.value, timedelta)
            assert abs(rough.value - sharp.value) <= sharp.value * 0.01 + timedelta(microseconds=2)


@given(desks(), windows, GROUPS, MODES)
def test_a_kpi_alone_is_the_kpi_in_company(
    desk: list[Incident], window: Any, groups: Any, mode: Any
) -> None:
    """KPIs that share values of records disturb each other in no row."""
    kpis = computable(window, mode=mode)
    how: Any = {"as_of": LATEST, "group_by": groups, "window": window, "mode": mode}

    table = compute_kpis(kpis, desk, **how)

    for kpi in kpis:
        for row in compute_kpis(kpi, desk, **how).results:
            assert row == table.result(kpi.id, *row.group, period=row.period)


days = st.integers(0, 8).map(lambda half: NOON + half * timedelta(hours=12))


MIDNIGHT = NOON + timedelta(hours=12)


@given(st.lists(st.tuples(days, st.none() | days), max_size=5), st.integers(1, 4))
@example([(NOON, MIDNIGHT), (MIDNIGHT, None)], 2)
def test_failures_by_day_add_up(outages: list[tuple[datetime, datetime | None]], size: int) -> None:
    """Each outage begins on one day, however many records tell of it, also one after another."""
    records = []
    for number, (start, stop) in enumerate(outages):
        record = Incident.open(id=str(number), title="x", at=start, by="kim")
        if stop is not None:
            record = mark_restored(record, at=max(start, stop), by="ada")
        records.append(record)
    window = Interval(NOON, NOON + timedelta(days=size))
    kpi = catalogue.MEAN_TIME_BETWEEN_FAILURES

    def failures(within: Any) -> int:
        rows = compute_kpis(kpi, records, as_of=NOON + timedelta(9), window=within).results
        return sum(int(row.denominator or 0) for row in rows)

    assert failures(Periods("day", within=window)) == failures(window)


BASES = st.sampled_from(
    ["opened", "acknowledged", "first_response", "first_resolved", "resolved", "closed"]
)


@given(desks(), windows.filter(lambda window: window is not None), BASES)
def test_contributing_and_left_out_are_all_looked_at(
    desk: list[Incident], window: Any, basis: Any
) -> None:
    """In every period n and the reasons add up to the records with such a moment in it (K2).

    The moments are taken from the history, event by event, without the KPI room.
    """
    kpis = [
        kpi.replace(window_basis=basis)
        for kpi in (
            catalogue.VOLUME,
            catalogue.MEAN_TIME_TO_RESOLVE,
            catalogue.REOPEN_RATE,
            catalogue.FIRST_CONTACT_RESOLUTION_RATE_GROSS,
            catalogue.MEAN_TIME_TO_RESTORE_SERVICE,
        )
    ]
    table = compute_kpis(kpis, desk, as_of=LATEST, window=window)
    expected: Counter[str | None] = Counter()
    for record in desk:
        expected.update(_periods(record, basis, window))

    for row in table.results:
        assert row.n + sum(row.excluded.values()) == expected[row.period], row.kpi


def _periods(record: Incident, basis: str, window: Any) -> set[str | None]:
    """Return the periods in which a moment of a basis ever lay, as of the latest instant."""
    moments = {record.opened_at}
    if basis.startswith("first"):
        name = "first_resolved_at" if basis == "first_resolved" else "first_response_at"
        moments = {getattr(record, name)} - {None}
    elif basis != "opened":
        name = f"{basis}_at"
        moments = {getattr(record, name)}  # a step gives the facts before its event
        if record.reopen_count:
            steps = fold_steps(record.history, record.default_facts())
            moments |= {facts[name] for _, facts, _ in steps}
        moments -= {None}
    within = window if isinstance(window, Interval) else window.within
    inside = {at for at in moments if within is None or within.start <= at < within.end}
    if isinstance(window, Interval):
        return {None} if inside else set()
    return {window.label(at) for at in inside}


SECOND = timedelta(seconds=1)
END = 900
PARTIAL = field("custom.impact").equals("partial")
DOWN_KINDS = ("restore", "resolve", "reopen", "partial", "major", "cancel")
histories = st.lists(
    st.tuples(st.integers(1, END), st.sampled_from(DOWN_KINDS)),
    max_size=6,
    unique_by=lambda event: event[0],
)


def outage_of(
    number: int, opened: int, wanted: list[tuple[int, str]]
) -> tuple[Incident, list[tuple[int, str]]]:
    """Return a record, and what its lifecycle let happen to it."""
    record = Incident.open(id=str(number), title="x", at=NOON + opened * SECOND, by="kim")
    happened = []
    for second, kind in sorted(wanted):
        at = NOON + (opened + second) * SECOND
        if kind == "restore":
            record = mark_restored(record, at=at, by="ada")
        elif kind in ("partial", "major"):
            record = set_fields(record, custom={"impact": kind}, at=at, by="ada")
        else:
            solved = {"resolution_code": "a", "resolution_notes": "b"}
            more = solved if kind == "resolve" else {}
            answer = decide(record, kind, at=at, by="ada", **more)
            if not isinstance(answer, Allowed):
                continue
            record = answer.record
        happened.append((opened + second, kind))
    return record, happened


def walked(
    opened: int, happened: list[tuple[int, str]], *, reopening: bool, kind: str
) -> list[Fraction]:
    """Return how far a service was down in each second, walking through them."""
    down, impact, ended, weights = False, "", False, []
    for second in range(2 * END):
        down = down or second == opened
        for what in (what for when, what in happened if when == second):
            if what == "restore" or (what == "resolve" and not ended):
                down = False
            elif what == "reopen":
                down = reopening
            elif what in ("partial", "major"):
                impact = what
            ended = {"resolve": True, "reopen": False}.get(what, ended)
        partial = impact == "partial"
        whole = Fraction(3, 10) if kind == "weights" and partial else Fraction(1)
        weights.append(whole if down and (kind != "during" or partial) else Fraction(0))
    return weights


@given(
    st.lists(st.tuples(st.integers(0, END), histories), max_size=3),
    st.lists(st.integers(0, 2 * END), min_size=2, max_size=2, unique=True),
    st.booleans(),
    st.sampled_from(["", "during", "weights"]),
)
def test_downtime_of_spells_is_that_of_a_walk(
    stories: list[tuple[int, list[tuple[int, str]]]],
    edges: list[int],
    reopening: bool,  # noqa: FBT001  drawn
    kind: str,
) -> None:
    """Availability equals that of a walk second by second, conditional and weighted too (K1)."""
    records, walks = [], []
    for number, (opened, wanted) in enumerate(stories):
        record, happened = outage_of(number, opened, wanted)
        records.append(record)
        if record.canceled_at is None:
            walks.append(walked(opened, happened, reopening=reopening, kind=kind))
    first, last = sorted(edges)
    more = {"during": {"during": PARTIAL}, "weights": {"weights": [(PARTIAL, "0.3")]}}.get(kind, {})
    kpi = Kpi(id="a", measure=Availability(reopening_is_downtime=reopening, **more))
    window = Interval(NOON + first * SECOND, NOON + last * SECOND)
    (row,) = compute_kpis(kpi, records, as_of=NOON + 2 * END * SECOND, window=window).results

    down = sum(max((one[second] for one in walks), default=0) for second in range(first, last))
    assert row.numerator == pytest.approx(float(last - first - down) / 3600)


@given(desks(), instants, instants)
def test_backlog_growth_is_the_change_of_the_backlog(
    desk: list[Incident], one: datetime, other: datetime
) -> None:
    """Over any window growth is the backlog at its end less that at its start (K1)."""
    start, end = min(one, other), max(one, other)
    growth = compute_kpis(
        catalogue.BACKLOG_GROWTH, desk, as_of=LATEST, window=Interval(start, end)
    )["backlog_growth"]

    def backlog(before: datetime) -> int:
        last = before - timedelta(microseconds=1)
        return sum(
            record.opened_at <= last and record.timeline().facts_at(last)["state"].open
            for record in desk
        )

    assert growth.value == backlog(end) - backlog(start)
