"""Compute a desk's load, and how many agents a workload needs, by Erlang's formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import exp
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import is_number, need_kind, need_span, need_whole
from incidentcore.conditions import Condition, field
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_zone
from incidentcore.kpi.moments import compile_spells
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises

_HOUR: Final = timedelta(hours=1)
_WEEK: Final = 168
_MOST: Final = 1_000_000

WORKED_ON: Final[Condition] = (
    field("state.open").is_true()
    & ~field("state.pauses").is_true()
    & field("acknowledged_at").present()
)
"""The condition that somebody works on a record: it is open, not on hold, and acknowledged."""


@attrs.frozen
class Load:
    """The number of records that are worked on at the same time, for each hour of the week.

    ``erlangs`` are the means of the 168 hours, beginning with Monday 00:00 in ``zone``.
    """

    erlangs: tuple[float, ...]
    zone: ZoneInfo


def offered_load(
    records: Iterable[Record],
    /,
    *,
    window: Interval,
    zone: ZoneInfo | str,
    worked_on: Condition = WORKED_ON,
) -> Load:
    """Return the mean number of records worked on at the same time, for each hour of the week.

    ``worked_on`` is the condition that a record meets while somebody works on it. The hours are
    those of ``zone``. Records of exercises are excluded.

    Raises:
        InvalidValueError: The window is empty, or the source of a record does not supply a field
            that ``worked_on`` reads (rule H2).

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Incident, Interval, advance
    >>> from incidentcore.whatif import offered_load
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> incident = advance(incident, "start", at=nine + timedelta(minutes=30), by="ada")
    >>> hour = Interval(nine, nine + timedelta(hours=1))
    >>> max(offered_load([incident], window=hour, zone="UTC").erlangs)
    0.5
    """
    need_kind("window", window, Interval)
    need_kind("worked_on", worked_on, Condition)
    if not window:
        raise InvalidValueError("window", window, "an Interval that is not empty")
    place = as_zone(zone)
    spells = compile_spells(worked_on)
    worked, whole = [0.0] * _WEEK, [0.0] * _WEEK
    for slot, seconds in _by_hour(window.start, window.end, place):
        whole[slot] += seconds
    for record in without_exercises(records):
        for name in dict.fromkeys(path.partition(".")[0] for path in worked_on.fields):
            if not record.is_covered(name):
                allowed = f"records whose source supplies {name}, or another worked_on"
                raise InvalidValueError("records", record.id, allowed)
        for start, end in spells(record, window.end):
            last = window.end if end is None else min(end, window.end)
            for slot, seconds in _by_hour(max(start, window.start), last, place):
                worked[slot] += seconds
    pairs = zip(worked, whole, strict=True)
    return Load(tuple(part / total if total else 0.0 for part, total in pairs), place)


def _by_hour(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[int, float]]:
    """Yield the hours of the week that a stretch of time covers, with the seconds in each."""
    while start < end:
        local = start.astimezone(zone)
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        stop = min(start + _HOUR - past, end)
        yield local.weekday() * 24 + local.hour, (stop - start).total_seconds()
        start = stop


def _check(load: float, agents: int) -> None:
    if not is_number(load) or not load >= 0 or load == float("inf"):
        raise InvalidValueError("load", load, "a finite number of Erlangs from 0")
    need_whole("agents", agents, least=0)


def _check_times(handling: timedelta, within: timedelta) -> None:
    need_span("handling", handling, more_than_zero=True)
    need_span("within", within)


def _waiting(load: float, agents: int) -> Iterator[tuple[int, float]]:
    """Yield Erlang C for 0 agents, 1, 2 and so on, from Erlang B: no factorial can overflow."""
    blocked = 1.0
    for count in range(agents + 1):
        if count:
            blocked = load * blocked / (count + load * blocked)
        yield count, 1.0 if load >= count else count * blocked / (count - load * (1 - blocked))


def wait_chance(load: float, agents: int) -> float:
    """Return the probability, from 0 to 1, that a record has to wait (Erlang C formula).

    Args:
        load: The offered load in Erlangs: arrivals per hour times hours of work per record.
        agents: The number of people who work at the same time.

    Source: A. K. Erlang, 1917; records wait as long as needed, in the order of arrival.

    >>> from incidentcore.whatif import wait_chance
    >>> round(wait_chance(200 * 180 / 3600, 14), 4)
    0.1741
    """
    _check(load, agents)
    *_, (_, waiting) = _waiting(load, agents)
    return waiting


def answered_within(load: float, agents: int, *, handling: timedelta, within: timedelta) -> float:
    """Return the share of records on which work begins in time (Erlang C formula).

    The arguments are those of ``wait_chance`` and ``agents_needed``.

    Raises:
        InvalidValueError: A value is out of range.
    """
    _check_times(handling, within)
    waiting = wait_chance(load, agents)
    return 0.0 if load >= agents else 1 - waiting * exp(-(agents - load) * (within / handling))


def agents_needed(load: float, *, handling: timedelta, within: timedelta, share: float) -> int:
    """Return the smallest number of agents who can begin work on a share of records in time.

    ``load`` is that of ``wait_chance``, ``handling`` the mean time of work on a record, ``within``
    the time within which work must begin, and ``share`` is at least 0 and less than 1.

    Raises:
        InvalidValueError: A value is out of range.

    >>> from datetime import timedelta
    >>> from incidentcore.whatif import agents_needed
    >>> second = timedelta(seconds=1)
    >>> agents_needed(10, handling=180 * second, within=20 * second, share=0.8)
    14
    """
    _check(load, 0)
    if not 0 <= share < 1:
        raise InvalidValueError("share", share, "a number from 0 to below 1")
    _check_times(handling, within)
    for agents, waiting in _waiting(load, _MOST) if load < _MOST else ():
        rate = (agents - load) * (within / handling)
        if agents > load and 1 - waiting * exp(-rate) >= share:
            return agents
    raise InvalidValueError("load", load, f"less than {_MOST:,} Erlangs")
