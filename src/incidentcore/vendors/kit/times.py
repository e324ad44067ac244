"""Read times in exports: ISO 8601, other formats, seconds since 1970, and free-form text."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache, partial
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc, as_zone

__all__ = ["Epoch", "TimeReader", "Times"]

Epoch: TypeAlias = Literal["s", "ms"]

_EPOCHS: Final = {"s": 1, "ms": 1_000}
_EPOCH_FORMATS: Final[dict[str, Epoch]] = {"epoch_s": "s", "epoch_ms": "ms"}
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"-?\d{1,17}(\.\d{1,9})?", flags=re.ASCII)
_CACHED: Final = 1 << 16  # exports repeat their times; memory stays bounded
_LONGEST: Final = 100
_PARTS: Final = dict(
    zip("YmdHMS", ("year", "month", "day", "hour", "minute", "second"), strict=True)
)
_MONTHS: Final = {
    word: number
    for number, words in {
        1: "januar jänner jän janvier janv enero ene",
        2: "februar février févr fév febrero",
        3: "märz mär mrz mars marzo",
        4: "avril avr abril abr",
        5: "mai mayo",
        6: "juni juin junio",
        7: "juli juillet juil julio",
        8: "août agosto ago",
        9: "sept septembre septiembre",
        10: "oktober okt octobre octubre",
        11: "novembre noviembre",
        12: "dezember dez décembre déc diciembre dic",
    }.items()
    for word in words.split()
}
"""German, French and Spanish months; formats know the English ones alone."""
_WORD: Final = re.compile(r"([^\W\d_]+)")
_DOTTED: Final = re.compile(r"([^\W\d_]+)\.(?:(?<=\b[ap]\.) ?(?=m\b))?", re.IGNORECASE)
"""A word with the dot of an abbreviation, such as "févr." and "a. m."."""
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
    if isinstance(formats, str):
        formats = (formats,)
    if isinstance(formats, (tuple, list)) and all(isinstance(one, str) and one for one in formats):
        return tuple(formats)
    raise InvalidValueError("formats", formats, 'texts such as "iso" or "%d/%m/%Y %H:%M"')


@attrs.frozen
class Times:
    """The formats of the times of a source.

    Attributes:
        zone: The time zone of times that state none; None reads them as UTC, with a finding.
        formats: The formats, tried in order: ``"iso"`` for ISO 8601, ``"epoch_s"`` and
            ``"epoch_ms"`` for numbers as with ``epoch``, or a format of ``datetime.strptime``.
            Months may be in English, German, French or Spanish.
        epoch: The unit of numbers, which count from 1970: seconds ``"s"`` or milliseconds ``"ms"``;
            None refuses numbers.
        day_first: How to read a text that fits no format: with the day before the month (True) or
            after it (False). None refuses such texts, since the order is never guessed. A text that
            lacks a part of its date is refused too.

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
        if self.day_first is not None and not isinstance(self.day_first, bool):
            raise InvalidValueError("day_first", self.day_first, "True, False or None")

    def reader(self) -> TimeReader:
        """Return a new reader of such times."""
        return TimeReader(self)


class TimeReader:
    """Reads the times of one source.

    Attributes:
        oddity: What was unusual about the last time read: ``"no_zone"``, ``"ambiguous_time"`` (it
            occurred twice, because clocks were set back), ``"skipped_time"`` (it never occurred,
            because they were set forward), or empty.
    """

    def __init__(self, times: Times) -> None:
        self.times = times
        self.oddity: str = ""
        stated = (_EPOCH_FORMATS[form] for form in times.formats if form in _EPOCH_FORMATS)
        self._epoch = times.epoch or next(stated, None)
        self._is_iso = times.formats[:1] == ("iso",) and self._epoch is None
        self._cache: dict[Any, tuple[datetime, str]] = {}

    @property
    def action(self) -> str:
        """Return what was done about the ``oddity``, as text; empty if there is none."""
        return _ODDITIES.get(self.oddity, "")

    def read(self, value: object) -> datetime:
        """Return a time in UTC.

        Raises:
            InvalidValueError: The value is not a time in any of the formats.
        """
        if type(value) is datetime and value.tzinfo is UTC:
            self.oddity = ""
            return value
        try:
            known = self._cache.get(value)
        except TypeError:
            raise InvalidValueError("time", value, "a time") from None
        if known is None:
            try:
                known = self._parse(value)
            except (ValueError, TypeError, OverflowError):
                raise InvalidValueError("time", value, self._allowed()) from None
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[value] = known
        at, self.oddity = known
        return at

    def placed(self, at: datetime, earliest: datetime | None) -> tuple[datetime, str]:
        """Return the last time read and what was done about its ``oddity``, as text.

        Of a time that occurred twice, the second occurrence is returned if the first is too early.

        Args:
            at: The time, as ``read`` returned it.
            earliest: The earliest time that is possible; None if any is.
        """
        zone = self.times.zone
        if earliest is None or at >= earliest or zone is None or self.oddity != "ambiguous_time":
            return at, self.action
        second = as_utc(at.astimezone(zone).replace(fold=1))
        return second, "read as the second of the two: the first lies before what came before"

    def _allowed(self) -> str:
        known = [*self.times.formats]
        if self.times.epoch:
            known.append(f"a number of {self.times.epoch} since 1970")
        return f"a time as {', '.join(known)}"

    def _parse(self, value: object) -> tuple[datetime, str]:
        at = self._datetime(value)
        if at.tzinfo is not None and at.utcoffset() is not None:
            return as_utc(at), ""
        zone = self.times.zone
        if zone is None or zone.key == "UTC":
            return as_utc(at.replace(tzinfo=UTC, fold=0)), "" if zone else "no_zone"
        before, after = zone.utcoffset(at), zone.utcoffset(at.replace(fold=1))
        if before == after and before is not None:
            return as_utc((at - before).replace(tzinfo=UTC)), ""
        local = at.replace(tzinfo=zone, fold=0)
        is_twice = (before or timedelta()) > (after or timedelta())
        return as_utc(local), "ambiguous_time" if is_twice else "skipped_time"

    def _datetime(self, value: object) -> datetime:
        match value:
            case str() if len(value) <= _LONGEST:
                return self._text(value)
            case datetime():
                return value
            case date():
                return datetime(value.year, value.month, value.day)  # noqa: DTZ001  placed later
            case int() | float() if value is not True and value is not False:
                return self._since_1970(value)
        raise TypeError

    def _text(self, value: str) -> datetime:
        if self._is_iso and not value.isdigit():
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass  # perhaps with other spaces, or in another format
        text = " ".join(value.split())  # no-break and thin spaces as well
        if self._epoch and _NUMBER.fullmatch(text):
            return self._since_1970(float(text) if "." in text else int(text))
        for form in self.times.formats:
            try:
                return _iso(text) if form == "iso" else _by(form)(text)
            except (ValueError, re.error):  # the latter where a format has a part twice
                continue
        for english in in_english(text):
            with suppress(ValueError):
                return self._text(english)
        if self.times.day_first is None:
            raise ValueError
        return _free_form(text, day_first=self.times.day_first)

    def _since_1970(self, number: float) -> datetime:
        if self._epoch is None:
            raise ValueError
        return _START + timedelta(microseconds=round(number * 1e6 / _EPOCHS[self._epoch]))


