"""Fields in their stored form."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import RequestItem
from incidentcore.records.fields import FIELD_NAMES, checked_fields
from incidentcore.values import FrozenMap


def test_fields_in_their_stored_form_stay_the_same_map() -> None:
    """Checking twice costs nothing and changes nothing."""
    once = checked_fields({"tags": ["a"], "title": "t"}, {"tags", "title"})

    assert checked_fields(once, {"tags", "title"}) is once


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"description": 5}, "description: got 5; allowed: text"),
        ({"root_cause": "dust"}, "root_cause: got 'dust'; allowed: a Cause, or None"),
        ({"title": "t", "colour": 1, "description": 5}, "field: got 'colour'"),
        ({"description": 5, "colour": 1}, "description: got 5"),
        (
            {"items": [RequestItem(id="a", name="x"), RequestItem(id="a", name="y")]},
            "an id of its own each",
        ),
        ({"items": ["laptop"]}, "a sequence of RequestItem"),
        ({"origin": "by chance"}, "one of reactive, proactive"),
        ({"tags": iter([1])}, "a set of non-empty texts"),  # read once, and refused all the same
        ({"title": "t", "priority": 1}, "prioritize(...) or open"),
        ({"title": "", "state": 1}, "title"),  # what comes first is refused first
    ],
)
def test_a_wrong_value_is_refused(fields: dict, allowed: str) -> None:
    """The error names the field, or what to call instead."""
    with pytest.raises(InvalidValueError, match=re.escape(allowed)):
        checked_fields(fields, FIELD_NAMES)


def test_values_are_kept_in_their_stored_form() -> None:
    """Texts become sets, instants UTC, and None empties what may be empty."""
    berlin = datetime(2026, 6, 1, 11, tzinfo=ZoneInfo("Europe/Berlin"))
    given = FrozenMap({"tags": ("a",), "occurred_at": berlin, "detected_at": None})
    stored = checked_fields({**given, "origin": "proactive"}, FIELD_NAMES)

    assert stored["tags"] == frozenset({"a"})
    assert str(stored["occurred_at"]) == "2026-06-01 09:00:00+00:00"
    assert (stored["detected_at"], stored["origin"]) == (None, "proactive")
    assert checked_fields(given, FIELD_NAMES)["tags"] == frozenset({"a"})
