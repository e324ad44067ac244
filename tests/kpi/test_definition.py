"""A KPI is a value: what it refuses, and what decides its identity."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.communication import CommunicationPlan, UpdateRule
from incidentcore.conditions import ALWAYS, field
from incidentcore.digest import content_id
from incidentcore.errors import DefinitionError, InvalidValueError, KpiDefinitionError
from incidentcore.instants import Interval, Versions
from incidentcore.kpi import (
    AgeBuckets,
    Availability,
    Count,
    Duration,
    Earliest,
    FieldValue,
    Group,
    HasLink,
    HourBands,
    Kpi,
    KpiResult,
    NetFlow,
    Objective,
    Periods,
    Rate,
    RatioOfSums,
    Recurrence,
    SlaClocks,
    Statistic,
    Updates,
    ValueMeasure,
    WhenResolved,
    catalogue,
    compute_kpis,
    distribution_data,
    gather_kpis,
    merge_partials,
    quantile,
    survival_data,
)
from incidentcore.kpi.statistic import MEDIAN, SURVIVAL_MEDIAN
from incidentcore.kpi.table import COLUMNS
from incidentcore.records import Problem
from incidentcore.schedule import AbstractCalendar, BusinessCalendar
from incidentcore.sla import SlaDefinition

from .tickets import minute, tickets


class Unhashable(AbstractCalendar):
    """A calendar that can be changed."""

    zone = ZoneInfo("UTC")
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:  # the test's name, which each process must make alike
        return "Unhashable()"

    def windows(self, start: datetime, end: datetime) -> tuple[Interval, ...]:
        """Return no opening hours."""
        return ()


def of(**given: Any) -> Kpi:
    return catalogue.MEAN_TIME_TO_RESOLVE.replace(**given)


PLAN = CommunicationPlan("p", UpdateRule(name="all", audiences="users", first=timedelta(hours=1)))
CLOCK = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
# What is made with something of another kind, or out of its range.
NOT_THAT: dict[str, tuple[Callable[[Any], Any], *tuple[Any, ...]]] = {
    "a reason to leave out": (lambda code: of(exclusions=[(code, ALWAYS)]), "", 3),
    "an objective": (lambda goal: of(objective=goal), timedelta(hours=4)),
    "an objective of a time": (lambda goal: of(objective=Objective(at_most=goal)), 0.9),
    "an objective of a share": (
        lambda goal: catalogue.REOPEN_RATE.replace(objective=Objective(at_most=goal)),
        timedelta(1),
        -0.1,
        1.1,
    ),
    "a goal": (lambda goal: Objective(at_least=goal), "soon", float("nan"), None),
    "a clock": (lambda clock: of(clock=clock), Unhashable()),
    "a quantile of a mean": (lambda q: Statistic("mean", q), Fraction(1, 2)),
    "a statistic without its quantile": (lambda _: Statistic("quantile"), None),
    "an instant to group at": (lambda when: Group("priority", when), "later"),
    "a field of events": (lambda path: Group(path, "event"), "", 3),
    "a clock of promises": (SlaClocks, "sla", Versions([(minute(0), 1)])),
    "an outcome of clocks": (lambda outcome: SlaClocks(CLOCK, outcome), "kept"),
    "late clocks that count as missed": (
        lambda outcome: SlaClocks(CLOCK, outcome, overdue_missed=True),
        "cycles_met",
    ),
    "a plan of updates": (Updates, "plan", Versions([(minute(0), 1)])),
    "an outcome of updates": (lambda outcome: Updates(PLAN, outcome), "kept"),
    "a unit of a number of records": (lambda unit: Count(unit=unit), "EUR"),
    "two things to count": (lambda path: Count(distinct=path, per=path), "caller"),
    "a time of downtime": (lambda during: Availability(during=during), "open"),
    "a weight": (
        lambda weight: Availability(weights=[(ALWAYS, weight)]),
        "half",
        float("nan"),
        -0.1,
        1.1,
    ),
    "a condition with a weight": (lambda test: Availability(weights=[(test, 0.5)]), "major"),
    "what is inside": (lambda inside: NetFlow(inside=inside), "open"),
    "a sum": (
        lambda summed: RatioOfSums(numerator=summed, denominator=Count(), of="x"),
        Rate(numerator=ALWAYS, of="records"),
        Count(distinct="caller"),
    ),
    "a span of a recurrence": (
        lambda within: Recurrence("caller", within=within),
        timedelta(0),
        -timedelta(1),
        30,
    ),
    "a key of a recurrence": (lambda key: Recurrence(key, within=timedelta(1)), ()),
    "a test": (lambda test: Rate(numerator=test, of="records"), "open", None),
    "a type of link": (HasLink, "", None),
    "a condition at the resolution": (WhenResolved, HasLink("caused_by")),
    "a mode": (lambda mode: gather_kpis([], [], as_of=minute(0), mode=mode), "quick"),
    "a window": (lambda window: gather_kpis([], [], as_of=minute(0), window=window), "June"),
    "edges": (
        lambda edges: distribution_data(
            catalogue.MEAN_TIME_TO_RESOLVE, [], as_of=minute(0), edges=edges
        ),
        (),
        (timedelta(2), timedelta(1)),
        (timedelta(1), timedelta(1)),
    ),
    "a KPI of bins": (
        lambda kpi: distribution_data(kpi, [], as_of=minute(0), edges=[timedelta(1)]),
        catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
    ),
    "a KPI of survival": (
        lambda kpi: survival_data([], as_of=minute(0), kpi=kpi),
        catalogue.MEAN_TIME_TO_RESOLVE,
    ),
}


@pytest.mark.parametrize(
    ("stop", "clock", "proposed"),
    [
        ("resolved_at", None, "mean_time_to_resolve"),
        ("restored_at", None, "mean_time_to_restore"),
        ("acknowledged_at", None, "mean_time_to_acknowledge"),
        ("first_response_at", None, "mean_time_to_first_response"),
        ("closed_at", BusinessCalendar.always(), "mean_open_time_to_close"),
    ],
)
def test_a_better_name_than_mttr_says_what_it_runs_to(
    stop: str, clock: BusinessCalendar | None, proposed: str
) -> None:
    with pytest.raises(KpiDefinitionError, match=f'such as "{proposed}_p1"; see catalogue.lookup'):
        Kpi(id="MTTR_p1", measure=Duration(stop=stop), clock=clock)


REFUSED: dict[str, Callable[[], Any]] = {
    "mttr": lambda: Kpi(id="mttr", measure=Duration()),
    "respond": lambda: Kpi(id="mean_time_to_respond", measure=Duration()),
    "mttr in words": lambda: Kpi(id="MTTR (hours)", measure=Duration()),
    "mttr with a number": lambda: Kpi(id="MTTR2", measure=Duration()),
    "respond in words": lambda: Kpi(id="Time to respond", measure=Duration()),
    "no id": lambda: Kpi(id="", measure=Duration()),
    "no measure": lambda: Kpi(id="x", measure=3),  # type: ignore[arg-type]
    "a field that no record has": lambda: Duration("opened_on"),
    "a moment that is none": lambda: Duration(7),  # type: ignore[arg-type]
    "no moments": lambda: Earliest(()),
    "a rate without its denominator in words": lambda: Rate(numerator=field("id").present(), of=""),
    "a statistic of a count": lambda: Kpi(id="x", measure=Count(), statistic=MEDIAN),
    "a clock where nothing is timed": lambda: Kpi(
        id="x", measure=Count(), clock=BusinessCalendar.always()
    ),
    "net to another moment": lambda: Kpi(
        id="x", measure=Duration(stop="closed_at"), reopened="net"
    ),
    "censoring into a mean": lambda: Kpi(id="x", measure=Duration(), unfinished="censor"),
    "survival without censoring": lambda: Kpi(
        id="x", measure=Duration(), statistic=SURVIVAL_MEDIAN
    ),
    "an unknown policy": lambda: Kpi(
        id="x",
        measure=Duration(),
        canceled="drop",  # type: ignore[arg-type]
    ),
    "a quantile above one": lambda: quantile(1.5),
    "a quantile that is no number": lambda: quantile("most"),
    "an unknown statistic": lambda: Statistic("mode"),
    "an unknown word for one": lambda: Kpi(id="x", measure=Duration(), statistic="mode"),  # type: ignore[arg-type]
    "a quantile without its number": lambda: Kpi(id="x", measure=Duration(), statistic="quantile"),
    "a number for a quantile": lambda: Kpi(id="x", measure=Duration(), statistic=0.9),  # type: ignore[arg-type]
    "an n of nothing": lambda: Kpi(id="x", measure=Count(), min_n=0),
    "a certainty": lambda: Kpi(id="x", measure=Duration(), confidence=1),
    "a confidence in words": lambda: Kpi(id="x", measure=Duration(), confidence="high"),
    "an interval of a count": lambda: catalogue.VOLUME.replace(confidence=0.9),
    "an interval of a sum": lambda: catalogue.TOTAL_INCIDENT_COST.replace(confidence=0.9),
    "an interval of a survival median": lambda: catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE.replace(
        confidence=0.9
    ),
    "an interval of a ratio": lambda: catalogue.REOPENINGS_PER_RESOLUTION.replace(confidence=0.9),
    "a cost that is no number": lambda: catalogue.cost_per_record(float("nan")),  # type: ignore[arg-type]
    "stale before it is touched": lambda: catalogue.stale_rate(-2),
    "ages out of order": lambda: AgeBuckets((5, 1)),
    "half a day of age": lambda: AgeBuckets((0.5, 1)),  # type: ignore[arg-type]
    "an unknown period": lambda: Periods("decade"),  # type: ignore[arg-type]
    **{
        f"{what}: {given!r}": partial(make, given)  # type: ignore[call-arg]
        for what, (make, *wrong) in NOT_THAT.items()
        for given in wrong
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_definition_that_contradicts_itself_is_refused(what: str) -> None:
    """Whatever cannot be computed is refused when it is written, naming what is allowed."""
    with pytest.raises((DefinitionError, InvalidValueError), match="allowed: "):
        REFUSED[what]()


@pytest.mark.parametrize("given", ["quantile", 0.9])
def test_a_quantile_is_refused_with_the_function_that_makes_it(given: Any) -> None:
    """Neither the word alone nor the number alone is a statistic."""
    with pytest.raises(KpiDefinitionError, match=r'quantile\("0\.9"\)'):
        Kpi(id="p90", measure=Duration(), statistic=given)


def test_the_texts_are_no_part_of_the_definition() -> None:
    """Another title is the same definition; another policy, clock or id is another (K1)."""
    kpi = catalogue.MEAN_TIME_TO_RESOLVE

    assert kpi.replace(title="MTTR of Ada's team").definition == kpi.definition
    others = [
        kpi.replace(id="other"),
        kpi.replace(reopened="first"),
        kpi.replace(clock=BusinessCalendar(zone="UTC", hours={"mon": "09:00-17:00"})),
        kpi.replace(min_n=30),
    ]
    assert len({kpi.definition, *(other.definition for other in others)}) == 5


BERLIN = datetime(2026, 6, 1, 11, tzinfo=ZoneInfo("Europe/Berlin"))
UTC_9 = BERLIN.astimezone(UTC)
# What Python takes for equal; what is in one list is written alike.
WRITTEN: list[list[Any]] = [
    *([1], [1.0], [True], [Fraction(1)], [Decimal(1)], [Decimal("1.0")]),
    *([0], [0.0], [-0.0], [False], [Fraction(1, 2)], [0.5], [Decimal("0.5")]),
    *([{"x": 1}], [{"x": True}], [[1]], [[True]], [{1}], [{True}]),
    *([BERLIN, UTC_9], [[BERLIN], [UTC_9]], [{"x": BERLIN}, {"x": UTC_9}]),
    *([time(9, tzinfo=UTC)], [time(10, tzinfo=timezone(timedelta(hours=1)))]),
]


def test_equal_definitions_have_one_id_whichever_was_asked_first() -> None:
    """Numbers that are equal but of other types are other definitions; instants are the same."""
    for way in (list, reversed):
        made = [
            [catalogue.VOLUME.replace(population=field("custom.x").equals(value)) for value in each]
            for each in WRITTEN
        ]
        ids = [{kpi.definition for kpi in each} for each in way(made)]  # type: ignore[operator]
        assert [len(each) for each in ids] == [1] * len(WRITTEN)
        assert len(set[str]().union(*ids)) == len(WRITTEN)
        kpis = [kpi for each in made for kpi in each]
        assert len(set(kpis)) == len(WRITTEN)
        for one, other in combinations(kpis, 2):
            assert (one == other) is (one.definition == other.definition)


def test_a_measure_of_ones_own_has_the_id_of_its_own_content() -> None:
    """Two that are equal, since 1 == 1.0, do not get each other's id."""

    @attrs.frozen
    class Times(ValueMeasure):
        factor: float

        def reader(self, kpi: Any, as_of: datetime) -> Any:
            return lambda _: self.factor

    kpis = [Kpi(id="x", measure=Times(factor)) for factor in (1, 1.0)]
    again = [Kpi(id="x", measure=Times(factor)) for factor in (1.0, 1)]
    ids = [kpi.definition for kpi in kpis]
    assert [kpi.definition for kpi in again] == ids[::-1]
    assert ids == [content_id(kpi) for kpi in kpis]


