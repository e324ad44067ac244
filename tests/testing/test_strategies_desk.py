"""Drawn runs of a desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.desk import load_desk
from incidentcore.testing import simulations

START = datetime(2026, 6, 1, tzinfo=UTC)
DESK = load_desk(
    'desk = 1\nname = "drawn"\n[services.all]\ncalendar = "always"\nresolution = "4h"\n'
    '[[agreements]]\nservice = "all"\n'
)


@pytest.mark.heavy
@given(st.data())
def test_a_drawn_run_opens_its_records_within_its_days(data: st.DataObject) -> None:
    """No record is opened before the start, or after the days that were asked for."""
    run = data.draw(simulations(DESK, start=START, days=2))
    end = START + timedelta(days=2)

    assert all(START <= record.opened_at <= end for record in run.records)
    assert len({record.id for record in run.records}) == len(run.records)
