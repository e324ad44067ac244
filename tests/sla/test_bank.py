"""The clock of a bank's service desk, as its tool reported it: real data, nobody's formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, Holiday
from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_sla

from .desk import ALWAYS_OPEN, incident

pytestmark = pytest.mark.data

OFFICE = BusinessCalendar(
    zone="UTC",  # local wall times without a zone; the office is closed at night
    hours={"mon-fri": "07:30-18:00"},
    holidays=[Holiday(yearly="12-25"), Holiday(yearly="12-26"), Holiday(yearly="01-01")],
)
DAY = timedelta(days=1)


def _rows(data_dir: Path, kind: str) -> Iterator[dict[str, str]]:
    with (data_dir / "business_clock_bpic2014.csv").open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if row["kind"] == kind)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _handled(row: dict[str, str], story: list[tuple[Any, ...]]) -> timedelta:
    """Return the time that the engine says was spent on an incident with this story."""
    calendar = OFFICE if int(row["priority"]) >= 3 else ALWAYS_OPEN
    promise = SlaDefinition.resolution(hours=40, calendar=calendar)
    record: Incident = incident(*story)
    return evaluate_sla(promise, record, now=_at(row["close_time"]) + DAY).elapsed


def _off_by(row: dict[str, str], story: list[tuple[Any, ...]]) -> timedelta:
    return abs(_handled(row, story) - timedelta(seconds=float(row["handle_seconds"])))


def test_open_to_close_to_the_second(data_dir: Path) -> None:
    """1,406 incidents: opened, then stopped at the close."""
    rows = list(_rows(data_dir, "exact"))
    off = [
        _off_by(r, [(_at(r["open_time"]), "new"), (_at(r["close_time"]), "closed")]) for r in rows
    ]
    assert len(rows) == 1406
    assert {timedelta(0)} == set(off)


def test_one_pause_within_two_seconds(data_dir: Path) -> None:
    """388 incidents with one pause; most pauses run into the close and end there (S3)."""
    rows = list(_rows(data_dir, "one_pause"))
    off = []
    born_paused = into_close = 0
    for row in rows:
        begin, end = row["pause_from"], row["pause_to"]
        story: list[tuple[Any, ...]] = [(_at(row["open_time"]), "new"), (_at(begin), "on_hold")]
        born_paused += begin == row["open_time"]
        if end == row["close_time"]:
            into_close += 1
        else:
            story.append((_at(end), "in_progress"))
        story.append((_at(row["close_time"]), "closed"))
        off.append(_off_by(row, story))
    assert len(rows) == 388
    assert born_paused
    assert into_close > len(rows) / 2
    assert max(off) <= timedelta(seconds=2)


@pytest.mark.parametrize(("reopen", "explains"), [("exclude_closed", 53), ("continue", 0)])
def test_reopened_within_five_seconds(data_dir: Path, reopen: str, explains: int) -> None:
    """53 incidents whose closed gaps are given back; counting the gaps explains none of them."""
    rows = list(_rows(data_dir, "reopen_gap"))
    matching = 0
    for row in rows:
        story: list[tuple[Any, ...]] = [(_at(row["open_time"]), "new")]
        for gap in row["closed_gaps"].split(";"):
            closed, opened = gap.split("/")
            story += [(_at(closed), "closed"), (_at(opened), "in_progress")]
        story.append((_at(row["close_time"]), "closed"))
        calendar = OFFICE if int(row["priority"]) >= 3 else ALWAYS_OPEN
        promise = SlaDefinition.resolution(hours=40, calendar=calendar, reopen=reopen)
        status = evaluate_sla(promise, incident(*story), now=_at(row["close_time"]) + DAY)
        known = timedelta(seconds=float(row["handle_seconds"]))
        matching += abs(status.elapsed - known) <= timedelta(seconds=5)
    assert len(rows) == 53
    assert explains == matching


def test_the_calendar_follows_from_the_priority_by_policy(data_dir: Path) -> None:
    """One policy for all 1,406 exact rows: the first two priorities run around the clock."""
    around = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN, name="around the clock")
    office = SlaDefinition.resolution(hours=40, calendar=OFFICE, name="office")
    policy = SlaPolicy([(field("custom.priority") <= 2, around)], default=office)
    for row in _rows(data_dir, "exact"):
        opened = _at(row["open_time"])
        story = (
            (opened, "new"),
            (opened, {"priority": int(row["priority"])}),
            (_at(row["close_time"]), "closed"),
        )
        status = evaluate_sla(policy, incident(*story), now=_at(row["close_time"]) + DAY)
        assert timedelta(seconds=float(row["handle_seconds"])) == status.elapsed
