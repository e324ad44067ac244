"""Read times in exports: ISO 8601, other formats, seconds since 1970, and free-form text."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_tuple, need_kind, need_text
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc, as_zone, from_iso
from incidentcore.vendors.kit.paths import composed
from incidentcore.vendors.kit.time_words import beside_utc, in_english, in_zone, on_weekday

Epoch: TypeAlias = Literal["s", "ms"]

_EPOCHS: Final = {"s": 1, "ms": 1_000}
_EPOCH_FORMATS: Final[dict[str, Epoch]] = {"epoch_s": "s", "epoch_ms": "ms"}
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"-?\d{1,17}(\.\d{1,9})?", flags=re.ASCII)
_MARKS: Final = re.compile(
    "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)  # of the writing direction
_CACHED: Final = 1 << 16  # exports repeat their times; memory stays bounded
_LONGEST: Final = 100
_PARTS: Final = dict(
    zip("YmdHMS", ("year", "month", "day", "hour", "minute", "second"), strict=True)
)
_ALLOWED: Final = (
    "iso, epoch_s, epoch_ms, excel or a format of datetime.strptime, such as %d.%m.%Y %H:%M or "
    "%m/%d/%Y %I:%M %p"
)
_ODDITIES: Final = {
    "ambiguous_time": "read as the first of the two",
    "skipped_time": "moved forward by the length of the gap",
    "no_zone": "read as UTC, like all times without a zone",
}
# Two defaults whose dates differ in every part: a date is complete where both give the same.
_DEFAULTS: Final = (datetime(2001, 1, 1), datetime(2004, 12, 28))  # noqa: DTZ001


def _zone(zone: ZoneInfo | str | None) -> ZoneInfo | None:
    return None if zone is None else as_zone(zone)


def _names(formats: object) -> tuple[str, ...]:
    allowed = 'texts such as "iso" or "%d/%m/%Y %H:%M"'
    need_kind("formats", formats, (str, tuple, list), allowed=allowed)
    names = as_tuple(formats, str)
    for name in names:
        need_text("formats", name, allowed=allowed)
        if name not in (*_NAMED, *_EPOCH_FORMATS) and not _is_format(name):
            raise InvalidValueError("formats", name, _ALLOWED)
    return names


def _is_format(form: str) -> bool:
    """Return whether strptime knows a format; a text without directives reads nothing."""
    said = ""
    try:
        _strptime("", form)
    except ValueError as error:  # always, since no text is empty
        said = str(error)
    except re.error:  # a part that is there twice
        return False
    return "%" in form and not re.search("bad directive|stray", said)


@attrs.frozen
class Times:
    """The formats of the times of a source.

    Attributes:
        zone: The time zone of times that state none. If None, they are read as UTC, with a finding.
        formats: The formats, tried in order: ``"iso"`` for ISO 8601, ``"epoch_s"`` and
            ``"epoch_ms"`` for numbers as with ``epoch``, ``"excel"`` for day numbers of a
            spreadsheet, or a format of ``datetime.strptime``. Months may be in English, German,
            French or Spanish. A weekday before a time, and UTC, an offset or a zone such as
            ``Europe/Berlin`` after it, need not be in the format; the weekday must be that of the
            date.
        epoch: The unit of numeric times since 1970: seconds ``"s"`` or milliseconds ``"ms"``; None
            refuses numbers.
        day_first: How to read text that fits no format: with the day before the month (True) or
            after it (False). None refuses such text, since the order is never guessed. Text that
            lacks a part of the date is refused too.

    Raises:
        InvalidValueError: An attribute has an invalid value, or the zone does not exist.

    >>> from incidentcore.vendors.kit.times import Times
    >>> Times("Europe/Berlin", formats=("iso", "%d.%m.%Y %H:%M")).reader().read("2.3.2026 10:00")
    datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc)
    """

    zone: ZoneInfo | None = attrs.field(default=None, converter=_zone)
    formats: tuple[str, ...] = attrs.field(default=("iso",), converter=_names, kw_only=True)
    epoch: Epoch | None = attrs.field(default=None, kw_only=True)
    day_first: bool | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.epoch is not None and self.epoch not in _EPOCHS:
            raise InvalidValueError("epoch", self.epoch, '"s", "ms" or None')
        need_kind("day_first", self.day_first, bool | None, allowed="True, False or None")

    def reader(self) -> TimeReader:
        """Return a new reader of times in these formats."""
        return TimeReader(self)


class TimeReader:
    """A reader of the times of one source.

    Attributes:
        oddity: What was unusual about the last time read: ``"no_zone"``, ``"ambiguous_time"`` (it
            occurred twice, because clocks were set back), ``"skipped_time"`` (it never occurred,
            because clocks were set forward), or empty.
    """

    def __init__(self, times: Times) -> None:
        self.times = times
        self.oddity: str = ""
        stated = (_EPOCH_FORMATS[form] for form in times.formats if form in _EPOCH_FORMATS)
        self._epochs = [times.epoch] if times.epoch else [*stated]
        self._is_iso = times.formats[:1] == ("iso",) and not self._epochs
        self._zone: ZoneInfo | None = None  # of the last time read
        self._cache: dict[Any, tuple[datetime, str, ZoneInfo | None]] = {}

    @property
    def action(self) -> str:
        """Return what was done about the ``oddity``, as text; empty if there is no oddity."""
        return _ODDITIES.get(self.oddity, "")

    def read(self, value: object) -> datetime:
        """Return a time in UTC.

        Raises:
            InvalidValueError: The value is not a time in any of the formats.
        """
        if type(value) is datetime and value.tzinfo is UTC:
            self.oddity = ""
            return value
        # To Python 1 equals True, and a time another one that differs in its fold alone.
        kind = type(value)
        key: Any = value if kind is str else (kind, value, getattr(value, "fold", 0))
        try:
            known = self._cache.get(key)
        except TypeError:
            raise InvalidValueError("time", value, "a time") from None
        if known is None:
            try:
                known = self._parse(value)
            except (ValueError, TypeError, OverflowError):
                raise InvalidValueError("time", value, self._allowed()) from None
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[key] = known
        at, self.oddity, self._zone = known
        return at

    def placed(self, at: datetime, earliest: datetime | None) -> tuple[datetime, str]:
        """Return the time just read, and what was done about its ``oddity``, as text.

        If clocks went back, so that the time occurred twice, and the first occurrence is before
        ``earliest``, the second one is returned.

        Args:
            at: The time that the last call of ``read`` returned.
            earliest: The earliest possible time; None if any time is possible.
        """
        zone = self._zone
        if earliest is None or at >= earliest or zone is None or self.oddity != "ambiguous_time":
            return at, self.action
        second = as_utc(at.astimezone(zone).replace(fold=1))
        return second, "read as the second of the two: the first lies before what came before"

    def _allowed(self) -> str:
        known = [*self.times.formats]
        if self.times.epoch:
            known.append(f"a number of {self.times.epoch} since 1970")
        return f"a time as {', '.join(known)}"

    def _parse(self, value: object) -> tuple[datetime, str, ZoneInfo | None]:
        at, zone = self._datetime(value), self.times.zone
        if isinstance(value, str) and isinstance(named := at.tzinfo, ZoneInfo):
            at, zone = at.replace(tzinfo=None), named
        if at.utcoffset() is not None:
            return as_utc(at), "", zone
        if zone is None or zone.key == "UTC":
            return as_utc(at.replace(tzinfo=UTC, fold=0)), "" if zone else "no_zone", zone
        before, after = zone.utcoffset(at), zone.utcoffset(at.replace(fold=1))
        if before == after and before is not None:
            return as_utc((at - before).replace(tzinfo=UTC)), "", zone
        local = at.replace(tzinfo=zone, fold=0)
        is_twice = (before or timedelta()) > (after or timedelta())
        return as_utc(local), "ambiguous_time" if is_twice else "skipped_time", zone

    def _datetime(self, value: object) -> datetime:
        match value:
            case str() if len(value) <= _LONGEST:
                return self._text(value)
            case datetime():
                if getattr(value, "nanosecond", 0):  # of pandas; cut as those of a text
                    return value.replace(nanosecond=0)  # type: ignore[call-arg]
                return value
            case date():
                return datetime(value.year, value.month, value.day)  # noqa: DTZ001  placed later
            case int() | float() if value is not True and value is not False:
                return self._since_1970(value)
        raise TypeError

    def _text(self, value: str) -> datetime:
        if self._is_iso and not value.isdigit():
            try:
                return from_iso(datetime, value)
            except ValueError:
                pass  # perhaps with other spaces, or in another format
        text = " ".join(_MARKS.sub("", composed(value)).split())  # no-break and thin spaces as well
        if self._epochs and _NUMBER.fullmatch(text):
            return self._since_1970(float(text))
        for form in self.times.formats:
            try:
                return _NAMED[form](text) if form in _NAMED else _by(form)(text)
            except (ValueError, re.error):  # the latter where a format has a part twice
                continue
        for read in (beside_utc, on_weekday, in_zone):
            with suppress(ValueError):
                return read(text, self._text)
        for english in in_english(text):
            with suppress(ValueError):
                return self._text(english)
        if self.times.day_first is None:
            raise ValueError
        return _free_form(text, day_first=self.times.day_first)

    def _since_1970(self, number: float) -> datetime:
        for epoch in self._epochs:
            with suppress(OverflowError):
                return _START + timedelta(microseconds=round(number * 1e6 / _EPOCHS[epoch]))
        if "excel" in self.times.formats and not self._epochs:
            return _of_spreadsheet(number)
        raise ValueError


def _strptime(text: str, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007  placed later


@lru_cache(maxsize=256)
def _by(form: str) -> Callable[[str], datetime]:
    """Return a function that reads a text in a format, as ``datetime.strptime`` does.

    For formats of numbers with separators it needs a fifth of the time; texts that do not fit are
    left to ``strptime``.
    """
    weekday, zone = _WEEKDAY_FORM.match(form), _UTC_FORM.search(form)
    if weekday is not None:
        rest = _by(form[weekday.end() :])
        return lambda text: on_weekday(text, rest)
    if zone is not None:  # strptime would read the name, and return a time without a zone
        rest = _by(form[: zone.start()])
        return lambda text: beside_utc(text, rest)
    if "%Z" in form:
        named = form.replace("%Z", "UTC")
        return lambda text: _strptime(text.replace("GMT", "UTC"), named).replace(tzinfo=UTC)
    parts = re.findall("%(.?)", form)
    names = [_PARTS.get(part) for part in parts]
    order = [*_PARTS.values()][: len(names)]  # as datetime takes them
    if len(names) < 3 or {*names} != {*order} or re.search(r"%.(%|\d)", form):
        return lambda text: _strptime(text, form)
    pattern = re.escape(form)
    for part, name in zip(parts, names, strict=True):
        digits = r"\d{4}" if name == "year" else r"\d\d?"
        pattern = pattern.replace(f"%{part}", f"(?P<{name}>{digits})")
    match = re.compile(pattern, re.ASCII).fullmatch

    def read(text: str) -> datetime:
        found = match(text)
        if found is None:
            return _strptime(text, form)
        return datetime(*map(int, found.group(*order)))  # type: ignore[arg-type]  # noqa: DTZ001

    return read


_WEEKDAY_FORM: Final = re.compile(r"%[aA]\.?,? ?")
_UTC_FORM: Final = re.compile(r" ?\(?(?:%Z|(?<!%)Z|UTC|GMT)\)?$")
# As Java and Go write the name of a zone behind an offset, which counts.
_BRACKETED: Final = re.compile(
    r"(?:(?<=[+-]\d\d:\d\d)|(?<=[+-]\d{4})|(?<=\dZ))(?:\[[\w/+-]+\]| (?!UTC|GMT)[A-Z]{2,5})$"
)
_OF_NET: Final = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")  # milliseconds since 1970
_REMARK: Final = re.compile(r"([+-]\d\d:?\d\d) ?\([^()]*\)$")  # a zone's name behind its offset
_OTHER_ZONE: Final = re.compile(r":\d\d[\d.]* ?(?![AP]M)[A-Z]{2,5}[+-]\d", re.IGNORECASE)
_NUMERIC: Final = re.compile(r"(?<!\d)(\d\d?)([-/. ])(\d\d?)\2\d")
_SERIALS: Final = (1, 2_958_465)  # the days that a spreadsheet can show; the last is in 9999
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  placed later


def _of_spreadsheet(number: float) -> datetime:
    """Return the time of a day's number in a spreadsheet, to the millisecond."""
    if not _SERIALS[0] <= number < _SERIALS[1] + 1:
        raise ValueError
    return _DAY_ZERO + timedelta(milliseconds=round(number * 86_400_000))


