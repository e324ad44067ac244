"""Recurrence rules of RFC 5545 for whole days, read strictly (rule C5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule.expansion import Parts

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_LISTS = {
    "BYMONTH": ("months", 12),
    "BYWEEKNO": ("weeks", 53),
    "BYYEARDAY": ("year_days", 366),
    "BYMONTHDAY": ("month_days", 31),
    "BYSETPOS": ("positions", 366),
}
_PICKED_FROM = ("months", "weeks", "year_days", "month_days")
_LONGEST = 2_000
_MOST_INTERVAL = 1_000
_MOST_COUNT = 10_000
COUNTED_YEARS = 100  # how far after its start a rule with COUNT is followed

_BYDAY = r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)"
_NUMBER = r"[+-]?[0-9]{1,3}"
_UNTIL = r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?"

Refuse = Callable[[object, str], CalendarDefinitionError]


@attrs.frozen(kw_only=True)
class Recurrence(SharedRepr):
    """Days that recur by a rule of RFC 5545."""

    text: str  # in canonical form, so that different spellings of a rule are equal
    start: date | None = None  # the first day, before which it does not recur
    _parts: Parts = attrs.field(eq=False, repr=False, alias="parts")

    def in_years(self, first: int, last: int) -> tuple[date, ...]:
        """Return the days on which the rule falls in a range of years, inclusive, in order.

        A rule with COUNT is followed for at most 100 years after its start.
        """
        first, last = max(first, 1), min(last, 9998)
        start, until, left = self.start, self._parts.until, self._parts.count
        if until is not None:
            last = min(last, until.year)
        if start is not None:
            first = max(first, start.year)
        if left is None or start is None:
            return tuple(day for year in range(first, last + 1) for day in self._matches(year))
        found: list[date] = []
        if first > start.year + COUNTED_YEARS:
            return ()
        for year in range(start.year, min(last, start.year + COUNTED_YEARS) + 1):
            days = list(self._matches(year))[:left]
            left -= len(days)
            if year >= first:
                found.extend(days)
            if not left:
                break
        return tuple(found)

    def _matches(self, year: int) -> Iterator[date]:
        start, until = self.start, self._parts.until
        for day in self._parts.days(year, start):
            if (start is None or day >= start) and (until is None or day <= until):
                yield day


def parse_rule(text: str, start: date | None = None, field: str = "rule") -> Recurrence:
    """Return the recurrence rule in a text such as ``"FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"``.

    Args:
        text: The rule, with or without a leading ``RRULE:``.
        start: The first day of the rule; None if it has none. Required if the rule's days depend on
            it: with COUNT, with an INTERVAL above 1, or if no part names the day.
        field: The name of the field, for the error.

    Source: RFC 5545, 3.3.10; the restrictions are rule C5.
    """

    def refuse(given: object, allowed: str) -> CalendarDefinitionError:
        return CalendarDefinitionError(field, given, allowed)

    if not isinstance(text, str) or len(text) > _LONGEST:
        raise refuse(text, f"an RFC 5545 rule of at most {_LONGEST} characters")
    named: dict[str, str] = {}
    for part in text.strip().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or not name:
            raise refuse(part, "parts of the form NAME=VALUE, divided by semicolons")
        if name in named:
            raise refuse(part, "each part once")
        named[name] = value
    parts = _read_parts(named, refuse)
    if start is None:
        if parts.interval > 1 or parts.count is not None:
            raise refuse(text, "a rule with INTERVAL or COUNT needs the day it starts from")
        names_day = parts.weekdays or parts.month_days or parts.year_days or parts.weeks
        if parts.freq != "DAILY" and not names_day:
            raise refuse(text, "a part that names the day, or the day the rule starts from")
    else:
        parts = _filled(parts, start)
    return Recurrence(text=_canonical(parts), start=start, parts=parts)


def _read_parts(named: dict[str, str], refuse: Refuse) -> Parts:
    given = dict(named)
    freq = given.pop("FREQ", "")
    if freq not in _FREQUENCIES:
        raise refuse(freq, "FREQ=YEARLY, MONTHLY, WEEKLY or DAILY")
    for name in _LISTS:
        if name in given and name != "BYMONTH" and freq not in ("YEARLY", "MONTHLY"):
            raise refuse(f"{name} with FREQ={freq}", f"{name} with FREQ=YEARLY or MONTHLY")
    weekdays = _read_weekdays(given.pop("BYDAY", ""), freq, refuse)
    week_start = given.pop("WKST", "MO")
    if week_start not in _DAYS:
        raise refuse(week_start, "WKST as one of MO TU WE TH FR SA SU")
    until = _read_until(given.pop("UNTIL", ""), refuse)
    count = given.pop("COUNT", None)
    if count is not None and until is not None:
        raise refuse("COUNT and UNTIL", "one of COUNT and UNTIL")
    lists = {
        field: _numbers(given.pop(name, ""), name, most, refuse)
        for name, (field, most) in _LISTS.items()
    }
    if any(ordinal for ordinal, _ in weekdays) and lists["weeks"]:
        raise refuse("BYDAY with a number and BYWEEKNO", "BYDAY without numbers beside BYWEEKNO")
    if lists["positions"] and not (weekdays or any(lists[name] for name in _PICKED_FROM)):
        raise refuse("BYSETPOS", "BYSETPOS beside another BY part to pick from")
    parts = Parts(
        freq=freq,
        interval=_positive(given.pop("INTERVAL", "1"), "INTERVAL", _MOST_INTERVAL, refuse),
        count=None if count is None else _positive(count, "COUNT", _MOST_COUNT, refuse),
        until=until,
        weekdays=weekdays,
        week_start=_DAYS.index(week_start),
        **lists,
    )
    if given:
        allowed = " ".join(("FREQ INTERVAL COUNT UNTIL WKST BYDAY", *_LISTS))
        raise refuse(next(iter(given)), allowed)
    return parts


def _positive(text: str, name: str, most: int, refuse: Refuse) -> int:
    if re.fullmatch("[+]?[0-9]{1,5}", text) and 1 <= int(text) <= most:
        return int(text)
    raise refuse(f"{name}={text}", f"{name} from 1 to {most}")


def _numbers(text: str, name: str, most: int, refuse: Refuse) -> tuple[int, ...]:
    found = set()
    for item in text.split(",") if text else ():
        number = int(item) if re.fullmatch(_NUMBER, item) else 0
        if not 1 <= abs(number) <= most or (number < 0 and name == "BYMONTH"):
            negative = "" if name == "BYMONTH" else f" or -{most} to -1"
            raise refuse(f"{name}={text}", f"{name} from 1 to {most}{negative}")
        found.add(number)
    return tuple(sorted(found))


def _read_weekdays(text: str, freq: str, refuse: Refuse) -> tuple[tuple[int, int], ...]:
    if not text:
        return ()
    found = set()
    for item in text.split(","):
        match = re.fullmatch(_BYDAY, item)
        if match is None:
            raise refuse(f"BYDAY={text}", "BYDAY such as MO, 4TH or -1FR")
        ordinal = int(match[1]) if match[1] else 0
        if match[1] and not 1 <= abs(ordinal) <= 53:
            raise refuse(f"BYDAY={text}", "numbers 1 to 53 or -53 to -1 before a weekday")
        if ordinal and freq not in ("YEARLY", "MONTHLY"):
            raise refuse(f"BYDAY={text} with FREQ={freq}", "numbered weekdays with YEARLY, MONTHLY")
        found.add((ordinal, _DAYS.index(match[2])))
    return tuple(sorted(found))


def _read_until(text: str, refuse: Refuse) -> date | None:
    if not text:
        return None
    match = re.fullmatch(_UNTIL, text)
    if match is not None:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    raise refuse(f"UNTIL={text}", "UNTIL as YYYYMMDD or YYYYMMDDTHHMMSSZ")


def _filled(parts: Parts, start: date) -> Parts:
    """Fill in the parts that RFC 5545 takes from the start if no part names the day."""
    if parts.weekdays or parts.month_days or parts.year_days:
        return parts
    if parts.freq == "WEEKLY" or (parts.freq == "YEARLY" and parts.weeks):
        return attrs.evolve(parts, weekdays=((0, start.weekday()),))
    if parts.freq == "DAILY" or parts.weeks:
        return parts
    months = parts.months or ((start.month,) if parts.freq == "YEARLY" else ())
    return attrs.evolve(parts, months=months, month_days=(start.day,))


def _canonical(parts: Parts) -> str:
    texts = [f"FREQ={parts.freq}"]
    if parts.interval > 1:
        texts.append(f"INTERVAL={parts.interval}")
    if parts.count is not None:
        texts.append(f"COUNT={parts.count}")
    if parts.until is not None:
        texts.append(f"UNTIL={parts.until.isoformat().replace('-', '')}")
    lists: dict[str, tuple[object, ...]]
    lists = {name: getattr(parts, field) for name, (field, _) in _LISTS.items()}
    lists["BYDAY"] = tuple(f"{ordinal or ''}{_DAYS[day]}" for ordinal, day in parts.weekdays)
    lists["BYSETPOS"] = lists.pop("BYSETPOS")  # the last of all
    texts.extend(f"{name}={','.join(map(str, items))}" for name, items in lists.items() if items)
    if parts.week_start:
        texts.append(f"WKST={_DAYS[parts.week_start]}")
    return ";".join(texts)
