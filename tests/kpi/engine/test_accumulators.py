"""Parts of a figure: what they hold, and that parts merged are the whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.kpi.engine.accumulators import (
    Accumulator,
    Flow,
    Keyed,
    Ratio,
    Sample,
    SketchedSample,
    Tally,
    at_instant,
    instant,
    microseconds,
)

COUNTS = st.integers(0, 1_000)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(days=1, seconds=2, microseconds=3), 86_402_000_003),
        (timedelta(microseconds=-1), -1),
    ],
)
def test_a_span_in_microseconds(span: timedelta, expected: int) -> None:
    """Before and after 1970 alike, and back."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + span
    assert (microseconds(span), instant(at), at_instant(expected)) == (expected, expected, at)


KINDS: dict[str, tuple[Callable[[], Accumulator], st.SearchStrategy[Any]]] = {
    "flow": (Flow, st.tuples(COUNTS, COUNTS)),
    "keyed": (Keyed, st.tuples(st.sampled_from("abc"), st.none())),
    "ratio": (Ratio, st.tuples(COUNTS, COUNTS)),
    "sample": (lambda: Sample(times=True), COUNTS),
    "sketch": (lambda: SketchedSample(scaled=False, survival=False), COUNTS),
    "tally": (Tally, st.booleans()),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_parts_merged_are_the_whole(kind: str, data: st.DataObject) -> None:
    """In any order of the parts (rule K4)."""
    make, outcomes = KINDS[kind]
    parts = data.draw(st.lists(st.lists(outcomes, max_size=4), min_size=1, max_size=4))
    whole, merged = make(), make()
    for outcome in (outcome for part in parts for outcome in part):
        whole.add(outcome)
    for part in reversed(parts):
        single = make()
        for outcome in part:
            single.add(outcome)
        merged.merge(single)

    assert merged.contents() == whole.contents()


def test_what_each_holds() -> None:
    """Sums, hits and the values of a key."""
    tally, ratio, sample = Tally(), Ratio(), Sample(times=True)
    for hit in (True, False, True):
        tally.add(hit)
    for pair in ((1, 4), (2, 2)):
        ratio.add(pair)
    for value in (30, 10, 20):
        sample.add(value)

    assert (tally.n, tally.hits) == (3, 2)
    assert (ratio.n, ratio.above, ratio.below) == (2, 3, 6)
    assert (sample.total(), list(sample.ordered())) == (60, [10, 20, 30])


@pytest.mark.parametrize("asked", [(), (0,), (1,), (0, 1)])
def test_a_sum_of_parts_does_not_depend_on_when_it_was_asked_for(asked: tuple[int, ...]) -> None:
    """1 + 2 and 5 + 6 are 14, and 21 with another seven, whichever sum was worked out before."""
    parts = [Sample(times=True), Sample(times=True)]
    for part, values in zip(parts, ((1, 2), (5, 6)), strict=True):
        for value in values:
            part.add(value)
    assert [parts[place].total() for place in asked] == [(3, 11)[place] for place in asked]
    parts[0].merge(parts[1])
    assert parts[0].total() == 14
    parts[0].add(7)
    assert (parts[0].total(), len(parts[0])) == (21, 5)
