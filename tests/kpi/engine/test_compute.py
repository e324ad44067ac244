"""The table of figures: what it is asked for, and its totals."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.tickets import incident, minute, tickets

from incidentcore.errors import InvalidValueError
from incidentcore.kpi import (
    Availability,
    Kpi,
    Periods,
    catalogue,
    compute_kpis,
)
from incidentcore.kpi.catalogue import VOLUME
from incidentcore.kpi.table import ALL


def test_ids_are_unique_in_a_table() -> None:
    """Two definitions under one id cannot be told apart, so they are refused."""
    with pytest.raises(InvalidValueError, match="each id once"):
        compute_kpis([catalogue.VOLUME, catalogue.VOLUME], [], as_of=minute(0))


@pytest.mark.parametrize(
    ("kpis", "records", "names"),
    [
        (3, tickets(), "kpis"),
        (["volume"], tickets(), "kpis"),
        ([catalogue.VOLUME], tickets()[0], "records"),
        ([catalogue.VOLUME], [{"id": 1}], "records?"),
    ],
)
def test_what_is_no_kpi_or_no_record_is_named(kpis: Any, records: Any, names: str) -> None:
    """One KPI or record in place of several, a KPI's name, a plain row: each refusal says which."""
    for window in (None, Periods("day")):
        with pytest.raises(InvalidValueError, match=f"^{names}: got"):
            compute_kpis(kpis, records, as_of=minute(300), window=window)


def test_an_outage_needs_a_window_and_keyed_figures_need_values() -> None:
    """Availability is a share of a window; a sketch cannot keep state by key (K4)."""
    outage = Kpi(id="a", measure=Availability())
    with pytest.raises(InvalidValueError, match="window"):
        compute_kpis([outage], [], as_of=minute(0))
    with pytest.raises(InvalidValueError, match="exact"):
        compute_kpis([catalogue.RECURRENCE_RATE], [], as_of=minute(0), mode="sketch")
    with pytest.raises(InvalidValueError, match="backlog_data"):
        compute_kpis([catalogue.BACKLOG], [], as_of=minute(0), window=Periods("day"))


def test_a_total_stands_beside_groups_alone() -> None:
    """Without groups there is one figure, asked for totals or not."""
    records = [incident(1, category=("a",)), incident(2, category=("b",))]
    plain = compute_kpis([VOLUME], records, as_of=minute(1), totals=True)
    assert [(row.group, row.value) for row in plain.results] == [((), 2)]
    by = compute_kpis([VOLUME], records, as_of=minute(1), group_by="category", totals=True)
    assert [(row.group, row.value) for row in by.results] == [
        ((("a",),), 1), ((("b",),), 1), ((ALL,), 2),
    ]  # fmt: skip
