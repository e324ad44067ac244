"""Several processes give the partial of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.kpi import gather_kpis
from incidentcore.vendors import read_table

from .engines import KPIS, MAPPING, MODES, how, tickets

polars = pytest.importorskip("polars")
pytest.importorskip("pyarrow")
processes = pytest.importorskip("incidentcore.adapters.processes")


@pytest.mark.process
def test_files_on_two_processes_give_the_whole(tmp_path: Path) -> None:
    """Bit for bit for a sketch, figure for figure for exact values, and so do frames."""
    rows = tickets(400)
    frame = polars.DataFrame(rows)
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.parquet")
        frame[number::3].write_parquet(paths[-1])
    for mode in MODES:
        whole = gather_kpis(KPIS, read_table(rows, MAPPING), **how(mode))
        assert processes.gather_in_processes(paths, KPIS, MAPPING, **how(mode)) == whole
    parts = [frame[:100], frame[100:]]
    assert processes.gather_in_processes(parts, KPIS, MAPPING, **how("exact")) == gather_kpis(
        KPIS, read_table(rows, MAPPING), **how("exact")
    )


def test_no_source_is_refused() -> None:
    """Nothing to gather from is a mistake of the caller."""
    with pytest.raises(InvalidValueError, match="at least one source"):
        processes.gather_in_processes([], KPIS, MAPPING, **how("exact"))
