"""Convert columns: instants and durations to whole microseconds in numpy, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError
from numpy.typing import NDArray

from incidentcore._checks import with_article
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.kpi.engine.accumulators import instant, microseconds
from incidentcore.vendors.kit.paths import is_missing

Ints: TypeAlias = "NDArray[np.int64]"
Codes: TypeAlias = "tuple[NDArray[np.int32], list[Any]]"
"""The position of each row's value, and the values; a missing value is None."""

_FEW: Final = 32

MISSING: Final = int(np.iinfo(np.int64).min)
"""The value of a missing instant or duration: numpy's not-a-time."""

_TIMES: Final = "a column of times with a zone, a numpy array of datetime64 (UTC), or a datetime"
_PARSED: Final = (
    f"{_TIMES}; parse texts first, with their format and zone: "
    'pandas.to_datetime(texts, format="%d.%m.%Y %H:%M").dt.tz_localize("Europe/Berlin"), or '
    'texts.str.to_datetime(format="%d.%m.%Y %H:%M").dt.replace_time_zone("Europe/Berlin") of '
    "polars and narwhals"
)
_OBJECTS: Final = f"{_TIMES}; pandas.to_datetime(column, utc=True) makes one of times with zones"
_DATES: Final = (
    f"{_TIMES}; make dates times in a zone first: column.cast(polars.Datetime)"
    '.dt.replace_time_zone("Europe/Berlin") in polars'
)
_NUMBERS: Final = (
    f'{_TIMES}; read numbers since 1970 first: pandas.to_datetime(numbers, unit="s", utc=True), or '
    'polars.from_epoch(numbers, time_unit="s").dt.replace_time_zone("UTC")'
)
_NAMES: Final = "columns with texts as names, all different; set frame.columns"
_SPANS: Final = "a column of durations, a numpy array of timedelta64, or a timedelta"


