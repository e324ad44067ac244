"""The product limit with delayed entry: laws, the curve of the KPIs, another library."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.forecast.hazards import _Z, HazardCurve
from incidentcore.kpi.engine.estimates import score_interval, survival_interval

ROWS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)
LATE = st.lists(
    st.tuples(st.integers(-1, 20), st.integers(1, 15), st.booleans()), min_size=1, max_size=40
)


def curve_of(rows: list[tuple[int, bool]]) -> HazardCurve:
    times, ended = zip(*rows, strict=True)
    return HazardCurve([-1] * len(rows), times, ended)


def brute(rows: list[tuple[int, int, bool]], since: int, until: int) -> Fraction:
    """Return the product limit from its definition, one time after the other."""
    share = Fraction(1)
    for time in range(since + 1, until + 1):
        at_risk = sum(start < time <= end for start, end, _ in rows)
        events = sum(end == time and ended and start < time for start, end, ended in rows)
        if events:
            share *= 1 - Fraction(events, at_risk)
    return share


@given(ROWS)
def test_without_delayed_entry_it_is_the_curve_of_the_kpis(rows: list[tuple[int, bool]]) -> None:
    """From the beginning the chance to last beyond a time is the survival curve."""
    curve = curve_of(rows)
    known = survival_interval(rows, Fraction(95, 100))
    for time, share in {row[0]: row[1] for row in known}.items():  # the last one at a time counts
        assert curve.share(-1, time) == pytest.approx(share, abs=1e-12)


@given(LATE, st.integers(0, 20), st.integers(0, 20))
def test_with_delayed_entry_it_is_the_definition(
    late: list[tuple[int, int, bool]], since: int, more: int
) -> None:
    """A row is at risk only after it came under observation."""
    rows = [(start, start + long, ended) for start, long, ended in late]
    curve = HazardCurve(*map(list, zip(*rows, strict=True)))
    expected = float(brute(rows, since, since + more))
    assert curve.share(since, since + more) == pytest.approx(expected, abs=1e-12)


@given(ROWS, st.integers(0, 30), st.integers(0, 30))
def test_what_ended_before_changes_nothing(
    rows: list[tuple[int, bool]], since: int, until: int
) -> None:
    """Rows that ended before what has passed say nothing about what is left."""
    later = [row for row in rows if row[0] > since]
    if later and until > since:
        assert curve_of(rows).tail(since, until) == pytest.approx(
            curve_of(later).tail(since, until), abs=1e-12
        )


@given(ROWS, st.integers(0, 30))
def test_the_chance_never_falls_as_time_goes_by(rows: list[tuple[int, bool]], until: int) -> None:
    """The longer it has lasted, the more likely it lasts beyond a fixed time."""
    curve = curve_of(rows)
    shares = [curve.share(since, until) for since in range(until + 1)]
    alive = [curve.at_risk(since)[0] > 0 for since in range(until + 1)]
    for (one, _), (other, there) in pairwise(zip(shares, alive, strict=True)):
        if there:
            assert other >= one - 1e-12


@given(ROWS, st.integers(0, 20), st.integers(1, 20))
def test_the_share_lies_in_its_interval(
    rows: list[tuple[int, bool]], since: int, more: int
) -> None:
    """The interval holds the share and stays between 0 and 1."""
    curve = curve_of(rows)
    if curve.at_risk(since)[0]:
        share, low, high, _ = curve.tail(since, since + more)
        assert 0 <= low <= share <= high <= 1


@given(ROWS, st.integers(0, 20), st.sampled_from([0.1, 0.5, 0.9]))
def test_the_quantile_is_the_least_time_that_reaches_it(
    rows: list[tuple[int, bool]], since: int, share: float
) -> None:
    """By the quantile at least the share has ended, a moment before less."""
    curve = curve_of(rows)
    time = curve.quantile(since, share)
    if time is None:
        assert curve.share(since, 10**6) > 1 - share - 1e-9
    else:
        assert curve.share(since, time) <= 1 - share + 1e-9
        assert curve.share(since, time - 1) > 1 - share - 1e-9


def test_the_interval_covers_a_known_truth() -> None:
    """Of 300 samples of 60 exponential times with censoring, about 95 % cover the truth."""
    chance = random.Random(7)  # noqa: S311  a test
    held = 0
    for _ in range(300):
        rows = []
        for _ in range(60):
            end, last = (-1000 * math.log(1 - chance.random()) for _ in range(2))
            rows.append((round(min(end, 2 * last)), end <= 2 * last))
        _, low, high, _ = curve_of(rows).tail(200, 900)
        held += low <= math.exp(-0.7) <= high
    assert 0.91 <= held / 300 <= 0.99


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    """Eight of ten, as tabled."""
    low, high = score_interval(0.8, 10, _Z)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


@pytest.mark.heavy
def test_it_is_the_curve_of_lifelines() -> None:
    """Two thousand censored times, also with delayed entry, agree to twelve digits."""
    lifelines = pytest.importorskip("lifelines")
    chance = random.Random(3)  # noqa: S311  a test
    left = [chance.randrange(1, 500) for _ in range(2_000)]
    ended = [chance.random() < 0.7 for _ in left]
    for entered in ([-1] * 2_000, [chance.randrange(-1, time) for time in left]):
        curve = HazardCurve(entered, left, ended)
        fitter = lifelines.KaplanMeierFitter()
        fitter.fit(left, ended, entry=[max(start, 0) for start in entered])
        for time in range(20, 480, 20):
            theirs = fitter.predict(time) / fitter.predict(10)
            assert curve.share(10, time) == pytest.approx(theirs, abs=1e-12)


def test_an_interval_holds_its_share_exactly() -> None:
    """Where rounding would lead beyond it: none of three, and all of ten."""
    assert score_interval(0.0, 3, _Z)[0] == 0.0
    assert score_interval(1.0, 10, _Z)[1] == 1.0
    assert 0 < score_interval(0.5, 10, _Z)[0] < 0.5 < score_interval(0.5, 10, _Z)[1] < 1


def test_where_nobody_is_left_at_risk_one_trial_is_all_that_is_known() -> None:
    """Wilson's bound for one of one is 1 / (1 + z^2), with z = 1.96."""
    share, low, high, n = HazardCurve([-1], [5], [False]).tail(0, 10)
    assert (share, high, n) == (1.0, 1.0, 1)
    assert round(low, 4) == 0.2065
