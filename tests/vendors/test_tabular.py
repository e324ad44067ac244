"""Delimited text: what is read, and that everything else is one FormatError."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors import lines as lines_module
from incidentcore.vendors import read_table, tabular
from incidentcore.vendors.lines import LONGEST_LINE
from incidentcore.vendors.tabular import open_table, read_json

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
        TEXT.decode().encode("utf-16"),
        gzip.compress("\ufeff".encode("utf-16-be") + TEXT.decode().encode("utf-16-be")),
    ],
    ids=[
        *("plain", "bom", "crlf", "no last newline", "blank lines", "quoted", "gzip"),
        *("utf-16", "big-endian"),
    ],
)
def test_ways_to_write_the_same_table(tmp_path: Path, content: bytes) -> None:
    """Line ends, marks, quotes, blank lines and compression do not matter, nor does the name."""
    path = tmp_path / "table"
    path.write_bytes(content)
    assert read(path) == EXPECTED
    assert read(str(path)) == EXPECTED


def test_a_stated_wide_encoding(tmp_path: Path) -> None:
    """Lines in UTF-16 or UTF-32 are not split at a byte of a character."""
    path = tmp_path / "table"
    for encoding in ("utf-16", "utf-16-le", "UTF-32"):
        path.write_bytes(TEXT.decode().encode(encoding))
        assert open_table(path, encoding=encoding).columns == ("id", "opened")


def test_a_mark_before_the_first_line_is_ignored() -> None:
    """As in a file that the caller opened as UTF-8."""
    assert open_table(["\ufeffid,opened\n", "1,one\n"]).columns == ("id", "opened")


def test_a_column_that_the_first_object_lacks() -> None:
    """Tools leave out what is empty: the columns of objects are those of the first 200."""
    rows = [{"id": 1}, {"id": 2, "stats": {"resolved_at": None}}]
    assert open_table(rows).columns == ("id", "stats")


def test_json_lines_are_a_list(tmp_path: Path) -> None:
    """One value on each line, which ends with the file or not; a broken line is not JSON."""
    path = tmp_path / "log.json"
    path.write_text('{"a": 1}\n\n{"a": 2}', encoding="utf-8")
    assert read_json(path) == [{"a": 1}, {"a": 2}]
    path.write_text('{"a": 1}\n{"a": ', encoding="utf-8")
    with pytest.raises(FormatError, match="not JSON: Extra data"):
        read_json(path)
    path.write_text('{"a": 1}\n{"a": 2}\nnull\n', encoding="utf-8")
    with pytest.raises(FormatError, match="not JSON @ row 3 of "):
        read_json(path)


def test_lines_are_read_as_a_file_is() -> None:
    """Any iterable of lines will do, with or without line ends."""
    assert read(["id,opened\n", "1,one\n", "2,two"]) == EXPECTED
    assert read(iter(["id,opened", "1,one", "2,two"])) == EXPECTED


def test_rows_are_counted_where_a_field_spans_lines() -> None:
    """The row number counts rows, not lines."""
    lines = ["id,opened\n", '1,"two\n', 'lines"\n', "2,x\n"]
    assert read(lines)[1] == [(1, ["1", "two\nlines"]), (2, ["2", "x"])]


def test_a_cell_that_a_spreadsheet_shows_as_a_text_is_that_text() -> None:
    """Programs write ="0012" to keep the zeros; what only looks like it stays as it is."""
    for cell in ('="0012"', '"=""0012"""'):
        lines = ["id;opened;n\n", f'{cell};{cell};a="b" c\n', f'"=""a"" b";="";{cell}\n']
        assert read(lines)[1] == [
            (1, ["0012", "0012", 'a="b" c']),
            (2, ['="a" b', "", "0012"]),
        ]


def test_lines_without_their_ends_have_the_words_apart() -> None:
    """A quoted field over two lines is the one of the file, also after splitlines."""
    lines = ["id,opened", '1,"two', 'lines"', "2,x"]
    assert read(lines)[1] == [(1, ["1", "two\nlines"]), (2, ["2", "x"])]