def test_a_quantile_is_exact_however_it_is_written() -> None:
    """Nine tenths as a float, a text, a decimal: one statistic, one id."""
    ways = [Statistic("quantile", q) for q in (0.9, "0.9", Decimal("0.90"), Fraction(9, 10))]
    assert {way.q for way in ways} == {Fraction(9, 10)}
    assert len({content_id(way) for way in (*ways, quantile(0.9))}) == 1
    for wrong in (True, 1.1, -0.1, "most", float("nan")):
        with pytest.raises(KpiDefinitionError, match="a number from 0 to 1"):
            Statistic("quantile", wrong)


def test_a_title_that_is_the_id_in_words_follows_the_id() -> None:
    """A copy under another id has that id in words; a title of its own stays."""
    kpi = Kpi(id="time_to_close", measure=Duration("opened_at", "closed_at"), window_basis="closed")

    assert kpi.title == "Time to close"
    assert kpi.replace(id="time_to_close_mail").title == "Time to close mail"
    assert kpi.replace(id="time_to_close_mail", title="Mail").title == "Mail"
    assert kpi.replace(title="Closing").replace(id="time_to_close_mail").title == "Closing"


def test_a_definition_pickles_and_hashes() -> None:
    """It goes to another process and comes back equal, with the same content id."""
    for kpi in catalogue.ALL.values():
        again = pickle.loads(pickle.dumps(kpi))  # noqa: S301  our own bytes
        assert (again, hash(again), again.definition) == (kpi, hash(kpi), kpi.definition)


