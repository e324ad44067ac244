from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.schedule.spans import clip, intersect, merge, subtract

SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).filter(lambda span: span[0] < span[1]),
    max_size=5,
)


def points(spans: Sequence[tuple[int, int]]) -> set[int]:
    return {point for start, end in spans for point in range(start, end)}


@given(SPANS, SPANS)
def test_lists_of_windows_are_sets(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    """Union, difference and intersection agree with sets of seconds."""
    assert points(one) == points(merge(one))
    assert points(one) - points(two) == points(subtract(merge(one), two))
    assert points(one) & points(two) == points(intersect(merge(one), merge(two)))


@given(SPANS, st.integers(0, 40), st.integers(1, 40))
def test_clipping_is_an_intersection(spans: list[tuple[int, int]], low: int, length: int) -> None:
    """With the one window to which the others are clipped."""
    assert clip(merge(spans), low, low + length) == intersect(merge(spans), [(low, low + length)])


def test_windows_that_only_touch_have_nothing_in_common() -> None:
    """No window of no length, as a calendar could not have it."""
    assert intersect([(0, 10), (20, 30)], [(10, 20)]) == []
    assert intersect([(0, 10)], [(9, 20)]) == [(9, 10)]
