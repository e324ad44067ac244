"""How often something happened: reopenings of a month, pages by person."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.test_field_cases import LATER, REOPENED, WEEK, at, inc, one, reopen, resolve

from incidentcore.conditions import during, field
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    EventCount,
    Group,
    HourBands,
    Kpi,
    OccurrenceCount,
    Periods,
    catalogue,
    compute_kpis,
)
from incidentcore.records import (
    Escalated,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import Actor


def reopened_twice() -> Any:
    record: Any = inc(at(9, d=20, mo=5))
    for solved, again in ((1, 3), (7, 10)):
        record = reopen(resolve(record, at(9, d=solved)), at(9, d=again))
    return record


def test_ops_k15_reopenings_of_a_month() -> None:
    """Opened in May, reopened twice in June: 2 in June, none in May. target/goalert#3759."""
    kpi = Kpi(id="reopenings", measure=REOPENED, canceled="include")
    table = compute_kpis(
        kpi,
        [reopened_twice()],
        as_of=LATER,
        window=Periods("month", within=Interval(at(0, mo=5), at(0, mo=7))),
    )

    assert [(row.period, row.value, row.n) for row in table.results] == [
        ("2026-05", 0, 0),
        ("2026-06", 2, 1),
    ]
    assert one(kpi, [reopened_twice()], LATER).value == 2


def test_ops_k15_pages_by_person_and_night() -> None:
    """Pages are counted by their own instant and target. grafana-cold-storage/oncall#3907."""
    record: Any = inc(at(9, d=31, mo=5))
    for t, who in ((at(3), "ada"), (at(12), "ada"), (at(2, d=2), "bo"), (at(2, d=20), "bo")):
        record = record.with_event(Escalated, at=t, by=Actor("pager", "system"), target=who)
    paged = field("kind").equals("escalated")
    night = BusinessCalendar(zone="UTC", hours={"mon-sun": "22:00-06:00"})
    pages = Kpi(id="pages", measure=EventCount(paged, "pages"))
    at_night = Kpi(id="at_night", measure=EventCount(paged & during(night), "pages"))
    table = compute_kpis(
        [pages, at_night],
        [record],
        as_of=LATER,
        group_by=Group("target", when="event"),
        window=WEEK,
    )

    counts = {(row.kpi, row.group[0]): row.value for row in table.results}
    assert counts == {
        ("pages", "ada"): 2,
        ("pages", "bo"): 1,
        ("at_night", "ada"): 1,
        ("at_night", "bo"): 1,
    }
    by_hour = compute_kpis(
        pages,
        [record],
        as_of=LATER,
        group_by=[Group("target", when="event"), HourBands([("night", night)], "event")],
        window=WEEK,
    )
    assert {row.group: row.value for row in by_hour.results} == {
        ("ada", "night"): 1,
        ("ada", "other hours"): 1,
        ("bo", "night"): 1,
        ("bo", "other hours"): 0,
    }
    bands = compute_kpis(
        pages, [record], as_of=LATER, group_by=HourBands([("night", night)], "event"), window=WEEK
    )
    assert {row.group: row.value for row in bands.results} == {
        ("night",): 2,
        ("other hours",): 1,
    }
    with pytest.raises(InvalidValueError, match="EventCount"):
        compute_kpis(
            catalogue.VOLUME, [record], as_of=LATER, group_by=Group("target", when="event")
        )


def test_what_holds_from_the_opening_on_happened_once() -> None:
    """It was open, resolved and open again, twice: three times."""
    kpi = Kpi(id="open", measure=OccurrenceCount(field("state.open").is_true()))
    assert one(kpi, [reopened_twice()], LATER).value == 3
