"""Lines of a ServiceNow audit log, and what is read from them."""

from __future__ import annotations

from typing import Any

from incidentcore.records import (
    Incident,
)
from incidentcore.vendors import (
    ImportFinding,
    read_audit_log,
)

DEFAULTS = {
    "number": "INC1",
    "incident_state": "New",
    "active": "true",
    "reassignment_count": "0",
    "reopen_count": "0",
    "sys_mod_count": "0",
    "made_sla": "true",
    "caller_id": "Caller 7",
    "opened_by": "Desk 1",
    "opened_at": "1/6/2026 09:00",
    "sys_created_by": "Desk 1",
    "sys_created_at": "1/6/2026 09:02",
    "sys_updated_by": "Desk 1",
    "sys_updated_at": "1/6/2026 09:05",
    "contact_type": "Phone",
    "location": "Hall 3",
    "category": "Mail",
    "subcategory": "Calendar",
    "u_symptom": "?",
    "cmdb_ci": "?",
    "impact": "2 - Medium",
    "urgency": "2 - Medium",
    "priority": "3 - Moderate",
    "assignment_group": "?",
    "assigned_to": "?",
    "knowledge": "false",
    "u_priority_confirmation": "false",
    "notify": "Do Not Notify",
    "problem_id": "?",
    "rfc": "?",
    "vendor": "?",
    "caused_by": "?",
    "closed_code": "?",
    "resolved_by": "?",
    "resolved_at": "?",
    "closed_at": "?",
}


HEADER = ",".join(DEFAULTS)


def row(**fields: str) -> str:
    assert fields.keys() <= DEFAULTS.keys()
    return ",".join({**DEFAULTS, **fields}.values())


def log(*rows: dict[str, str]) -> list[str]:
    """Return the lines of a log whose rows each build on the fields of the row before."""
    lines, fields = [HEADER], {}
    for change in rows:
        number = change.get("number", fields.get("number", DEFAULTS["number"]))
        fields = {**(fields if fields.get("number") == number else {}), **change, "number": number}
        lines.append(row(**fields))
    return lines


def load_audit_log(
    lines: Any, **options: Any
) -> tuple[tuple[Incident, ...], tuple[ImportFinding, ...]]:
    """Read a whole log."""
    reading = read_audit_log(lines, **options)
    return tuple(reading), tuple(reading.findings)


def load(*rows: dict[str, str], **options: Any) -> tuple[Incident, list[ImportFinding]]:
    """Return the only incident of a log and what was found beyond what every log says."""
    [incident], findings = load_audit_log(log(*rows), **options)
    always = ("no_zone", "backfilled", "missing_column")
    return incident, [finding for finding in findings if finding.code not in always]
