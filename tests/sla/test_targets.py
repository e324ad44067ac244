"""Targets: days, times of day and due dates."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import SlaDefinitionError
from incidentcore.instants import Interval
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays, Maintenance
from incidentcore.sla import (
    ByTimeOfDay,
    DueDate,
    SlaDefinition,
    SlaTarget,
    evaluate_sla,
)

from .desk import ALWAYS_OPEN, HOUR, OFFICE, at, incident


def resolution(hours: float = 4, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=calendar), **more)


def tell(rules: Any, record: Incident, now: str | datetime) -> Any:
    return evaluate_sla(rules, record, now=at(now))


def test_a_target_of_no_time_is_due_at_the_start() -> None:
    """Even while paused: elapsed equals the target from the first instant."""
    record = incident(("sun 12:00", "on_hold"))
    status = tell(resolution(target=0 * HOUR, calendar=OFFICE), record, "mon2 12:00")
    assert (at("sun 12:00"), False, None) == (status.due_at, status.breached, status.fraction)


def test_the_next_business_day() -> None:
    """Start Monday 09:00, one business day: Tuesday 09:00, although Monday closes at 17:00."""
    clock = resolution(target=BusinessDays(1), calendar=OFFICE)
    record = incident(("mon 09:00", "new"))
    for now in ("mon 09:00", "mon 12:00", "mon 20:00", "tue 09:00", "fri 09:00"):
        assert at("tue 09:00") == tell(clock, record, now).due_at
    assert tell(clock, record, "mon 12:00").target == 8 * HOUR
    assert at("tue 09:00") == tell(clock, record, "tue 12:00").breached_at


def test_the_end_of_the_next_business_day() -> None:
    """Friday 16:00: the end of Monday."""
    clock = resolution(target=BusinessDays(1, end_of_day=True), calendar=OFFICE)
    status = tell(clock, incident(("fri 16:00", "new")), "fri 16:30")
    assert (at("mon2 17:00"), 9 * HOUR) == (status.due_at, status.target)


@pytest.mark.parametrize(
    ("start", "due", "target"),
    [
        ("mon 08:00", "mon 17:00", 8 * HOUR),
        ("mon 16:00", "mon 17:00", HOUR),
        ("mon 17:30", "tue 17:00", 8 * HOUR),
        ("fri 19:00", "mon2 17:00", 8 * HOUR),
        ("sat 12:00", "mon2 17:00", 8 * HOUR),
    ],
)
def test_the_end_of_the_same_business_day(start: str, due: str, target: timedelta) -> None:
    """After closing time it is that of the next one, so nothing is late when it begins (C8).

    Source: radix1001/django-bizcal#tests/test_policies.py.
    """
    clock = resolution(target=BusinessDays(0, end_of_day=True), calendar=OFFICE)
    status = tell(clock, incident((start, "new")), start)
    assert (at(due), target) == (status.due_at, status.target)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("mon 10:00", "on_hold"), ("mon 12:00", "in_progress")], "tue 11:00"),
        ([("mon 18:00", "on_hold"), ("tue 08:00", "in_progress")], "tue 09:00"),
        ([("mon 18:00", "on_hold"), ("tue 10:00", "in_progress")], "tue 10:00"),
        (
            [
                ("mon 10:00", "on_hold"),
                ("mon 11:00", "in_progress"),
                ("tue 09:30", "on_hold"),
                ("tue 10:30", "in_progress"),
            ],
            "tue 11:00",
        ),
    ],
)
def test_a_relative_due_after_pauses(pauses: list[tuple[str, str]], due: str) -> None:
    """The later of the due itself and the due plus what the pauses took of open time."""
    clock = resolution(target=BusinessDays(1), calendar=OFFICE)
    record = incident(("mon 09:00", "new"), *pauses)
    assert at(due) == tell(clock, record, "tue 10:45").due_at
    assert at(due) == tell(clock, record, "fri 10:00").breached_at


def test_a_relative_due_stands_still_while_paused() -> None:
    """A pause before the due puts it off as long as it lasts; after the due it does not."""
    clock = resolution(target=BusinessDays(1), calendar=OFFICE)
    paused = incident(("mon 09:00", "new"), ("mon 18:00", "on_hold"))
    for now, then in (
        ("mon 20:00", "tue 09:00"),
        ("tue 10:00", "tue 10:00"),
        ("tue 11:00", "tue 11:00"),
    ):
        status = tell(clock, paused, now)
        assert (None, at(then)) == (status.due_at, status.due_at_if_resumed)
    late = incident(("mon 09:00", "new"), ("tue 10:00", "on_hold"))
    assert at("tue 09:00") == tell(clock, late, "thu 10:00").due_at


@pytest.mark.parametrize(
    ("start", "due"),
    [("fri 10:00", "mon2 12:00"), ("sat 10:00", "mon2 12:00"), ("sun 10:00", "mon2 12:00")],
)
def test_by_noon_of_the_next_day_with_open_time(start: str, due: str) -> None:
    """The next one after a Friday and after both days of a weekend is Monday."""
    target = ByTimeOfDay("12:00", 1)
    assert target.resolve(at(start), OFFICE, {}) == at(due)


def test_by_a_time_of_day() -> None:
    """ServiceNow's "next business day by 4pm"; out of hours the due is that time all the same."""
    record = incident(("fri 10:00", "new"))
    assert (
        at("mon2 16:00")
        == tell(
            resolution(target=ByTimeOfDay("16:00"), calendar=OFFICE), record, "fri 11:00"
        ).due_at
    )
    late = tell(resolution(target=ByTimeOfDay("20:00"), calendar=OFFICE), record, "mon2 20:30")
    assert (at("mon2 20:00"), False) == (late.due_at, late.breached)
    assert (
        at("tue2 09:00")
        == tell(
            resolution(target=ByTimeOfDay("20:00"), calendar=OFFICE), record, "tue2 10:00"
        ).breached_at
    )


