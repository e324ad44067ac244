"""Read and write spans, targets, addressees and instants as short strings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import misspelt
from incidentcore.errors import DefinitionError
from incidentcore.escalation import EscalationTarget
from incidentcore.instants import as_utc, from_iso
from incidentcore.schedule import BusinessDays
from incidentcore.sla import ByTimeOfDay, DueDate
from incidentcore.sla.targets import Target
from incidentcore.sla.terms import SlaThreshold

W = TypeVar("W")
ITEMS: Final = (list, tuple)
"""The types of a list in plain data."""

SPAN: Final = 'a span such as "90s", "15m", "4h" or "2d"'
DAYS: Final = f'{SPAN}, or "3 business days"'
TARGET: Final = (
    f'{DAYS}, "by 12:00", "by 12:00 next business day", "by 12:00 +2 business days", '
    'each with a calendar behind it if need be, or "due:FIELD", or '
    '"follow:FIELD", which moves with the field'
)
WHO: Final = "KIND:NAME with oncall, group, role, person, field or manager_of, or a list of them"
WARN: Final = '"80%", "1h before" or "30m after"'

_DUE: Final = ("due", "follow")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhd])")
_UNIT_WORDS: Final = re.compile(
    r"(\d+(?:\.\d+)?) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b"
)
_TIME: Final = r"([01]?\d|2[0-3]):([0-5]\d)"
_TARGETS: Final = (
    re.compile(
        rf"by {_TIME}(?: (?:(next) business day|\+(\d{{1,4}}) business days?))?"
        r"(?: cutoff (\d\d:\d\d))?(?: (.+))?"
    ),
    re.compile(r"(end of )?(\d{1,4}) business days?(?: (.+))?"),
    re.compile(r"(\S+)(?: (.+))?"),
)
_KINDS: Final = ("group", "role", "person", "field", "manager_of")


@attrs.define
class WrongError(Exception):
    """Raised if a value in a desk file cannot be read.

    The message shows what was probably meant: ``nearest``, or the most similar of ``names``.
    """

    given: object
    allowed: str
    names: tuple[str, ...] = ()
    nearest: str = ""


def need_data(data: Any, kind: type | tuple[type, ...], allowed: str, *, least: int = 0) -> Any:
    """Return plain data of the given type that has at least ``least`` items."""
    if not isinstance(data, kind) or (least and len(data) < least):  # type: ignore[arg-type]  # sized, where it is asked
        raise WrongError(data, allowed)
    return data


def one_of(data: Any, names: Iterable[str], allowed: str = "one of {}") -> Any:
    """Return data that is one of several names; otherwise raise ``WrongError``."""
    known = tuple(names)
    if data not in known:
        raise WrongError(data, allowed.format(", ".join(known)), known)
    return data


def writer_of(writers: Mapping[type, W], value: object, where: str, allowed: str) -> W:
    """Return the entry for the class of a value, or for the nearest base that attrs did not make.

    A subclass of a rule is not written as the rule itself.
    """
    for kind in type(value).__mro__:
        if kind in writers and (kind is type(value) or not attrs.has(kind)):
            return writers[kind]
    raise DefinitionError(where, value, allowed)


def _said(text: object) -> str:
    return text if isinstance(text, str) else ""


def read_span(text: object) -> timedelta:
    """Return the span that a text describes; ``"1d 4h"`` is 28 hours."""
    parts = [_SPAN.fullmatch(part) for part in _said(text).split()]
    if parts and all(parts):
        micros = sum(Decimal(part[1]) * _UNITS[part[2]] * 1_000_000 for part in parts if part)
        try:
            return timedelta(microseconds=int(micros))
        except OverflowError:
            pass
    raise WrongError(text, SPAN, nearest=_meant(text))


def _meant(text: object) -> str:
    """Return a text with its units as spans have them: ``"30m"`` for ``"30 min"``."""
    said = " ".join(_said(text).split())
    meant = _UNIT_WORDS.sub(lambda part: f"{part[1]}{part[2][0]}", said.lower())
    return meant if meant != said and _SPAN.fullmatch(meant.split()[0]) else ""


def span_word(span: timedelta) -> str:
    """Return the text of a span in its largest whole unit."""
    micros = span // timedelta(microseconds=1)
    for unit, seconds in reversed(_UNITS.items()):
        if micros % (seconds * 1_000_000) == 0 and (micros or unit == "m"):
            return f"{micros // (seconds * 1_000_000)}{unit}"
    return f"{Decimal(micros) / 1_000_000:f}s"


def read_target(text: object) -> tuple[Target, str]:
    """Return a target, and the name of the calendar that the text adds; empty if it adds none."""
    kind, _, field = _said(text).partition(":")
    if kind in _DUE and field.strip():
        path, _, calendar = field.strip().partition(" ")
        return DueDate(path, follow=kind == "follow"), calendar.strip()
    words = " ".join(_said(text).split())
    by_time = _TARGETS[0].fullmatch(words)
    if by_time:
        days = 1 if by_time[3] else int(by_time[4] or 0)
        at = time(int(by_time[1]), int(by_time[2]))
        return ByTimeOfDay(at, days, cut_off=by_time[5]), by_time[6] or ""
    in_days = _TARGETS[1].fullmatch(words)
    if in_days:
        days_target = BusinessDays(int(in_days[2]), end_of_day=bool(in_days[1]))
        return days_target, in_days[3] or ""
    plain = _TARGETS[2].fullmatch(words)
    if plain:
        span, rest = plain[1], plain[2] or ""
        while rest and _SPAN.fullmatch(rest.split()[0]):
            head, _, rest = rest.partition(" ")
            span = f"{span} {head}"
        try:
            return read_span(span), rest
        except WrongError:
            raise WrongError(text, TARGET, nearest=_meant(text)) from None
    raise WrongError(text, TARGET)


def _time_word(target: ByTimeOfDay) -> str:
    days = target.business_days
    later = " next business day" if days == 1 else f" +{days} business days" if days else ""
    cut = "" if target.cut_off is None else f" cutoff {target.cut_off:%H:%M}"
    return f"by {target.time:%H:%M}{later}{cut}"


_TARGET_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    timedelta: span_word,
    BusinessDays: str,
    ByTimeOfDay: _time_word,
    DueDate: lambda target: f"{'follow' if target.follow else 'due'}:{target.field}",
}


def target_word(target: Target, calendar: str = "") -> str:
    """Return the text of a target, with the name of its calendar."""
    write = writer_of(_TARGET_WORDS, target, "target", "a target that a desk file can express")
    return f"{write(target)} {calendar}" if calendar else write(target)


def in_hours(target: str) -> str:
    """Return a target with hours in place of days, which are not working days."""
    return re.sub(r"^(\d+)d\b", lambda days: f"{int(days[1]) * 24}h", target)


def read_days(text: object) -> timedelta | BusinessDays:
    """Return the span or the number of business days that a text describes."""
    try:
        target, calendar = read_target(text)
    except WrongError as wrong:
        raise WrongError(text, DAYS, nearest=wrong.nearest) from None
    if calendar or not isinstance(target, (timedelta, BusinessDays)):
        raise WrongError(text, DAYS)
    return target


def _share(text: str) -> Fraction | None:
    number = text.removesuffix("%")
    try:
        return Fraction(number) / 100 if number != text else Fraction(number)
    except (ValueError, ZeroDivisionError):
        return None


def read_point(text: object, allowed: str = WARN) -> SlaThreshold:
    """Return the threshold that a text such as ``"80%"`` describes, with the text as its name."""
    words = " ".join(_said(text).split())
    span, _, side = words.rpartition(" ")
    if side in ("before", "after") and span:
        try:
            length = read_days(span)
        except WrongError as wrong:
            near = f"{wrong.nearest} {side}" if wrong.nearest else ""
            raise WrongError(text, allowed, nearest=near) from None
        if side == "before":
            return SlaThreshold(name=words, before_due=length)
        return SlaThreshold(name=words, after_due=length)
    share = _share(words) if words.endswith("%") or "/" in words else None
    if share is not None and share >= 0:
        return SlaThreshold(name=words, fraction=share)
    raise WrongError(text, allowed)


def warn_word(point: SlaThreshold) -> str:
    """Return the text of a threshold without its name and calendar."""
    if point.before_due is not None:
        return f"{target_word(point.before_due)} before"
    if point.after_due is not None:
        return f"{target_word(point.after_due)} after"
    assert point.fraction is not None  # noqa: S101  a threshold has one of the three
    percent = point.fraction * 100
    decimal = Decimal(percent.numerator) / Decimal(percent.denominator)
    if Fraction(decimal) == percent:
        return f"{decimal.normalize():f}%"
    return f"{point.fraction.numerator}/{point.fraction.denominator}"


def read_who(text: object) -> EscalationTarget:
    """Return the addressee that ``KIND:NAME`` describes, of any kind but ``oncall``."""
    kind, colon, name = _said(text).partition(":")
    kind, name = kind.strip(), name.strip()
    if not colon or not name or kind not in _KINDS:
        kinds = (*_KINDS, "oncall")
        meant = misspelt(kind, kinds) if name else ""
        near = f"{meant}:{name}" if meant else ""
        if not colon:  # a name alone
            near = f"person:{kind}, group:{kind}" if kind else ""
        raise WrongError(text, WHO, nearest=near)
    return EscalationTarget(kind, name)  # type: ignore[arg-type]  # one of _KINDS


def who_word(target: EscalationTarget) -> str:
    """Return the text of an addressee."""
    return f"{'oncall' if target.kind == 'on_call' else target.kind}:{target.name}"


def read_instant(value: object, zone: ZoneInfo) -> datetime:
    """Return the instant of a date (its midnight) or time, in ``zone`` if none is stated."""
    given = value
    with suppress(TypeError, ValueError):
        given = from_iso(datetime, value)  # type: ignore[arg-type]  # or TypeError
    day = need_data(given, date, "a date such as 2026-12-31, or a time with it")
    at = day if isinstance(day, datetime) else datetime.combine(day, time())
    return as_utc(at if at.tzinfo is not None else at.replace(tzinfo=zone))
