"""KPIs of columns: the figures of the same rows as records, for every library."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.instants import Interval, Versions
from incidentcore.kpi import (
    AgeBuckets,
    AtMost,
    Count,
    Duration,
    FieldValue,
    Group,
    HourBands,
    Kpi,
    Periods,
    Rate,
    RatioOfSums,
    SameDay,
    SlaClocks,
    catalogue,
    finish_partial,
    gather_kpis,
    quantile,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import CalendarByField, SlaDefinition, SlaPolicy
from incidentcore.values import Priority
from incidentcore.vendors import Findings, read_table

np = pytest.importorskip("numpy")
pytest.importorskip("narwhals")
pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")
frames = pytest.importorskip("incidentcore.frames")

START = datetime(2026, 3, 27, tzinfo=UTC)  # Europe changes its clocks on the 29th
AS_OF = START + timedelta(days=9, hours=11)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
NIGHTS = BusinessCalendar(zone="Asia/Tehran", hours={"mon-sun": "22:07-06:01"})
MAPPING = {
    "id": "id",
    "opened": "in",
    "acknowledged": "ack",
    "responded": "reply",
    "resolved": "done",
    "closed": "closed",
    "canceled": "canceled",
    "state": "state",
    "priority": "priority",
    "group": "team",
}
TIMES = ("in", "ack", "reply", "done", "closed", "canceled")
ZONED = {name: polars.Datetime("us", "UTC") for name in TIMES}
SCHEMA = {
    "id": polars.String,
    **ZONED,
    "state": polars.String,
    "priority": polars.String,
    "team": polars.String,
    "site": polars.String,
    "score": polars.Int64,
}

moments = st.integers(0, 12 * 48).map(lambda half: START + timedelta(minutes=30 * half))
tickets = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 30).map(str),
            "in": st.none() | moments | moments | moments,
            **{name: st.none() | moments for name in TIMES[1:]},
            "state": st.sampled_from([None, "New", "Resolved", "On Hold", "Canceled", "odd"]),
            "priority": st.sampled_from([None, "1 - Critical", "P3", "high", "seven"]),
            "team": st.sampled_from([None, "mail", "web"]),
            "site": st.sampled_from([None, "x", "y"]),
            "score": st.none() | st.integers(1, 5),
        }
    ),
    max_size=25,
)
_DONE = field("resolved_at").present()
RESOLUTION = SlaDefinition.resolution(hours=9, calendar=OFFICE)
BY_SITE = CalendarByField("custom.site", {"x": NIGHTS}, default=OFFICE)
POLICY = SlaPolicy(
    [
        (
            field("priority").equals(Priority.CRITICAL),
            SlaDefinition.resolution(hours=4, calendar=BY_SITE, name="quick"),
        )
    ],
    default=SlaDefinition.resolution(hours=30, calendar=BY_SITE),
)
HOUR = timedelta(hours=1)
KPIS = (
    *(catalogue.VOLUME, catalogue.BACKLOG, catalogue.BACKLOG_GROWTH),
    catalogue.MEAN_TIME_TO_RESOLVE,
    *(catalogue.MEDIAN_TIME_TO_RESOLVE, catalogue.P90_TIME_TO_RESOLVE),
    *(catalogue.MEAN_TIME_TO_ACKNOWLEDGE, catalogue.MEAN_TIME_TO_FIRST_RESPONSE),
    *(catalogue.MEAN_AGE_OF_BACKLOG, catalogue.MEAN_TIME_TO_CLOSE),
    catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
    catalogue.MEAN_NET_TIME_TO_RESOLVE.replace(clock=NIGHTS),
    catalogue.MEAN_TIME_TO_RESOLVE.replace(id="office", clock=OFFICE, unfinished="as_of"),
    catalogue.sla_compliance(RESOLUTION),
    Kpi(id="policy", measure=SlaClocks(POLICY, overdue_missed=True)),
    Kpi(id="over", measure=SlaClocks(POLICY, "time_over_target")),
    Kpi(id="running", measure=SlaClocks(RESOLUTION, "running_breached")),
    Kpi(
        id="within_a_day",
        measure=Rate(numerator=AtMost(Duration(), timedelta(days=1)), of="resolved"),
        clock=NIGHTS,
    ),
    Kpi(
        id="same_day",
        measure=Rate(
            numerator=SameDay("opened_at", "resolved_at", "America/St_Johns"),
            denominator=_DONE,
            of="resolved",
        ),
        exclusions={"early": field("opened_at") <= START + timedelta(days=2)},
    ),
    Kpi(id="score", measure=FieldValue("custom.score"), population=field("custom.site").present()),
    Kpi(id="sites", measure=Count(distinct="custom.site")),
    Kpi(
        id="first_hour",
        measure=Duration(),
        population=AtMost(Duration(stop="acknowledged_at"), timedelta(hours=1)),
        window_basis="resolved",
    ),
    catalogue.MEAN_TIME_TO_FIRST_RESPONSE.replace(id="answered", window_basis="first_response"),
    catalogue.MEDIAN_TIME_TO_ACKNOWLEDGE.replace(window_basis="acknowledged"),
)
SKETCHED = [kpi for kpi in KPIS if not kpi.measure.totals.exact_only]
PERIODS = Periods("day", "Asia/Tehran", within=Interval(START, START + timedelta(days=6)))
WINDOWS = st.sampled_from(
    [None, None, Interval(START + timedelta(days=1), START + timedelta(days=5)), PERIODS]
)
GROUPS = st.sampled_from(
    [
        (),
        ("priority",),
        ("custom.site", Group("state.name", "resolution", name="then")),
        (AgeBuckets((1, 3)),),
        (HourBands([("office", OFFICE), ("night", NIGHTS)]), "assignment_group"),
        ("custom.site", Group("assignment_group", values=["web", "none"])),
    ]
)


def as_polars(rows: list[dict[str, Any]]) -> Any:
    return polars.DataFrame(rows, schema=SCHEMA)


def as_arrow(rows: list[dict[str, Any]]) -> Any:
    types = {name: pyarrow.timestamp("us", "UTC") for name in TIMES} | {"score": pyarrow.int64()}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in SCHEMA])
    return pyarrow.Table.from_pylist(rows, schema=schema)


def as_pandas(rows: list[dict[str, Any]]) -> Any:
    frame = pandas.DataFrame(rows, columns=list(SCHEMA))
    for name in TIMES:
        frame[name] = pandas.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    frame["score"] = frame["score"].astype("Int64")
    return frame


LIBRARIES: dict[str, Callable[[Any], Any]] = {
    "polars": as_polars,
    "pyarrow": as_arrow,
    "pandas": as_pandas,
}


def of_records(rows: list[dict[str, Any]], kpis: Any, **how: Any) -> Any:
    """Return the partial of the same rows as records."""
    records = list(read_table(rows, MAPPING, duplicates="first")) if rows else []
    return gather_kpis(kpis, records, **how)


def agree(library: str, rows: list[dict[str, Any]], kpis: Any, **how: Any) -> None:
    """The partial and the table of the columns are those of the records."""
    frame = LIBRARIES[library](rows)
    part = frames.gather_kpis_from(frame, kpis, MAPPING, findings=Findings(), **how)
    expected = of_records(rows, kpis, **how)
    assert finish_partial(part) == finish_partial(expected)
    assert part == expected


@given(tickets, GROUPS, WINDOWS, st.sampled_from(list(LIBRARIES)), st.data())
def test_columns_give_what_records_give(
    rows: list[dict[str, Any]], groups: Any, window: Any, library: str, data: st.DataObject
) -> None:
    """Drawn tables with nulls, disorder and repeated ids, and a few KPIs."""
    few = data.draw(st.lists(st.sampled_from(KPIS), min_size=1, max_size=4, unique=True))
    kpis = [kpi for kpi in few if window is not PERIODS or kpi.window_basis != "snapshot"]
    agree(library, rows[:9], kpis, as_of=AS_OF, group_by=groups, window=window)


@pytest.mark.heavy
@pytest.mark.parametrize("library", LIBRARIES)
@given(rows=tickets, groups=GROUPS, window=WINDOWS, mode=st.sampled_from(["exact", "sketch"]))
def test_all_kpis_of_columns_are_those_of_records(
    library: str, rows: list[dict[str, Any]], groups: Any, window: Any, mode: Any
) -> None:
    """Longer tables, every KPI at once, both modes."""
    kpis = KPIS if mode == "exact" else SKETCHED
    kpis = tuple(kpi for kpi in kpis if window is not PERIODS or kpi.window_basis != "snapshot")
    agree(library, rows, kpis, as_of=AS_OF, group_by=groups, window=window, mode=mode)


@given(rows=tickets, cut=st.integers(0, 25), window=WINDOWS)
def test_batches_give_what_the_whole_gives(
    rows: list[dict[str, Any]], cut: int, window: Any
) -> None:
    """Frames one after another, and flows by period, merge to the whole."""
    rows = list({row["id"]: row for row in rows}.values())
    kpis = (catalogue.MEAN_TIME_TO_RESOLVE, catalogue.BACKLOG_GROWTH)
    how: Any = {"as_of": AS_OF, "group_by": "priority", "window": window}
    batches = [as_polars(rows[:cut]), as_arrow(rows[cut:]).to_batches()]

    part = frames.gather_kpis_from(batches, kpis, MAPPING, findings=Findings(), **how)

    assert part == of_records(rows, kpis, **how)


def one(**more: Any) -> dict[str, Any]:
    return {**dict.fromkeys(SCHEMA), "id": "A", "in": START, "done": START, **more}


def test_without_a_window_a_flow_leaves_all_other_figures_as_they_are() -> None:
    """A KPI on resolutions counts an unresolved row as left out, also beside a flow."""
    kpis = (catalogue.BACKLOG_GROWTH, KPIS[-1], catalogue.MEAN_TIME_TO_RESOLVE)
    agree("polars", [one(done=None, ack=START)], kpis, as_of=AS_OF, group_by=(), window=None)


@pytest.mark.parametrize(
    ("kpi", "message"),
    [
        (catalogue.REOPEN_RATE, "reopen_rate.*histories"),
        (catalogue.FIRST_CONTACT_RESOLUTION_RATE, "first_contact_resolution_rate.*histories"),
        (catalogue.MEAN_ON_HOLD_TIME, "mean_on_hold_time.*histories"),
        (catalogue.MEAN_TIME_TO_ASSIGN, "mean_time_to_assign.*histories"),
    ],
)
def test_what_needs_a_history_is_refused_by_name(kpi: Kpi, message: str) -> None:
    """The error names the KPI and the way through records."""
    with pytest.raises(InvalidValueError, match=message):
        frames.gather_kpis_from(as_polars([one()]), kpi, MAPPING, as_of=AS_OF)


def test_words_that_are_not_known_are_listed_or_warned_of() -> None:
    """As the records of the same rows say it, each word once."""
    rows = [
        {**one(), "id": name, "state": word}
        for name, word in zip("abc", ("New", "Parked", "Parked"), strict=True)
    ]
    how: Any = {"as_of": AS_OF}
    found = Findings()
    frames.gather_kpis_from(as_polars(rows), catalogue.BACKLOG, MAPPING, findings=found, **how)
    assert [(each.code, each.value) for each in found] == [("unknown_state", "Parked")]
    with pytest.warns(UserWarning, match="state 'Parked' .read as a state that is open.*states="):
        frames.gather_kpis_from(as_polars(rows), catalogue.BACKLOG, MAPPING, **how)
    frames.gather_kpis_from(
        as_polars(rows), catalogue.BACKLOG, MAPPING, states={"Parked": "on_hold"}, **how
    )


REPORTED = ("duplicate_id", "missing_time", "before_opening", "unknown_state", "unknown_level")


@given(tickets, st.sampled_from(list(LIBRARIES)))
def test_columns_report_what_the_importer_reports(rows: list[dict[str, Any]], library: str) -> None:
    """Rows left out, times before the opening and unknown words: the same counts by code."""
    found = Findings()
    how: Any = {"as_of": AS_OF, "group_by": "priority", "findings": found}
    frames.gather_kpis_from(LIBRARIES[library](rows), catalogue.VOLUME, MAPPING, **how)
    reading = read_table(rows, MAPPING, duplicates="first") if rows else None
    records = [] if reading is None else list(reading)
    counts = {} if reading is None else reading.findings.counts
    left_out = counts.get("duplicate_id", 0) + counts.get("missing_time", 0)
    assert len(records) == len(rows) - left_out
    assert dict(found.counts) == {code: counts[code] for code in REPORTED if code in counts}


@pytest.mark.parametrize("library", LIBRARIES)
def test_rows_left_out_are_reported_or_warned_of(library: str) -> None:
    """One repeated id and one missing opening of six; rows without an id all count."""
    rows = [one(), one(), one(id="B", **{"in": None}), one(id="C", done=START - HOUR)]
    rows += [one(id=""), one(id=""), one(id=None), one(id=None)]
    frame, how = LIBRARIES[library](rows), {"as_of": AS_OF}
    found = Findings()
    part = frames.gather_kpis_from(frame, catalogue.VOLUME, MAPPING, findings=found, **how)
    assert finish_partial(part).result("volume").value == 6
    assert [(each.code, each.field, each.value, each.count) for each in found] == [
        ("duplicate_id", "id", "A", 1),
        ("missing_time", "in", "", 1),
        ("before_opening", "done", "", 1),
    ]
    message = r"^rows left out: their id .*\(duplicate_id 1\), they .*\(missing_time 1\), or list"
    with pytest.warns(UserWarning, match=message):
        frames.gather_kpis_from(frame, catalogue.VOLUME, MAPPING, **how)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_first_row_of_an_id_with_an_opening_is_used(library: str) -> None:
    """Of A the second row, since the first has no opening; spaces do not make another id."""
    rows = [
        one(**{"in": None}),
        one(done=START + HOUR),
        one(id=" A "),
        one(id="B\u00a0"),
        one(id="B"),
    ]
    found = Findings()
    how: Any = {"as_of": AS_OF, "findings": found}
    part = frames.gather_kpis_from(
        LIBRARIES[library](rows), [catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE], MAPPING, **how
    )
    table = finish_partial(part)
    assert (table["volume"].value, table["mean_time_to_resolve"].value) == (2, HOUR / 2)
    assert dict(found.counts) == {"duplicate_id": 2, "missing_time": 1}
    assert [record.id for record in read_table(rows, MAPPING)] == ["A", "B"]


def test_many_repeated_ids_are_counted_and_some_of_them_named() -> None:
    """A hundred of 300 repeated ids are named, all are counted."""
    frame = as_polars([one(id=str(n)) for n in range(300)] * 2)
    found = Findings()
    frames.gather_kpis_from(frame, catalogue.VOLUME, MAPPING, as_of=AS_OF, findings=found)
    assert (len(found), found.counts["duplicate_id"], found[99].count) == (100, 300, 201)


def test_ids_may_be_numbers() -> None:
    """Of two rows of id 7 the first one counts, and both that have no id."""
    rows = [one(id=number) for number in (7, 7, 8, None, None)]
    frame, found = polars.DataFrame(rows, schema=SCHEMA | {"id": polars.Int64}), Findings()
    part = frames.gather_kpis_from(frame, catalogue.VOLUME, MAPPING, as_of=AS_OF, findings=found)
    assert finish_partial(part).result("volume").value == 4
    assert [(each.code, each.value) for each in found] == [("duplicate_id", "7")]


@pytest.mark.parametrize(
    ("ids", "volume"),
    [
        ([7, " 7 ", "7.0", None, None, float("nan")], 5),  # 7, 7.0 as a text, and three without
        ([7.0, "7", Decimal(7), 8], 2),
        ([Decimal("1.1"), Decimal("1.10"), "1.1"], 1),
        (["A ", "A", "\u2003A", "B"], 2),
    ],
)
def test_ids_of_several_types_are_those_of_a_table(ids: list[Any], volume: int) -> None:
    """Texts beside numbers kept their spaces, and categories theirs."""
    rows = [one(id=value, title="x") for value in ids]
    assert len(list(read_table(rows, MAPPING, duplicates="first"))) == volume
    plain = as_polars([one(id="x") for _ in ids])
    columns = {
        "objects": plain.to_pandas().assign(id=pandas.Series(ids, dtype=object)),
        "polars": plain.with_columns(id=polars.Series(ids, dtype=polars.Object)),
    }
    if all(isinstance(value, str) for value in ids):
        texts = polars.Series(ids)
        columns["category"] = plain.to_pandas().assign(id=pandas.Series(ids, dtype="category"))
        columns["categorical"] = plain.with_columns(id=texts.cast(polars.Categorical))
        columns["enum"] = plain.with_columns(id=texts.cast(polars.Enum(texts.unique())))
    for name, frame in columns.items():
        how: Any = {"as_of": AS_OF, "findings": Findings()}
        part = frames.gather_kpis_from(frame, catalogue.VOLUME, MAPPING, **how)
        assert finish_partial(part).result("volume").value == volume, name


def test_texts_are_parsed_as_the_error_says() -> None:
    """2 March at 8 in Berlin, for each library, as its part of the error says."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    nw = pytest.importorskip("narwhals.stable.v2")
    texts = ["02.03.2026 08:00"]
    columns = {
        "pandas": pandas.Series(texts),
        "polars": polars.Series(texts),
        "narwhals": nw.from_native(pandas.Series(texts), series_only=True),
    }
    mapping = {"id": "id", "opened": "id"}
    with pytest.raises(InvalidValueError) as error:
        frames.gather_kpis_from(as_polars([one()]), catalogue.VOLUME, mapping, as_of=AS_OF)
    _, code = str(error.value).split("format and zone: ")
    first, second = code.split(" of polars")[0].split(", or ")
    for name, column in columns.items():
        lines = first if name == "pandas" else second
        parsed = eval(lines, {"pandas": pandas, "texts": column})  # noqa: S307  our own text
        assert parsed.to_list() == [datetime(2026, 3, 2, 8, tzinfo=ZoneInfo("Europe/Berlin"))]


