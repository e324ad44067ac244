"""Opening hours as text: the windows of a day, and the week they make up (rules C1, C2, C6).

A window is stored as two whole numbers of seconds from the day's midnight. Its end may exceed
86,400 (24:00) while it is read; :func:`split` then moves the rest to the next date.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import TypeVar

from incidentcore._checks import as_pairs, need_kind, need_several
from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule.spans import join_neighbors, merge

DAY = 86_400
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = tuple(name[:3] for name in _NAMES)

Span = tuple[int, int]
T = TypeVar("T")
_Run = tuple[str, str, T]  # first and last day, and what they have

_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
# Patterns are compiled when first used, not on import.
_WINDOW = rf"\s*{_CLOCK}\s*-\s*{_CLOCK}\s*"
_FORM = (
    'windows such as "09:00-17:00", "22:00-06:00" or "00:00-24:00"; several as a list of texts,'
    " and [] for closed"
)
_MOST_WINDOWS = 1_440  # one a minute; more is an attack or a mistake


def pairs(value: object, field: str) -> list[tuple[object, object]]:
    """Return the pairs of a mapping, or of an iterable of pairs."""
    key = "2026-12-24" if field == "special" else "mon-fri"
    allowed = f'a mapping or (key, value) pairs, such as {{"{key}": "09:00-17:00"}}'
    need_several(field, value, allowed, CalendarDefinitionError, (str, bytes))
    items = as_pairs(value)
    if not all(isinstance(item, (tuple, list)) and len(item) == 2 for item in items):
        raise CalendarDefinitionError(field, value, allowed)
    return [(key, entry) for key, entry in items]


def parse_hours(value: object, field: str) -> tuple[Span, ...]:
    """Return one or more windows, read from text, in order and with touching windows merged.

    Args:
        value: Text such as ``"09:00-17:00"``, or an iterable of such texts; empty for closed.
        field: The name of the field, for the error.
    """
    if isinstance(value, str):
        return (_parse_window(value, field),)
    spans: list[Span] = []
    for text in need_several(field, value, _FORM, CalendarDefinitionError):
        need_kind(field, text, str, CalendarDefinitionError, _FORM)
        if len(spans) == _MOST_WINDOWS:
            raise CalendarDefinitionError(field, text, f"at most {_MOST_WINDOWS} windows")
        spans.append(_parse_window(text, field))
    return _disjoint(spans, field)


def _parse_window(text: str, field: str) -> Span:
    match = re.fullmatch(_WINDOW, text)
    if match is None:
        raise CalendarDefinitionError(field, text, _FORM)
    numbers = [int(group or 0) for group in match.groups()]
    start = _seconds(numbers[:3], text, field)
    end = _seconds(numbers[3:], text, field)
    if start >= DAY:
        raise CalendarDefinitionError(field, text, "a start before 24:00")
    if end % DAY in (DAY - 60, DAY - 1):
        raise CalendarDefinitionError(
            field, text, "24:00 as the end of a day; an end at 23:59 loses a minute (rule C6)"
        )
    if start == end:
        day = f"{_clock(start)}-{_clock(start + DAY)}"
        raise CalendarDefinitionError(
            field, text, f"a start that differs from the end; 24 hours are {day}"
        )
    if end < start:
        end += DAY
    if end - start > DAY:
        raise CalendarDefinitionError(field, text, "an end at most 24 hours after the start")
    return start, end


def _seconds(parts: list[int], text: str, field: str) -> int:
    hours, minutes, seconds = parts
    if hours > 48 or minutes > 59 or seconds > 59 or (hours == 48 and (minutes or seconds)):
        raise CalendarDefinitionError(field, text, "hours 00 to 48, minutes and seconds 00 to 59")
    return hours * 3600 + minutes * 60 + seconds


def _disjoint(spans: Iterable[Span], field: str) -> tuple[Span, ...]:
    ordered = sorted(spans)
    for (_, before), (start, end) in itertools.pairwise(ordered):
        if start < before:
            raise CalendarDefinitionError(
                field, format_span((start, end)), "windows of one date that do not overlap"
            )
    return merge(ordered)


def split(spans: Iterable[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Divide windows at 24:00 into those of the date and those of the next date (rule C2)."""
    kept = tuple(spans)
    head = tuple((start, min(end, DAY)) for start, end in kept)
    tail = tuple((max(start, DAY) - DAY, end - DAY) for start, end in kept if end > DAY)
    return head, tail


