"""Delimited text read row by row: from a file, plain or gzip, or from lines of text.

Whatever is wrong with the text itself ends as one ``FormatError`` that names row and column: bytes
that are no text, a broken archive, an unfinished quote, a row with too few fields. Lines and fields
have a longest length, so that memory stays bounded whatever the file holds.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, TypeAlias, cast

import attrs

from incidentcore.errors import FormatError

__all__ = ["Table", "TableInput", "open_table"]

TableInput: TypeAlias = str | Path | Iterable[str]

LONGEST_LINE: Final = 1 << 20
_SHOWN: Final = 60
_GZIP: Final = b"\x1f\x8b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@attrs.frozen
class Table:
    """A header and the rows below it, which are read as they are asked for.

    Attributes:
        columns: The names in the header, in order.
        rows: Pairs of (row number, fields). Rows are counted from 1 below the header; each has as
            many fields as there are columns. Blank lines are passed over.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]] = attrs.field(eq=False, repr=False)

    def require(self, names: Iterable[str]) -> None:
        """Refuse a table that lacks a column.

        Raises:
            FormatError: It does; the message names what is missing and what is there.
        """
        missing = [name for name in names if name not in self.columns]
        if missing:
            there = ", ".join(shown(name) for name in self.columns[:50])
            raise FormatError(f"no column {', '.join(missing)}; the header has {there} @ header")


def open_table(source: TableInput) -> Table:
    """Open comma-separated text with a header.

    Args:
        source: The path of a file in UTF-8 (a byte order mark is passed over), which may be
            compressed by gzip whatever its name; or lines of text.

    Returns:
        The table. Its rows are read from the source as they are asked for, once.

    Raises:
        FormatError: The text has no header or is no such text; later from ``rows``, where a row
            cannot be read.
        OSError: The file cannot be opened.

    >>> table = open_table(["id,opened", "1,2026-06-01", "2,2026-06-02"])
    >>> table.columns, list(table.rows)
    (('id', 'opened'), [(1, ['1', '2026-06-01']), (2, ['2', '2026-06-02'])])
    """
    rows = _rows(_path_lines(Path(source)) if isinstance(source, (str, Path)) else _checked(source))
    _, header = next(rows, (0, []))
    columns = tuple(name.strip() for name in header)
    if not any(columns):
        raise FormatError("no header: the first line must name the columns @ header")
    twice = sorted({shown(name) for name in columns if columns.count(name) > 1})
    if twice:
        raise FormatError(f"column named more than once: {', '.join(twice)} @ header")
    return Table(columns, _complete(rows, columns))


def shown(text: str) -> str:
    """Return a bounded rendering of a field for messages."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


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
            raise FormatError(
                f"{len(fields)} fields instead of {width}: {shown(fields[width])} stands after the "
                f"last column, {columns[-1]} @ row {number}"
            )
        yield number, fields


def _rows(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the header as row 0 and the rows after it, blank lines left out."""
    reader = csv.reader(lines, strict=True)  # not strict, an unfinished quote would pass unnoticed
    number = 0
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FormatError(f"not comma-separated text: {error} @ {_place(number)}") from None
        except _LineError as error:
            raise FormatError(f"{error} @ {_place(number)}") from None
        if fields:
            yield number, fields
            number += 1


def _place(number: int) -> str:
    return f"row {number}" if number else "header"


class _LineError(Exception):
    """Raised when a line cannot be read; the caller knows the row."""


def _checked(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not isinstance(line, str):
            raise _LineError(f"{type(line).__name__} instead of a line of text")
        if len(line) > LONGEST_LINE:
            raise _LineError(f"a line longer than {LONGEST_LINE} characters")
        if "\0" in line:
            raise _LineError("a NUL character, which is no text")
        yield line


def _path_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as plain:
        start = plain.read(2)
        plain.seek(0)
        if start in _UTF16:
            raise _LineError("text in UTF-16; save it as UTF-8")
        if start == _GZIP:
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield from _file_lines(cast("IO[bytes]", unpacked))
        else:
            yield from _file_lines(plain)


def _file_lines(file: IO[bytes]) -> Iterator[str]:
    is_first = True
    while True:
        try:
            line = file.readline(LONGEST_LINE + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _LineError(f"a broken gzip archive: {error}") from None
        if not line:
            return
        if len(line) > LONGEST_LINE:
            raise _LineError(f"a line longer than {LONGEST_LINE} bytes")
        if is_first:
            line = line.removeprefix(b"\xef\xbb\xbf")
            is_first = False
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            wrong = f"byte 0x{line[error.start]:02x}"
            raise _LineError(f"not text in UTF-8: {wrong}; save the file as UTF-8") from None
        if "\0" in text:
            raise _LineError("a NUL character, which is no text")
        yield text