def test_what_columns_cannot_answer_is_refused() -> None:
    """Functions of records, targets in business days, naive times and unknown columns."""
    frame, kpi = as_polars([one()]), catalogue.VOLUME
    with pytest.raises(InvalidValueError, match="not a function"):
        frames.gather_kpis_from(frame, kpi, MAPPING, as_of=AS_OF, group_by=len)
    by_page = HourBands([("office", OFFICE)], "event")  # pages are not in a row of a ticket
    with pytest.raises(InvalidValueError, match="a Group of records"):
        frames.gather_kpis_from(frame, kpi, MAPPING, as_of=AS_OF, group_by=by_page)
    days = SlaDefinition.resolution(target=BusinessDays(2), calendar=OFFICE)
    with pytest.raises(InvalidValueError, match="not open time alone"):
        frames.gather_kpis_from(frame, catalogue.sla_compliance(days), MAPPING, as_of=AS_OF)
    naive = frame.with_columns(polars.col("in").dt.replace_time_zone(None))
    with pytest.raises(InvalidValueError, match="name it first"):
        frames.gather_kpis_from(naive, kpi, MAPPING, as_of=AS_OF)
    texts = frame.with_columns(polars.col("in").dt.to_string("%Y-%m-%d %H:%M:%S"))
    for table in (texts, texts.to_pandas(), texts.to_arrow()):
        with pytest.raises(InvalidValueError, match=r"a column of String.*parse texts first"):
            frames.gather_kpis_from(table, kpi, MAPPING, as_of=AS_OF)
    with pytest.raises(InvalidValueError, match="a column of the frame: id, in"):
        frames.gather_kpis_from(frame, kpi, {**MAPPING, "state": "status"}, as_of=AS_OF)
    with pytest.raises(InvalidValueError, match="one of id, opened"):
        frames.gather_kpis_from(frame, kpi, {**MAPPING, "color": "x"}, as_of=AS_OF)