def weekdays(key: object, field: str) -> list[int]:
    """Return the numbers of the weekdays that a key names; Monday is 0.

    A key is a weekday, a range, or several of them with commas. A weekday is an English name, in
    full or cut off after at least two letters.
    """
    found: list[int] = []
    for part in key.split(",") if isinstance(key, str) else ("",):
        first, dash, last = part.partition("-")
        begin = weekday(first)
        end = weekday(last) if dash else begin
        if begin is None or end is None:
            allowed = 'weekdays such as "mon", a range such as "mon-fri", or both: "mon-thu, sat"'
            raise CalendarDefinitionError(field, key, allowed)
        found += [(begin + offset) % 7 for offset in range((end - begin) % 7 + 1)]
    return found


def weekday(text: str) -> int | None:
    """Return the number of a weekday from two or more of its first letters."""
    word = text.strip().lower()
    days = (day for day, name in enumerate(_NAMES) if len(word) > 1 and name.startswith(word))
    return next(days, None)


def parse_week(hours: object, field: str = "hours") -> tuple[tuple[Span, ...], ...]:
    """Read a week into seven tuples of windows, Monday first, divided at midnight (rule C1).

    Args:
        hours: A mapping or pairs of weekdays, as in ``weekdays``, to hours; each weekday once.
        field: The name of the field, for the error.
    """
    written: dict[int, tuple[Span, ...]] = {}
    for key, value in pairs(hours, field):
        days = weekdays(key, field)
        spans = parse_hours(value, f"{field}[{key!r}]")
        for day in days:
            if day in written:
                raise CalendarDefinitionError(
                    f"{field}[{key!r}]", WEEKDAYS[day], "each weekday named once"
                )
            written[day] = spans
    dates: list[list[Span]] = [[] for _ in WEEKDAYS]
    for day, spans in written.items():
        head, tail = split(spans)
        dates[day].extend(head)
        dates[(day + 1) % 7].extend(tail)
    return tuple(_disjoint(spans, f"{field}[{WEEKDAYS[day]!r}]") for day, spans in enumerate(dates))


def format_span(span: Span) -> str:
    """Return a window as text that ``parse_hours`` can read."""
    start, end = span
    if end > DAY and end - DAY != start:  # 24 hours keep an end that differs from the start
        end -= DAY
    return f"{_clock(start)}-{_clock(end)}"


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def format_hours(spans: Iterable[Span]) -> tuple[str, ...]:
    """Return several windows as ``format_span`` does; one of over 24 hours is written as two."""
    cuts = ((start, end - DAY if end - start > DAY else start, end) for start, end in spans)
    pieces = (piece for start, cut, end in cuts for piece in ((start, cut), (cut, end)))
    return tuple(format_span(piece) for piece in pieces if piece[0] < piece[1])


def own_windows(week: tuple[tuple[Span, ...], ...]) -> tuple[tuple[Span, ...], ...]:
    """Return the windows that begin on each weekday, with those past midnight rejoined (C2)."""
    days = [list(spans) for spans in week]
    for day in range(7):
        after = week[(day + 1) % 7]
        if not (week[day] and after):
            continue
        evening, morning = week[day][-1], after[0]
        if evening[1] == DAY and morning[0] == 0 and 0 < evening[0] >= morning[1]:
            days[day][-1] = (evening[0], DAY + morning[1])
            days[(day + 1) % 7].remove(morning)
    return tuple(map(tuple, days))


def friendly_week(week: tuple[tuple[Span, ...], ...]) -> dict[str, str | list[str]]:
    """Return a week as readable text, with equal adjacent days as a range.

    A window past midnight is written in one piece.
    """
    texts = [list(format_hours(spans)) for spans in own_windows(week)]
    return join_weekdays(
        (WEEKDAYS[day], text[0] if len(text) == 1 else text)
        for day, text in enumerate(texts)
        if text
    )


def join_weekdays(days: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return what weekdays have, with equal neighboring days joined, such as mon-fri."""
    runs = join_neighbors(((day, day, value) for day, value in days), _both)
    return {a if a == b else f"{a}-{b}": value for a, b, value in runs}


def _both(run: _Run[T], after: _Run[T]) -> _Run[T] | None:
    follows = run[2] == after[2] and WEEKDAYS.index(run[1]) == WEEKDAYS.index(after[0]) - 1
    return (run[0], after[1], run[2]) if follows else None
