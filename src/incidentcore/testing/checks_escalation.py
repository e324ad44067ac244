"""The laws of escalation, to run on a matrix of your own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore.escalation import (
    EscalationMatrix,
    acknowledge,
    due_escalations,
    escalate_now,
    next_escalation_wakeup,
    snooze,
    unacknowledge,
    unsnooze,
)
from incidentcore.lifecycle import Allowed, decide
from incidentcore.records import Incident, Record, assign, replay
from incidentcore.sla import SlaDefinition, SlaPolicy
from incidentcore.values import Impact, Priority, Urgency

__all__ = ["check_escalation", "escalated_incidents"]

_OPENED: Final = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # a Friday before a change of offset
_MINUTE: Final = timedelta(minutes=1)
_MINUTES: Final = st.integers(0, 10_000)  # a week

_MOVES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("start", {}),
    ("hold", {"reason": "awaiting_vendor"}),
    ("resume", {}),
    ("resolve", {"resolution_code": "fixed", "resolution_notes": "done"}),
    ("reopen", {}),
    ("cancel", {}),
)


@st.composite
def escalated_incidents(draw: st.DrawFn) -> Incident:
    """Draw an incident whose history is what escalations look at.

    Acknowledged, un-acknowledged, snoozed, escalated by hand, assigned, held, resolved and
    reopened, within a week of its opening, late events among them.
    """
    record = Incident.open(
        id="INC-1",
        title="generated",
        at=_OPENED,
        by="kim",
        impact=draw(st.sampled_from(Impact.scale.levels)),
        urgency=draw(st.sampled_from(Urgency.scale.levels)),
        computed_priority=draw(st.sampled_from(Priority.scale.levels)),
    )
    for _ in range(draw(st.integers(0, 6))):
        at = _OPENED + draw(_MINUTES) * _MINUTE
        step = draw(st.integers(0, 9))
        if step == 0:
            record = acknowledge(record, at=at, by="ada")
        elif step == 1:
            record = unacknowledge(record, at=at, by="ada")
        elif step == 2 and record.state.open and not _snoozed(record, at):
            record = escalate_now(record, "next", at=at, by="kim")
        elif step == 8 and record.state.open:
            until = at + draw(st.integers(1, 3_000)) * _MINUTE
            record = snooze(record, until=until, at=at, by="ada")
        elif step == 9:
            record = unsnooze(record, at=at, by="ada")
        elif step == 3:
            record = assign(record, group=draw(st.sampled_from(("a", "b"))), at=at, by="ada")
        else:
            action, fields = draw(st.sampled_from(_MOVES))
            answer = decide(record, action, at=at, by="ada", **fields)
            record = answer.record if isinstance(answer, Allowed) else record
    return record


def _snoozed(record: Record, at: datetime) -> bool:
    return record.snoozed_until is not None and at < record.snoozed_until


def check_escalation(
    matrix: EscalationMatrix,
    *,
    slas: Sequence[SlaDefinition | SlaPolicy] = (),
    examples: int | None = None,
) -> None:
    """Run every law of rule E1 on a matrix, with generated incidents and polls.

    Call it from a test of yours; a failure shows a minimal history.

    Args:
        matrix: The matrix.
        slas: The definitions and policies whose clocks it speaks of.
        examples: How many incidents are tried; None for hypothesis's own setting.

    Raises:
        AssertionError: A law does not hold; the message names it.

    Source: rule E1.

    >>> from incidentcore.escalation import EscalationRow, goalert_row
    >>> check_escalation(
    ...     EscalationMatrix("m", [goalert_row("r", [("a", 5), ("b", 9)])]), examples=5
    ... )
    """

    @settings(max_examples=examples or settings().max_examples, deadline=None)
    @given(escalated_incidents(), st.lists(_MINUTES, min_size=1, max_size=5), st.randoms())
    def run(record: Incident, minutes: list[int], chance: Random) -> None:
        polls = sorted(_OPENED + minute * _MINUTE for minute in minutes)
        _polls_agree(matrix, record, slas, polls)
        shuffled = list(record.history)
        chance.shuffle(shuffled)
        last, first = polls[-1], polls[0]
        again = _keys(matrix, replay(shuffled), slas, last)
        assert again == _keys(matrix, record, slas, last), "arrival order is irrelevant"
        past = replay(event for event in record.history if event.at <= first)
        seen = _keys(matrix, record, slas, first)
        assert _keys(matrix, past, slas, first) == seen, "events after now are not seen"
        _wakeup_is_least(matrix, past, slas, polls[0])

    run()


def _keys(
    matrix: EscalationMatrix,
    record: Record,
    slas: Sequence[SlaDefinition | SlaPolicy],
    now: datetime,
    already: frozenset[str] = frozenset(),
) -> dict[str, datetime]:
    due = due_escalations(matrix, record, slas=slas, now=now, already=already, include_lapsed=True)
    told = {one.key: one.due_at for one in due}
    assert len(told) == len(due), "a key is given once"
    return told


def _polls_agree(
    matrix: EscalationMatrix,
    record: Record,
    slas: Sequence[SlaDefinition | SlaPolicy],
    polls: list[datetime],
) -> None:
    delivered: dict[str, datetime] = {}
    for now in [*polls, polls[-1]]:
        new = _keys(matrix, record, slas, now, frozenset(delivered))
        assert not new.keys() & delivered.keys(), "a key that was delivered comes never again"
        delivered |= new
        whole = _keys(matrix, record, slas, now)
        assert delivered == whole, "every polling schedule gives the same, and due only grows"
        assert all(at <= now for at in whole.values()), "nothing is due before its time"


def _wakeup_is_least(
    matrix: EscalationMatrix,
    record: Record,
    slas: Sequence[SlaDefinition | SlaPolicy],
    now: datetime,
) -> None:
    known = _keys(matrix, record, slas, now)
    wakeup = next_escalation_wakeup(matrix, [record], slas=slas, now=now)
    if wakeup is None:
        later = _keys(matrix, record, slas, now + timedelta(days=30))
        assert later == known, "without a wake-up nothing falls due"
        return
    before = max(now, wakeup - timedelta(microseconds=1))
    assert _keys(matrix, record, slas, before) == known, "nothing falls due before the wake-up"
    assert len(_keys(matrix, record, slas, wakeup)) > len(known), "something is due at the wake-up"
