"""Values as frames and back: typed columns, zones, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import FormatError, InvalidValueError, KpiDefinitionError
from incidentcore.kpi import catalogue, compute_kpis, finish_partial
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, assign, set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Actor, LintFinding
from incidentcore.vendors import read_table

polars = pytest.importorskip("polars")
pytest.importorskip("narwhals")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")
frames = pytest.importorskip("incidentcore.frames")

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-12:00"})


def desk() -> list[Incident]:
    """One incident that moved, and one that is new."""
    moved = Incident.open(id="A", title="x", by="kim", at=START, custom={"site": "S1"})
    moved = assign(moved, assignee="ann", group="mail", at=START + HOUR, by="ann")
    moved = advance(moved, "start", at=START + 2 * HOUR, by="ann")
    moved = assign(moved, assignee="bob", group="web", at=START + 5 * HOUR, by="ann")
    moved = advance(
        moved,
        "resolve",
        at=START + 6 * HOUR,
        by="bob",
        resolution_code="solved",
        resolution_notes="done",
    )
    return [moved, Incident.open(id="B", title="y", by="lee", at=START)]


def test_records_have_typed_columns() -> None:
    """Instants in UTC, counts, text; null where there is nothing, in each library."""
    names = ["id", "state", "opened_at", "resolved_at", "reassignment_count", "custom.site"]
    frame = frames.records_to_frame(desk(), library="polars", columns=names)
    assert frame.schema == {
        "id": polars.String,
        "state": polars.String,
        **dict.fromkeys(["opened_at", "resolved_at"], polars.Datetime("us", "UTC")),
        "reassignment_count": polars.Int64,
        "custom.site": polars.String,
    }
    assert frame.rows() == [
        ("A", "resolved", START, START + 6 * HOUR, 1, "S1"),
        ("B", "new", START, None, 0, None),
    ]
    table = frames.records_to_frame(desk(), library="pyarrow", columns=names)
    assert table.to_pylist() == frame.to_dicts()
    panda = frames.records_to_frame(desk(), library="pandas", columns=names)
    assert str(panda["opened_at"].dtype) == "datetime64[us, UTC]"
    assert [*panda["id"]] == ["A", "B"]


def test_what_a_source_does_not_supply_is_null() -> None:
    """The table has no reopenings and no replies, and C's resolution has no time (rule H2)."""
    lines = [
        "id,o,r,s",
        "A,2026-06-01 09:00,2026-06-01 12:00,Resolved",
        "C,2026-06-01 09:00,,Closed",
    ]
    columns = {"id": "id", "opened": "o", "resolved": "r", "state": "s"}
    names = ["id", "state", "resolved_at", "first_response_at", "reopen_count"]
    records = read_table(lines, columns, zone="UTC")
    frame = frames.records_to_frame(records, library="polars", columns=names)
    assert frame.rows() == [
        ("A", "resolved", START + 3 * HOUR, None, None),
        ("C", "closed", None, None, None),
    ]


def test_time_in_a_field_is_counted_by_its_values() -> None:
    """By state and by group, by wall time and by a calendar, up to an instant."""
    how: Any = {"library": "polars", "columns": ["id"], "as_of": START + 10 * HOUR}
    by_state = frames.records_to_frame(desk(), time_in="state", **how)
    assert by_state.to_dicts() == [
        {
            "id": "A",
            "time_in.in_progress": 4 * HOUR,
            "time_in.new": 2 * HOUR,
            "time_in.resolved": 4 * HOUR,
        },
        {
            "id": "B",
            "time_in.in_progress": None,
            "time_in.new": 10 * HOUR,
            "time_in.resolved": None,
        },
    ]
    by_group = frames.records_to_frame(desk(), time_in="assignment_group", clock=OFFICE, **how)
    assert by_group.row(0, named=True) == {
        "id": "A",
        "time_in.(none)": HOUR,
        "time_in.mail": 2 * HOUR,
        "time_in.web": timedelta(),
    }
    with pytest.raises(InvalidValueError, match="up to which time_in is counted"):
        frames.records_to_frame(desk(), library="polars", time_in="state")


