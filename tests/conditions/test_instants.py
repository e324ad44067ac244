"""Conditions on instants that fields hold: at the edge, without one, and what they say of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    Opaque,
    before,
    during,
    field,
    reached,
)
from incidentcore.conditions.hours import spell_test
from incidentcore.conditions.instants import timed_tests
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.schedule import BusinessCalendar

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
TICK = timedelta.resolution
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, name="office")
VIP = field("custom.vip").is_true()


def facts(**custom: Any) -> dict[str, Any]:
    return {"custom": custom}


@pytest.mark.parametrize("late", [-TICK, 0 * TICK, TICK])
def test_an_instant_is_reached_at_the_instant(late: timedelta) -> None:
    """From then on, and before it until then; a field without a value is on neither side."""
    seen = facts(x=NINE)
    assert reached("custom.x").matches(seen, at=NINE + late) is (late >= 0 * TICK)
    assert before("custom.x").matches(seen, at=NINE + late) is (late < 0 * TICK)
    assert not reached("custom.x").matches(facts(), at=NINE)
    assert not before("custom.x").matches(facts(), at=NINE)
    ahead = NINE if late < 0 * TICK else None
    for one in (reached("custom.x"), before("custom.x")):
        assert one.next_change(seen, NINE + late) == ahead
        assert one.next_change(facts(), NINE) is None
        assert (one.reads_time, one.reads_hours, one.reads_only_fields) == (True, False, False)
        assert one.fields == {"custom.x"}


def test_an_instant_is_asked_at_an_instant() -> None:
    """Without one, or of anything but an instant, there is an error that names it."""
    with pytest.raises(InvalidValueError, match=r"^at: got None; allowed: .* custom\.x"):
        reached("custom.x").matches(facts(x=NINE))
    assert not reached("custom.x").matches(facts())
    with pytest.raises(InvalidValueError, match=r"^custom\.x: got 'noon'"):
        reached("custom.x").matches(facts(x="noon"), at=NINE)
    with pytest.raises(DefinitionError, match=r"^later_than|^x later_than"):
        field("x").later_than("y")  # type: ignore[arg-type]  # the fact


@pytest.mark.parametrize(
    ("first", "second", "later"),
    [
        (NINE, NINE - TICK, True),
        (NINE, NINE, False),
        (NINE, NINE + TICK, False),
        (NINE, None, True),
        (None, NINE, False),
        (None, None, False),
    ],
)
def test_one_instant_is_later_than_another(
    first: datetime | None, second: datetime | None, later: Any
) -> None:
    """At the same instant it is not; without the second it is."""
    condition = field("custom.a").later_than(field("custom.b"))
    assert condition.matches(facts(a=first, b=second)) is later
    assert condition.fields == {"custom.a", "custom.b"}
    assert (condition.reads_time, condition.reads_only_fields) == (False, True)
    assert condition.next_change(facts(a=first, b=second), NINE) is None


def test_they_read_as_words() -> None:
    """As in an explanation."""
    assert str(reached("custom.x")) == "custom.x is reached"
    assert str(before("custom.x")) == "before custom.x"
    later = field("a").later_than(field("b"))
    assert str(later) == "a is later than b"
    assert str(during(OFFICE)) == "during office"
    assert str(during(BusinessCalendar.always())) != ""
    assert str(field("category").starts_with("a")) == "category starts with 'a'"


def test_the_timed_tests_are_those_on_instants() -> None:
    """Not those on the time of day, nor those on fields; in the order in which they stand."""
    one, two = reached("custom.a"), before("custom.b")
    condition = VIP & (one | ~two) & during(OFFICE) & Opaque("mine", bool)
    assert timed_tests([condition, one]) == (one, two, one)
    assert not condition.reads_only_fields
    assert (VIP & ~VIP).reads_only_fields
    assert not ALWAYS.reads_time


@pytest.mark.parametrize(("at", "is_open"), [(NINE, True), (NINE - HOUR, False)])
def test_a_time_of_day_is_bound_at_an_instant(at: datetime, is_open: Any) -> None:
    """It then always or never matches; other tests stay as they are."""
    office = during(OFFICE)
    bound = ALWAYS if is_open else NEVER
    assert office.at_hours(at) == bound
    assert (~office).at_hours(at).matches({}) is not is_open
    assert (VIP & office).at_hours(at).matches(facts(vip=True)) is is_open
    assert VIP.at_hours(at) is VIP
    assert (~(VIP | office)).reads_hours
    assert not (VIP | ~VIP).reads_hours


def test_a_time_of_day_holds_for_a_spell() -> None:
    """Asked when the other tests become true, and again in another cycle, not in between."""
    test = spell_test(VIP & during(OFFICE))
    night, noon = NINE - HOUR, NINE + 3 * HOUR
    assert test(facts(vip=False), noon, False) is False
    assert not test(facts(vip=True), night, False)
    assert not test(facts(vip=True), noon, False)  # the spell began at night
    assert test(facts(vip=True), noon, True)  # another cycle
    assert test(facts(vip=True), night, False)
    assert not test(facts(vip=False), noon, False)
    assert test(facts(vip=True), noon, False)  # another spell
    plain = spell_test(VIP)
    assert plain(facts(vip=True), night, False)
    assert not plain(facts(vip=False), noon, True)


def test_a_condition_without_data_of_its_own_knows_nothing() -> None:
    """What a type of the caller's inherits: no fields, no candidates, no change with time."""

    class Mine(Condition):
        def test(self, _facts: Any, _at: datetime | None) -> bool:
            return True

    mine = Mine()
    assert (mine.fields, mine.candidates("x"), mine.next_change({}, NINE)) == (
        frozenset(), None, None
    )  # fmt: skip
    assert (mine.reads_time, mine.reads_hours, mine.reads_only_fields) == (False, False, False)
    assert mine.at_hours(NINE) is mine
    assert [*mine.leaves()] == [mine]


def test_conditions_are_nested_to_a_depth() -> None:
    """A hundred levels with the test itself; one more is refused with its depth."""
    condition = VIP
    for number in range(99):
        condition = (condition & VIP) if number % 2 else (condition | VIP)
    assert condition.depth == 100
    assert condition.matches(facts(vip=True))
    assert (condition | VIP).depth == 100  # of one kind with it
    for deeper in (lambda: ~condition, lambda: condition & VIP):
        with pytest.raises(DefinitionError, match=r"^parts: got 101; allowed: .* at most 100 deep"):
            deeper()
