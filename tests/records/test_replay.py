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
    FieldsChanged,
    Incident,
    Problem,
    Record,
    acknowledge,
    correct_event,
    replay,
    unacknowledge,
)
from incidentcore.records.replay import as_it_was, timeline_by
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


@given(records().filter(lambda record: all(event.kind != "corrected" for event in record.history)))
def test_a_reader_of_numbered_events_gets_the_record(record: Record) -> None:
    """Its shorter way gives the same fields at every instant."""
    again = type(record)._read(record.history)
    assert again == record
    assert again.facts() == record.facts()
    assert again.timeline().moments == replay(record.history).timeline().moments


def test_an_equal_event_counts_once() -> None:
    """A copy that another process has read is no other event (rule H1)."""
    record = acknowledge(opened(), at=OPENED, by="ada")
    copies = [attrs.evolve(one) for one in record.history[1:]]
    assert copies[0] is not record.history[1]
    assert replay([*record.history, *copies]) == record


def test_a_record_as_it_was_has_only_what_was_known() -> None:
    """Happened by then, and recorded by then; before its opening was recorded there is none."""
    late = {"recorded_at": OPENED + 9 * MINUTE, "by": "ada"}
    record: Incident = acknowledge(opened(), at=OPENED + MINUTE, **late)
    record = unacknowledge(record, at=OPENED + 3 * MINUTE, by="ada", reason="x")
    for now, known_at, count in (
        (2, None, 2), (2, 8, 1), (2, 9, 2), (0, None, 1), (0, 9, 1), (3, None, 3), (3, 9, 3),
        (3, 8, 2), (3, -1, None),
    ):  # fmt: skip
        known = None if known_at is None else OPENED + known_at * MINUTE
        found = as_it_was(record, OPENED + now * MINUTE, known)
        assert (found and found.version) == count, (now, known_at)


@given(records(), st.integers(0, 200))
def test_a_record_as_it_was_is_a_step_of_its_timeline(record: Record, minutes: int) -> None:
    """Corrections of the opening count at every instant, all others from their own (rule H1)."""
    at = record.opened_at + minutes * MINUTE
    then = as_it_was(record, at)
    assert then is not None
    assert then.facts() == record.timeline().facts_at(at)


def test_a_record_as_it_was_has_its_opening_corrected_at_every_instant() -> None:
    """Opened at 9:00, corrected to 15:00 with a service, and then to 8:00: known at 10:00 too."""
    record = correct_event(
        opened(), "INC-1:1", by="ada", at=OPENED + 360 * MINUTE, fields={"service": "mail"}
    )
    record = correct_event(record, "INC-1:1", by="ada", at=OPENED - 60 * MINUTE)
    then = as_it_was(record, OPENED + 60 * MINUTE)
    assert then is not None
    assert (then.service, then.opened_at) == ("mail", OPENED - 60 * MINUTE)
    assert then.updated_at == record.updated_at == OPENED - 60 * MINUTE


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


def test_roles_that_a_problem_cannot_have_change_nothing() -> None:
    """Replay refuses no event: what the type of record lacks is left out (rule H2)."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    problem = Problem.open(id="P", title="x", by="kim", at=at)
    fields = {"major_roles": {"scribe": "ada"}, "title": "y"}
    event = FieldsChanged(record_id="P", sequence=2, at=at, by=Actor("ada"), fields=fields)
    record = replay([*problem.history, event])
    assert (record.title, record.version, "major_roles" in record.facts()) == ("y", 2, False)


def test_before_its_opening_a_record_has_no_timeline() -> None:
    """As it was then, it has its opening all the same, which may be written down in advance."""
    hour = timedelta(hours=1)
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    record = acknowledge(Incident.open(id="I", title="x", by="kim", at=at), at=at + hour, by="ada")
    assert timeline_by(record, at - hour) is None
    assert timeline_by(record, at) is not None
    for now, version in ((at - hour, 1), (at, 1), (at + hour, 2)):
        then = as_it_was(record, now)
        assert then is not None
        assert then.version == version
