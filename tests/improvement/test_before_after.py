"""A KPI before and after an action: figures, intervals, and the words that they allow."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.improvement import BeforeAfter, KpiTarget, before_after
from incidentcore.instants import Interval
from incidentcore.kpi import Kpi, catalogue
from incidentcore.records import Record

from .desk import DAY, HOUR, START, incidents
from .test_actions import action

SPLIT = START + 30 * DAY
END = START + 60 * DAY
MTTR = catalogue.MEAN_TIME_TO_RESOLVE


def look(
    records: Sequence[Record], kpi: Kpi = MTTR, as_of: Any = END, min_n: int = 5, **given: Any
) -> BeforeAfter:
    measure = KpiTarget(
        kpi=kpi, **{"baseline": Interval(START, SPLIT), "after": Interval(SPLIT, END), **given}
    )
    return before_after(action(measure=measure), records, as_of=as_of, min_n=min_n)


def resolved(before: Sequence[float], after: Sequence[float]) -> list[Record]:
    """Return one incident an hour on either side, resolved after so many hours each."""
    rows = [{"opened": n, "resolved": n + hours} for n, hours in enumerate(before)]
    rows += [{"opened": 720 + n, "resolved": 720 + n + hours} for n, hours in enumerate(after)]
    return incidents(rows)


def test_means_are_those_of_each_side() -> None:
    """Value, n and windows of both sides are worked out by hand; faster by far is better."""
    found = look(resolved([10, 12, 14, 11, 13] * 4, [2, 3, 4, 2, 4] * 4), target=4 * HOUR)
    assert (found.before.value, found.after.value) == (12 * HOUR, 3 * HOUR)
    assert (found.before.n, found.after.n) == (20, 20)
    assert (found.measure.baseline, found.read) == (
        Interval(START, SPLIT),
        Interval(SPLIT, END),
    )
    assert (found.verdict, found.target_met, found.complete) == ("better", True, True)
    assert "cannot tell" in found.notes()[0]
    assert found.notes()[-1] == "Target 4.00 h: met."
    assert "12.00 h" in str(found)
    assert found.to_markdown().count("\n") == 3 + 2 * 2  # the table, and two sentences
    assert ">before</td>" in found._repr_html_()


def test_the_same_the_other_way_round_is_worse() -> None:
    """Slower is worse where lower is better, and better where higher is."""
    records = resolved([2, 3, 4, 2, 4] * 4, [10, 12, 14, 11, 13] * 4)
    assert look(records).verdict == "worse"
    assert look(records, better="higher").verdict == "better"
    assert look(records, target=4 * HOUR).target_met is False
    assert look(records, target=4 * HOUR, better="higher").target_met is True


def test_a_table_of_both_sides() -> None:
    """Ten hours and one, each of five; figures stand on the right, words on the left."""
    found = look(resolved([10] * 5, [1] * 5))
    headings, rows, numeric = found.cells()
    assert numeric == [False, False, True, True, False]
    assert headings[0] == headings[0].strip()
    assert [row[0] for row in rows] == ["before", "after"]
    assert [row[3] for row in rows] == ["5", "5"]
    assert [row[2].startswith(text) for row, text in zip(rows, ("10", "1"), strict=True)] == [
        True,
        True,
    ]


def test_overlapping_intervals_say_nothing() -> None:
    """A small difference with much spread is no difference that can be told (rule I4)."""
    found = look(resolved([1, 30, 2, 25, 3, 28], [1, 26, 2, 24, 3, 27]))
    assert found.after.value < found.before.value  # type: ignore[operator]  # both are times
    assert found.verdict == "no_clear_difference"
    assert "chance alone may explain it" in found.notes()[0]


@pytest.mark.parametrize(("before", "after"), [(4, 20), (20, 4), (20, 0), (0, 0)])
def test_few_records_are_not_judged(before: int, after: int) -> None:
    """Below the least n on either side there is no verdict and no target met."""
    found = look(resolved([10] * before, [1] * after), target=5 * HOUR)
    assert (found.verdict, found.target_met) == ("not_enough_data", None)
    (sentence,) = found.notes()
    assert sentence == (
        f"Not enough data: {before} records before and {after} after, where 5 on each side are "
        "wanted. Nothing can be said yet."
    )


def test_the_kpi_s_own_least_n_counts_where_it_is_more() -> None:
    """What the definition calls too few stays too few."""
    records = resolved([10] * 8, [1] * 8)
    assert look(records).verdict == "better"
    assert look(records, kpi=MTTR.replace(min_n=9)).verdict == "not_enough_data"


def test_counts_are_told_by_the_month() -> None:
    """Windows of different length are compared by records a month, with Poisson's interval."""
    rows = [{"opened": 12 * n} for n in range(60)] + [{"opened": 720 + 24 * n} for n in range(15)]
    found = look(
        incidents(rows), kpi=catalogue.VOLUME, after=Interval(SPLIT, SPLIT + 15 * DAY), target=35
    )
    month = 365.25 / 12
    assert found.before.value == pytest.approx(60 / 30 * month)
    assert found.after.value == pytest.approx(15 / 15 * month)
    # Garwood's limits of 60 and 15 at 95 %: 45.79 to 77.23 and 8.40 to 24.74.
    assert found.before.low == pytest.approx(45.786 / 30 * month, rel=1e-4)
    assert found.after.high == pytest.approx(24.740 / 15 * month, rel=1e-4)
    assert (found.verdict, found.target_met) == ("no_clear_difference", True)
    assert found.notes()[-1] == "Target 35 records a month: met."


