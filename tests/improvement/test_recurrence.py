"""What recurred: worked by hand, held against a plain recomputation, and against the KPI."""

from __future__ import annotations

import math
import pickle
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.improvement import RecurrenceReport, recurrence
from incidentcore.instants import Interval
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.lifecycle import advance
from incidentcore.schedule import BusinessCalendar, BusinessDays

from .desk import DAY, HOUR, START, YEAR, at, incidents, opened, rows

OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})

# Hours after the start: mx1 comes back twice, rests, and comes back once more; mx2 never does.
STORY = incidents(
    [
        {"id": "A", "item": "mx1", "opened": 0},
        {"id": "B", "item": "mx1", "opened": 24},
        {"id": "C", "item": "mx1", "opened": 47},
        {"id": "D", "item": "mx2", "opened": 48},
        {"id": "E", "item": "mx1", "opened": 100},
        {"id": "F", "item": "mx1", "opened": 124},
        {"id": "G", "opened": 125},
    ]
)


def find(records: Any = STORY, key: Any = "configuration_item", **given: Any) -> RecurrenceReport:
    return recurrence(records, key, given.pop("window", DAY), **{"as_of": YEAR, **given})


def test_the_story_is_told_group_by_group() -> None:
    """Counts, episodes, gaps, first and last are those worked out by hand."""
    found = find()
    (group,) = found.groups

    assert group.key == ("mx1",)
    assert group.members == ("A", "B", "C", "E", "F")
    assert [episode.members for episode in group.episodes] == [("A", "B", "C"), ("E", "F")]
    assert [(one.start, one.end) for one in group.episodes] == [(at(0), at(47)), (at(100), at(124))]
    assert group.gaps == (24 * HOUR, 23 * HOUR, 53 * HOUR, 24 * HOUR)
    assert group.median_gap == 24 * HOUR
    assert (group.first, group.last) == (at(0), at(124))
    assert (group.count, group.repeats, group.longest) == (5, 3, 3)
    assert group.repeat_share == 3 / 5
    assert (found.n, found.counted, found.keys, found.once) == (7, 6, 2, 1)
    assert found.repeat_share == 3 / 6
    assert dict(found.left_out) == {"no_key": 1}


def test_the_end_of_the_window_belongs_to_it() -> None:
    """A record that comes exactly the window later is a repeat, a microsecond later it is not.

    Rule I2.
    """
    assert find(window=24 * HOUR).repeats == 3
    assert find(window=24 * HOUR - timedelta(microseconds=1)).repeats == 1


def test_the_rate_is_by_months_of_the_time_observed() -> None:
    """Five records in a year are 5/12 a month, in a period of two months 5/2 of those within."""
    assert find(as_of=START + timedelta(days=365.25)).groups[0].per_month == pytest.approx(5 / 12)
    months = timedelta(days=365.25) / 6
    found = find(period=Interval(START, START + months))
    assert found.groups[0].per_month == pytest.approx(5 / 2)
    assert found.observed == Interval(START, START + months)
    instant = find(incidents([{"id": id_, "item": "x", "opened": 0} for id_ in "AB"]), as_of=START)
    assert instant.groups[0].per_month is None


def test_a_business_window_skips_the_weekend() -> None:
    """From Friday noon to Monday noon is one business day, and eight hours of open time."""
    friday = datetime(2026, 1, 2, 12, tzinfo=UTC)
    hours = [(friday - START) / HOUR + step for step in (0, 72, 73)]
    records = incidents(
        {"id": id_, "item": "x", "opened": hour} for id_, hour in zip("ABC", hours, strict=True)
    )

    days = find(records[:2], window=BusinessDays(1), calendar=OFFICE)
    assert (days.repeats, days.window_text()) == (1, "1 business day")
    assert days.groups[0].gaps == (72 * HOUR,)
    assert find([records[0], records[2]], window=BusinessDays(1), calendar=OFFICE).repeats == 0
    open_time = find(records, window=8 * HOUR, calendar=OFFICE)
    assert open_time.groups[0].gaps == (8 * HOUR, 1 * HOUR)
    assert (open_time.repeats, open_time.window_text()) == (2, "8.0 h of open time")
    assert find(records, window=8 * HOUR).repeats == 1


