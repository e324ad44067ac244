"""Which escalations are due: computed from history, so that any polling gives the same (E1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation.anchors import View, moments, next_free, row_changes, silence, spells
from incidentcore.escalation.matrix import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnClock,
)
from incidentcore.escalation.targets import EscalationTarget
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaDefinition, SlaPolicy, crossings

__all__ = ["Escalation", "due_escalations", "next_escalation_wakeup"]

_HORIZON: Final = timedelta(days=731)


@attrs.frozen(kw_only=True)
class Escalation:
    """An escalation that has become due: an intent; delivering it is the caller's.

    Attributes:
        key: (record, matrix, row, level, pass, cycle) as text. Delivery keyed by it happens once.
        record_id: The record.
        matrix: The matrix's name.
        row: The row's name.
        level: The level's place in the row, from 0.
        pass_: The pass through the row, from 0.
        cycle: Which cycle of its clock, or which occurrence of its moment, from 1.
        targets: Whom it tells.
        people: Who of them are known by id: persons, and who is on call at the due.
        mode: ``functional`` or ``hierarchical``.
        due_at: When it became due.
        lapsed_at: When it became pointless, if it did since.
        lapsed_because: ``acknowledged``, ``resolved``, ``canceled``, or ``nobody on call`` for a
            level that is skipped; empty otherwise.
        why: The reason in words.
    """

    key: str
    record_id: str
    matrix: str
    row: str
    level: int
    pass_: int
    cycle: int
    targets: tuple[EscalationTarget, ...]
    people: tuple[str, ...]
    mode: str
    due_at: datetime
    lapsed_at: datetime | None = None
    lapsed_because: str = ""
    why: str


def due_escalations(
    matrix: EscalationMatrix | Versions[EscalationMatrix],
    record: Record,
    *,
    slas: Sequence[SlaDefinition | SlaPolicy] = (),
    now: datetime,
    as_of: datetime | None = None,
    already: Collection[str] = (),
    include_lapsed: bool = False,
) -> tuple[Escalation, ...]:
    """Return the escalations of a record that have become due by now, and sends nothing.

    For a fixed matrix, policies and history the set that has become due only grows with ``now``,
    so polling late, twice or after a crash adds no key and loses none. Pass the keys that were
    delivered as ``already``.

    Args:
        matrix: The matrix, or ``Versions`` of which the one at the record's opening is taken.
        record: The record.
        slas: The definitions and policies whose clocks the matrix speaks of; every clock the record
            ever had counts.
        now: The instant to tell it for.
        as_of: Use only what was recorded by this instant.
        already: Keys to leave out.
        include_lapsed: Also return those that an acknowledgement, a resolution or a cancellation
            has made pointless since.

    Returns:
        The escalations in order of their due.

    Source: rules E1 to E4.

    >>> from datetime import UTC
    >>> from incidentcore.records import Incident
    >>> matrix = EscalationMatrix(
    ...     "desk",
    ...     [EscalationRow("all", [EscalationLevel(After(timedelta(minutes=15)), "on-call")])],
    ... )
    >>> incident = Incident.open(
    ...     id="INC-1",
    ...     title="Mail is down",
    ...     by="kim",
    ...     at=datetime(2026, 12, 23, 16, 40, tzinfo=UTC),
    ... )
    >>> due = due_escalations(matrix, incident, now=datetime(2026, 12, 23, 17, 0, tzinfo=UTC))
    >>> [(str(one.targets[0]), one.due_at.minute, one.key) for one in due]
    [('on-call', 55, 'INC-1/desk/all/0/0/1')]
    """
    now = as_utc(now, "now")
    if now < record.opened_at:
        return ()
    view = View.of(record, now, as_of)
    if view is None:
        return ()
    chosen = matrix.at(record.opened_at) if isinstance(matrix, Versions) else matrix
    due = (
        escalation
        for escalation in _all_due(_Walk(matrix=chosen, view=view, slas=slas, until=now))
        if escalation.due_at <= now
        and escalation.key not in already
        and (include_lapsed or escalation.lapsed_at is None)
    )
    return tuple(sorted(due, key=_order))


def next_escalation_wakeup(
    matrix: EscalationMatrix | Versions[EscalationMatrix],
    records: Iterable[Record],
    *,
    slas: Sequence[SlaDefinition | SlaPolicy] = (),
    now: datetime,
) -> datetime | None:
    """Return the least instant after ``now`` at which an escalation becomes due without an event.

    Args:
        matrix: The matrix, or ``Versions`` of it.
        records: The records to watch.
        slas: The definitions and policies whose clocks the matrix speaks of.
        now: The instant to look from.

    Returns:
        When to look again; None where nothing will fall due within two years.
    """
    now = as_utc(now, "now")
    until = now + _HORIZON
    soonest: datetime | None = None
    for record in records:
        if now < record.opened_at:
            continue
        view = View.of(record, now, None)
        if view is None:
            continue
        chosen = matrix.at(record.opened_at) if isinstance(matrix, Versions) else matrix
        for escalation in _all_due(_Walk(matrix=chosen, view=view, slas=slas, until=until)):
            if escalation.due_at > now and (soonest is None or escalation.due_at < soonest):
                soonest = escalation.due_at
    return soonest


def _order(escalation: Escalation) -> tuple[datetime, str, int, int, int]:
    return (
        escalation.due_at,
        escalation.row,
        escalation.pass_,
        escalation.level,
        escalation.cycle,
    )


@attrs.frozen(kw_only=True)
class _Walk:
    """What one evaluation works on; ``until`` is where it stops looking ahead."""

    matrix: EscalationMatrix
    view: View
    slas: Sequence[SlaDefinition | SlaPolicy]
    until: datetime


def _all_due(walk: _Walk) -> Iterator[Escalation]:
    """Yield every escalation that falls due by ``until`` if no further event arrives."""
    for number, row in enumerate(walk.matrix.rows):
        applies = row_changes(walk.matrix, walk.view, number)
        first_pass: list[list[tuple[int, datetime]]] = []
        for index, level in enumerate(row.levels):
            previous = first_pass[-1] if first_pass else []
            before = row.levels[index - 1] if index else None
            fired: list[tuple[int, datetime]] = []
            for cycle, at, stands in _triggered(walk, level, before, previous):
                due = _enabled_from(walk, level, applies, at, stands)
                if due is not None and due <= walk.until:
                    fired.append((cycle, due))
                    yield _escalation(walk, row, index, pass_=0, cycle=cycle, due=due)
            first_pass.append(fired)
        yield from _repeats(walk, row, first_pass, applies)


def _repeats(
    walk: _Walk,
    row: EscalationRow,
    first_pass: list[list[tuple[int, datetime]]],
    applies: list[tuple[datetime, bool]],
) -> Iterator[Escalation]:
    """Yield the further passes: the same distances between levels, from the last level's due."""
    delayed = [
        (index, level)
        for index, level in enumerate(row.levels)
        if isinstance(level.trigger, (After, AfterPrevious))
    ]
    if not row.repeat or not delayed:
        return
    first, last = delayed[0][1].trigger, delayed[-1][0]
    for cycle, ended in first_pass[last]:
        at = ended
        for pass_ in range(1, row.repeat + 1):
            at = begin = at + row.repeat_after
            for place, (index, level) in enumerate(delayed):
                due: datetime | None = begin
                trigger = level.trigger
                if place and isinstance(trigger, AfterPrevious):
                    due = _later(at, trigger.delay, trigger.calendar)
                elif isinstance(trigger, After) and isinstance(first, After):
                    ahead = max(trigger.delay - first.delay, timedelta(0))
                    due = _later(begin, ahead, trigger.calendar)
                if due is not None:
                    due = _enabled_from(walk, level, applies, due, None)
                if due is None or due > walk.until:
                    return
                at = due
                yield _escalation(walk, row, index, pass_=pass_, cycle=cycle, due=due)


