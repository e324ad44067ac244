"""Read the cells of ServiceNow's tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from incidentcore.vendors.kit import as_object, plain_text

_DURATION: Final = re.compile(r"(?:(\d+)\s+)?(\d{1,6}):(\d{2}):(\d{2})", flags=re.ASCII)
# Units as displayed in English, German, French and Spanish begin so.
_UNITS: Final = {"d": 86_400, "t": 86_400, "j": 86_400, "h": 3_600, "st": 3_600, "m": 60, "s": 1}
_PART: Final = r"(\d{1,6})\s*(d|t|j|h|st|m(?!o)|s)[^\W\d_]*[\s,]*"
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def cell(row: Mapping[str, Any], name: str) -> Any:
    """Return a cell's value; the cell is plain, ``{link, value}`` or ``{display_value, value}``."""
    value = row.get(name)
    if isinstance(value, Mapping):
        value = value.get("value", value.get("display_value"))
    return None if value == "" else value


def displays_only(row: Mapping[str, Any]) -> bool:
    """Return whether the cells of a row are displays, which are in the account's zone."""
    parts = [as_object(value).keys() for value in row.values()]
    return any("display_value" in one for one in parts) and all("value" not in one for one in parts)


def linked(row: Mapping[str, Any], name: str) -> str | None:
    """Return the ``sys_id`` in the link of a cell that has only a display; None in any other."""
    shown = as_object(row.get(name))
    return None if "value" in shown else str(shown.get("link") or "").rpartition("/")[2] or None


def duration(value: object) -> timedelta | None:
    """Return a duration: since 1970, ``1 02:30:00``, ``1 Day 2 Hours`` or seconds; or None."""
    text = plain_text(value)
    if text is None:
        return None
    if text.isdecimal():
        return timedelta(seconds=int(text))
    match = _DURATION.fullmatch(text)
    if match is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if re.fullmatch(f"(?:{_PART})+", text, flags=re.IGNORECASE):
        parts = re.findall(_PART, text.casefold())
        return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) - _START
    except ValueError:
        return None
