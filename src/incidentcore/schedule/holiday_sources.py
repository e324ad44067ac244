"""Import holidays from the ``holidays`` package or from any mapping of dates to names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from incidentcore._checks import is_day, nearest, nearest_names, need_kind, need_word
from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.schedule.holidays import Holiday, closed_days

_MOST_YEARS = 200
_LONGEST_NAME = 200
_MOST_PARTS = 20  # named in an error


def public_holidays(
    country: str,
    *,
    years: Iterable[int],
    subdivision: str | None = None,
    language: str | None = None,
    workday_hours: str | Iterable[str] = "mon",
) -> tuple[Holiday, ...]:
    """Return a country's public holidays in the given years, from the ``holidays`` package.

    The dates are copied, since the package's object changes when it is read and when the package is
    updated. Weekend dates that a country makes working days in exchange for a bridge day are
    included, as holidays with hours.

    Args:
        country: The country's ISO 3166 code, such as ``"DE"``.
        years: The years to include; deadlines beyond them take no holidays into account.
        subdivision: The code of a part of the country, such as ``"BY"``.
        language: The language of the names, such as ``"en_US"``. Defaults to the package's default
            for the country, never to the language of the process (rule T6).
        workday_hours: The hours of the weekend working days: windows, or a weekday whose hours in
            the calendar are used. A calendar's ``lint`` reports dates that stay closed because that
            weekday has no hours.

    Returns:
        Holidays with their names, ready for ``BusinessCalendar(holidays=...)``.

    Raises:
        InvalidValueError: The package does not know the country, subdivision or language, or there
            are more than 200 ``years``.
        MissingExtraError: The extra ``holidays`` is not installed.
    """
    holidays = _package("public_holidays")
    wanted = as_years(years)
    try:
        own = holidays.country_holidays(country, subdiv=subdivision)
        known = own.supported_languages or (language,)
        if language is not None:
            need_word("language", language, known)
        found = holidays.country_holidays(
            country, subdiv=subdivision, years=wanted, language=language or own.default_language
        )
    except (NotImplementedError, AttributeError, TypeError):
        known = holidays.list_supported_countries()
        if country not in known:
            allowed = f"a country that `holidays` knows, such as DE{nearest(country, known)}"
            raise InvalidValueError("country", country, allowed) from None
        parts = nearest_names(subdivision, known[country]) or known[country]
        names = ", ".join(parts[:_MOST_PARTS]) + ", …" * (len(parts) > _MOST_PARTS)
        allowed = f"a part of {country} that `holidays` knows: {names or 'none'}"
        raise InvalidValueError("subdivision", subdivision, allowed) from None
    workdays = [day for day in sorted(found.weekend_workdays) if day.year in set(wanted)]
    return (
        *copy_holidays(found, years=wanted),
        *(Holiday(day, name="working day", hours=workday_hours) for day in workdays),
    )


def holidays_version() -> str:
    """Return the version of the ``holidays`` package from which dates are copied.

    Raises:
        MissingExtraError: The extra ``holidays`` is not installed.
    """
    return str(_package("holidays_version").__version__)


def _package(what: str) -> Any:
    try:
        import holidays  # noqa: PLC0415  an extra, needed here alone
    except ModuleNotFoundError:
        raise MissingExtraError("holidays", what) from None
    return holidays


def copy_holidays(source: Mapping[date, str], /, *, years: Iterable[int]) -> tuple[Holiday, ...]:
    """Return the holidays of the given years, from a mapping from dates to names.

    Args:
        source: The mapping, such as an object of the ``holidays`` package; it is copied.
        years: The years to include.

    Raises:
        InvalidValueError: A key is not a date, or there are more than 200 ``years``.

    >>> from datetime import date
    >>> from incidentcore.schedule import copy_holidays
    >>> copy_holidays({date(2026, 12, 25): "Christmas Day"}, years=[2026])
    (Holiday('2026-12-25', name='Christmas Day'),)
    """
    wanted = set(as_years(years))
    found = []
    for day, name in dict(source).items():
        if not is_day(day):
            raise InvalidValueError("source", day, "dates as keys")
        if day.year in wanted:
            line = " ".join(str(name).split())[:_LONGEST_NAME]
            found.append(("".join(filter(str.isprintable, line)), day))
    return closed_days(found)


def as_years(years: Iterable[int], most: int = _MOST_YEARS) -> tuple[int, ...]:
    """Return years in order, each once; raise an error if there are more than ``most``."""
    found: set[int] = set()
    need_kind("years", years, Iterable, allowed="a list of years, such as [2026, 2027]")
    for year in years:
        is_year = isinstance(year, int) and 2 <= year <= 9998
        if not is_year or (len(found) == most and year not in found):
            raise InvalidValueError("years", year, f"at most {most} years, from 2 to 9998")
        found.add(year)
    return tuple(sorted(found))
