"""Read frames one by one: in memory, or from DuckDB relations, Arrow readers and parquet files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import narwhals.stable.v2 as nw

from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.frames.native import any_frame

BATCH: Final = 1_000_000
"""How many rows of a relation, reader or file are in memory at a time, up to its own batch."""

Fields = Mapping[str, str]
Wanted = Callable[[Sequence[str]], Fields]


def each_frame(source: Any, wanted: Wanted) -> Iterator[tuple[nw.DataFrame[Any], Fields]]:
    """Yield a source as frames, each with the columns to read, by field.

    ``wanted`` chooses these of the frame's columns.
    """
    if isinstance(source, (str, Path)):
        yield from _parquet(source, wanted)
    elif hasattr(source, "project"):  # a relation of DuckDB
        fields = wanted(source.columns)
        chosen = source.project(", ".join(f'"{name}"' for name in dict.fromkeys(fields.values())))
        reader = getattr(chosen, "to_arrow_reader", None) or chosen.fetch_arrow_reader
        yield from each_frame(reader(BATCH), lambda _: fields)
    elif hasattr(source, "read_next_batch"):  # an Arrow reader
        for table in _tables(source):
            yield from each_frame(table, wanted)
    elif isinstance(source, (list, tuple, Iterator)):
        for one in source:
            yield from each_frame(one, wanted)
    elif hasattr(source, "num_rows") and not hasattr(source, "from_batches"):  # an Arrow batch
        yield from each_frame(next(_tables([source])), wanted)
    else:
        frame = any_frame(source)
        if isinstance(frame, nw.LazyFrame):
            fields = wanted(frame.collect_schema().names())
            yield frame.select(*dict.fromkeys(fields.values())).collect(), fields
        else:
            yield frame, wanted(frame.columns)


def _tables(batches: Iterable[Any]) -> Iterator[Any]:
    """Yield Arrow batches joined into ``BATCH`` rows, since small ones cost more per row."""
    import pyarrow as pa  # noqa: PLC0415

    some: list[Any] = []
    count = 0
    for batch in batches:
        some.append(batch)
        count += batch.num_rows
        if count >= BATCH:
            yield pa.Table.from_batches(some)
            some, count = [], 0
    if some:
        yield pa.Table.from_batches(some)


def _parquet(path: str | Path, wanted: Wanted) -> Iterator[tuple[nw.DataFrame[Any], Fields]]:
    try:
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtraError("arrow", "reading a parquet file") from None
    if Path(path).suffix != ".parquet":
        raise InvalidValueError("frame", str(path), "a frame, or the path of a .parquet file")
    with ParquetFile(path) as file:
        fields = wanted(file.schema_arrow.names)
        columns = list(dict.fromkeys(fields.values()))
        for table in _tables(file.iter_batches(batch_size=BATCH, columns=columns)):
            yield nw.from_native(table, eager_only=True), fields
