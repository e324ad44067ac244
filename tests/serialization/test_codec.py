"""What documents look like, and what reading them answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incidentcore.conditions import ALWAYS, during, field
from incidentcore.errors import FormatError
from incidentcore.instants import Versions
from incidentcore.kpi import Count, Kpi
from incidentcore.lifecycle import (
    INCIDENT,
    PROBLEM,
    SERVICE_REQUEST,
    advance,
)
from incidentcore.records import (
    Incident,
    Record,
    assign,
    comment,
    correct_event,
    replay,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar, Calendar, Holiday, Maintenance
from incidentcore.serialization import (
    Codec,
    dumps,
    from_plain,
    loads,
    to_plain,
)
from incidentcore.values import NEW, Actor, FrozenMap, Impact, Level, Priority, State

AT = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
OFFICE = BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-fri": "08:00-18:00", "sat": ["21:00-23:00", "23:30-02:00"]},
    holidays=[Holiday("2026-12-25", name="Christmas Day"), Holiday(yearly="05-01")],
    special={"2026-12-24": "08:00-12:00"},
    breaks={"2026-12-23": "12:00-13:00"},
    name="office",
)


def incident() -> Incident:
    opened = Incident.open(
        id="INC-1",
        title="Mail is down",
        at=AT,
        by=Actor("monitoring", "system"),
        impact=Impact.HIGH,
        tags=["mail", "berlin"],
        custom={"vip": True, "since": AT, "$odd": 1},
    )
    moved = advance(opened, "start", at=AT + timedelta(microseconds=1), by="ada")
    said = comment(moved, "on it — ☎", at=AT + timedelta(minutes=1), by="ada")
    return assign(said, group="messaging", at=AT + timedelta(minutes=2), by="ada")


def problems(text: str | bytes, kind: Any = object, **options: Any) -> tuple[str, ...]:
    with pytest.raises(FormatError) as caught:
        loads(text, kind, **options)
    return caught.value.problems


def document(value: Any, name: str = "plain") -> str:
    return json.dumps({"type": name, "version": 1, "value": value})


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


@pytest.mark.parametrize("kind", [Incident, Record, object])
def test_a_record_comes_back_by_its_class_or_base(kind: Any) -> None:
    """Loads gives an equal record for the class itself, a base of it, and any type."""
    assert incident() == loads(dumps(incident()), kind)


def test_a_record_read_is_the_fold_of_its_history() -> None:
    """What loads gives has the history of the document, replayed."""
    found = loads(dumps(incident()), Incident)

    assert replay(found.history) == found
    assert incident().facts() == found.facts()


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


def test_a_calendar_reads_as_a_person_writes_it() -> None:
    """Ranges of weekdays, single texts and plain dates are read in a calendar's document."""
    text = document(
        {"zone": "Europe/Berlin", "hours": {"mon-fri": "09:00-17:00"}, "holidays": ["2026-12-25"]},
        "BusinessCalendar",
    )

    assert BusinessCalendar(
        zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"}, holidays=["2026-12-25"]
    ) == loads(text, BusinessCalendar)


def test_equal_values_give_equal_text() -> None:
    """The order in which keys and tags were given does not show (rule D1)."""
    one = Incident.open(id="I", title="t", at=AT, by="k", tags=["a", "b"], custom={"x": 1, "y": 2})
    two = Incident.open(id="I", title="t", at=AT, by="k", tags=["b", "a"], custom={"y": 2, "x": 1})

    assert dumps(one) == dumps(two)


def test_small_values_of_a_history_are_one_object() -> None:
    """The same person and state at several events take the memory of one."""
    plain = to_plain(incident())
    read = from_plain(plain, Incident)

    people = {event.by for event in read.history}
    assert len({id(event.by) for event in read.history}) == len(people)


def test_a_number_is_not_taken_for_a_flag_that_equals_it() -> None:
    """A state read before makes no difference to what is checked."""
    flags = {"open": True, "pauses": False, "resolved": False, "final": False}
    good = {"type": "State", "version": 1, "value": {"name": "new", **flags}}
    assert from_plain(good, State) == State("new", open=True)

    for wrong in (1, 1.0):
        bad = {**good, "value": {**good["value"], "open": wrong}}
        with pytest.raises(FormatError, match=r"true or false @ \$\.value\.open"):
            from_plain(bad, State)
    with pytest.raises(FormatError, match=r"not a field of State.* @ \$\.value\.more"):
        from_plain({**good, "value": {**good["value"], "more": 1}}, State)


def test_what_replay_refuses_is_refused() -> None:
    """Two openings are no history; the problem names it."""
    plain = to_plain(incident())
    plain["value"]["history"].append({**plain["value"]["history"][0], "id": "x", "sequence": 9})

    with pytest.raises(FormatError, match=r"Opened.* @ \$\.value\.history"):
        from_plain(plain, Incident)


@pytest.mark.parametrize("name", ["reopen_count", "resolved_at", "history", "nonsense"])
def test_no_document_sets_what_only_the_fold_sets(name: str) -> None:
    """Moments and counts cannot be smuggled in as fields of an event (rule H2)."""
    plain = to_plain(incident())
    plain["value"]["history"][0]["fields"][name] = 99

    with pytest.raises(FormatError, match=rf"@ \$\.value\.history\[0\]\.fields\.{name}"):
        from_plain(plain, Incident)


def test_a_calendar_is_read_as_any_calendar() -> None:
    """A base or protocol stands for all the classes that belong to it."""
    assert loads(dumps(OFFICE), Calendar) == OFFICE  # type: ignore[type-abstract]  # a protocol


def test_a_level_of_a_callers_scale_comes_back() -> None:
    """Levels are values: nothing has to be known about their scale."""
    level = Level("severity", "sev1", 1)
    found = set_fields(incident(), custom={"severity": level}, at=AT, by="ada")

    assert level == loads(dumps(found), Incident).custom["severity"]


@pytest.mark.parametrize("pair", [[], ["late"], ["late", None, None], "late", {"late": None}, None])
def test_a_pair_has_two_parts(pair: Any) -> None:
    """Neither fewer nor more are read, nor anything but a list."""
    kpi = Kpi(id="x", measure=Count(), exclusions={"late": ALWAYS})
    plain = Codec().to_plain(kpi)
    assert Codec().from_plain(plain, Kpi) == kpi
    whole = plain["value"]["exclusions"][0]
    plain["value"]["exclusions"] = [pair if not isinstance(pair, list) else [*pair]]
    with pytest.raises(FormatError, match="exclusions"):
        Codec().from_plain(plain, Kpi)
    plain["value"]["exclusions"] = [[*whole, None]]
    with pytest.raises(FormatError, match="exclusions"):
        Codec().from_plain(plain, Kpi)
