"""When a level may fire, and what keeps it from firing: rows, states, silence (rule E3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias

from incidentcore.escalation.anchors import Mark, Place, View
from incidentcore.escalation.matrix import (
    EscalationMatrix,
    EscalationRow,
)

__all__ = [
    "Gate",
    "SNOOZED",
    "Told",
    "Window",
    "build_gate",
    "first_open",
    "lapse",
    "reason_at",
    "restarts",
    "rows_chosen",
]

Gate: TypeAlias = list[tuple[datetime, str]]
"""From which instants on what keeps a level from firing; empty text where nothing does."""

Told: TypeAlias = list[tuple[datetime, tuple[str, ...]]]
"""Who was told when."""

Window: TypeAlias = tuple[datetime | None, datetime | None]
"""From and until when a version of a matrix holds; None for without end."""

LAPSING: Final = ("acknowledged", "resolved", "canceled")
SNOOZED: Final = "snoozed"


def rows_chosen(matrix: EscalationMatrix, view: View) -> list[int]:
    """Return for each place of a record which row applies; -1 where none does."""
    rows, reads = matrix.rows, matrix.reads
    chosen: list[int] = []
    for moment, facts in view.timeline.states():
        if chosen and reads is not None and reads.isdisjoint(moment.changes):
            chosen.append(chosen[-1])
            continue
        for number, row in enumerate(rows):
            if row.when.test(facts, moment.at):
                chosen.append(number)
                break
        else:
            chosen.append(-1)
    return chosen


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
        chosen: Which row applies in each of its places.
        number: The row's number.
        row: The row.
        index: The level's place in it.
        told: Who was told by the row, where everybody's acknowledgement counts.
        window: From and until when this version of the matrix holds.
    """
    answered = row.levels[index].until == "acknowledged"
    hushed = answered or row.snooze_silences == "all"
    places = view.places
    if (
        window == (None, None)
        and not (hushed and view.answered)
        and not view.ended
        and chosen.count(number) == len(places)
    ):
        return [(places[0].at, "")]  # as for most records: nothing ever kept it from firing
    gate: Gate = []
    since, until = window
    extra = [at for at in window if at is not None]
    if row.acknowledged_by == "all":
        extra.extend(at for at, _ in told)
    for at, which, place, marks in _instants(view, row, extra):
        quiet = place.snoozed_until
        if place.ended:
            reason = place.ended
        elif chosen[which] != number:
            reason = "other row"
        elif (since is not None and at < since) or (until is not None and at >= until):
            reason = "other version"
        elif hushed and quiet is not None and at < quiet:
            reason = SNOOZED
        elif answered and marks and _counts(row, index, marks, told, at):
            reason = "acknowledged"
        else:
            reason = ""
        if not gate or gate[-1][1] != reason:
            gate.append((at, reason))
    return gate


def _instants(
    view: View, row: EscalationRow, extra: Iterable[datetime]
) -> Iterator[tuple[datetime, int, Place, tuple[Mark, ...]]]:
    """Yield each instant at which a gate may change, with its place and its acknowledgements."""
    timeout, ends, places = row.ack_timeout, view.snooze_ends, view.places
    pending = sorted({*extra, *ends})
    for which, place in enumerate(places):
        at, marks = place.at, place.marks
        yield at, which, place, _alive(marks, at, row, ends)
        edges = [edge for edge in pending if edge > at]
        if timeout is not None:
            edges += [mark.at + timeout for mark in marks if mark.at + timeout > at]
            edges = sorted(set(edges))
        until = places[which + 1].at if which + 1 < len(places) else None
        for edge in edges:
            if until is not None and edge >= until:
                break
            yield edge, which, place, _alive(marks, edge, row, ends)


def _alive(
    marks: tuple[Mark, ...], at: datetime, row: EscalationRow, ends: tuple[datetime, ...]
) -> tuple[Mark, ...]:
    """Return the acknowledgements that have neither timed out nor been spent by a snooze."""
    if marks and row.ack_timeout is not None:
        marks = tuple(mark for mark in marks if at < mark.at + row.ack_timeout)
    if marks and ends:
        spent = bisect_right(ends, at)
        if spent:
            marks = tuple(mark for mark in marks if mark.at >= ends[spent - 1])
    return marks


def _counts(
    row: EscalationRow, index: int, marks: tuple[Mark, ...], told: Told, at: datetime
) -> bool:
    """Return whether acknowledgements, of which there are some, silence a level."""
    if row.acknowledged_by == "level":
        return any(mark.level is None or mark.level >= index for mark in marks)
    if row.acknowledged_by == "all":
        known = {person for when, people in told if when <= at for person in people}
        return known <= {mark.by for mark in marks}
    return True


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


def lapse(gate: Gate, due: datetime, now: datetime) -> tuple[datetime | None, str]:
    """Return when and by what an escalation that fell due became pointless.

    A snooze takes nothing back: it holds an escalation only as long as it lasts itself.
    """
    held: tuple[datetime | None, str] = (None, "")
    for since, reason in gate[bisect_right(gate, due, key=_since) :]:
        if reason in LAPSING:
            return since, reason
        if since <= now:
            held = (since, reason) if reason == SNOOZED else (None, "")
    return held


def _since(entry: tuple[datetime, str]) -> datetime:
    return entry[0]


def restarts(view: View, row: EscalationRow) -> tuple[datetime, ...]:
    """Return when a row's chain begins anew because silence ended, by-hand escalations aside."""
    found: set[datetime] = set()
    if row.on_snooze_end == "restart":
        found.update(view.snooze_ends)
    if row.on_unacknowledge == "restart":
        before = False
        for at, _, place, marks in _instants(view, row, ()):
            if place.snoozed_until is not None and at < place.snoozed_until:
                continue  # no acknowledgement times out while silence was asked for
            gone = before and not marks and not place.ended and at not in view.snooze_ends
            if gone and not (place.at == at and place.hands):
                found.add(at)
            before = bool(marks)
    return tuple(sorted(found))
