"""Drawn intake policies, samples and thresholds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, field
from incidentcore.intake import (
    Flapping,
    IntakePolicy,
    MaintenanceRule,
    MetricSample,
    SampleThreshold,
)
from incidentcore.schedule import Maintenance
from incidentcore.testing.strategies_schedule import intervals_near

_BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)  # of a storm
_MINUTE = timedelta(minutes=1)
_MAINTENANCE = intervals_near(_BEGIN, 0, 90, 30)


def _minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda number: number * _MINUTE)


def _spans(*numbers: int) -> st.SearchStrategy[timedelta]:
    """Return spans of a few lengths, so that storms meet their very ends."""
    return st.sampled_from(numbers).map(lambda number: number * _MINUTE)


@st.composite
def intake_policies(draw: st.DrawFn, *, lateness: bool = True) -> IntakePolicy:
    """Generate intake policies with short windows; some hold alerts back if ``lateness``."""
    maintenance: list[MaintenanceRule] = []
    for number in range(draw(st.sampled_from((0, 1, 2)))):
        spans = draw(st.lists(_MAINTENANCE, min_size=1, max_size=3))
        when = draw(st.sampled_from((ALWAYS, field("labels.service").equals("mail"))))
        maintenance.append(
            MaintenanceRule(f"work {number}", Maintenance(spans), when, resume=draw(st.booleans()))
        )
    optional: dict[str, Any] = {
        "reopen_within": _spans(0, 2, 3, 5, 30),
        "silence": _spans(1, 3, 5, 8, 40),
        "flapping": st.builds(
            lambda within, stop, more: Flapping(
                within=within, stop=stop, start=stop + more + (stop == 0)
            ),
            _minutes(10, 60),
            st.integers(0, 2),
            st.integers(1, 2),
        ),
        "lateness": _spans(1, 2, 4, 10),
    }
    chosen = {
        name: draw(strategy)
        for name, strategy in optional.items()
        if (lateness or name != "lateness") and draw(st.booleans())
    }
    return IntakePolicy(
        when=draw(st.sampled_from((ALWAYS, ALWAYS, ALWAYS, ~field("severity").equals("info")))),
        group_by=draw(st.sampled_from((("source", "key"), ("labels.service",), ("source",), ()))),
        window=draw(_spans(1, 2, 3, 5, 40)),
        threshold=draw(st.sampled_from((1, 2, 3))),
        deduplicate=draw(_spans(0, 1, 2, 5, 15)),
        resolve_on=draw(st.sampled_from(("all", "first", "never"))),
        maintenance=maintenance,
        **chosen,
    )


@st.composite
def samples(draw: st.DrawFn) -> list[MetricSample]:
    """Generate up to 40 samples of two metrics, in time order, some simultaneous."""
    rows = st.tuples(st.integers(0, 4), st.sampled_from("xy"), st.integers(0, 10))
    found = []
    minute = 0
    for step, series, value in draw(st.lists(rows, max_size=40)):
        minute += step
        found.append(MetricSample(series, _BEGIN + minute * _MINUTE, value))
    return found


@st.composite
def sample_thresholds(draw: st.DrawFn) -> SampleThreshold:
    """Generate upper and lower thresholds with various spans; ``stale_after`` can be None."""
    high, low = draw(st.integers(4, 8)), draw(st.integers(2, 4))
    side: dict[str, Any] = draw(
        st.sampled_from(({"at_least": high, "clear": low}, {"at_most": low, "clear": high}))
    )
    return SampleThreshold(
        "t",
        lasting=draw(_minutes(0, 6)),
        keep_firing=draw(_minutes(0, 6)),
        stale_after=draw(st.none() | _minutes(1, 10)),
        **side,
    )
