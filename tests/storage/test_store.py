"""What every store checks before it writes."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from tests.storage.test_memory import AT, incident

from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import (
    DuplicateEventError,
    InvalidTimelineError,
    InvalidValueError,
    RecordNotFoundError,
)
from incidentcore.records import Problem, comment
from incidentcore.storage import InMemoryStore


def test_an_id_with_another_body_is_refused(store: InMemoryStore) -> None:
    """Event ids stand for one event for ever."""
    record = incident(comments=1)
    store.append("INC-1", record.history, expected_version=0)
    forged = comment(record, "x", at=AT, by="ada").history[-1]
    forged = type(forged)(
        record_id="INC-1", sequence=3, id="INC-1:2", at=AT, by=forged.by, text="forged"
    )

    with pytest.raises(DuplicateEventError) as caught:
        store.append("INC-1", [forged], expected_version=2)

    assert caught.value.args == ("INC-1", "INC-1:2", 3)


def test_a_search_meets_records_without_the_field(store: InMemoryStore) -> None:
    """Known errors were not found among incidents, which have no such field: an error (H1)."""
    problem = Problem.open(id="PRB-1", title="x", by="ada", at=AT, known_error=True)
    for record in (incident(), problem):
        store.append(record.id, record.history, expected_version=0)

    assert store.find(field("known_error").is_true()) == (problem,)


def test_an_opening_of_an_unknown_type_is_refused(store: InMemoryStore) -> None:
    """It was stored, and then neither it nor any other record could be found (rule D4)."""
    store.append("INC-2", incident("INC-2").history, expected_version=0)
    opened = attrs.evolve(incident().history[0], record_type="change")

    with pytest.raises(InvalidTimelineError, match="record_type: got 'change'"):
        store.append("INC-1", [opened], expected_version=0)

    assert [one.id for one in store.find(ALWAYS)] == ["INC-2"]


@pytest.mark.parametrize("events", [slice(1, 2), slice(2, 4), slice(0, 0)], ids=str)
def test_a_gap_is_refused_and_nothing_is_written(store: InMemoryStore, events: slice) -> None:
    """A new record starts with its opening and goes on without gaps."""
    record = incident(comments=3)
    batch = record.history[events] or (record.history[0], record.history[2])

    with pytest.raises(InvalidTimelineError):
        store.append("INC-1", batch, expected_version=0)

    assert store.changes() == ()
    with pytest.raises(RecordNotFoundError):
        store.load("INC-1")


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda store: store.find(ALWAYS, limit=0), "limit"),
        (lambda store: store.find(ALWAYS, limit=True), "limit"),
        (lambda store: store.find(ALWAYS, after=1), "after"),
        (lambda store: store.changes(limit=0), "limit"),
        (lambda store: store.changes(after=-1), "after"),
        (lambda store: store.changes(after=1.0), "after"),
        (lambda store: store.history("INC-1", after=-1), "after"),
        (lambda store: store.append("", (), expected_version=0), "record_id"),
        (lambda store: store.append("INC-1", (), expected_version=-1), "expected_version"),
        (lambda store: store.append("INC-1", (), expected_version=True), "expected_version"),
    ],
)
def test_an_argument_of_another_kind_is_refused(
    store: InMemoryStore, call: Callable[[InMemoryStore], object], where: str
) -> None:
    store.append("INC-1", incident().history, expected_version=0)
    with pytest.raises(InvalidValueError) as refused:
        call(store)
    assert refused.value.where == where