@pytest.mark.parametrize(
    ("due", "expected"),
    [("wed 12:00", "wed 12:00"), ("sat 12:00", "sat 12:00"), ("sun 12:00", None), (None, None)],
)
def test_a_due_date(due: str | None, expected: str | None) -> None:
    """Due at what the field held at the start; empty or past means at the start."""
    clock = resolution(target=DueDate("custom.due"), calendar=OFFICE)
    given = (
        {} if due is None else {"due": at(due) - timedelta(days=7 if due.startswith("sun") else 0)}
    )
    record = incident(
        ("mon 10:00", "new"), ("mon 10:00", given), ("mon 11:00", {"due": at("fri 09:00")})
    )
    assert at(expected or "mon 10:00") == tell(clock, record, "mon 12:00").due_at


def test_a_due_date_must_be_a_time() -> None:
    """Text in the field is the integrator's error, told by name."""
    clock = resolution(target=DueDate("custom.due"), calendar=OFFICE)
    record = incident(("mon 10:00", "new"), ("mon 10:00", {"due": "friday"}))
    with pytest.raises(SlaDefinitionError, match=r"custom\.due"):
        tell(clock, record, "mon 12:00")


@pytest.mark.parametrize(
    ("make", "allowed"),
    [
        (lambda: ByTimeOfDay("10:00", 0, cut_off="12:00"), "a cut-off not after 10:00"),
        (lambda: ByTimeOfDay(16), "a time of day such as"),
        (lambda: ByTimeOfDay("teatime"), "a time of day such as"),
        (lambda: ByTimeOfDay("16.30"), "a time of day such as"),
    ],
)
def test_a_time_of_day_that_cannot_be_is_refused(make: Any, allowed: str) -> None:
    """A cut-off after the due of the same day would be due before it starts."""
    with pytest.raises(SlaDefinitionError, match=allowed):
        make()


