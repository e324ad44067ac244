"""Evaluate SLA clocks on demand, from a record's history and its definitions (rule S1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, TypeAlias, overload

import attrs

from incidentcore._checks import as_tuple, each_of, need_kind, one_or_each
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions, as_utc, version_at
from incidentcore.records import Record, Timeline
from incidentcore.records.replay import timeline_by
from incidentcore.sla.coverage import imported_at, not_covered, since_import
from incidentcore.sla.cycles import COUNTING, PAUSED, RawCycle, Span, SpanKind
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.life import OneClock, life_of
from incidentcore.sla.policy import ServiceLevel, SlaPolicy
from incidentcore.sla.status import SlaStatus, status_of
from incidentcore.sla.takeover import fold_clock

SlaRules: TypeAlias = OneClock | ServiceLevel | Versions[OneClock] | Versions[ServiceLevel]

_ALLOWED: Final = "an SlaDefinition, SlaPolicy, ServiceLevel, or Versions of one"


@overload
def evaluate_sla(
    rules: OneClock | Versions[OneClock],
    record: Record | Timeline,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> SlaStatus: ...


@overload
def evaluate_sla(
    rules: ServiceLevel | Versions[ServiceLevel],
    record: Record | Timeline,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> tuple[SlaStatus, ...]: ...


def evaluate_sla(
    rules: SlaRules,
    record: Record | Timeline,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> SlaStatus | tuple[SlaStatus, ...]:
    """Return the status of a clock for a record at an instant.

    Nothing is stored: the result is computed from the record's history, so a pause, a reopening, a
    late event or a different calendar cannot leave a stale counter behind.

    Args:
        rules: A definition, a policy, a ``ServiceLevel``, or ``Versions`` of one of them. The
            version in force at the record's opening is used.
        record: The record, or a timeline made from your own data by ``Timeline.from_facts``.
        now: The instant at which the clock is evaluated; later events are ignored.
        known_at: Use only what was recorded by this instant; None for everything.

    Returns:
        The status; for a ``ServiceLevel`` a tuple of statuses, one for each clock.

    Raises:
        InvalidValueError: ``rules`` has the wrong type, a condition reads an unknown field, or
            ``known_at`` is passed with a timeline, which does not know when events were recorded.
        UnreachableDeadlineError: The calendar has too few business days ahead for the target.
        NaiveDatetimeError: An instant carries no offset.

    Source: rules S1 to S11.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import SlaDefinition, evaluate_sla
    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail is down", by="kim", at=datetime(2026, 12, 21, 16, 0, tzinfo=UTC)
    ... )
    >>> status = evaluate_sla(
    ...     SlaDefinition.resolution(hours=4, calendar=office),
    ...     incident,
    ...     now=datetime(2026, 12, 21, 16, 30, tzinfo=UTC),
    ... )
    >>> status.stage, str(status.elapsed), status.due_at.isoformat()
    ('running', '0:30:00', '2026-12-22T10:00:00+00:00')
    """
    now = as_utc(now, "now")
    timeline = timeline_at(record, now=now, known_at=known_at)
    rules = in_force(rules, (timeline or record).opened_at)
    if isinstance(rules, ServiceLevel):
        return tuple(_status(clock, record, timeline, now) for clock in rules.clocks)
    return _status(rules, record, timeline, now)


def in_force(
    rules: object, opened_at: datetime, where: str = "rules", allowed: str = _ALLOWED
) -> OneClock | ServiceLevel:
    """Return the rules that apply to a record; of ``Versions``, those at its opening (rule S11)."""
    chosen: Any = version_at(rules, opened_at)
    need_kind(where, chosen, (SlaDefinition, SlaPolicy, ServiceLevel), allowed=allowed)
    return chosen  # type: ignore[no-any-return]  # one of the three


def timeline_at(
    record: Record | Timeline, *, now: datetime, known_at: datetime | None
) -> Timeline | None:
    """Return a record's timeline up to ``now``; None if it was not yet opened or not yet known."""
    if known_at is not None:
        known_at = as_utc(known_at, "known_at")
    if isinstance(record, Timeline):
        if known_at is not None:
            raise InvalidValueError("known_at", known_at, "None for a timeline; ask a record")
        return None if now < record.opened_at else record.until(now)
    need_kind("record", record, (Record, Timeline))
    return timeline_by(record, now, known_at)


