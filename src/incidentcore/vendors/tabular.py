"""Read tables row by row from text, JSON, spreadsheets and data frames.

Errors in a source, such as bytes that are not text, a broken archive or an unfinished quote, raise
a ``FormatError`` that names row and column. Lines, fields, runs of blank lines and unpacked sizes
are bounded, so that memory and time stay bounded for any file.
"""

from __future__ import annotations

import csv
import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import attrs

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors.headings import TITLES, heading_row, known, note_titles, plain_name
from incidentcore.vendors.kit import as_object
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.paths import CUT, MORE, flat, rows_of
from incidentcore.vendors.lines import (
    BOM,
    BROKEN_GZIP,
    LineError,
    checked_lines,
    first_bytes,
    opened,
    path_lines,
)
from incidentcore.vendors.spreadsheet import read_sheet
from incidentcore.words import Phrase

TableInput: TypeAlias = str | Path | Iterable[str] | Iterable[Mapping[str, Any]]

LARGEST: Final = 1 << 30  # bytes of JSON or of a spreadsheet, which are not read line by line
FIRST_ROWS: Final = 200  # in which the columns of objects are looked for
_CHUNK: Final = 1 << 20
_ZIP: Final = b"PK\x03\x04"
_DELIMITERS: Final = (",", ";", "\t", "|")
_SEP: Final = re.compile(r'"?sep=(.)"?\s*')
_SAID: Final = re.compile(r"[:=\d]")  # in a title such as "From: 2026-03-01"
_QUOTED: Final = re.compile(r'"[^"]*"')
_CARRIAGE: Final = "lines end in CR alone; save the file with line ends LF or CRLF"
_SAVE: Final = "open it in a spreadsheet program and save it as .xlsx or CSV"
_OTHERS: Final = {
    b"par1": "a parquet file; pass frames.rows(path), or the path to frames.gather_kpis_from",
    b"\xd0\xcf\x11\xe0": f"a spreadsheet of the old kind (.xls); {_SAVE}",
    **dict.fromkeys((b"<html", b"<!doctype html", b"<table"), f"a page of HTML; {_SAVE}"),
    b"%pdf": "a PDF; export the table as .xlsx or CSV",
}
"""How other files begin, and what to do with them."""