def test_a_frame_of_many_pieces_is_counted_whole() -> None:
    """More rows than are worked on at a time, lazy, with kinds that first come late."""
    rows = [one(id=str(n), done=START + timedelta(minutes=n)) for n in range(400)]
    rows += [one(id="x", done=None), one(id="y", priority="high", done=START - timedelta(1))]
    frame = polars.concat([as_polars(rows[:400])] * 170 + [as_polars(rows[400:])])
    kpis = (catalogue.MEDIAN_TIME_TO_RESOLVE, catalogue.BACKLOG)
    for form in (frame, frame.lazy(), frame.to_arrow().to_batches(max_chunksize=9_999)):
        how: Any = {"as_of": AS_OF, "group_by": "priority", "unique_ids": True}
        table = finish_partial(frames.gather_kpis_from(form, kpis, MAPPING, **how))
        usual = table.result("median_time_to_resolve", None)
        assert (usual.n, usual.value) == (68_000, timedelta(minutes=199, seconds=30))
        assert dict(usual.excluded) == {"unresolved": 1}
        odd = table.result("median_time_to_resolve", "high")
        assert dict(odd.excluded) == {"negative": 1}
        assert table.result("backlog", None).value == 1


def test_relations_and_files_are_read_by_batches(tmp_path: Path) -> None:
    """DuckDB relations and parquet files give what the frame gives; other files are refused."""
    duckdb = pytest.importorskip("duckdb")
    rows = [one(id=str(n), done=START + timedelta(minutes=n), site="x") for n in range(50)]
    frame = as_polars(rows)
    how: Any = {"as_of": AS_OF, "group_by": "custom.site"}
    expected = frames.gather_kpis_from(frame, catalogue.MEAN_TIME_TO_RESOLVE, MAPPING, **how)
    path = tmp_path / "tickets.parquet"
    frame.write_parquet(path)
    tickets_there = frame.to_arrow()  # noqa: F841  DuckDB finds it by its name
    for source in (path, str(path), duckdb.sql("select * from tickets_there"), [path]):
        part = frames.gather_kpis_from(source, catalogue.MEAN_TIME_TO_RESOLVE, MAPPING, **how)
        assert part == expected
    with pytest.raises(InvalidValueError, match=r"the path of a \.parquet file"):
        frames.gather_kpis_from("tickets.csv", KPIS[0], MAPPING, **how)


