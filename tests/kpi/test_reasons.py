"""The reasons for which records are left out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.test_field_cases import CANCELED, FIXED, JUNE, LATER, SLA, THANKS, TWICE, A, B

from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.kpi.reasons import REASONS


@pytest.mark.parametrize("desk", [[FIXED, TWICE, CANCELED, THANKS, A, B]])
def test_every_reason_has_a_text(desk: list[Any]) -> None:
    """Each code that the catalogue gives for such records is in the table."""
    kpis = [*catalogue.ALL.values(), catalogue.sla_compliance(SLA)]
    rows = compute_kpis(kpis, desk, as_of=LATER, window=JUNE).results

    codes = {code for row in rows for code in row.excluded}
    assert len(codes) > 8
    assert codes <= set(REASONS)
