"""What came of a run, as a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis.vendor.pretty import pretty

from incidentcore.lifecycle import INCIDENT
from incidentcore.records import Incident
from incidentcore.simulation import Simulation
from incidentcore.simulation.outcome import Stint
from incidentcore.values import FrozenMap

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_wait_ends_with_the_first_stint() -> None:
    """Opened at 8, first worked on at 10 and at 12: two hours. No work, no wait."""
    records = tuple(INCIDENT.open(Incident, id=name, title="x", by="a", at=AT) for name in "AB")
    stints = tuple(Stint("kim", "A", AT + n * HOUR, AT + (n + 1) * HOUR) for n in (2, 4))
    run = Simulation(
        records=records, due_items=(), stints=stints, utilization=FrozenMap({"kim": 0.5})
    )

    assert run.waits == (2 * HOUR,)
    assert repr(run) == pretty(run) == "<Simulation: 2 records, 2 stints>"
