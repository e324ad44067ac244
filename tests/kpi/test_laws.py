"""The laws of KPIs: order, parts, and what is known change nothing that they should not."""

from __future__ import annotations

import json
import math
import pickle
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS
from incidentcore.kpi import (
    KpiTable,
    Partial,
    compute_kpis,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.records import Incident, Opened, replay
from incidentcore.serialization import dumps, loads
from incidentcore.values import CANCELED

from .strategies import LATEST, computable, desks, incidents, instants, windows

MODES = st.sampled_from(["exact", "sketch"])
GROUPS = st.sampled_from([(), ("priority",), ("assignment_group", "state.name"), ("category",)])


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