def test_what_lies_outside_a_window_is_in_no_group() -> None:
    """Mail took 2 h in the window; web took 10 h the day before, and counts nowhere."""
    day = timedelta(days=1)
    rows = [
        {**one(), "id": "A", "team": "mail", "in": START + day, "done": START + day + 2 * HOUR},
        {**one(), "id": "B", "team": "web", "in": START, "done": START + 10 * HOUR},
    ]
    part = frames.gather_kpis_from(
        polars.DataFrame(rows, schema=SCHEMA),
        [catalogue.MEAN_TIME_TO_RESOLVE],
        MAPPING,
        as_of=AS_OF,
        group_by="assignment_group",
        window=Interval(START + day, START + 2 * day),
    )
    found = [(row.group, row.value, row.n) for row in finish_partial(part).results if row.n]
    assert found == [(("mail",), 2 * HOUR, 1)]


def test_what_comes_and_goes_in_the_first_period_counts_once() -> None:
    """Three came and one went on the first day: the flow is 2, of three records."""
    flow = catalogue.BACKLOG_GROWTH
    rows = [{**one(done=None), "id": "B"}, {**one(done=None), "id": "C"}, one()]
    part = frames.gather_kpis_from(
        polars.DataFrame(rows, schema=SCHEMA), [flow], MAPPING, as_of=AS_OF, window=Periods("day")
    )
    table = finish_partial(part)
    first = table.results[0]
    assert (first.value, first.n) == (2, 3)


