"""The moments that a window goes by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from tests.kpi.test_field_cases import JULY, JUNE, LATER, A, B, at, inc, one, resolve

from incidentcore.conditions import ALWAYS, field
from incidentcore.instants import Interval
from incidentcore.kpi import (
    Duration,
    Earliest,
    FirstAcknowledged,
    FirstEvent,
    FirstKnown,
    FirstWhen,
    Kpi,
    LastEvent,
    LinkedAt,
    Moment,
    TimeIn,
    catalogue,
)
from incidentcore.lifecycle import advance
from incidentcore.records import (
    StateChanged,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import IN_PROGRESS, Actor


@attrs.frozen
class NextDay(Moment):
    """A time of your own: a day after the opening, if the record has a group."""

    not_reached = "no_group"
    needs = frozenset({"assignments"})

    def compile(self, as_of: datetime) -> Any:  # noqa: D102
        return lambda record: record.assignment_group and record.opened_at + timedelta(days=1)


@attrs.frozen
class Told(Moment):
    """A time of your own with an attribute that is called like one of the library's."""

    condition: str

    def compile(self, as_of: datetime) -> Any:  # noqa: D102
        return lambda record: record.opened_at + timedelta(hours=len(self.condition))


def test_a_time_of_your_own_may_call_a_text_its_condition() -> None:
    """Three hours for three letters; only a condition of the library tells what it reads."""
    kpi = Kpi(id="told", measure=Duration("opened_at", Told("dry")))

    assert one(kpi, [inc(at(9))], LATER).text() == "3.00 h"


def test_a_time_of_your_own() -> None:
    """24 hours with a group; without one it is left out under its own code, by its own needs."""
    kpi = Kpi(id="a_day", measure=Duration("opened_at", NextDay()))
    assert kpi.measure.needs == {"opened_at", "assignments"}
    result = one(kpi, [inc(at(9), assignment_group="net"), inc(at(9), "I2")], LATER)
    assert (result.text(), dict(result.excluded)) == ("24.00 h", {"no_group": 1})


@pytest.mark.parametrize(
    ("kpi", "text"),
    [
        (catalogue.REOPEN_RATE, "50.00 %"),
        (catalogue.FIRST_CONTACT_RESOLUTION_RATE, "50.00 %"),
        (catalogue.MEAN_TIME_TO_FIRST_RESOLUTION, "468.00 h"),
    ],
    ids=lambda value: value.id if isinstance(value, Kpi) else value,
)
def test_ops_k18_the_month_of_the_first_resolution(kpi: Kpi, text: str) -> None:
    """Who was reopened in July stays in June by the first resolution. zammad/zammad#5013."""
    result = one(kpi.replace(window_basis="first_resolved"), [A, B], LATER, window=JUNE)

    assert (result.text(), result.n) == (text, 2)


def test_ops_k18_under_the_last_resolution_it_is_listed() -> None:
    """By the last resolution A is left out as reopened, never absent. frappe/helpdesk#3465."""
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(window_basis="resolved")
    again = resolve(A, at(9, d=5, mo=7))

    assert one(kpi, [A, B], LATER, window=JUNE).n == 1
    assert dict(one(kpi, [A, B], LATER, window=JUNE).excluded) == {"reopened": 1}
    assert dict(one(kpi, [again, B], LATER, window=JUNE).excluded) == {"resolved_again": 1}
    assert (one(kpi, [again, B], LATER, window=JULY).n) == 1
    whole = Interval(JUNE.start, JULY.end)
    assert one(kpi, [again, B], LATER, window=whole).n == 2
    assert dict(one(kpi, [again, B], LATER, window=whole).excluded) == {}


def test_ops_k18_closures_too() -> None:
    """A closure that a reopening undid lists the record in its month (own)."""
    closed = advance(resolve(inc(at(9)), at(10)), "close", at=at(11), by="ada")
    kpi = catalogue.MEAN_TIME_TO_CLOSE
    again = closed.with_event(
        StateChanged, at=at(9, mo=7), by=Actor("kim"), action="reopen", state=IN_PROGRESS
    )

    assert one(kpi, [closed], LATER, window=JUNE).n == 1
    assert dict(one(kpi, [again], LATER, window=JUNE).excluded) == {"reopened": 1}


def test_a_condition_that_never_holds_has_no_instant() -> None:
    """A record that was resolved once, and never reopened."""
    assert FirstWhen(field("reopen_count") >= 1).compile(LATER)(B) is None


OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
NOTHING = field("kind").equals("none")


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        ("acknowledged_at", "unacknowledged"),
        ("first_response_at", "unanswered"),
        ("restored_at", "unrestored"),
        ("resolved_at", "unresolved"),
        ("first_resolved_at", "unresolved"),
        ("closed_at", "unclosed"),
        ("canceled_at", "no_stop"),
        ("detected_at", "no_stop"),
        (Earliest(["resolved_at", "closed_at"]), "no_stop"),
        (FirstKnown(["resolved_at", "closed_at"]), "no_stop"),
        (FirstWhen(field("state.resolved").is_true()), "no_stop"),
        (FirstEvent(NOTHING), "no_stop"),
        (LastEvent(NOTHING), "no_stop"),
        (FirstAcknowledged(ALWAYS), "unacknowledged"),
        (LinkedAt("caused_by_change", {"CHG-1": JUNE.start}), "no_stop"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
@pytest.mark.parametrize("clock", [None, OFFICE], ids=["wall", "office"])
def test_a_record_without_a_stop_is_left_out_by_its_name(stop: Any, code: str, clock: Any) -> None:
    """One that was only opened has none of them, neither for a duration nor for a time in."""
    for measure in (Duration("opened_at", stop), TimeIn(ALWAYS, stop)):
        result = one(Kpi(id="x", measure=measure, clock=clock), [inc(at(9))], LATER)
        assert (result.n, dict(result.excluded)) == (0, {code: 1})
