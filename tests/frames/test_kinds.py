"""One row of each kind is read as a record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.kpi import (
    AtLeast,
    AtMost,
    Duration,
    HourBands,
    Kpi,
    Periods,
    Rate,
    SameDay,
    catalogue,
    finish_partial,
)
from incidentcore.kpi.engine.accumulators import instant
from incidentcore.schedule import BusinessCalendar

pyarrow = pytest.importorskip("pyarrow")
np = pytest.importorskip("numpy")
nw = pytest.importorskip("narwhals.stable.v2")
kinds = pytest.importorskip("incidentcore.frames.kinds")
plan = pytest.importorskip("incidentcore.frames.plan")
alike = pytest.importorskip("incidentcore.frames.alike")
frames = pytest.importorskip("incidentcore.frames")

START = datetime(2026, 6, 1, tzinfo=UTC)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
MAPPING = {"id": "id", "opened": "in", "resolved": "out"}


def test_a_time_is_noted_as_the_moments_that_it_runs_between() -> None:
    """Of a resolved row opening to resolution by the KPI's calendar; of an open one the reason."""
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(clock=OFFICE)
    frame = nw.from_native(
        pyarrow.table(
            {
                "id": ["A", "B", "C"],
                "in": [START, START, START + timedelta(days=3)],
                "out": [START + timedelta(days=1), None, None],
            },
        )
    )
    asked = plan.Plan((kpi,), MAPPING, START + timedelta(days=2), (), None, "exact", {})
    read = kinds.Kinds(asked, frame, asked.wanted(frame.columns))
    there: list[kinds.Kind] = []

    read.learn(there, np.array([0, 1, 2]), 3, 0)

    resolved, unresolved, later = there
    assert (resolved.outcomes, resolved.by_row[0]) == ([None], kinds.Timed(((0, 1, OFFICE),)))
    assert unresolved.outcomes == ["unresolved"]
    assert later.known is None


def test_a_censored_time_says_whether_its_stop_was_seen() -> None:
    """Of the resolved row it was; the open one counts up to the instant asked for."""
    kpi = catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE.replace(clock=OFFICE)
    frame = nw.from_native(
        pyarrow.table(
            {
                "id": ["A", "B"],
                "in": [START, START],
                "out": [START + timedelta(days=1), None],
            },
        )
    )
    asked = plan.Plan((kpi,), MAPPING, START + timedelta(days=2), (), None, "exact", {})
    read = kinds.Kinds(asked, frame, asked.wanted(frame.columns))
    there: list[kinds.Kind] = []

    read.learn(there, np.array([0, 1]), 2, 0)

    resolved, running = there
    assert (resolved.by_row[0].bit, running.by_row[0].bit) == (1, 0)


@pytest.mark.parametrize("test", [AtLeast, AtMost])
@pytest.mark.parametrize("clock", [None, OFFICE], ids=["wall", "office"])
@pytest.mark.parametrize("first", [-1, 0, 1])
def test_a_time_of_exactly_the_limit_is_within_it(test: Any, clock: Any, first: int) -> None:
    """An hour less a microsecond, an hour, and a microsecond more: two of three by either test."""
    start = START + timedelta(hours=8)  # 10:00 in Berlin
    steps = sorted((-1, 0, 1), key=lambda step: step != first)  # the first is read as a record
    out = [start + timedelta(hours=1, microseconds=step) for step in steps]
    frame = pyarrow.table({"id": ["A", "B", "C"], "in": [start] * 3, "out": out})
    rate = Rate(numerator=test(Duration(), timedelta(hours=1)), of="resolved")
    kpi = Kpi(id="one_hour", measure=rate, clock=clock)
    part = frames.gather_kpis_from(frame, kpi, MAPPING, as_of=START + timedelta(days=2))
    (row,) = finish_partial(part).results
    assert (row.numerator, row.n) == (2, 3)


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BERLIN = OFFICE.zone


def among(test: Any) -> Kpi:
    return catalogue.VOLUME.replace(population=test)


@pytest.mark.parametrize(
    ("kpi", "groups", "check"),
    [
        (
            catalogue.VOLUME,
            (HourBands([("office", OFFICE)], moment="resolved_at"),),
            (kinds._open, 1, OFFICE),
        ),
        (among(SameDay("opened_at", "resolved_at", BERLIN)), (), (kinds._on_one_day, 0, 1, BERLIN)),
        (among(AtMost(Duration(), HOUR)), (), (kinds._over, ((0, 1, None),), 3_600_000_000)),
        (among(AtLeast(Duration(), HOUR)), (), (kinds._over, ((0, 1, None),), 3_599_999_999)),
    ],
    ids=["a band", "a day", "at most", "at least"],
)
def test_a_test_is_noted_as_the_moments_that_decide_it(kpi: Kpi, groups: Any, check: Any) -> None:
    """The resolved rows are judged one by one; those never resolved have one answer."""
    times = {"in": [START, START], "out": [START + DAY, None]}
    frame = nw.from_native(pyarrow.table({"id": ["A", "B"], **times}))
    asked = plan.Plan((kpi,), MAPPING, START + 2 * DAY, groups, None, "exact", {})
    there: list[kinds.Kind] = []

    kinds.Kinds(asked, frame, asked.wanted(frame.columns)).learn(there, np.array([0, 1]), 2, 0)

    assert [kind.is_odd for kind in there] == [False, False]
    assert [kind.by_row["check", 0] for kind in there] == [check, None]


def test_what_comes_and_goes_is_noted_by_its_moments() -> None:
    """Each at most once; of three records that came one went, which leaves two."""
    moments = [instant(START), instant(START + HOUR)]
    came, went, seen = ((START, 1), (START + HOUR, -1), (START, 0))
    assert kinds._moves([came, went], moments) == [0, 1, -1]
    assert kinds._moves([came, (None, -1)], moments) == [0, -1, -1]
    assert kinds._moves([seen], moments) == [-1, -1, 0]
    for twice in (came, went):
        with pytest.raises(alike.OddRowError):
            kinds._moves([twice, twice], moments)

    times = {"in": [START] * 3, "out": [START + HOUR, None, None]}
    part = frames.gather_kpis_from(
        pyarrow.table({"id": ["A", "B", "C"], **times}),
        catalogue.BACKLOG_GROWTH,
        MAPPING,
        as_of=START + DAY,
        window=Periods("day"),
    )
    first = finish_partial(part).results[0]
    assert (first.value, first.n) == (2, 3)
