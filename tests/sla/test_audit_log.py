"""Clocks over a real audit log, against the time that its state changes add up to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest

from incidentcore.conditions import field
from incidentcore.records import Incident
from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_slas
from incidentcore.vendors import read_audit_log

from .desk import ALWAYS_OPEN

pytestmark = pytest.mark.data

HOURS = {"critical": 4, "high": 8, "moderate": 24, "low": 72}
POLICY = SlaPolicy(
    [
        (
            field("priority.name").equals(name),
            SlaDefinition.resolution(hours=hours, calendar=ALWAYS_OPEN, name=name),
        )
        for name, hours in HOURS.items()
    ]
)


def _worked(incident: Incident, now: datetime) -> timedelta:
    """Return how long an incident was in open states that do not pause, by its events alone.

    Six incidents have an event before their opening, which takes effect at the opening (S1).
    """
    opening, *rest = incident.history
    events = sorted(rest, key=lambda event: (event.at, event.sequence))
    moves = [(opening.at, opening.state)]
    moves += [(max(e.at, opening.at), e.state) for e in events if hasattr(e, "state")]
    moves.append((now, moves[-1][1]))
    spans = [
        later - at for (at, state), (later, _) in pairwise(moves) if state.open and not state.pauses
    ]
    return sum(spans, timedelta(0))


def _compare(incidents: Iterator[Incident]) -> int:
    """Evaluate incidents in one run; return how many, all of which agree."""
    now = datetime.fromisoformat("2017-03-01T00:00:00+00:00")
    seen: list[Incident] = []

    def remembered() -> Iterator[Incident]:
        for incident in incidents:
            seen.append(incident)
            yield incident

    for status in evaluate_slas(POLICY, remembered(), now=now):
        assert status.elapsed == _worked(seen[-1], now)
        assert status.breached is (status.elapsed > timedelta(hours=HOURS[status.definition.name]))
        assert status.definition.name == seen[-1].priority.name
    return len(seen)


def test_the_first_incidents_of_the_log(data_dir: Path) -> None:
    """Time in open states that do not pause is what the clock counts; reopenings give back."""
    log = read_audit_log(data_dir / "uci_incident_event_log.csv.gz")
    assert _compare(islice(log, 1_500)) == 1_500


@pytest.mark.heavy
def test_the_whole_log(data_dir: Path) -> None:
    """All 24,918 incidents with a policy of four rules in one run."""
    assert _compare(read_audit_log(data_dir / "uci_incident_event_log.csv.gz")) == 24_918
