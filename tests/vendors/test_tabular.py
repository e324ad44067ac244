"""Delimited text: what is read, and that everything else is one FormatError."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import FormatError
from incidentcore.vendors.tabular import LONGEST_LINE, open_table

TEXT = b"id,opened\n1,one\n2,two\n"


def read(source: object) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    table = open_table(source)  # type: ignore[arg-type]  # hostile on purpose
    return table.columns, list(table.rows)


EXPECTED = (("id", "opened"), [(1, ["1", "one"]), (2, ["2", "two"])])


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        b"\xef\xbb\xbf" + TEXT,
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.rstrip(),
        TEXT.replace(b"\n2", b"\n\n\n2"),
        b'"id","opened"\n"1","one"\n2,"two"\n',
        gzip.compress(TEXT),
    ],
    ids=["plain", "bom", "crlf", "no last newline", "blank lines", "quoted", "gzip"],
)
def test_ways_to_write_the_same_table(tmp_path: Path, content: bytes) -> None:
    """Line ends, marks, quotes, blank lines and compression do not matter, nor does the name."""
    path = tmp_path / "table"
    path.write_bytes(content)
    assert read(path) == EXPECTED
    assert read(str(path)) == EXPECTED


def test_lines_are_read_as_a_file_is() -> None:
    """Any iterable of lines will do, with or without line ends."""
    assert read(["id,opened\n", "1,one\n", "2,two"]) == EXPECTED
    assert read(iter(["id,opened", "1,one", "2,two"])) == EXPECTED


def test_rows_are_counted_where_a_field_spans_lines() -> None:
    """The row number counts rows, not lines."""
    lines = ["id,opened\n", '1,"two\n', 'lines"\n', "2,x\n"]
    assert read(lines)[1] == [(1, ["1", "two\nlines"]), (2, ["2", "x"])]


def test_rows_are_read_only_as_they_are_asked_for() -> None:
    """Nothing is read ahead of the row that was asked for."""
    taken = []

    def lines() -> object:
        for number in range(1000):
            taken.append(number)
            yield "a,b\n"

    table = open_table(lines())  # type: ignore[arg-type]
    next(table.rows)
    assert len(taken) == 2


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no header"),
    "blank": (b"\n\n", "no header"),
    "NUL bytes": (b"id,opened\n1,\0\0\n", "NUL character, which is no text @ row 1"),
    "latin-1": (b"id,opened\n1,one\n2,\xe9t\xe9\n", "byte 0xe9; save the file as UTF-8 @ row 2"),
    "UTF-16": ("id,opened\n".encode("utf-16"), "UTF-16; save it as UTF-8 @ header"),
    "random bytes": (bytes(range(128, 256)) * 20, "not text in UTF-8: byte 0x80"),
    "too few": (b"id,opened\n1,one\n2\n", "1 fields instead of 2: column opened and those after"),
    "too many": (b"id,opened\n1,one,more\n", "3 fields instead of 2: 'more' stands after the last"),
    "named twice": (b"id,opened,id\n", "column named more than once: 'id' @ header"),
    "open quote": (b'id,opened\n1,"one\n', "unexpected end of data @ row 1"),
    "text after quote": (b'id,opened\n1,"one"x\n', "@ row 1"),
    "a field of 1 MB": (b"id,opened\n1," + b"x" * 1_000_000 + b"\n", "field larger than field"),
    "an endless line": (b"id,opened\n1," + b"x" * 2 * LONGEST_LINE, "a line longer than"),
    "an endless quote": (b'id,opened\n1,"' + b"xxxxxxxx\n" * 200_000, "field larger than field"),
    "lone carriage returns": (b"id,opened\r1,one\r", "not comma-separated text"),
    "cut gzip": (gzip.compress(TEXT * 1000)[:-20], "a broken gzip archive"),
    "gzip of noise": (b"\x1f\x8b" + b"noise" * 50, "a broken gzip archive"),
    "gzip with a wrong sum": (gzip.compress(TEXT)[:-8] + b"\0" * 8, "a broken gzip archive"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_text_that_is_no_table(tmp_path: Path, name: str) -> None:
    """Hostile bytes end as one FormatError of one line that names the place."""
    content, expected = BROKEN[name]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read(path)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["id\n", "\0\n"], "NUL character, which is no text @ row 1"),
        (["id\n", "1\n", b"2\n"], "bytes instead of a line of text @ row 2"),
        (["id\n", None], "NoneType instead of a line of text @ row 1"),
        (["id\n", "x" * 2 * LONGEST_LINE], "a line longer than"),
    ],
)
def test_lines_that_are_no_table(lines: list[object], expected: str) -> None:
    """The same holds for lines."""
    with pytest.raises(FormatError, match="@ row"):
        read(lines)
    with pytest.raises(FormatError, match=expected):
        read(lines)


@pytest.mark.parametrize("make", [Path, lambda path: Path(path) / "missing.csv"])
def test_a_file_that_cannot_be_opened(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """A folder or a missing file is the operating system's error."""
    with pytest.raises(OSError, match=r".+"):
        read(make(tmp_path))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Whatever the file holds, nothing but a FormatError comes of it."""
    path = tmp_path_factory.mktemp("bytes") / "table"
    for start in (b"", b"id,opened\n", b"\x1f\x8b\x08\x00"):
        path.write_bytes(start + content)
        try:
            columns, rows = read(path)
        except FormatError:
            continue
        assert all(len(fields) == len(columns) for _, fields in rows)


def test_missing_columns_are_named_with_those_there() -> None:
    """Asking for a column that is not there names both sides."""
    table = open_table(["id,opened"])
    table.require(("id",))
    with pytest.raises(FormatError, match="no column closed; the header has 'id', 'opened'"):
        table.require(("id", "closed"))
