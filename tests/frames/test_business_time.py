"""Business time of columns: what the calendar answers one by one, for whole columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.testing import calendars

np = pytest.importorskip("numpy")
pytest.importorskip("narwhals")
frames = pytest.importorskip("incidentcore.frames")

BASE = datetime(2026, 3, 1, tzinfo=UTC)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
NIGHTS = BusinessCalendar(zone="Europe/Berlin", hours={"mon-sun": "22:07-06:01"})
ZONES = (
    *("Africa/Cairo", "Africa/Casablanca", "America/Anchorage", "America/Asuncion"),
    *("America/Caracas", "America/Havana", "America/Los_Angeles", "America/New_York"),
    *("America/Nuuk", "America/Santiago", "America/Sao_Paulo", "America/St_Johns"),
    *("Antarctica/Troll", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem"),
    *("Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo", "Australia/Lord_Howe"),
    *("Australia/Sydney", "Europe/Berlin", "Europe/Dublin", "Europe/Istanbul", "Europe/Moscow"),
    *("Pacific/Apia", "Pacific/Chatham", "Pacific/Norfolk"),
)


def array(instants: list[datetime | None]) -> Any:
    plain = [None if at is None else at.astimezone(UTC).replace(tzinfo=None) for at in instants]
    return np.array(plain, "datetime64[us]")


def pandas_series(instants: list[datetime | None]) -> Any:
    pandas = pytest.importorskip("pandas")
    places = range(7, 7 + len(instants))
    return pandas.Series(array(instants), index=places).dt.tz_localize("UTC")


def polars_series(instants: list[datetime | None]) -> Any:
    polars = pytest.importorskip("polars")
    return polars.Series(instants, dtype=polars.Datetime("us", "UTC"))


def arrow_column(instants: list[datetime | None]) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.chunked_array([pyarrow.array(instants, pyarrow.timestamp("us", "UTC"))])


def listed(answer: Any) -> list[Any]:
    """Return a column of any library as a list, None where it is null."""
    for name in ("to_list", "to_pylist", "tolist"):
        if hasattr(answer, name):
            values = getattr(answer, name)()
            return [None if str(value) in {"None", "NaT", "<NA>"} else value for value in values]
    raise AssertionError(type(answer))


LIBRARIES = [
    pytest.param(array, id="numpy"),
    pytest.param(pandas_series, id="pandas"),
    pytest.param(polars_series, id="polars"),
    pytest.param(arrow_column, id="pyarrow"),
]


def transitions(key: str, years: range) -> list[datetime]:
    """Return every change of a zone's offset in some years, to the minute."""
    zone = ZoneInfo(key)
    found = []
    at, end = datetime(years[0], 1, 1, tzinfo=UTC), datetime(years[-1] + 1, 1, 1, tzinfo=UTC)
    while at < end:
        then = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset():
            low, high = at, then
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
                middle = max(middle, low + timedelta(minutes=1))
                same = low.astimezone(zone).utcoffset() == middle.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at = then
    return found


def agree(calendar: Calendar, instants: list[datetime]) -> None:
    """Every answer for the columns is the calendar's own, to the microsecond."""
    starts, ends = instants, [*instants[3:], *[instants[-1]] * 3]
    pairs = list(zip(starts, ends, strict=True))
    columns = array([start for start, _ in pairs]), array([end for _, end in pairs])
    open_times = frames.open_time(calendar, *columns)
    assert listed(open_times) == [calendar.open_time(start, end) for start, end in pairs]
    assert frames.is_open(calendar, columns[0]).tolist() == list(map(calendar.is_open, starts))
    for budget in (timedelta(minutes=1), timedelta(hours=9), timedelta(hours=40)):
        dues = [calendar.deadline(start, budget).replace(tzinfo=None) for start in starts]
        assert listed(frames.deadline(calendar, columns[0], budget)) == dues
    days = [calendar.add_business_days(at, 2).replace(tzinfo=None) for at in starts[::9]]
    assert listed(frames.add_business_days(calendar, array(starts[::9]), 2)) == days


def around(changes: list[datetime]) -> list[datetime]:
    steps = [timedelta(minutes=15 * step) for step in range(-9, 10)]
    steps += [timedelta(microseconds=1), -timedelta(microseconds=1), timedelta(hours=23)]
    return sorted({change + step for change in changes for step in steps})


@pytest.mark.parametrize("key", ZONES[::6])
def test_columns_equal_the_calendar_around_changes_of_offset(key: str) -> None:
    """The instants around each change of two years, by hours on a grid and by odd ones."""
    changes = transitions(key, range(2011, 2012)) or [datetime(2011, 12, 30, 10, tzinfo=UTC)]
    for hours in ({"mon-fri": "08:00-18:00"}, {"mon-sun": "22:07-06:01"}):
        agree(BusinessCalendar(zone=key, hours=hours), around(changes))


