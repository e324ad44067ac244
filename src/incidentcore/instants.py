"""Instants, intervals and values with a period of validity (rules T1 to T7).

Everything inside the library is UTC: arithmetic on datetimes that share one ``ZoneInfo`` is
wall-clock arithmetic and wrong across a change of offset (rule T2), so values are converted on
input.
"""

from __future__ import annotations

import itertools
import re
import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, as_pairs, misspelt, need_kind
from incidentcore.errors import (
    DefinitionError,
    InvalidIntervalError,
    InvalidValueError,
    NaiveDatetimeError,
)

__all__ = ["Interval", "Versions", "tzdb_version"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)  # exclusive: years 2 to 9998 leave room for offsets


_HOUR_AND_PART = re.compile(r"(?:.{7,10}\D)?\d\d(?::?\d\d)?[.,]", re.DOTALL)
OfText = TypeVar("OfText", datetime, time)


def from_iso(kind: type[OfText], text: str) -> OfText:
    """Return ``kind.fromisoformat(text)``, but refuse a fraction of an hour or of a minute.

    Python reads 16.30 as 16:00 and three tenths of a second.

    Raises:
        ValueError: The text is not in ISO 8601, or has such a fraction.
    """
    found = kind.fromisoformat(text)
    if found.microsecond and _HOUR_AND_PART.match(text):
        raise ValueError(text)
    return found


def as_utc(value: datetime, name: str = "at") -> datetime:
    """Return any aware datetime as a plain ``datetime`` in UTC; errors call it ``name``.

    Raises:
        NaiveDatetimeError: The value carries no offset.
        InvalidValueError: The value is not a datetime, has a fraction of a microsecond, or is
            outside the years 2 to 9998.

    Source: rules T1 and T4.
    """
    if type(value) is datetime and value.tzinfo is UTC and 1 < value.year < 9999:
        return value
    return _convert(value, name)


def _convert(value: datetime, name: str) -> datetime:
    if not isinstance(value, datetime):
        raise InvalidValueError(name, value, "an aware datetime")
    if value != value:  # noqa: PLR0124  a missing time of a data frame equals nothing
        raise InvalidValueError(name, value, "an aware datetime; leave a missing time out")
    if value.utcoffset() is None:
        raise NaiveDatetimeError(name, value)
    if getattr(value, "nanosecond", 0):
        raise InvalidValueError(name, value, "a datetime of whole microseconds")
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise InvalidValueError(name, value, "an instant in the years 2 to 9998") from None
    if type(utc) is not datetime:  # a subclass such as a data frame's timestamp
        utc = datetime(
            utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, UTC
        )
    if not EARLIEST <= utc < LATEST:
        raise InvalidValueError(name, value, "an instant in the years 2 to 9998")
    return utc


def as_zone(zone: ZoneInfo | str, name: str = "zone") -> ZoneInfo:
    """Return the ``ZoneInfo`` for a zone or its IANA key; an unknown one is refused."""
    if isinstance(zone, ZoneInfo):
        return zone
    if isinstance(zone, str):
        try:
            return ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
    zones = sorted(zoneinfo.available_timezones())
    known = {key.rpartition("/")[2].casefold(): key for key in zones}
    near = known.get(
        str(zone).replace(" ", "_").casefold(), misspelt(zone, [key for key in zones if "/" in key])
    )
    near = fixed if (fixed := _fixed(str(zone))) in zones else near
    hint = f"; nearest: {near}" if near else ""
    raise InvalidValueError(name, zone, f'an IANA time zone such as "Europe/Berlin" or "UTC"{hint}')


def _fixed(text: str) -> str:
    """Return the key for a fixed offset of whole hours such as UTC+2; its sign is the other one."""
    found = re.fullmatch(r"(?:UTC|GMT)?([+-])0?([0-9]{1,2})(?::?00)?", text.upper())
    return f"Etc/GMT{'-' if found[1] == '+' else '+'}{found[2]}" if found else ""


