"""The laws that every lifecycle must satisfy, for testing your own."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import TransitionNotAllowedError
from incidentcore.lifecycle import Allowed, CascadeRule, Lifecycle, check_history, lint_lifecycle
from incidentcore.records import Record, replay
from incidentcore.testing.checks_sla import one_law_at_a_time
from incidentcore.testing.strategies_records import illegal_records, input_for, legal_records

_UNKNOWN_ACTION = "no_such_action"


def check_lifecycle(lifecycle: Lifecycle, cascades: Iterable[CascadeRule] = ()) -> None:
    """Lint a lifecycle, and check generated records against the laws of lifecycles.

    The records follow the lifecycle through generated actions. The laws (properties that must hold)
    are: every action in every state is applied, or refused with the allowed actions; a refusal
    changes nothing; histories can be replayed and pickled; and ``check_history`` reports only
    illegal histories. Call this function from your own test.

    Args:
        lifecycle: The lifecycle.
        cascades: The cascade rules that change the lifecycle's records.

    Raises:
        AssertionError: The lint has a finding, or a law is broken; a minimal history is shown.

    >>> from incidentcore.lifecycle import INCIDENT, STANDARD_CASCADES
    >>> from incidentcore.testing import check_lifecycle
    >>> check_lifecycle(INCIDENT, STANDARD_CASCADES)
    """
    findings = lint_lifecycle(lifecycle, cascades=cascades)
    assert not findings, "\n".join(map(str, findings))

    @one_law_at_a_time(None)
    @given(legal_records(lifecycle), st.integers(0, 300))
    def law(record: Record, minutes: int) -> None:
        assert check_history(record, lifecycle) == ()
        assert replay(reversed(record.history)) == record
        assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301  our own bytes
        for action in {row.action for row in lifecycle.transitions} | {_UNKNOWN_ACTION}:
            check_step(lifecycle, record, action, after=timedelta(minutes=minutes))

    @one_law_at_a_time(None)
    @given(illegal_records(lifecycle))
    def named(record: Record) -> None:
        (*_, found) = check_history(record, lifecycle)
        assert found.witness == record.history[-1]

    law()
    named()


def check_step(lifecycle: Lifecycle, record: Record, action: str, *, after: timedelta) -> Record:
    """Check the laws of one action on a record, and return the record after the action."""
    before = record.facts()
    rows = lifecycle.table[record.state.name].get(action, [])
    fields: dict[str, Any] = {f.name: input_for(f) for f in rows[0].fields} if rows else {}
    at = record.updated_at + after
    answer = lifecycle.decide(record, action, at=at, by="ada", **fields)
    assert record.facts() == before, f"{action} changed the record it was asked about"
    if isinstance(answer, Allowed):
        assert rows, f"{action} is allowed, but no row has it"
        moved = answer.record
        assert moved.history == (*record.history, *answer.events), "the events are not what is new"
        assert moved.state in {row.target for row in rows}, f"{action} leads to {moved.state}"
        assert moved.facts() == replay(moved.history).facts(), "replay tells another story"
        assert lifecycle.advance(record, action, at=at, by="ada", **fields) == moved
        return moved
    assert answer.allowed_actions == lifecycle.allowed_actions(record), "allowed actions missing"
    assert answer.reason.startswith(action), f"{answer.reason!r} does not name {action}"
    if answer.path:
        meant = answer.code == "unknown_action" or answer.path[-1].action == action
        assert meant, "the path does not end with the action"
        state = record.state.name
        for step in answer.path:
            targets = [row.target for row in lifecycle.table[state].get(step.action, ())]
            assert step.to in targets, f"the path takes {step} from {state}"
            state = step.to.name
    refused: object = None
    try:
        lifecycle.advance(record, action, at=at, by="ada", **fields)
    except TransitionNotAllowedError as error:
        refused = error.refusal
    assert refused == answer, f"advance does not refuse {action} as decide does"
    return record