def _status(
    rules: OneClock, record: Record | Timeline, timeline: Timeline | None, now: datetime
) -> SlaStatus:
    record_id = record.base.get("id", "") if isinstance(record, Timeline) else record.id
    if timeline is None:
        definition = rules if isinstance(rules, SlaDefinition) else None
        return SlaStatus(
            record_id=record_id,
            definition=definition,
            now=now,
            stage="not_started",
            cycles=(),
            timeline=Timeline({}, (), now),
        )
    return status_of(rules, record_id, timeline, now)


def clock_cycles(rules: OneClock, timeline: Timeline, /, *, now: datetime) -> list[RawCycle]:
    """Return a clock's cycles before calendars are applied, without those before an import (K2)."""
    cycles: Iterable[RawCycle] = fold_clock(rules, life_of(rules, timeline, now), [], []).cycles(
        now
    )
    if not_covered(rules, timeline.covers):
        cycles = since_import(cycles, imported_at(timeline))
    return list(cycles)


@overload
def evaluate_slas(
    rules: OneClock | Versions[OneClock],
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> Iterator[SlaStatus]: ...


@overload
def evaluate_slas(
    rules: ServiceLevel | Versions[ServiceLevel],
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> Iterator[tuple[SlaStatus, ...]]: ...


def evaluate_slas(
    rules: SlaRules,
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> Iterator[SlaStatus | tuple[SlaStatus, ...]]:
    """Yield the result of ``evaluate_sla`` for each record, one at a time.

    The arguments are those of ``evaluate_sla``, but with several records, which are iterated once.

    Calendars are compiled once and shared by all records.
    """
    for record in each_of("records", records, Record):
        yield evaluate_sla(rules, record, now=now, known_at=known_at)


def statuses(rules: object, record: Record | Timeline, *, now: datetime) -> tuple[SlaStatus, ...]:
    """Return the statuses of all clocks of SLA rules for a record, always as a tuple."""
    answer: SlaStatus | tuple[SlaStatus, ...]
    answer = evaluate_sla(rules, record, now=now)  # type: ignore[call-overload]  # any of them
    return as_tuple(answer, SlaStatus)


def next_sla_wakeup(
    rules: SlaRules, records: Iterable[Record] | Record, /, *, now: datetime
) -> datetime | None:
    """Return the first instant after ``now`` at which time alone changes an SLA status (rule S9).

    ``rules`` are those of ``evaluate_sla``; ``records`` may be one record or several.

    Returns:
        When to evaluate again, or None if nothing can change without an event.
    """
    wakeups = (
        status.next_wakeup
        for record in one_or_each("records", records, Record)
        for status in statuses(rules, record, now=now)
    )
    return min((at for at in wakeups if at is not None), default=None)


def later_status(status: SlaStatus, now: datetime) -> SlaStatus:
    """Return the status of a clock at a later instant, if no event happens until then.

    Usually only the end of the current cycle is extended. The clock is computed from its history
    again if time alone may change a result, or if another definition or a moved due time took
    effect at the very instant of the status.
    """
    rules, timeline, cycles = status._rules, status._timeline, status._cycles  # noqa: SLF001
    if now == status.now:
        return status
    if rules is None:
        return attrs.evolve(status, now=now)
    swaps = status._swaps  # noqa: SLF001
    takes_over = (swaps and swaps[-1].at == status.now) or any(
        one.follows for one in rules.definitions
    )
    if rules.timed or (takes_over and timeline.moments[-1].at == status.now):
        return status_of(rules, status.record_id, timeline, now)
    if cycles and cycles[-1].ended_at is None:
        last = cycles[-1]
        kind: SpanKind = PAUSED if last.outcome == "paused" else COUNTING
        spans, start = last.spans, status.now
        if spans and spans[-1].kind == kind and spans[-1].shown_at is None:
            spans, start = spans[:-1], spans[-1].start
        spans = (*spans, Span(kind, start, now, last.calendar))
        cycles = (*cycles[:-1], attrs.evolve(last, spans=spans))
    return SlaStatus(  # in full: evolve needs three times as long
        record_id=status.record_id,
        definition=status.definition,
        now=now,
        stage=status.stage,
        not_covered=status.not_covered,
        zone_data=status.zone_data,
        cycles=cycles,
        timeline=timeline,
        editions=status._editions,  # noqa: SLF001
        swaps=swaps,
        rules=rules,
    )
