"""Read ServiceNow's XML export: rows of any table, by the table's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from incidentcore.errors import FormatError
from incidentcore.vendors.lines import BROKEN_GZIP, first_bytes, opened

_CHUNK: Final = 1 << 16
_ROW: Final = 2  # below the root and the table's element
_ROOTS: Final = ("xml", "unload")


def is_xml(path: Path) -> bool:
    """Return whether a file begins as XML does."""
    start = first_bytes(path).replace(b"\0", b"")  # of UTF-16
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def servicenow_tables(path: str | Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of an XML export by table, such as ``incident`` and ``sys_audit``.

    A cell is its text, or an object with ``value`` and ``display_value`` if it has a display.
    """
    reader = _Reader()
    with opened(Path(path)) as file:
        try:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk)
            reader.parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, *BROKEN_GZIP) as error:
            raise FormatError(f"not XML that ServiceNow exported: {error} @ {path}") from None
    return reader.tables


class _Reader:
    """Collects rows while the parser reads the text."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self._depth = 0
        self._display: str | None = None
        self._text: list[str] = []
        self._row: dict[str, Any] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise ValueError("a document type, which such an export does not have")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._depth == 0 and tag not in _ROOTS:
            raise ValueError(f"the root is {tag!r} instead of 'xml' or 'unload'")
        if self._depth == 1:
            self._row = {}
            self.tables.setdefault(tag, []).append(self._row)
        elif self._depth == _ROW:
            self._display = attributes.get("display_value")
            self._text.clear()
        self._depth += 1

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth == _ROW:
            value: Any = "".join(self._text)
            if self._display is not None:
                value = {"value": value, "display_value": self._display}
            self._row[tag] = value
