"""The laws that every escalation matrix must satisfy, for testing your own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.escalation import (
    EscalationMatrix,
    due_escalations,
    lint_escalation,
    next_escalation_wakeup,
)
from incidentcore.records import Incident, Record, acknowledge, replay
from incidentcore.sla import SlaRules
from incidentcore.testing.checks_sla import assert_clean, one_law_at_a_time, seen_by, showing
from incidentcore.testing.strategies_escalation import MINUTE, OPENED, POLLS, escalated_incidents


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

    @one_law_at_a_time(examples)
    @given(escalated_incidents(), POLLS, st.randoms())
    def run(record: Incident, minutes: list[int], chance: Random) -> None:
        polls = sorted(OPENED + minute * MINUTE for minute in minutes)
        with showing(record):
            keep_laws(record, polls, chance)

    def keep_laws(record: Record, polls: list[datetime], chance: Random) -> None:
        _polls_agree(matrix, record, slas, polls)
        shuffled = list(record.history)
        chance.shuffle(shuffled)
        last, first = polls[-1], polls[0]
        again = _keys(matrix, replay(shuffled), slas, last)
        assert again == _keys(matrix, record, slas, last), "arrival order is irrelevant"
        past = seen_by(record, first)
        seen = _keys(matrix, record, slas, first)
        assert _keys(matrix, past, slas, first) == seen, "events after now are not seen"
        _wakeup_is_least(matrix, past, slas, polls[0])
        _acknowledgement_silences(matrix, record, slas, last)

    run()


def _keys(
    matrix: EscalationMatrix,
    record: Record,
    slas: Sequence[SlaRules],
    now: datetime,
    already: frozenset[str] = frozenset(),
) -> dict[str, datetime]:
    due = due_escalations(matrix, record, slas=slas, now=now, already=already, include_lapsed=True)
    dues = {one.key: one.due_at for one in due}
    assert len(dues) == len(due), "a key is given once"
    return dues


def _polls_agree(
    matrix: EscalationMatrix,
    record: Record,
    slas: Sequence[SlaRules],
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
    slas: Sequence[SlaRules],
    now: datetime,
) -> None:
    def known(at: datetime) -> tuple[dict[str, datetime], set[str]]:
        waiting = due_escalations(matrix, record, slas=slas, now=at)
        return _keys(matrix, record, slas, at), {one.key for one in waiting}

    before = known(now)
    wakeup = next_escalation_wakeup(matrix, [record], slas=slas, now=now)
    if wakeup is None:
        assert known(now + timedelta(days=30)) == before, "without a wake-up nothing falls due"
        return
    just_before = max(now, wakeup - timedelta.resolution)
    assert known(just_before) == before, "nothing falls due or comes back before the wake-up"
    due, waiting = known(wakeup)
    news = len(due) > len(before[0]) or waiting > before[1]
    assert news, "something is due or comes back at the wake-up"


def _acknowledgement_silences(
    matrix: EscalationMatrix, record: Record, slas: Sequence[SlaRules], now: datetime
) -> None:
    at = max(record.updated_at, now)
    if not record.state.open:
        return
    answered = acknowledge(record, at=at, by="ada")
    later = at + timedelta(days=30)
    for one in due_escalations(matrix, answered, slas=slas, now=later, include_lapsed=True):
        row = next(row for row in matrix.rows if row.name == one.row)
        lasting = row.ack_timeout is None and row.acknowledged_by != "all"
        if lasting and row.levels[one.level].until == "acknowledged":
            assert one.due_at < at, "what an acknowledgement silences falls due no more"