def test_time_in_a_part_of_a_field_ends_with_what_is_asked() -> None:
    """A dotted field counts by its part; what came after the instant does not count."""
    record = Incident.open(id="A", title="x", by="kim", at=START, custom={"site": "S1"})
    record = set_fields(record, custom={"site": "S2"}, at=START + 2 * HOUR, by="ann")
    record = set_fields(record, custom={"site": "S3"}, at=START + 9 * HOUR, by="ann")
    how: Any = {"library": "polars", "columns": ["id"], "as_of": START + 5 * HOUR}
    by_site = frames.records_to_frame([record], time_in="custom.site", **how)
    assert by_site.to_dicts() == [
        {"id": "A", "time_in.S1": 2 * HOUR, "time_in.S2": 3 * HOUR},
    ]
    by_name = frames.records_to_frame([record], time_in="state.name", **how)
    assert by_name.to_dicts() == [{"id": "A", "time_in.new": 5 * HOUR}]
    coded = set_fields(record, custom={"Res. Code": "x"}, at=START + 4 * HOUR, by="ann")
    by_code = frames.records_to_frame([coded], time_in="custom.Res. Code", **how)
    assert by_code.to_dicts() == [{"id": "A", "time_in.(none)": 4 * HOUR, "time_in.x": HOUR}]
    with pytest.raises(InvalidValueError, match="field"):
        frames.records_to_frame([coded], time_in="version", **how)


def test_values_of_several_parts_are_one_text() -> None:
    """A path of categories, words in order, a person by id, other values by their names."""
    record = Incident.open(
        id="A",
        title="x",
        by="kim",
        at=START,
        category=("mail", "smtp"),
        tags=["b", "a"],
        custom={"site": "S1", "zone": ZoneInfo("Europe/Berlin"), "owner": Actor("ann")},
    )
    names = [
        "category",
        "tags",
        "custom",
        "custom.zone",
        "custom.owner",
        "closed_at",
        "description",
    ]
    frame = frames.records_to_frame([record], library="polars", columns=names)
    assert frame.schema["closed_at"] == polars.Datetime("us", "UTC")
    assert frame.schema["description"] == polars.String
    category, tags, custom, zone, owner, closed, description = frame.row(0)
    assert (category, tags, zone, owner) == ("mail/smtp", "a b", "Europe/Berlin", "ann")
    assert closed is None
    assert custom.startswith("{'owner': ")
    assert description == ""
    bare = Incident.open(id="B", title="y", by="kim", at=START)
    assert frames.records_to_frame(
        [bare], library="polars", columns=["category", "tags"]
    ).rows() == [(None, None)]
    (by,) = frames.to_frame(record.history, library="polars")["by"]
    assert by == "kim"


def test_values_of_a_frame_without_a_truth_are_read() -> None:
    """Missing values of pandas are none; an array in a cell stays what it is."""
    numpy = pytest.importorskip("numpy")
    frame = pandas.DataFrame(
        {"n": pandas.array([1, None], dtype="Int64"), "v": [numpy.array([1, 2]), "x"]}
    )
    first, second = frames.rows(frame)
    assert (first["n"], second) == (1, {"n": None, "v": "x"})
    assert [*first["v"]] == [1, 2]


def test_histories_statuses_tables_and_findings_are_frames() -> None:
    """One row for each, with the kind's own columns; another kind or a mixture is refused."""
    events = [event for record in desk() for event in record.history]
    frame = frames.to_frame(events, library="polars")
    assert frame["kind"].to_list()[:3] == ["opened", "assigned", "state_changed"]
    assert frame["at"].dtype == polars.Datetime("us", "UTC")

    definition = SlaDefinition.resolution(hours=2, calendar=OFFICE)
    statuses = [evaluate_sla(definition, record, now=START + 9 * HOUR) for record in desk()]
    frame = frames.to_frame(statuses, library="polars")
    assert frame.select("record_id", "stage", "target", "breached").rows() == [
        ("A", "stopped", 2 * HOUR, True),
        ("B", "running", 2 * HOUR, True),
    ]

    table = compute_kpis(
        [catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE], desk(), as_of=START + 9 * HOUR
    )
    frame = frames.to_frame(table, library="polars")
    assert frame.select("kpi", "value", "n").rows() == [
        ("volume", 2.0, 2),
        ("mean_time_to_resolve", 6.0, 1),
    ]

    for library in ("pandas", "pyarrow"):
        other = frames.to_frame(table, library=library)
        assert polars.DataFrame(other)["numerator"].to_list() == [None, None]
        assert polars.DataFrame(other)["high"].dtype == polars.Float64
        assert len(frames.to_frame(statuses, library=library)) == 2

    reading = read_table([{"id": "1", "in": "long ago"}], {"id": "id", "opened": "in"})
    assert list(reading) == []
    assert frames.to_frame(reading.findings, library="polars")["code"][0] == "unreadable_time"
    lint = [LintFinding("gap", "mon", texts={"gap": "Nobody is there."})]
    assert frames.to_frame(lint, library="polars").rows() == [("gap", "mon", "Nobody is there.")]
    assert frames.to_frame([], library="polars").shape == (0, 0)
    with pytest.raises(InvalidValueError, match="a KpiTable; or events"):
        frames.to_frame([*lint, *events], library="polars")
    with pytest.raises(InvalidValueError, match="pandas, polars, pyarrow"):
        frames.to_frame(lint, library="excel")


