"""Groups and their order, bands and buckets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest

from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    AgeBuckets,
    Group,
    HourBands,
    Kpi,
    Measure,
    Periods,
    catalogue,
    compute_kpis,
)
from incidentcore.kpi.engine.accumulators import Ratio
from incidentcore.kpi.engine.results import Figure
from incidentcore.kpi.moments import SHARED
from incidentcore.records import (
    Incident,
    StateChanged,
    assign,
    comment,
    mark_restored,
    replay,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import CLOSED, RESOLVED, Priority
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


def test_declared_levels_and_states_are_not_their_names() -> None:
    """A text beside the level would be a second row of that name, always without a record."""
    for path in ("priority", "state"):
        with pytest.raises(InvalidValueError, match=f'values: got .* or group by "{path}.name"'):
            Group(path, values=["high"])
    with pytest.raises(InvalidValueError, match="impact: got 'high'"):
        Group("impact", values=["high"])
    given: Any = {"computed_priority": Priority.HIGH, "category": "mail"}
    record = Incident.open(id="1", title="x", by="k", at=DAY, **given)
    for group, high in (
        (Group("priority", values=[*Priority, None]), Priority.HIGH),
        (Group("priority.name", values=["high", "low"]), "high"),
        (Group("category", values=["mail", ["web", "shop"]]), ("mail",)),
    ):
        table = compute_kpis(catalogue.VOLUME, [record], as_of=DAY, group_by=group)
        assert [row.n for row in table.results if row.group == (high,)] == [1]
        assert len(table) == len(group.values)


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


@pytest.mark.parametrize(
    ("path", "as_of", "opening", "resolution"),
    [
        ("state.name", "closed", "new", "resolved"),
        ("assignee", "bo", None, "ada"),
        ("priority.name", "critical", "critical", "critical"),
        ("opened_by.id", "kim", "kim", "kim"),
        ("title", "x", "x", "x"),
        ("custom.site.city", "Bonn", "Bonn", "Bonn"),
        ("custom.site.street", None, None, None),
        ("custom.floor", None, None, None),
        ("custom.Res. Code", 7, 7, 7),
        ("version", 6, 1, 3),
    ],
)
def test_a_path_of_several_steps_is_read_at_each_instant(
    path: str, as_of: object, opening: object, resolution: object
) -> None:
    """Opened, given to Ada and resolved by her; then given to Bo and closed."""
    record = Incident.open(
        id="1",
        title="x",
        at=DAY,
        by="kim",
        computed_priority=Priority.CRITICAL,
        custom={"site": {"city": "Bonn"}, "Res. Code": 7},
    )
    hour = timedelta(hours=1)
    record = assign(record, at=DAY + hour, by="kim", assignee="ada")
    for hours, action, state in ((2, "resolve", RESOLVED), (4, "close", CLOSED)):
        at = DAY + hours * hour
        record = record.with_event(StateChanged, at=at, by="ada", action=action, state=state)
        record = assign(record, at=at + hour, by="kim", assignee="bo")
    later = DAY + 6 * hour
    for when, expected in (("as_of", as_of), ("opening", opening), ("resolution", resolution)):
        read = Group(path, when).compile(later)  # type: ignore[arg-type]
        assert read(record) == expected, when
    opened = replay(record.history[:1])
    for name in sorted(SHARED):  # each field, whatever became of it
        read = Group(name, "opening").compile(later)
        assert read(record) == getattr(opened, name), name


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
    with pytest.raises(InvalidValueError, match="different names"):
        compute_kpis([catalogue.VOLUME], [], as_of=LATEST, group_by=["id", "id"])


@attrs.frozen
class Halves:
    """Groups of your own: the first and the second half of a month."""

    name: str = "half"
    values: tuple[str, ...] = ("first", "second")

    def compile(self, as_of: datetime) -> Any:  # noqa: D102
        return lambda record: "first" if record.opened_at.day <= 15 else "second"


def test_a_kind_of_group_of_your_own() -> None:
    """It heads a column and declares its rows: nothing was opened from the 16th on.

    Beside a group that declares none, the rows are those of each value that occurs there.
    """
    desk, now = records((0, 1), (14, 15)), DAY + timedelta(days=20)
    table = compute_kpis([catalogue.VOLUME], desk, as_of=now, group_by=Halves())
    assert table.groups == ("half",)
    assert {row.group: row.n for row in table.results} == {("first",): 2, ("second",): 0}
    both = compute_kpis([catalogue.VOLUME], desk, as_of=now, group_by=["state.name", Halves()])
    assert [(row.group, row.n) for row in both.results] == [
        (("resolved", "first"), 2),
        (("resolved", "second"), 0),
    ]


@attrs.frozen
class Comments(Measure):
    """A measure of your own that reads events: the comments of a record."""

    counts_events = True
    spreads = True

    def reader(self, kpi: Any, as_of: datetime) -> Any:  # noqa: D102
        return lambda record: [event for event in record.history if event.kind == "commented"]

    def placed(self, outcome: Any, windows: Any) -> Any:  # noqa: D102
        return [(None, (len(outcome), 1))]

    def accumulator(self, kpi: Any, mode: Any) -> Ratio:  # noqa: D102
        return Ratio()

    def result(self, kpi: Any, total: Any, within: Any) -> Figure:  # noqa: D102
        return Figure(value=int(total.above), n=total.n)


def test_a_measure_of_your_own_may_be_grouped_by_its_events() -> None:
    """Two comments by Ada, one by Bo; it was refused, since it was not an EventCount."""
    incident = Incident.open(id="1", title="x", at=DAY, by="kim")
    for hour, who in enumerate(["ada", "bo", "ada"], 1):
        incident = comment(incident, "Looking.", at=DAY + timedelta(hours=hour), by=who)

    table = compute_kpis(
        Kpi(id="comments", measure=Comments()),
        [incident],
        as_of=DAY + timedelta(days=1),
        group_by=Group("by.id", when="event"),
    )

    assert {row.group: row.value for row in table.results} == {("ada",): 2, ("bo",): 1}
    mixed = [Group("by.id", when="event"), Group("title")]
    kpi = Kpi(id="comments", measure=Comments())
    table = compute_kpis(kpi, [incident], as_of=DAY + timedelta(days=1), group_by=mixed)
    assert {row.group: row.value for row in table.results} == {("ada", "x"): 2, ("bo", "x"): 1}


def test_interruptions_fall_in_the_band_of_their_hour() -> None:
    """Ten o'clock on a Monday is business, three at night sleep, Sunday noon neither."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-18:00"})
    night = BusinessCalendar(zone="UTC", hours={"mon-sun": "22:00-06:00"})
    desk = records((10 / 24, None), (3 / 24, None), (6.5, None))
    bands = HourBands([("business", office), ("sleep", night)])

    table = compute_kpis([catalogue.VOLUME], desk, as_of=DAY + timedelta(days=9), group_by=bands)

    assert [row.group for row in table.results] == [("business",), ("other hours",), ("sleep",)]
    assert HourBands({"business": office, "sleep": night}) == bands
    for wrong in (["office"], [("office", "x")], [office], "office"):
        with pytest.raises(InvalidValueError, match="pairs of a name and a calendar, or a mapping"):
            HourBands(wrong)  # type: ignore[arg-type]


