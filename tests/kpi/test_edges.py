"""Edges of figures, tables and charts, on tickets whose figures are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from tests.kpi.tickets import AGENT, minute

from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import Duration, Kpi, KpiResult, Periods, SlaClocks, catalogue, compute_kpis
from incidentcore.kpi.catalogue import VOLUME
from incidentcore.kpi.charts import open_spans
from incidentcore.kpi.engine.estimates import interpolate
from incidentcore.kpi.engine.sketch import Sketch
from incidentcore.kpi.measures.downtime import Availability
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN
from incidentcore.kpi.table import ALL, group_cell
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, Prioritized, mark_restored
from incidentcore.sla import SlaDefinition
from incidentcore.values import Impact
from incidentcore.words import Phrase

M = timedelta(minutes=1)


def opened(number: int = 1, at: int = 0, **fields: Any) -> Incident:
    return Incident.open(id=f"I{number}", title="x", at=minute(at), by="kim", **fields)


def resolved(record: Incident, at: int) -> Incident:
    return advance(
        *(record, "resolve"), at=minute(at), by="ada", resolution_code="x", resolution_notes="y"
    )


@pytest.mark.parametrize(
    ("name", "kpi"),
    [
        ("mean_time_to_resolve", "mean_time_to_resolve"),
        ("Mean time to resolve", "mean_time_to_resolve"),
        (" MEAN TIME TO RESOLVE ", "mean_time_to_resolve"),
        ("mean-time-to-resolve", "mean_time_to_resolve"),
        ("mean  time to-resolve", "mean_time_to_resolve"),
        ("stale 30 days rate", "stale_30_days_rate"),
    ],
)
def test_a_name_is_found_as_people_write_it(name: str, kpi: str) -> None:
    (meaning,) = catalogue.lookup(name)
    assert (meaning.kpi.id, meaning.difference) == (kpi, catalogue.ALL[kpi].formula)


@pytest.mark.parametrize("name", ["", 7, None])
def test_a_name_that_is_nothing_is_refused(name: Any) -> None:
    with pytest.raises(InvalidValueError, match="the name of a KPI, such as MTTR"):
        catalogue.lookup(name)


@pytest.mark.parametrize(
    ("value", "text", "is_phrase"),
    [(ALL, str(ALL), True), (None, "(none)", True), ("network", "network", False)],
)
def test_a_cell_that_is_a_word_of_ours_can_be_translated(
    value: object, text: str, *, is_phrase: bool
) -> None:
    cell = group_cell(value)
    assert (cell, isinstance(cell, Phrase)) == (text, is_phrase)


def test_a_table_without_rows_has_a_heading() -> None:
    table = compute_kpis([VOLUME], [], as_of=minute(1), group_by="category")
    assert table.to_csv().splitlines()[0].split(",")[0] == "kpi"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"value": 0.5}, "50.00 %"),
        ({"value": 0.5, "low": 0.25, "high": 0.75}, "50.00 % [25.00 %, 75.00 %]"),
        ({"value": None, "low": 0.25}, ">= 25.00 %"),
        ({"value": 0.5, "approximate": True}, "~50.00 %"),
        ({"value": None, "approximate": True}, "-"),
    ],
)
def test_a_result_as_text(fields: dict[str, Any], text: str) -> None:
    row = KpiResult(kpi="x", definition="d", unit="fraction", n=4, **fields)
    assert row.text() == text


def test_net_is_of_resolutions_and_censored_at_the_end() -> None:
    """Open 0 to 10 and 30 to 40; as of 45 all is one time of 20 minutes."""
    record = resolved(opened(), 10)
    record = resolved(advance(record, "reopen", at=minute(30), by="ada"), 40)
    for unfinished in ("exclude", "censor"):
        for reopened, minutes in (("net", 20), ("last", 40), ("first", 10)):
            measure = Duration("opened_at", "resolved_at")
            own: dict[str, Any] = {"statistic": SURVIVAL_MEDIAN} if unfinished == "censor" else {}
            kpi = Kpi(id="x", measure=measure, reopened=reopened, unfinished=unfinished, **own)
            row = compute_kpis([kpi], [record], as_of=minute(45))["x"]
            assert row.value == minutes * M, (unfinished, reopened)


def test_a_record_is_open_from_its_first_open_state_to_its_end() -> None:
    """A move between open states neither ends nor begins a span."""
    record = advance(opened(), "start", at=minute(5), by="ada")
    assert list(open_spans(record)) == [(minute(0), None)]
    record = resolved(record, 10)
    record = advance(record, "reopen", at=minute(30), by="ada")
    assert list(open_spans(record)) == [(minute(0), minute(10)), (minute(30), None)]


@pytest.mark.parametrize("bits", [1, 20, 52, 53, 54, 60])
def test_the_ends_of_an_octave_are_within_one_per_cent(bits: int) -> None:
    """The last value before a power of two, the power itself and the next one."""
    for value in ((1 << bits) - 1, 1 << bits, (1 << bits) + 1):
        for sign in (1, -1):
            sketch = Sketch(scaled=False)
            for other in (0, sign * value, sign * value * 4):  # in the middle, so not an end
                sketch.add(other)
            near = interpolate(sketch.ordered(), Fraction(1, 2))
            assert abs(near - sign * value) <= Fraction(value, 100)


def test_a_merged_sketch_has_the_ends_of_both() -> None:
    one, two = Sketch(scaled=False), Sketch(scaled=False)
    for value in (3, 5):
        one.add(value)
    one.merge(two)
    assert (one.n, one.least, one.greatest) == (2, 3, 5)
    for value in (2, 7):
        two.add(value)
    one.merge(two)
    assert (one.n, one.total, one.least, one.greatest) == (4, 17, 2, 7)
    two.merge(one)
    assert (two.n, two.least, two.greatest) == (6, 2, 7)


def test_a_spell_has_the_weight_of_each_of_its_parts() -> None:
    """Half of it counts until the impact is high; what was before the opening as at the opening."""
    record = opened(at=10, impact=Impact.LOW, occurred_at=minute(0))
    record = record.with_event(Prioritized, at=minute(20), by=AGENT, fields={"impact": Impact.HIGH})
    record = mark_restored(record, at=minute(30), by="ada")
    low, high = (field("impact").equals(level) for level in (Impact.LOW, Impact.HIGH))
    measure = Availability(start="occurred_at", weights=[(low, 0.5), (high, 1)])
    kpi = Kpi(id="x", measure=measure)
    window = Interval(minute(0), minute(100))
    row = compute_kpis([kpi], [record], as_of=minute(100), window=window)["x"]
    assert row.value == pytest.approx(1 - (20 / 2 + 10) / 100)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        *(("mon", "2026-W23"), ("tue", "2026-06-02"), ("wed", "2026-06-03"), ("thu", "2026-06-04")),
        *(("fri", "2026-06-05"), ("sat", "2026-05-30"), ("sun", "2026-05-31")),
    ],
)
def test_a_week_may_start_on_each_day(day: Any, first: str) -> None:
    """Friday, 5 June 2026 lies in the week that began on the given day; on Monday it is ISO's."""
    weeks = Periods("week", week_starts=day)
    at = datetime(2026, 6, 5, 12, tzinfo=UTC)
    assert weeks.label(at) == first
    whole = weeks.interval(first)
    assert (whole.start <= at < whole.end, whole.end - whole.start) == (True, timedelta(7))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"unit": "hour"}, "unit"),
        ({"unit": "day", "week_starts": "sun"}, "week_starts"),
        ({"unit": "week", "week_starts": "Sunday"}, "week_starts"),
        ({"unit": "month", "year_starts": 2}, "year_starts"),
        ({"unit": "year", "year_starts": 13}, "year_starts"),
        ({"unit": "year", "year_starts": 0}, "year_starts"),
        ({"unit": "quarter", "year_starts": True}, "year_starts"),
    ],
)
def test_periods_that_cannot_be(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Periods(**wrong)
    assert refused.value.where == where
    assert Periods("year", year_starts=12).label(minute(0)) == "2025/26"


@pytest.mark.parametrize(
    ("outcome", "overdue", "of"),
    [
        ("met", False, "completed clocks"),
        ("met", True, "completed or overdue clocks"),
        ("cycles_met", False, "completed cycles"),
        ("running_breached", False, "clocks running or paused"),
        ("time_over_target", False, ""),
    ],
)
def test_what_a_share_of_clocks_is_of(outcome: Any, *, overdue: bool, of: str) -> None:
    target = SlaDefinition(name="x", target=M, stop=ALWAYS)
    measure = SlaClocks(target, outcome, overdue_missed=overdue)
    assert measure.of == of
    assert measure.is_share is (outcome in ("met", "running_breached"))
    assert measure.unit == ("duration" if outcome == "time_over_target" else "fraction")