def test_every_result_carries_its_definition() -> None:
    """The content id stands in the result and in every plain row (K1)."""
    table = compute_kpis([catalogue.VOLUME], tickets(), as_of=minute(300))

    assert table["volume"].definition == catalogue.VOLUME.definition
    assert next(iter(table))["definition"] == catalogue.VOLUME.definition


def test_a_field_that_a_kind_of_record_lacks_is_named() -> None:
    """Asking incidents for a problem's workaround is an error, not an empty figure."""
    kpi = Kpi(id="x", measure=FieldValue("workaround"))
    problem = Problem.open(id="P", title="p", at=minute(0), by="kim")

    assert compute_kpis([kpi], [problem], as_of=minute(1))["x"].n == 0
    with pytest.raises(InvalidValueError, match="workaround"):
        compute_kpis([kpi], tickets(), as_of=minute(300))


def test_a_population_by_a_field_that_a_kind_of_record_lacks() -> None:
    """Of an incident and a known error only the latter counts; both orders were an error (H1)."""
    problem = Problem.open(id="P", title="p", at=minute(0), by="kim", known_error=True)
    known, kind = field("known_error").equals(True), field("record_type").equals("problem")
    for population in (known, known & kind, kind & known):
        kpi = catalogue.VOLUME.replace(id="known", population=population)
        assert compute_kpis(kpi, [*tickets(), problem], as_of=minute(300))["known"].value == 1
    at_opening = Group("known_error", "opening")
    with pytest.raises(InvalidValueError, match="known_error"):
        compute_kpis(catalogue.VOLUME, tickets(), as_of=minute(300), group_by=at_opening)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Group("priority"), Group("priority", "opening")),
        (Group("priority", "opening"), Group("priority", "resolution")),
        (HourBands({}), HourBands({}, "resolved_at")),
    ],
)
def test_parts_that_are_grouped_at_different_instants_do_not_merge(one: Any, other: Any) -> None:
    """The priority at the opening is another heading than the one now (K4)."""
    parts = [
        gather_kpis(catalogue.VOLUME, tickets(), as_of=minute(300), group_by=group)
        for group in (one, other)
    ]
    assert one.name != other.name
    with pytest.raises(InvalidValueError, match="same definitions"):
        merge_partials(parts)