def test_a_period_is_no_group_and_the_way_is_named() -> None:
    """As --by month of the command line suggests, whose way is another in code."""
    with pytest.raises(InvalidValueError) as refused:
        compute_kpis(catalogue.VOLUME, [], as_of=DAY, group_by="month")
    allowed = 'a field; for periods, window=Periods("month", "Europe/Berlin")'
    home = "(from incidentcore.kpi import Periods)"
    assert str(refused.value) == f"group_by: got 'month'; allowed: {allowed} {home}"


@pytest.mark.parametrize("group", [5, [5]])
def test_what_is_no_group_is_refused(group: Any) -> None:
    """A number alone or in a list."""
    allowed = "group_by: got 5; allowed: a field path, a Group, AgeBuckets or a callable"
    with pytest.raises(InvalidValueError, match=allowed):
        compute_kpis([catalogue.VOLUME], [], as_of=LATEST, group_by=group)


def test_a_group_of_ones_own_has_the_name_of_its_function_or_class() -> None:
    """A partial function has none, so it is called by its class."""

    def by_letter(record: Any) -> str:
        return str(record.id)[0]

    record = Incident.open(id="A1", title="x", by="kim", at=datetime(2026, 6, 1, tzinfo=UTC))
    options = {"as_of": datetime(2026, 6, 2, tzinfo=UTC)}
    for group, name in ((by_letter, "by_letter"), (partial(by_letter), "partial")):
        table = compute_kpis([catalogue.VOLUME], [record], group_by=group, **options)
        assert table.groups == (name,)
        assert [(row.group, row.value) for row in table.results] == [(("A",), 1)]


@pytest.mark.parametrize("days", [(0,), (-1, 2), (True,), (1.5,)])
def test_an_age_begins_after_at_least_a_whole_day(days: Any) -> None:
    """Nothing is younger than nothing."""
    with pytest.raises((InvalidValueError, KpiDefinitionError)):
        AgeBuckets(days)
