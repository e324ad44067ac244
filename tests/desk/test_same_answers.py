"""One agreement in Python, in a desk's file and over a table: each row has one answer.

Hours of Berlin: Mon-Thu 08:00-18:00 and Fri 08:00-16:00; 24 December until noon, closed on the
public holidays and from 28 to 31 December. Each answer is worked out on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incidentcore.conditions import field
from incidentcore.desk import Desk, dump_desk, load_desk
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, comment
from incidentcore.schedule import BusinessCalendar, BusinessDays, Holiday
from incidentcore.serialization import dumps, loads
from incidentcore.sla import (
    ByTimeOfDay,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.values import Priority
from incidentcore.vendors import read_table

BERLIN = ZoneInfo("Europe/Berlin")
DESK = """
desk = 1
name = "Acme"
zone = "Europe/Berlin"
[calendars.office]
hours = { mon-thu = "08:00-18:00", fri = "08:00-16:00" }
holidays = [
  "2026-04-03", "2026-04-06", { yearly = "05-01" }, { yearly = "01-01" },
  { from = 2026-12-25, to = 2026-12-26 }, { from = 2026-12-28, to = 2026-12-31 },
  { yearly = "12-24", hours = "08:00-12:00" },
]
[services.acme]
calendar = "office"
on_change = "retroactive"
[services.acme.response]
critical = "15m always"
high = "1h"
moderate = "by 12:00 next business day"
else = "1 business day"
[services.acme.resolution]
critical = "4h always"
high = "8h"
moderate = "2 business days"
else = "end of 5 business days"
[[agreements]]
service = "acme"
"""

ROWS = Path(__file__).with_name("same_answers.txt")


def rows() -> Iterator[tuple[str, str]]:
    """Yield each row of the table with its priority."""
    priority = ""
    for line in ROWS.read_text(encoding="utf-8").splitlines()[2:]:
        if ";" in line:
            yield priority, line
        else:
            priority = line


def wall(text: str, day: str) -> datetime:
    """Return a time of Berlin; one without a date is of the given day."""
    full = text if len(text) > len("00:00:00+00:00") else f"{day} {text}"
    at = datetime.fromisoformat(full)
    return at if at.tzinfo else at.replace(tzinfo=BERLIN)


class Row:
    """A row: its times, and what each of its two clocks must be."""

    def __init__(self, priority: str, line: str) -> None:
        self.priority = None if priority == "none" else Priority.scale[priority]
        cells = [cell.strip() for cell in line.split(";")]
        self.day = ""
        self.opened = self.read(cells[0])
        self.answered = self.read(cells[1])
        self.is_canceled = cells[2].startswith("x")
        self.ended = self.read(cells[2].removeprefix("x").strip())
        now = self.read(cells[3])
        last = now or self.ended or self.answered or self.opened
        assert last is not None
        self.now = last if now else last + timedelta(days=30)
        self.day = cells[0][:10]
        self.wanted = [self.clock(cell) for cell in cells[4:]]

    def read(self, text: str) -> datetime | None:
        """Return a time, and keep its date for the next one."""
        if text == "-":
            return None
        at = wall(text, self.day)
        self.day = text[:10] if "-" in text[:10] else self.day
        return at

    def clock(self, cell: str) -> tuple[timedelta, datetime | None, str]:
        """Return what a clock must be."""
        time, due, result = (cell.split(" ", 1)[0], *cell.split(" ", 1)[1].rsplit(" ", 1))
        hours, minutes, seconds = (*map(int, time.split(":")), 0)[:3]
        return timedelta(hours=hours, minutes=minutes, seconds=seconds), self.read(due), result


def said(status: SlaStatus) -> tuple[timedelta, datetime | None, str]:
    """Return a clock's time, due time and what it is."""
    return status.elapsed, status.due_at, status.cycles[-1].result