def test_figures_without_a_value_have_the_type_of_those_with_one() -> None:
    """A rate and a mean alone make frames that can be joined below each other."""
    kpis = [catalogue.MEAN_TIME_TO_RESOLVE, catalogue.VOLUME, catalogue.REOPEN_RATE]
    tables = [compute_kpis(kpi, desk(), as_of=START + 9 * HOUR) for kpi in kpis]
    parts = [frames.to_frame(table, library="polars") for table in tables]
    assert polars.concat(parts)["denominator"].to_list() == [None, None, 1.0]
    assert {part.schema["low"] for part in parts} == {polars.Float64}


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended in an error of the library's import, deep in another package."""

    def absent(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'polars'")

    monkeypatch.setattr("incidentcore.frames.tables.nw.from_dict", absent)
    with pytest.raises(InvalidValueError, match="'polars'; allowed: an installed library: python"):
        frames.records_to_frame(desk(), library="polars")


def test_a_table_of_figures_is_an_arrow_table() -> None:
    """polars, pyarrow and others take it as it is, with numbers as numbers."""
    table = compute_kpis([catalogue.VOLUME, catalogue.MEAN_TIME_TO_CLOSE], desk(), as_of=START)
    arrow = pyarrow.table(table)
    assert arrow.column_names == list(next(iter(table)))
    assert polars.DataFrame(table)["value"].to_list() == [2.0, None]
    assert polars.DataFrame(table)["n"].dtype == polars.Int64


moments = st.none() | st.integers(0, 10_000).map(lambda minute: START + timedelta(minutes=minute))
tickets = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.uuids().map(str),
            "in": moments,
            "out": moments,
            "team": st.sampled_from([None, "a"]),
        }
    )
)


@given(tickets, st.sampled_from(["pandas", "polars", "pyarrow"]))
def test_rows_of_a_frame_are_read_like_the_rows_themselves(
    entries: list[dict[str, Any]], library: str
) -> None:
    """The incidents of a frame's rows are those of the rows, findings included."""
    mapping = {"id": "id", "opened": "in", "resolved": "out", "group": "team"}
    times = {"in": polars.Datetime("us", "UTC"), "out": polars.Datetime("us", "UTC")}
    frame = polars.DataFrame(entries, schema={"id": str, **times, "team": str})
    forms = {"polars": frame, "pyarrow": frame.to_arrow()}
    forms["pandas"] = pandas.DataFrame(frame.to_dict(as_series=False))
    given_rows, read = (
        read_table(entries, mapping),
        read_table(frames.rows(forms[library]), mapping),
    )
    assert list(read) == list(given_rows)
    assert [each.code for each in read.findings] == [each.code for each in given_rows.findings]


@pytest.mark.parametrize("records", [[], desk()])
def test_a_field_that_no_record_has_takes_no_time(records: list[Incident]) -> None:
    """It is refused, with or without records."""
    how: Any = {"columns": ["id"], "as_of": START, "library": "polars"}
    with pytest.raises(KpiDefinitionError, match="got 'stat'"):
        frames.records_to_frame(records, time_in="stat", **how)


