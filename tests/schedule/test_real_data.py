"""A business clock nobody here wrote: the handle times of a bank's service desk."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentcore.schedule import BusinessCalendar

# Local wall times of one zone without a stated offset; closed at night, so that any fixed zone
# gives the same open time.
OFFICE = BusinessCalendar(
    zone="UTC",
    hours={"mon-fri": "07:30-18:00"},
    holidays=[f"{year}-{day}" for year in range(2011, 2016) for day in ("12-25", "12-26", "01-01")],
)
CALENDARS = {"1": BusinessCalendar.always(), "2": BusinessCalendar.always()}


@pytest.mark.data
def test_every_exact_row_is_met_to_the_second(data_dir: Path) -> None:
    """All 1,406 rows whose handle time is the open time between open and close."""
    wrong, rows = [], 0
    with (data_dir / "business_clock_bpic2014.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "exact":
                continue
            rows += 1
            calendar = CALENDARS.get(row["priority"], OFFICE)
            start, end = (
                datetime.fromisoformat(row[name]).replace(tzinfo=UTC)
                for name in ("open_time", "close_time")
            )
            expected = timedelta(seconds=float(row["handle_seconds"]))
            actual = calendar.open_time(start, end)
            if expected != actual:
                wrong.append((row["incident_id"], expected, actual))
    assert not wrong
    assert rows == 1406
