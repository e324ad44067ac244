"""When points on a clock were first reached, in every cycle there ever was (E1)."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions
from incidentcore.sla import (
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
    evaluate_sla,
)

from .desk import ALWAYS_OPEN, HOUR, MICRO, OFFICE, at, crossings, incident

GOLD = field("custom.tier").equals("gold")
HALF = SlaThreshold(name="half", fraction=0.5)


def resolution(hours: float = 4, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=ALWAYS_OPEN), **more)


def found(rules: Any, record: Any, point: Any, now: str) -> list[tuple[int, Any]]:
    return [(c.cycle, c.at) for c in crossings(rules, record, point, now=at(now))]


def test_every_point_of_a_plain_clock() -> None:
    """A fraction, the due, and the breach a microsecond later."""
    record = incident(("mon 09:00", "new"))
    assert [(1, at("mon 11:00"))] == found(resolution(), record, HALF, "tue 09:00")
    assert [(1, at("mon 13:00"))] == found(resolution(), record, "due", "tue 09:00")
    assert [(1, at("mon 13:00") + MICRO)] == found(resolution(), record, "breach", "tue 09:00")
    assert found(resolution(), record, "breach", "mon 13:00") == []
    assert found(resolution(), record, "due", "mon 08:00") == []


def test_a_longer_promise_takes_nothing_back() -> None:
    """Due by the old promise at 13:00; by the new one at 17:00 it would be due again: once."""
    policy = SlaPolicy([(GOLD, resolution(8, name="gold"))], default=resolution(4, name="iron"))
    record = incident(("mon 09:00", "new"), ("mon 14:00", {"tier": "gold"}))
    for now in ("mon 13:00", "mon 15:00", "tue 09:00"):
        assert [(1, at("mon 13:00"))] == found(policy, record, "due", now)
    (crossing,) = crossings(policy, record, "due", now=at("tue 09:00"))
    assert crossing.definition.name == "iron"


def test_a_due_that_was_reached_wakes_nobody_again() -> None:
    """The due of the longer promise is no change; exceeding it a microsecond later is one (S9)."""
    policy = SlaPolicy([(GOLD, resolution(8, name="gold"))], default=resolution(4, name="iron"))
    record = incident(("mon 09:00", "new"), ("mon 14:00", {"tier": "gold"}))
    assert at("mon 17:00") + MICRO == evaluate_sla(policy, record, now=at("mon 15:00")).next_wakeup
    early = incident(("mon 09:00", "new"), ("mon 12:00", {"tier": "gold"}))
    assert at("mon 17:00") == evaluate_sla(policy, early, now=at("mon 15:00")).next_wakeup


def test_a_shorter_promise_is_reached_when_it_takes_over() -> None:
    """Retroactively due at 10:00, which nobody could know before 12:00."""
    policy = SlaPolicy([(GOLD, resolution(1, name="gold"))], default=resolution(8, name="iron"))
    record = incident(("mon 09:00", "new"), ("mon 12:00", {"tier": "gold"}))
    assert found(policy, record, "due", "mon 11:59") == []
    assert [(1, at("mon 12:00"))] == found(policy, record, "due", "mon 15:00")


def test_a_promise_that_comes_late_is_told_from_then() -> None:
    """No promise until 12:00; the retroactive one was half spent by then."""
    policy = SlaPolicy([(GOLD, resolution(4))])
    record = incident(("mon 09:00", "new"), ("mon 12:00", {"tier": "gold"}))
    assert [(1, at("mon 12:00"))] == found(policy, record, HALF, "mon 15:00")


def test_a_gap_that_counts_is_told_from_the_reopening() -> None:
    """Under continue the due lies in the gap, but is known at 15:00."""
    clock = resolution(4, reopen="continue")
    record = incident(("mon 09:00", "new"), ("mon 11:00", "resolved"), ("mon 15:00", "in_progress"))
    assert found(clock, record, "due", "mon 14:00") == []
    assert [(1, at("mon 15:00"))] == found(clock, record, "due", "mon 16:00")
    assert [(1, at("mon 15:00"))] == found(clock, record, "breach", "mon 16:00")
    assert [(1, at("mon 11:00"))] == found(clock, record, HALF, "mon 16:00")


def test_each_cycle_has_its_own() -> None:
    """Finished, canceled, replaced and current cycles, each as far as it was reached."""
    clock = SlaDefinition.update(every=2 * HOUR, calendar=ALWAYS_OPEN)
    record = incident(("mon 09:00", "new"), ("mon 12:00", "reply"), ("mon 13:00", "reply"))
    assert [(1, at("mon 11:00")), (3, at("mon 15:00"))] == found(clock, record, "due", "mon 18:00")
    gone = incident(("mon 09:00", "new"), ("mon 12:00", "canceled"))
    assert [(1, at("mon 11:00"))] == found(resolution(), gone, HALF, "tue 09:00")
    assert found(resolution(), gone, "due", "tue 09:00") == []
    restart = SlaPolicy([(GOLD, resolution(2, swap="restart"))], default=resolution(4))
    swapped = incident(("mon 09:00", "new"), ("mon 12:00", {"tier": "gold"}))
    assert [(1, at("mon 11:00")), (2, at("mon 13:00"))] == found(
        restart, swapped, HALF, "tue 09:00"
    )


def test_through_another_calendar_it_runs_on() -> None:
    """Four office hours after the due, although the clock stopped; not when it never was due."""
    mark = SlaThreshold(name="manager", after_due=4 * HOUR, calendar=OFFICE)
    late = incident(("mon 18:00", "new"), ("mon 23:00", "resolved"))
    assert [(1, at("tue 13:00"))] == found(resolution(), late, mark, "wed 09:00")
    assert found(resolution(), late, mark, "tue 12:59") == []
    met = incident(("mon 18:00", "new"), ("mon 20:00", "resolved"))
    assert found(resolution(), met, mark, "wed 09:00") == []


def test_versions_and_what_is_no_clock() -> None:
    """Versions are chosen by the opening; a bundle of clocks or another word is refused."""
    plan = Versions([(at("mon 00:00"), resolution(4)), (at("wed 00:00"), resolution(1))])
    record = incident(("tue 09:00", "new"))
    assert [(1, at("tue 13:00"))] == found(plan, record, "due", "fri 09:00")
    with pytest.raises(InvalidValueError, match="point"):
        found(resolution(), record, "overdue", "fri 09:00")


def test_a_status_knows_what_was_reached_without_another_fold() -> None:
    """Iron's due at 13:00 and gold's retroactive one at 14:00, each where it is asked for."""
    policy = SlaPolicy([(GOLD, resolution(2, name="gold"))], default=resolution(4, name="iron"))
    record = incident(("mon 09:00", "new"), ("mon 14:00", {"tier": "gold"}))
    status = evaluate_sla(policy, record, now=at("tue 09:00"))
    assert status.crossings("due") == crossings(policy, record, "due", now=at("tue 09:00"))
    assert [at("mon 13:00")] == [c.at for c in status.crossings("due", of="iron")]
    assert [at("mon 14:00")] == [c.at for c in status.crossings("due", of="gold")]
    assert status.crossings("due", of="resolution") == status.crossings("due")
    assert status.crossings("due", of="silver") == ()
    with pytest.raises(InvalidValueError, match="due"):
        status.crossings("late")  # type: ignore[arg-type]