def test_a_due_date_says_its_field() -> None:
    """As text."""
    assert str(DueDate("custom.due")) == "the date in custom.due"


@pytest.mark.parametrize("clock", ["16:00", time(16), time(16, 0)])
def test_a_time_of_day_is_written_or_a_time(clock: Any) -> None:
    """One of a zone of its own is refused: the calendar's zone counts."""
    assert ByTimeOfDay(clock).time == time(16)
    assert ByTimeOfDay(clock, cut_off=clock).cut_off == time(16)
    for wrong in (time(16, tzinfo=UTC), "4 pm", 16):
        with pytest.raises(SlaDefinitionError, match=r"^time: "):
            ByTimeOfDay(wrong)


def test_a_due_date_that_a_pause_moves_beyond_the_last_hour() -> None:
    """Half an hour is left behind 16:30 on the only day, and the pause took one: never due."""
    once = Maintenance(Interval(at("mon 09:00"), at("mon 17:00")))
    clock = resolution(
        target=DueDate("custom.due"), calendar=once, pause=field("state.pauses").equals(True)
    )
    record = incident(
        *(("mon 10:00", "new"), ("mon 10:00", {"due": at("mon 16:30")})),
        *(("mon 11:00", "on_hold"), ("mon 12:00", "in_progress")),
    )
    status = tell(clock, record, "mon 13:00")
    assert (status.stage, status.elapsed, status.due_at) == ("running", 2 * HOUR, None)
    assert not tell(clock, record, "tue 10:00").breached


def test_business_days_are_a_target_as_any_other() -> None:
    """They read no field and resolve themselves: from Friday 10:00 two days are Tuesday 10:00."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    friday = datetime(2026, 6, 5, 10, tzinfo=UTC)
    days = BusinessDays(2)
    assert isinstance(days, SlaTarget)
    assert (days.fields, days.follow) == ((), False)
    assert days.resolve(friday, office, {}) == datetime(2026, 6, 9, 10, tzinfo=UTC)
    closing = BusinessDays(2, end_of_day=True).resolve(friday, office, {})
    assert closing == datetime(2026, 6, 9, 17, tzinfo=UTC)


def test_a_cut_off_may_be_the_time_itself() -> None:
    """By 16:00 of the same day, for what came before 16:00; a later cut-off asks for the past."""
    same = ByTimeOfDay("16:00", business_days=0, cut_off="16:00")
    clock = SlaDefinition.resolution(target=same, calendar=OFFICE)
    for start, due in (("mon 15:00", "mon 16:00"), ("mon 16:00", "tue 16:00")):
        record = incident((start, "new"))
        assert evaluate_sla(clock, record, now=at(start)).due_at == at(due)
    with pytest.raises(SlaDefinitionError, match="a cut-off not after 16:00"):
        ByTimeOfDay("16:00", business_days=0, cut_off="16:01")
    assert ByTimeOfDay("16:00", business_days=1, cut_off="16:01").business_days == 1


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"fields": ()}, r"target.fields: got \(\); allowed: every field .*among them 'impact'"),
        ({"fields": "impact"}, r"target.fields: got 'impact'; allowed: several"),
        ({"fields": ("impact",), "follow": None}, "allowed: one that also has follow"),
    ],
)
def test_a_target_of_ones_own_that_is_not_whole_is_refused(parts: Any, words: str) -> None:
    """It reads the impact: without listing it, with a text as list, or without ``follow``."""

    def resolve(_self: object, start: datetime, _calendar: object, facts: Any) -> datetime:
        return start if facts["impact"] else start + timedelta(hours=1)

    members = {"follow": False, "resolve": resolve, **parts}
    kind = type("Own", (), {key: value for key, value in members.items() if value is not None})
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    record = Incident.open(id="INC-1", title="x", at=at, by="kim")
    with pytest.raises(SlaDefinitionError, match=words):
        evaluate_sla(
            SlaDefinition.resolution(target=kind(), calendar=BusinessCalendar.always()),
            record,
            now=at,
        )
