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

pytest.importorskip("pyspark")
pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
adapter = pytest.importorskip("incidentcore.adapters.spark")
pytestmark = [
    pytest.mark.process,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Return a session on this machine, whose workers run this interpreter."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.session.timeZone", "America/St_Johns").getOrCreate()
    yield spark
    spark.stop()


@pytest.mark.parametrize("mode", MODES)
def test_partitions_give_the_whole(session: Any, mode: str) -> None:
    """Bit for bit for a sketch, figure for figure for exact values, in any zone of the session."""
    rows = tickets(300)
    schema = "id string, in timestamp, out timestamp, priority string"
    values = [tuple(row[name] for name in ("id", "in", "out", "priority")) for row in rows]
    frame = session.createDataFrame(values, schema).repartition(5)
    whole = gather_kpis(KPIS, read_table(rows, MAPPING), **how(mode))
    assert adapter.gather_spark(frame, KPIS, MAPPING, **how(mode)) == whole


def test_what_needs_a_history_is_refused_here(session: Any) -> None:
    """Nothing is sent to a worker for a KPI that columns cannot answer."""
    frame = session.createDataFrame([("1",)], "id string")
    with pytest.raises(InvalidValueError, match="reopen_rate"):
        adapter.gather_spark(frame, catalogue.REOPEN_RATE, MAPPING, **how("exact"))
