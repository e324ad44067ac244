"""What escalations read of a record: its clocks, and the instants that triggers count from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.conditions import Condition
from incidentcore.conditions.hours import spell_test
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.clocks import Clocks, Slas
from incidentcore.records import (
    Acknowledged,
    Commented,
    Communicated,
    Contacted,
    DiagnosisNoted,
    Escalated,
    Event,
    ProcedureFollowed,
    Record,
    Snoozed,
    StateChanged,
    Timeline,
    TimelineStep,
    Unacknowledged,
    Unsnoozed,
)
from incidentcore.records.events.core import HUMAN
from incidentcore.records.replay import timeline_by

_ACTING: Final = (Acknowledged, Unacknowledged, Escalated)
# Events that cannot be an occasion; an acknowledgement before them in an instant stays in force.
_TALK: Final = (Commented, Communicated, Contacted, DiagnosisNoted, ProcedureFollowed)
_QUIET: Final = frozenset((Acknowledged, Escalated, Snoozed, Unsnoozed, *_TALK))


class Mark(NamedTuple):
    """An acknowledgement in force: when, by whom, at which level, and the event that gave it."""

    at: datetime
    by: str
    level: int | None
    event: Event


class Stage(NamedTuple):
    """The state of a record from one instant at which something happened until the next.

    ``acts`` are the acknowledgements given at the instant as ``Mark``, and each withdrawal as the
    name of the matrix that it applies to, or empty text for every matrix.
    """

    at: datetime
    ended: str  # ``resolved`` or ``canceled``; empty while the record is open
    snoozed_until: datetime | None  # when the latest snooze ends or ended
    acts: tuple[Mark | str, ...] = ()  # in order
    occasion: str = ""  # the first true of ``reopened``, ``moved`` (to another group), ``worsened``
    reach: int = 0  # how many of the acts precede the event of the occasion, which may undo them


class Anchor(NamedTuple):
    """An instant that a trigger counts from, its end, its number, and since when it is known."""

    at: datetime
    until: datetime | None
    cycle: int
    known: datetime


class Situation(NamedTuple):
    """The facts that decide whether a level is silent."""

    stages: tuple[Stage, ...]  # one for each step of the timeline
    snooze_ends: tuple[datetime, ...]  # when they expire, or end without an acknowledgement
    ended: bool  # whether the record was ever resolved or canceled
    answered: bool  # whether anybody ever acknowledged or snoozed it
    manual: tuple[Escalated, ...]  # the manual escalations


@attrs.frozen
class RecordView(SharedRepr):
    """A record as it was known at an instant."""

    record_id: str
    now: datetime  # later events are ignored
    timeline: Timeline
    clocks: Clocks  # each computed when first needed

    @classmethod
    def of(
        cls,
        record: Record,
        slas: Slas,
        now: datetime,
        *,
        until: datetime,
        known_at: datetime | None = None,
        timed: Sequence[Condition] = (),
    ) -> RecordView | None:
        """Return a record as known at an instant; None if it was not yet opened or recorded.

        The clocks are evaluated at ``until``, assuming that nothing else happens; ``timed`` holds
        the tests whose results can change without an event.
        """
        events = timeline_by(record, now, known_at)
        if events is None:
            return None
        timeline = _from_opening(events).with_instants(timed, until)
        return cls(record.id, now, timeline, Clocks(slas, record.id, events, until, now))

    @cached_property
    def situation(self) -> Situation:
        """Return the facts that decide whether a level is silent."""
        timeline = self.timeline
        stages: list[Stage] = []
        facts = timeline.base
        state, known = facts["state"], facts["acknowledged"]
        quiet: datetime | None = facts["snoozed_until"]
        group, priority = facts.get("assignment_group"), facts.get("priority")
        ends: list[datetime] = []
        closed = answered = False
        manual: list[Escalated] = []
        for moment in timeline.moments:
            at, changes, before = moment.at, moment.changes, quiet
            state = changes.get("state", state)
            known = changes.get("acknowledged", known)
            quiet = changes.get("snoozed_until", quiet)
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
            occasion = ""
            if changes.get("reopened_at") == at and stages:
                occasion = "reopened"
            if (new := changes.get("assignment_group")) is not None:
                if group is not None and group != new:  # a first group is not a move
                    occasion = occasion or "moved"
                group = new
            if (worse := changes.get("priority")) is not None:
                if priority is not None and priority.scale == worse.scale and worse > priority:
                    occasion = occasion or "worsened"
                priority = worse
            acts, reach = _acts(moment, occasion, manual)
            ended = "" if state.open else "canceled" if state.is_canceled else "resolved"
            stages.append(Stage(at, ended, quiet, acts, occasion, reach))
            closed = closed or bool(ended)
            answered = answered or bool(acts) or quiet is not None
        if quiet is not None and stages[-1].at <= quiet:
            ends.append(quiet)
        return Situation(tuple(stages), tuple(ends), closed, answered, tuple(manual))

    def moments(self, field: str) -> list[Anchor]:
        """Return each instant that a field of the record contained, with when the field changed."""
        name, _, own = field.partition(".")
        value: Any = self.timeline.base.get(name)
        anchors: list[Anchor] = []
        current: datetime | None = None
        for moment in self.timeline.moments:
            value = moment.changes.get(name, value)
            instant = (value or {}).get(own) if own else value
            need_kind(field, instant, datetime | None, EscalationMatrixError)
            if instant == current:
                continue
            if current is not None:
                anchors[-1] = anchors[-1]._replace(until=moment.at)
            current = instant
            if current is not None:
                anchors.append(Anchor(current, None, len(anchors) + 1, moment.at))
        return anchors

    def spells(self, condition: Condition) -> list[Anchor]:
        """Return the start and end of each interval in which a condition held."""
        anchors: list[Anchor] = []
        holds = False
        test = spell_test(condition)
        for moment, facts in self.timeline.states():
            again = moment.changes.get("reopened_at") == moment.at
            before, holds = holds, test(facts, moment.at, again)
            if holds and not before:
                anchors.append(Anchor(moment.at, None, len(anchors) + 1, moment.at))
            elif before and not holds:
                anchors[-1] = anchors[-1]._replace(until=moment.at)
        return anchors


def _from_opening(timeline: Timeline) -> Timeline:
    """Return a timeline in which events dated before the opening take effect at the opening."""
    if timeline.moments[0].at >= timeline.opened_at:
        return timeline
    early = [step for step in timeline.moments if step.at < timeline.opened_at]
    first, *rest = timeline.moments[len(early) :]
    opening, *others = first.events
    changes = {name: value for step in (*early, first) for name, value in step.changes.items()}
    before = (event for step in early for event in step.events)
    start = TimelineStep(first.at, changes, (opening, *before, *others))
    return Timeline(timeline.base, (start, *rest), timeline.opened_at)


def _acts(
    moment: TimelineStep, occasion: str, manual: list[Escalated]
) -> tuple[tuple[Mark | str, ...], int]:
    """Return how an instant's events affect acknowledgements, and how far an occasion reaches.

    Manual escalations of the instant are added to ``manual``.
    """
    acts: tuple[Mark | str, ...] = ()
    reach: int | None = None
    at = moment.at
    for event in moment.events:
        if not isinstance(event, _ACTING):  # as for most events
            pass
        elif isinstance(event, Acknowledged):
            acts = (*acts, Mark(at, event.by.id, event.level, event))
        elif isinstance(event, Unacknowledged):
            acts = (*acts, "")
        elif not event.key:
            acts = (*acts, event.matrix)
            manual.append(event)
        if type(event) not in _QUIET:
            reach = len(acts)
    known = moment.changes.get("acknowledged")
    if known is not None and not acts:
        if not known and occasion != "reopened":  # a snooze was ended, or a correction took it back
            acts = ("",)
        elif known and occasion not in ("reopened", "moved"):  # by working on it
            event = moment.events[-1]
            acts, reach = (Mark(at, event.by.id, None, event),), None
    elif not acts and not occasion and "state" in moment.changes:  # a row may have ended others
        acts = tuple(
            Mark(at, event.by.id, None, event)
            for event in moment.events
            if type(event) is StateChanged and event.state.open and event.by.role in HUMAN
        )
        reach = None
    return acts, len(acts) if reach is None else reach