def test_each_record_that_is_left_out_has_its_reason() -> None:
    """Not yet known, opened outside the period, canceled, outside the population, without a key.

    Rule I1.
    """
    canceled = advance(opened("B", 2, configuration_item="x"), "cancel", at=at(3), by="ada")
    records = [
        opened("A", 1, configuration_item="x"),
        canceled,
        opened("C", 500, configuration_item="x"),
        opened("D", 2, configuration_item="x", service="other"),
        opened("E", 3),
        opened("F", 300, configuration_item="x"),
    ]
    found = find(
        records,
        as_of=at(400),
        period=Interval(at(0), at(200)),
        population=~field("service").equals("other"),
    )
    assert dict(found.left_out) == {
        "canceled": 1,
        "no_key": 1,
        "not_known": 1,
        "outside_period": 1,
        "outside_population": 1,
    }
    assert (found.n, found.counted) == (6, 1)


def test_keys_may_be_functions_and_tuples() -> None:
    """A function of a record is a key like a field; a tuple needs all its parts unless told."""

    def first_letter(record: Any) -> str:
        return str(record.id[0])

    records = incidents({"id": f"A{n}", "category": "mail", "opened": n} for n in range(3))
    assert find(records, key=first_letter).key == ("first_letter",)
    assert find(records, key=first_letter).groups[0].key == ("A",)
    pair = ("category", "configuration_item")
    assert find(records, key=pair).counted == 0
    assert find(records, key=pair, partial_keys=True).groups[0].label == "mail / (none)"


def test_no_number_is_no_key() -> None:
    """NaN, which differs from itself, would make each record a key of its own: it is none."""
    records = incidents({"id": f"A{n}", "opened": n} for n in range(3))
    assert dict(find(records, key=lambda _: math.nan).left_out) == {"no_key": 3}


