"""A record as escalations see it: its clocks, and the moments that triggers count from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import EscalationMatrixError, InvalidTimelineError
from incidentcore.escalation.clocks import Clocks
from incidentcore.records import (
    Acknowledged,
    Escalated,
    Event,
    Record,
    Timeline,
    Unacknowledged,
    Unsnoozed,
)
from incidentcore.sla import SlaRules, SlaStatus

__all__ = ["Anchor", "Mark", "RecordView", "Stage"]


class Mark(NamedTuple):
    """One acknowledgement that stands."""

    at: datetime
    by: str
    level: int | None


class Stage(NamedTuple):
    """What holds from an instant at which something happened until the next one.

    Attributes:
        at: The instant.
        ended: ``resolved`` or ``canceled``; empty while the record is open.
        marks: The acknowledgements.
        snoozed_until: When a snooze ends, or ended.
        manual: The manual escalations of the instant: the level that was asked for, or None.
    """

    at: datetime
    ended: str
    marks: tuple[Mark, ...]
    snoozed_until: datetime | None
    manual: tuple[int | None, ...]


class Anchor(NamedTuple):
    """A moment from which a trigger counts, for as long as it stands."""

    at: datetime
    until: datetime | None
    cycle: int


@attrs.frozen
class RecordView:
    """A record as it is seen at an instant.

    Attributes:
        record_id: The record.
        timeline: Its facts, instant by instant.
        clocks: Its clocks, each computed when it is first asked for.
        stages: What of the facts decides about silence, one for each moment of the timeline.
        snooze_ends: When a snooze ended, or will: by itself, or ended before its time by somebody
            who did not answer for the record instead.
        ended: Whether it was ever resolved or canceled.
        answered: Whether anybody ever answered for it, or asked for silence.
        manual: When it was escalated manually, each with the level that was asked for, or None.
    """

    record_id: str
    timeline: Timeline
    clocks: Clocks
    stages: tuple[Stage, ...]
    snooze_ends: tuple[datetime, ...]
    ended: bool
    answered: bool
    manual: tuple[tuple[datetime, int | None], ...]

    @classmethod
    def of(
        cls,
        record: Record,
        slas: Sequence[SlaRules | SlaStatus],
        now: datetime,
        *,
        until: datetime,
        known_at: datetime | None = None,
    ) -> RecordView | None:
        """Return the view; None before the record was opened, or known by ``known_at``.

        Args:
            record: The record.
            slas: The rules of its clocks, or what they answered about it.
            now: What happened after is not seen.
            until: The instant at which the clocks are asked, if nothing else happens.
            known_at: Use only what was recorded by this instant.
        """
        if now < record.opened_at:
            return None
        try:
            timeline = record.timeline(now=now, known_at=known_at)
        except InvalidTimelineError:
            return None
        stages: list[Stage] = []
        marks: tuple[Mark, ...] = ()
        state, known = timeline.base["state"], timeline.base["acknowledged"]
        quiet: datetime | None = timeline.base["snoozed_until"]
        ends: list[datetime] = []
        closed = answered = False
        asked: list[tuple[datetime, int | None]] = []
        for moment in timeline.moments:
            at, changes, before = moment.at, moment.changes, quiet
            state = changes.get("state", state)
            known = changes.get("acknowledged", known)
            quiet = changes.get("snoozed_until", quiet)
            marks, manual = _marks(at, moment.events, marks, known=known)
            if before is not None:
                if stages and stages[-1].at <= before < at:
                    ends.append(before)
                elif (
                    quiet is None
                    and before > at
                    and state.open
                    and not known
                    and any(isinstance(event, Unsnoozed) for event in moment.events)
                ):
                    ends.append(at)
            ended = "" if state.open else "canceled" if state.is_canceled else "resolved"
            stages.append(Stage(at, ended, marks, quiet, manual))
            closed = closed or bool(ended)
            answered = answered or bool(marks) or quiet is not None
            asked.extend((at, level) for level in manual)
        if quiet is not None and stages[-1].at <= quiet:
            ends.append(quiet)
        return cls(
            record.id,
            timeline,
            Clocks(slas, record.id, timeline, until),
            tuple(stages),
            tuple(ends),
            ended=closed,
            answered=answered,
            manual=tuple(asked),
        )

    def moments(self, field: str) -> list[Anchor]:
        """Return each value that a moment of the record took, until it moved on."""
        name, _, own = field.partition(".")
        value: Any = self.timeline.base.get(name)
        anchors: list[Anchor] = []
        current: datetime | None = None
        for moment in self.timeline.moments:
            value = moment.changes.get(name, value)
            instant = (value or {}).get(own) if own else value
            if instant is not None and not isinstance(instant, datetime):
                raise EscalationMatrixError(field, instant, "a field that holds an aware datetime")
            if instant == current:
                continue
            if current is not None:
                anchors[-1] = anchors[-1]._replace(until=moment.at)
            current = instant
            if current is not None:
                anchors.append(Anchor(current, None, len(anchors) + 1))
        return anchors

    def spells(self, condition: Condition) -> list[Anchor]:
        """Return each spell in which a condition held."""
        anchors: list[Anchor] = []
        holds = False
        for moment, facts in self.timeline.states():
            before, holds = holds, condition.test(facts, moment.at)
            if holds and not before:
                anchors.append(Anchor(moment.at, None, len(anchors) + 1))
            elif before and not holds:
                anchors[-1] = anchors[-1]._replace(until=moment.at)
        return anchors


def _marks(
    at: datetime, events: Sequence[Event], standing: tuple[Mark, ...], *, known: bool
) -> tuple[tuple[Mark, ...], tuple[int | None, ...]]:
    """Return the acknowledgements after an instant's events, and its manual escalations."""
    marks = standing
    manual: tuple[int | None, ...] = ()
    for event in events:
        if isinstance(event, Acknowledged):
            marks = (*marks, Mark(at, event.by.id, event.level))
        elif isinstance(event, Unacknowledged):
            marks = ()
        elif isinstance(event, Escalated) and not event.key:
            marks = ()
            manual = (*manual, event.level)
    if not known:
        return (), manual
    if not marks:  # taken notice of by working on it
        return (Mark(at, events[-1].by.id, None),), manual
    return marks, manual
