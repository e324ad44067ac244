"""From a history to what each audience was owed, and what became of it.

For each audience at most one update is owed at a time. It begins when a rule comes to apply, when
the update before it was sent, or when the communication ended; it is over when an update is sent,
or when nothing asks for it any more. Conditions are asked once per instant, on the facts after its
last event (rule S1), so what is owed changes at events only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from incidentcore.communication.plan import CommunicationPlan, UpdateRule
from incidentcore.communication.times import late_by, later, outside_quiet, told_from
from incidentcore.conditions import Condition
from incidentcore.records import Communicated, Timeline, TimelineStep

__all__ = ["Promise", "promises"]

_ZERO: Final = timedelta(0)

# What a rule asks for at an instant: one of these, or the reason why it asks for nothing.
_RUN: Final = "run"
_HOLD: Final = "on hold"
_ENDED: Final = "ended"
_REGULAR: Final = frozenset((_RUN, _HOLD))


@attrs.define
class Promise:
    """One update that an audience is owed.

    Attributes:
        audience: Who is owed it.
        rule: The rule that asks for it.
        kind: See ``UpdateKind``.
        since: From when its time counts.
        due: By when.
        told: From when on it is told to whoever writes it.
        sent_at: When it was sent, if it was.
        lapsed_at: When nothing asked for it any more, unsent.
        lapsed_because: Why.
    """

    audience: str
    rule: UpdateRule
    kind: str
    since: datetime
    due: datetime
    told: datetime
    sent_at: datetime | None = None
    lapsed_at: datetime | None = None
    lapsed_because: str = ""

    def was_told(self, now: datetime) -> bool:
        """Return whether it was told by an instant, before it was over."""
        end = self.sent_at or self.lapsed_at
        return self.told <= now if end is None else self.told < end

    def late_by(self, now: datetime) -> timedelta:
        """Return by how much it was late when it was over, or is late by now."""
        return late_by(self.rule, self.due, self.sent_at or self.lapsed_at or now)


@attrs.define
class _Track:
    """One audience, with what it is owed and what it was told, up to an instant."""

    audience: str
    rules: tuple[tuple[int, UpdateRule], ...]
    also: Condition | None
    over: list[Promise] = attrs.field(factory=list)
    sent: list[datetime] = attrs.field(factory=list)
    standing: Promise | None = None
    rule: UpdateRule | None = None
    phase: str = "not opened"
    engaged: bool = False  # was it ever owed regular updates, so that it is owed a final one
    started: datetime | None = None  # since when regular updates are owed
    spoke: datetime | None = None  # the last update since then
    asked: bool = False  # was it ever owed anything

    def step(self, at: datetime, rule: UpdateRule | None, phase: str, *, sent: bool) -> None:
        """Take in what holds after the events of an instant."""
        fresh = phase != self.phase
        began = phase in _REGULAR and self.phase not in _REGULAR
        changed = fresh or rule is not self.rule
        self.rule, self.phase = rule, phase
        if sent:
            self.sent.append(at)
            self._send(at)
        if rule is None or phase not in (_RUN, _HOLD, _ENDED):
            self._lapse(at, phase)
            self.engaged = self.engaged and rule is not None
        elif phase == _ENDED:
            self._end(at, rule, fresh=fresh, changed=changed, sent=sent)
        else:
            self._go_on(at, rule, began=began, changed=changed, sent=sent)

    def _go_on(
        self, at: datetime, rule: UpdateRule, *, began: bool, changed: bool, sent: bool
    ) -> None:
        """Owe the next regular update."""
        on_hold = self.phase == _HOLD
        grace = rule.span("first", on_hold=on_hold)
        if began:
            self._lapse(at, "reopened")
            self.engaged, self.started, self.spoke = True, at, None
            if sent and grace is not None:  # told at the very instant at which it began to matter
                self._owe(rule, "first", at, later(rule, at, grace), at)
                self._send(at)
        if sent:
            self.spoke = at
        kind = "first" if self.spoke is None else "next"
        since = self.spoke or self.started or at
        span = rule.span(kind, on_hold=on_hold)
        if span is None:
            self._lapse(at, "no further update")
        elif since == at:
            self._owe(rule, kind, at, later(rule, at, span), at)
        elif changed:
            self._change(rule, kind, at, since=since, span=span, grace=grace)

    def _end(
        self, at: datetime, rule: UpdateRule, *, fresh: bool, changed: bool, sent: bool
    ) -> None:
        """Owe the final update to an audience that was owed others before."""
        final = rule.final
        if not self.engaged:
            return
        if final is None:
            self._lapse(at, _ENDED if fresh else "no further update")
        elif fresh:
            self._lapse(at, _ENDED)
            self._owe(rule, "final", at, later(rule, at, final), at)
            if sent:
                self._send(at)
        elif changed and self.standing is not None:
            since = self.standing.since
            self._change(rule, "final", at, since=since, span=final, grace=final)

    def _change(
        self,
        rule: UpdateRule,
        kind: str,
        at: datetime,
        *,
        since: datetime,
        span: timedelta,
        grace: timedelta | None,
    ) -> None:
        """Let another rule, or a hold, time what is owed; what is late already stays late.

        It counts from the same start. Where that would be due too soon after the change, there is
        the time of a first update, but never more than what was promised before leaves.
        """
        before = self.standing
        if before is not None and late_by(before.rule, before.due, at) > _ZERO:
            return
        own = later(rule, since, span)
        due = None if own is None else outside_quiet(rule, max(own, at))
        if before is None or due != before.due:
            soonest = [at if grace is None else later(rule, at, grace)]
            soonest.append(None if before is None else before.due)
            known = [one for one in soonest if one is not None]
            if own is not None and known:
                due = outside_quiet(rule, max(own, at, min(known)))
        if before is not None:
            if due == before.due:
                before.rule = rule
                if before.told >= at:
                    before.told = told_from(rule, before.due, at)
                return
            self._lapse(at, "timed anew")
        self._owe(rule, kind, since, due, at)

    def _owe(
        self, rule: UpdateRule, kind: str, since: datetime, due: datetime | None, at: datetime
    ) -> None:
        due = None if due is None else outside_quiet(rule, due)
        if due is not None:
            told = told_from(rule, due, at)
            self.asked = True
            self.standing = Promise(self.audience, rule, kind, since, due, told)

    def _send(self, at: datetime) -> None:
        if self.standing is not None:
            self.standing.sent_at = at
            self.over.append(self.standing)
            self.standing = None

    def _lapse(self, at: datetime, because: str) -> None:
        promise = self.standing
        if promise is None:
            return
        self.standing = None
        if promise.told < at:  # nobody ever heard of any other
            promise.lapsed_at, promise.lapsed_because = at, because
            self.over.append(promise)


def _phase(rule: UpdateRule, facts: dict[str, Any], at: datetime) -> str:
    if rule.ends.test(facts, at):
        return _ENDED
    state = facts["state"]
    if not state.open:
        return "canceled" if state.is_canceled else "resolved"
    if rule.stop.test(facts, at):
        return "stopped"
    return _HOLD if state.pauses else _RUN


def promises(
    plan: CommunicationPlan, timeline: Timeline
) -> tuple[list[Promise], list[tuple[str, datetime]], dict[str, Any], bool]:
    """Return what a record's audiences were owed, when they were told, and the facts at the end.

    The last of the four says whether any of them was ever owed anything.

    Args:
        plan: The plan.
        timeline: The record's facts over time, as far as they count.
    """
    also = dict(plan.also)
    tracks = [
        _Track(
            audience,
            tuple((n, rule) for n, rule in enumerate(plan.rules) if audience in rule.audiences),
            also.get(audience),
        )
        for audience in plan.audiences
    ]
    watched = plan.watched
    facts: dict[str, Any] = {}
    known = False
    for moment, facts in timeline.states():
        if moment.at < timeline.opened_at:
            continue
        if not known or watched is None or not watched.isdisjoint(moment.changes):
            _step(tracks, moment, facts)
            known = True
        elif also or any(isinstance(event, Communicated) for event in moment.events):
            for track in tracks:
                if _tells(moment, track):
                    track.step(moment.at, track.rule, track.phase, sent=True)
    owed = [
        promise
        for track in tracks
        for promise in (*track.over, *([] if track.standing is None else [track.standing]))
    ]
    return owed, list(_told(tracks)), dict(facts), any(track.asked for track in tracks)


def _step(tracks: list[_Track], moment: TimelineStep, facts: dict[str, Any]) -> None:
    at = moment.at
    applies: dict[int, bool] = {}
    phases: dict[int, str] = {}
    for track in tracks:
        rule = None
        phase = "no rule applies"
        for number, candidate in track.rules:
            if number not in applies:
                applies[number] = candidate.when.test(facts, at)
            if applies[number]:
                rule = candidate
                if number not in phases:
                    phases[number] = _phase(candidate, facts, at)
                phase = phases[number]
                break
        sent = _tells(moment, track)
        if sent or rule is not track.rule or phase != track.phase:
            track.step(at, rule, phase, sent=sent)


def _tells(moment: TimelineStep, track: _Track) -> bool:
    """Return whether an audience was told at an instant."""
    for event in moment.events:
        if isinstance(event, Communicated):
            if event.audience == track.audience:
                return True
        elif track.also is not None and track.also.test(event, event.at):
            return True
    return False


def _told(tracks: list[_Track]) -> Iterator[tuple[str, datetime]]:
    for track in tracks:
        for at in track.sent:
            yield track.audience, at
