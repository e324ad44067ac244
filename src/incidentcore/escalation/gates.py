"""When a level may fire, and what keeps it from firing: rows, states and acknowledgements (E3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from incidentcore.escalation.anchors import View
from incidentcore.escalation.matrix import (
    AcknowledgedBy,
    EscalationMatrix,
    EscalationRow,
    Until,
)
from incidentcore.records import Acknowledged, Escalated, Moment, Unacknowledged

__all__ = [
    "Gate",
    "Told",
    "Window",
    "build_gate",
    "first_open",
    "hand_escalations",
    "lapse",
    "reason_at",
    "rows_chosen",
    "withdrawn",
]

Gate: TypeAlias = list[tuple[datetime, str]]
"""From which instants on what keeps a level from firing; empty text where nothing does."""

Told: TypeAlias = list[tuple[datetime, tuple[str, ...]]]
"""Who was told when, by the levels before."""

Window: TypeAlias = tuple[datetime | None, datetime | None]
"""From and until when a version of a matrix holds; None for without end."""

LAPSING: Final = ("acknowledged", "resolved", "canceled")


@attrs.frozen
class _Mark:
    """One acknowledgement that stands."""

    at: datetime
    by: str
    level: int | None


def rows_chosen(matrix: EscalationMatrix, view: View) -> list[int]:
    """Return for each state of a record which row applies; -1 where none does."""
    return [
        next((n for n, row in enumerate(matrix.rows) if row.when.test(facts, moment.at)), -1)
        for moment, facts in view.states
    ]


def _marks(moment: Moment, facts: dict[str, Any], standing: list[_Mark]) -> list[_Mark]:
    """Return the acknowledgements that stand after an instant's events."""
    marks = list(standing)
    for event in moment.events:
        if isinstance(event, Acknowledged):
            marks.append(_Mark(moment.at, event.by.id, event.level))
        elif isinstance(event, Unacknowledged) or (isinstance(event, Escalated) and not event.key):
            marks = []
    if not facts["acknowledged"]:
        return []
    if not marks:  # taken notice of by working on it
        return [_Mark(moment.at, moment.events[-1].by.id, None)]
    return marks


def build_gate(
    view: View,
    chosen: list[int],
    number: int,
    row: EscalationRow,
    *,
    index: int,
    told: Told,
    window: Window,
) -> Gate:
    """Return when a level of a row may fire.

    Args:
        view: The record.
        chosen: Which row applies in each of its states.
        number: The row's number.
        row: The row.
        index: The level's place in it.
        told: Who was told by the levels before, where everybody's acknowledgement counts.
        window: From and until when this version of the matrix holds.
    """
    level = row.levels[index]
    gate: Gate = []
    since, until = window
    extra = [at for at in window if at is not None]
    if row.acknowledged_by == AcknowledgedBy.ALL:
        extra.extend(at for at, _ in told)
    for at, place, marks in _instants(view, row, extra):
        reason = _reason(view.states[place][1])
        if reason:
            pass
        elif chosen[place] != number:
            reason = "other row"
        elif (since is not None and at < since) or (until is not None and at >= until):
            reason = "other version"
        elif level.until == Until.ACKNOWLEDGED and _counts(row, index, marks, told, at):
            reason = "acknowledged"
        if not gate or gate[-1][1] != reason:
            gate.append((at, reason))
    return gate


def _instants(
    view: View, row: EscalationRow, extra: Iterable[datetime]
) -> Iterator[tuple[datetime, int, list[_Mark]]]:
    """Yield each instant at which a gate may change, with the state and acknowledgements there."""
    standing: list[_Mark] = []
    timeout = row.ack_timeout
    pending: list[datetime] = sorted(extra)
    for place, (moment, facts) in enumerate(view.states):
        standing = _marks(moment, facts, standing)
        yield moment.at, place, _alive(standing, moment.at, row)
        until = view.states[place + 1][0].at if place + 1 < len(view.states) else None
        edges = {at for at in pending if at > moment.at}
        if timeout is not None:
            edges |= {mark.at + timeout for mark in standing if mark.at + timeout > moment.at}
        for at in sorted(edges):
            if until is None or at < until:
                yield at, place, _alive(standing, at, row)


def _alive(marks: list[_Mark], at: datetime, row: EscalationRow) -> list[_Mark]:
    if row.ack_timeout is None:
        return marks
    return [mark for mark in marks if at < mark.at + row.ack_timeout]


def _counts(row: EscalationRow, index: int, marks: list[_Mark], told: Told, at: datetime) -> bool:
    if row.acknowledged_by == AcknowledgedBy.LEVEL:
        return any(mark.level is None or mark.level >= index for mark in marks)
    if row.acknowledged_by == AcknowledgedBy.ALL and marks:
        known = {person for when, people in told if when <= at for person in people}
        return known <= {mark.by for mark in marks}
    return bool(marks)


def _reason(facts: dict[str, Any]) -> str:
    state = facts["state"]
    if state.is_canceled:
        return "canceled"
    return "" if state.open else "resolved"


def first_open(gate: Gate, at: datetime) -> datetime | None:
    """Return the first instant from ``at`` on at which a gate is open; None where it stays shut."""
    place = bisect_right(gate, at, key=_since) - 1
    if place >= 0 and not gate[place][1]:
        return at
    return next((since for since, reason in gate[place + 1 :] if not reason), None)


def reason_at(gate: Gate, at: datetime) -> str:
    """Return what keeps a level from firing at an instant."""
    place = bisect_right(gate, at, key=_since) - 1
    return gate[place][1] if place >= 0 else "not opened"


def lapse(gate: Gate, due: datetime) -> tuple[datetime | None, str]:
    """Return when and by what an escalation that fell due became pointless."""
    for since, reason in gate[bisect_right(gate, due, key=_since) :]:
        if reason in LAPSING:
            return since, reason
    return None, ""


def _since(entry: tuple[datetime, str]) -> datetime:
    return entry[0]


def hand_escalations(view: View) -> list[datetime]:
    """Return when the record was escalated by hand."""
    return [
        moment.at
        for moment, _ in view.states
        for event in moment.events
        if isinstance(event, Escalated) and not event.key
    ]


def withdrawn(view: View, row: EscalationRow) -> Sequence[datetime]:
    """Return when an acknowledgement was withdrawn or timed out, by-hand escalations aside."""
    found: list[datetime] = []
    before = False
    for at, place, marks in _instants(view, row, []):
        moment, facts = view.states[place]
        if before and not marks and facts["state"].open:
            by_hand = moment.at == at and any(
                isinstance(event, Escalated) and not event.key for event in moment.events
            )
            if not by_hand:
                found.append(at)
        before = bool(marks)
    return found
