"""What a promise may be made of, and what is refused when it is built."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest

from incidentcore.conditions import NEVER, Opaque, during, field
from incidentcore.errors import DefinitionError, SlaDefinitionError
from incidentcore.schedule import BusinessDays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
)

from .desk import ALWAYS_OPEN, HOUR, OFFICE

FOUR = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def changed(**more: Any) -> Callable[[], object]:
    return lambda: attrs.evolve(FOUR, **more)


@pytest.mark.parametrize(
    "build",
    [
        changed(name=""),
        changed(target=4),
        changed(target=-HOUR),
        changed(target=BusinessDays(-1)),
        changed(calendar="office"),
        changed(pause="on_hold"),
        changed(reopen="start_over"),
        changed(swap="later"),
        changed(agreement="ticket"),
        changed(thresholds=["half"]),
        changed(
            thresholds=[SlaThreshold(name="a", fraction=1), SlaThreshold(name="a", fraction=2)]
        ),
        lambda: SlaDefinition.resolution(calendar=OFFICE),
        lambda: SlaDefinition.resolution(calendar=OFFICE, hours=-1),
        lambda: SlaDefinition.resolution(calendar=OFFICE, hours=float("nan")),
        lambda: SlaDefinition.resolution(calendar=OFFICE, hours=float("inf")),
        lambda: SlaDefinition.resolution(calendar=OFFICE, hours=True),
        lambda: SlaDefinition.resolution(calendar=OFFICE, hours=1, target=HOUR),
        lambda: SlaDefinition.resolution(calendar=OFFICE, minutes=1, target=HOUR),
        lambda: SlaDefinition.resolution(calendar=OFFICE, minutes=-1, hours=1),
        lambda: SlaDefinition.resolution(calendar=OFFICE, minutes="5"),  # type: ignore[arg-type]  # the point
        lambda: ByTimeOfDay("4pm"),
        lambda: ByTimeOfDay("16:00", -1),
        lambda: DueDate("custom."),
        lambda: CalendarByField("custom.region", {"eu": "office"}, OFFICE),  # type: ignore[dict-item]  # the point
        lambda: SlaThreshold(name="none"),
        lambda: SlaThreshold(name="two", fraction=1, after_due=HOUR),
        lambda: SlaThreshold(name="negative", fraction=-1),
        lambda: SlaThreshold(name="negative", before_due=-HOUR),
        lambda: SlaThreshold(name="words", fraction="most"),
        lambda: SlaThreshold(name="number", after_due=30),  # type: ignore[arg-type]  # the point
        lambda: SlaThreshold(name="elsewhere", fraction=1, calendar=OFFICE),
        lambda: SlaPolicy([]),
        lambda: SlaPolicy([("always", FOUR)]),  # type: ignore[list-item]  # the point
        lambda: SlaPolicy([], default=FOUR, match="best"),
        lambda: ServiceLevel([]),
        lambda: ServiceLevel([HOUR]),  # type: ignore[list-item]  # the point
    ],
)
def test_refused(build: Callable[[], object]) -> None:
    """A table that cannot be meant is refused when it is built, by one family of errors."""
    with pytest.raises(DefinitionError):
        build()


def test_a_fraction_is_what_was_written() -> None:
    """0.8 is four fifths, not the binary number nearest to it."""
    marks = [
        SlaThreshold(name="mark", fraction=value) for value in (0.8, "0.8", "4/5", Fraction(4, 5))
    ]
    assert {Fraction(4, 5)} == {mark.fraction for mark in marks}
    assert timedelta(microseconds=3) == marks[0].point(timedelta(microseconds=3))  # 2.4, rounded up


def test_definitions_are_values() -> None:
    """Equal ones hash alike, pickle, and have one content hash; another target has another."""
    again = SlaDefinition.resolution(hours=4, calendar=OFFICE)
    assert again == FOUR == pickle.loads(pickle.dumps(FOUR))  # noqa: S301  our own bytes
    assert hash(again) == hash(FOUR)
    assert again.content_hash == FOUR.content_hash
    assert FOUR.content_hash != attrs.evolve(FOUR, target=5 * HOUR).content_hash
    assert FOUR.content_hash != attrs.evolve(FOUR, calendar=ALWAYS_OPEN).content_hash
    policy = SlaPolicy([(field("custom.vip").is_true(), FOUR)], default=again)
    assert policy.definitions == (FOUR,)
    assert policy == pickle.loads(pickle.dumps(policy))  # noqa: S301  our own bytes


def test_an_error_names_what_was_given_and_what_is_allowed() -> None:
    """The integrator can act on it."""
    with pytest.raises(SlaDefinitionError, match=r"reopen.*start_over.*continue"):
        attrs.evolve(FOUR, reopen="start_over")


def test_what_may_change_a_choice_is_known_where_its_conditions_say_what_they_read() -> None:
    """A function says nothing of what it reads; opening hours read no field."""
    gold = field("custom.tier").equals("gold")
    clock = SlaDefinition.resolution(hours=1, calendar=OFFICE)
    free = Opaque("gold", lambda facts: True)
    for when, reads in (
        (gold, {"custom"}),
        (gold & during(OFFICE), {"custom"}),
        (during(OFFICE), set()),
        (free, None),
        (gold & free, None),
    ):
        assert SlaPolicy([(when, clock)]).reads == reads
    assert clock.reads == {"state"}
    assert attrs.evolve(clock, pause=free).reads is None


@pytest.mark.parametrize(
    ("preset", "given", "where", "wrong", "nearest"),
    [
        ("resolution", {"hour": 4}, "argument of resolution", "hour", "hours"),
        ("first_response", {"minute": 4}, "argument of first_response", "minute", "minutes"),
        ("next_response", {"hour": 4}, "argument of next_response", "hour", "hours"),
        ("update", {"evry": HOUR}, "argument of update", "evry", "every"),
        ("update", {"target": HOUR}, "argument of update", "target", "every"),
        ("resolution", {"hours": 4, "pauses": NEVER}, "argument of resolution", "pauses", "pause"),
        ("resolution", {"hours": "4"}, "hours", "4", "target="),
        ("resolution", {"hours": HOUR}, "hours", HOUR, "target="),
        ("resolution", {"minutes": -4}, "minutes", -4, "a finite number from 0"),
        ("resolution", {}, "target", None, "hours= or minutes= above 0"),
    ],
)
def test_a_wrong_keyword_of_a_preset_is_named(
    preset: str, given: dict[str, Any], where: str, wrong: object, nearest: str
) -> None:
    """The answer speaks of what was given: ``hour=4`` was answered as ``hours: got 0``."""
    with pytest.raises(SlaDefinitionError, match=re.escape(nearest)) as caught:
        getattr(SlaDefinition, preset)(calendar=OFFICE, **given)
    assert (caught.value.where, caught.value.given) == (where, wrong)


@pytest.mark.parametrize("moves", [False, True])
def test_only_a_field_that_moves_the_due_time_is_followed(moves: Any) -> None:
    """That of a target, or of a choice of calendars, which says so."""
    due = SlaDefinition.resolution(target=DueDate("custom.due", follow=moves), calendar=OFFICE)
    choice = SlaDefinition.resolution(
        hours=4, calendar=CalendarByField("service", {}, OFFICE, follow=moves)
    )
    assert due.follows == (("custom.due",) if moves else ())
    assert choice.follows == (("service",) if moves else ())
