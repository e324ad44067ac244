"""Read field values of a ServiceNow audit log: times, counts, flags, levels, names.

A time that cannot be read ends the import, since every history depends on its times. Any other
field that cannot be read is left out of the record, with a finding.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.values import Actor, Level, State
from incidentcore.vendors.kit import Findings, LevelTable, Times
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.servicenow_states import AUDIT_STATES, unknown_state

__all__ = ["AuditRow", "FieldReader", "MISSING", "whole_number"]

MISSING: Final = ("?", "")
UNKNOWN_ACTOR: Final = "unknown"

_COUNT: Final = re.compile(r"\d{1,9}", flags=re.ASCII)
_FLAGS: Final = {"true": True, "false": False}
_FORMATS: Final = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_TABLES: Final = LevelTable()
_CACHED: Final = 1 << 16  # memory stays bounded for any log


def whole_number(text: str) -> int | None:
    """Return the number that a text of digits means; None for any other text."""
    return int(text) if _COUNT.fullmatch(text) else None


class AuditRow:
    """One row of the log: its number and its fields by column."""

    __slots__ = ("_columns", "fields", "number")

    def __init__(self, number: int, fields: list[str], columns: dict[str, int]) -> None:
        self.number: int = number
        self.fields: list[str] = fields
        self._columns = columns

    def __getitem__(self, column: str) -> str:
        """Return what stands in a column; a column that the log does not have is missing."""
        place = self._columns.get(column)
        return "?" if place is None else self.fields[place]


class FieldReader:
    """Reads the fields of audit rows and adds what was wrong with them to the findings.

    Args:
        zone: The zone of the log's times.
        findings: The findings of the import.
    """

    def __init__(self, zone: ZoneInfo | None, findings: Findings) -> None:
        self._findings = findings
        self._times = Times(zone or "UTC", formats=_FORMATS).reader()
        self._actors: dict[str, Actor] = {}
        self._states = {state.name: state for state in AUDIT_STATES}

    def tell(self, row: AuditRow, column: str, code: str, action: str) -> None:
        """Add a finding about a field."""
        self._findings.add(
            code, action, row=row.number, field=column, value=row[column], key=row["number"]
        )

    def text(self, row: AuditRow, column: str) -> str | None:
        """Return a text, or None where it is missing."""
        value = row[column]
        return None if value in MISSING else value

    def time(self, row: AuditRow, column: str) -> datetime:
        """Return a day-first time in UTC.

        Raises:
            FormatError: It is missing, or not a time.
        """
        value = row[column]
        try:
            at = self._times.read(value)
        except InvalidValueError:
            raise FormatError(
                f"got {shown(value)}; allowed: a day-first time such as 29/2/2016 01:16 "
                f"@ row {row.number}, column {column}"
            ) from None
        if self._times.oddity:
            self.tell(row, column, self._times.oddity, self._times.action)
        return at

    def optional_time(self, row: AuditRow, column: str) -> datetime | None:
        """Return a day-first time in UTC, or None where it is missing.

        Raises:
            FormatError: It is not a time.
        """
        return None if row[column] in MISSING else self.time(row, column)

    def count(self, row: AuditRow, column: str) -> int | None:
        """Return a whole number, or None where it is missing or not one."""
        number = whole_number(row[column])
        if number is None and row[column] not in MISSING:
            self.tell(row, column, "not_a_count", "left out")
        return number

    def flag(self, row: AuditRow, column: str) -> bool | None:
        """Return true or false, or None where it is missing or neither."""
        value = row[column]
        if value not in _FLAGS and value not in MISSING:
            self.tell(row, column, "not_a_flag", "left out")
        return _FLAGS.get(value)

    def level(self, row: AuditRow, column: str) -> Level | None:
        """Return a level such as ``2 - Medium``, or None where it is missing or unknown."""
        value = row[column]
        level = _TABLES.find(column, value)
        if level is None and value not in MISSING:
            self.tell(row, column, "unknown_level", "left out")
        return level

    def state(self, row: AuditRow) -> State:
        """Return the state; one that the log's own list does not have counts as open."""
        value = row["incident_state"]
        return self._states.get(value) or unknown_state(value)

    def check_state(self, row: AuditRow) -> None:
        """Tell a state that the log's own list does not have."""
        if row["incident_state"] not in self._states:
            action = f"read as the open state {self.state(row).name}"
            self.tell(row, "incident_state", "unknown_state", action)

    def actor(self, row: AuditRow, column: str) -> Actor:
        """Return who acted, as an agent: the log does not say in which role."""
        value = row[column]
        if value in MISSING:
            self.tell(row, column, "no_actor", f"read as the actor {UNKNOWN_ACTOR}")
            value = UNKNOWN_ACTOR
        actor = self._actors.get(value)
        if actor is None:
            if len(self._actors) >= _CACHED:
                self._actors.clear()
            actor = self._actors[value] = Actor(value)
        return actor
