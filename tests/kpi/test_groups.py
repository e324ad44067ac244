"""Groups and their order, bands and buckets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    AgeBuckets,
    Group,
    HourBands,
    Periods,
    catalogue,
    compute_kpis,
)
from incidentcore.records import Incident, mark_restored
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import Priority
from incidentcore.vendors import read_table

from .strategies import LATEST

DAY = datetime(2026, 6, 1, tzinfo=UTC)


FIELDS = {"id": "id", "opened": "in", "resolved": "out"}


def records(*spans: tuple[float, float | None]) -> tuple[Incident, ...]:
    """Return incidents opened and resolved so many days after the first of June."""
    return tuple(
        read_table(
            [
                {
                    "id": f"I{number}",
                    "in": DAY + timedelta(days=start),
                    "out": None if stop is None else DAY + timedelta(days=stop),
                }
                for number, (start, stop) in enumerate(spans)
            ],
            FIELDS,
        )
    )


JUNE = Interval(DAY, DAY + timedelta(days=30))


def test_a_service_without_an_outage_was_available_all_the_time() -> None:
    """Told by the caller, it has rows in every period; one not told has its rows too."""
    desk = [
        mark_restored(
            Incident.open(id="1", title="x", at=DAY, by="kim", service=service),
            at=DAY + timedelta(days=15),
            by="ada",
        )
        for service in ("mail",)
    ]
    services = Group("service", values=["vpn", "web"])

    table = compute_kpis(
        [catalogue.AVAILABILITY, catalogue.MEAN_TIME_BETWEEN_FAILURES],
        desk,
        as_of=DAY + timedelta(days=40),
        window=JUNE,
        group_by=services,
    )
    by_month = compute_kpis(
        [catalogue.AVAILABILITY],
        [],
        as_of=DAY + timedelta(days=40),
        window=Periods("month", within=JUNE),
        group_by=services,
        totals=True,
    )

    found = {row.group[0]: row.value for row in table.results if row.kpi == "availability"}
    assert found == {"mail": 0.5, "vpn": 1.0, "web": 1.0}
    assert [(row.group[0], row.period, row.value) for row in by_month.results] == [
        ("vpn", "2026-06", 1.0),
        ("web", "2026-06", 1.0),
        ("(all)", "2026-06", 1.0),
    ]
    with pytest.raises(InvalidValueError, match="several values"):
        Group("service", values="vpn")


def test_ages_are_grouped_by_buckets() -> None:
    """An age of exactly an edge belongs above it."""
    desk = records((0, None), (4, None), (8, None), (9.5, None))

    table = compute_kpis(
        [catalogue.BACKLOG],
        desk,
        as_of=DAY + timedelta(days=10),
        group_by=AgeBuckets((1, 6)),
    )

    assert {str(row.group[0]): row.n for row in table.results} == {
        "< 1 d": 1,
        "1-6 d": 1,
        ">= 6 d": 2,
    }


def test_groups_are_ordered_levels_from_the_worst_and_none_last() -> None:
    """Critical before low, before records without a priority."""
    desk = [
        Incident.open(id=str(n), title="x", at=DAY, by="kim", computed_priority=level)
        for n, level in enumerate([None, Priority.LOW, Priority.CRITICAL])
    ]

    table = compute_kpis(
        [catalogue.VOLUME], desk, as_of=DAY, group_by=[Group("priority", name="P")]
    )

    assert [row.group[0] for row in table.results] == [Priority.CRITICAL, Priority.LOW, None]
    assert table.groups == ("P",)


def test_a_group_may_be_a_function_of_the_record() -> None:
    """Its name heads the column; what cannot be hashed is refused."""

    def first_letter(record: Any) -> str:
        return str(record.id)[0]

    table = compute_kpis(
        [catalogue.VOLUME], records((0, 1)), as_of=DAY + timedelta(9), group_by=first_letter
    )

    assert table.groups == ("first_letter",)
    with pytest.raises(InvalidValueError, match="hashed"):
        compute_kpis(
            [catalogue.VOLUME], records((0, 1)), as_of=DAY + timedelta(9), group_by=lambda _: []
        )
    with pytest.raises(InvalidValueError, match="name of their own"):
        compute_kpis([catalogue.VOLUME], [], as_of=LATEST, group_by=["id", "id"])


def test_interruptions_fall_in_the_band_of_their_hour() -> None:
    """Ten o'clock on a Monday is business, three at night sleep, Sunday noon neither."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-18:00"})
    night = BusinessCalendar(zone="UTC", hours={"mon-sun": "22:00-06:00"})
    desk = records((10 / 24, None), (3 / 24, None), (6.5, None))
    bands = HourBands([("business", office), ("sleep", night)])

    table = compute_kpis([catalogue.VOLUME], desk, as_of=DAY + timedelta(days=9), group_by=bands)

    assert [row.group for row in table.results] == [("business",), ("other hours",), ("sleep",)]