def in_english(text: str) -> Iterator[str]:
    """Yield the ways to write a time's month and half of the day as formats know them."""
    for word in (_WORD, _DOTTED):
        for names in ([*month_abbr], [*month_name]):
            english = word.sub(partial(_month, names), text)
            if english != text:
                yield english


def _month(names: Sequence[str], word: re.Match[str]) -> str:
    return names[_MONTHS.get(word[1].casefold(), 0)] or word[1]


@lru_cache(maxsize=64)
def _by(form: str) -> Callable[[str], datetime]:
    """Return a function that reads a text in a format, as ``datetime.strptime`` does.

    For formats of numbers with separators it needs a fifth of the time; texts that do not fit are
    left to ``strptime``.
    """
    parts = re.findall("%(.?)", form)
    names = [_PARTS.get(part) for part in parts]
    order = [*_PARTS.values()][: len(names)]  # as datetime takes them
    if len(names) < 3 or {*names} != {*order} or re.search(r"%.(%|\d)", form):
        return lambda text: datetime.strptime(text, form)  # noqa: DTZ007
    pattern = re.escape(form)
    for part, name in zip(parts, names, strict=True):
        digits = r"\d{4}" if name == "year" else r"\d\d?"
        pattern = pattern.replace(f"%{part}", f"(?P<{name}>{digits})")
    match = re.compile(pattern, re.ASCII).fullmatch

    def read(text: str) -> datetime:
        found = match(text)
        if found is None:
            return datetime.strptime(text, form)  # noqa: DTZ007
        return datetime(*map(int, found.group(*order)))  # type: ignore[arg-type]  # noqa: DTZ001

    return read


_AHEAD_OF_UTC: Final = re.compile(r"\b(?:GMT|UTC) ?(?=[+-]\d)", re.IGNORECASE)
_REMARK: Final = re.compile(r"([+-]\d\d:?\d\d) ?\([^()]*\)$")  # a zone's name behind its offset
_OTHER_ZONE: Final = re.compile(r":\d\d[\d.]* ?(?![AP]M)[A-Z]{2,5}[+-]\d", re.IGNORECASE)


def _iso(text: str) -> datetime:
    """Return an ISO time; ``UTC`` behind it, as some tools write, counts as ``Z``."""
    if text.isdigit():
        raise ValueError  # a number is not a date here
    if text[-4:].upper() in (" UTC", " GMT"):
        text = text[:-4] + "+00:00"
    elif "UTC" in text or "GMT" in text:
        text = _AHEAD_OF_UTC.sub("", text)
    head, space, offset = text.rpartition(" ")
    if space and offset[:1] in "+-" and ":" in head:
        text = head + offset
    return datetime.fromisoformat(text.upper())


def _free_form(text: str, *, day_first: bool) -> datetime:
    """Return a free-form time; the parser fills in missing parts of a date, so it is called twice.

    A date without a time is read as its midnight, as in ISO 8601.
    """
    from dateutil.parser import parse  # noqa: PLC0415  a fifth of the cost of importing the room

    # The parser would read GMT+3 as POSIX does: three hours behind.
    text = _REMARK.sub(r"\1", _AHEAD_OF_UTC.sub(" ", text))
    if _OTHER_ZONE.search(text):
        raise ValueError
    is_year_first = text[:4].isdigit()
    first, second = (
        parse(text, dayfirst=day_first and not is_year_first, default=default, tzinfos=_stated_zone)
        for default in _DEFAULTS
    )
    if first != second:
        raise ValueError
    return first


def _stated_zone(name: str | None, offset: int | None) -> timezone | None:
    """Return the zone that a text states; a name without an offset, such as CET, is ambiguous."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is None:
        return None
    raise ValueError
