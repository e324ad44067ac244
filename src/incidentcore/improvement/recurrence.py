"""Find records that recur: opened within a window after an earlier one with the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from incidentcore._checks import each_of, need_kind, need_span
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import InvalidValueError
from incidentcore.improvement.episodes import (
    Episode,
    RecurrenceGroup,
    RecurrenceReport,
    RecurrenceWindow,
)
from incidentcore.improvement.selection import (
    MONTH,
    Key,
    Selection,
    compile_key,
    is_absent,
    key_names,
)
from incidentcore.instants import Interval
from incidentcore.kpi.group_keys import order
from incidentcore.kpi.groups import GroupBy
from incidentcore.records import Record
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.values import FrozenMap

Within: TypeAlias = Callable[[datetime, datetime], bool]
Gap: TypeAlias = Callable[[datetime, datetime], timedelta]


def recurrence(
    records: Iterable[Record],
    /,
    key: GroupBy | Sequence[GroupBy],
    window: RecurrenceWindow,
    *,
    as_of: datetime,
    calendar: Calendar | None = None,
    period: Interval | None = None,
    population: Condition = ALWAYS,
    partial_keys: bool = False,
) -> RecurrenceReport:
    """Find recurring records: those opened soon after an earlier one with the same key.

    Rules I1 and I2 say which records count, and which of them are repeats. Those without a key are
    left out as ``no_key``: they would otherwise all share one key.

    Args:
        records: The records, in any order, without duplicates; read once.
        key: What two records must have in common: a field path such as ``"category"``, a ``Group``,
            a function of a record, or a tuple or list of these.
        window: The longest time between two openings for the later record to count as a repeat: a
            ``timedelta`` or ``BusinessDays``.
        as_of: Only events that had happened and been recorded by then count (rule K6).
        calendar: The calendar in whose open time the window is counted; ``BusinessDays`` need one.
            None for wall-clock time.
        period: The period in which records must have been opened; a record opened before the period
            does not make a later one a repeat. None for any time.
        population: A condition on the records to examine.
        partial_keys: Whether a record that lacks some, but not all, values of the key is included,
            as in ``kpi.Recurrence``; by default it is left out.

    Raises:
        InvalidValueError: The window is not positive, business days lack a calendar, a record
            occurs twice, or a key cannot be read or hashed.
        KpiDefinitionError: A field does not exist.

    Source: the KPI ``recurrence_rate``; episodes are our choice. Memory: about 200 bytes for each
    counted record; the records themselves are not kept.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Incident
    >>> from incidentcore.improvement import recurrence
    >>> may, day = datetime(2026, 5, 1, tzinfo=UTC), timedelta(days=1)
    >>> incidents = [
    ...     Incident.open(id=id, title="No mail", by="kim", at=may + n * day, service="mail")
    ...     for id, n in {"A": 1, "B": 3, "C": 4, "D": 20}.items()
    ... ]
    >>> found = recurrence(incidents, "service", 7 * day, as_of=may + 31 * day)
    >>> [episode.members for episode in found.groups[0].episodes]
    [('A', 'B', 'C')]
    >>> found.groups[0].label, found.groups[0].count, found.repeats
    ('mail', 4, 2)
    """
    reports: list[RecurrenceReport] = []
    selection = Selection(as_of=as_of, period=period, population=population)
    for _ in observe(
        records, selection, key, window, reports, calendar=calendar, partial_keys=partial_keys
    ):
        pass  # the report is made on the way
    return reports[0]


def observe(
    records: Iterable[Record],
    selection: Selection,
    key: GroupBy | Sequence[GroupBy],
    window: RecurrenceWindow,
    reports: list[RecurrenceReport],
    *,
    calendar: Calendar | None,
    partial_keys: bool = False,
) -> Iterator[Record]:
    """Yield each record, then add the report of ``recurrence`` on all of them to ``reports``.

    So several reports are made from one pass over a stream.
    """
    need_kind("calendar", calendar, Calendar | None)
    within, gap = _measures(window, calendar)
    names, read = key_names(key), compile_key(key, selection.as_of)
    is_missing = all if partial_keys else any
    found: dict[Key, list[tuple[datetime, str]]] = {}
    without = 0
    for record in each_of("records", records, Record):
        known = selection.admit(record)
        if known is not None:
            values = read(known)
            if is_missing(map(is_absent, values)):
                without += 1
            else:
                found.setdefault(values, []).append((known.opened_at, known.id))
        yield record
    first = min((min(members)[0] for members in found.values()), default=None)
    observed = selection.observed(first)
    months = observed.duration / MONTH if observed else 0.0
    groups = [
        group
        for values, members in found.items()
        if (group := _group(values, sorted(members), within, gap, months)) is not None
    ]
    groups.sort(key=lambda group: (-group.repeats, -group.count, order(group.key)))
    left_out = {**selection.left_out, **({"no_key": without} if without else {})}
    reports.append(
        RecurrenceReport(
            key=names,
            window=window,
            calendar=calendar is not None,
            groups=tuple(groups),
            as_of=selection.as_of,
            observed=observed,
            n=selection.n,
            counted=selection.counted - without,
            left_out=FrozenMap(left_out),
            keys=len(found),
        )
    )


def _measures(window: RecurrenceWindow, calendar: Calendar | None) -> tuple[Within, Gap]:
    """Return whether one opening lies within the window after another, and how far apart."""
    if isinstance(window, BusinessDays):
        if calendar is None or window.n < 1:
            allowed = "at least one business day, and a calendar that says which days are"
            raise InvalidValueError("window", window, allowed)
        days, end_of_day = window.n, window.end_of_day
        add = calendar.add_business_days
        return (lambda before, after: after <= add(before, days, end_of_day=end_of_day)), _wall
    allowed = "a positive timedelta, or BusinessDays"
    need_span("window", window, allowed=allowed, more_than_zero=True)
    gap = _wall if calendar is None else calendar.open_time
    return (lambda before, after: gap(before, after) <= window), gap


def _wall(before: datetime, after: datetime) -> timedelta:
    return after - before


def _group(
    key: tuple[object, ...],
    members: list[tuple[datetime, str]],
    within: Within,
    gap: Gap,
    months: float,
) -> RecurrenceGroup | None:
    """Return the group of a key, or None if nothing recurred."""
    runs = [[members[0]]]
    for before, after in pairwise(members):
        if within(before[0], after[0]):
            runs[-1].append(after)
        else:
            runs.append([after])
    episodes = tuple(
        Episode(members=tuple(id_ for _, id_ in run), start=run[0][0], end=run[-1][0])
        for run in runs
        if len(run) > 1
    )
    if not episodes:
        return None
    return RecurrenceGroup(
        key=key,
        members=tuple(id_ for _, id_ in members),
        first=members[0][0],
        last=members[-1][0],
        episodes=episodes,
        gaps=tuple(gap(before[0], after[0]) for before, after in pairwise(members)),
        per_month=len(members) / months if months else None,
    )
