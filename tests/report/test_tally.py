"""What is gathered from each record as it passes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.desk import load_desk
from incidentcore.lifecycle import INCIDENT, advance
from incidentcore.records import Incident, StateChanged, acknowledge, set_fields
from incidentcore.report.tally import Tally, clock_row, outcome, why
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaPolicy, SlaStatus, evaluate
from incidentcore.values import IN_PROGRESS, Priority
from incidentcore.vendors import read_table

from .cases import DESK, INCIDENTS, NINE, NOW, opened, report, resolved

MINUTE = timedelta(minutes=1)
ALWAYS = BusinessCalendar.always()


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
    paused = rows["paused"]
    assert rows["late"] == {
        "id": "late",
        "title": "Case late",
        "state": "resolved",
        "priority": "high",
        "opened_at": "2026-06-01T09:00:00+00:00",
        "resolved_at": "2026-06-01T18:00:00+00:00",
        "response_outcome": "met",
        "response_due_at": "2026-06-01T10:00:00+00:00",
        "response_elapsed": pytest.approx(1 / 6),  # ten minutes
        "response_target": 1,
        "response_breached": False,
        "response_breached_at": None,
        "response_why": "elapsed 0:10 of 1:00, remaining 0:50; met, due Mon  1 Jun 10:00",
        "resolution_outcome": "breached",
        "resolution_due_at": "2026-06-01T17:00:00+00:00",
        "resolution_elapsed": 9,
        "resolution_target": 8,
        "resolution_breached": True,
        "resolution_breached_at": "2026-06-01T17:00:00+00:00",
        "resolution_why": "elapsed 9:00 of 8:00, remaining -1:00; breached, due Mon  1 Jun 17:00",
    }
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


def test_what_the_source_of_a_table_lacks_is_told_by_clock() -> None:
    """No replies, so no response; the present state and priority hold throughout (rule H2)."""
    lines = [
        "id,o,r,s,p",
        "A,2026-06-01 09:00,2026-06-01 18:00,Resolved,High",
        "B,2026-06-01 09:00,,New,Critical",
    ]
    columns = {"id": "id", "opened": "o", "resolved": "r", "state": "s", "priority": "p"}
    tally = Tally(NOW, desk=DESK)
    assert len([*tally.watch(read_table(lines, columns, zone="UTC"))]) == 2
    assert tally.missing == {"response": {"first_response_at"}}
    assert tally.unknown == {"resolution": {"priority", "state.pauses"}}
    assert tally.outcomes == {  # nine hours of eight, and 24 of four so far
        ("response", (Priority.HIGH,)): {"not_covered": 1},
        ("response", (Priority.CRITICAL,)): {"not_covered": 1},
        ("resolution", (Priority.HIGH,)): {"breached": 1},
        ("resolution", (Priority.CRITICAL,)): {"running_breached": 1},
    }
    assert tally.worst is not None
    assert tally.worst[1].id == "B"


def test_escalations_are_counted_by_level_and_target() -> None:
    """Acknowledged at 9:20: the page of 9:15 lapses, 9:30 is silent; half of 4 h is at 11:00."""
    record = acknowledge(opened("x", Priority.CRITICAL), at=NINE + 20 * MINUTE, by="ada")
    tally = Tally(NOW, desk=DESK)
    tally.add(record)
    tally.add(opened("other", Priority.LOW))
    assert tally.fired == {
        ("critical", 0, "on-call", "functional"): 1,
        ("critical", 2, "manager", "hierarchical"): 1,
        ("critical", 3, "owner", "hierarchical"): 1,
    }
    assert tally.lapsed == 1
    assert [one.due_at for one in tally.latest] == [
        NINE + 15 * MINUTE,
        NINE + 120 * MINUTE,
        NINE + 240 * MINUTE + timedelta(microseconds=1),
    ]


def test_records_come_in_and_go_out_by_the_month_of_the_zone() -> None:
    """May ends at 22:00 UTC in Berlin; one is reopened and ends again, one is open for a day."""
    night = datetime(2026, 5, 31, 21, 30, tzinfo=UTC)
    again = advance(resolved(opened("a", at=night), 0.25), "reopen", at=NINE, by="kim")
    again = advance(
        again, "resolve", at=NINE + 60 * MINUTE, by="ada", resolution_code="x", resolution_notes="y"
    )
    tally = Tally(NOW, zone=ZoneInfo("Europe/Berlin"))
    for one in (again, resolved(opened("b", at=night), 1), opened("c")):
        tally.add(one)
    assert tally.came_in == {"2026-05": 2, "2026-06": 2}
    assert tally.went_out == {"2026-05": 1, "2026-06": 2}
    assert tally.open_by_age == {"1-5 d": 1}
    later = Tally(night)
    later.add(opened("c"))  # not known then
    later.add(opened("d", at=night))
    assert later.came_in == {"2026-05": 1}


def test_an_exercise_and_a_problem_are_not_counted() -> None:
    """Nor is anything of them judged."""
    tally = Tally(NOW, desk=DESK)
    tally.add(Incident.open(id="x", title="x", at=NINE, by="kim", exercise="drill"))
    assert (dict(tally.came_in), tally.outcomes) == ({}, {})


def test_why_a_takeover_has_no_duration() -> None:
    """It is an instant of the trace; a pause is a time."""
    iron, gold = (
        attrs.evolve(SlaDefinition.resolution(hours=8, calendar=ALWAYS), name=name)
        for name in ("iron", "gold")
    )
    policy = SlaPolicy([(field("custom.tier").equals("gold"), gold)], default=iron)
    record = set_fields(opened("x"), custom={"tier": "gold"}, at=NINE + 60 * MINUTE, by="kim")
    status = evaluate.evaluate_sla(policy, record, now=NINE + 120 * MINUTE)
    (text,) = [entry.text for entry in status.trace if entry.code == "swapped"]
    assert why(status) == f"{status.trace.summary}; {text}"


def test_a_resolution_without_a_time_is_none_in_a_row() -> None:
    """The source says that it was resolved, and not when (rule H2)."""
    lines = ["id,o,s", "A,2026-06-01 09:00,Resolved"]
    (record,) = read_table(lines, {"id": "id", "opened": "o", "state": "s"}, zone="UTC")
    row = clock_row(record, ())
    assert (row["state"], row["resolved_at"]) == ("resolved", None)


def test_a_change_from_a_state_that_ends_all_is_refused_with_nothing_allowed() -> None:
    """A canceled incident goes nowhere."""
    record = advance(opened("x"), "cancel", at=NINE + MINUTE, by="kim")
    record = record.with_event(
        StateChanged, action="start", state=IN_PROGRESS, at=NINE + 2 * MINUTE, by="kim"
    )
    tally = Tally(NOW, lifecycles=(INCIDENT,))
    tally.add(record)
    assert str(tally.refusal).endswith("; allowed from canceled: nothing")
