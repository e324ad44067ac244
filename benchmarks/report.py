"""The report of a made audit log beside ``csv.DictReader`` alone, and where its time goes.

Incidents, 2,000 unless said otherwise:

    python -m benchmarks.report 10000
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.harness import print_table, ratio
from incidentcore.desk import load_desk
from incidentcore.escalation import due_escalations
from incidentcore.report import build_report
from incidentcore.sla import evaluate_sla
from incidentcore.vendors import AUDIT_LIFECYCLE, read_audit_log
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS

AS_OF = datetime(2027, 1, 1, tzinfo=UTC)
DESK = """
desk = 1
name = "Made desk"
zone = "UTC"
[calendars]
office = { hours = { mon-fri = "09:00-17:00" } }
[services.standard]
calendar = "office"
response = { critical = "15m always", high = "1h", moderate = "4h", else = "8h" }
resolution = { critical = "4h always", high = "8h", moderate = "24h", else = "40h" }
[[agreements]]
service = "standard"
[[escalation]]
name = "all"
levels = [
    { at = "resolution 80%", to = "group:managers" },
    { at = "resolution 100%", to = "group:owners" },
]
"""
COLUMNS = (
    *("number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count"),
    *("made_sla", "caller_id", "opened_by", "opened_at", "sys_created_by", "sys_created_at"),
    *("sys_updated_by", "sys_updated_at", "contact_type", "location", "category", "subcategory"),
    *("u_symptom", "cmdb_ci", "impact", "urgency", "priority", "assignment_group", "assigned_to"),
    *("knowledge", "u_priority_confirmation", "notify", "problem_id", "rfc", "vendor"),
    *("caused_by", "closed_code", "resolved_by", "resolved_at", "closed_at"),
)
STATES = ("New", "Active", "Active", "Awaiting User Info", "Active", "Resolved", "Closed")


def lines(incidents: int) -> Iterator[str]:
    """Yield the log: seven rows of 36 columns for each incident, one of ten columns changing."""
    random = Random(7)  # noqa: S311  a log that is the same each time
    yield ",".join(COLUMNS) + "\n"
    for number in range(incidents):
        opened = datetime(2026, 1, 1) + timedelta(minutes=random.randrange(480_000))  # noqa: DTZ001
        times = [opened + timedelta(hours=hours * random.random()) for hours in range(len(STATES))]
        texts = [f"{at.day}/{at.month}/{at:%Y %H:%M}" for at in sorted(times)]
        level = random.choice(("1 - Critical", "2 - High", "3 - Moderate", "4 - Low"))
        cells = dict.fromkeys(COLUMNS, "?") | {
            "number": f"INC{number:07}",
            "made_sla": "true",
            "caller_id": f"Caller {number % 500}",
            "opened_by": "Opened by 8",
            "opened_at": texts[0],
            "contact_type": "Phone",
            "category": f"Category {number % 30}",
            "impact": "2 - Medium",
            "urgency": "2 - Medium",
            "priority": level,
            "notify": "Do Not Notify",
            "resolved_at": texts[-2],
            "closed_at": texts[-1],
        }
        for count, (state, at) in enumerate(zip(STATES, texts, strict=True)):
            cells |= {
                "incident_state": state,
                "active": "false" if state == "Closed" else "true",
                "reassignment_count": str(count // 3),
                "reopen_count": "0",
                "sys_mod_count": str(count),
                "sys_updated_by": f"Updated by {random.randrange(50)}",
                "sys_updated_at": at,
                "assignment_group": f"Group {number % 20 + count // 3}",
                "assigned_to": f"Resolver {random.randrange(3)}",
            }
            yield ",".join(cells.values()) + "\n"


def main(incidents: int) -> None:
    """Measure and print."""
    log = list(lines(incidents))
    desk = load_desk(DESK.encode())
    level = desk.service_level
    assert level is not None

    def read() -> int:
        return sum(1 for _ in read_audit_log(log))

    def plain() -> int:
        return sum(1 for _ in csv.DictReader(log))

    def report() -> object:
        return build_report(
            read_audit_log(log),
            as_of=AS_OF,
            title="Made",
            desk=desk,
            tool_kpis=AUDIT_KPIS,
            lifecycles=(AUDIT_LIFECYCLE,),
        )

    records = list(read_audit_log(log))
    assert len(records) == incidents

    def judge() -> None:
        for record in records:
            slas = evaluate_sla(level, record, now=AS_OF)
            for matrix in desk.matrices:
                due_escalations(matrix, record, slas=slas, now=AS_OF, include_lapsed=True)

    def times(call: Callable[[], object]) -> float:
        return ratio(call, plain, rounds=7)

    print_table(
        f"Report, {incidents:,} incidents, {len(log) - 1:,} rows",
        [
            ("report / csv.DictReader", times(report), "<= 19, half of 37.7"),
            ("reading alone / csv.DictReader", times(read), ""),
            ("clocks and escalations of kept records / csv.DictReader", times(judge), ""),
        ],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
