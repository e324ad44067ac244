"""Spans in words."""

from __future__ import annotations

from datetime import time, timedelta
from fractions import Fraction

import pytest

from incidentcore.desk.words import WrongError, read_point, read_target, span_word, target_word
from incidentcore.schedule import BusinessDays
from incidentcore.sla import ByTimeOfDay, DueDate


@pytest.mark.parametrize(
    ("span", "word"),
    [
        (timedelta(0), "0m"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=1), "1m"),
        (timedelta(minutes=60), "1h"),
        (timedelta(hours=24), "1d"),
        (timedelta(hours=25), "25h"),
        (timedelta(days=7), "7d"),
        (timedelta(milliseconds=1500), "1.5s"),
    ],
)
def test_a_span_in_its_largest_unit(span: timedelta, word: str) -> None:
    assert span_word(span) == word


@pytest.mark.parametrize(
    ("text", "target", "calendar"),
    [
        ("4h", timedelta(hours=4), ""),
        ("1d 4h our office", timedelta(hours=28), "our office"),
        ("3 business days", BusinessDays(3), ""),
        ("end of 1 business day office", BusinessDays(1, end_of_day=True), "office"),
        ("by 9:30", ByTimeOfDay(time(9, 30), 0), ""),
        ("by 12:00 office", ByTimeOfDay(time(12), 0), "office"),
        ("by 12:00 next business day", ByTimeOfDay(time(12), 1), ""),
        ("by 12:00 +2 business days office", ByTimeOfDay(time(12), 2), "office"),
        ("by 12:00 cutoff 09:30", ByTimeOfDay(time(12), 0, cut_off="09:30"), ""),
        (
            "by 12:00 +1 business day cutoff 09:30 our office",
            ByTimeOfDay(time(12), 1, cut_off="09:30"),
            "our office",
        ),
        ("due:call_at", DueDate("call_at"), ""),
        ("follow: call_at office", DueDate("call_at", follow=True), "office"),
    ],
)
def test_a_target_with_the_calendar_behind_it(text: str, target: object, calendar: str) -> None:
    """Each way to say one; the same text comes back with its calendar."""
    assert read_target(text) == (target, calendar)
    assert read_target(target_word(target, calendar)) == (target, calendar)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "share"), [("0%", "0"), ("80%", "4/5"), ("3/4", "3/4"), ("112.5%", "9/8")]
)
def test_a_point_may_be_a_share_of_the_target(text: str, share: str) -> None:
    """From nothing on; less than that is refused."""
    point = read_point(text)
    assert (point.name, point.fraction) == (text, Fraction(share))
    for wrong in (f"-{text}" if share != "0" else "-1%", "x%", "1/0"):
        with pytest.raises(WrongError):
            read_point(wrong)
