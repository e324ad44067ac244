"""Columns in and out: zones, units, nulls, and the places of values."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from dateutil.tz import gettz

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.kpi import Count, Kpi, compute_kpis, finish_partial
from incidentcore.schedule import BusinessCalendar
from incidentcore.vendors import read_table

np = pytest.importorskip("numpy")
nw = pytest.importorskip("narwhals.stable.v2")
native = pytest.importorskip("incidentcore.frames.native")
frames = pytest.importorskip("incidentcore.frames")

AT = datetime(2026, 3, 29, 1, 30, 0, 123, tzinfo=UTC)


def columns(values: list[Any]) -> list[Any]:
    """Return the same values in each library that is installed."""
    found = []
    for name in ("pandas", "polars", "pyarrow"):
        if importlib.util.find_spec(name) is not None:
            library = importlib.import_module(name)
            arrow = name == "pyarrow"
            found.append(library.chunked_array([values]) if arrow else library.Series(values))
    return found


def test_instants_are_microseconds_in_any_zone_and_unit() -> None:
    """Nanoseconds are cut, zones are converted, nulls are one value."""
    expected = [int((AT - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))]
    expected.append(native.MISSING)
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    local = (
        pandas.Series([AT, None])
        .dt.tz_convert("Europe/Berlin")
        .astype("datetime64[ns, Europe/Berlin]")
    )
    zoned = polars.Series([AT, None]).dt.convert_time_zone("America/St_Johns")
    for column in (*columns([AT, None]), local, zoned):
        assert native.as_instants(column, "at").tolist() == expected


@pytest.mark.parametrize(
    "zone",
    [
        *("America/New_York", "America/Port-au-Prince", "Etc/GMT+5", "America/Indiana/Knox"),
        *("EST5EDT", "+02:00", timezone(-timedelta(hours=3, minutes=30)), gettz("Asia/Tokyo")),
    ],
)
def test_every_zone_of_pandas_is_read(zone: Any) -> None:
    """Names with an underscore, a hyphen or a plus, offsets, and zones of dateutil."""
    pandas = pytest.importorskip("pandas")
    local = pandas.Series([AT, AT + timedelta(hours=5)]).dt.tz_convert(zone)
    start = int((AT - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    expected = [start, start + 5 * 3_600_000_000]
    for column in (local, nw.from_native(local, series_only=True)):
        assert native.as_instants(column, "at").tolist() == expected
    counts: dict[str, int] = {}
    spans = frames.open_time(BusinessCalendar.always(), local, local.max(), counts=counts)
    assert (spans.tolist(), counts) == ([timedelta(hours=5), timedelta(0)], {})
    frame = pandas.DataFrame({"id": ["A", "B"], "in": local, "seen": local})
    part = frames.gather_kpis_from(
        frame,
        Kpi(id="late", measure=Count(), population=field("custom.seen").present()),
        {"id": "id", "opened": "in"},
        as_of=AT + timedelta(days=1),
    )
    assert finish_partial(part)["late"].value == 2


@pytest.mark.parametrize(
    "values", [["b", "a", None, "b"], [3, 1, None, 3], [True, False, None, True], [None] * 4]
)
def test_places_lead_back_to_the_values(values: list[Any]) -> None:
    """For every library, each row's place holds its value, and missing ones hold None."""
    for column in columns(values):
        places, seen = native.codes_of(nw.from_native(column, series_only=True))
        assert [seen[place] for place in places] == values


