"""Find the formats of times in texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, lru_cache
from typing import Final

from incidentcore.errors import InvalidValueError
from incidentcore.vendors.kit.times import TimeReader, Times

_DAYS: Final = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d"),
    *("%d/%b/%y", "%d/%b/%Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%b %d, %Y"),
    *("%b %d %Y", "%d %B %Y", "%d. %B %Y", "%d. %b %Y", "%B %d, %Y", "%d de %B de %Y"),
    "%Y年%m月%d日",
)
_NUMERIC: Final = tuple(form for form in _DAYS if "%b" not in form and "%B" not in form)
_OTHERS: Final = (
    *("%b %d %H:%M:%S %Y", "%H:%M %d/%m/%Y", "%H:%M %d.%m.%Y", "%d%b%Y:%H:%M:%S"),
    *("%d/%b/%Y:%H:%M:%S %z", "%d/%b/%Y:%H:%M:%S"),
    *("%Y-%m-%d-%H.%M.%S.%f", "%Y-%m-%d-%H.%M.%S"),
)
_DIGITS: Final = {"epoch_s": 10, "epoch_ms": 13, "%Y%m%d%H%M%S": 14}
NUMBERS: Final = (*_DIGITS, "excel")
"""Formats of numbers, which are times only in a column of times."""
_SERIAL: Final = re.compile(r"[2-7]\d{4}([.,]\d+)?")  # the years 1954 to 2119
_CLOCK: Final = re.compile(
    r"(?P<day>.*[\d日])(?P<before>T|,? (?:um |à |at |a las |- )?)"
    r"(?P<hour>\d\d?)(?P<colon>[:.h])\d\d"
    r"(?P<seconds>(?P=colon)\d\d(?P<mark>[.,]\d{1,6})?)?(?P<half> ?[ap]\.? ?m\.?)?"
    r"(?P<behind> Uhr)?(?P<offset> ?[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_UTC: Final = re.compile(r" ?\(?(?:UTC|GMT)[^()]*\)?$|(?<=\d) ?Z$")
_ISO: Final = "iso"
_LONGEST: Final = 60
_DATED: Final = re.compile(
    r"(?:[^\W\d_]{2,}\.?,? )?\d{1,4}[-./ ]\w{1,9}\.?[-./ ]+\d{2,4}|[A-Za-z]{3} \d{1,2},"
)


def formats_together(texts: Counter[str], *, numbers: bool) -> tuple[str, ...]:
    """Return formats that together read most of a column's texts, the most frequent ones first.

    There may be none. With ``numbers``, numbers are times too, as the column's name says.
    """
    dated = {t: formats_of(t) for t in texts if _DATED.match(t) or (numbers and _is_number(t))}
    found: list[str] = []
    count = 0
    while fits := list(dict.fromkeys(form for forms in dated.values() for form in forms)):
        counts = {form: sum(texts[t] for t in dated if form in dated[t]) for form in fits}
        best = max(counts, key=lambda form: (counts[form], form == _ISO))
        mine = {text for text in dated if best in dated[text]}
        alike = [f for f in fewest(fits) if mine == {text for text in dated if f in dated[text]}]
        found += [_ISO] if best == _ISO else alike
        count += counts[best]
        dated = {text: forms for text, forms in dated.items() if text not in mine}
    return tuple(found) if 2 * count > texts.total() else ()


@lru_cache(maxsize=1 << 14)
def formats_of(text: str) -> tuple[str, ...]:
    """Return the formats that read a time; the first is ``iso`` if that does."""
    whole = text.partition(".")[0]
    found = [form for form, n in _DIGITS.items() if whole.isdecimal() and len(whole) == n]
    found += ["excel"] if _SERIAL.fullmatch(text) else []
    if found or not any(map(str.isdigit, text)) or len(text) > _LONGEST:
        return tuple(found)
    bare = " ".join(_UTC.sub("", text).split())
    clock = _CLOCK.fullmatch(bare)
    day, form = (bare, "") if clock is None else (clock["day"], _clock_form(clock))
    known = _DAYS if any(map(str.isalpha, day)) else _NUMERIC
    days = [one + form for one in known if _reads(one, day) and _reads(one + form, bare)]
    found = [one for one in _OTHERS if not days and _reads(one, bare)]
    return (*((_ISO,) if _reads(_ISO, text) else ()), *days, *found)


def _is_number(text: str) -> bool:
    return not {*formats_of(text)}.isdisjoint(NUMBERS)


def formats_of_all(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the formats that read every one of several times."""
    found: tuple[str, ...] | None = None
    for text in texts:
        fits = formats_of(text)
        found = fits if found is None else tuple(form for form in found if form in fits)
        if not found:
            break
    return found or ()


def fewest(forms: Iterable[str]) -> tuple[str, ...]:
    """Return formats without those of whole months that are there with short ones too."""
    several = tuple(forms)
    return tuple(f for f in several if "%B" not in f or f.replace("%B", "%b") not in several)


def _clock_form(clock: re.Match[str]) -> str:
    """Return the format of what follows the day in a text."""
    colon, half = clock["colon"], clock["half"] or ""
    seconds = f"{colon}%S" if clock["seconds"] else ""
    seconds += f"{clock['mark'][0]}%f" if clock["mark"] else ""
    halves = f"{' ' * half.startswith(' ')}%p" if half else ""
    zone = f"{' ' * clock['offset'].startswith(' ')}%z" if clock["offset"] else ""
    hour = "%I" if half else "%H"
    return f"{clock['before']}{hour}{colon}%M{seconds}{halves}{clock['behind'] or ''}{zone}"


@cache
def _reader(form: str) -> TimeReader:
    return Times(formats=form).reader()


def _reads(form: str, text: str) -> bool:
    with suppress(InvalidValueError):
        return bool(_reader(form).read(text))
    return False
