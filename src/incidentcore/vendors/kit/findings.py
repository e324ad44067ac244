"""Findings: everything in a source that an importer had to omit or change, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final, overload

import attrs

from incidentcore.pages.table import Tabular

OF_WORDS: Final = ("unknown_state", "unknown_level", "nearest_level", "empty_word")
"""The codes of findings about a word of the source, whose value is that word."""
_SHOWN: Final = 60
_EXAMPLES: Final = 100


def shown(text: str) -> str:
    """Return a text from a source for use in messages, shortened if it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


@attrs.frozen
class ImportFinding:
    """Something in a source that an importer could not use or had to change.

    Attributes:
        row: The row of the source, counted from 1 without the header; 0 if the source has no rows.
        field: The field or column; empty for the row or record as a whole.
        value: The value in the source, as text.
        code: The kind of finding, as a stable code such as ``"unreadable_time"``.
        action: What the importer did, as text.
        key: The id of the record; empty for the source as a whole.
        path: The place within the source's record, such as ``"histories[3]"``.
        count: How often the same finding occurred.

    >>> from incidentcore.vendors import ImportFinding
    >>> print(ImportFinding(12, "Resolved", "31/2/2016", "unreadable_time", "left out"))
    row 12, Resolved '31/2/2016': unreadable_time; left out
    >>> print(ImportFinding(0, "state", "Parked", "unknown_state", "read as open", "SD-7", count=3))
    SD-7, state 'Parked': unknown_state; read as open (3 times)
    """

    row: int
    field: str
    value: str
    code: str
    action: str
    key: str = ""
    path: str = ""
    count: int = 1

    def __str__(self) -> str:
        places = [f"row {self.row}" if self.row else "", self.key, self.path]
        value = shown(self.value) if self.value else ""
        places.append(f"{self.field} {value}".strip() if self.field or value else "")
        where = ", ".join(place for place in places if place) or "source"
        times = f" ({self.count:,} times)" if self.count > 1 else ""
        return f"{where}: {self.code}; {self.action}{times}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(str(self))}</p>"


class Findings(Tabular, Sequence[ImportFinding]):
    """The findings of one import; equal findings are counted, not repeated.

    Two findings are equal here if their code, field, value and action are equal. At most 100
    different values are listed for each code and field; further values are counted with the last
    one listed, so that memory stays bounded.

    Attributes:
        counts: How often each code occurred.

    >>> from incidentcore.vendors import Findings
    >>> findings = Findings()
    >>> for row in (1, 2, 3):
    ...     findings.add("unknown_level", "left out", row=row, field="Priority", value="Urgent!")
    >>> len(findings), findings[0].row, findings[0].count, findings.counts["unknown_level"]
    (1, 1, 3, 3)
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: dict[tuple[str, str, str, str], ImportFinding] = {}
        self._times: Counter[tuple[str, str, str, str]] = Counter()
        self._alike: dict[tuple[str, str], list[tuple[str, str, str, str]]] = {}

    def add(
        self,
        code: str,
        action: str,
        *,
        row: int = 0,
        field: str = "",
        value: object = "",
        key: str = "",
        path: str = "",
        count: int = 1,
    ) -> None:
        """Add a finding, or increase the count of an equal one; see ``ImportFinding``."""
        self.counts[code] += count
        text = (value if isinstance(value, str) else _text(value))[:200]
        same, alike = (code, field, text, action), self._alike.setdefault((code, field), [])
        if same not in self._kept and len(alike) < _EXAMPLES:
            alike.append(same)
            self._kept[same] = ImportFinding(row, field, text, code, action, key, path)
        self._times[same if same in self._kept else alike[-1]] += count

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[ImportFinding]:
        for same, finding in self._kept.items():
            times = self._times[same]
            yield finding if times == 1 else attrs.evolve(finding, count=times)

    @overload
    def __getitem__(self, index: int) -> ImportFinding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[ImportFinding]: ...

    def __getitem__(self, index: int | slice) -> ImportFinding | Sequence[ImportFinding]:
        return tuple(self)[index]

    def __repr__(self) -> str:
        return f"<Findings: {dict(self.counts)}>"

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings, one row for each finding, and which columns are numeric."""
        rows = [
            [one.code, f"{one.count:,}", str(one.row or one.key), one.field, one.value, one.action]
            for one in self
        ]
        heads = ["code", "count", "first", "field", "value", "what was done"]
        return heads, rows, [False, True, True, False, False, False]


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001  a broken text form must not hide the finding
        return f"<{type(value).__name__}>"
