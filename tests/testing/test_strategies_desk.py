"""Drawn runs of a desk."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.testing.choices import batches

from incidentcore.desk import load_desk
from incidentcore.records import Incident
from incidentcore.testing import simulations, strategies_desk
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


@pytest.mark.table
def test_a_drawn_desk_has_every_kind_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work of one to six hours in the middle, holds, reopenings and patience or none of them."""

    def asked(desk: object, team: object, kinds: list[Any], **how: Any) -> Any:
        return kinds[0], team, how["end"] - how["start"]

    monkeypatch.setattr(strategies_desk, "simulate", asked)
    seen: dict[str, set[object]] = defaultdict(set)
    for batch in batches(simulations(DESK, start=START, days=2), 150):
        for kind, team, length in batch:
            assert length == timedelta(days=2)
            seen["rate"].add(kind.rate)
            seen["hours"].add(kind.work.median / timedelta(hours=1))
            seen["sigma"].add(kind.work.sigma)
            seen["chance"].add(kind.hold.chance)
            seen["lasts"].add(kind.hold.lasts.mean / timedelta(hours=1))
            seen["reopen"].add(kind.reopen)
            seen["patience"].add(kind.patience and kind.patience.mean / timedelta(hours=1))
            seen["agents"].add(len(team.agents))
            seen["openings"].add(len(kind.opening))
        if len(seen["hours"]) == 6 and len(seen["openings"]) == 4:
            break
    assert seen == {
        "rate": {(0.2,), (0.5,)},
        "hours": {1, 2, 3, 4, 5, 6},
        "sigma": {0.8},
        "chance": {0.0, 0.5},
        "lasts": {6},
        "reopen": {0.0, 0.5},
        "patience": {None, 9},
        "agents": {1, 2},
        "openings": {1, 2, 3, 4},
    }
