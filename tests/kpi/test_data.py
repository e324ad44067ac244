"""The reference figures of the real audit log, and ten of them computed a second time by pandas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from incidentcore.kpi import (
    KpiTable,
    Periods,
    compute_kpis,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.vendors import read_audit_log
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS

pytestmark = pytest.mark.data

LOG = "uci_incident_event_log.csv.gz"
LATER = datetime(2018, 1, 1, tzinfo=UTC)

# Hours: n, mean, median, 90th percentile; published with the data, computed without this library.
TIMES = {
    "opened_to_tool_resolved": (23_362, "178.17", "22.10", "381.55"),
    "opened_to_tool_closed": (24_918, "315.33", "145.87", "532.47"),
    "opened_to_not_new": (24_918, "43.61", "0.35", "93.40"),
    "opened_to_not_new_first_seen_new": (16_397, "66.24", "3.22", "144.78"),
}
CRITICAL = (270, "266.08", "80.24", "616.44")
RATES = {
    "tool_reopened": (275, 24_918, "1.10"),
    "tool_never_reassigned": (13_549, 24_918, "54.37"),
    "tool_first_contact_of_resolved": (11_942, 23_362, "51.12"),
    "tool_first_contact_of_all": (11_942, 24_918, "47.93"),
    "tool_first_contact_unfiltered": (13_487, 24_918, "54.13"),
    "tool_made_sla": (15_803, 24_918, "63.42"),
}


@pytest.fixture(scope="module")
def tables(data_dir: Path) -> tuple[KpiTable, KpiTable, KpiTable]:
    """Read the log once: whole, by priority, and merged from a hundred parts."""
    incidents = list(read_audit_log(data_dir / LOG))
    kpis = AUDIT_KPIS
    whole = compute_kpis(kpis, incidents, as_of=LATER)
    by_priority = compute_kpis(kpis, iter(incidents), as_of=LATER, group_by="priority")
    parts = [
        gather_kpis(kpis, incidents[step::100], as_of=LATER, group_by="priority")
        for step in reversed(range(100))
    ]
    return whole, by_priority, finish_partial(merge_partials(parts))


@pytest.mark.parametrize("name", TIMES)
def test_times_are_those_of_the_reference(
    tables: tuple[KpiTable, KpiTable, KpiTable], name: str
) -> None:
    """Mean, median and 90th percentile of the log come out to the hundredth of an hour."""
    found = [tables[0][f"{statistic}_{name}"] for statistic in ("mean", "median", "p90")]

    assert {row.n for row in found} == {TIMES[name][0]}
    assert tuple(row.text().removesuffix(" h") for row in found) == TIMES[name][1:]
    assert found[0].n + sum(found[0].excluded.values()) == (
        16_397 if name.endswith("seen_new") else 24_918
    )


def test_critical_incidents_are_those_of_the_reference(
    tables: tuple[KpiTable, KpiTable, KpiTable],
) -> None:
    """The priority of the last row groups the 270 critical ones."""
    found = [
        tables[1].result(f"{statistic}_opened_to_tool_resolved", "critical")
        for statistic in ("mean", "median", "p90")
    ]

    assert (found[0].n, *(row.text().removesuffix(" h") for row in found)) == CRITICAL


@pytest.mark.parametrize("name", RATES)
def test_rates_name_their_denominator(
    tables: tuple[KpiTable, KpiTable, KpiTable], name: str
) -> None:
    """The three first-contact rates differ by their denominators, and each says its own."""
    row = tables[0][name]

    assert (row.numerator, row.denominator) == RATES[name][:2]
    assert isinstance(row.value, float)
    assert f"{100 * row.value:.2f}" == RATES[name][2]
    assert row.of


def test_a_hundred_parts_merge_to_the_whole(
    tables: tuple[KpiTable, KpiTable, KpiTable],
) -> None:
    """Parts in any order give the table of the whole, row for row."""
    assert tables[2] == tables[1]


def test_pandas_computes_the_same(
    tables: tuple[KpiTable, KpiTable, KpiTable], data_dir: Path
) -> None:
    """Ten figures, recomputed from the file by pandas without any code of ours, are equal."""
    pandas = pytest.importorskip("pandas", reason="needs the extra 'check'")
    frame = pandas.read_csv(data_dir / LOG, dtype=str, na_values=["?"], keep_default_na=False)
    final = frame.groupby("number", sort=False).tail(1).set_index("number")

    def at(values: object) -> object:
        return pandas.to_datetime(values, format="%d/%m/%Y %H:%M", utc=True)

    opened = at(final["opened_at"])
    resolve = ((at(final["resolved_at"]) - opened) // pandas.Timedelta(microseconds=1)).dropna()
    close = (at(final["closed_at"]) - opened) // pandas.Timedelta(microseconds=1)
    expected = {
        "mean_opened_to_tool_resolved": resolve.mean(),
        "median_opened_to_tool_resolved": resolve.quantile(0.5),
        "p90_opened_to_tool_resolved": resolve.quantile(0.9),
        "mean_opened_to_tool_closed": close.mean(),
        "median_opened_to_tool_closed": close.quantile(0.5),
        "p90_opened_to_tool_closed": close.quantile(0.9),
    }
    for name, microseconds in expected.items():
        value = tables[0][name].value
        assert isinstance(value, timedelta)
        assert value / timedelta(microseconds=1) == pytest.approx(microseconds, rel=1e-12)
    calm = (final["reassignment_count"] == "0") & (final["reopen_count"] == "0")
    shares = {
        "tool_reopened": (final["reopen_count"] != "0"),
        "tool_never_reassigned": (final["reassignment_count"] == "0"),
        "tool_first_contact_unfiltered": calm,
        "tool_first_contact_of_all": calm & final["resolved_at"].notna(),
        "tool_made_sla": final["made_sla"] == "true",
    }
    for name, matches in shares.items():
        row = tables[0][name]
        assert row.numerator is not None
        assert row.denominator is not None
        assert Fraction(row.numerator) / Fraction(row.denominator) == Fraction(
            int(matches.sum()), len(final)
        )


def test_pandas_computes_the_same_by_month_and_group(data_dir: Path) -> None:
    """Six figures of 354 months of a group, by Berlin's calendar: 2,124 cells of the table."""
    pandas = pytest.importorskip("pandas", reason="needs the extra 'check'")
    frame = pandas.read_csv(data_dir / LOG, dtype=str, na_values=["?"], keep_default_na=False)
    final = frame.groupby("number", sort=False).tail(1)
    opened, resolved = (
        pandas.to_datetime(final[name], format="%d/%m/%Y %H:%M", utc=True)
        for name in ("opened_at", "resolved_at")
    )
    final = final.assign(
        month=opened.dt.tz_convert("Europe/Berlin").dt.strftime("%Y-%m"),
        hours=(resolved - opened).dt.total_seconds() / 3600,
        calm=(final["reassignment_count"] == "0") & (final["reopen_count"] == "0"),
        reopened=final["reopen_count"] != "0",
    )
    expected = {}
    for (month, group), rows in final.groupby(["month", "assignment_group"], dropna=False):
        known = rows[rows["hours"].notna()]
        for name, some, value in (
            ("mean_opened_to_tool_resolved", known, known["hours"].mean()),
            ("median_opened_to_tool_resolved", known, known["hours"].median()),
            ("p90_opened_to_tool_resolved", known, known["hours"].quantile(0.9)),
            ("tool_first_contact_of_resolved", known, known["calm"].mean()),
            ("tool_first_contact_unfiltered", rows, rows["calm"].mean()),
            ("tool_reopened", rows, rows["reopened"].mean()),
        ):
            place = (name, month, None if pandas.isna(group) else group)
            expected[place] = (len(some), None if pandas.isna(value) else value)
    kpis = [kpi for kpi in AUDIT_KPIS if kpi.id in {name for name, _, _ in expected}]
    table = compute_kpis(
        kpis,
        read_audit_log(data_dir / LOG),
        as_of=LATER,
        window=Periods("month", "Europe/Berlin"),
        group_by="assignment_group",
    )
    found = {}
    for row in table.results:
        value = row.value / timedelta(hours=1) if isinstance(row.value, timedelta) else row.value
        found[row.kpi, row.period, row.group[0]] = (row.n, value)
    assert found.keys() == expected.keys()
    for place, (n, value) in expected.items():
        assert found[place] == (n, None if value is None else pytest.approx(value, rel=1e-9))
    assert len(found) == 2_124