@pytest.mark.heavy
@pytest.mark.parametrize("key", ZONES)
def test_columns_equal_the_calendar_around_every_change(key: str) -> None:
    """Every change from 2000 to 2037."""
    changes = transitions(key, range(2000, 2038)) or [datetime(2011, 12, 30, 10, tzinfo=UTC)]
    for hours in ({"mon-fri": "08:00-18:00"}, {"mon-sun": "22:07-06:01"}):
        agree(BusinessCalendar(zone=key, hours=hours), around(changes))


minutes = st.integers(0, 400 * 1440).map(lambda minute: BASE + timedelta(minutes=minute))
rows = st.lists(st.tuples(st.none() | minutes, st.none() | minutes), max_size=12)


@given(calendars(), rows, st.timedeltas(timedelta(), timedelta(hours=90)))
def test_columns_equal_the_calendar_row_by_row(
    calendar: Calendar, pairs: list[tuple[datetime | None, datetime | None]], budget: timedelta
) -> None:
    """Drawn calendars and spans: nulls stay null, reversed spans are null, each counted."""
    starts, ends = [start for start, _ in pairs], [end for _, end in pairs]
    counts: Counter[str] = Counter()

    open_times = listed(frames.open_time(calendar, array(starts), array(ends), counts=counts))

    expected, reasons = [], Counter[str]()
    for start, end in pairs:
        if start is None or end is None:
            reasons["missing"] += 1
        elif end < start:
            reasons["reversed"] += 1
        else:
            expected.append(calendar.open_time(start, end))
            continue
        expected.append(None)
    assert open_times == expected
    assert counts == reasons

    dues: list[datetime | None] = []
    counts, reasons = Counter(), Counter()
    for start in starts:
        try:
            due = None if start is None else calendar.deadline(start, budget)
        except UnreachableDeadlineError:
            due = None
            reasons["unreachable"] += 1
        reasons["missing"] += start is None
        dues.append(None if due is None else due.replace(tzinfo=None))
    assert listed(frames.deadline(calendar, array(starts), budget, counts=counts)) == dues
    assert counts == +reasons


@pytest.mark.parametrize("column", LIBRARIES)
def test_every_library_gets_its_own_kind_back(column: Callable[..., Any]) -> None:
    """Type, length, index and nulls are those of the column given."""
    starts = [BASE + timedelta(hours=9), None, BASE + timedelta(days=2)]
    ends = [BASE + timedelta(hours=30), BASE, BASE]
    given_column = column(starts)
    counts: Counter[str] = Counter()

    open_times = frames.open_time(OFFICE, given_column, column(ends), counts=counts)
    dues = frames.deadline(OFFICE, given_column, timedelta(hours=4))
    truths = frames.is_open(OFFICE, given_column)
    days = frames.add_business_days(OFFICE, given_column, 1, end_of_day=True)

    assert type(open_times) is type(given_column)
    assert listed(open_times) == [OFFICE.open_time(starts[0], ends[0]), None, None]
    assert counts == {"missing": 1, "reversed": 1}
    due = OFFICE.deadline(starts[0], timedelta(hours=4))
    assert listed(dues)[0] in (due, due.replace(tzinfo=None))
    assert listed(dues)[1] is None
    assert listed(days)[1] is None
    if not isinstance(given_column, np.ndarray):
        assert listed(truths) == [False, None, False]
        assert listed(days)[0] == OFFICE.add_business_days(starts[0], 1, end_of_day=True)
    if hasattr(given_column, "name"):
        names = [answer.name for answer in (open_times, dues, truths, days)]
        assert names == ["open_time", "deadline", "is_open", "business_day"]
    if hasattr(given_column, "index") and hasattr(given_column, "loc"):
        for answer in (open_times, dues, truths, days):
            assert list(answer.index) == [7, 8, 9]


def test_an_array_of_truths_is_masked_only_where_a_time_is_missing() -> None:
    """Without a null it is a plain array, which can index another."""
    opened = np.array(["2026-06-01T10:00", "NaT"], "datetime64[us]")
    masked, plain = frames.is_open(OFFICE, opened), frames.is_open(OFFICE, opened[:1])
    assert (type(masked), masked.mask.tolist()) == (np.ma.MaskedArray, [False, True])
    assert (type(plain), plain.dtype) == (np.ndarray, bool)


def test_a_calendar_for_each_row() -> None:
    """A column chooses the calendar; what no calendar is given for is null, and counted."""
    starts = array([BASE + timedelta(days=1)] * 3)
    ends = array([BASE + timedelta(days=3)] * 3)
    counts: Counter[str] = Counter()
    desks = {"office": OFFICE, "nights": NIGHTS}
    by = np.array(["nights", "office", "moon"])

    answer = frames.open_time(desks, starts, ends, by=by, counts=counts)

    span = BASE + timedelta(days=1), BASE + timedelta(days=3)
    assert listed(answer) == [NIGHTS.open_time(*span), OFFICE.open_time(*span), None]
    assert counts == {"no_calendar": 1}


