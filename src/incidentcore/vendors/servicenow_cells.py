"""Read the cells of ServiceNow's tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from incidentcore.vendors.kit import as_object, plain_text
from incidentcore.vendors.kit.paths import Json

_DURATION: Final = re.compile(r"(?:(\d+)\s+)?(\d{1,6}):(\d{2}):(\d{2})", flags=re.ASCII)
# Units as displayed in English, German, French and Spanish begin so.
_UNITS: Final = {"d": 86_400, "t": 86_400, "j": 86_400, "h": 3_600, "st": 3_600, "m": 60, "s": 1}
_PART: Final = r"(\d{1,6})\s*(d|t|j|h|st|m(?!o)|s)[^\W\d_]*[\s,]*"
# Of a column for part of a reference, such as ``caller_id.name``: what it says of it.
_PARTS: Final = {
    "sys_id": "value",
    **dict.fromkeys(("", "number", "user_name", "name"), "display_value"),
}
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def cell(row: Json, name: str) -> Any:
    """Return a cell's value; the cell is plain, ``{link, value}`` or ``{display_value, value}``."""
    value = row.get(name)
    if isinstance(value, Mapping):
        value = value.get("value", value.get("display_value"))
    return None if value == "" else value


def whole(row: Any) -> Any:
    """Return a row with ``caller_id.name``, ``dv_caller_id`` or ``caller_id_value`` in one cell."""
    shown = as_object(row)
    more: dict[str, dict[str, Any]] = {}
    for column in (name for name in shown if isinstance(name, str)):
        name, _, part = column.removeprefix("dv_").partition(".")
        if column.endswith("_value") and f"{column[:-6]}_link" in shown:  # as replicas have it
            name, part = column[:-6], "sys_id"
        if column != name and part in _PARTS and (text := cell(shown, column)) is not None:
            more.setdefault(name, {}).setdefault(_PARTS[part], text)
    cells: dict[str, Any] = {}
    for name, parts in more.items():
        own = shown.get(name)
        stated = own if isinstance(own, Mapping) else {} if own in ("", None) else {"value": own}
        both = {**parts, **stated}
        cells[name] = both if len(both) > 1 else next(iter(both.values()))
    return {**shown, **cells} if cells else row


def displays_only(row: Json) -> bool:
    """Return whether the cells of a row are displays, which are in the account's zone."""
    parts = [as_object(value).keys() for value in row.values()]
    return any("display_value" in one for one in parts) and all("value" not in one for one in parts)


def linked(row: Json, name: str) -> str | None:
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


def as_audit(line: Json, incident: Json) -> Json:
    """Return a line of the history as the entry of the audit from which it was made.

    A value with only a display is the incident's own value if that has the same display. The lines
    of update 0 are the values at the opening.
    """
    name, update = str(cell(line, "field")), plain_text(cell(line, "update"))
    own = as_object(incident.get(name))
    before, after = (cell(line, f"{side}_value") or cell(line, side) for side in ("old", "new"))
    known = {own.get("display_value"): own.get("value")}
    line_id = f"{name}-{update}" if update else cell(line, "sys_id")
    is_first = update == "0"
    return {
        "sys_id": cell(line, "journal_sysid") or line_id,
        "fieldname": name,
        "oldvalue": known.get(before, before),
        "newvalue": known.get(after, after),
        "user": cell(line, "user_id") or cell(line, "user_name"),
        "sys_created_on": cell(incident, "opened_at") if is_first else cell(line, "update_time"),
        "record_checkpoint": update,
    }


def as_note(entry: Json) -> Json:
    """Return an entry of the audit for a comment as one of the journal."""
    names = {"element": "fieldname", "value": "newvalue", "sys_created_by": "user"}
    return {**entry, **{name: entry.get(column) for name, column in names.items()}}