def test_categories_have_places_too() -> None:
    """Dictionaries of any library, also in several pieces."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    values = ["b", "a", None, "b"]
    pieces = [pyarrow.array(part).dictionary_encode() for part in (values[:1], values[1:])]
    for column in (
        pandas.Series(values, dtype="category"),
        polars.Series(values, dtype=polars.Categorical),
        pyarrow.chunked_array(pieces),
        polars.DataFrame({"x": values}, schema={"x": polars.Enum(["b", "a"])}).to_arrow()["x"],
    ):
        places, seen = native.codes_of(nw.from_native(column, series_only=True))
        assert [seen[place] for place in places] == values


def test_durations_are_microseconds_in_any_library_and_unit() -> None:
    """Columns, arrays and one duration; numbers and texts are refused by their type."""
    spans = [timedelta(hours=1), timedelta(microseconds=-3)]
    expected = [3_600_000_000, -3]
    for column in (*columns(spans), np.array([3_600_000, 0], "timedelta64[ms]")):
        assert native.as_spans(column, "budget").tolist()[:1] == expected[:1]
    for column in columns(spans):
        assert native.as_spans(column, "budget").tolist() == expected
    assert native.as_spans(spans[1], "budget").tolist() == [-3]
    for wrong in (*columns([1, 2]), np.array([1, 2])):
        with pytest.raises(InvalidValueError, match=r"budget: got .*allowed: .*timedelta"):
            native.as_spans(wrong, "budget")


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], None, [1, 2]],
        [{"a": [1]}, {"a": None}, {"a": [1]}],
        [{"name": "x"}, None, {"name": "x"}],
        [["vpn", "mail"], [], None],
    ],
)
def test_what_has_no_hash_has_places_too(values: list[Any]) -> None:
    """Lists and structures of a column, of any library, are compared part by part."""
    for column in columns(values):
        places, seen = native.codes_of(nw.from_native(column, series_only=True))
        assert [seen[place] for place in places] == values
        assert len(seen) <= len(values)
        calendars = {"x": BusinessCalendar.always()}
        spans = frames.open_time(calendars, columns([AT] * 3)[0], AT, by=column)
        assert nw.from_native(spans, series_only=True).is_null().all()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_what_is_equal_but_no_more_the_same_has_places_of_its_own(library: str) -> None:
    """A column of objects: 1, True, 1.0 and 1 as a decimal are equal to Python, also in lists."""
    kinds = [1, True, 1.0, Decimal(1), Decimal("1.0"), "1", None]
    values = [*kinds, *([kind] for kind in kinds), *kinds]
    space = pytest.importorskip(library)
    places, seen = native.codes_of(
        nw.from_native(space.Series(values, dtype=object), series_only=True)
    )
    assert places.tolist() == [*range(14), *range(7)]
    assert list(map(repr, seen)) == list(map(repr, values[:14]))


def test_arrays_in_cells_are_compared_by_their_values() -> None:
    """As pandas holds the lists of a file: two equal arrays have one place."""
    pandas = pytest.importorskip("pandas")
    column = pandas.Series([np.array([1, 2]), np.array([3]), np.array([1, 2])])
    places, seen = native.codes_of(nw.from_native(column, series_only=True))
    assert places.tolist() == [0, 1, 0]
    assert [value.tolist() for value in seen] == [[1, 2], [3]]


def test_not_a_number_is_none() -> None:
    polars = pytest.importorskip("polars")
    column = polars.Series([1.5, float("nan"), None])
    places, seen = native.codes_of(nw.from_native(column, series_only=True))
    assert [seen[place] for place in places] == [1.5, None, None]


def test_parts_of_a_structure_are_groups_and_tags_a_list() -> None:
    """By the name in a structure, and by a word in a list, as of the rows read one by one."""
    rows = [{"id": n, "in": AT, "f": {"name": "x"}, "t": ["vpn", "mail"]} for n in (1, 2)]
    rows.append({"id": 3, "in": AT, "f": {"name": "y"}, "t": None})
    fields = {"id": "id", "opened": "in", "tags": "t"}
    kpis = [Kpi(id="vpn", measure=Count(), population=field("tags").contains("vpn"))]
    kpis.append(Kpi(id="all", measure=Count()))
    how: Any = {"as_of": AT + timedelta(days=1), "group_by": "custom.f.name"}
    expected = compute_kpis(kpis, read_table(rows, fields), **how).results
    assert [(one.kpi, one.group, one.n) for one in expected] == [
        ("vpn", ("x",), 2),
        ("vpn", ("y",), 0),
        ("all", ("x",), 2),
        ("all", ("y",), 1),
    ]
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    for make in (pandas.DataFrame, polars.DataFrame, pyarrow.Table.from_pylist):
        found = frames.gather_kpis_from(make(rows), kpis, fields, **how)
        assert finish_partial(found).results == expected


def test_a_few_values_of_a_large_dictionary_have_small_places() -> None:
    """Two words of two thousand are numbered 0 and 1."""
    polars = pytest.importorskip("polars")
    words = [f"w{number:04}" for number in range(2_000)]
    column = polars.Series(words, dtype=polars.Enum(words)).gather([1_999, 7, 1_999])
    places, seen = native.codes_of(nw.from_native(column, series_only=True))
    assert [seen[place] for place in places] == ["w1999", "w0007", "w1999"]
    assert sorted(set(places.tolist())) == [0, 1]


def test_columns_that_are_no_times_say_how_to_make_them() -> None:
    """Each hint gives the column that it promises: 2 March 2026, 9 o'clock."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    whole = [int(at.timestamp() * 1_000_000)]
    objects = pandas.Series([at], dtype=object)
    with pytest.raises(InvalidValueError, match=r"pandas.to_datetime\(column, utc=True\)"):
        native.as_instants(objects, "at")
    assert native.as_instants(pandas.to_datetime(objects, utc=True), "at").tolist() == whole
    for numbers in (pandas.Series([1772442000]), polars.Series([1772442000])):
        with pytest.raises(InvalidValueError, match="read numbers since 1970 first"):
            native.as_instants(numbers, "at")
    index = pandas.DatetimeIndex([at])
    for several, name in ((index, "a DatetimeIndex"), ([at], "a list")):
        hint = rf"at: got '{name}'; .*; pandas\.Series\(values\) makes a list or an index a column$"
        with pytest.raises(InvalidValueError, match=hint):
            native.as_instants(several, "at")
        assert native.as_instants(pandas.Series(several), "at").tolist() == whole
    with pytest.raises(InvalidValueError, match=r"budget: got 'an int'; .*, or a timedelta$"):
        native.as_spans(4, "budget")
    made = pandas.to_datetime(pandas.Series([1772442000]), unit="s", utc=True)
    assert native.as_instants(made, "at").tolist() == whole
    made = polars.from_epoch(polars.Series([1772442000]), time_unit="s")
    assert native.as_instants(made.dt.replace_time_zone("UTC"), "at").tolist() == whole
    days = polars.Series([at.date()])
    with pytest.raises(InvalidValueError, match="make dates times in a zone first"):
        native.as_instants(days, "at")
    local = days.cast(polars.Datetime).dt.replace_time_zone("Europe/Berlin")
    assert native.as_instants(local, "at").tolist() == [whole[0] - 10 * 3_600_000_000]