def test_lines_that_end_in_cr_alone_are_named(tmp_path: Path) -> None:
    """The csv module asks for a mode of opening, which nobody here has chosen."""
    path = tmp_path / "old.csv"
    path.write_bytes(b"id,opened\r1,2026-06-01\r")
    with pytest.raises(FormatError, match="lines end in CR alone; save the file with line ends LF"):
        open_table(path)


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
    "NUL bytes": (b"id,opened\n1,\0\0\n", "NUL character, which is not text @ row 1"),
    "two encodings": (b"id,opened\n1,\xc3\xa9\n2,\xe9t\xe9\n", "byte 0xe9; state the encoding"),
    "half of UTF-16": ("id,opened\n".encode("utf-16")[:-1], "not text in UTF-16"),
    "random bytes": (bytes(range(128, 256)) * 20, "not text in CP1252: byte 0x81"),
    "too few": (b"id,opened\n1,one\n2\n", "1 fields instead of 2: column opened and those after"),
    "too many": (b"id,opened\n1,one,more\n", "3 fields instead of 2: 'more' stands after the last"),
    "a million blank lines": (b"id,opened\n" + b"\n" * 1_000_000, "blank lines"),
    "gzip of blank lines": (gzip.compress(b"id\n" + b"\n" * 1_000_000), "blank lines"),
    "open quote": (b'id,opened\n1,"one\n', "unexpected end of data @ row 1"),
    "text after quote": (b'id,opened\n1,"one"x\n', "@ row 1"),
    "a field of 1 MB": (b"id,opened\n1," + b"x" * 1_000_000 + b"\n", "field larger than field"),
    "an endless line": (b"id,opened\n1," + b"x" * 2 * LONGEST_LINE, "a line longer than"),
    "an endless quote": (b'id,opened\n1,"' + b"xxxxxxxx\n" * 200_000, "field larger than field"),
    "lone carriage returns": (b"id,opened\r1,one\r", "not delimited text"),
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
        (["id\n", "\0\n"], "NUL character, which is not text @ row 1"),
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


def test_lines_that_stay_blank_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endless source of them is an error; a line with text begins the count again."""
    monkeypatch.setattr(lines_module, "BLANK_LINES", 2)
    blank = ["\n", "\n"]
    assert len(read(["id\n", *blank, "1\n", *blank, "2\n"])[1]) == 2
    with pytest.raises(FormatError, match="more than 2 blank lines @ row 2"):
        read(["id\n", *blank, "1\n", "\n", "\n", "\n"])


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


def test_a_column_asked_for_is_there_once() -> None:
    """A repeated column is refused where it is asked for; others may repeat."""
    table = open_table(["id,opened,id,note,note"])
    table.require(("opened",))
    with pytest.raises(
        FormatError, match="column named more than once: 'id'; map it by its number, from 1"
    ):
        table.require(("id",))


def test_a_header_of_many_columns_takes_linear_time() -> None:
    """20,000 columns are counted once, not once for each."""
    table = open_table([",".join(f"c{number}" for number in range(20_000))])
    table.require(table.columns)
    assert len(table.columns) == 20_000


@pytest.mark.parametrize(
    "text",
    [
        "id;opened\n1;one\n2;two\n",
        "id\topened\n1\tone\n2\ttwo\n",
        "id|opened\n1|one\n2|two\n",
        "sep=;\nid;opened\n1;one\n2;two\n",
        '"sep=\t"\nid\topened\n1\tone\n2\ttwo\n',
        "id;opened;\n1;one;\n2;two;\n",
    ],
)
def test_the_delimiter_is_detected_or_stated_by_the_file(tmp_path: Path, text: str) -> None:
    """Semicolon, tab and bar; Excel's first line; a delimiter after the last field."""
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert read(path) == EXPECTED


def test_cp1252_is_detected_and_noted(tmp_path: Path) -> None:
    """A file that is not UTF-8 from its first special character on is read as cp1252."""
    path = tmp_path / "table.csv"
    path.write_bytes("id,opened\n1,one\n2,Störung heute\n".encode("cp1252"))
    table = open_table(path)
    assert list(table.rows)[1] == (2, ["2", "Störung heute"])
    assert [code for code, _ in table.notes] == ["detected_encoding"]
    stated = open_table(path, encoding="cp1252")
    assert list(stated.rows)[1] == (2, ["2", "Störung heute"])
    assert stated.notes == []


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1, "opened": "one"}, {"id": 2, "opened": "two"}]',
        '{"result": [{"id": 1, "opened": "one"}, {"id": 2, "opened": "two"}]}',
        '{"id": 1, "opened": "one"}\n\n{"id": 2, "opened": "two"}\n',
    ],
    ids=["list", "page", "lines"],
)
def test_json_is_a_table_of_objects(tmp_path: Path, text: str) -> None:
    """A list, a page that holds one, and one object on each line are the same table."""
    path = tmp_path / "table"
    for content in (text.encode(), gzip.compress(text.encode())):
        path.write_bytes(content)
        table = open_table(path)
        assert table.objects
        assert table.columns == ("id", "opened")
        assert list(table.rows) == [
            (1, {"id": 1, "opened": "one"}),
            (2, {"id": 2, "opened": "two"}),
        ]


