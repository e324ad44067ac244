"""Read lines of text from files, plain or gzip, in any encoding, within limits."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

_CHUNK: Final = 1 << 16
LONGEST_LINE: Final = 1 << 20
BLANK_LINES: Final = 100_000
BOM: Final = b"\xef\xbb\xbf"
_ENDS: Final = ("\n", "\r")
_GZIP: Final = b"\x1f\x8b"
BROKEN_GZIP: Final = (EOFError, zlib.error, gzip.BadGzipFile)
"""The errors that reading a broken archive raises."""
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class LineError(Exception):
    """Raised when a line cannot be read; the reader of the table adds the number of the row."""


def checked_lines(lines: Iterable[object]) -> Iterator[str]:
    """Yield lines, after a check that each is text and not too long."""
    blank = 0
    for line in lines:
        if not isinstance(line, str):
            raise LineError(f"{type(line).__name__} instead of a line of text")
        blank = 0 if line.strip() else blank + 1
        if blank > BLANK_LINES:
            raise LineError(f"more than {BLANK_LINES:,} blank lines")
        if len(line) > LONGEST_LINE:
            raise LineError(f"a line longer than {LONGEST_LINE} characters")
        if "\0" in line:
            raise LineError("a NUL character, which is not text")
        if not line.isascii():
            try:
                line.encode()
            except UnicodeEncodeError:
                raise LineError("half of a surrogate pair, which is not text") from None
        yield line if line.endswith(_ENDS) else f"{line}\n"  # a quoted field may go on


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, decompressed if its content is gzip; its name does not matter."""
    with path.open("rb") as plain:
        is_packed = plain.read(2) == _GZIP
        plain.seek(0)
        if is_packed:
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield io.BufferedReader(unpacked, _CHUNK)  # its lines are cut in C
        else:
            yield plain


def first_bytes(path: Path) -> bytes:
    """Return the first bytes of a file; empty if it cannot be decompressed."""
    with opened(path) as file:
        try:
            return file.read(4_096)
        except BROKEN_GZIP:
            return b""  # the error comes with its place when it is read


def path_lines(path: Path, encoding: str | None, notes: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of a file; what was detected about it is added to ``notes``."""
    wide = _wide(first_bytes(path), encoding)
    if wide and encoding is None:
        notes.append(("detected_encoding", "read as UTF-16"))
    with opened(path) as packed:
        file: IO[Any] = io.TextIOWrapper(packed, wide, newline="") if wide else packed
        lines = _bounded(file, wide)
        yield from checked_lines(lines if wide else _decoded(lines, encoding, notes))


def _bounded(file: IO[Any], wide: str) -> Iterator[Any]:
    """Yield the lines of a file without its mark of the encoding; refuse one that is too long."""
    mark: Any = "\ufeff" if wide else BOM
    try:
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise LineError(f"a line longer than {LONGEST_LINE} bytes")
            if mark:
                line, mark = line.removeprefix(mark), None
            yield line
    except BROKEN_GZIP as error:
        raise LineError(f"a broken gzip archive: {error}") from None
    except UnicodeError:
        raise LineError(f"not text in {wide.upper()}; state the encoding") from None


def _wide(start: bytes, encoding: str | None) -> str:
    """Return the encoding of a file whose characters have two bytes or four; otherwise nothing."""
    if encoding is None:
        return "utf-16" if start.startswith(_UTF16) else ""
    name = codecs.lookup(encoding).name
    return name if name.startswith(("utf-16", "utf-32")) else ""


def _decoded(
    lines: Iterator[bytes], encoding: str | None, notes: list[tuple[str, str]]
) -> Iterator[str]:
    """Yield lines as text; without an encoding, the first that is not ASCII shows which it is."""
    known = encoding
    for line in lines:
        if known is None and not line.isascii():
            known = _guessed(line)
            if known != "utf-8":
                notes.append(("detected_encoding", "not UTF-8: read as cp1252"))
        try:
            yield line.decode(known or "utf-8")
        except UnicodeDecodeError as error:
            raise LineError(
                f"not text in {str(known).upper()}: byte 0x{line[error.start]:02x}; state the "
                "encoding or save the file as UTF-8"
            ) from None


def _guessed(line: bytes) -> str:
    try:
        line.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