def any_frame(source: Any) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Return a frame, which may be lazy, as a narwhals frame."""
    try:
        frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(source)
    except TypeError:
        allowed = "a frame of pandas, polars, pyarrow, DuckDB or another that narwhals reads"
        raise InvalidValueError("frame", with_article(type(source).__name__), allowed) from None
    except DuplicateError:
        raise InvalidValueError("frame", "columns of one name", _NAMES) from None
    names = [] if isinstance(frame, nw.LazyFrame) else frame.columns
    if not all(isinstance(name, str) for name in names):  # as pandas allows
        raise InvalidValueError("frame", f"columns {names[:20]}", _NAMES)
    return frame


def as_series(values: Any, where: str, allowed: str) -> nw.Series[Any]:
    """Return a column of any library as a narwhals series."""
    values = nw.to_native(values, pass_through=True)
    if getattr(getattr(values, "dtype", None), "tz", None) is not None and hasattr(values, "dt"):
        values = values.dt.tz_convert("UTC")  # narwhals reads few zones of pandas by their names
    try:
        return nw.from_native(values, series_only=True)
    except TypeError:
        if isinstance(values, list) or hasattr(values, "to_series"):
            allowed = f"{allowed}; pandas.Series(values) makes a list or an index a column"
        raise InvalidValueError(where, with_article(type(values).__name__), allowed) from None


def as_instants(values: Any, where: str) -> Ints:
    """Return instants as microseconds since 1970; one instant gives an array of length one."""
    if isinstance(values, datetime) and values == values:  # noqa: PLR0124  not-a-time
        return np.array([instant(as_utc(values, where))])
    if isinstance(values, np.ndarray):
        return _whole(values, "M", where, _TIMES)
    series = as_series(values, where, _TIMES)
    zone = getattr(series.dtype, "time_zone", None)
    if zone is None and series.is_null().all():  # of any type, as where nothing is resolved yet
        return np.full(len(series), MISSING)
    if series.dtype != nw.Datetime:
        kinds = ((nw.String, _PARSED), (nw.Object, _OBJECTS), (nw.Date, _DATES))
        allowed = next((text for kind, text in kinds if series.dtype == kind), _TIMES)
        allowed = _NUMBERS if series.dtype.is_numeric() else allowed
        raise InvalidValueError(where, f"a column of {series.dtype}", allowed)
    if zone is None:
        allowed = "times with a zone; name it first, as dt.tz_localize or replace_time_zone do"
        raise InvalidValueError(where, f"a column of {series.dtype}", allowed)
    if not series.implementation.is_pyarrow():  # whose arrays are UTC as they are
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return _whole(series.to_numpy(), "M", where, _TIMES)


def as_spans(values: Any, where: str) -> Ints:
    """Return durations as microseconds; one duration gives an array of length one."""
    if isinstance(values, timedelta):
        return np.array([microseconds(values)])
    if isinstance(values, np.ndarray):
        return _whole(values, "m", where, _SPANS)
    series = as_series(values, where, _SPANS)
    if series.dtype != nw.Duration:
        raise InvalidValueError(where, f"a column of {series.dtype}", _SPANS)
    return _whole(series.to_numpy(), "m", where, _SPANS)


def _whole(values: NDArray[Any], kind: str, where: str, allowed: str) -> Ints:
    """Return an array of times (kind ``M``) or durations (``m``) as whole microseconds."""
    if values.dtype.kind != kind:
        raise InvalidValueError(where, f"an array of {values.dtype}", allowed)
    return values.astype(f"{kind}8[us]", copy=False).view(np.int64)


def like(
    given: Iterable[Any], values: Ints, kind: Literal["instant", "span", "open"], name: str
) -> Any:
    """Return a result as a column, in the library and with the index of the first one in ``given``.

    Instants are in UTC. A null in numpy is ``NaT``; booleans with nulls are masked.
    """
    form = "M8[us]" if kind == "instant" else "m8[us]"
    columns = [c for c in given if c is not None and not isinstance(c, (datetime, timedelta))]
    first = columns[0] if columns else None
    missing = values == MISSING
    if first is None or isinstance(first, np.ndarray):
        if kind != "open":
            return values.view(form)
        truths = values == 1
        return np.ma.MaskedArray(truths, missing) if missing.any() else truths
    series = as_series(first, name, _TIMES)
    space = nw.get_native_namespace(series)
    if kind == "open":
        plain = [None if code == MISSING else code == 1 for code in values.tolist()]
        answer = nw.new_series(name, plain if missing.any() else values == 1, backend=space)
    else:
        answer = nw.Series.from_numpy(name, values.view(form), backend=space)
        if kind == "instant":
            in_utc = nw.Datetime("us", "UTC")
            is_arrow = answer.implementation.is_pyarrow()
            answer = answer.cast(in_utc) if is_arrow else answer.dt.replace_time_zone("UTC")
    index, native = nw.maybe_get_index(series), answer.to_native()
    if index is None:
        return native
    for other in columns[1:]:
        own = (
            None
            if isinstance(other, np.ndarray)
            else nw.maybe_get_index(as_series(other, name, ""))
        )
        if own is not None and not index.equals(own):
            allowed = "columns with one index; reset_index(drop=True) takes rows in their order"
            raise InvalidValueError(name, "columns that differ in their index", allowed)
    native = native.set_axis(index)
    return native.astype("boolean") if kind == "open" and missing.any() else native


def codes_of(series: nw.Series[Any]) -> Codes:
    """Return a column as positions in the list of its distinct values; 1 and True are two."""
    native, dtype = series.to_native(), series.dtype
    if hasattr(native, "factorize") and dtype != nw.Object and not dtype.is_nested():  # as pandas
        places, values = native.factorize()
        return _with_none(places, [*values])
    if hasattr(native, "dictionary_encode") and not dtype.is_nested():  # pyarrow
        whole = native.dictionary_encode().unify_dictionaries().combine_chunks()
        return _with_none(
            whole.indices.cast("int64").fill_null(-1).to_numpy(), whole.dictionary.to_pylist()
        )
    if dtype in (nw.String, nw.Categorical, nw.Enum) and hasattr(native, "to_physical"):
        space: Any = nw.get_native_namespace(series)
        coded = native if dtype != nw.String else native.cast(space.Categorical)
        physical = coded.to_physical()
        if physical.null_count():
            physical = physical.cast(space.Int64).fill_null(-1)
        _, first, places = _unique_small(physical.to_numpy())
        return places, [native[int(place)] for place in first]
    known: dict[Any, tuple[int, Any]] = {}
    listed = [
        known.setdefault(_hashable(value), (len(known), value))[0] for value in series.to_list()
    ]
    return np.array(listed, np.int32), [
        None if key is None else value for key, (_, value) in known.items()
    ]


def _hashable(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return tuple((name, _hashable(each)) for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(map(_hashable, value))
    if is_missing(value):
        return None
    return value if type(value) in (str, int) else (type(value), str(value))


def _unique_small(ids: Ints) -> tuple[list[int], list[int], NDArray[np.int32]]:
    """Return the distinct codes, the first row of each, and each row's position among them."""
    size = int(ids.max(initial=0)) + 2
    places: Any
    if size > 4 * len(ids) + 1_000:
        seen, first, places = np.unique(ids, return_index=True, return_inverse=True)
        return seen.tolist(), first.tolist(), places.astype(np.int32)
    has_none = bool(ids.min(initial=0) < 0)
    shifted = ids + 1 if has_none else ids
    first_row = np.full(size, -1, np.int64)
    if size <= _FEW and len(ids):  # a search for each costs less than an index of every row
        for code in range(size - 1 + has_none):
            row = int(np.argmax(shifted == code))
            first_row[code] = row if shifted[row] == code else -1
    else:
        first_row[shifted[::-1]] = np.arange(len(ids) - 1, -1, -1)
    codes = np.flatnonzero(first_row >= 0)
    if len(codes) and codes[-1] == len(codes) - 1:  # there are no others
        places = shifted.astype(np.int32)
    else:
        place = np.zeros(size, np.int32)
        place[codes] = np.arange(len(codes))
        places = place.take(shifted)
    return (codes - has_none).tolist(), first_row[codes].tolist(), places


def _with_none(places: Any, values: list[Any]) -> Codes:
    return np.where(places < 0, len(values), places).astype(np.int32), [*values, None]