@pytest.mark.parametrize(
    "name",
    [
        *("result", "results", "records", "tickets", "issues", "incidents", "rows", "data"),
        *("value", "values", "items"),
    ],
)
def test_a_page_of_json_has_its_rows_under_a_usual_name(tmp_path: Path, name: str) -> None:
    """As web services of tools write them, beside a count."""
    path = tmp_path / "page.json"
    path.write_text(f'{{"count": 1, "{name}": [{{"id": 1, "opened": "one"}}]}}', "utf-8")
    assert [row for _, row in open_table(path).rows] == [{"id": 1, "opened": "one"}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"id": 1}', "not JSON"),
        (b'{"a": NaN', "not JSON"),
        (b"PK\x03\x04 not a spreadsheet", "spreadsheet"),
    ],
)
def test_what_is_no_json_and_no_spreadsheet(tmp_path: Path, content: bytes, expected: str) -> None:
    """A broken file of another kind is a FormatError too."""
    path = tmp_path / "table"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=expected):
        read(path)


@pytest.mark.parametrize(
    "options", [{"delimiter": ""}, {"delimiter": ";;"}, {"encoding": "ebcdic-unknown"}]
)
def test_wrong_options_are_refused(options: dict[str, str]) -> None:
    """A delimiter is one character; an encoding is one that there is."""
    with pytest.raises(InvalidValueError, match=next(iter(options))):
        open_table(["id"], **options)  # type: ignore[arg-type]


def test_a_spreadsheet_is_a_table(tmp_path: Path) -> None:
    """The first sheet, with its cells as numbers, texts and times."""
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra 'xlsx'")
    book = openpyxl.Workbook()
    book.active.append(["id", "opened"])
    book.active.append([1, "one"])
    book.active.append([None, None])
    book.active.append([2, "two"])
    path = tmp_path / "table"
    book.save(path)
    table = open_table(path)
    assert table.columns == ("id", "opened")
    assert list(table.rows) == [(1, [1, "one"]), (2, [2, "two"])]


