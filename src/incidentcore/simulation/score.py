"""Score a drill: each expectation by its clock, each update by the communication plan.

Results, due times and lateness are those of ``evaluate_sla`` and ``update_log`` (rule X1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from incidentcore._checks import each_of, need_kind
from incidentcore.communication import MissedUpdate, StakeholderUpdate, update_log
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import due_escalations
from incidentcore.instants import as_utc
from incidentcore.records import FieldsChanged, Record, StateChanged
from incidentcore.records.events.base import Event
from incidentcore.simulation.after_action import (
    DrillEntry,
    DrillLine,
    DrillReport,
    DrillResult,
    ordered,
)
from incidentcore.simulation.drill import Drill, Expectation, injects_due
from incidentcore.sla import Cycle, evaluate_sla
from incidentcore.words.words import span_text

_ZERO: Final = timedelta(0)


def score_drill(
    drill: Drill, records: Iterable[Record], /, *, started_at: datetime, now: datetime
) -> DrillReport:
    """Return the after-action report of a drill, as of ``now``.

    ``records`` are those of the desk, or those that ``rehearse`` returned. Only records that have
    the drill's name as ``exercise`` and were opened at the start or later are used.

    Raises:
        InvalidValueError: ``now`` is before the start.

    Source: rule X1.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.conditions import field
    >>> from incidentcore.simulation import BotStep, Drill, Expectation, rehearse, score_drill
    >>> from incidentcore.sla import SlaDefinition
    >>> minute = timedelta(minutes=1)
    >>> clock = SlaDefinition(
    ...     name="acknowledge", target=5 * minute, stop=field("acknowledged_at").present()
    ... )
    >>> drill = Drill(
    ...     name="mail-down",
    ...     lasts=60 * minute,
    ...     expects=[Expectation("acknowledge", clock, owner="desk")],
    ...     bot=[BotStep(minute, "open", "kim"), BotStep(8 * minute, "acknowledge", "ada")],
    ... )
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incidents = rehearse(drill, started_at=nine)
    >>> (line,) = score_drill(drill, incidents, started_at=nine, now=nine + drill.lasts).lines
    >>> line.result, str(line.late_by), line.by, line.why
    ('late', '0:02:00', 'ada', 'acknowledged 0:02 after the due')
    """
    need_kind("drill", drill, Drill)
    start, now = as_utc(started_at, "started_at"), as_utc(now, "now")
    if now < start:
        raise InvalidValueError("now", now, f"{start} or later, the drill's start")
    marked = [
        one
        for one in each_of("records", records, Record)
        if one.exercise == drill.name and start <= one.opened_at <= now
    ]
    marked.sort(key=lambda record: (record.opened_at, record.id))
    lines: list[DrillLine] = []
    for expectation in drill.expects:
        reached = [line for one in marked for line in _clock_lines(expectation, one, now)]
        lines += reached or [_not_reached(drill, expectation.name, marked)]
    if drill.plan is not None:
        updates = [(one, update_log(drill.plan, one, now=now)) for one in marked]
        owed = [line for one, log in updates for line in _update_lines(drill, one, log)]
        lines += owed or [_not_reached(drill, drill.plan.name, marked)]
    clocks = [expectation.clock for expectation in drill.expects]
    entries = [
        DrillEntry(due.due_at, "inject", f"{due.inject.kind}: {due.inject.text}")
        for due in injects_due(drill, started_at=start, now=now)
    ]
    for record in marked:
        entries += _actions(record, now)
        if drill.matrix is not None:
            entries += (
                DrillEntry(
                    one.due_at,
                    "escalation",
                    f"{', '.join(map(str, one.targets))}: {one.why}",
                    record.id,
                )
                for one in due_escalations(
                    drill.matrix, record, slas=clocks, now=now, include_lapsed=True
                )
            )
    entries += (
        DrillEntry(line.due_at, "miss", f"{line.expectation}: due and not done", line.record_id)
        for line in lines
        if line.due_at is not None and line.result in ("late", "missed")
    )
    return DrillReport(
        drill=drill.name, started_at=start, now=now, lines=tuple(lines), timeline=ordered(entries)
    )


def _not_reached(drill: Drill, name: str, marked: Sequence[Record]) -> DrillLine:
    why = (
        "no record ever started it"
        if marked
        else f"no record was opened with exercise={drill.name!r}"
    )
    return DrillLine(expectation=name, owner=drill.owners[name], result="not_reached", why=why)


def _clock_lines(expectation: Expectation, record: Record, now: datetime) -> Iterator[DrillLine]:
    status = evaluate_sla(expectation.clock, record, now=now)
    for cycle in status.cycles:
        if cycle.result == "canceled":
            continue
        done = cycle.stopped_at
        yield DrillLine(
            expectation=expectation.name,
            owner=expectation.owner,
            record_id=record.id,
            result=_result(done, is_late=cycle.result == "breached"),
            due_at=cycle.due_at if cycle.due_at is not None else status.due_at_if_resumed,
            done_at=done,
            late_by=max(cycle.elapsed - cycle.target, _ZERO),
            by="" if cycle.stopped_by is None else cycle.stopped_by.by.id,
            why=_why(cycle),
        )


def _result(done: datetime | None, *, is_late: bool) -> DrillResult:
    if done is None:
        return "missed" if is_late else "open"
    return "late" if is_late else "met"


def _why(cycle: Cycle) -> str:
    past = cycle.elapsed - cycle.target
    if cycle.stopped_at is None:
        return f"undone {span_text(past)} after the due" if past > _ZERO else "not due yet"
    what = "done" if cycle.stopped_by is None else _event_text(cycle.stopped_by)
    what += "," if ":" in what else ""
    if not past:
        return f"{what} at the due"
    return f"{what} {span_text(abs(past))} {'after' if past > _ZERO else 'before'} the due"


def _update_lines(
    drill: Drill, record: Record, log: Iterable[StakeholderUpdate]
) -> Iterator[DrillLine]:
    for update in log:
        late = update.late_by if isinstance(update, MissedUpdate) else _ZERO
        if update.lapsed_at is not None and not late:
            continue  # nothing asked for it any more before it was due
        words = f"{update.kind} update {'sent' if update.sent_at else 'owed'} to {update.audience}"
        if late:
            words += f"{'' if update.sent_at else ', unsent'} {span_text(late)} after the due"
        yield DrillLine(
            expectation=update.plan,
            owner=drill.owners[update.plan],
            record_id=record.id,
            result=_result(update.sent_at, is_late=bool(late)),
            due_at=update.due_at,
            done_at=update.sent_at,
            late_by=late,
            by="" if update.sent_by is None else update.sent_by.id,
            why=words,
        )


def _actions(record: Record, now: datetime) -> Iterator[DrillEntry]:
    for event in record.history:
        if event.at <= now:
            yield DrillEntry(event.at, "action", f"{event.by.id}: {_event_text(event)}", record.id)


def _event_text(event: Event) -> str:
    """Return the effect of an event as a short text."""
    if isinstance(event, StateChanged):
        return f"{event.action}: now {event.state.name}"
    words = event.kind.replace("_", " ")
    detail = getattr(event, "status", "") or getattr(event, "audience", "")
    if isinstance(event, FieldsChanged):
        detail = ", ".join(event.fields)
    return f"{words}: {detail}" if detail else words
