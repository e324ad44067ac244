"""The laws that every escalation matrix must satisfy, for testing your own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.escalation import (
    Escalation,
    EscalationMatrix,
    due_escalations,
    lint_escalation,
    next_escalation_wakeup,
)
from incidentcore.records import Incident, Record, acknowledge, replay
from incidentcore.sla import SlaRules
from incidentcore.testing.checks_sla import PURE, assert_clean, one_law_at_a_time, seen_by, showing
from incidentcore.testing.strategies_escalation import MINUTE, OPENED, POLLS, escalated_incidents

Due: TypeAlias = Callable[..., tuple[Escalation, ...]]
"""``due_escalations`` of one matrix and its clocks, as a function of a record."""


def check_escalation(
    matrix: EscalationMatrix,
    *,
    slas: Sequence[SlaRules] = (),
    examples: int | None = None,
    start: datetime = OPENED,
    accepted: Collection[str] = (),
) -> None:
    """Lint an escalation matrix, and check its escalations of generated incidents against all laws.

    A law is a property that must always hold. Call this function from your own test; if a law is
    broken, hypothesis shows a minimal history.

    Args:
        matrix: The matrix.
        slas: The SLA definitions or policies of the clocks that the matrix refers to.
        examples: The number of incidents to generate; None for hypothesis's own setting.
        start: The instant from which the lint checks schedules and contact hours for a year.
        accepted: The codes of lint findings that are intended, such as ``"may_tell_nobody"``.

    Raises:
        AssertionError: The lint has a finding, or a law is broken; the message names it.

    Source: rules E1 and E3.

    >>> from incidentcore import EscalationMatrix
    >>> from incidentcore.escalation import EscalationRow, goalert_row
    >>> from incidentcore.testing import check_escalation
    >>> check_escalation(
    ...     EscalationMatrix("m", [goalert_row("r", [("a", 5), ("b", 9)])]), examples=5
    ... )
    """
    findings = lint_escalation(matrix, slas=slas, start=start, end=start + timedelta(days=366))
    assert_clean(findings, accepted)
    check_levels(matrix, slas, examples)


def check_levels(
    matrix: EscalationMatrix, slas: Sequence[SlaRules], examples: int | None = None
) -> None:
    """Check the escalations of generated incidents against all laws, without linting the matrix."""
    due: Due = partial(due_escalations, matrix, slas=slas)

    @one_law_at_a_time(examples)
    @given(escalated_incidents(), POLLS, st.randoms())
    def run(record: Incident, minutes: list[int], chance: Random) -> None:
        polls = sorted(OPENED + minute * MINUTE for minute in minutes)
        with showing(record):
            assert _keys(due, record, polls[-1]) == _keys(due, record, polls[-1]), PURE
            _polls_agree(due, record, polls)
            shuffled = list(record.history)
            chance.shuffle(shuffled)
            last, first = polls[-1], polls[0]
            again = _keys(due, replay(shuffled), last)
            assert again == _keys(due, record, last), "arrival order is irrelevant"
            past = seen_by(record, first)
            seen = _keys(due, record, first)
            assert _keys(due, past, first) == seen, "events after now are not seen"
            wakeup = next_escalation_wakeup(matrix, [past], slas=slas, now=first)
            _wakeup_is_least(due, past, now=first, wakeup=wakeup)
            _acknowledgement_silences(matrix, due, record, last)

    run()


def _keys(
    due: Due, record: Record, now: datetime, already: Collection[str] = ()
) -> dict[str, datetime]:
    found = due(record, now=now, already=already, include_lapsed=True)
    dues = {one.key: one.due_at for one in found}
    assert len(dues) == len(found), "a key is given once"
    return dues


def _polls_agree(due: Due, record: Record, polls: list[datetime]) -> None:
    delivered: dict[str, datetime] = {}
    for now in [*polls, polls[-1]]:
        new = _keys(due, record, now, delivered)
        assert not new.keys() & delivered.keys(), "a key that was delivered comes never again"
        delivered |= new
        whole = _keys(due, record, now)
        assert delivered == whole, "every polling schedule gives the same, and due only grows"
        assert all(at <= now for at in whole.values()), "nothing is due before its time"


def _wakeup_is_least(due: Due, record: Record, *, now: datetime, wakeup: datetime | None) -> None:
    def known(at: datetime) -> tuple[dict[str, datetime], set[str]]:
        return _keys(due, record, at), {one.key for one in due(record, now=at)}

    before = known(now)
    if wakeup is None:
        assert known(now + timedelta(days=30)) == before, "without a wake-up nothing falls due"
        return
    just_before = max(now, wakeup - timedelta.resolution)
    assert known(just_before) == before, "nothing falls due or comes back before the wake-up"
    ever, waiting = known(wakeup)
    news = len(ever) > len(before[0]) or waiting > before[1]
    assert news, "something is due or comes back at the wake-up"


def _acknowledgement_silences(
    matrix: EscalationMatrix, due: Due, record: Record, now: datetime
) -> None:
    at = max(record.updated_at, now)
    if not record.state.open:
        return
    answered = acknowledge(record, at=at, by="ada")
    later = at + timedelta(days=30)
    for one in due(answered, now=later, include_lapsed=True):
        row = next(row for row in matrix.rows if row.name == one.row)
        lasting = row.ack_timeout is None and row.acknowledged_by != "all"
        if lasting and row.levels[one.level].until == "acknowledged":
            assert one.due_at < at, "what an acknowledgement silences falls due no more"
