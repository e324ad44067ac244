"""The shipped laws pass on the shipped shapes, and catch an engine that breaks them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest import mock

import attrs
import pytest

from incidentcore.conditions import NEVER
from incidentcore.escalation import (
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    Trigger,
    due_escalations,
    goalert_row,
    jira_row,
    next_escalation_wakeup,
    pagerduty_row,
    servicenow_row,
    servicenow_sla_row,
)
from incidentcore.escalation.triggers.base import Candidate, TriggerContext
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, Record
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.testing import check_escalation, checks_escalation

MIN = timedelta(minutes=1)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
CLOCK = SlaDefinition.resolution(hours=9, calendar=OFFICE)


@pytest.mark.parametrize(
    "row",
    [
        pagerduty_row("r", [("a", 15), ("b", 30)], num_loops=2, ack_timeout=90 * MIN),
        goalert_row("r", [("a", 5), ("b", 600)], repeat=3, everybody=True),
        jira_row("r", [(0, "not_acknowledged", "a"), (30, "not_closed", "b")]),
        servicenow_row("r", [("a", 2, 10 * MIN), ("b", 1, 60 * MIN)]),
        servicenow_sla_row("r"),
    ],
    ids=["pagerduty", "goalert", "jira", "servicenow", "servicenow sla"],
)
def test_the_laws_hold_for_every_shipped_shape(row: object) -> None:
    """Whatever history and polls are generated."""
    accepted = {"may_tell_nobody", "all_of_nobody"}  # without an assignee; groups only
    check_escalation(EscalationMatrix("m", [row]), slas=[CLOCK], accepted=accepted)


def test_the_laws_are_asked_at_polls_after_the_opening() -> None:
    """Within a week of it, in order; before it, every law would hold of nothing."""
    seen: list[list[datetime]] = []

    def note(due: object, record: object, polls: list[datetime]) -> None:
        seen.append(polls)

    matrix = EscalationMatrix("m", [goalert_row("r", [("a", 5), ("b", 600)])])
    with mock.patch.object(checks_escalation, "_polls_agree", note):
        checks_escalation.check_levels(matrix, (), examples=5)
    opened = checks_escalation.OPENED
    assert len(seen) >= 5
    assert all(polls == sorted(polls) for polls in seen)
    assert all(opened <= at <= opened + 10_000 * MIN for polls in seen for at in polls)
    assert any(at > opened for polls in seen for at in polls)


@pytest.mark.heavy
def test_an_engine_that_forgets_is_caught() -> None:
    """Leaving out what was silenced since breaks the first law that it meets."""
    real = checks_escalation.due_escalations

    def forgetful(*args: object, **options: object) -> object:
        return real(*args, **{**options, "include_lapsed": False})

    matrix = EscalationMatrix("m", [goalert_row("r", [("a", 5), ("b", 600)])])
    with (
        mock.patch.object(checks_escalation, "due_escalations", forgetful),
        pytest.raises(AssertionError, match="due"),
    ):
        check_escalation(matrix, examples=300)


def test_the_lint_is_run_first() -> None:
    """A row that can never apply is named before any history is drawn."""
    row = EscalationRow("never", goalert_row("r", [("a", 5)]).levels, when=NEVER)
    with pytest.raises(AssertionError, match="the lint finds\nnever: "):
        check_escalation(EscalationMatrix("m", [row]))


RECORD = Incident.open(id="INC-1", title="No mail", by="kim", at=checks_escalation.OPENED)
PLAIN = goalert_row("r", [("a", 5), ("b", 600)])


def lapsed(record: Record, **named: Any) -> tuple[Any, ...]:
    """Say that the first level is due a day after whatever came last."""
    return (SimpleNamespace(row="r", level=0, due_at=record.updated_at + timedelta(days=1)),)


@pytest.mark.parametrize(
    ("changed", "until", "is_wrong"),
    [
        ({}, "acknowledged", True),
        ({}, "resolved", False),  # this level goes on until it is resolved
        ({"ack_timeout": 90 * MIN}, "acknowledged", False),  # the answer does not last
        ({"acknowledged_by": "all"}, "acknowledged", False),  # the others have not answered
    ],
)
def test_what_an_acknowledgement_silences_is_due_no_more(
    changed: dict[str, Any], until: Any, *, is_wrong: bool
) -> None:
    """An engine that goes on is found where the row says that it ends, and only there."""
    level = attrs.evolve(PLAIN.levels[0], until=until)
    matrix = EscalationMatrix("m", [EscalationRow("r", [level], **changed)])
    now = checks_escalation.OPENED + 60 * MIN
    check = partial(checks_escalation._acknowledgement_silences, matrix)
    check(partial(due_escalations, matrix, slas=()), RECORD, now)
    if is_wrong:
        with pytest.raises(AssertionError, match="what an acknowledgement silences"):
            check(lapsed, RECORD, now)
    else:
        check(lapsed, RECORD, now)
    over = advance(RECORD, "cancel", at=now, by="ada")  # nobody acknowledges what is over
    check(lapsed, over, now)


WAKEUPS: dict[str, tuple[timedelta | None, str]] = {
    # The first level is due at once, the second after five minutes.
    "none though a level is to come": (None, "without a wake-up nothing falls due"),
    "one after a level": (6 * MIN, "nothing falls due or comes back before the wake-up"),
    "one for nothing": (3 * MIN, "something is due or comes back at the wake-up"),
    "the right one": (5 * MIN, ""),
}


@pytest.mark.parametrize("name", WAKEUPS)
def test_a_wake_up_that_is_wrong_is_found(name: str) -> None:
    after, words = WAKEUPS[name]
    opened = checks_escalation.OPENED
    due = partial(due_escalations, EscalationMatrix("m", [PLAIN]), slas=())
    wakeup = None if after is None else opened + after
    if words:
        with pytest.raises(AssertionError, match=words):
            checks_escalation._wakeup_is_least(due, RECORD, now=opened, wakeup=wakeup)
    else:
        checks_escalation._wakeup_is_least(due, RECORD, now=opened, wakeup=wakeup)


def test_each_law_is_asked_at_the_first_or_last_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wake-up is of what was known at the first; the last one is acknowledged."""
    matrix = EscalationMatrix("m", [PLAIN])
    polls: list[datetime] = []
    asked: list[tuple[str, bool]] = []

    def polled(_: object, __: object, given: list[datetime]) -> None:
        polls[:] = given

    def woken(_: object, record: Any, *, now: datetime, wakeup: datetime) -> None:
        assert wakeup == next_escalation_wakeup(matrix, [record], slas=(), now=now)
        asked.append(("wakeup", record.updated_at <= now == polls[0]))

    def silenced(_: object, __: object, ___: object, now: datetime) -> None:
        asked.append(("silence", now == polls[-1]))

    monkeypatch.setattr(checks_escalation, "_polls_agree", polled)
    monkeypatch.setattr(checks_escalation, "_wakeup_is_least", woken)
    monkeypatch.setattr(checks_escalation, "_acknowledgement_silences", silenced)
    checks_escalation.check_levels(matrix, (), examples=20)
    assert len(asked) >= 20
    assert asked == [("wakeup", True), ("silence", True)] * (len(asked) // 2)


@attrs.frozen
class Moody(Trigger):
    """A trigger of a caller's own that fires after one more minute each time it is asked."""

    asked: Iterator[int]

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return why."""
        return "moody", {}

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return when it fires."""
        return context.delayed(context.view.moments("opened_at"), next(self.asked) * MIN, None)


def test_a_trigger_that_is_no_function_of_the_history_is_named_as_that() -> None:
    """Not as polls that disagree."""
    row = EscalationRow("r", [EscalationLevel(Moody(count()), "duty")])
    with pytest.raises(AssertionError, match=r"^T6: the same input gives different results"):
        checks_escalation.check_levels(EscalationMatrix("m", [row]), (), 20)
