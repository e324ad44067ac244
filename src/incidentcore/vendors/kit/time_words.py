"""Words in times: months and weekdays in several languages, and UTC."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache, partial
from typing import Final

from incidentcore.instants import as_zone

_MONTHS: Final = {
    word: number
    for number, words in {
        1: "januar jänner jän janvier janv enero ene januari janeiro gennaio gen",
        2: "februar février févr fév febrero februari fevereiro fev febbraio",
        3: "märz mär mrz mars marzo maart mrt março",
        4: "avril avr abril abr aprile",
        5: "mai mayo mei maio mag maggio",
        6: "juni juin junio junho giugno giu",
        7: "juli juillet juil julio julho luglio lug",
        8: "août agosto ago augustus",
        9: "sept septembre septiembre setembro set settembre",
        10: "oktober okt octobre octubre outubro out ottobre ott",
        11: "novembre noviembre novembro",
        12: "dezember dez décembre déc diciembre dic dezembro dicembre",
    }.items()
    for word in words.split()
}
"""Months in German, French, Spanish, Italian, Dutch and Portuguese; formats know English ones."""
_WEEKDAYS: Final = {
    word: number
    for number, words in enumerate(
        (
            "mon monday mo montag lun lundi lunes maandag lunedì",
            "tue tues tuesday di dienstag mar mardi martes dinsdag martedì",
            "wed wednesday mi mittwoch mer mercredi mié mie miércoles wo woensdag mercoledì",
            "thu thur thurs thursday do donnerstag jeu jeudi jue jueves donderdag gio giovedì",
            "fri friday fr freitag ven vendredi vie viernes vr vrijdag venerdì",
            "sat saturday sa samstag sonnabend sam samedi sáb sab sábado za zaterdag sabato",
            "sun sunday so sonntag dim dimanche dom domingo zo zondag domenica",
        )
    )
    for word in words.split()
}
_LEADING: Final = re.compile(r"([^\W\d_]+)\.?,? ?")
_WORD: Final = re.compile(r"([^\W\d_]+)")
_DOTTED: Final = re.compile(r"([^\W\d_]+)\.(?:(?<=\b[ap]\.) ?(?=m\b))?", re.IGNORECASE)
"""A word with the dot of an abbreviation, such as "févr." and "a. m."."""
_UTC: Final = re.compile(
    r"(.*\d(?: ?[ap]\.? ?m\.?)?) ?\(?(?:UTC|GMT|(?<=\d)Z|(?<= )Z)"
    r" ?(?:([+-]\d\d?)(?::?([0-5]\d))?)?\)?(?: ?\([^()]*\))?",
    re.IGNORECASE,
)

_ZONED: Final = re.compile(r"(.*[\dmM.Z]) ?[\[(]?([A-Z][A-Za-z_]+(?:/[A-Z][\w+-]+)+)[\])]?")


def in_english(text: str) -> Iterator[str]:
    """Yield a time with its month and half of the day in each form that formats know."""
    for word in (_WORD, _DOTTED):
        for names in _month_names():
            english = word.sub(partial(_month, names), text)
            if english != text:
                yield english


@cache
def _month_names() -> tuple[list[str], list[str]]:
    return [*month_abbr], [*month_name]


def _month(names: Sequence[str], word: re.Match[str]) -> str:
    return names[_MONTHS.get(word[1].casefold(), 0)] or word[1]


def beside_utc(text: str, read: Callable[[str], datetime]) -> datetime:
    """Return a time before "UTC", "GMT" or "Z", which an offset may follow: "UTC+2"."""
    found = _UTC.fullmatch(text)
    if found is None:
        raise ValueError
    at, hours = read(found[1]), int(found[2] or 0)
    minutes = int(found[3] or 0) * (-1 if found[2] and found[2][0] == "-" else 1)
    stated = at.replace(tzinfo=timezone(timedelta(hours=hours, minutes=minutes)))
    if at.tzinfo is not None and at != stated:
        raise ValueError
    return stated


def in_zone(text: str, read: Callable[[str], datetime]) -> datetime:
    """Return a time before the name of its zone, such as "Europe/Berlin" or "[Europe/Berlin]"."""
    found = _ZONED.fullmatch(text)
    if found is None:
        raise ValueError
    at, zone = read(found[1]), as_zone(found[2])
    placed = at.replace(tzinfo=zone)
    if at.tzinfo is not None and at.utcoffset() != placed.utcoffset():
        raise ValueError
    return placed


def on_weekday(text: str, read: Callable[[str], datetime]) -> datetime:
    """Return the time after a weekday; raise ``ValueError`` if it is on another weekday."""
    found = _LEADING.match(text)
    if found is None or (day := _WEEKDAYS.get(found[1].casefold())) is None:
        raise ValueError
    at = read(text[found.end() :])
    if at.weekday() != day:
        raise ValueError
    return at
