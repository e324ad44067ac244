"""Strategies and laws to test your own calendars and rules with (needs hypothesis)."""

from incidentcore.testing.checks_schedule import check_calendar
from incidentcore.testing.strategies_schedule import calendar_definitions, calendars, instants

__all__ = ["calendar_definitions", "calendars", "check_calendar", "instants"]
