"""Join a column of dates with one of times of day, and with one of zones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any, Final

import attrs

from incidentcore.instants import from_iso
from incidentcore.vendors.headings import date_and_time, plain_name
from incidentcore.vendors.tabular import Table
from incidentcore.vendors.time_formats import formats_of, formats_of_all

_MIDNIGHT: Final = " 00:00:00"  # of a date whose time of day is in another column
_CLOCK: Final = re.compile(r"\d\d?[:.h]\d\d([:.]\d\d)?( ?[ap]\.?m\.?)?", re.IGNORECASE)


def with_joined(table: Table, mapping: Mapping[str, str | int]) -> Table:
    """Return a table with a column for each one mapped as ``"Date+Time"`` or ``"Time+Zone"``."""
    pairs: dict[str, list[str]] = {}
    for column in mapping.values():
        whole = str(column) if table.objects else plain_name(str(column))
        parts = [part.strip() for part in whole.split("+")]
        if parts[1:] and whole not in table.columns and {*parts} <= {*table.columns}:
            pairs[whole] = parts
    if not pairs:
        return table
    return attrs.evolve(
        table, columns=(*table.columns, *pairs), rows=_rows(table, pairs), notes=table.notes
    )


def _rows(table: Table, pairs: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, Any]]:
    width = len(table.columns)
    places = [[*map(table.columns.index, pair)] for pair in pairs.values()]
    for number, row in table.rows:
        if isinstance(row, Mapping):
            whole = {name: reduce(_join, map(row.get, some)) for name, some in pairs.items()}
            yield number, {**row, **whole}
        elif table.objects or len(row) < width:  # malformed
            yield number, row
        else:
            more = [reduce(_join, (row[place] for place in some)) for some in places]
            yield number, [*row[:width], *more, *row[width:]]


def _join(day: Any, clock: Any) -> Any:
    """Return a date with its time of day; the date alone where there is none."""
    if isinstance(clock, str):
        clock = clock.strip()
    if day in (None, "") or clock in (None, ""):
        return "" if day is None else day
    if isinstance(day, date):
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  placed later
        if isinstance(clock, timedelta):
            return midnight + clock
        if isinstance(clock, str):
            with suppress(ValueError):
                clock = from_iso(time, clock.zfill(5))
        if isinstance(clock, (time, datetime)):
            return datetime.combine(midnight, clock if isinstance(clock, time) else clock.time())
    return f"{str(day).removesuffix(_MIDNIGHT)} {clock}"


def clock_of(columns: Sequence[str], place: int, texts: Mapping[int, Iterable[str]]) -> int | None:
    """Return the place of the column with the times of day for a column of dates; None if none."""
    days = texts.get(place, ())
    if not days or any(_is_timed(text) for text in days):
        return None
    for other, name in enumerate(columns):
        clocks = texts.get(other, ())
        if clocks and all(map(_CLOCK.fullmatch, clocks)) and date_and_time(columns[place], name):
            return other
    return None


def _is_timed(text: str) -> bool:
    forms = [form for form in formats_of(text.removesuffix(_MIDNIGHT)) if form != "iso"]
    return not forms or any("%M" in form or "%" not in form for form in forms)


def joined_formats(days: Iterable[str], clocks: Iterable[str]) -> tuple[str, ...]:
    """Return the formats of all dates with all times of day."""
    day, *_ = texts = [text.removesuffix(_MIDNIGHT) for text in days]
    clock, *more = clocks
    whole = (*(f"{one} {clock}" for one in texts), *(f"{day} {one}" for one in more))
    return formats_of_all(whole)
