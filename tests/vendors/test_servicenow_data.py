"""The audit log importer on the real log: every count that is stated of it.

The expected numbers are those of the data's description; they were computed without this library.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import attrs
import pytest

from incidentcore.records import Finding, Incident, StateChanged, replay
from incidentcore.vendors import (
    AUDIT_LIFECYCLE,
    STRICT_LIFECYCLE,
    StateCheck,
    check_states,
    read_audit_log,
)

pytestmark = pytest.mark.data


@attrs.define
class Seen:
    """What one reading of the log shows; the incidents themselves are let go."""

    rows: int = 0
    incidents: int = 0
    unequal: list[str] = attrs.Factory(list)
    findings: list[Finding] = attrs.Factory(list)
    checks: dict[str, StateCheck] = attrs.Factory(dict)
    first_states: Counter[str] = attrs.Factory(Counter)
    last_states: Counter[str] = attrs.Factory(Counter)
    facts: Counter[str] = attrs.Factory(Counter)
    matrix: set[tuple[str, str, str]] = attrs.Factory(set)
    left_new: dict[str, list[float]] = attrs.Factory(lambda: {"all": [], "new": []})


def look(seen: Seen, incident: Incident) -> None:
    custom = incident.custom
    if replay(incident.history) != incident:
        seen.unequal.append(incident.id)
    for lifecycle in (AUDIT_LIFECYCLE, STRICT_LIFECYCLE):
        before = seen.checks.get(lifecycle.id, StateCheck(lifecycle=lifecycle.id))
        seen.checks[lifecycle.id] = before + check_states([incident], lifecycle)
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
    left = next(e for e in incident.history if isinstance(e, StateChanged))
    hours = (left.at - incident.opened_at).total_seconds() / 3600
    seen.left_new["all"].append(hours)
    if custom["first_seen"] == "New":
        seen.left_new["new"].append(hours)


@pytest.fixture(scope="module")
def seen(data_dir: Path) -> Seen:
    log = read_audit_log(data_dir / "uci_incident_event_log.csv.gz")
    seen = Seen()
    for incident in log:
        look(seen, incident)
    seen.rows, seen.incidents, seen.findings = log.rows, log.incidents, log.findings
    return seen


def test_every_incident_comes_through(seen: Seen) -> None:
    """141,712 rows become 24,918 incidents, each the fold of its history."""
    assert (seen.rows, seen.incidents) == (141_712, 24_918)
    assert seen.unequal == []


def test_all_dirt_is_told(seen: Seen) -> None:
    """Each kind of dirt is told as often as the description counts it."""
    counts = Counter(finding.code for finding in seen.findings)
    nobody = Counter((f.code, f.field) for f in seen.findings)["no_actor", "opened_by"]
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
    generous, strict = seen.checks["servicenow_audit"], seen.checks["servicenow_audit_strict"]
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


def quantile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@pytest.mark.parametrize(
    ("which", "expected"),
    [("all", (24_918, 43.61, 0.35, 93.40)), ("new", (16_397, 66.24, 3.22, 144.78))],
)
def test_time_to_the_first_row_that_is_not_new(
    seen: Seen, which: str, expected: tuple[int, float, float, float]
) -> None:
    """The first change of state, inferred or not, gives the reference figures in hours."""
    hours = seen.left_new[which]
    figures = (sum(hours) / len(hours), quantile(hours, 0.5), quantile(hours, 0.9))
    assert (len(hours), *(round(figure, 2) for figure in figures)) == expected
