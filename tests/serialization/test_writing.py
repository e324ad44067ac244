"""A caller's class with a field of each type: a value of another type goes neither way."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from types import NoneType
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs
import pytest
from tests.serialization.builders import document, incident, problems

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.serialization import Codec, dumps, to_plain
from incidentcore.values import Actor, FrozenMap

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ZONED = 'an instant such as "2026-07-01T09:00:00+02:00[Europe/Berlin]"'


@attrs.frozen
class Branch:
    """A class that contains its own kind."""

    name: str
    below: tuple[Branch, ...] = ()
    beside: Branch | None = None


def test_a_class_may_contain_its_own_kind() -> None:
    """A tree is written and read to its last leaf."""
    codec = Codec({"AcmeBranch": Branch})
    tree = Branch("a", (Branch("b", (Branch("c"),)), Branch("d")), Branch("e"))
    text = codec.dumps(tree)
    leaf = '{"name":"%s","below":[],"beside":null}'
    assert leaf % "c" in text
    assert codec.loads(text, Branch) == tree


def holder(kind: Any) -> Any:
    """Return a class with one field, which checks nothing, and its codec."""
    made = attrs.make_class("Held", {"value": attrs.field(type=kind)}, frozen=True)
    return made, Codec({"AcmeHeld": made})


class Derived(Actor):
    """An actor with more."""


@pytest.mark.parametrize(
    ("kind", "value", "allowed"),
    [
        (str, 1, "text"),
        (bool, 1, "True or False"),
        (int, True, "a whole number"),
        (int, 1.0, "a whole number"),
        (float, float("-inf"), "a finite number"),
        (float, 2**53 + 1, "a finite number"),
        (float, "1", "a finite number"),
        (datetime, date(2026, 6, 1), "a datetime"),
        (date, AT, "a date"),
        (time, time(9, tzinfo=UTC), "a time of day without a zone"),
        (timedelta, 60, "a timedelta"),
        (ZoneInfo, UTC, "a ZoneInfo with a key"),
        (Decimal, Decimal("NaN"), "a finite Decimal of at most 100 digits"),
        (Fraction, 0.5, "a Fraction of at most 1000 digits above and below"),
        (NoneType, 0, "None"),
        (tuple[int, ...], [1], "a tuple"),
        (frozenset[int], {1}, "a frozenset"),
        (tuple[int, str], (1,), "a tuple of 2"),
        (tuple[int, str], [1, "a"], "a tuple of 2"),
        (FrozenMap[int], {"a": 1}, "a FrozenMap"),
        (Literal["red", "green"], "blue", "one of red, green"),
        (Actor, Derived("ada"), "exactly Actor; a class derived from it would be lost"),
    ],
)
def test_a_value_of_another_type_is_not_written(kind: Any, value: object, allowed: str) -> None:
    """The error names the field, what was given and what the field may hold."""
    made, codec = holder(kind)
    with pytest.raises(InvalidValueError) as caught:
        codec.dumps(made(value))
    where = caught.value.where
    assert (where, caught.value.given, caught.value.allowed) == ("$.value.value", value, allowed)


@pytest.mark.parametrize(
    ("kind", "data", "allowed"),
    [
        (float, 2**53 + 1, "a finite number"),
        (float, "1", "a finite number"),
        (NoneType, 0, "null"),
        (datetime, "2026-13-01T09:00:00+02:00[Europe/Berlin]", ZONED),
        (datetime, "0001-01-01T00:00:00+05:00[Europe/Berlin]", "an instant in the years 1 to 9999"),
        (date, "2026-02-30", 'a date such as "2026-12-25"'),
        (time, "25:00:00", 'a time of day such as "16:00:00"'),
    ],
)
def test_data_that_is_no_such_value_is_not_read(kind: Any, data: object, allowed: str) -> None:
    """The 30th of February and the 25th hour look like a date and a time, and are none."""
    made, codec = holder(kind)
    with pytest.raises(FormatError) as caught:
        codec.loads(document({"value": data}, "AcmeHeld"), made)
    (problem,) = caught.value.problems
    assert problem.endswith(f"; allowed: {allowed} @ $.value.value")


@pytest.mark.parametrize("number", [2**53, -(2**53), 0])
def test_a_whole_number_that_a_float_holds_is_a_number(number: int) -> None:
    """Up to 2**53 each whole number is a float of the same value."""
    made, codec = holder(float)
    text = document({"value": number}, "AcmeHeld")
    assert codec.loads(text, made) == made(float(number))
    assert codec.loads(codec.dumps(made(number)), made) == made(float(number))


def test_a_field_that_is_always_none_is_null() -> None:
    """A type with one value is written and read as any other."""
    made, codec = holder(NoneType)
    assert codec.loads(document({"value": None}, "AcmeHeld"), made) == made(None)
    assert codec.to_plain(made(None))["value"] == {"value": None}


def test_a_class_without_a_name_goes_neither_way() -> None:
    """A class inside another one needs a name in documents too; the error says where to give it."""
    made, codec = holder(FormatError)
    for go, error in (
        (lambda: codec.dumps(made(1)), InvalidValueError),
        (lambda: codec.loads(document({"value": 1}, "AcmeHeld"), made), FormatError),
    ):
        with pytest.raises(error, match=r"FormatError.*Codec\(\{name: class\}\)"):
            go()


def test_a_record_of_a_derived_class_is_not_written() -> None:
    """It would be read as a record of the library's class."""

    class Own(Incident):
        pass

    record = Own.from_history(Incident.open(id="INC-1", title="Down", at=AT, by="ada").history)
    made, codec = holder(Incident)
    with pytest.raises(InvalidValueError) as caught:
        codec.dumps(made(record))
    allowed = "exactly Incident; a class derived from it would be lost"
    assert (caught.value.where, caught.value.allowed) == ("$.value.value", allowed)