def test_rows_without_an_answer_are_counted_by_their_reason() -> None:
    """Missing instants, a day that no calendar reaches, and rows of no calendar."""
    polars = pytest.importorskip("polars")
    one_day = BusinessCalendar(zone="UTC", hours={}, special={"2026-03-05": "08:00-10:00"})
    starts = array([BASE, None, BASE])
    by = polars.Series(["once", "once", "moon"])
    counts: Counter[str] = Counter()
    days = frames.add_business_days({"once": one_day}, starts, 2, by=by, counts=counts)
    assert listed(days) == [None, None, None]
    assert counts == {"unreachable": 1, "no_calendar": 1, "missing": 1}

    counts = Counter()
    open_there = frames.is_open({"once": one_day}, starts, by=by, counts=counts)
    assert listed(open_there) == [False, None, None]
    assert counts == {"no_calendar": 1, "missing": 1}
    assert listed(frames.is_open({"once": one_day}, starts, by=by)) == [False, None, None]
    with pytest.raises(InvalidValueError, match="as many rows as there are: 3"):
        frames.is_open({"once": one_day}, starts, by=by[:2])


def test_a_deadline_far_ahead_is_found() -> None:
    """Two hours on each 1 January: the third hour lies in the second year, the eleventh in 2032."""
    hours = {f"{year}-01-01": "08:00-10:00" for year in range(2027, 2040)}
    calendar = BusinessCalendar(zone="UTC", hours={}, special=hours)
    due = frames.deadline(calendar, array([BASE] * 2), np.array([3, 11], "timedelta64[h]"))
    assert listed(due) == [
        datetime(2028, 1, 1, 9),  # noqa: DTZ001  numpy has no zones
        datetime(2032, 1, 1, 9),  # noqa: DTZ001
    ]


def test_a_deadline_is_reached_within_twenty_years() -> None:
    """7,305 days: one hour ends exactly then, one microsecond more does not; nor does a third."""
    last = BASE + timedelta(days=7_305)
    assert (last.year, last.month, last.day) == (2046, 3, 1)
    special = {"2046-02-28": "23:00-24:00", "2046-03-01": "00:00-01:00"}
    calendar = BusinessCalendar(zone="UTC", hours={}, special=special)
    budgets = np.array([3_600_000_000, 3_600_000_001, 10_800_000_000], "timedelta64[us]")
    counts: Counter[str] = Counter()
    dues = frames.deadline(calendar, array([BASE] * 3), budgets, counts=counts)
    assert listed(dues) == [last.replace(tzinfo=None), None, None]
    assert counts == {"unreachable": 2}


def test_one_instant_and_one_budget_for_all_rows() -> None:
    """A datetime or timedelta in place of a column counts for every row; budgets may differ."""
    starts = array([BASE, BASE + timedelta(days=1)])
    end = BASE + timedelta(days=3)
    expected = [OFFICE.open_time(BASE, end), OFFICE.open_time(BASE + timedelta(days=1), end)]
    assert listed(frames.open_time(OFFICE, starts, end)) == expected

    budgets = np.array([0, -60, 90], "timedelta64[m]")
    counts: Counter[str] = Counter()
    dues = listed(frames.deadline(OFFICE, array([BASE] * 3), budgets, counts=counts))
    assert dues[:2] == [BASE.replace(tzinfo=None), None]
    assert dues[2] == OFFICE.deadline(BASE, timedelta(minutes=90)).replace(tzinfo=None)
    assert counts == {"negative": 1}


def test_a_calendar_of_ones_own_is_asked_for_its_windows() -> None:
    """A calendar that only follows the protocol gives the same columns."""

    class Wrapped:
        def __init__(self, inner: Calendar) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

    starts = [BASE + timedelta(hours=7 * step) for step in range(40)]
    ends = [start + timedelta(hours=30) for start in starts]
    wrapped = Wrapped(OFFICE)
    answer = frames.open_time(wrapped, array(starts), array(ends))
    assert listed(answer) == listed(frames.open_time(OFFICE, array(starts), array(ends)))


def test_what_is_not_a_column_of_times_is_refused() -> None:
    """A naive column, numbers, texts, uneven lengths and a negative budget say what to do."""
    polars = pytest.importorskip("polars")
    with pytest.raises(InvalidValueError, match="name it first"):
        frames.is_open(OFFICE, polars.Series([datetime(2026, 1, 1)]))  # noqa: DTZ001
    for wrong in (polars.Series([1]), np.array([1.5]), [BASE], "2026"):
        with pytest.raises(InvalidValueError, match="a column of times with a zone"):
            frames.is_open(OFFICE, wrong)
    with pytest.raises(InvalidValueError, match="as many rows as others: 3"):
        frames.open_time(OFFICE, array([BASE] * 2), array([BASE] * 3))
    with pytest.raises(InvalidValueError, match="a timedelta of zero or more"):
        frames.deadline(OFFICE, array([BASE]), -timedelta(hours=1))
    with pytest.raises(InvalidValueError, match="with by="):
        frames.is_open({"a": OFFICE}, array([BASE]))
    assert listed(frames.open_time(OFFICE, array([]), array([]))) == []