@pytest.mark.parametrize(
    "given",
    [
        {"window": timedelta(0)},
        {"window": -DAY},
        {"window": 7},
        {"window": BusinessDays(1)},
        {"window": BusinessDays(-1), "calendar": OFFICE},
        {"key": ()},
        {"key": 5},
        {"key": lambda record: [record.id]},
        {"period": "2026"},
        {"population": "all"},
        {"records": [*STORY, STORY[0]]},
    ],
    ids=lambda given: re.sub(" at 0x[0-9a-f]+", "", repr(given)),
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    """Each wrong argument is named."""
    with pytest.raises(InvalidValueError):
        find(**given)


def test_an_unknown_field_is_refused_by_name() -> None:
    """A misspelt key is an error, not a key that nothing has; so is a field of other records."""
    with pytest.raises(KpiDefinitionError, match="categry"):
        find(key="categry")
    with pytest.raises(InvalidValueError, match="root_cause"):
        find(key="root_cause")


def test_nothing_is_found_in_nothing() -> None:
    """No record gives no share, no group and no observed time, not zeros or NaN."""
    found = find([])
    assert (found.repeat_share, found.groups, found.observed, found.n) == (None, (), None, 0)
    assert str(found) == "nothing came back"


def test_tables_are_escaped() -> None:
    """What a value holds is text in every form, never a tag or a formula."""
    bad = incidents({"item": "=<b>|x", "opened": n} for n in range(2))
    found = find(bad)
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<b>" not in found._repr_html_() + found.to_markdown()
    assert "\\|x" in found.to_markdown()
    assert "=<b>|x" in str(found)
    assert found.to_plain()["groups"][0]["key"] == ["=<b>|x"]
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  our own bytes


def brute(given: list[dict[str, Any]], window: int) -> dict[str, tuple[int, int]]:
    """Return count and repeats by item, by looking at each pair of neighbors once more."""
    by_item: dict[str, list[int]] = {}
    for row in given:
        if row["item"] is not None:
            by_item.setdefault(row["item"], []).append(row["opened"])
    return {
        item: (len(hours), sum(b - a <= window for a, b in pairwise(sorted(hours))))
        for item, hours in by_item.items()
    }


@given(rows, st.integers(1, 20))
def test_counts_are_those_of_a_plain_recomputation(
    given_rows: list[dict[str, Any]], window: int
) -> None:
    """Groups, repeats and what is left out add up to all, by a recomputation of its own (I2)."""
    found = find(incidents(given_rows), window=window * HOUR)
    expected = brute(given_rows, window)

    back = {group.key[0]: (group.count, group.repeats) for group in found.groups}
    assert back == {item: pair for item, pair in expected.items() if pair[1]}
    assert found.keys == len(expected)
    assert found.n == len(given_rows) == found.counted + sum(found.left_out.values())
    assert found.counted == found.once + sum(group.count for group in found.groups)
    for group in found.groups:
        inside = [id_ for episode in group.episodes for id_ in episode.members]
        assert len(inside) == len(set(inside)) == group.repeats + len(group.episodes)
        assert set(inside) <= set(group.members)
        assert len(group.gaps) == group.count - 1
        assert 0 < group.repeat_share < 1


@given(rows, st.randoms(use_true_random=False), st.integers(1, 20))
def test_the_order_of_records_changes_nothing(
    given_rows: list[dict[str, Any]], random: Random, window: int
) -> None:
    """Any permutation of the records gives an equal answer, to the last member and row."""
    records = incidents([{**row, "id": f"I{n}"} for n, row in enumerate(given_rows)])
    found = find(records, key=("category", "configuration_item"), window=window * HOUR)
    random.shuffle(records)
    again = find(records, key=("category", "configuration_item"), window=window * HOUR)
    assert again == found
    assert str(again) == str(found)


@given(rows)
def test_the_share_is_that_of_the_kpi(given_rows: list[dict[str, Any]]) -> None:
    """With partial keys and the same window, the share of repeats is the recurrence rate."""
    records = incidents(given_rows)
    kpi = catalogue.recurrence_rate("category", "configuration_item", days=1)
    found = find(records, key=("category", "configuration_item"), window=DAY, partial_keys=True)
    assert found.repeat_share == compute_kpis([kpi], records, as_of=YEAR)[kpi.id].value


def test_a_report_as_a_table_and_as_plain_data() -> None:
    """The same figures in every form; a year observed has twelve months of 30.4375 days."""
    found = find(as_of=START + timedelta(days=365.25))
    headings, rows, numbers = found.cells()
    assert headings == [
        "configuration item", "records", "repeats", "share", "episodes", "longest", "per month",
        "median gap", "first", "last",
    ]  # fmt: skip
    first, last = at(0), at(124)
    assert rows == [
        ["mx1", "5", "3", "60.0 %", "2", "3", "0.4", "1 day", f"{first:%Y-%m-%d}",
         f"{last:%Y-%m-%d}"],
    ]  # fmt: skip
    assert numbers == [False, *[True] * 7, False, False]
    assert found.to_plain() == {
        "key": ["configuration_item"],
        "window": "1 day",
        "as_of": (START + timedelta(days=365.25)).isoformat(),
        "observed": {
            "start": START.isoformat(),
            "end": (START + timedelta(days=365.25)).isoformat(),
        },
        "n": 7,
        "counted": 6,
        "left_out": {"no_key": 1},
        "keys": 2,
        "groups": [
            {
                "key": ["mx1"],
                "count": 5,
                "repeats": 3,
                "repeat_share": 0.6,
                "episodes": [["A", "B", "C"], ["E", "F"]],
                "per_month": pytest.approx(5 / 12),
                "median_gap": 24.0,
                "first": first.isoformat(),
                "last": last.isoformat(),
            }
        ],
    }
    assert find(window=BusinessDays(2), calendar=OFFICE).window_text() == "2 business days"


def test_the_groups_that_came_back_most_stand_first() -> None:
    """By repeats, then records, then key."""
    day = 24
    records = incidents(
        {"id": f"{item}{n}", "item": item, "opened": n * day}
        for item, times in (("b", (0, 1)), ("a", (0, 1)), ("c", (0, 1, 9)), ("d", (0, 1, 2)))
        for n in times
    )
    found = find(records)
    assert [group.label for group in found.groups] == ["d", "c", "a", "b"]
    assert (found.repeats, found.once) == (5, 0)
    assert str(find([])) == "nothing came back"
    assert find([]).repeat_share is None


def test_a_key_of_several_fields_is_a_tuple_or_a_list() -> None:
    """A list cannot be one value, so it is as clear; what is not a calendar is refused by name."""
    fields = ("configuration_item", "category")
    how: Any = {"as_of": YEAR, "partial_keys": True}
    one, other = (recurrence(STORY, key, DAY, **how) for key in (fields, list(fields)))
    assert one == other
    assert one.repeats
    with pytest.raises(InvalidValueError, match="calendar: got 'office'"):
        recurrence(STORY, fields, DAY, calendar="office", **how)
