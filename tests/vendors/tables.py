"""Rows of a table, and what is read from them."""

from __future__ import annotations

from typing import Any

from incidentcore.records import Incident
from incidentcore.vendors import ImportFinding, read_table

MAPPING = {
    "id": "Number",
    "opened": "Created",
    "acknowledged": "Acked",
    "resolved": "Resolved",
    "closed": "Closed",
}


def records_from_rows(
    rows: list[dict[str, object]], mapping: dict[str, str], **options: Any
) -> tuple[tuple[Incident, ...], tuple[ImportFinding, ...]]:
    """Read a whole table."""
    reading = read_table(rows, mapping, **options)
    return tuple(reading), tuple(reading.findings)


def row(**values: object) -> dict[str, object]:
    return {"Number": "I1", "Created": "", "Acked": "", "Resolved": "", "Closed": ""} | values


def codes(findings: tuple[ImportFinding, ...]) -> list[tuple[int, str, str]]:
    return [(finding.row, finding.field, finding.code) for finding in findings]


TWICE = [
    {"id": "A", "in": "2026-06-01T09:00Z", "who": "ada"},
    {"id": "B", "in": "2026-06-01T09:00Z", "who": "ben"},
    {"id": "A", "in": "2026-06-01T10:00Z", "who": "cy"},
]


TWICE_FIELDS = {"id": "id", "opened": "in", "assignee": "who"}
