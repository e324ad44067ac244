"""Reports on a handful of incidents, each figure worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.errors import DefinitionError
from incidentcore.lifecycle import INCIDENT, advance
from incidentcore.records import Incident, acknowledge
from incidentcore.report import Report, Section, Tally, build_report, standard_rules
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import Level, Priority
from incidentcore.vendors import AUDIT_LIFECYCLE, ImportFinding, read_audit_log

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
ALWAYS = BusinessCalendar.always()
RULES = standard_rules(ALWAYS)


def opened(name: str, priority: Level | None = Priority.HIGH, at: datetime = NINE) -> Incident:
    return Incident.open(id=name, title=f"Case {name}", at=at, by="kim", computed_priority=priority)


def resolved(incident: Incident, hours: float) -> Incident:
    return advance(
        incident,
        "resolve",
        at=incident.opened_at + timedelta(hours=hours),
        by="ada",
        resolution_code="fix",
        resolution_notes="done",
    )


def at_work(incident: Incident, minutes: int = 10) -> Incident:
    return advance(incident, "start", at=incident.opened_at + timedelta(minutes=minutes), by="ada")


INCIDENTS = (
    resolved(at_work(opened("met")), 8),  # exactly at the due is met (rule S2)
    resolved(at_work(opened("late")), 9),
    resolved(at_work(opened("later")), 12),
    at_work(opened("running", at=NINE + timedelta(hours=20))),
    at_work(opened("overdue")),
    advance(
        at_work(opened("paused")),
        "hold",
        reason="awaiting_vendor",
        at=NINE + timedelta(hours=1),
        by="ada",
    ),
    advance(opened("gone"), "cancel", at=NINE + timedelta(minutes=5), by="kim"),
    resolved(opened("any", None), 1),
)
NOW = NINE + timedelta(hours=24)


def report(*incidents: Incident, **options: object) -> Report:
    known: dict[str, object] = {"rules": RULES, "as_of": NOW, "title": "Report", **options}
    return build_report(incidents or INCIDENTS, **known)  # type: ignore[arg-type]  # by name


def test_compliance_counts_each_clock_once() -> None:
    """Met, breached, running, running beyond its target, paused and canceled are apart."""
    rows = {(row["promise"], row["priority"]): row for row in report().to_plain()["sla"]}
    assert rows["resolution", "high"] == {
        "promise": "resolution",
        "priority": "high",
        "compliance": pytest.approx(1 / 3),
        "met": 1,
        "breached": 2,
        "running": 1,
        "running_breached": 1,
        "paused": 1,
        "canceled": 1,
        "not_started": 0,
    }
    assert rows["resolution", "(all)"]["compliance"] == 0.5
    assert rows["response", "(all)"]["met"] == 7


def test_the_worst_breach_is_told_with_its_trace() -> None:
    """Of one priority the clock furthest over its target: 24 h of 8 h beats 12 h of 8 h."""
    worst = report().to_plain()["worst"]
    assert worst["record"] == "overdue"
    assert worst["over_target_hours"] == 16
    assert [entry["code"] for entry in worst["trace"]] == ["counting"]
    assert report().to_plain()["worst"]["target_hours"] == 8
    critical = resolved(opened("hot", Priority.CRITICAL), 5)
    assert report(*INCIDENTS, critical).to_plain()["worst"]["record"] == "hot"
    assert report(INCIDENTS[0]).to_plain()["worst"] is None
    assert "none: every promise was kept" in str(report(INCIDENTS[0]))


def test_volume_and_figures() -> None:
    """Opened, resolved, canceled and open add up; mean times leave out what has none."""
    plain = report().to_plain()
    total = plain["volume"][-1]
    assert (total["opened"], total["resolved"], total["canceled"], total["backlog"]) == (8, 4, 1, 3)
    mean = next(
        row
        for row in plain["kpis"]["rows"]
        if (row["kpi"], row["priority"]) == ("mean_time_to_resolve", "(all)")
    )
    assert mean["value"] == (8 + 9 + 12 + 1) / 4
    assert mean["excluded_by_reason"] == {"canceled": 1, "unresolved": 3}


def test_escalations_are_counted_by_level() -> None:
    """A critical incident that nobody takes tells four, at 15, 30, 120 and beyond 240 minutes."""
    plain = report(opened("hot", Priority.CRITICAL)).to_plain()["escalations"]
    assert [(level["level"], level["target"], level["count"]) for level in plain["levels"]] == [
        (0, "on-call", 1),
        (1, "team lead", 1),
        (2, "incident manager", 1),
        (3, "service owner", 1),
    ]
    due = [datetime.fromisoformat(one["due_at"]) - NINE for one in plain["latest"]]
    assert [span // timedelta(minutes=1) for span in due] == [15, 30, 120, 240]
    answered = acknowledge(
        opened("calm", Priority.CRITICAL), at=NINE + timedelta(minutes=5), by="ada"
    )
    levels = report(resolved(answered, 1)).to_plain()["escalations"]["fell_due"]
    assert levels == 0


def test_only_what_had_happened_counts() -> None:
    """At half past nine nothing was resolved, and nothing opened later is known."""
    plain = report(as_of=NINE + timedelta(minutes=30)).to_plain()
    assert plain["volume"][-1]["opened"] == 7
    assert plain["volume"][-1]["backlog"] == 6
    assert plain["worst"] is None


def test_a_report_on_nothing() -> None:
    """No records give an empty page, not an error."""
    empty = build_report([], rules=RULES, as_of=NOW, title="Nothing")
    assert empty.to_plain()["volume"] == []
    assert "none: no records" in str(empty)


def test_state_changes_are_explained() -> None:
    """The first refused change of the records is told, or the one that was given."""
    text = str(report(example="A-1: no"))
    assert "one refused transition:\n  A-1: no" in text
    assert "incident: 0 of " in text
    assert "State changes" not in str(report(rules=standard_rules(ALWAYS, lifecycles=())))


def test_findings_are_summed_up_by_code() -> None:
    """Each code is told once, with its count and its first row."""
    findings = [
        ImportFinding(3, "a", "x", "odd", "kept"),
        ImportFinding(9, "b", "y", "odd", "left out"),
    ]
    plain = report(findings=findings).to_plain()["findings"]
    assert plain == [
        {
            "code": "odd",
            "count": 2,
            "first_row": 3,
            "first_record": "",
            "field": "a",
            "value": "x",
            "action": "kept",
        }
    ]


def test_more_sections_stand_at_the_end() -> None:
    """A caller's own section is printed and in the data."""
    section = Section(key="mine", title="Mine", text="one line", data=[1])
    page = report(more=[section])
    assert str(page).endswith("\n\nMine\n----\none line")
    assert page.to_plain()["mine"] == [1]


def test_a_group_that_is_no_field() -> None:
    """A group must be a field that records have."""
    with pytest.raises(DefinitionError, match="colour"):
        report(by="colour")


def test_the_tally_passes_every_incident_on() -> None:
    """Watching a stream changes nothing in it."""
    tally = Tally(RULES, NOW)
    assert tuple(tally.watch(INCIDENTS)) == INCIDENTS
    (check,) = tally.checks
    assert (check.lifecycle, check.refused) == (INCIDENT.id, 0)


def test_a_refused_change_of_a_log_is_told_with_what_was_allowed() -> None:
    """The first refusal names the record, the states and the ways that were open."""
    lines = [
        "number,incident_state,sys_updated_by,opened_at,sys_updated_at",
        "INC1,Resolved,ada,1/6/2026 09:00,1/6/2026 09:05",
        "INC1,New,ada,1/6/2026 09:00,1/6/2026 11:30",
    ]
    rules = standard_rules(ALWAYS, lifecycles=(AUDIT_LIFECYCLE,))
    text = str(report(*read_audit_log(lines), rules=rules))
    assert "  INC1 at 2026-06-01T11:30:00+00:00: Resolved to New is not allowed; " in text
    assert "allowed from Resolved: Active, Closed" in text