def test_rows_with_what_pandas_and_numpy_have_for_nothing() -> None:
    """NA was a TypeError, and a time in nanoseconds was left out as a number."""
    numpy = pytest.importorskip("numpy")
    rows = [
        {
            "id": "A",
            "in": numpy.datetime64("2026-06-01T09:00", "ns"),
            "out": pandas.NaT,
            "p": pandas.NA,
        },
        {
            "id": "B",
            "in": numpy.datetime64("2026-06-01T09:00"),
            "out": numpy.datetime64("NaT"),
            "p": numpy.nan,
        },
        {"id": numpy.int64(7), "in": START, "out": None, "p": numpy.str_("high")},
    ]
    mapping = {"id": "id", "opened": "in", "resolved": "out", "priority": "p"}
    reading = read_table(
        [{**row, "more": numpy.array([1, 2])} for row in rows], mapping, zone="UTC"
    )
    found = [
        (one.id, one.opened_at, one.resolved_at, one.priority and one.priority.name)
        for one in reading
    ]
    assert found == [("A", START, None, None), ("B", START, None, None), ("7", START, None, "high")]


def test_rows_of_a_frame_in_the_hour_that_comes_twice() -> None:
    """02:30 to 02:45: 75, 15 and 15 minutes, by hand; all three were 75 min."""
    first, second = (
        pandas.to_datetime(["2026-10-25 02:30", "2026-10-25 02:30", "2026-10-25 02:30"]),
        pandas.to_datetime(["2026-10-25 02:45", "2026-10-25 02:45", "2026-10-25 02:45"]),
    )
    numpy = pytest.importorskip("numpy")
    frame = pandas.DataFrame(
        {
            "id": list("ABC"),
            "in": first.tz_localize("Europe/Berlin", ambiguous=numpy.array([True, False, True])),
            "out": second.tz_localize("Europe/Berlin", ambiguous=numpy.array([False, False, True])),
        }
    )
    mapping = {"id": "id", "opened": "in", "resolved": "out"}
    as_of = datetime(2026, 11, 1, tzinfo=UTC)
    records = list(read_table(frames.rows(frame), mapping))
    by_records = compute_kpis(catalogue.MEAN_TIME_TO_RESOLVE, records, as_of=as_of)
    part = frames.gather_kpis_from(frame, catalogue.MEAN_TIME_TO_RESOLVE, mapping, as_of=as_of)
    assert [(r.value, r.n) for r in by_records.results] == [(timedelta(minutes=35), 3)]
    assert finish_partial(part).results == by_records.results


def test_nanoseconds_are_cut_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    frame = pandas.DataFrame({"at": [pandas.Timestamp("2026-06-01T09:00:00.000000999Z")]})
    assert list(frames.rows(frame)) == [{"at": START}]
    assert not recwarn.list


def test_columns_without_a_text_each_are_refused() -> None:
    """With the error of a library before, or a KeyError."""
    twice = pandas.DataFrame([["A", "B"]], columns=["x", "x"])
    arrow = pyarrow.table([pyarrow.array(["A"]), pyarrow.array(["B"])], names=["x", "x"])
    for frame in (
        twice,
        arrow,
        pandas.DataFrame([["A", "B"]]),
        pandas.DataFrame({("a", "b"): [1]}),
    ):
        with pytest.raises(
            InvalidValueError, match=r"texts as names, all different; set frame\.columns"
        ):
            list(frames.rows(frame))
    for frame in (twice, arrow):
        with pytest.raises(FormatError, match="@ source"):
            list(read_table(frame, {"id": "x", "opened": "x"}))


@pytest.mark.parametrize("nothing", [None, float("nan"), "NaT"])
def test_a_column_of_times_in_which_nothing_is(nothing: Any) -> None:
    """As where nothing is resolved yet: of any type it was refused as texts or numbers."""
    empty = pandas.Series([nothing] * 2, dtype="datetime64[us]" if nothing == "NaT" else None)
    frame = pandas.DataFrame({"id": ["A", "B"], "in": [START, START], "out": empty})
    several = [frame]
    if nothing is None:
        several += [polars.DataFrame({"id": ["A", "B"], "in": [START, START], "out": [None, None]})]
    for one in several:
        mapping = {"id": "id", "opened": "in", "resolved": "out"}
        part = frames.gather_kpis_from(one, catalogue.BACKLOG, mapping, as_of=START + HOUR)
        assert [row.value for row in finish_partial(part).results] == [2]
        assert (
            frames.open_time(OFFICE, one["in"], one["out"]).is_null().all()
            if one is not frame
            else True
        )


