"""The audit log importer on the real log: every count that is stated of it.

The expected numbers are those of the data's description; they were computed without this library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from incidentcore.kpi import KpiTable, finish_partial, gather_kpis
from incidentcore.kpi.table import ALL
from incidentcore.records import Incident, replay
from incidentcore.vendors import (
    AUDIT_LIFECYCLE,
    STRICT_LIFECYCLE,
    Findings,
    read_audit_log,
)
from incidentcore.vendors.audit_log import StateTally
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS

pytestmark = pytest.mark.data


@attrs.define
class Seen:
    """What one reading of the log shows; the incidents themselves are let go."""

    rows: int = 0
    incidents: int = 0
    unequal: list[str] = attrs.Factory(list)
    findings: Findings = attrs.Factory(Findings)
    states: StateTally = attrs.Factory(lambda: StateTally([AUDIT_LIFECYCLE, STRICT_LIFECYCLE]))
    first_states: Counter[str] = attrs.Factory(Counter)
    last_states: Counter[str] = attrs.Factory(Counter)
    facts: Counter[str] = attrs.Factory(Counter)
    matrix: set[tuple[str, str, str]] = attrs.Factory(set)
    table: KpiTable | None = None


def look(seen: Seen, incident: Incident) -> None:
    custom = incident.custom
    if replay(incident.history) != incident:
        seen.unequal.append(incident.id)
    seen.states.add(incident)
    seen.first_states[custom["first_seen"]] += 1
    seen.last_states[incident.state.name] += 1
    resolved = "tool_resolved_at" in custom
    stayed = custom["reassignment_count"] == 0
    reopened = custom["reopen_count"] > 0
    seen.facts.update(
        {
            "resolved": resolved,
            "closed": "tool_closed_at" in custom,
            "reopened": reopened,
            "never reassigned": stayed,
            "first contact of resolved": resolved and stayed and not reopened,
            "first contact": stayed and not reopened,
            "made_sla": custom["made_sla"],
        }
    )
    for moment in incident.timeline().states():
        facts = moment[1]
        cell = (facts["impact"], facts["urgency"], facts["priority"])
        seen.matrix.add(tuple(str(level.rank) for level in cell))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def seen(data_dir: Path) -> Seen:
    log = read_audit_log(data_dir / "uci_incident_event_log.csv.gz")
    seen = Seen()

    def looked_at() -> Iterator[Incident]:
        for incident in log:
            look(seen, incident)
            yield incident

    # The latest instant of the file, by its closed_at.
    end = datetime(2017, 2, 18, 15, tzinfo=UTC)
    part = gather_kpis(AUDIT_KPIS, looked_at(), as_of=end, group_by="priority")
    seen.table = finish_partial(part, totals=True)
    assert log.latest == end
    seen.rows, seen.incidents = log.counts["rows"], log.counts["records"]
    seen.findings = log.findings
    return seen


def test_every_incident_comes_through(seen: Seen) -> None:
    """141,712 rows become 24,918 incidents, each the fold of its history."""
    assert (seen.rows, seen.incidents) == (141_712, 24_918)
    assert seen.unequal == []


def test_all_dirt_is_told(seen: Seen) -> None:
    """Each kind of dirt is told as often as the description counts it."""
    counts = Counter(seen.findings.counts)
    nobody = sum(f.count for f in seen.findings if (f.code, f.field) == ("no_actor", "opened_by"))
    assert counts.pop("no_actor") == nobody > 0
    assert counts == {
        "no_zone": 1,
        "missing_column": 1,  # the title
        "backfilled": 1,
        "unknown_state": 5,
        "closed_without_resolved_at": 1_556,
        "first_row_not_new": 8_521,
        "count_goes_down": 4,
        "count_repeated": 5,
        "time_goes_back": 1,
        "created_before_opened": 6,
        "before_opening": 5,
        "active_contradicts_state": 1,
    }


def test_first_and_last_states(seen: Seen) -> None:
    """16,397 incidents are first seen as New, 1,819 in Resolved, and all end in Closed."""
    assert seen.first_states["New"] == 16_397
    assert seen.first_states["Resolved"] == 1_819
    assert seen.last_states == {"Closed": 24_918}


def test_refused_state_changes(seen: Seen) -> None:
    """Of 64,033 changes the generous rule refuses 31 in 29 incidents, the strict one 13,657."""
    generous, strict = seen.states.checks
    assert generous.observed == strict.observed == 64_033
    assert (generous.refused, generous.incidents) == (31, 29)
    assert generous.changes["New -> Closed"] == 11
    assert generous.changes["Closed -> Active"] == 12
    assert strict.refused == 13_657


def test_the_tools_own_figures(seen: Seen) -> None:
    """What stands below custom gives the counts of the reference table."""
    assert seen.facts == {
        "resolved": 23_362,
        "closed": 24_918,
        "reopened": 275,
        "never reassigned": 13_549,
        "first contact of resolved": 11_942,
        "first contact": 13_487,
        "made_sla": 15_803,
    }


def test_priority_follows_impact_and_urgency(seen: Seen) -> None:
    """The matrix of the description holds without exception, and 1x3 never occurs."""
    cells = {"11": "1", "12": "2", "21": "2", "22": "3", "23": "4", "31": "3", "32": "4", "33": "4"}
    assert seen.matrix == {(*cell, priority) for cell, priority in cells.items()}


TIMES = [
    ("opened_to_tool_resolved", ALL, 23_362, "178.17 h", "22.10 h", "381.55 h"),
    ("opened_to_tool_resolved", "critical", 270, "266.08 h", "80.24 h", "616.44 h"),
    ("opened_to_tool_closed", ALL, 24_918, "315.33 h", "145.87 h", "532.47 h"),
    ("opened_to_not_new", ALL, 24_918, "43.61 h", "0.35 h", "93.40 h"),
    ("opened_to_not_new_first_seen_new", ALL, 16_397, "66.24 h", "3.22 h", "144.78 h"),
]


@pytest.mark.parametrize("expected", TIMES, ids=lambda row: f"{row[0]} {row[1]}")
def test_reference_times(seen: Seen, expected: tuple[str, str, int, str, str, str]) -> None:
    """Mean, median and 90th percentile are those of the reference table."""
    name, group, n, *figures = expected
    assert seen.table is not None
    rows = [seen.table.result(f"{kind}_{name}", group) for kind in ("mean", "median", "p90")]
    assert [row.text() for row in rows] == figures
    assert {row.n for row in rows} == {n}


RATES = [
    ("tool_reopened", 275, 24_918, "1.10 %"),
    ("tool_never_reassigned", 13_549, 24_918, "54.37 %"),
    ("tool_first_contact_of_resolved", 11_942, 23_362, "51.12 %"),
    ("tool_first_contact_of_all", 11_942, 24_918, "47.93 %"),
    ("tool_first_contact_unfiltered", 13_487, 24_918, "54.13 %"),
    ("tool_made_sla", 15_803, 24_918, "63.42 %"),
]


@pytest.mark.parametrize(("name", "hits", "among", "text"), RATES)
def test_reference_rates(seen: Seen, name: str, hits: int, among: int, text: str) -> None:
    """Each rate has the reference's numerator, denominator and value."""
    assert seen.table is not None
    row = seen.table.result(name, ALL)
    assert (row.numerator, row.denominator, row.text()) == (hits, among, text)
    assert row.of