def _triggered(
    walk: _Walk,
    level: EscalationLevel,
    before: EscalationLevel | None,
    previous: list[tuple[int, datetime]],
) -> Iterator[tuple[int, datetime, datetime | None]]:
    """Yield (cycle, instant, end of what the trigger stands on) for each time a level triggers."""
    trigger = level.trigger
    if isinstance(trigger, OnClock):
        for rules in walk.slas:
            if _speaks_of(rules, trigger.clock):
                reached = crossings(rules, walk.view.record, trigger.point, now=walk.until)
                for crossing in reached:
                    yield crossing.cycle, crossing.at, None
        return
    if isinstance(trigger, AfterPrevious):
        for cycle, at in previous:
            skipped = before is not None and _is_empty(before, at)  # nobody to wait for (E3)
            due = at if skipped else _later(at, trigger.delay, trigger.calendar)
            if due is not None:
                yield cycle, due, None
        return
    anchors = (
        moments(walk.view, trigger.since)
        if isinstance(trigger, After)
        else spells(walk.view, trigger)
    )
    delay = trigger.delay if isinstance(trigger, After) else trigger.span
    for anchor in anchors:
        start = anchor.at
        for interval in walk.matrix.maintenance:
            if start in interval:
                start = interval.end
        due = _later(start, delay, trigger.calendar)
        if due is not None and (anchor.until is None or due < anchor.until):
            yield anchor.cycle, due, anchor.until


