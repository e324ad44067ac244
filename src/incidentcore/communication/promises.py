"""Which updates each audience was to receive, computed from a record's history (rules U1 to U3).

Each audience has its own track, with at most one outstanding update at a time. A track takes one
step at each instant at which something that the plan reads changed, or an update was sent.
Conditions are evaluated once per instant, on the facts after its last event (rule S1).

A step first considers what happened: an update sent at the instant fulfills the outstanding one.
Then it determines which rule applies and its phase: regular updates are due, at the usual interval
or at the interval for a hold; the communication has ended, and a final update is due; or no update
is due, because the rule's ``stop`` holds, no rule applies, or the record is resolved or canceled.

A *pace* is a rule, with or without a hold. The first due time that a pace sets after an update is
stored, and restored when the pace returns, so that a change to another pace and back postpones
nothing. A pace without a stored due time counts from the last update; if the next update would then
be due at once, it is due after the time of a first update instead. A late update stays late until
an update is sent. A resolution or cancellation ends every outstanding update, and a reopening
begins again with a first update.

A ``Promise`` that nobody could have seen, because it was replaced before it was listed, is dropped;
every other ends as sent or lapsed (no longer required), so that a key that was listed once is never
lost (rule U5).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.communication.plan import CommunicationPlan, UpdateRule
from incidentcore.communication.promise import Owed, Promise
from incidentcore.communication.times import late_by, later, listed_from, outside_quiet
from incidentcore.conditions import Condition
from incidentcore.conditions.access import reader
from incidentcore.conditions.hours import SpellTest, spell_test
from incidentcore.records import Communicated, Event, Timeline, TimelineStep

_ZERO: Final = timedelta(0)

# The phase of a rule at an instant: one of these, or the reason why nothing is owed.
_RUN: Final = "run"
_HOLD: Final = "on_hold"
_ENDED: Final = "ended"
_REGULAR: Final = frozenset((_RUN, _HOLD))


@attrs.define
class _Track(SharedRepr):
    """One audience, with the updates owed and sent to it, up to an instant."""

    audience: str
    rules: tuple[tuple[int, UpdateRule], ...]
    also: Condition | None
    over: list[Promise] = attrs.field(factory=list)
    sent: list[datetime] = attrs.field(factory=list)
    standing: Promise | None = None
    rule: UpdateRule | None = None
    phase: str = "not_opened"
    engaged: bool = False  # was it ever owed regular updates, so that it is owed a final one
    started: datetime | None = None  # when regular updates began; None once they are over
    spoke: datetime | None = None  # the last update since then
    asked: bool = False  # was it ever owed anything
    # What each pace first promised since the last update: by rule and hold, kind, start and due.
    paces: dict[tuple[str, bool], tuple[str, datetime, datetime]] = attrs.field(factory=dict)
    # When each field first changed since the last update, if its change requires one.
    news: dict[str, datetime] = attrs.field(factory=dict)

    def step(
        self,
        at: datetime,
        rule: UpdateRule | None,
        phase: str,
        *,
        sent: Event | None,
        noted: Collection[str] = (),
    ) -> None:
        """Apply the state after the events of an instant."""
        fresh = phase != self.phase
        began = phase in _REGULAR and self.phase not in _REGULAR
        turned = rule is not self.rule
        self.rule, self.phase = rule, phase
        if sent is not None:
            self.sent.append(at)
            self._send(at, sent)
        if phase in ("resolved", "canceled", _ENDED):
            self.end()
        elif self.started is None and rule is not None and began:
            self._begin(at, rule, sent)
        if sent is not None and self.started is not None:  # also while the rule is stopped
            self.spoke = at
            self._clear()
        if rule is None or phase not in (_RUN, _HOLD, _ENDED):
            self._lapse(at, phase)
            self.engaged = self.engaged and rule is not None
        elif phase == _ENDED:
            self._end(at, rule, fresh=fresh, changed=fresh or turned, sent=sent)
        else:
            self.engaged = True
            if sent is None and self.started != at:
                self.news |= {path: at for path in noted if path not in self.news}
            self._go_on(at, rule, changed=fresh or turned or bool(noted), turned=turned)

    def end(self) -> None:
        """Forget what was promised: a reopening begins again."""
        self.started = None
        self._clear()

    def _clear(self) -> None:
        self.paces.clear()
        self.news.clear()

    def _begin(self, at: datetime, rule: UpdateRule, sent: Event | None) -> None:
        """Begin with a first update."""
        self._lapse(at, "reopened")
        self.started, self.spoke = at, None
        if sent is not None and self._span(rule, "first") is not None:  # sent as soon as it began
            self._owe(rule, "first", at, at)
            self._send(at, sent)

    def _go_on(self, at: datetime, rule: UpdateRule, *, changed: bool, turned: bool) -> None:
        """Owe the next regular update."""
        kind = "first" if self.spoke is None else "next"
        since = self.spoke or self.started or at
        if self._span(rule, kind) is None:
            if turned and since != at and rule.first is not None:
                self._change(rule, "first", at, at)  # a rule that owes one update and no more
            elif changed and (news := self._news(rule)) is not None:
                self._change(rule, "change", at, news)
            elif turned:
                self._lapse(at, "no_further_update")
        elif since == at:
            self._owe(rule, kind, at, at)
            self._keep_pace(rule)
        else:  # since something changed, or there would have been no step
            self._change(rule, kind, at, since)

    def _span(self, rule: UpdateRule, kind: str) -> timedelta | None:
        return rule.span(kind, on_hold=self.phase == _HOLD and kind != "change")

    def _news(self, rule: UpdateRule) -> datetime | None:
        """Return the first change since the last update that a rule is to report, or None."""
        return min((self.news[path] for path in rule.on_change if path in self.news), default=None)

    def _keep_pace(self, rule: UpdateRule) -> None:
        one = self.standing
        if one is not None:
            self.paces.setdefault((rule.name, self.phase == _HOLD), (one.kind, one.since, one.due))

    def _end(
        self, at: datetime, rule: UpdateRule, *, fresh: bool, changed: bool, sent: Event | None
    ) -> None:
        """Owe the final update to an audience that was owed other updates before."""
        if not self.engaged:
            return
        if rule.final is None:
            self._lapse(at, _ENDED if fresh else "no_further_update")
        elif fresh:
            self._lapse(at, _ENDED)
            self._owe(rule, "final", at, at)
            if sent is not None:
                self._send(at, sent)
        elif changed and self.standing is not None:
            self._change(rule, "final", at, self.standing.since)

    def _change(self, rule: UpdateRule, kind: str, at: datetime, since: datetime) -> None:
        """Reschedule the owed update by another pace; an update that is already late stays late.

        A pace that had a due time before restores it. Any other pace counts from the same
        start; if the update would be due at once, the time of a first update is granted, but never
        beyond the earlier due time. A change that is to be reported may be due earlier.
        """
        before = self.standing
        if before is not None and late_by(before.rule, before.due, at) > _ZERO:
            return
        pace = (rule.name, self.phase == _HOLD)
        if kind != "final" and pace in self.paces:
            kind, since, due = self.paces[pace]
            restored: datetime | None = due
        else:
            restored = self._timed(rule, kind, at, since)
        news = self._news(rule) if kind in ("first", "next") else None
        if news is not None:
            reported = self._timed(rule, "change", at, news)
            if reported is not None and (restored is None or reported < restored):
                kind, since, restored = "change", news, reported
                self.paces.pop(pace, None)
        if before is not None and restored == before.due:
            before.rule = rule
            if before.listed >= at:
                before.listed = listed_from(rule, before.due, at)
        else:
            self._lapse(at, "retimed")
            if restored is not None:
                self._take_back(kind, since, restored)
                self._stand(rule, kind, since, restored, at)
        if kind != "final":
            self._keep_pace(rule)

    def _take_back(self, kind: str, since: datetime, due: datetime) -> None:
        """Remove a lapsed promise, because it is in force again."""
        self.over = [
            one
            for one in self.over
            if one.lapsed_at is None or (one.kind, one.since, one.due) != (kind, since, due)
        ]

    def _timed(self, rule: UpdateRule, kind: str, at: datetime, since: datetime) -> datetime | None:
        """Return the due time by a pace that has no due time yet."""
        own = self._later(rule, kind, since)
        if own is None or own > at:
            return None if own is None else outside_quiet(rule, own)
        before = self.standing
        grace = kind if kind == "final" else "first"
        granted = at if self._span(rule, grace) is None else self._later(rule, grace, at)
        if before is not None and (granted is None or before.due < granted):
            granted = before.due
        return None if granted is None else outside_quiet(rule, max(granted, at))

    def _later(self, rule: UpdateRule, kind: str, since: datetime) -> datetime | None:
        span = self._span(rule, kind)
        return None if span is None else later(rule, since, span)

    def _owe(self, rule: UpdateRule, kind: str, since: datetime, at: datetime) -> None:
        due = self._later(rule, kind, since)
        due = None if due is None else outside_quiet(rule, due)
        if due is not None:
            self._stand(rule, kind, since, due, at)

    def _stand(
        self, rule: UpdateRule, kind: str, since: datetime, due: datetime, at: datetime
    ) -> None:
        self.asked = True
        listed = listed_from(rule, due, at)
        self.standing = Promise(self.audience, rule, kind, since, due, listed)

    def _send(self, at: datetime, event: Event) -> None:
        if self.standing is not None:
            self.standing.sent_at, self.standing.sent_by = at, event.by
            self.over.append(self.standing)
            self.standing = None

    def _lapse(self, at: datetime, because: str) -> None:
        promise = self.standing
        if promise is None:
            return
        self.standing = None
        if promise.listed < at:  # nobody ever saw any other
            promise.lapsed_at, promise.lapsed_because = at, because
            self.over.append(promise)


def promises(plan: CommunicationPlan, timeline: Timeline, until: datetime) -> Owed:
    """Return the updates that a plan required for a record, and what was sent."""
    tests = [[spell_test(one) for one in (rule.when, rule.stop, rule.ends)] for rule in plan.rules]
    by_hour = [
        number
        for number, rule in enumerate(plan.rules)
        if any(one.reads_hours for one in (rule.when, rule.stop, rule.ends))
    ]
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
    values: dict[str, Any] = {path: None for rule in plan.rules for path in rule.on_change}
    facts: dict[str, Any] = {}
    known = False
    for moment, facts in timeline.with_instants(plan.timed, until).states():
        if moment.at < timeline.opened_at:
            continue
        if not known or watched is None or not watched.isdisjoint(moment.changes):
            noted = _noted(values, facts)
            asked = _Asked(tests, facts, moment)
            for number in by_hour:  # for these remember
                asked.phase(number)
            _step(tracks, moment, asked, noted if known else frozenset())
            known = True
        elif also or any(isinstance(event, Communicated) for event in moment.events):
            for track in tracks:
                if (event := _update(moment, track)) is not None:
                    track.step(moment.at, track.rule, track.phase, sent=event)
    owed = [
        promise
        for track in tracks
        for promise in (*track.over, *([] if track.standing is None else [track.standing]))
    ]
    sent = [(track.audience, at) for track in tracks for at in track.sent]
    return Owed(plan, owed, sent, dict(facts), asked=any(track.asked for track in tracks))


def _noted(values: dict[str, Any], facts: dict[str, Any]) -> frozenset[str]:
    """Return the fields whose values have changed, and update ``values``."""
    current = {path: reader(path)(facts) for path in values}
    noted = frozenset(path for path, value in current.items() if value != values[path])
    values.update(current)
    return noted


class _Asked:
    """The conditions of rules at one instant, each evaluated once."""

    def __init__(
        self, tests: list[list[SpellTest]], facts: dict[str, Any], moment: TimelineStep
    ) -> None:
        self._tests, self.facts, self._at = tests, facts, moment.at
        self._again = moment.changes.get("reopened_at") == moment.at
        self._phases: dict[int, str] = {}

    def phase(self, number: int) -> str:
        """Return the phase of a rule; empty if the rule does not apply."""
        if number not in self._phases:
            self._phases[number] = self._ask(number)
        return self._phases[number]

    def _ask(self, number: int) -> str:
        tests = self._tests[number]  # each is asked at each instant: those of the hour remember
        applies, stopped, ended = [test(self.facts, self._at, self._again) for test in tests]
        state = self.facts["state"]
        if not applies:
            return ""
        if ended:
            return _ENDED
        if not state.open:
            return "canceled" if state.is_canceled else "resolved"
        if stopped:
            return "stopped"
        return _HOLD if state.pauses else _RUN


def _step(
    tracks: list[_Track], moment: TimelineStep, asked: _Asked, changed: frozenset[str]
) -> None:
    at = moment.at
    for track in tracks:
        rule = None
        phase = "no_rule_applies"
        for number, candidate in track.rules:
            if asks := asked.phase(number):
                rule, phase = candidate, asks
                break
        if rule is None and not asked.facts["state"].open:
            track.end()
        sent = _update(moment, track)
        noted = changed.intersection(() if rule is None else rule.on_change)
        if noted or sent is not None or rule is not track.rule or phase != track.phase:
            track.step(at, rule, phase, sent=sent, noted=noted)


def _update(moment: TimelineStep, track: _Track) -> Event | None:
    """Return the event that informed an audience at an instant; None if there is no such event."""
    for event in moment.events:
        if isinstance(event, Communicated):
            if event.audience == track.audience:
                return event
        elif track.also is not None and track.also.test(event, event.at):
            return event
    return None
