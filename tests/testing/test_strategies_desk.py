"""Drawn runs of a desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.testing.choices import batches

from incidentcore.desk import load_desk
from incidentcore.records import Incident
from incidentcore.testing import simulations
from incidentcore.testing.strategies_desk import _openings

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


def test_a_record_is_opened_with_what_the_desk_asks_for() -> None:
    """Fields of its own, and words that its agreements choose by, beside impact and urgency."""
    desk = load_desk(
        'desk = 1\nname = "drawn"\n[fields]\nsite = ["north", "south"]\nvip = "bool"\n'
        '[services.gold]\ncalendar = "always"\nresolution = "4h"\n'
        '[services.all]\ncalendar = "always"\nresolution = "8h"\n'
        '[[agreements]]\nwhen = { configuration_item = "mail-1" }\nservice = "gold"\n'
        '[[agreements]]\nservice = "all"\n'
    )
    expected = {
        ("mail-1",),
        (None, ("site", "north")),
        (None, ("site", "south")),
        (None, ("vip", True)),
        (None, ("vip", False)),
    }
    seen = set()
    for batch in batches(_openings(desk), 60):
        for fields in batch:
            record = desk.open(Incident, id="INC-1", title="x", by="kim", at=START, **fields)
            seen.add((record.configuration_item, *record.custom.items()))
        if seen == expected:
            break
    assert seen == expected