def test_rows_of_pandas_are_python_values() -> None:
    """An instant, a time span and a number, and None for what is missing."""
    columns = {"at": [pandas.Timestamp(START), pandas.NaT], "took": [pandas.Timedelta(HOUR), None]}
    found = [*frames.rows(pandas.DataFrame({**columns, "n": [2, 3]}))]
    assert found == [{"at": START, "took": HOUR, "n": 2}, {"at": None, "took": None, "n": 3}]
    assert [*map(type, found[0].values())] == [datetime, timedelta, int]
    numpy = pytest.importorskip("numpy")
    objects = pandas.DataFrame({"n": [numpy.int64(3)], "many": [numpy.array([1, 2])]}, dtype=object)
    [row] = frames.rows(objects)
    assert (type(row["n"]), row) == (int, {"n": 3, "many": [1, 2]})


def test_a_frame_of_events_or_statuses_has_all_their_columns() -> None:
    """Resolved after six hours, of which three were open until noon: an hour over its two."""
    record, other = desk()
    frame = frames.to_frame(record.history, library="polars")
    opening = record.history[0]
    assert frame.row(0, named=True) == {
        "record_id": "A",
        "sequence": 1,
        "id": opening.id,
        "kind": "opened",
        "at": START,
        "recorded_at": START,
        "by": "kim",
        "role": opening.by.role,
        "state": "new",
    }
    definition = SlaDefinition.resolution(hours=2, calendar=OFFICE)
    statuses = [evaluate_sla(definition, one, now=START + 9 * HOUR) for one in (record, other)]
    late = {
        "record_id": "A",
        "definition": "resolution",
        "stage": "stopped",
        "started_at": START,
        "stopped_at": START + 6 * HOUR,
        "target": 2 * HOUR,
        "elapsed": 3 * HOUR,
        "remaining": -HOUR,
        "due_at": START + 2 * HOUR,
        "breached": True,
        "breached_at": START + 2 * HOUR,
        "paused_open_time": 0 * HOUR,
    }
    open_still = {**late, "record_id": "B", "stage": "running", "stopped_at": None}
    frame = frames.to_frame(statuses, library="polars")
    assert frame.rows(named=True) == [late, open_still]
    finding = LintFinding("gap", "mon", texts={"gap": "Nobody is there."})
    frame = frames.to_frame([finding], library="polars")
    assert frame.columns == ["code", "subject", "message"]
    reading = read_table([{"id": "1", "in": "long ago"}], {"id": "id", "opened": "in"})
    assert list(reading) == []
    frame = frames.to_frame(reading.findings, library="polars")
    assert frame.columns == ["row", "key", "field", "value", "code", "action", "path", "count"]


def test_columns_of_pandas_hold_what_is_missing() -> None:
    """Whole numbers and truths that may be missing, instants and spans in microseconds."""
    definition = SlaDefinition.resolution(hours=2, calendar=OFFICE)
    statuses = [evaluate_sla(definition, one, now=START + 9 * HOUR) for one in desk()]
    types = frames.to_frame(statuses, library="pandas").dtypes.astype(str)
    assert types[["started_at", "stopped_at", "target", "breached"]].tolist() == [
        *("datetime64[us, UTC]", "datetime64[us, UTC]", "timedelta64[us]", "boolean"),
    ]
    table = compute_kpis(
        [catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE], desk(), as_of=START + 9 * HOUR
    )
    assert str(frames.to_frame(table, library="pandas")["value"].dtype) == "float64"
    columns = ["reassignment_count", "resolved_at"]
    frame = frames.records_to_frame(desk()[1:], library="pandas", columns=columns)
    assert frame.dtypes.astype(str).tolist() == ["Int64", "datetime64[us, UTC]"]
    frame = frames.records_to_frame(desk()[1:], library="polars", columns=columns)
    assert frame["resolved_at"].dtype == polars.Datetime("us", "UTC")
