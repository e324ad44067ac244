"""Strategies of calendars give what they say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings

from incidentcore.schedule import BusinessCalendar
from incidentcore.testing import calendar_definitions, calendars, instants
from incidentcore.testing.strategies_schedule import build_calendar


@settings(max_examples=min(15, settings().max_examples))
@given(calendars(), instants("Pacific/Apia"), calendar_definitions())
def test_strategies_give_what_they_say(
    calendar: BusinessCalendar, at: datetime, definition: dict[str, Any]
) -> None:
    """Calendars, instants in UTC, and definitions of calendars."""
    assert isinstance(calendar.is_open(at), bool)
    assert at.utcoffset() == timedelta()
    assert isinstance(build_calendar(definition), BusinessCalendar)
