"""Files that reports are made from: each gives its latest instant and a stream of incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import FormatError
from incidentcore.records import ImportFinding, Incident, RecordStream
from incidentcore.vendors import latest_instant, open_table, read_audit_log

__all__ = ["AuditSource", "Reading", "ReportSource", "TableSource"]

# ServiceNow writes "?" in its exports, spreadsheets leave cells empty.
_MISSING = ("", "?")


class Reading(Protocol):
    """A stream of incidents whose findings grow while it is read."""

    findings: list[ImportFinding]

    def __iter__(self) -> Iterator[Incident]:
        """Return the incidents."""
        ...  # pragma: no cover


class ReportSource(Protocol):
    """A file of incidents, which can be read more than once."""

    def latest(self) -> datetime | None:
        """Return the latest instant that the file speaks of; None for an empty one."""
        ...  # pragma: no cover

    def read(self) -> Reading:
        """Return the incidents as a stream."""
        ...  # pragma: no cover


@attrs.frozen
class AuditSource:
    """A ServiceNow audit log; see ``vendors.read_audit_log``."""

    path: Path
    zone: ZoneInfo | None = None

    def latest(self) -> datetime | None:
        """Return the latest instant of the log, by a first pass over its times."""
        return latest_instant(self.path, zone=self.zone)

    def read(self) -> Reading:
        """Return the log's incidents."""
        return read_audit_log(self.path, zone=self.zone)


@attrs.frozen(kw_only=True)
class TableSource:
    """A table with one row for each ticket; see ``records_from_rows``."""

    path: Path
    mapping: Mapping[str, str]
    zone: ZoneInfo | None = None
    time_format: str | None = None

    def latest(self) -> datetime | None:
        """Return the latest instant of the table, by a first pass over its incidents.

        Raises:
            FormatError: The table has rows, but none from which an incident can be made.
        """
        reading = self.read()
        latest = max((incident.updated_at for incident in reading), default=None)
        if latest is None and reading.findings:
            raise FormatError(f"no row gives an incident; the first: {reading.findings[0]} @ rows")
        return latest

    def read(self) -> Reading:
        """Return an incident for each row."""
        table = open_table(self.path)
        table.require(self.mapping.values())
        rows = (dict(zip(table.columns, fields, strict=True)) for _, fields in table.rows)
        return RecordStream(
            rows,
            self.mapping,
            zone=self.zone,
            time_format=self.time_format,
            missing=_MISSING,
        )
