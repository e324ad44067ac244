"""What follows stands at the head of the small files of these tests, and survives a dump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidentcore.desk import Desk, dump_desk, load_desk
from incidentcore.records import Incident

HEAD = """
desk = 1
name = "forms"
zone = "UTC"
fields = { call_at = "instant", started = "instant", status = "text" }
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
"""
SERVICE = """
[services.all]
calendar = "office"
resolution = "4h"
[[agreements]]
service = "all"
"""
MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def loaded(text: str, **code: Any) -> Desk:
    """Return the desk of a text, after a dump said the same."""
    desk = load_desk(text, code=code)
    assert load_desk(dump_desk(desk, code=code), code=code) == desk
    return desk


def opened(desk: Desk, **fields: Any) -> Incident:
    return desk.open(Incident, id="INC-1", title="No mail", by="kim", at=MONDAY, **fields)
