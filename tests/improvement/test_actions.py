"""Improvement actions and their register: status over time, what is overdue, what reviews say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.improvement import (
    ActionOrigin,
    ActionStatusChange,
    ImprovementAction,
    ImprovementRegister,
    KpiTarget,
)
from incidentcore.improvement.actions import actions_of_review
from incidentcore.instants import Interval
from incidentcore.kpi import catalogue
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN
from incidentcore.records import ActionItem, PostIncidentReview

from .desk import DAY, START

DUE = date(2027, 1, 15)
LATER = date(2027, 2, 1)


def action(id: str = "A-1", **given: Any) -> ImprovementAction:  # noqa: A002  the field's name
    default = {
        "title": "Rotate the logs",
        "owner": "ada",
        "due": DUE,
        "origin": ActionOrigin("problem", "PRB-1"),
    }
    return ImprovementAction(id=id, **{**default, **given})


def review(*items: ActionItem) -> PostIncidentReview:
    return PostIncidentReview(
        id="PIR-1", incidents=("INC-1",), summary="Mail was down.", actions=items
    )


ITEM = ActionItem(id="1", text="Rotate the logs", owner="ada", due=DUE)


def test_a_status_holds_from_its_day_on() -> None:
    """Open at first, in progress, done, and open again: each from the day it was said."""
    one = (
        action()
        .with_status("in_progress", on=date(2027, 1, 5))
        .with_status("done", on=date(2027, 1, 10), by="ada", note="merged")
        .with_status("open", on=date(2027, 1, 20), note="it was not")
    )
    days = {4: "open", 5: "in_progress", 9: "in_progress", 10: "done", 19: "done", 20: "open"}
    assert {day: one.status_on(date(2027, 1, day)) for day in days} == days
    assert one.status == "open"
    assert action().status == "open"


def test_the_last_word_of_a_day_counts() -> None:
    """Two changes on one day keep the order in which they were made."""
    one = action().with_status("done", on=DUE).with_status("in_progress", on=DUE)
    assert one.status_on(DUE) == one.status == "in_progress"


def test_it_is_overdue_from_the_day_after_it_was_due() -> None:
    """On the due date nothing is late; the day after it is, unless it was done or dropped."""
    assert not action().is_overdue(on=DUE)
    assert action().is_overdue(on=DUE + DAY)
    for status, late in (("done", False), ("dropped", False), ("in_progress", True)):
        assert action().with_status(status, on=DUE + DAY).is_overdue(on=DUE + DAY) is late
    assert action().with_status("done", on=LATER).is_overdue(on=LATER - DAY)


@pytest.mark.parametrize(
    "make",
    [
        lambda: action(id=""),
        lambda: action(title=""),
        lambda: action(owner=None),
        lambda: action(due=datetime(2027, 1, 1)),  # noqa: DTZ001  a time is no date
        lambda: action(due=None),
        lambda: action(origin="PRB-1"),
        lambda: action(measure=5),
        lambda: ActionOrigin("", "x"),
        lambda: ActionOrigin("review", ""),
        lambda: action().with_status("finished", on=DUE),
        lambda: action().with_status("done", on="2027-01-01"),
        lambda: action().with_status("done", on=DUE).with_status("open", on=DUE - DAY),
        lambda: action().status_on(START),
        lambda: ImprovementRegister([action(), action(title="other")]),
        lambda: ImprovementRegister(["A-1"]),  # type: ignore[list-item]  # on purpose
        lambda: ImprovementRegister().action("A-1"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any) -> None:
    """Empty texts, times for dates, unknown statuses, a day before the last, an id twice."""
    with pytest.raises(InvalidValueError):
        make()


BEFORE = Interval(START, START + 30 * DAY)
AFTER = Interval(START + 30 * DAY, START + 60 * DAY)


@pytest.mark.parametrize(
    ("kpi", "given"),
    [
        (catalogue.MEAN_TIME_TO_RESOLVE, {"target": 4}),
        (catalogue.MEAN_TIME_TO_RESOLVE, {"target": -DAY}),
        (catalogue.REOPEN_RATE, {"target": 3}),
        (catalogue.REOPEN_RATE, {"target": DAY}),
        (catalogue.VOLUME, {"target": -1}),
        (catalogue.VOLUME, {"target": float("nan")}),
        (catalogue.VOLUME, {"target": True}),
        (catalogue.VOLUME, {"better": "less"}),
        (catalogue.VOLUME, {"after": BEFORE}),
        (catalogue.VOLUME, {"baseline": Interval(START, START)}),
        (catalogue.VOLUME, {"after": AFTER.start}),
        (catalogue.BACKLOG, {}),
        (catalogue.AVAILABILITY, {}),
        (catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE, {}),
        ("volume", {}),
    ],
)
def test_a_target_is_of_its_kpi(kpi: Any, given: dict[str, Any]) -> None:
    """A target of another unit, windows that overlap, figures without an interval are refused."""
    with pytest.raises(InvalidValueError):
        KpiTarget(kpi=kpi, **{"baseline": BEFORE, "after": AFTER, **given})


def test_the_statistics_that_can_be_judged_are_taken() -> None:
    """Counts, shares, means, medians and quantiles have an interval, and so can be targets."""
    for kpi in (
        catalogue.VOLUME,
        catalogue.REOPEN_RATE,
        catalogue.RECURRENCE_RATE,
        catalogue.MEAN_TIME_TO_RESOLVE,
        catalogue.P90_TIME_TO_RESOLVE,
    ):
        assert kpi.statistic != SURVIVAL_MEDIAN
        assert KpiTarget(kpi=kpi, baseline=BEFORE, after=AFTER).kpi == kpi


def test_the_actions_of_a_review_come_into_the_register() -> None:
    """Text, owner, due date and being done come over, under an id that is one in the register."""
    done = attrs.evolve(ITEM, id="2", done_on=date(2027, 1, 20))
    first, second = actions_of_review(review(ITEM, done))
    assert first == action(id="PIR-1/1", origin=ActionOrigin("review", "PIR-1"))
    assert (second.status_on(date(2027, 1, 19)), second.status) == ("open", "done")
    for day in range(10, 25):
        on = date(2027, 1, day)
        assert second.is_overdue(on=on) is (DUE < on < date(2027, 1, 20))


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(["open", "in_progress", "done", "dropped"]))
    ),
    st.integers(-5, 50),
)
def test_status_is_the_last_change_up_to_the_day(changes: list[tuple[int, str]], day: int) -> None:
    """Whatever order changes are given in, the status is that of the latest day not after it.

    Rule I5.
    """
    one = action(
        changes=[
            ActionStatusChange(on=DUE + timedelta(days=step), status=status)
            for step, status in changes
        ]
    )
    on = DUE + timedelta(days=day)
    expected = "open"
    for step, status in sorted(changes, key=lambda change: change[0]):
        if step <= day:
            expected = status
    assert one.status_on(on) == expected
    assert one.is_overdue(on=on) is (day > 0 and expected in ("open", "in_progress"))


def test_less_is_better_where_nothing_else_is_said() -> None:
    """A target of a time is reached by less of it."""
    windows = [Interval(START, START + DAY), Interval(START + DAY, START + 2 * DAY)]
    target = KpiTarget(kpi=catalogue.VOLUME, baseline=windows[0], after=windows[1])

    assert target.better == "lower"