def _speaks_of(rules: SlaDefinition | SlaPolicy, clock: str) -> bool:
    definitions = rules.definitions if isinstance(rules, SlaPolicy) else (rules,)
    return any(clock in (definition.kind, definition.name) for definition in definitions)


def _later(at: datetime, delay: timedelta, calendar: Calendar | None) -> datetime | None:
    if calendar is None:
        return at + delay
    try:
        return calendar.deadline(at, delay)
    except UnreachableDeadlineError:
        return None


def _enabled_from(
    walk: _Walk,
    level: EscalationLevel,
    applies: list[tuple[datetime, bool]],
    at: datetime,
    stands_until: datetime | None,
) -> datetime | None:
    """Return the first instant from ``at`` on at which the level may fire; None where none is.

    It may fire where its row applies, nothing silences it, and its contact hours are open.
    """
    while True:
        if level.during is not None:
            try:
                at = level.during.next_open(at)
            except UnreachableDeadlineError:
                return None
        if stands_until is not None and at >= stands_until:
            return None
        next_change = next_free(at, level, applies, walk.view)
        if next_change is None or next_change == at:
            return next_change
        at = next_change


def _escalation(
    walk: _Walk,
    row: EscalationRow,
    index: int,
    *,
    pass_: int,
    cycle: int,
    due: datetime,
) -> Escalation:
    level = row.levels[index]
    lapsed_at: datetime | None = due if _is_empty(level, due) else None
    because = "" if lapsed_at is None else "nobody on call"
    for moment, facts in walk.view.states:
        if lapsed_at is None and moment.at > due:
            because = silence(level, facts)
            if because:
                lapsed_at = moment.at
                break
    return Escalation(
        key=f"{walk.view.record.id}/{walk.matrix.name}/{row.name}/{index}/{pass_}/{cycle}",
        record_id=walk.view.record.id,
        matrix=walk.matrix.name,
        row=row.name,
        level=index,
        pass_=pass_,
        cycle=cycle,
        targets=level.targets,
        people=tuple(dict.fromkeys(p for target in level.targets for p in target.people(due))),
        mode=level.mode,
        due_at=due,
        lapsed_at=lapsed_at,
        lapsed_because=because,
        why=_why(level, pass_),
    )


def _is_empty(level: EscalationLevel, at: datetime) -> bool:
    return all(target.is_empty(at) for target in level.targets)


def _why(level: EscalationLevel, pass_: int) -> str:
    trigger = level.trigger
    if isinstance(trigger, OnClock):
        point = trigger.point if isinstance(trigger.point, str) else trigger.point.name
        why = f"the {trigger.clock} clock reached {point}"
    elif isinstance(trigger, After):
        why = f"{trigger.delay} after {trigger.since.removesuffix('_at').replace('_', ' ')}"
    elif isinstance(trigger, AfterPrevious):
        why = f"{trigger.delay} after the level before"
    else:
        why = f"{trigger.condition} held for {trigger.span}"
    return f"{why}, pass {pass_ + 1}" if pass_ else why
