"""A handful of incidents and the desk that promised something for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidentcore.desk import load_desk
from incidentcore.lifecycle import advance
from incidentcore.pages import Page
from incidentcore.records import Incident, comment
from incidentcore.report import build_report
from incidentcore.values import Level, Priority

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
DESK = load_desk("""
desk = 1
name = "always open"
zone = "UTC"
[services.all]
calendar = "always"
response = { critical = "15m", high = "1h", else = "8h" }
resolution = { critical = "4h", high = "8h", else = "40h" }
[[agreements]]
service = "all"
[[escalation]]
name = "critical"
when = { priority = "critical" }
levels = [
  { after = "15m", since = "opened_at", to = "group:on-call" },
  { after = "15m", to = "group:team lead", mode = "hierarchical" },
  { at = "resolution 50%", to = "group:manager", mode = "hierarchical" },
  { at = "resolution breach", to = "group:owner", mode = "hierarchical" },
]
""")


def opened(
    name: str, priority: Level | None = Priority.HIGH, at: datetime = NINE, **fields: Any
) -> Incident:
    fields = {"title": f"Case {name}", "computed_priority": priority, **fields}
    return Incident.open(id=name, at=at, by="kim", **fields)


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
    at = incident.opened_at + timedelta(minutes=minutes)
    return advance(comment(incident, "We look.", at=at, by="ada"), "start", at=at, by="ada")


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


def report(*incidents: Incident, **options: object) -> Page:
    known: dict[str, object] = {"desk": DESK, "as_of": NOW, "title": "Report", **options}
    return build_report(incidents or INCIDENTS, **known)  # type: ignore[arg-type]  # by name
