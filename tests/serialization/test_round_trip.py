"""Every value comes back, exactly: worked examples of every class, and drawn values."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given

from incidentcore.conditions import Condition
from incidentcore.records import Event, Record, replay
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, from_plain, loads, to_plain
from incidentcore.testing import calendars

from .examples import EXAMPLES, conditions, histories, plain


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_example_comes_back(value: Any) -> None:
    """A value of every class comes back equal, from text and from plain data, in one form."""
    text = dumps(value)

    assert loads(text, type(value)) == value
    assert loads(text, object) == value
    assert from_plain(to_plain(value), object) == value
    assert dumps(loads(text, object)) == text
    assert dumps(pickle.loads(pickle.dumps(value))) == text  # noqa: S301  our own bytes


@given(histories())
def test_any_record_comes_back(record: Record) -> None:
    """Whatever text, instants and custom fields a record holds, it comes back equal (rule D1)."""
    found = loads(dumps(record), Record)

    assert found == record
    assert found.history == record.history
    assert replay(found.history) == found
    assert dumps(found) == dumps(record)


@given(plain)
def test_any_plain_value_comes_back(value: Any) -> None:
    """Plain data comes back with its types: 1, 1.0 and True stay apart, so do tuples and sets."""
    found = loads(dumps(value), object)

    assert found == value
    assert dumps(found) == dumps(value)
    assert from_plain(to_plain(value), object) == value


@given(conditions)
def test_any_condition_comes_back(condition: Condition) -> None:
    """Conditions come back equal, through their base class."""
    assert loads(dumps(condition), Condition) == condition


@given(calendars())
def test_any_calendar_comes_back(calendar: BusinessCalendar) -> None:
    """Calendars come back equal, and in the same words."""
    found = loads(dumps(calendar), BusinessCalendar)

    assert found == calendar
    assert repr(found) == repr(calendar)


@given(histories())
def test_any_event_comes_back_by_itself(record: Record) -> None:
    """An event is a document of its own, as stores write it."""
    for event in record.history:
        assert loads(dumps(event), Event) == event
