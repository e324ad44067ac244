"""Files by lines: archives, and JSON as a whole or by lines."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from tests.vendors.test_edges import COLUMNS, ROW

from incidentcore.errors import FormatError
from incidentcore.vendors import lines, read_table, read_xes
from incidentcore.vendors.tabular import read_json


@pytest.mark.parametrize("name", ["log.xes", "log.csv.gz"])
def test_a_broken_archive_is_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"<log/>" * 100)[:-9])
    with pytest.raises(FormatError, match="broken gzip archive"):
        list(read_xes(path) if name == "log.xes" else read_table(path, COLUMNS))
    with pytest.raises(FormatError, match="broken gzip archive"):
        read_json(path)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"a": 1}\n\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('[{"a": 1}]', [{"a": 1}]),
        ('{"a": 1}\nnot', None),
        ("", None),
        ("\n \n", None),
        ("[" * 3_000, None),
    ],
)
def test_json_as_a_whole_or_by_lines(tmp_path: Path, text: str, read: list[Any] | None) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    if read is None:
        with pytest.raises(FormatError):
            read_json(path)
        return
    assert read_json(path) == read
    rows = [{**ROW, "No": str(one["a"])} for one in read]
    assert [record.id for record in read_table(rows, COLUMNS, zone="UTC")] == [
        str(one["a"]) for one in read
    ]


def test_blank_lines_and_long_ones_at_their_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as are allowed are read, from a file and from lines; one more is refused."""
    monkeypatch.setattr(lines, "BLANK_LINES", 2)
    monkeypatch.setattr(lines, "LONGEST_LINE", 4)
    path = tmp_path / "a.txt"
    for text, fault in (
        ("a\n\n \nb\n\n\n", ""),
        ("a\n\n\n\nb\n", "more than 2 blank lines"),
        ("abc\n", ""),
        ("abcd\n", "a line longer than 4"),
    ):
        path.write_text(text, encoding="utf-8")
        for read in (
            lambda: [*lines.path_lines(path, None, [])],
            lambda text=text: [*lines.checked_lines(text.splitlines(keepends=True))],
        ):
            if fault:
                with pytest.raises(lines.LineError, match=fault):
                    read()
            else:
                assert read() == text.splitlines(keepends=True)