def test_nothing_at_all_is_a_figure_of_a_count() -> None:
    """From twenty a month to none is better; from none to none is not enough to say."""
    rows = [{"opened": n} for n in range(20)]
    found = look(incidents(rows), kpi=catalogue.VOLUME)
    assert (found.after.value, found.after.n, found.verdict) == (0.0, 0, "better")
    assert look([], kpi=catalogue.VOLUME).verdict == "not_enough_data"


def test_shares_have_wilson_s_interval() -> None:
    """Of 40 records 30 come back before and 4 of 40 after: better, also for a share of repeats."""
    rows = [{"opened": n, "item": "x" if n < 31 else f"h{n}"} for n in range(40)]
    rows += [{"opened": 720 + n, "item": "x" if n < 5 else f"k{n}"} for n in range(40)]
    kpi = catalogue.recurrence_rate("configuration_item", days=7)
    found = look(incidents(rows), kpi=kpi, target=0.2)
    assert (found.before.value, found.after.value) == (30 / 40, 4 / 40)
    # Wilson's interval at 95 % of 30 of 40 and of 4 of 40.
    assert found.before.low == pytest.approx(0.5981, abs=1e-4)
    assert found.after.high == pytest.approx(0.2305, abs=1e-4)
    assert (found.verdict, found.target_met) == ("better", True)


def test_both_sides_are_read_with_the_same_delay() -> None:
    """A resolution that took longer than the side after had is not seen on the side before (I4)."""
    slow = [{"opened": 719, "resolved": 719 + 200}, {"opened": 1439, "resolved": 1439 + 200}]
    quick = [{"opened": n, "resolved": n + 1} for n in (*range(10), *range(720, 730))]
    records = incidents([*quick, *slow])

    at_once = look(records, as_of=END)
    assert (at_once.before.n, at_once.after.n) == (10, 10)
    assert dict(at_once.before.excluded) == {"unresolved": 1}
    later = look(records, as_of=END + 300 * HOUR)
    assert (later.before.n, later.after.n) == (11, 11)
    assert later.before.value == later.after.value


def test_a_window_that_is_not_over_is_read_so_far() -> None:
    """Up to the instant of the computation, and says so; before it begins nothing can be said."""
    records = resolved([10, 11, 12] * 4, [1, 2, 3] * 4)
    found = look(records, as_of=SPLIT + DAY)
    assert found.read == Interval(SPLIT, SPLIT + DAY)
    assert (found.complete, found.verdict) == (False, "better")
    assert found.notes()[0] == "The window after is not over: it is read up to 2026-02-01."
    assert look(records, as_of=SPLIT).verdict == "not_enough_data"
    assert look(records, kpi=catalogue.VOLUME, as_of=SPLIT).verdict == "not_enough_data"


def test_dates_are_in_the_zone() -> None:
    """Months of Berlin begin at 23:00 UTC of the day before, and at 22:00 in summer."""
    berlin = {
        "baseline": Interval(START - HOUR, SPLIT - HOUR),
        "after": Interval(SPLIT - HOUR, START + 120 * DAY - 2 * HOUR),
    }
    measure = KpiTarget(kpi=catalogue.VOLUME, **berlin)
    found = before_after(action(measure=measure), [], as_of=END - HOUR, zone="Europe/Berlin")
    windows = ["2026-01-01 to 2026-01-31", "2026-01-31 to 2026-03-02"]
    assert [row[1] for row in found.cells()[1]] == windows
    assert found.notes()[0].endswith("it is read up to 2026-03-02.")
    over = before_after(action(measure=measure), [], as_of=START + 365 * DAY, zone="Europe/Berlin")
    assert over.cells()[1][1][1] == "2026-01-31 to 2026-05-01"
    in_utc = before_after(action(measure=measure), [], as_of=END - HOUR)
    assert in_utc.cells()[1][0][1] == "2025-12-31 to 2026-01-30"
    with pytest.raises(InvalidValueError, match="zone"):
        before_after(action(measure=measure), [], as_of=END, zone="Mars")


def test_what_makes_no_sense_is_refused() -> None:
    """An action without a measure, an instant within the baseline, and no least n."""
    with pytest.raises(InvalidValueError, match="measure"):
        before_after(action(), [], as_of=END)
    with pytest.raises(InvalidValueError, match="as_of"):
        look([], as_of=SPLIT - HOUR)
    with pytest.raises(InvalidValueError, match="min_n"):
        look([], min_n=0)


_hours = st.lists(st.integers(1, 48), min_size=5, max_size=15)


@given(_hours, _hours, st.randoms(use_true_random=False))
def test_figures_are_those_of_the_records_of_each_side(
    before: list[int], after: list[int], random: Random
) -> None:
    """Means of both sides are those of a plain sum, in any order of the records."""
    records = resolved(before, after)
    random.shuffle(records)
    found = look(records, as_of=END + 48 * HOUR)
    for side, hours in ((found.before, before), (found.after, after)):
        expected = timedelta(hours=statistics.fmean(hours))
        assert isinstance(side.value, timedelta)
        assert abs(side.value - expected) < timedelta(milliseconds=1)
        assert side.n == len(hours)


@pytest.mark.heavy
def test_what_did_not_change_is_seldom_called_changed() -> None:
    """Of 60 pairs of sides drawn alike, at most 5 % are told apart at 95 %."""
    random = Random(2026)  # noqa: S311  made-up data
    told = 0
    for _ in range(60):
        draw = [random.expovariate(1 / 8) for _ in range(40)]
        found = look(resolved(draw[:20], draw[20:]), as_of=END + 400 * HOUR)
        told += found.verdict != "no_clear_difference"
    assert told <= 3
