"""Sources become frames one by one, with the columns that are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError

polars = pytest.importorskip("polars")
pytest.importorskip("pyarrow")
batches = pytest.importorskip("incidentcore.frames.batches")


def wanted(columns: Sequence[str]) -> Mapping[str, str]:
    assert list(columns) == ["a", "b"]
    return {"field": "b"}


def test_every_form_of_a_source_is_read(tmp_path: Path) -> None:
    """In memory, lazy, as batches, a reader and a file: the same rows, and columns by field."""
    frame = polars.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    path = tmp_path / "a.parquet"
    frame.write_parquet(path)
    arrow = frame.to_arrow()
    for source in (
        frame,
        frame.lazy(),
        arrow,
        arrow.to_batches(max_chunksize=2),
        arrow.to_reader(max_chunksize=2),
        iter([frame[:1], frame[1:]]),
        path,
    ):
        pairs = list(batches.each_frame(source, wanted))
        assert [row for one, _ in pairs for row in one["b"].to_list()] == ["x", "y", "z"]
        assert all(fields == {"field": "b"} for _, fields in pairs)


def test_small_batches_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two rows make frames of four, in order, and the last has what is left."""
    monkeypatch.setattr(batches, "BATCH", 4)
    frame = polars.DataFrame({"a": range(7), "b": list("abcdefg")})
    path = tmp_path / "a.parquet"
    frame.write_parquet(path, row_group_size=2)
    for source in (frame.to_arrow().to_reader(max_chunksize=2), path):
        read = [one["b"].to_list() for one, _ in batches.each_frame(source, wanted)]
        assert read == [["a", "b", "c", "d"], ["e", "f", "g"]]
    assert not list(batches.each_frame(frame[:0].to_arrow().to_reader(), wanted))


@pytest.mark.parametrize("source", [3, {"a": [1]}, None])
def test_what_is_not_a_frame_is_refused(source: Any) -> None:
    """The error names the libraries."""
    with pytest.raises(InvalidValueError, match="a frame of pandas, polars"):
        list(batches.each_frame(source, wanted))


def test_a_connection_is_no_frame() -> None:
    """The relation of a query is one."""
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    with pytest.raises(
        InvalidValueError, match="frame: got 'a DuckDBPyConnection'; allowed: a frame"
    ):
        next(batches.each_frame(connection, dict))
    [(frame, _)] = batches.each_frame(
        connection.sql("SELECT 1 AS id"), lambda names: {"id": names[0]}
    )
    assert frame["id"].to_list() == [1]
