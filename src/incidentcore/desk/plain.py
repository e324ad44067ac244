"""Write values of a desk file as plain text, for people who do not read TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from incidentcore._checks import as_tuple
from incidentcore.desk.toml import value_text
from incidentcore.schedule import Holiday

_FEW: Final = 3
_QUOTED: Final = re.compile(r"[,;()\n]|: |^$")  # of a text, what could be taken for a separator


def plain_text(value: Any) -> str:
    """Return a value of the file on one line: lists with commas, tables in parentheses."""
    if isinstance(value, Mapping):
        return f"({', '.join(f'{key}: {plain_text(one)}' for key, one in value.items())})"
    if isinstance(value, list):
        return ", ".join(map(plain_text, value)) or "none"
    if isinstance(value, str) and not _QUOTED.search(value):
        return value
    return value_text(value)


def plain_pairs(table: Mapping[str, Any]) -> str:
    """Return a table of the file on one line, without parentheses."""
    return "; ".join(f"{key} {plain_text(one)}" for key, one in table.items())


def plain_day(said: Any) -> str:
    """Return an entry of a list of days: its date, dates or weekdays, its hours, its name."""
    if not isinstance(said, Mapping):
        return str(said)
    table = dict(said)
    first, last, name = (table.pop(key, None) for key in ("from", "to", "name"))
    days = table.pop("day", table.pop("days", f"{first} to {last}" if first else None))
    hours = ", ".join(as_tuple(table.pop("hours", ()), str))
    rest = (f"{key} {plain_text(one)}" for key, one in table.items())
    return " ".join(str(part) for part in (days, *rest, hours, name) if part)


def dates_of(said: Any) -> Sequence[Any]:
    """Return an entry of a list of days, or each date of a range of two or three without a name.

    Single dates without a name become a range if they follow each other (rule C9).
    """
    if not isinstance(said, Mapping) or set(said) != {"from", "to"}:
        return (said,)
    dates = Holiday(range=(said["from"], said["to"])).explicit_dates()
    return dates if len(dates) <= _FEW else (said,)


def bullets(value: Any) -> Iterator[str]:
    """Yield a line for each entry of a list, or each key of a table; lists of tables indented."""
    if isinstance(value, list):
        for entry in value:
            if not isinstance(entry, Mapping):
                yield f"- {plain_text(entry)}"
                continue
            listed = {key: part for key, part in entry.items() if _has_tables(part)}
            pairs = plain_pairs({k: part for k, part in entry.items() if k not in listed})
            first, *rest = [*filter(None, [pairs]), *bullets(listed)] or ["none"]
            yield f"- {first.removeprefix('- ')}"
            yield from (f"  {line}" for line in rest)
        return
    for key, part in value.items():
        if isinstance(part, Mapping):
            first, *rest = bullets([part])
            yield f"- {key}: {first.removeprefix('- ')}"
            yield from rest
        elif _has_tables(part):
            yield f"- {key}:"
            yield from (f"  {line}" for line in bullets(part))
        else:
            yield f"- {key}: {plain_text(part)}"


def _has_tables(part: Any) -> bool:
    return isinstance(part, list) and any(isinstance(one, Mapping) for one in part)
