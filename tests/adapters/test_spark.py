"""A Spark data frame gives the partial of the whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.kpi import catalogue, gather_kpis
from incidentcore.vendors import read_table

from .engines import KPIS, MAPPING, MODES, how, tickets

pyarrow = pytest.importorskip("pyarrow")
pytest.importorskip("narwhals")
adapter = pytest.importorskip("incidentcore.adapters.spark")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning"),
]


class Partitioned:
    """What the adapter uses of Spark's data frame: each partition is mapped by itself."""

    def __init__(self, partitions: list[list[Any]]) -> None:
        self.partitions = partitions
        self.rows: list[tuple[bytearray]] = []

    def mapInArrow(self, work: Any, schema: str) -> Partitioned:  # noqa: N802  Spark's name
        """Run a function on the batches of each partition, as a worker does."""
        assert schema == "part binary"
        for batches in self.partitions:
            for batch in work(iter(batches)):
                assert batch.schema == pyarrow.schema([("part", pyarrow.binary())])
                self.rows += [(bytearray(one),) for one in batch.column("part").to_pylist()]
        return self

    def collect(self) -> list[tuple[bytearray]]:
        """Return the rows; Spark gives binary values as a bytearray."""
        return self.rows


@pytest.mark.parametrize("mode", MODES)
def test_each_partition_gives_one_part(mode: str) -> None:
    """A partition of several batches, one of a single one and an empty one are the whole."""
    rows = tickets(60)
    batches = [pyarrow.RecordBatch.from_pylist(rows[at : at + 20]) for at in (0, 20, 40)]
    frame = Partitioned([batches[:2], batches[2:], []])
    whole = gather_kpis(KPIS, read_table(rows, MAPPING), **how(mode))
    assert adapter.gather_spark(frame, KPIS, MAPPING, **how(mode)) == whole
    assert len(frame.rows) == 3


def test_a_frame_without_partitions_has_an_empty_part() -> None:
    """The answer has the figures asked for, of no record."""
    found = adapter.gather_spark(Partitioned([]), KPIS, MAPPING, **how("exact"))
    assert found == gather_kpis(KPIS, [], **how("exact"))


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Return a session on this machine, whose workers run this interpreter."""
    pytest.importorskip("pandas")
    SparkSession = pytest.importorskip("pyspark.sql").SparkSession  # noqa: N806  its name

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.session.timeZone", "America/St_Johns").getOrCreate()
    yield spark
    spark.stop()


@pytest.mark.process
@pytest.mark.parametrize("mode", MODES)
def test_partitions_give_the_whole(session: Any, mode: str) -> None:
    """Bit for bit for a sketch, figure for figure for exact values, in any zone of the session."""
    rows = tickets(300)
    schema = "id string, in timestamp, out timestamp, priority string"
    values = [tuple(row[name] for name in ("id", "in", "out", "priority")) for row in rows]
    frame = session.createDataFrame(values, schema).repartition(5)
    whole = gather_kpis(KPIS, read_table(rows, MAPPING), **how(mode))
    assert adapter.gather_spark(frame, KPIS, MAPPING, **how(mode)) == whole


@pytest.mark.process
def test_what_needs_a_history_is_refused_here(session: Any) -> None:
    """Nothing is sent to a worker for a KPI that columns cannot answer."""
    frame = session.createDataFrame([("1",)], "id string")
    with pytest.raises(InvalidValueError, match="reopen_rate"):
        adapter.gather_spark(frame, catalogue.REOPEN_RATE, MAPPING, **how("exact"))
