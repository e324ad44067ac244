"""Read and write single values exactly: instants as RFC 3339, durations as ISO 8601.

Each kind has a writer and a reader; a reader accepts only what its writer produces, except that a
whole number is read as a float where one is expected, and any RFC 3339 offset is converted to UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from operator import attrgetter
from typing import Any, Final, NamedTuple, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from incidentcore.instants import as_zone
from incidentcore.serialization.faults import Mismatch, Unwritable, show

T = TypeVar("T")

_DIGITS: Final = 100  # as the default limit of a reader, so that what is written can be read
_BITS: Final = 328  # at most 99 digits and a sign; beyond 333 always more than 100
_EXACT: Final = 2**53  # whole numbers that a float holds exactly

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
)
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION: Final = re.compile(
    r"(?P<sign>-?)PT(?=[0-9])(?:(?P<hours>[0-9]{1,11})H)?(?:(?P<minutes>[0-9]{1,2})M)?"
    r"(?:(?P<seconds>[0-9]{1,2})(?:\.(?P<micros>[0-9]{1,6}))?S)?"
)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,100}(?:\.[0-9]{1,100})?(?:E[+-]?[0-9]{1,4})?")
_FRACTION: Final = re.compile(r"-?[0-9]{1,1000}/[1-9][0-9]{0,999}")  # that of any float, and sums
_KEY: Final = re.compile(rf"[\0-\x7f]{{0,{_DIGITS}}}")  # of a time zone
_MICROSECOND: Final = timedelta(microseconds=1)


class Scalar(NamedTuple):
    """The writer and reader of one type of single value.

    Attributes:
        json: The JSON type in which it is written: string, integer, number or boolean.
        write: A function that converts a value to plain data.
        read: A function that converts plain data to a value; its second argument is the type.
        tag: The key that names the type where nothing else does, such as ``$timedelta``; empty for
            types that JSON has.
        schema: The keywords of its JSON Schema besides ``type``.
    """

    json: str
    write: Callable[[Any], Any]
    read: Callable[[Any, Any], Any]
    tag: str
    schema: dict[str, Any]


def _expected(data: object, allowed: str) -> NoReturn:
    raise Mismatch(f"got {show(data)}; allowed: {allowed}")


def _reader(
    pattern: re.Pattern[str], make: Callable[[str], Any], allowed: str
) -> Callable[..., Any]:
    """Return a function that makes a value from a text which a pattern and ``make`` accept."""

    def read(data: Any, _: object = None) -> Any:
        if type(data) is str and pattern.fullmatch(data):
            try:
                return make(data)
            except ValueError:
                pass
        _expected(data, allowed)

    return read


def _writer(kind: type, text_of: Callable[[Any], str], allowed: str) -> Callable[[Any], str]:
    """Return a function that writes values of a type as text; one without a text is refused."""

    def write(value: Any) -> str:
        text = text_of(value) if isinstance(value, kind) else ""
        if not text:
            raise Unwritable(value, allowed)
        return text

    return write


def _exactly(kind: type[T], allowed: str) -> Callable[..., T]:
    """Return a function that returns plain data of just this type; any other is refused."""

    def read(data: Any, _: object = None) -> T:
        if type(data) is kind:
            return data
        _expected(data, allowed)

    return read


read_text: Final = _exactly(str, "text")
read_date: Final = _reader(_DATE, date.fromisoformat, 'a date such as "2026-12-25"')
read_zone: Final = _reader(_KEY, as_zone, 'an IANA time zone such as "Europe/Berlin"')


def write_text(value: Any) -> str:
    """Return a text unchanged; lone surrogates, which UTF-8 cannot encode, are refused."""
    if not isinstance(value, str):
        raise Unwritable(value, "text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unwritable(value, "text without halves of surrogate pairs") from None
    return value if type(value) is str else str.__str__(value)


def _write_nothing(value: Any) -> None:
    if value is not None:
        raise Unwritable(value, "None")


def _write_flag(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise Unwritable(value, "True or False")


def _write_whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unwritable(value, "a whole number")
    bits = value.bit_length()
    if bits > _BITS and (bits > _BITS + 5 or len(str(value)) > _DIGITS):
        raise Unwritable(f"{bits} bits", f"a number of at most {_DIGITS} characters")
    return int(value)


def _write_number(value: Any) -> float:
    if isinstance(value, float) and isfinite(value):
        return float(value)
    if type(value) is int and abs(value) <= _EXACT:
        return float(value)
    raise Unwritable(value, "a finite number")


def _read_number(data: Any, _: object = None) -> float:
    if type(data) is float:
        return data
    if type(data) is int and abs(data) <= _EXACT:
        return float(data)
    _expected(data, "a finite number")


def _write_instant(value: Any) -> str:
    if type(value) is not datetime:
        raise Unwritable(value, "a datetime")
    zone = value.tzinfo
    if zone is UTC:
        return f"{value.replace(tzinfo=None).isoformat()}Z"
    if type(zone) is timezone:
        return value.isoformat()
    if isinstance(zone, ZoneInfo):
        return f"{value.isoformat()}[{_write_zone(zone)}]"
    raise Unwritable(value, "a datetime in UTC, at a fixed offset or in a ZoneInfo")


def _read_instant(data: Any, _: object = None) -> datetime:
    if type(data) is str:
        found = _instant(data)
        if found is not None:
            return found
        if data.endswith("]"):
            return _read_zoned(data)
    _expected(data, 'an instant such as "2026-12-23T16:40:00Z"')


@lru_cache(maxsize=4)  # events are as a rule recorded when they happen: two equal texts in a row
def _instant(text: str) -> datetime | None:
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_zoned(data: str) -> datetime:
    """Read an instant with its zone: the wall time and the offset together determine the fold."""
    text, _, key = data[:-1].partition("[")
    there = _instant(text)
    if there is None:
        _expected(data, 'an instant such as "2026-07-01T09:00:00+02:00[Europe/Berlin]"')
    zone = read_zone(key)
    wall = there.replace(tzinfo=zone)
    for fold in (0, 1):
        candidate = wall.replace(fold=fold)
        if candidate.utcoffset() == there.utcoffset():
            return candidate
    # The zone's rules have changed since it was written: the instant is what was meant.
    try:
        return there.astimezone(zone)
    except OverflowError:
        _expected(data, "an instant in the years 1 to 9999")


def _duration(value: timedelta) -> str:
    micros = value // _MICROSECOND
    sign = "-" if micros < 0 else ""
    seconds, micros = divmod(abs(micros), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}H" if hours else ""
    text += f"{minutes}M" if minutes else ""
    if micros:
        text += f"{seconds}.{micros:06}".rstrip("0") + "S"
    elif seconds or not text:
        text += f"{seconds}S"
    return f"{sign}PT{text}"


def _read_duration(data: Any, _: object = None) -> timedelta:
    match = _DURATION.fullmatch(data) if type(data) is str else None
    if match is not None:
        try:
            found = timedelta(
                hours=int(match["hours"] or 0),
                minutes=int(match["minutes"] or 0),
                seconds=int(match["seconds"] or 0),
                microseconds=int((match["micros"] or "").ljust(6, "0")),
            )
        except OverflowError:
            pass
        else:
            return -found if match["sign"] else found
    _expected(data, 'a duration such as "PT8H30M" (no days, months or years, which vary)')


_write_zone: Final = _writer(ZoneInfo, attrgetter("key"), "a ZoneInfo with a key")


def _time_of_day(value: time) -> str:
    return value.isoformat() if type(value) is time and value.tzinfo is None else ""


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _on_whole(pattern: re.Pattern[str]) -> dict[str, Any]:
    return {"pattern": f"^{pattern.pattern}$"}


SCALARS: Final[dict[type, Scalar]] = {
    type(None): Scalar("null", _write_nothing, _exactly(type(None), "null"), "", {}),
    bool: Scalar("boolean", _write_flag, _exactly(bool, "true or false"), "", {}),
    int: Scalar("integer", _write_whole, _exactly(int, "a whole number"), "", {}),
    float: Scalar("number", _write_number, _read_number, "", {}),
    str: Scalar("string", write_text, read_text, "", {}),
    datetime: Scalar(
        "string",
        _write_instant,
        _read_instant,
        "datetime",
        {"pattern": f"^{_INSTANT.pattern.replace('(?:', '(')}" + r"(\[[^\]]+\])?$"},
    ),
    date: Scalar(
        "string",
        _writer(date, lambda value: value.isoformat() if type(value) is date else "", "a date"),
        read_date,
        "date",
        _on_whole(_DATE),
    ),
    time: Scalar(
        "string",
        _writer(time, _time_of_day, "a time of day without a zone"),
        _reader(_TIME, time.fromisoformat, 'a time of day such as "16:00:00"'),
        "time",
        _on_whole(_TIME),
    ),
    timedelta: Scalar(
        "string",
        _writer(timedelta, _duration, "a timedelta"),
        _read_duration,
        "timedelta",
        {"pattern": r"^-?PT(?=[0-9])([0-9]{1,11}H)?([0-9]{1,2}M)?([0-9]{1,2}(\.[0-9]{1,6})?S)?$"},
    ),
    ZoneInfo: Scalar("string", _write_zone, read_zone, "zone", {"minLength": 1}),
    Decimal: Scalar(
        "string",
        _writer(
            Decimal,
            lambda value: _matching(_DECIMAL, str(value)),
            "a finite Decimal of at most 100 digits",
        ),
        _reader(_DECIMAL, Decimal, 'a decimal number as text, such as "0.10"'),
        "decimal",
        _on_whole(_DECIMAL),
    ),
    Fraction: Scalar(
        "string",
        _writer(
            Fraction,
            lambda value: _matching(_FRACTION, f"{value.numerator}/{value.denominator}"),
            "a Fraction of at most 1000 digits above and below",
        ),
        _reader(_FRACTION, Fraction, 'a fraction as text, such as "3/4"'),
        "fraction",
        _on_whole(_FRACTION),
    ),
}
