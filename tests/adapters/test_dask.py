"""A Dask data frame gives the partial of the whole."""

from __future__ import annotations

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.kpi import catalogue, gather_kpis
from incidentcore.vendors import read_table

from .engines import KPIS, MAPPING, MODES, how, tickets

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
dask_frames = pytest.importorskip("dask.dataframe")
adapter = pytest.importorskip("incidentcore.adapters.dask")

# The tickets have priorities such as P1, which each partition warns of.
pytestmark = pytest.mark.filterwarnings("ignore:words that are not known")


@pytest.mark.process
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("partitions", [1, 5, 40])
def test_partitions_give_the_whole(mode: str, partitions: int) -> None:
    """Bit for bit for a sketch, figure for figure for exact values."""
    rows = tickets(300)
    frame = dask_frames.from_pandas(pandas.DataFrame(rows), npartitions=partitions)
    whole = gather_kpis(KPIS, read_table(rows, MAPPING), **how(mode))
    assert adapter.gather_dask(frame, KPIS, MAPPING, **how(mode)) == whole


def test_what_needs_a_history_is_refused() -> None:
    """The error of a partition reaches the caller."""
    frame = dask_frames.from_pandas(pandas.DataFrame(tickets(9)), npartitions=2)
    with pytest.raises(InvalidValueError, match="reopen_rate"):
        adapter.gather_dask(frame, catalogue.REOPEN_RATE, MAPPING, **how("exact"))
