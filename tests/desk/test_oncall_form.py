"""On-call schedules in a desk's file: turns, layers and overrides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.desk.small_files import HEAD, loaded

from incidentcore.desk import desk_page, load_desk
from incidentcore.desk.oncall_form import rotation_of, rotation_words
from incidentcore.errors import FormatError
from incidentcore.escalation import on_call
from incidentcore.schedule import Rotation

LAYER = '{ people = ["ada", "bo"], change = "weekly mon 09:00", from = 2026-06-01 }'


def schedule(layers: str, more: str = "") -> str:
    return f"{HEAD}[oncall]\nduty = {{ layers = [{layers}]{more} }}\n"


def test_turns_layers_and_an_override_say_who_serves() -> None:
    """Ada's week, then Bo's; on the second Tuesday Cy takes Bo's place for two hours."""
    swap = (
        ", overrides = [{ from = 2026-06-09T10:00:00Z, to = 2026-06-09T12:00:00Z,"
        ' people = "cy", replaces = "bo" }]'
    )
    desk = loaded(schedule(LAYER, swap))
    (duty,) = desk.on_call

    def who(day: int, hour: int) -> tuple[str, ...]:
        return on_call(duty, at=datetime(2026, 6, day, hour, tzinfo=UTC))

    assert [who(1, 9), who(8, 8), who(8, 9)] == [("ada",), ("ada",), ("bo",)]
    assert [who(9, 9), who(9, 10), who(9, 12)] == [("bo",), ("cy",), ("bo",)]


def test_a_turn_may_be_nobodys() -> None:
    """A dash is a week without anyone, and no person of that name."""
    (duty,) = loaded(schedule(LAYER.replace('"bo"', '"-"'))).on_call
    found = [on_call(duty, at=datetime(2026, 6, day, 12, tzinfo=UTC)) for day in (1, 8, 15)]
    assert found == [("ada",), (), ("ada",)]


def test_a_layer_may_be_beside_another() -> None:
    """Ada's and Cy's layers are on call together, as no layer is above both."""
    (duty,) = loaded(schedule(LAYER + ', { people = "cy", beside = true }')).on_call
    assert on_call(duty, at=datetime(2026, 6, 1, 12, tzinfo=UTC)) == ("ada", "cy")


def test_a_schedule_may_have_single_shifts_only() -> None:
    """It is shown and compared like any other; without either, it is refused."""
    single = f"""{HEAD}[oncall.duty]
overrides = [{{ from = 2026-06-09T10:00:00Z, to = 2026-06-09T12:00:00Z, people = "cy" }}]
"""
    desk = loaded(single)
    assert on_call(desk.on_call[0], at=datetime(2026, 6, 9, 11, tzinfo=UTC)) == ("cy",)
    assert "cy" in str(desk_page(desk))
    with pytest.raises(FormatError, match=r"oncall\.duty.*at least one layer, or an override"):
        load_desk(f"{HEAD}[oncall.duty]\n")


@pytest.mark.parametrize(
    ("change", "unit", "every"),
    [
        ("weekly mon 09:00", "weeks", 1),
        ("daily 08:30", "days", 1),
        ("every 12 hours 06:00", "hours", 12),
    ],
)
def test_a_rotation_is_read_and_written_as_one_text(change: str, unit: str, every: int) -> None:
    """Its first turn is at that clock time of its zone."""
    rotation = rotation_of(change, date(2026, 6, 1), "Europe/Berlin")

    assert (rotation.unit, rotation.every, rotation.zone.key) == (unit, every, "Europe/Berlin")
    assert rotation_words(rotation) == (change, date(2026, 6, 1))


@pytest.mark.parametrize("day", ["mon", "Monday", "Mo"])
def test_a_week_begins_on_its_day(day: str) -> None:
    """The first Monday from the Thursday that is given."""
    rotation = rotation_of(f"weekly {day} 09:00", date(2026, 6, 4), "UTC")

    assert rotation.anchor == datetime(2026, 6, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ('{ people = ["ada", "bo"] }', "change = when they hand over"),
        (LAYER.replace("mon", "mun"), "weekly mon 09:00"),
        (LAYER.replace(", from = 2026-06-01", ""), "the date of the first turn"),
        (LAYER.replace('"ada"', "7"), "text"),
    ],
)
def test_a_layer_that_says_too_little_is_refused(layer: str, says: str) -> None:
    """With what it must say."""
    with pytest.raises(FormatError, match=says):
        load_desk(schedule(layer))


@pytest.mark.parametrize(
    ("unit", "every", "text"),
    [
        ("days", 1, "daily 09:00"),
        ("days", 2, "every 2 days 09:00"),
        ("weeks", 1, "weekly mon 09:00"),
        ("weeks", 2, "every 2 weeks 09:00"),
        ("hours", 1, "every 1 hours 09:00"),
        ("months", 1, "every 1 months 09:00"),
    ],
)
def test_a_rotation_is_said_in_words(unit: Any, every: int, text: str) -> None:
    """Only a turn of one day or one week has a word of its own."""
    monday = datetime(2026, 6, 1, 9, tzinfo=UTC)
    turns = Rotation(anchor=monday, zone="UTC", unit=unit, every=every)
    assert rotation_words(turns) == (text, monday.date())
