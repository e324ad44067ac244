"""Read a sheet of a spreadsheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from incidentcore.errors import FormatError
from incidentcore.vendors.headings import TITLES, heading_row, known, note_titles
from incidentcore.vendors.kit.findings import shown
from incidentcore.words import Phrase

__all__ = ["read_sheet"]

Rows = Iterator[tuple[int, Any]]
Notes = list[tuple[str, str]]


def read_sheet(path: Path, largest: int) -> tuple[tuple[str, ...], Rows, Notes]:
    """Return the columns of a spreadsheet, its numbered rows, and what was detected.

    It reads the first sheet that has headings known from tickets, or else the first not empty.

    Raises:
        FormatError: openpyxl is missing, or the file is broken, too large or empty.
    """
    try:
        import openpyxl  # noqa: PLC0415  an extra
    except ImportError:
        raise FormatError(
            f"a spreadsheet; reading it needs openpyxl (incidentcore[xlsx]) @ {path}"
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > largest:
            raise FormatError(f"a spreadsheet of more than {largest:,} bytes @ {path}")
        content = io.BytesIO(path.read_bytes())  # by its content, not by its name
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        rows, notes = _sheet(book)
        header = next(rows, [])
    except FormatError:
        raise
    except Exception as error:  # noqa: BLE001  a broken file may raise anything there
        raise FormatError(f"not a spreadsheet that can be read: {error} @ {path}") from None
    columns = tuple("" if name is None else str(name).strip() for name in header)
    if not any(columns):
        raise FormatError("no header: the first row must name the columns @ header")
    return columns, enumerate(rows, 1), notes


def _sheet(book: Any) -> tuple[Iterator[list[Any]], Notes]:
    """Return the rows of the sheet that ``read_sheet`` reads, from its headings on."""
    notes: Notes = []
    sheets: dict[str, tuple[list[list[Any]], Iterator[list[Any]]]] = {}
    for sheet in book.worksheets:
        rows = (list(row) for row in sheet.iter_rows(values_only=True) if set(row) != {None})
        first = list(islice(rows, TITLES + 1))
        if first:
            sheets[sheet.title] = first, rows
    headed = (one for one, (first, _) in sheets.items() if any(known(row) > 1 for row in first))
    name = next(headed, next(iter(sheets), ""))
    first, rest = sheets.get(name, ([], iter(())))
    if others := [shown(other) for other in sheets if other != name]:
        text = "sheet {name} is read; not read: {others}; save one as a file of its own to read it"
        notes.append(("other_sheets", Phrase(text, name=shown(name), others=tuple(others))))
    place = heading_row(first)
    note_titles(notes, first[:place])
    return chain(first[place:], rest), notes