@pytest.mark.table
@pytest.mark.parametrize("mode", ["exact", "sketch"])
def test_rows_of_one_kind_have_times_of_their_own(mode: Any) -> None:
    """Alike but for when they were opened, answered and done: every KPI, also by groups."""
    plain = {
        "state": "Resolved", "priority": "1 - Critical", "team": "mail", "site": "x", "score": 3,
        "ack": None, "reply": None, "closed": None, "canceled": None,
    }  # fmt: skip
    rows = [
        {**plain, "id": str(n), "in": START + n * HOUR, "done": START + 3 * n * HOUR}
        for n in range(1, 12)
    ]
    rows += [
        {**row, "id": f"a{row['id']}", "ack": row["in"] + n * HOUR / 4, "state": "Closed"}
        | {"reply": row["in"] + n * HOUR / 3, "closed": row["done"] + n * HOUR}
        for n, row in enumerate(rows)
    ]
    rows += [
        {**plain, "id": f"o{n}", "in": START + 5 * n * HOUR, "done": None, "state": "New"}
        for n in range(3)
    ]
    rows.append({**plain, "id": "c", "in": START, "closed": START + 9 * HOUR, "state": "Closed"})
    kpis = KPIS if mode == "exact" else SKETCHED
    bands = HourBands([("office", OFFICE), ("night", NIGHTS)])
    for groups in ((), ("priority",), (AgeBuckets((1, 3)),), (bands,)):
        agree("polars", rows, kpis, as_of=AS_OF, group_by=groups, window=None, mode=mode)
    kpis = tuple(kpi for kpi in kpis if kpi.window_basis != "snapshot")
    agree("polars", rows, kpis, as_of=AS_OF, group_by=(), window=PERIODS, mode=mode)


