"""Fields in their stored form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import Incident, Problem, RequestItem, ServiceRequest, set_fields
from incidentcore.records.fields import FIELD_NAMES, RECORD_COLUMNS, checked_fields
from incidentcore.serialization import dumps, loads
from incidentcore.values import FrozenMap, Impact

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_fields_in_their_stored_form_stay_the_same_map() -> None:
    """Checking twice costs nothing and changes nothing."""
    once = checked_fields({"tags": ["a"], "title": "t"}, {"tags", "title"})

    assert checked_fields(once, {"tags", "title"}) is once


def test_a_row_of_a_table_is_of_fields_of_records() -> None:
    """Each default column is a field or the version, once."""
    names = {
        field.name for kind in (Incident, Problem, ServiceRequest) for field in attrs.fields(kind)
    }
    assert {*RECORD_COLUMNS} <= {*names, "version", "record_type"}
    assert len({*RECORD_COLUMNS}) == len(RECORD_COLUMNS) == 30


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"description": 5}, "description: got 5; allowed: text"),
        ({"root_cause": "dust"}, "root_cause: got 'dust'; allowed: a Cause, or None"),
        ({"title": "t", "color": 1, "description": 5}, "field: got 'color'"),
        ({"description": 5, "color": 1}, "description: got 5"),
        (
            {"items": [RequestItem(id="a", name="x"), RequestItem(id="a", name="y")]},
            "different ids",
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


@pytest.mark.parametrize(
    ("names", "how"),
    [
        (["assignment_group", "assignee", "support_tier"], "assign(...) for group, assignee"),
        (["hold_reason", "resolution_code", "resolution_notes"], "advance(...); one of"),
        (
            ["impact", "urgency"],
            "prioritize(...), with a desk Desk.prioritize(...), for impact and urgency; ",
        ),
        (["lifecycle"], "migrate(...) of the lifecycle; "),
        (["state"], "advance(...) for the state; "),
        (["links"], "link(...) for links; "),
        (["category"], "classify(...) for the category; "),
        (["exercise"], "only open(..., exercise=) for the exercise; "),
        (["root_cause", "workaround", "known_error", "origin"], "a Problem, which has this field"),
        (["items"], "a ServiceRequest, which has this field; "),
        (["reopen_count", "closed_at"], "since moments and counts follow from the history; "),
        (["color"], "custom= for fields of your own; one of title"),
    ],
)
def test_a_field_that_is_set_in_another_way_says_how(names: list[str], how: str) -> None:
    """Each of them names the function that sets it, or the type of record that has it."""
    for name in names:
        with pytest.raises(InvalidValueError, match=re.escape(how)):
            checked_fields({name: "x"}, {"title"})


def test_values_are_kept_in_their_stored_form() -> None:
    """Texts become sets, instants UTC, and None empties what may be empty."""
    berlin = datetime(2026, 6, 1, 11, tzinfo=ZoneInfo("Europe/Berlin"))
    given = FrozenMap({"tags": ("a",), "occurred_at": berlin, "detected_at": None})
    stored = checked_fields({**given, "origin": "proactive"}, FIELD_NAMES)

    assert stored["tags"] == frozenset({"a"})
    assert str(stored["occurred_at"]) == "2026-06-01 09:00:00+00:00"
    assert (stored["detected_at"], stored["origin"]) == (None, "proactive")
    assert checked_fields(given, FIELD_NAMES)["tags"] == frozenset({"a"})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("category", ("network", "")),
        ("tags", frozenset({"mail", 7})),
        ("support_tier", -1),
        ("support_tier", True),
        ("occurred_at", datetime(2026, 6, 1, 9)),  # noqa: DTZ001  that is what is refused
        ("detected_at", datetime(1, 1, 1, tzinfo=UTC)),
        ("title", ""),
        ("custom", {1: "a"}),
    ],
)
def test_one_wrong_value_among_right_ones_is_refused(name: str, wrong: object) -> None:
    """The others are taken by their types alone, this one is not."""
    right: dict[str, object] = {"title": "t", "impact": Impact.HIGH, "tags": frozenset({"mail"})}
    for fields in ({**right, name: wrong}, {name: wrong} | right | {name: wrong}):
        with pytest.raises(InvalidValueError, match=name if name != "custom" else "key"):
            checked_fields(fields, FIELD_NAMES)


def test_the_same_fields_in_any_order_are_one_map_in_the_order_of_names() -> None:
    """What is remembered of a combination of names holds none of the values."""
    first = checked_fields({"title": "t", "caller": "kim", "support_tier": 1}, FIELD_NAMES)
    again = checked_fields({"support_tier": 2, "title": "u", "caller": None}, FIELD_NAMES)

    assert list(first.items()) == [("caller", "kim"), ("support_tier", 1), ("title", "t")]
    assert list(again.items()) == [("caller", None), ("support_tier", 2), ("title", "u")]


class Own:
    """A class of somebody's own, which no document can hold."""

    def __repr__(self) -> str:
        return "Own()"


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (Own(), "Own()"),
        ([1, Own()], "(1, Own())"),
        ({"b": Own()}, "FrozenMap({'b': Own()})"),
        (b"x", "b'x'"),
        (int, "<class 'int'>"),
        (AT.replace(tzinfo=None), "2026-06-01T09:00:00"),
        ([float("inf")], "(inf,)"),
    ],
)
def test_a_custom_value_that_no_document_holds_is_refused(value: object, given: str) -> None:
    """At the opening and later; what a history of old holds is still read."""
    allowed = re.escape(f"custom.a: got {given}; allowed: finite numbers, text")
    with pytest.raises(InvalidValueError, match=allowed):
        Incident.open(id="1", title="x", at=AT, by="kim", custom={"a": value})
    opened = Incident.open(id="1", title="x", at=AT, by="kim")
    with pytest.raises(InvalidValueError, match=allowed):
        set_fields(opened, custom={"a": value}, at=AT, by="kim")
    assert checked_fields({"custom": {"a": value}}, FIELD_NAMES)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 7, 0.5, "x", AT, AT.date(), AT.time(), timedelta(1), Decimal("0.1")),
        *(Fraction(1, 3), ZoneInfo("UTC"), (1, "x"), frozenset({1}), Impact.HIGH),
    ],
)
def test_a_custom_value_comes_back_from_its_document(value: object) -> None:
    """What may be entered can be stored, also in a list and under a name."""
    custom = {"a": value, "b": [value], "c": {"d": value}}
    opened = Incident.open(id="1", title="x", at=AT, by="kim", custom=custom)
    assert loads(dumps(opened), Incident) == opened


@pytest.mark.parametrize("tier", [0, -1, True, 1.0, "1"])
def test_a_tier_of_support_is_counted_from_one(tier: Any) -> None:
    """None, one and two are."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    with pytest.raises(InvalidValueError, match="a support tier of at least 1, or None"):
        Incident.open(id="I", title="x", by="kim", at=at, support_tier=tier)
    for known in (None, 1, 2):
        one = Incident.open(id="I", title="x", by="kim", at=at, support_tier=known)
        assert one.support_tier == known


@pytest.mark.parametrize("name", ["verification", "closure_confirmed_by"])
def test_who_made_sure_of_a_solution_can_be_set_at_any_time(name: str) -> None:
    """The field of that name, not a custom one."""
    record = Incident.open(id="INC-1", title="x", at=AT, by="kim")
    record = set_fields(record, at=AT, by="ada", **{name: "kim"})  # type: ignore[arg-type]
    assert getattr(record, name) == "kim"
