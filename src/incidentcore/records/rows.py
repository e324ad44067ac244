"""Records from plain tables: one row for each record, with findings for what was not clean.

An importer never drops anything in silence: what it could not read, it left out or read otherwise
than written, it tells as a ``Finding``.
"""

from __future__ import annotations

import attrs

__all__ = ["Finding"]

_SHOWN = 60


@attrs.frozen
class Finding:
    """Something in a source that an importer could not take as it stood.

    Attributes:
        row: The row of the source, counted from 1 without the heading.
        field: The field or column; empty where the row as a whole is meant.
        value: What stood there, as text.
        code: What is wrong, as a stable code such as ``"unreadable_time"``.
        action: What was done about it, in words.

    >>> print(Finding(12, "Resolved", "31/2/2016", "unreadable_time", "left out"))
    row 12, Resolved '31/2/2016': unreadable_time; left out
    """

    row: int
    field: str
    value: str
    code: str
    action: str

    def __str__(self) -> str:
        value = self.value if len(self.value) <= _SHOWN else f"{self.value[:_SHOWN]}…"
        where = f", {self.field} {value!r}" if self.field else (f" {value!r}" if value else "")
        return f"row {self.row}{where}: {self.code}; {self.action}"
