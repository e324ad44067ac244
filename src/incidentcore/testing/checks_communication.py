"""The laws that every communication plan must satisfy, for testing your own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.communication import (
    CommunicationPlan,
    due_updates,
    lint_communication,
    missed_updates,
    next_update_wakeup,
    update_log,
)
from incidentcore.errors import InvalidTimelineError
from incidentcore.records import Communicated, Event, Record, replay
from incidentcore.testing.checks_sla import PURE, assert_clean, one_law_at_a_time, seen_by, showing
from incidentcore.testing.strategies_communication import communicated_incidents
from incidentcore.testing.strategies_escalation import MINUTE, OPENED

_INSTANT: Final = timedelta.resolution
POLLS: Final[st.SearchStrategy[list[int]]] = st.lists(
    st.integers(-10, 600) | st.integers(0, 20_000), min_size=1, max_size=5
)


def check_communication(
    plan: CommunicationPlan,
    *,
    examples: int | None = None,
    start: datetime = OPENED,
    accepted: Collection[str] = (),
) -> None:
    """Lint a communication plan, and check its updates for generated incidents against all laws.

    A law is a property that must always hold. Call this function from your own test; if a law is
    broken, hypothesis shows a minimal history.

    Args:
        plan: The plan.
        examples: The number of incidents to generate; None for hypothesis's own setting.
        start: The instant from which the lint checks calendars.
        accepted: The codes of lint findings that are intended.

    Raises:
        AssertionError: The lint has a finding, or a law is broken; the message names it.

    Source: rules E1, S1, S9 and K6 applied to updates.

    >>> from incidentcore.communication import major_incident_plan
    >>> from incidentcore.testing import check_communication
    >>> check_communication(major_incident_plan(), examples=5)
    """
    assert_clean(lint_communication(plan, start=start), accepted)
    check_updates(plan, examples)


def check_updates(plan: CommunicationPlan, examples: int | None = None) -> None:
    """Check the updates for generated incidents against all laws, without linting the plan."""

    @one_law_at_a_time(examples)
    @given(communicated_incidents(plan), POLLS, st.randoms())
    def run(record: Record, minutes: list[int], chance: Random) -> None:
        with showing(record):
            keep_laws(plan, record, minutes, chance)

    run()


def keep_laws(plan: CommunicationPlan, record: Record, minutes: list[int], chance: Random) -> None:
    """Check the updates of one record, polled at certain times, against all laws."""
    polls = sorted(record.opened_at + minute * MINUTE for minute in minutes)
    first, last = polls[0], polls[-1]
    assert update_log(plan, record, now=last) == update_log(plan, record, now=last), PURE
    _polls_agree(plan, record, polls)
    shuffled = list(record.history)
    chance.shuffle(shuffled)
    again = replay(shuffled)
    assert update_log(plan, again, now=last) == update_log(plan, record, now=last), (
        "arrival order is irrelevant"
    )
    for now in {first, last}:
        _past_decides(plan, record, now=now, known_at=last)
        _late_is_late(plan, record, now)
        _wakeup_is_least(plan, record, now)


def _polls_agree(plan: CommunicationPlan, record: Record, polls: list[datetime]) -> None:
    delivered: set[str] = set()
    for now in [*polls, polls[-1]]:
        listed = due_updates(plan, record, now=now, already=delivered)
        keys = [update.key for update in listed]
        assert len(set(keys)) == len(keys), "a key is given once"
        assert not delivered.intersection(keys), "a key that was delivered never comes again"
        ever = due_updates(plan, record, now=now, include_lapsed=True)
        every = {update.key for update in ever}
        assert delivered <= every, "what was listed by now only grows"
        assert every >= set(keys), "what is due was listed"
        delivered |= every
        standing = [update.audience for update in due_updates(plan, record, now=now)]
        assert len(set(standing)) == len(standing), "an audience is owed one update at a time"
        assert all(update.listed_at <= now for update in ever), "nothing is listed before its time"
        assert all(update.listed_at <= update.due_at for update in ever), "notice precedes a due"
        _quiet_hours_are_quiet(plan, [update.key for update in ever], record, now)
    again = due_updates(plan, record, now=polls[-1], already=delivered, include_lapsed=True)
    assert again == (), "what was delivered is not listed again"


def _quiet_hours_are_quiet(
    plan: CommunicationPlan, listed: list[str], record: Record, now: datetime
) -> None:
    rules = {rule.name: rule for rule in plan.rules}
    for update in update_log(plan, record, now=now):
        during = rules[update.rule].during
        if during is None or update.key not in listed:
            continue
        edge = during.open_time(update.due_at - _INSTANT, update.due_at)
        assert during.is_open(update.due_at) or edge, "nothing is due in quiet hours"
        assert during.is_open(update.listed_at) or update.listed_at == update.due_at, (
            "nothing is listed in quiet hours"
        )


def _past_decides(
    plan: CommunicationPlan, record: Record, *, now: datetime, known_at: datetime
) -> None:
    past = seen_by(record, now)
    if now >= record.opened_at:
        assert update_log(plan, past, now=now) == update_log(plan, record, now=now), (
            "events after now are not seen"
        )
    try:
        recorded = replay(event for event in past.history if event.recorded_at <= known_at)
    except InvalidTimelineError:
        assert update_log(plan, record, now=now, known_at=known_at) == (), "unknown owes nothing"
        return
    assert update_log(plan, recorded, now=now) == update_log(
        plan, record, now=now, known_at=known_at
    ), "as of an instant, only what was recorded by then counts"


def _late_is_late(plan: CommunicationPlan, record: Record, now: datetime) -> None:
    if now < record.opened_at:
        return
    timeline = record.timeline(now=now)
    events = [event for moment in timeline.moments for event in moment.events]
    for missed in missed_updates(plan, record, now=now):
        assert missed.late_by > timedelta(), "a missed update is late by some time"
        assert missed.due_at < now, "nothing is missed before its due"
        in_time = [
            event
            for event in _told(plan, events, missed.audience)
            if missed.since < event.at <= missed.due_at
        ]
        assert not in_time, "an update sent on time is never reported missed"
    log = update_log(plan, record, now=now)
    late = {update.key for update in missed_updates(plan, record, now=now)}
    assert late <= {update.key for update in log}, "every late update is on record"
    for update in log:
        if update.sent_at is not None:
            sent = {event.at for event in _told(plan, events, update.audience)}
            assert update.sent_at in sent, "what was sent is in the history"
            on_time = update.sent_at <= update.due_at
            assert not (on_time and update.key in late), (
                "an update sent on time is never reported missed"
            )


def _told(plan: CommunicationPlan, events: Iterable[Event], audience: str) -> list[Event]:
    also = dict(plan.also).get(audience)
    return [
        event
        for event in events
        if (isinstance(event, Communicated) and event.audience == audience)
        or (also is not None and also.matches(event, at=event.at))
    ]


def _wakeup_is_least(plan: CommunicationPlan, record: Record, now: datetime) -> None:
    if now < record.opened_at:
        return
    past = seen_by(record, now)
    known = due_updates(plan, past, now=now)
    wakeup = next_update_wakeup(plan, [past], now=now)
    if wakeup is None:
        later = due_updates(plan, past, now=now + timedelta(days=400))
        assert later == known, "without a wake-up nothing changes"
        return
    assert wakeup > now, "a wake-up lies ahead"
    before = due_updates(plan, past, now=max(now, wakeup - _INSTANT))
    assert before == known, "nothing changes before the wake-up"
    assert due_updates(plan, past, now=wakeup) != known, "something changes at the wake-up"