@attrs.frozen(order=True)
class Interval(SharedRepr):
    """A half-open span of time ``[start, end)`` (rule T3).

    An empty interval is allowed; a reversed one raises an error. Both ends are stored in UTC.

    Attributes:
        start: The first instant of the span.
        end: The first instant after the span.

    Raises:
        InvalidIntervalError: The end is before the start.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.instants import Interval
    >>> monday = Interval(datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 17, tzinfo=UTC))
    >>> monday.duration
    datetime.timedelta(seconds=28800)
    >>> monday.end in monday
    False
    """

    start: datetime
    end: datetime

    def __attrs_post_init__(self) -> None:
        start = as_utc(self.start, "start")
        end = as_utc(self.end, "end")
        if end < start:
            raise InvalidIntervalError(self.start, self.end)
        if start is not self.start or end is not self.end:  # seldom, and setting takes long
            object.__setattr__(self, "start", start)
            object.__setattr__(self, "end", end)

    @property
    def duration(self) -> timedelta:
        """Return the time that elapses between start and end."""
        return self.end - self.start

    def __contains__(self, at: datetime) -> bool:
        return self.start <= as_utc(at) < self.end

    def __bool__(self) -> bool:
        """Return whether the interval holds any instant."""
        return self.start < self.end

    def intersect(self, other: Interval) -> Interval | None:
        """Return the interval that two intervals have in common, or None if they do not overlap."""
        need_kind("other", other, Interval)
        start = max(self.start, other.start)
        end = min(self.end, other.end)
        return Interval(start, end) if start < end else None


def plain_interval(interval: Interval | None, /) -> dict[str, str] | None:
    """Return an interval as plain data for JSON, with the names that documents use."""
    if interval is None:
        return None
    return {"start": interval.start.isoformat(), "end": interval.end.isoformat()}


def _valid_from(entry: tuple[datetime, object]) -> datetime:
    return entry[0]


def _by_validity(entries: Iterable[tuple[datetime, T]]) -> tuple[tuple[datetime, T], ...]:
    ordered = tuple(
        sorted(
            ((as_utc(since, "valid_from"), value) for since, value in as_pairs(entries)),
            key=_valid_from,
        )
    )
    if not ordered:
        raise DefinitionError("entries", entries, "at least one (valid_from, definition) pair")
    for (before, _), (after, _) in itertools.pairwise(ordered):
        if before == after:
            raise DefinitionError("valid_from", after, "one version for each instant")
    return ordered


@attrs.frozen
class Versions(SharedRepr, Generic[T_co]):
    """A definition that changes over time: its versions, each with the instant when it begins.

    Editing today's calendar or policy must not change last year's results (rule S11), so keep the
    old version and add the new one with the instant at which it comes into force.

    Attributes:
        entries: Pairs of (first instant of validity, definition), given in any order. The earliest
            version also applies to all earlier instants.

    Raises:
        DefinitionError: ``entries`` is empty, or two versions begin at the same instant.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.instants import Versions
    >>> plan = Versions(
    ...     [(datetime(2026, 1, 1, tzinfo=UTC), "old"), (datetime(2026, 7, 1, tzinfo=UTC), "new")]
    ... )
    >>> plan.at(datetime(2026, 6, 30, 23, 59, tzinfo=UTC))
    'old'
    """

    entries: tuple[tuple[datetime, T_co], ...] = attrs.field(converter=_by_validity)

    def at(self, at: datetime) -> T_co:
        """Return the version that is in force at an instant."""
        index = bisect_right(self.entries, as_utc(at), key=_valid_from)
        return self.entries[max(index - 1, 0)][1]

    def __iter__(self) -> Iterator[T_co]:
        return (value for _, value in self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def version_at(value: T | Versions[T], at: datetime) -> T:
    """Return the version that is in force at an instant; a definition without versions itself."""
    return value.at(at) if isinstance(value, Versions) else value


def versions_of(value: T | Versions[T]) -> tuple[T, ...]:
    """Return all versions of a definition; if it has none, the definition alone."""
    return tuple(value) if isinstance(value, Versions) else (value,)


@lru_cache(maxsize=1)
def tzdb_version() -> tuple[str, str]:
    """Return the version of the zone data in use, and its source (rule T7).

    Returns:
        ``(version, source)``: a version such as ``"2026a"`` or ``"unknown"``; and a source: the
        path of the system's folder, or ``"tzdata"`` for the Python package.
    """
    from pathlib import Path  # noqa: PLC0415  a tenth of the whole import, for one rare question

    for folder in zoneinfo.TZPATH:
        root = Path(folder)
        if not (root / "Europe" / "London").is_file():
            continue
        for name in ("tzdata.zi", "+VERSION"):
            try:
                with (root / name).open(encoding="ascii") as file:
                    line = file.readline().strip()
            except (OSError, UnicodeDecodeError):
                continue
            return line.removeprefix("# version").strip() or "unknown", folder
        return "unknown", folder
    import tzdata  # noqa: PLC0415  read only where the system brings no zone data of its own

    return tzdata.IANA_VERSION, "tzdata"
