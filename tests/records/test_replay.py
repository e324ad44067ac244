"""Any order of a history replays to the record; what is not a history is refused."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidTimelineError
from incidentcore.records import (
    Acknowledged,
    Incident,
    Problem,
    Record,
    acknowledge,
    replay,
)
from incidentcore.testing.strategies_records import records
from incidentcore.values import Actor

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)


MINUTE = timedelta(minutes=1)


def opened(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim", **fields)


@given(records(), st.randoms(use_true_random=False))
def test_any_permutation_replays_to_the_record(record: Record, chance: random.Random) -> None:
    """Order and repetition of the same events change nothing (rule H1)."""
    events = [*record.history, *chance.sample(record.history, len(record.history) // 2)]
    chance.shuffle(events)

    again = replay(events)

    assert again == record
    assert again.facts() == record.facts()
    assert hash(again) == hash(record)
    assert again.history == record.history


@given(records())
def test_a_subset_with_the_opening_replays_and_goes_on(record: Record) -> None:
    """Gaps are a matter of appending: the next event follows the last sequence."""
    thinned = replay([record.history[0], *record.history[2::2]])

    longer = acknowledge(thinned, at=OPENED, by="ada")

    assert longer.history[-1].sequence == thinned.history[-1].sequence + 1
    assert replay(longer.history) == longer


def event(sequence: int = 2, **body: Any) -> Acknowledged:
    told: dict[str, Any] = {"record_id": "INC-1", "at": OPENED, "by": Actor("ada"), **body}
    return Acknowledged(sequence=sequence, **told)


FIRST: Any = opened().history[0]


@pytest.mark.parametrize(
    "events",
    [
        (),
        (event(),),
        (FIRST, attrs.evolve(FIRST, sequence=2, id="other")),
        (FIRST, event(record_id="INC-2")),
        (FIRST, event(), event(at=OPENED + MINUTE)),
        (FIRST, event(id="a"), event(id="b")),
        (FIRST, event(2, id="a"), event(3, id="a")),
        (FIRST, "event"),
        (attrs.evolve(FIRST, record_type="change"),),
    ],
    ids=[
        "nothing",
        "no opening",
        "two openings",
        "two records",
        "one id, two bodies",
        "one sequence, two ids",
        "one id, two sequences",
        "no event",
        "unknown type",
    ],
)
def test_what_is_no_history_of_one_record_is_refused(events: Any) -> None:
    """Replay takes one record's events, each under one id and sequence (rule H1)."""
    with pytest.raises(InvalidTimelineError):
        replay(events)


def test_a_history_of_another_type_is_refused() -> None:
    """A problem is not made from an incident's events."""
    with pytest.raises(InvalidTimelineError, match="incident"):
        Problem.from_history(opened().history)