@attrs.frozen
class Table:
    """A table: rows, which are read on demand, with the names of their columns.

    Attributes:
        columns: The names in the header, in order. If the rows are objects, the names that occur in
            the list of rows, or in the first 200 rows of a stream.
        rows: Pairs of (row number, fields or object). Rows are counted from 1, without the header.
            Blank lines are ignored.
        objects: Whether each row is an object with named values, instead of a list of fields in the
            order of the columns.
        notes: What was detected because the caller did not state it, as pairs of (code, text); more
            may be added while rows are read.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Any]] = attrs.field(eq=False, repr=False)
    objects: bool = False
    notes: list[tuple[str, str]] = attrs.field(factory=list, eq=False, repr=False)

    def require(self, names: Iterable[str]) -> None:
        """Raise an error if the table lacks a column or has it more than once.

        Raises:
            FormatError: A column is missing or repeated; the message names it.
        """
        counts = Counter(self.columns)
        wanted = list(names)
        missing = [str(name) for name in wanted if not counts[name]]
        if missing:
            there = ", ".join(shown(name) for name in self.columns[:50])
            raise FormatError(f"no column {', '.join(missing)}; the header has {there} @ header")
        twice = sorted({shown(name) for name in wanted if counts[name] > 1})
        if twice:
            names_twice = ", ".join(twice)
            raise FormatError(
                f"column named more than once: {names_twice}; map it by its number, from 1 @ header"
            )


def open_table(
    source: TableInput | Table,
    /,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    strict: bool = True,
    sheet: str | int | None = None,
) -> Table:
    """Open a table: delimited text, JSON, JSON lines, a spreadsheet, or rows in memory.

    Args:
        source: The path of a file, which may be compressed by gzip; lines of text; rows as
            mappings; or a data frame with the Arrow stream interface (needs pyarrow). An ``.xlsx``
            file needs openpyxl. A ``Table`` is returned as it is.
        delimiter: The separator of fields; by default the most common of comma, semicolon, tab and
            ``|`` in the header.
        encoding: The encoding of a file; by default UTF-8 or, if the bytes are not UTF-8, cp1252.
        strict: Whether a row with too few or too many fields is an error.
        sheet: The sheet of a spreadsheet, by name or by number, counted from 1; by default the
            first that has headings typical of ticket lists, with a finding that names the others.

    Returns:
        The table. Its rows are read from the source on demand, and only once.

    Raises:
        FormatError: The source has no header or cannot be read; also raised later by ``rows`` if a
            row cannot be read.
        InvalidValueError: The delimiter is not one character, the encoding is unknown, or there is
            no such sheet.
        OSError: The file cannot be opened.

    >>> from incidentcore.vendors import open_table
    >>> table = open_table(["id;opened", "1;2026-06-01", "2;2026-06-02"])
    >>> table.columns, list(table.rows)
    (('id', 'opened'), [(1, ['1', '2026-06-01']), (2, ['2', '2026-06-02'])])
    """
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise InvalidValueError("delimiter", delimiter, "one character")
    if encoding is not None:
        try:
            "".encode(encoding)
        except (LookupError, TypeError, ValueError):
            raise InvalidValueError("encoding", encoding, "an encoding such as cp1252") from None
    if isinstance(source, Table):
        return source
    notes: list[tuple[str, str]] = []
    path = Path(source) if isinstance(source, str) else source
    start = first_bytes(path) if isinstance(path, Path) else b""
    if sheet is not None and not start.startswith(_ZIP):
        raise InvalidValueError("sheet", sheet, "only with a spreadsheet (.xlsx), which has sheets")
    if isinstance(path, Path):
        if start.startswith(_ZIP):
            columns, cells, notes = read_sheet(path, LARGEST, sheet)
            return Table(tuple(map(plain_name, columns)), cells, notes=notes)
        text = start.removeprefix(BOM)
        if text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            text = text[2:].replace(b"\0", b"")
        text = text.lstrip()
        if text[:1] in (b"[", b"{"):
            return _objects(_json_rows(path, notes), notes)
        if why := next((why for mark, why in _OTHERS.items() if text.lower().startswith(mark)), ""):
            raise FormatError(f"{why} @ {path}")
        return _delimited(path_lines(path, encoding, notes), delimiter, strict, notes)
    if hasattr(source, "__arrow_c_stream__"):
        return _objects(_arrow_rows(source), notes)
    if isinstance(source, Mapping) or not isinstance(source, Iterable):
        raise FormatError(
            f"got {type(source).__name__}; allowed: a path, lines of text or rows as mappings; of "
            "a frame: frames.rows(frame) @ source"
        )
    entries = iter(cast("Iterable[Any]", source))
    first = next(entries, None)
    if not isinstance(first, str):
        rows: Iterable[Any] = source if isinstance(source, list) else chain([first], entries)
        return _objects([] if first is None else rows, notes)
    return _delimited(checked_lines(chain([first], entries)), delimiter, strict, notes)


def read_json(path: str | Path) -> Any:
    """Return the plain data of a JSON file, which may be compressed by gzip.

    JSON lines (one value on each line) are returned as a list.
    """
    data = _json(Path(path))
    if not isinstance(data, Iterator):
        return data
    values = list(data)
    if None in values:
        raise FormatError(f"not JSON @ row {values.index(None) + 1} of {path}")
    return values


def _json(path: Path) -> Any:
    """Return the value of a file, or an iterator of those of its lines, if the first two are JSON.

    A later line that is not JSON has the value None.
    """
    try:
        return _whole(path)
    except FormatError:
        first = list(islice(_json_lines(path), 2))
        if not first or None in first:
            raise
        return _json_lines(path)


def _whole(path: Path) -> Any:
    data = bytearray()
    try:
        with opened(path) as file:
            while chunk := file.read(_CHUNK):
                data += chunk
                if len(data) > LARGEST:
                    raise FormatError(f"more than {LARGEST:,} bytes; use JSON lines @ {path}")
        return json.loads(data)
    except BROKEN_GZIP as error:
        raise FormatError(f"a broken gzip archive: {error} @ {path}") from None
    except RecursionError:
        raise FormatError(f"JSON nested too deeply @ {path}") from None
    except ValueError as error:
        raise FormatError(f"not JSON: {error} @ {path}") from None


def _objects(entries: Iterable[Any], notes: list[tuple[str, str]]) -> Table:
    rows = iter(entries)
    first = entries if isinstance(entries, list) else list(islice(rows, FIRST_ROWS))
    rows = iter(()) if first is entries else rows
    columns = dict.fromkeys(str(name) for row in map(as_object, first) for name in row)
    return Table(tuple(columns), enumerate(chain(first, rows), 1), objects=True, notes=notes)


def _json_rows(path: Path, notes: list[tuple[str, str]]) -> Iterable[Any]:
    """Return the objects of JSON: a list, a page that holds one, or one object on each line."""
    data = _json(path)
    if not isinstance(data, Mapping):
        return data if isinstance(data, Iterator) else [*flat(data or ())]
    rows = rows_of(data)
    if rows[-1:] == [CUT]:
        notes.append(("truncated_history", MORE))
        rows.pop()
    return rows


def _json_lines(path: Path) -> Iterator[Any]:
    """Yield the value of each line that is not blank; None for a line that is not JSON."""
    row = 0
    try:
        for line in path_lines(path, "utf-8-sig", []):
            if line.strip():
                row += 1
                yield _line(line)
    except LineError as error:
        raise FormatError(f"{error} @ row {row + 1}") from None


def _line(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _arrow_rows(source: object) -> Iterator[Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415
    except ImportError:
        needed = "a table of the Arrow interface; pass frames.rows(frame), or install pyarrow"
        raise FormatError(f"{needed} @ source") from None
    try:
        reader = pa.RecordBatchReader.from_stream(source)
    except ValueError as error:  # such as two columns of one name
        raise FormatError(f"no table: {' '.join(str(error).split())} @ source") from None
    for batch in reader:
        if len({*batch.schema.names}) < len(batch.schema.names):  # of which one would be lost
            raise FormatError(f"columns of one name: {', '.join(batch.schema.names)} @ source")
        yield from batch.to_pylist()


def _delimited(
    lines: Iterator[str],
    delimiter: str | None,
    strict: bool,  # noqa: FBT001
    notes: list[tuple[str, str]],
) -> Table:
    try:
        first = next((line for line in lines if line.strip("\ufeff\r\n\t ")), "")
        first = first.removeprefix("\ufeff")  # of a file that the caller opened as UTF-8
        named = _SEP.fullmatch(first)
        if named is not None:
            delimiter, first = named[1], next(lines, "")
    except LineError as error:
        raise FormatError(f"{error} @ header") from None
    mark = delimiter or _delimiter(first)
    if known(_cells(first, mark)) < 2:  # perhaps a title
        above, lines = _ahead(first, lines)
        cut = [_cells(line, delimiter or _delimiter(line)) for line in above]
        place = heading_row(cut)
        note_titles(notes, [row for row in cut[:place] if any(row)])
        first, lines = above[place], chain(above[place + 1 :], lines)
        mark = delimiter or _delimiter(first)
    if mark != "," and not delimiter:
        text = Phrase("fields are separated by {mark}", mark=repr(mark))
        notes.append(("detected_delimiter", text))
    rows = _rows(chain([first], lines), mark)
    header = next((fields for _, fields in rows), [])
    columns = tuple(map(plain_name, header))
    while columns and not columns[-1]:
        columns = columns[:-1]
    if not any(columns):
        raise FormatError("no header: the first line must name the columns @ header")
    return Table(columns, _complete(rows, columns) if strict else rows, notes=notes)


def _delimiter(line: str) -> str:
    """Return the most frequent separator of a line, quoted fields aside."""
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=lambda m: (bare.count(m), -_DELIMITERS.index(m)))


def _ahead(first: str, lines: Iterator[str]) -> tuple[list[str], Iterator[str]]:
    """Return a line, those after it up to one that cannot be a title, and the rest."""
    above = [first]
    cells = [*filter(None, _cells(first, _delimiter(first)))]
    is_pair = len(cells) == 2 and not any(map(_SAID.search, cells))
    try:
        for line in islice(lines, TITLES):
            above.append(line)
            count = len([*filter(None, _cells(line, _delimiter(line)))])
            if count > 2 or (count == 2 and is_pair):
                break
    except LineError as error:
        return above, _raising(error)
    return above, lines


def _raising(error: LineError) -> Iterator[str]:
    raise error
    yield ""


def _cells(line: str, delimiter: str) -> list[str]:
    with suppress(csv.Error):  # it comes again where the line is read
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    return []


def _complete(
    rows: Iterator[tuple[int, list[str]]], columns: tuple[str, ...]
) -> Iterator[tuple[int, list[str]]]:
    width = len(columns)
    for number, fields in rows:
        if len(fields) < width:
            raise FormatError(
                f"{len(fields)} fields instead of {width}: column {columns[len(fields)]} and those "
                f"after it are missing @ row {number}"
            )
        if len(fields) > width:
            if any(fields[width:]):
                raise FormatError(
                    f"{len(fields)} fields instead of {width}: {shown(fields[width])} stands after "
                    f"the last column, {columns[-1]} @ row {number}"
                )
            del fields[width:]
        yield number, fields


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the header as row 0 and the rows after it, blank lines left out.

    A cell such as ``="0012"``, which a spreadsheet shows as a text, is that text.
    """
    mark = re.escape(delimiter)
    as_text = re.compile(rf'(^|{mark})(?:="([^"]*)"|"=""([^"]*)""")(?={mark}|\s*$)').sub
    plain = (as_text(r'\1"\2\3"', line) if '="' in line else line for line in lines)
    # Not strict, an unfinished quote would pass unnoticed.
    reader = csv.reader(plain, strict=True, delimiter=delimiter)
    number = 0
    try:
        for fields in reader:
            if fields:
                yield number, fields
                number += 1
    except (csv.Error, LineError) as error:
        why = _CARRIAGE if "new-line character" in str(error) else error
        what = f"not delimited text: {why}" if isinstance(error, csv.Error) else error
        where = f"row {number}" if number else "header"
        raise FormatError(f"{what} @ {where}") from None