@cache
def python() -> ServiceLevel:
    """Return the agreement as values."""
    office = BusinessCalendar(
        zone="Europe/Berlin",
        hours={"mon-thu": "08:00-18:00", "fri": "08:00-16:00"},
        holidays=[
            "2026-04-03",
            "2026-04-06",
            Holiday(yearly="05-01"),
            Holiday(yearly="01-01"),
            Holiday(range="2026-12-25/2026-12-26"),
            Holiday(range="2026-12-28/2026-12-31"),
            Holiday(yearly="12-24", hours="08:00-12:00"),
        ],
    )
    always = BusinessCalendar.always("Europe/Berlin")

    def policy(make: Callable[..., SlaDefinition], *targets: Any) -> SlaPolicy:
        calendars = (always, office, office, office)
        made = [
            make(name=f"target {number}", target=target, calendar=calendar)
            for number, (target, calendar) in enumerate(zip(targets, calendars, strict=True))
        ]
        levels = (Priority.CRITICAL, Priority.HIGH, Priority.MODERATE)
        tests = [field("priority").equals(level) for level in levels]
        return SlaPolicy(list(zip(tests, made, strict=False)), default=made[-1])

    hour = timedelta(hours=1)
    response = (hour / 4, hour, ByTimeOfDay("12:00", 1), BusinessDays(1))
    resolution = (4 * hour, 8 * hour, BusinessDays(2), BusinessDays(5, end_of_day=True))
    return ServiceLevel(
        [
            policy(SlaDefinition.first_response, *response),
            policy(SlaDefinition.resolution, *resolution),
        ],
    )


@cache
def desk() -> Desk:
    """Return the desk of the file, after it was written and read again."""
    return load_desk(dump_desk(load_desk(DESK)))


def made(row: Row, opener: Callable[..., Incident]) -> Incident:
    """Return the record of a row, made step by step."""
    record = opener(id="I", title="Mail is down", at=row.opened, by="kim", priority=row.priority)
    if row.answered:
        record = comment(record, "We are on it.", at=row.answered, by="ada")
    if row.ended and row.is_canceled:
        return advance(record, "cancel", at=row.ended, by="ada")
    if row.ended:
        fix = {"resolution_code": "fixed", "resolution_notes": "Restarted."}
        record = advance(record, "resolve", at=row.ended, by="ada", **fix)
    return record


def imported(row: Row) -> Incident:
    """Return the record of a row, read from a table of local times."""
    times = (row.opened, row.answered, None, None)
    times = (*times[:2], None, row.ended) if row.is_canceled else (*times[:2], row.ended, None)
    cells = ["" if at is None else at.isoformat() for at in times]
    level = "" if row.priority is None else row.priority.name
    lines = ["no,opened,answered,resolved,canceled,prio", ",".join(["I", *cells, level])]
    mapping = {"id": "no", "opened": "opened", "responded": "answered", "resolved": "resolved"}
    mapping |= {"canceled": "canceled", "priority": "prio"}
    (record,) = read_table(lines, mapping, zone="Europe/Berlin")
    return record


WAYS: dict[str, Callable[[Row], tuple[SlaStatus, ...]]] = {
    "python": lambda row: evaluate_sla(python(), made(row, Incident.open), now=row.now),
    "desk": lambda row: desk().evaluate(
        made(row, lambda **fields: desk().open(Incident, **fields)), now=row.now
    ),
    "table, python": lambda row: evaluate_sla(python(), imported(row), now=row.now),
    "table, desk": lambda row: desk().evaluate(imported(row), now=row.now),
    "document": lambda row: evaluate_sla(
        loads(dumps(python()), ServiceLevel),
        loads(dumps(made(row, Incident.open)), Incident),
        now=row.now,
    ),
}


@pytest.mark.parametrize(("priority", "line"), list(rows()))
def test_each_way_gives_the_answer_of_the_table(priority: str, line: str) -> None:
    """Response and resolution, their due times and results, in every way to say it."""
    row = Row(priority, line)
    for way, answer in WAYS.items():
        assert [said(status) for status in answer(row)] == row.wanted, way