def _serial(text: str) -> datetime:
    return _of_spreadsheet(float(text.replace(",", ".")))


def _iso(text: str) -> datetime:
    """Return an ISO time; ``UTC`` behind it, as some tools write, counts as ``Z``."""
    if text.isdigit():
        raise ValueError  # a number is not a date here
    if found := _OF_NET.fullmatch(text):
        return _START + timedelta(milliseconds=int(found[1]))
    text = _BRACKETED.sub("", text)
    head, space, offset = text.rpartition(" ")
    if space and offset[:1] in "+-" and ":" in head:
        text = head + offset
    return from_iso(datetime, text.upper())


_NAMED: Final[dict[str, Callable[[str], datetime]]] = {"iso": _iso, "excel": _serial}


def _free_form(text: str, *, day_first: bool) -> datetime:
    """Return a free-form time; the parser fills in missing parts of a date, so it is called twice.

    A date without a time is read as its midnight, as in ISO 8601.
    """
    from dateutil.parser import parse  # noqa: PLC0415  a fifth of the cost of importing the room

    text = _REMARK.sub(r"\1", text)
    if _OTHER_ZONE.search(text):
        raise ValueError
    is_year_first = text[:4].isdigit()
    numbers = None if is_year_first else _NUMERIC.search(text)
    first, second = (
        parse(text, dayfirst=day_first and not is_year_first, default=default, tzinfos=_stated_zone)
        for default in _DEFAULTS
    )
    if first != second:
        raise ValueError
    if numbers is not None and first.day != int(numbers[1 if day_first else 3]):
        raise ValueError  # the parser takes the other order where the stated one is impossible
    return first


def _stated_zone(name: str | None, offset: int | None) -> timezone | None:
    """Return the zone that a text states; a name without an offset, such as CET, is ambiguous."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is None:
        return None
    raise ValueError
