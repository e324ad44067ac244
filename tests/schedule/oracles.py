"""How a row's calendar is written for the library."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from tests.oracles.rows import FOLDER, Row

from incidentcore.schedule import BusinessCalendar, Holiday


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def build(definition: Row) -> BusinessCalendar:
    """Write an oracle's calendar; a special day that is also a holiday is dropped (rule C5)."""
    closed = definition.get("holidays", ())
    return BusinessCalendar(
        zone=definition["tz"],
        hours={day: _texts(windows) for day, windows in definition["week"].items()},
        holidays=[
            *closed,
            *(Holiday(yearly=month_day) for month_day in definition.get("holidays_mmdd", ())),
        ],
        special={
            day: _texts(windows)
            for part in ("shifts", "special")
            for day, windows in definition.get(part, {}).items()
            if day not in closed
        },
        breaks={day: _texts(windows) for day, windows in definition.get("breaks", {}).items()},
    )


def _texts(windows: list[list[str]]) -> list[str]:
    return [f"{start}-{end}" for start, end in windows]


@lru_cache(maxsize=1)
def calendars() -> dict[str, tuple[Row, BusinessCalendar]]:
    """Return the calendars of the consensus rows: the plain definition and ours."""
    with (FOLDER / "calendars.json").open(encoding="utf-8") as file:
        found = json.load(file)
    return {name: (definition, build(definition)) for name, definition in found.items()}