@pytest.mark.parametrize("kind", ["null", "string", "int64", "bool_", "date32"])
def test_a_column_of_nothing_holds_no_instant(kind: str) -> None:
    """Of any type, as where nothing is resolved yet; one of no rows too."""
    pyarrow = pytest.importorskip("pyarrow")
    for size in (0, 1, 3):
        column = pyarrow.chunked_array([pyarrow.nulls(size, getattr(pyarrow, kind)())])
        assert native.as_instants(column, "at").tolist() == [native.MISSING] * size


@pytest.mark.parametrize(
    ("value", "kind", "hint"),
    [
        ("2026-03-02", "String", "; parse texts first"),
        (date(2026, 3, 2), "Date", "; make dates times in a zone first"),
        (1_772_442_000, "Int64", "; read numbers since 1970 first"),
        (1_772_442_000.5, "Float64", "; read numbers since 1970 first"),
        (True, "Boolean", ", or a datetime$"),
        (datetime(2026, 3, 2), "Datetime", "times with a zone; name it first"),  # noqa: DTZ001
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_type_that_is_no_time_has_its_hint(value: Any, kind: str, hint: str) -> None:
    """In Arrow, whose columns have one type each; a null among them changes nothing."""
    pyarrow = pytest.importorskip("pyarrow")
    for values in ([value], [None, value]):
        with pytest.raises(InvalidValueError, match=f"a column of {kind}.*{hint}"):
            native.as_instants(pyarrow.chunked_array([values]), "at")


class Never(datetime):
    """A datetime that is not a time, as pandas.NaT is."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


def test_what_is_not_a_time_is_no_instant() -> None:
    """It is a datetime to Python; a column in its place is asked for."""
    for read, kind in ((native.as_instants, "times with a zone"), (native.as_spans, "durations")):
        with pytest.raises(
            InvalidValueError, match=f"end: got 'a Never'; allowed: a column of {kind}"
        ):
            read(Never(2026, 3, 2, tzinfo=UTC), "end")
    hour = datetime(1970, 1, 1, 1, tzinfo=UTC)
    assert native.as_instants(hour, "end").tolist() == [3_600_000_000]


def test_columns_of_one_frame_have_one_index() -> None:
    """Rows were taken in their order: the reversed ends gave 3, 2 and 1 hours for 1, 2 and 3."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    always = BusinessCalendar(zone="UTC", hours={"mon-sun": "00:00-24:00"})
    start = pandas.Series([AT] * 3)
    end = pandas.Series([AT + timedelta(hours=n) for n in (1, 2, 3)])
    hours = [timedelta(hours=n) for n in (1, 2, 3)]
    assert frames.open_time(always, start, end).tolist() == hours
    for other in (end[::-1], end.set_axis([5, 6, 7])):
        with pytest.raises(
            InvalidValueError,
            match=r"differ in their index.; allowed: columns with one index; reset",
        ):
            frames.open_time(always, start, other)
    with pytest.raises(InvalidValueError, match="differ in their index"):
        frames.open_time({"a": always}, start, end, by=pandas.Series(["a"] * 3, index=[5, 6, 7]))
    for other in (polars.Series(end.tolist()), pyarrow.chunked_array([end.tolist()])):
        assert frames.open_time(always, start, other).tolist() == hours


FEW = native._FEW


@pytest.mark.parametrize(
    "ids",
    [
        [], [0], [-1, -1], [0, 2, 2], [3, 0, -1, 3], [2, 1, 0, 1], [-1, 0, 1, 0],
        [*range(FEW - 1), 0], [*range(FEW), 0], [0, FEW - 2], [0, FEW - 1], [-1, FEW, 3],
        [*range(0, 5_000, 3), 3], [10**6, 0, 10**6, -1], [1_005, 7], [1_006, 7], [1_007, 7],
    ],
)  # fmt: skip
def test_codes_are_numbered_in_each_way(ids: list[int]) -> None:
    """Few codes, many, with gaps, with none and far apart: the distinct ones, ascending."""
    seen, first, places = native._unique_small(np.array(ids, np.int64))
    assert seen == sorted(set(ids))
    assert first == [ids.index(code) for code in seen]
    assert places.tolist() == [seen.index(code) for code in ids]
    assert places.dtype == np.int32
