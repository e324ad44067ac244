"""What documents look like, and what reading them answers."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.serialization.builders import AT, OFFICE, incident

from incidentcore.conditions import during, field
from incidentcore.errors import FormatError
from incidentcore.instants import Versions
from incidentcore.lifecycle import (
    INCIDENT,
    PROBLEM,
    SERVICE_REQUEST,
)
from incidentcore.records import (
    Incident,
    Record,
    correct_event,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar, Maintenance
from incidentcore.serialization import (
    dumps,
    from_plain,
    loads,
    to_plain,
)
from incidentcore.values import NEW, Actor, FrozenMap, Impact, Level, Priority


@pytest.mark.parametrize("kind", [Incident, Record, object])
def test_a_record_comes_back_by_its_class_or_base(kind: Any) -> None:
    """Loads gives an equal record for the class itself, a base of it, and any type."""
    assert incident() == loads(dumps(incident()), kind)


def test_a_correction_survives() -> None:
    """A record with a corrected event comes back with both events and the corrected facts."""
    wrong = correct_event(incident(), "INC-1:4", by="ada", reason="wrong group")

    found = loads(dumps(wrong), Incident)

    assert wrong == found
    assert found.assignment_group is None


VALUES: list[Any] = [
    NEW,
    Impact.HIGH,
    Priority.scale,
    Actor("ada", "agent"),
    OFFICE,
    BusinessCalendar.always("Asia/Kathmandu"),
    OFFICE & BusinessCalendar.always(),
    OFFICE | BusinessCalendar.always(),
    OFFICE - Maintenance([], name="none"),
    INCIDENT,
    PROBLEM,
    SERVICE_REQUEST,
    (field("impact") >= Impact.HIGH) & ~field("service").is_in("mail", None) | during(OFFICE),
    field("custom.weight").equals(2.5),
    Versions([(AT, OFFICE), (AT + timedelta(days=1), BusinessCalendar.always())]),
    None,
    True,
    0,
    -1.5,
    "",
    (1, (), frozenset({"a", 2, None})),
    FrozenMap({"$": 1, "$$": 2, "$set": 3, "plain": FrozenMap()}),
    date(2026, 12, 25),
    time(16, 0, 0, 1),
    Decimal("0.10"),
    Fraction(-3, 4),
    ZoneInfo("Europe/Berlin"),
    timedelta(days=-1, microseconds=1),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}")
def test_a_value_comes_back(value: Any) -> None:
    """Values come back equal and of the same type, as text and as plain data, in one form."""
    text = dumps(value)

    found = loads(text, object)

    assert value == found
    assert type(value) is type(found)
    assert value == from_plain(to_plain(value), object)
    assert text == dumps(found)


def test_a_level_of_a_callers_scale_comes_back() -> None:
    """Levels are values: nothing has to be known about their scale."""
    level = Level("severity", "sev1", 1)
    found = set_fields(incident(), custom={"severity": level}, at=AT, by="ada")

    assert level == loads(dumps(found), Incident).custom["severity"]


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        (
            {"version": 1, "value": {"id": "ada"}},
            ["a required field is missing @ $.type"],
        ),
        (
            {"type": 5, "version": 1, "value": {"id": "ada"}},
            ["got 5; allowed: a type's name @ $.type"],
        ),
        (
            {"type": "Actor", "value": {"id": "ada"}},
            ["a required field is missing @ $.version"],
        ),
        *(
            (
                {"type": "Actor", "version": version, "value": {"id": "ada"}},
                [f"got {shown}; allowed: a whole number from 1 @ $.version"],
            )
            for version, shown in ((0, "0"), (-1, "-1"), (True, "true"), ("1", "'1'"), (1.0, "1.0"))
        ),
        (
            {"type": None, "version": None},
            [
                "a required field is missing @ $.value",
                "got null; allowed: a type's name @ $.type",
                "got null; allowed: a whole number from 1 @ $.version",
            ],
        ),
    ],
)
def test_each_problem_of_an_envelope_is_named_once(document: Any, problems: list[str]) -> None:
    """What is missing is not wrong as well."""
    with pytest.raises(FormatError) as caught:
        from_plain(document, Actor)
    assert sorted(caught.value.problems) == sorted(problems)
