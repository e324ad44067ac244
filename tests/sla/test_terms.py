"""Thresholds and calendars by the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest

from incidentcore.errors import SlaDefinitionError
from incidentcore.records import Incident
from incidentcore.schedule import BusinessDays
from incidentcore.sla import (
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaThreshold,
    evaluate_sla,
)

from .desk import ALWAYS_OPEN, HOUR, MICRO, MINUTE, OFFICE, at, incident


def resolution(hours: float = 4, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=calendar), **more)


def tell(rules: Any, record: Incident, now: str | datetime) -> Any:
    return evaluate_sla(rules, record, now=at(now))


def test_a_relative_target_of_no_open_time_reaches_its_thresholds_at_the_due() -> None:
    """Opened on Saturday, due Sunday noon: no open time between, so due is what counts (S6)."""
    marks = (
        SlaThreshold(name="full", fraction=1),
        SlaThreshold(name="soon", before_due=HOUR),
        SlaThreshold(name="late", after_due=2 * HOUR),
    )
    clock = resolution(target=DueDate("custom.due"), calendar=OFFICE, thresholds=marks)
    record = incident(("sat 10:00", "new"), ("sat 10:00", {"due": at("sun 12:00")}))
    before = tell(clock, record, "sat 12:00")
    assert ((), at("sun 12:00"), at("sun 12:00")) == (
        before.thresholds,
        before.due_at,
        before.next_wakeup,
    )
    after = tell(clock, record, "mon2 12:00")
    assert [("full", at("sun 12:00")), ("soon", at("sun 12:00")), ("late", at("mon2 11:00"))] == [
        (threshold.name, threshold.at) for threshold in after.thresholds
    ]
    assert at("mon2 09:00") == after.breached_at


def test_thresholds() -> None:
    """A fraction and times around the due, all in open time of the clock."""
    marks = (
        SlaThreshold(name="half", fraction=0.5),
        SlaThreshold(name="soon", before_due=30 * MINUTE),
        SlaThreshold(name="late", after_due=HOUR),
    )
    clock = resolution(8, OFFICE, thresholds=marks)
    record = incident(("mon 09:10", "new"))  # due Tuesday 09:10
    status = tell(clock, record, "mon 16:39")
    assert [("half", at("mon 13:10"))] == [(t.name, t.at) for t in status.thresholds]
    assert at("mon 16:40") == status.next_wakeup
    status = tell(clock, record, "wed 09:00")
    assert [("half", at("mon 13:10")), ("soon", at("mon 16:40")), ("late", at("tue 10:10"))] == [
        (t.name, t.at) for t in status.thresholds
    ]


def test_a_pause_never_undoes_a_threshold() -> None:
    """What was reached stays reached, although the due moves away."""
    clock = resolution(4, thresholds=[SlaThreshold(name="soon", before_due=HOUR)])
    record = incident(("mon 09:00", "new"), ("mon 12:30", "on_hold"))
    assert [at("mon 12:00")] == [t.at for t in tell(clock, record, "thu 12:00").thresholds]


def test_a_threshold_through_another_calendar_runs_on() -> None:
    """Four office hours after a due at night, whatever the clock does since (S8)."""
    mark = SlaThreshold(name="manager", after_due=4 * HOUR, calendar=OFFICE)
    clock = resolution(4, thresholds=[mark])
    record = incident(("mon 18:00", "new"), ("mon 22:30", "resolved"))
    status = tell(clock, record, "mon 23:00")
    assert ("stopped", (), at("tue 13:00")) == (status.stage, status.thresholds, status.next_wakeup)
    assert [at("tue 13:00")] == [t.at for t in tell(clock, record, "tue 13:00").thresholds]


def test_fractions_compare_exactly() -> None:
    """99.951 % is neither 100 % nor breached; a third of ten minutes is 200 seconds."""
    mark = SlaThreshold(name="third", fraction=Fraction(1, 3))
    full = SlaThreshold(name="full", fraction=1)
    clock = resolution(target=10 * MINUTE, thresholds=[mark, full])
    record = incident(("mon 09:00", "new"))
    status = tell(clock, record, at("mon 09:00") + 10 * MINUTE - MICRO)
    assert [t.name for t in status.thresholds] == ["third"]
    assert at("mon 09:00") + timedelta(seconds=200) == status.thresholds[0].at
    assert (status.fraction == 1, status.breached) == (False, False)


def test_a_calendar_chosen_by_the_record() -> None:
    """The region's calendar at the start of the clock."""
    choice = CalendarByField("custom.region", {"eu": OFFICE}, ALWAYS_OPEN)
    clock = resolution(4, choice)
    europe = incident(
        ("mon 06:00", "new"), ("mon 06:00", {"region": "eu"}), ("mon 07:00", {"region": "us"})
    )
    assert at("mon 13:00") == tell(clock, europe, "mon 10:00").due_at
    assert at("mon 10:00") == tell(clock, incident(("mon 06:00", "new")), "mon 10:00").due_at


def test_a_threshold_is_from_nothing_to_below_ten_targets() -> None:
    """75 is a percentage that was meant as 0.75; nothing may lie before the start."""
    for given in (0, "0", 9.99, "3/4"):
        assert SlaThreshold(name="x", fraction=given).fraction == Fraction(str(given))
    for given in (10, "10", 75):
        with pytest.raises(SlaDefinitionError, match="a fraction below 10"):
            SlaThreshold(name="x", fraction=given)
    assert SlaThreshold(name="x", before_due=0 * HOUR).before_due == 0 * HOUR
    assert SlaThreshold(name="x", after_due=BusinessDays(0)).days == 0
    for wrong in (
        {"fraction": -0.1}, {"before_due": -MICRO}, {"after_due": -MICRO},
    ):  # fmt: skip
        with pytest.raises(SlaDefinitionError, match="nothing negative"):
            SlaThreshold(name="x", **wrong)  # type: ignore[arg-type]  # one for several


@pytest.mark.parametrize("given", [80, 0.8, Fraction(4, 5)])
def test_a_bare_number_among_the_thresholds_is_answered_with_a_threshold(given: Any) -> None:
    """A point on the clock has a name, so a number alone is none."""
    with pytest.raises(SlaDefinitionError, match=r'write SlaThreshold\(name="80 %", fraction=0.8'):
        resolution(4, thresholds=[given])


@pytest.mark.parametrize("name", ["", 80, None])
def test_a_threshold_has_a_name(name: Any) -> None:
    """Statuses and escalations refer to it."""
    with pytest.raises(SlaDefinitionError, match=r"^threshold\.name: .*allowed: non-empty text"):
        SlaThreshold(name=name, fraction=0.8)
