"""What is gathered from each record as it passes."""

from __future__ import annotations

from collections import Counter
from typing import Any
from unittest.mock import Mock

import pytest

from incidentcore.desk import load_desk
from incidentcore.lifecycle import INCIDENT
from incidentcore.records import Incident
from incidentcore.report import Tally, clock_row
from incidentcore.report.tally import outcome
from incidentcore.sla import SlaStatus, evaluate

from .cases import DESK, INCIDENTS, NOW, report


def test_the_tally_passes_every_incident_on() -> None:
    """Watching a stream changes nothing in it."""
    tally = Tally(NOW, lifecycles=(INCIDENT,))
    assert tuple(tally.watch(INCIDENTS)) == INCIDENTS
    (check,) = tally.checks
    assert (check.lifecycle, check.refused) == (INCIDENT.id, 0)


def test_each_record_is_a_row_with_its_clocks() -> None:
    """Due, elapsed, breached and why, under the id of the source."""
    rows: dict[str, dict[str, object]] = {}

    def write(incident: Incident, clocks: tuple[tuple[str, SlaStatus], ...]) -> None:
        rows[incident.id] = clock_row(incident, clocks)

    report(on_record=write)
    assert list(rows) == [one.id for one in INCIDENTS]
    late, paused = rows["late"], rows["paused"]
    assert late["resolution_due_at"] == "2026-06-01T17:00:00+00:00"
    assert (late["resolution_elapsed"], late["resolution_target"]) == (9, 8)
    assert (late["resolution_breached"], late["resolution_outcome"]) == (True, "breached")
    assert late["resolution_why"] == "elapsed 9:00 of 8:00, remaining -1:00; breached"
    assert paused["resolution_outcome"] == "paused"
    assert str(paused["resolution_why"]).endswith("paused: awaiting vendor 23:00")


def test_a_clock_without_a_target_has_no_figures() -> None:
    """Neither zero hours nor a breach that did not happen."""
    desk = load_desk(
        'desk = 1\nname = "few"\nzone = "UTC"\n[services.all]\ncalendar = "always"\n'
        'resolution = { critical = "4h" }\n[[agreements]]\nservice = "all"\n'
    )
    rows = []
    report(desk=desk, on_record=lambda record, clocks: rows.append(clock_row(record, clocks)))
    figures = ("elapsed", "target", "breached")
    assert [rows[0][f"resolution_{name}"] for name in figures] == [None] * 3


def test_each_clock_is_folded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compliance, the worst breach, escalations and the row of a record share one fold."""
    folded: list[str] = []
    fold = evaluate.status_of

    def counted(rules: Any, record_id: str, *given: Any) -> SlaStatus:
        folded.append(record_id)
        return fold(rules, record_id, *given)

    monkeypatch.setattr(evaluate, "status_of", counted)
    report(on_record=lambda incident, clocks: None)
    assert len(folded) == 2 * len(INCIDENTS)


def test_outcomes_add_up_to_the_records() -> None:
    """Every record has one outcome for each clock."""
    tally = Tally(NOW, desk=DESK)
    for incident in INCIDENTS:
        tally.add(incident)
    by_clock: Counter[str] = Counter()
    for (clock, _), counts in tally.outcomes.items():
        by_clock[clock] += counts.total()
    assert by_clock == {"response": len(INCIDENTS), "resolution": len(INCIDENTS)}


@pytest.mark.parametrize(
    ("stage", "breached", "expected"),
    [
        ("stopped", False, "met"),
        ("stopped", True, "breached"),
        ("running", False, "running"),
        ("running", True, "running_breached"),
        ("paused", False, "paused"),
        ("paused", True, "paused_breached"),
        ("canceled", False, "canceled"),
        ("canceled", True, "canceled"),
        ("not_started", False, "not_started"),
        ("none", False, "no_sla"),
    ],
)
def test_how_a_clock_stands(stage: str, *, breached: bool, expected: str) -> None:
    """Late is said of what runs or pauses; a clock without its fields has no figures."""
    status: Any = Mock(SlaStatus, stage=stage, breached=breached, not_covered=False)
    assert outcome(status) == expected
    status = Mock(SlaStatus, stage="none", breached=False, not_covered=("resolved_at",))
    assert outcome(status) == "not_covered"