def test_rows_that_are_not_of_one_kind_are_read_one_by_one() -> None:
    """A record chosen by its id, a resolution that came after another, a time that may be cut."""
    rows = [
        {**one(), "id": str(n), "done": START + n * HOUR, "state": "Resolved", "ack": START + HOUR}
        for n in range(5)
    ]
    rows += [one(id="open", done=None, ack=START), {**one(), "id": None}]
    cut = catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE.replace(
        population=AtMost(Duration(stop="acknowledged_at"), HOUR)
    )
    ids = Kpi(id="ids", measure=Count(), population=field("id").is_in("3", "open"))
    agree("polars", rows, (cut, ids), as_of=AS_OF, group_by=(), window=None)

    by_resolution = catalogue.MEAN_TIME_TO_RESOLVE.replace(window_basis="resolved")
    again = [{**row, "state": "In Progress"} if n % 2 else row for n, row in enumerate(rows[:5])]
    agree("polars", again, by_resolution, as_of=AS_OF, group_by=(), window=Interval(START, AS_OF))

    twice = SlaDefinition.resolution(hours=2, calendar=NIGHTS, reopen="new_cycle")
    mapping = {**MAPPING, "state_since": "canceled"}
    del mapping["canceled"]
    later = [{**row, "canceled": START + 30 * HOUR} for row in again]
    kpi = catalogue.sla_compliance(twice)
    part = frames.gather_kpis_from(as_polars(later), kpi, mapping, as_of=AS_OF)
    assert part == gather_kpis(kpi, read_table(later, mapping), as_of=AS_OF)
    assert {len(record.history) for record in read_table(later, mapping)} == {3, 4}