def test_a_group_named_like_a_column_is_refused() -> None:
    """In a plain row one would take the place of the other."""
    with pytest.raises(InvalidValueError, match="other than a column"):
        compute_kpis(
            [catalogue.VOLUME], tickets(), as_of=minute(0), group_by=Group("id", name="value")
        )
    rows = list(compute_kpis([catalogue.VOLUME], tickets(), as_of=minute(9), window=Periods("day")))
    assert set(rows[0]) == COLUMNS - {"met", "budget", "budget_left"}


@pytest.mark.parametrize(
    "other",
    [
        {"kpis": [catalogue.BACKLOG]},
        {"as_of": minute(2)},
        {"mode": "sketch"},
        {"group_by": "priority"},
        {"window": Periods("day")},
    ],
)
def test_partials_of_something_else_do_not_merge(other: dict[str, Any]) -> None:
    """Another definition, instant, mode, group or window is refused (K4)."""
    one: dict[str, Any] = {"kpis": [catalogue.VOLUME], "as_of": minute(1)}
    parts = []
    for how in (one, one | other):
        kpis = how.pop("kpis")
        parts.append(gather_kpis(kpis, [], **how))

    with pytest.raises(InvalidValueError, match="same definitions"):
        merge_partials(parts)
    with pytest.raises(InvalidValueError, match="at least one"):
        merge_partials([])


def test_a_share_reads_all_or_none_only_where_it_is() -> None:
    """One in a hundred thousand is not nothing, and all but one not everything (T4)."""
    some = [
        KpiResult(kpi="x", definition="", value=value, unit="fraction", n=1).text()
        for value in (0.0, 0.00001, 0.99999, 1.0)
    ]

    assert some == ["0.00 %", "< 0.01 %", "> 99.99 %", "100.00 %"]


def test_a_wrong_keyword_of_replace_is_named() -> None:
    """With the nearest attribute."""
    with pytest.raises(InvalidValueError, match=r"got 'exercise'.*nearest: exercises"):
        catalogue.REOPEN_RATE.replace(exercise="include")


def test_what_is_no_measure_is_refused_by_its_name() -> None:
    with pytest.raises(KpiDefinitionError, match=r"^x\.measure: got 5; allowed: a measure"):
        Kpi(id="x", measure=5)  # type: ignore[arg-type]
