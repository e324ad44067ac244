"""Read ServiceNow's XML export: rows of any table, by the table's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NoReturn
from xml.etree import ElementTree as ET

from incidentcore.errors import FormatError
from incidentcore.vendors.lines import BROKEN_GZIP, first_bytes, opened

_ROOTS: Final = ("xml", "unload")


class _Builder(ET.TreeBuilder):
    """Refuses a document type, and so every entity that one could define."""

    def doctype(self, *_: object) -> NoReturn:
        raise ValueError("a document type, which such an export does not have")


def is_xml(path: Path) -> bool:
    """Return whether a file begins as XML does."""
    start = first_bytes(path).replace(b"\0", b"")  # of UTF-16
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def servicenow_tables(path: str | Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of an XML export by table, such as ``incident`` and ``sys_audit``.

    A cell is its text, or an object with ``value`` and ``display_value`` if it has a display.
    """
    with opened(Path(path)) as file:
        try:
            parser = ET.XMLParser(target=_Builder())  # noqa: S314  no entity can be defined
            root = ET.parse(file, parser).getroot()  # noqa: S314
            if _name(root) not in _ROOTS:
                raise ValueError(f"the root is {root.tag!r} instead of 'xml' or 'unload'")
        except (ET.ParseError, ValueError, LookupError, *BROKEN_GZIP) as error:
            raise FormatError(f"not XML that ServiceNow exported: {error} @ {path}") from None
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in root:
        tables.setdefault(_name(row), []).append({_name(cell): _value(cell) for cell in row})
    return tables


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]  # without an XML namespace


def _value(cell: ET.Element) -> Any:
    text, display = "".join(cell.itertext()), cell.get("display_value")
    return text if display is None else {"value": text, "display_value": display}