def test_a_parquet_file_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of other libraries need no Arrow; a file does."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r"a parquet file .*incidentcore\[arrow\]"):
        frames.gather_kpis_from("x.parquet", catalogue.VOLUME, MAPPING, as_of=AS_OF)


def test_no_frame_at_all_has_the_figures_of_no_record() -> None:
    """A list without batches is a frame without rows."""
    part = frames.gather_kpis_from([], catalogue.VOLUME, MAPPING, as_of=AS_OF)
    assert part == gather_kpis(catalogue.VOLUME, [], as_of=AS_OF)


def test_a_sum_of_times_and_rules_that_change_are_refused() -> None:
    """A ratio of two sums of times, and versions of a definition, are answered from records."""
    frame = as_polars([one()])
    parts = {"numerator": Duration(), "denominator": Duration(stop="closed_at")}
    ratio = Kpi(id="ratio", measure=RatioOfSums(**parts, of="time to close"))
    with pytest.raises(InvalidValueError, match=r"ratio.*a sum of times: use compute_kpis"):
        frames.gather_kpis_from(frame, ratio, MAPPING, as_of=AS_OF)
    calendars: Versions[BusinessCalendar] = Versions([(START, OFFICE), (AS_OF, NIGHTS)])
    versions = catalogue.sla_compliance(SlaDefinition.resolution(hours=9, calendar=calendars))
    with pytest.raises(InvalidValueError, match="its rules depend on the time"):
        frames.gather_kpis_from(frame, versions, MAPPING, as_of=AS_OF)


def test_outcomes_are_told_apart_by_value_and_calendars_by_identity() -> None:
    """An equal number is the same key, and so is the same calendar; a copy of it is not."""
    kpis = pytest.importorskip("incidentcore.frames.kpis")
    one, two = (BusinessCalendar(zone="UTC", hours={"mon": "09:00-17:00"}) for _ in range(2))
    assert kpis._key((int("1000000"), ["a", one])) == kpis._key((10**6, ["a", one]))
    assert kpis._key(one) != kpis._key(two)


def test_a_column_with_dots_is_a_group_and_a_population() -> None:
    """As of records; the column was not read, and each row was in the group without a value."""
    polars = pytest.importorskip("polars")
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    frame = polars.DataFrame({"id": ["A", "B"], "in": [at, at], "Res. Code": ["x", "y"]})
    only = catalogue.VOLUME.replace(id="only", population=field("custom.Res. Code").equals("x"))
    part = frames.gather_kpis_from(
        frame,
        [catalogue.VOLUME, only],
        {"id": "id", "opened": "in"},
        as_of=at,
        group_by="custom.Res. Code",
    )
    found = [(row.kpi, row.group, row.value) for row in finish_partial(part).results]
    assert found == [
        ("volume", ("x",), 1), ("volume", ("y",), 1), ("only", ("x",), 1), ("only", ("y",), 0),
    ]  # fmt: skip


