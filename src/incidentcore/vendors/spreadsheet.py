"""Read a sheet of a spreadsheet."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from incidentcore._checks import nearest
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors.headings import TITLES, heading_row, known, note_titles
from incidentcore.vendors.kit.findings import shown
from incidentcore.words import Phrase

_PIECE: Final = 1 << 20
_OVERLAP: Final = 64
_MOST_MERGED: Final = 100_000
_is_uncounted: Final = re.compile(rb"(?:</f>|<f ?/>)(?:<v ?/>|<v></v>)?</c>").search
_merged: Final = re.compile(rb'mergeCell ref="([A-Z]+)(\d+):[A-Z]+(\d+)"').findall
_UNCOUNTED: Final = (
    "cells with a formula that was never computed are read as empty; open the file in a "
    "spreadsheet program and save it"
)
_MERGED: Final = (
    "the value of cells that are merged over several rows counts for each of these rows"
)
_STRICT: Final = b"http://purl.oclc.org/ooxml/spreadsheetml/"
_STRICT_FORM: Final = (
    "a spreadsheet in the form Strict Open XML, which cannot be read; save it in the form Excel "
    "Workbook (.xlsx)"
)
_SWAPPED: Final = (
    "day and month of the dates in {columns} are probably exchanged: only dates up to the 12th are "
    "dates, all others are text, as a spreadsheet program of another country reads them; export "
    "the list again, as text"
)
_NUMERIC: Final = re.compile(r"\s*(\d\d?)([./-])(\d\d?)\2(?:\d{4}|\d\d)\b")
_MONTHS: Final = 12
_LEAST: Final = 2  # dates that prove an exchange at the end of a sheet; in its middle, more
_LEAST_SO_FAR: Final = 20
_LOOKED_AT: Final = 200  # rows, as many as describe_columns reads
Rows = Iterator[tuple[int, Any]]
Notes = list[tuple[str, str]]
Merged = dict[int, dict[int, int]]
"""The last row of each merged cell, by its first row and its column."""


def read_sheet(
    path: Path, largest: int, sheet: str | int | None = None
) -> tuple[tuple[str, ...], Rows, Notes]:
    """Return the columns of a spreadsheet, its numbered rows, and what was detected.

    It reads the sheet that is named or numbered from 1; by default the first that has headings
    known from tickets, or else the first not empty.
    """
    try:
        import openpyxl  # noqa: PLC0415  an extra
    except ImportError:
        raise FormatError(
            f"a spreadsheet; reading it needs openpyxl (incidentcore[xlsx]) @ {path}"
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            if "[Content_Types].xml" not in archive.namelist():
                raise FormatError(f"an archive, but no spreadsheet in .xlsx; unpack it @ {path}")
            size = sum(member.file_size for member in archive.infolist())
            if size > largest:
                raise FormatError(f"a spreadsheet of more than {largest:,} bytes @ {path}")
            if "xl/workbook.xml" in archive.namelist():
                with archive.open("xl/workbook.xml") as file:
                    if _STRICT in file.read(_PIECE):
                        raise FormatError(f"{_STRICT_FORM} @ {path}")
            has_uncounted, merged = _looked_through(archive)
        content = io.BytesIO(path.read_bytes())  # by its content, not by its name
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        rows, notes = _sheet(book, sheet, merged)
        header = next(rows, [])
    except (FormatError, InvalidValueError):
        raise
    except Exception as error:  # noqa: BLE001  a broken file may raise anything there
        raise FormatError(f"not a spreadsheet that can be read: {error} @ {path}") from None
    if has_uncounted:
        notes.append(("formula_without_value", _UNCOUNTED))
    columns = tuple("" if name is None else str(name).strip() for name in header)
    if not any(columns):
        where = "header" if sheet is None else f"sheet {sheet}"
        raise FormatError(f"no header: the first row must name the columns @ {where}")
    width = len(columns)
    whole = ([*row[:width], *[None] * (width - len(row))] for row in rows)
    return columns, _watched(enumerate(whole, 1), columns, notes), notes


def _watched(rows: Rows, columns: Sequence[str], notes: Notes) -> Rows:
    """Yield the rows; note the columns whose dates have day and month exchanged.

    These hold dates up to the 12th, which are dates in either order, and texts of other days.
    """
    sound: set[int] = set()
    dates, texts = Counter[int](), Counter[int]()

    def note(least: int) -> None:
        found = [place for place in texts if place not in sound and dates[place] >= least]
        if found:
            names = tuple(shown(columns[place]) for place in found)
            notes.append(("swapped_dates", Phrase(_SWAPPED, columns=names)))
            sound.update(found)

    for number, row in rows:
        for place, value in enumerate(row):
            if isinstance(value, date):
                dates[place] += 1
                if value.day > _MONTHS:
                    sound.add(place)
            elif isinstance(value, str) and (parts := _NUMERIC.match(value)):
                texts[place] += 1
                if max(int(parts[1]), int(parts[3])) <= _MONTHS:
                    sound.add(place)
        if number == _LOOKED_AT:
            note(_LEAST_SO_FAR)
        yield number, row
    note(_LEAST)


def _sheet(
    book: Any, wanted: str | int | None, merged: Mapping[str, Merged]
) -> tuple[Iterator[list[Any]], Notes]:
    """Return the rows of the sheet that ``read_sheet`` reads, from its headings on."""
    notes: Notes = []
    sheets: dict[str, tuple[list[list[Any]], Iterator[list[Any]]]] = {}
    shown_first = sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
    for sheet in shown_first if wanted is None else [_chosen(book, wanted)]:
        rows = _rows(sheet, _of(sheet, merged))
        first = list(islice(rows, TITLES + 1))
        if first:
            sheets[sheet.title] = first, rows
    headed = (one for one, (first, _) in sheets.items() if any(known(row) > 1 for row in first))
    name = next(headed, next(iter(sheets), ""))
    first, rest = sheets.get(name, ([], iter(())))
    if others := [shown(other) for other in sheets if other != name]:
        text = "sheet {name} is read; not read: {others}; --sheet or sheet= names another"
        notes.append(("other_sheets", Phrase(text, name=shown(name), others=tuple(others))))
    place = heading_row(first)
    note_titles(notes, first[:place])
    if name and _of(book[name], merged):
        notes.append(("merged_cells", _MERGED))
    width = max(map(len, first), default=0)
    header = [cell for row in first[place : place + 1] for cell in row]
    return chain([header + [None] * (width - len(header))], first[place + 1 :], rest), notes


def _of(sheet: Any, merged: Mapping[str, Merged]) -> Merged:
    return merged.get(sheet._worksheet_path, {})  # noqa: SLF001  which has no public name


def _rows(sheet: Any, merged: Merged) -> Iterator[list[Any]]:
    """Yield the rows that are not empty, with the values of cells that are merged over rows."""
    held: dict[int, tuple[int, Any]] = {}
    sheet.reset_dimensions()  # which some programs do not write as they are
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        row = list(cells)
        for place, last in merged.get(number, {}).items():
            held[place] = last, row[place] if place < len(row) else None
        if not set(row) - {None}:
            continue
        for place, (last, value) in [*held.items()]:
            if number > last:
                del held[place]
                continue
            row += [None] * (place + 1 - len(row))
            row[place] = value if row[place] is None else row[place]
        yield row


def _looked_through(archive: zipfile.ZipFile) -> tuple[bool, dict[str, Merged]]:
    """Return whether a formula has no value, and which cells are merged over rows, by sheet."""
    has_uncounted, merged = False, dict[str, Merged]()
    for name, piece in _pieces(archive):
        has_uncounted = has_uncounted or _is_uncounted(piece) is not None
        for column, first, last in _merged(piece):
            if int(first) < int(last):
                place = reduce(lambda sum_, letter: 26 * sum_ + letter - 64, column, 0) - 1
                merged.setdefault(name, {}).setdefault(int(first), {})[place] = int(last)
                if len(merged[name]) > _MOST_MERGED:
                    raise FormatError(f"more than {_MOST_MERGED:,} rows with merged cells @ {name}")
    return has_uncounted, merged


def _pieces(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield the text of all sheets in pieces, each with the end of the one before."""
    for name in archive.namelist():
        if name.startswith("xl/worksheets/"):
            with archive.open(name) as file:
                end = b""
                while piece := file.read(_PIECE):
                    yield name, end + piece
                    end = piece[-_OVERLAP:]


def _chosen(book: Any, wanted: str | int) -> Any:
    """Return the sheet of a name, however it is capitalized, or else of a place from 1."""
    titles = {sheet.title.strip().casefold(): sheet for sheet in book.worksheets}
    named = str(wanted).strip()
    if not isinstance(wanted, int) and named.casefold() in titles:
        return titles[named.casefold()]
    if named.isdecimal() and 1 <= int(named) <= len(titles):
        return book.worksheets[int(named) - 1]
    there = [sheet.title for sheet in book.worksheets]
    allowed = f"one of {', '.join(map(shown, there))}, or its place from 1{nearest(named, there)}"
    raise InvalidValueError("sheet", wanted, allowed)