def test_the_state_of_a_record_names_the_fact_that_has_no_form() -> None:
    """Half of a surrogate pair in a title has no UTF-8."""
    record = Incident.open(id="INC-1", title="\ud800", at=AT, by="ada")
    with pytest.raises(InvalidValueError) as caught:
        to_plain(record, view="state")
    assert caught.value.where == "$.title"


def test_a_value_nested_too_deeply_is_refused() -> None:
    """A reader would refuse it as well."""
    nested: tuple[object, ...] = ()
    for _ in range(5_000):
        nested = (nested,)
    with pytest.raises(InvalidValueError, match="nested so deeply"):
        dumps(nested)


def test_what_is_wrong_in_the_same_way_at_the_same_place_is_listed_once() -> None:
    """Keys that are cut short to the same text are one line."""
    keys = {"k" * 200 + str(number): 1 for number in range(3)}
    found = problems(document({"id": "ada", **keys}, "Actor"), Actor)
    assert len(found) == 1
    assert found[0].startswith("not a field of Actor; allowed: id, role")


def test_a_record_is_written_as_its_history() -> None:
    """The value of a record's document holds its events and nothing else."""
    document = json.loads(dumps(incident()))

    assert set(document) == {"type", "version", "value"}
    assert document["type"] == "Incident"
    assert list(document["value"]) == ["history"]
    assert document["value"]["history"][1] == {
        "$type": "StateChanged",
        "record_id": "INC-1",
        "sequence": 2,
        "at": "2026-12-23T16:40:00.000001Z",
        "by": {"id": "ada", "role": "agent"},
        "recorded_at": "2026-12-23T16:40:00.000001Z",
        "id": "INC-1:2",
        "action": "start",
        "state": {
            "name": "in_progress",
            "open": True,
            "pauses": False,
            "resolved": False,
            "final": False,
        },
        "fields": {},
    }


def test_equal_values_give_equal_text() -> None:
    """The order in which keys and tags were given does not show (rule D1)."""
    one = Incident.open(id="I", title="t", at=AT, by="k", tags=["a", "b"], custom={"x": 1, "y": 2})
    two = Incident.open(id="I", title="t", at=AT, by="k", tags=["b", "a"], custom={"y": 2, "x": 1})

    assert dumps(one) == dumps(two)


@pytest.mark.parametrize(
    ("value", "instead"),
    [([1], "; here tuple(...)"), ({1}, "; here frozenset(...)"), (object(), "of the library")],
)
def test_a_changeable_collection_is_refused_with_the_one_to_write(
    value: object, instead: str
) -> None:
    """Several records are written as a tuple, not as a list."""
    with pytest.raises(InvalidValueError) as refused:
        dumps(value)
    assert str(refused.value).endswith(instead)