def test_a_spreadsheet_that_is_not_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without names of columns, too large, or without the package that reads it."""
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra 'xlsx'")
    path = tmp_path / "table"
    book = openpyxl.Workbook()
    book.active.append([" ", None])
    book.active.append([1, "one"])
    book.save(path)
    with pytest.raises(FormatError, match="no header: the first row must name the columns"):
        open_table(path)
    with monkeypatch.context() as patch:
        patch.setattr(tabular, "LARGEST", 1_000)
        with pytest.raises(FormatError, match="a spreadsheet of more than 1,000 bytes"):
            open_table(path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(FormatError, match=r"needs openpyxl \(incidentcore\[xlsx\]\)"):
        open_table(path)


def test_a_data_frame_is_a_table() -> None:
    """Anything with the Arrow stream interface, where pyarrow is there to read it."""
    pa = pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")
    table = open_table(pa.table({"id": [1, 2], "opened": ["one", "two"]}))
    assert list(table.rows) == [(1, {"id": 1, "opened": "one"}), (2, {"id": 2, "opened": "two"})]


@pytest.mark.parametrize(
    ("lines", "delimiter", "columns", "noted"),
    [
        (["id,opened\n"], None, ("id", "opened"), None),
        (["id;opened\n"], None, ("id", "opened"), ";"),
        (["id;opened\n"], ";", ("id", "opened"), None),
        (["id,opened\n"], ";", ("id,opened",), None),
        (["sep=;\n", "id;opened\n"], None, ("id", "opened"), None),
        (["sep=;\n", "id;opened\n"], ",", ("id", "opened"), None),  # the file's own word counts
        (["\n", " \n", "id,opened\n"], None, ("id", "opened"), None),
        ([" id , opened ,,\n"], None, ("id", "opened"), None),
        ([",id\n"], None, ("", "id"), None),
        (['"a;b;c",d\n'], None, ("a;b;c", "d"), None),  # what is quoted separates nothing
        (["a,b;c\n"], None, ("a", "b;c"), None),  # of two alike the first of the list
        (["a;b,c;d\n"], None, ("a", "b,c", "d"), ";"),
        (["alone\n"], None, ("alone",), None),
    ],
)
def test_a_header_and_what_separates_it(
    lines: list[str], delimiter: str | None, columns: tuple[str, ...], noted: str | None
) -> None:
    """What is detected is noted, unless it is the usual comma; what is stated is not."""
    table = open_table(lines, delimiter=delimiter)
    assert table.columns == columns
    said = [] if noted is None else [("detected_delimiter", f"fields are separated by {noted!r}")]
    assert table.notes == said
    assert list(table.rows) == []


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["sep=;\n"], "no header: the first line must name the columns @ header"),
        ([",,\n", "1,2,3\n"], "no header: the first line must name the columns @ header"),
        (["\0\n"], "a NUL character, which is not text @ header"),
        (["sep=;\n", "\0\n"], "a NUL character, which is not text @ header"),
        (['"id\n'], "not delimited text: unexpected end of data @ header"),
    ],
)
def test_a_header_that_is_none(lines: list[str], says: str) -> None:
    """It is refused at once, by its place."""
    with pytest.raises(FormatError, match=f"^{re.escape(says)}$"):
        open_table(lines)


def test_rows_of_another_length_come_as_they_are_where_asked() -> None:
    """Short and long ones; strict, empty fields beyond the last column are passed over."""
    lines = ["id,opened\n", "1\n", "2,two,more\n"]
    assert list(open_table(lines, strict=False).rows) == [(1, ["1"]), (2, ["2", "two", "more"])]
    assert list(open_table(["id,opened\n", "1,one,,\n"]).rows) == [(1, ["1", "one"])]


class Lazy:
    """A frame that is neither rows nor of the Arrow interface."""


def test_the_error_for_a_frame_names_what_gives_its_rows() -> None:
    """A lazy frame was refused with no way on."""
    with pytest.raises(FormatError, match=r"got Lazy; .*: frames\.rows\(frame\) @ source"):
        read(Lazy())


def test_the_error_without_pyarrow_names_what_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Arrow:
        def __arrow_c_stream__(self) -> None: ...

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FormatError, match=r"pass frames\.rows\(frame\), or install pyarrow"):
        read(Arrow())


def test_a_name_that_only_a_late_object_has() -> None:
    """Tools omit what is empty: a list of 200 open ones had no column of resolutions."""
    rows: list[dict[str, object]] = [{"k": n, "o": "2026-03-02T09:00Z"} for n in range(250)]
    rows += [{"k": "z", "o": "2026-03-02T09:00Z", "r": "2026-03-02T10:00Z"}]
    records = list(read_table(rows, {"id": "k", "opened": "o", "resolved": "r"}))
    assert sum(one.resolved_at is not None for one in records) == 1


@pytest.mark.parametrize("page", ["items", "values", "results"])
def test_more_names_of_the_list_in_a_page(tmp_path: Path, page: str) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"total": 1, page: [{"k": "A", "o": "2026-03-02"}]}), "utf-8")
    assert open_table(path).columns == ("k", "o")


def test_json_in_utf_16(tmp_path: Path) -> None:
    """As PowerShell writes a file; it was read as a line of text."""
    path = tmp_path / "list.json"
    for encoding in ("utf-16", "utf-8-sig"):
        path.write_text('[{"k": "Ä", "o": "2026-03-02"}]', encoding)
        assert [row for _, row in open_table(path).rows] == [{"k": "Ä", "o": "2026-03-02"}]


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (b"PAR1\x15\x04", r"a parquet file; pass frames.rows\(path\)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"old kind \(.xls\); open it in a spreadsheet program"),
        (b"<HTML><table>", "a page of HTML; open it in a spreadsheet program and save it"),
        (b"<!DOCTYPE html>", "a page of HTML"),
        (b"%PDF-1.7", "a PDF; export the table"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, start: bytes, says: str) -> None:
    """And what to do with it; its first bytes were taken for headings."""
    path = tmp_path / "list.xls"
    path.write_bytes(start + bytes(600))
    with pytest.raises(FormatError, match=says):
        open_table(path)


def test_an_archive_is_no_spreadsheet(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("list.csv", "k,o\n")
    with pytest.raises(FormatError, match=r"an archive, but no spreadsheet in \.xlsx; unpack it"):
        open_table(path)


@pytest.mark.parametrize(
    "end",
    [
        {"next": "https://oncall.example/alert_groups/?page=2"},
        {"paging": {"next": "https://opsgenie.example/incidents?offset=1"}},
        {"@odata.nextLink": "https://api.example/rows?$skip=1"},
    ],
    ids=["next", "paging", "odata"],
)
def test_a_page_that_announces_another_says_so(tmp_path: Path, end: dict[str, Any]) -> None:
    """Else a table of the first page alone would pass for the whole.

    Source: Grafana OnCall's reference of alert groups; get_incidents.json of demisto/content.
    """
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"data": [{"k": "A", "o": "2026-03-02T08:00Z"}], **end}), "utf-8")
    reading = read_table(path, {"id": "k", "opened": "o"})
    assert [one.id for one in reading] == ["A"]
    assert dict(reading.findings.counts) == {"truncated_history": 1}
    path.write_text(json.dumps({"data": [{"k": "A"}], **dict.fromkeys(end)}), "utf-8")
    assert open_table(path).notes == []


@pytest.mark.parametrize("page", [{"ticket": {"k": "A", "o": 1}}, {"k": "A", "o": 1}])
def test_one_object_may_stand_alone_in_json(tmp_path: Path, page: dict[str, Any]) -> None:
    """By itself, or under its name, as got by its id. Source: freshworks/freshworks-api-sdk."""
    path = tmp_path / "one.json"
    path.write_text(json.dumps(page), "utf-8")
    assert open_table(path).columns == ("k", "o")


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ({"bugs": [{"k": "A"}, {"k": "B"}]}, 2),
        ({"bugs": [{"k": "A"}], "faults": [], "next": "https://bugs.example/?offset=1"}, 1),
        ({"k": "A", "notes": [{"by": "ada"}]}, 1),
        ({"id": 7, "notes": [{"by": "ada"}, {"by": "kim"}]}, 1),
        ({"open": [{"k": "A"}], "closed": [{"k": "B"}, {"k": "C"}]}, 1),
        ({"k": 7, "opened": "03/01/2026", "notes": [{"by": "ada"}, {"by": "kim"}]}, 1),
        ({"result": {"records": [{"k": "A"}, {"k": "B"}]}}, 2),
        ({"id": 7, "opened": "2026-03-02", "items": ["chair", "desk"]}, 1),
        ({"id": 7, "opened": "2026-03-02", "items": []}, 1),
        ({"id": "search-7", "items": [{"k": "A"}, {"k": "B"}]}, 2),
        ({"id": 7, "": 5}, 1),
        ({"k": 7, "title": "http error", "notes": [{"by": "ada"}, {"by": "kim"}]}, 1),
    ],
    ids=[
        *("alone", "with paging", "of a record", "of a numbered record", "one of two"),
        *("of a record with a date", "under a name", "of texts", "empty", "of a numbered page"),
        *("without a name", "with a title"),
    ],
)
def test_the_only_list_of_a_page_has_its_rows(
    tmp_path: Path, page: dict[str, Any], count: int
) -> None:
    """Whatever its name. Source: bugzilla_rest_bugs.json of chaoss/grimoirelab-perceval."""
    path = tmp_path / "page.json"
    path.write_text(json.dumps(page), "utf-8")
    assert len(list(open_table(path).rows)) == count


@pytest.mark.parametrize(
    ("more", "is_cut"),
    [
        ({"total_count": 3, "offset": 0, "limit": 2}, True),
        ({"total_count": 2, "offset": 0, "limit": 2}, False),
        ({"total_count": 3, "offset": 1, "limit": 2}, False),
        ({"totalCount": 83}, True),
        ({"total": None, "offset": 0}, False),
        ({"meta": "v1", "paging": True, "page_info": [1]}, False),
        ({"meta": "v1", "total": 3}, True),
    ],
)
def test_a_page_of_fewer_than_the_total_says_so(
    tmp_path: Path, more: dict[str, Any], *, is_cut: bool
) -> None:
    """Of two issues. Source: redmine_issues.json of chaoss/grimoirelab-perceval."""
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"issues": [{"k": "A"}, {"k": "B"}], **more}), "utf-8")
    assert [code for code, _ in open_table(path).notes] == ["truncated_history"] * is_cut


def test_pages_of_json_may_be_lists(tmp_path: Path) -> None:
    """Each of objects; one of anything else stays as it is."""
    path = tmp_path / "pages.json"
    path.write_text(json.dumps([[{"k": "A"}, {"k": "B"}], [{"k": "C"}]]), "utf-8")
    assert [row["k"] for _, row in open_table(path).rows] == ["A", "B", "C"]
    path.write_text(json.dumps([["k"], ["A"]]), "utf-8")
    assert len(list(open_table(path).rows)) == 2


@pytest.mark.parametrize("encoding", ["utf-9", 5, "undefined", "utf-8\0", "hex"])
def test_an_encoding_that_is_none_is_refused_in_words(encoding: Any) -> None:
    """A misspelt name, a number, a codec that refuses all, and one of no text."""
    with pytest.raises(InvalidValueError, match="an encoding such as cp1252"):
        open_table(["a,b"], encoding=encoding)
