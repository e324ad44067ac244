"""Columns in and out: zones, units, nulls, and the places of values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

np = pytest.importorskip("numpy")
nw = pytest.importorskip("narwhals.stable.v2")
native = pytest.importorskip("incidentcore.frames.native")

AT = datetime(2026, 3, 29, 1, 30, 0, 123, tzinfo=UTC)


def columns(values: list[Any]) -> list[Any]:
    """Return the same values in each library that is installed."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    return [pandas.Series(values), polars.Series(values), pyarrow.chunked_array([values])]


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