def test_only_the_places_of_its_own_statistic_are_sorted() -> None:
    """Of nine times, the median is the fifth; nine tenths lie between the eighth and the ninth."""
    hours = [START + timedelta(hours=n) for n in (3, 1, 4, 9, 5, 2, 6, 8, 7)]
    frame = polars.DataFrame({"id": range(9), "in": [START] * 9, "out": hours, "end": hours})
    closing = Kpi(
        id="p90_closing",
        measure=Duration(stop="closed_at"),
        statistic=quantile("0.9"),
    )
    part = frames.gather_kpis_from(
        frame,
        [catalogue.MEDIAN_TIME_TO_RESOLVE, closing],
        {"id": "id", "opened": "in", "resolved": "out", "closed": "end"},
        as_of=AS_OF,
    )
    assert [cell.known for cell in part.row(((), None))] == [
        (9, {4: 5 * 3_600_000_000}),
        (9, {7: 8 * 3_600_000_000, 8: 9 * 3_600_000_000}),
    ]


def test_a_row_with_a_cell_that_cannot_be_read_is_reported() -> None:
    """Lists as groups, as a join may leave them: two of three rows are left out, and counted."""
    rows = [{"id": n, "in": START, "group": group} for n, group in enumerate([["a"], ["b"], None])]
    mapping, found = {"id": "id", "opened": "in", "group": "group"}, Findings()
    gather = partial(frames.gather_kpis_from, as_of=AS_OF, group_by="assignment_group")
    assert len(list(read_table(rows, mapping))) == 1
    for library in (polars, pandas):
        frame = library.DataFrame(rows)
        with pytest.warns(UserWarning, match=r"neither a text nor a number \(malformed_record 2\)"):
            part = gather(frame, catalogue.VOLUME, mapping)
        assert [(row.group, row.value) for row in finish_partial(part).results] == [((None,), 1)]
        gather(frame, catalogue.VOLUME, mapping, findings=found)
    assert dict(found.counts) == {"malformed_record": 4}


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([1, True, None], {"1": 1, "True": 1, None: 1}),
        ([True, 1, 1], {"True": 1, "1": 2}),
        ([1.0, 1, True], {"1": 2, "True": 1}),
    ],
    ids=repr,
)
def test_a_column_of_several_types_is_grouped_as_its_rows_are(
    values: list[Any], groups: dict[str | None, int]
) -> None:
    """A number and the True that equals it are two groups, whichever comes first."""
    frame = pandas.DataFrame({"id": [1, 2, 3], "in": [START] * 3})
    frame["group"] = pandas.Series(values, dtype=object)
    mapping = {"id": "id", "opened": "in", "group": "group"}
    part = frames.gather_kpis_from(
        frame, catalogue.VOLUME, mapping, as_of=AS_OF, group_by="assignment_group"
    )
    assert {row.group[0]: row.value for row in finish_partial(part).results} == groups


@pytest.mark.parametrize("library", [polars, pandas])
@pytest.mark.parametrize("no_id", [b"A", HOUR, ["A"], {"A": 1}], ids=repr)
def test_an_id_that_is_neither_text_nor_number_is_left_out(library: Any, no_id: object) -> None:
    """Three rows, none of which can be read: the table has no record, the columns no ticket."""
    rows = [{"id": no_id, "in": START}] * 3
    mapping, found = {"id": "id", "opened": "in"}, Findings()
    part = frames.gather_kpis_from(
        library.DataFrame(rows), catalogue.VOLUME, mapping, as_of=AS_OF, findings=found
    )
    reading = read_table(rows, mapping)
    assert finish_partial(part).result("volume").value == len(list(reading)) == 0
    assert dict(found.counts) == dict(reading.findings.counts) == {"malformed_record": 3}
    with pytest.warns(UserWarning, match=r"neither a text nor a number \(malformed_record 3\)"):
        frames.gather_kpis_from(library.DataFrame(rows), catalogue.VOLUME, mapping, as_of=AS_OF)
