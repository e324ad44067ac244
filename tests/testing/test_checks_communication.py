"""The laws that hold for every plan and every history."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    due_updates,
    major_incident_plan,
    update_log,
)
from incidentcore.conditions import NEVER
from incidentcore.records import Incident, comment
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.testing import (
    check_communication,
    checks_communication,
    communicated_incidents,
    communication_plans,
)
from incidentcore.testing.checks_communication import POLLS, keep_laws

MINUTE = timedelta(minutes=1)


@given(st.data(), communication_plans(), POLLS, st.randoms())
def test_every_plan_keeps_the_laws(
    data: Any, plan: CommunicationPlan, minutes: list[int], chance: Random
) -> None:
    """Polling, arrival order, as of, wake-ups and lateness, on generated plans (rule U5)."""
    keep_laws(plan, data.draw(communicated_incidents(plan)), minutes, chance)


NIGHT = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "22:00-06:00"})
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
PLANS: dict[str, CommunicationPlan] = {
    "major": major_incident_plan(),
    "office": CommunicationPlan(
        "office",
        UpdateRule(
            name="all",
            audiences="customers",
            first=60 * MINUTE,
            every=240 * MINUTE,
            final=30 * MINUTE,
            calendar=OFFICE,
            during=OFFICE,
            notice=30 * MINUTE,
        ),
    ),
    "night": CommunicationPlan(
        "night",
        UpdateRule(
            name="all",
            audiences="support staff",
            every=90 * MINUTE,
            during=NIGHT,
            notice=5 * MINUTE,
        ),
    ),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_of_ours_keeps_the_laws(name: str) -> None:
    """The preset, a plan in business time and one at night."""
    check_communication(PLANS[name], examples=30)


AT = datetime(2026, 6, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("name", ["office", "night"])
def test_a_plan_with_hours_keeps_the_laws_on_one_record(name: str) -> None:
    """Polled each hour for two days: what is due in quiet hours is due when they end."""
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    record = comment(record, "We look.", by="ada", at=AT + timedelta(hours=5))
    keep_laws(PLANS[name], record, [60 * hour for hour in range(48)], Random(1))  # noqa: S311


def test_what_was_not_recorded_yet_owes_nothing() -> None:
    """An opening that was written down later is not known at its own time."""
    record = Incident.open(
        id="INC-1", title="No mail", by="kim", at=AT, recorded_at=AT + timedelta(hours=3)
    )
    for hours, known in ((2, 1), (5, 1), (5, 3), (5, 4)):
        now, known_at = AT + timedelta(hours=hours), AT + timedelta(hours=known)
        checks_communication._past_decides(PLANS["night"], record, now=now, known_at=known_at)


def test_what_is_due_in_quiet_hours_is_named() -> None:
    """A plan that is checked against other hours than its own breaks the law."""
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    plan, now = PLANS["night"], AT + timedelta(days=1)
    keys = [update.key for update in due_updates(plan, record, now=now, include_lapsed=True)]
    assert keys
    checks_communication._quiet_hours_are_quiet(plan, keys, record, now)
    other: Any = SimpleNamespace(rules=[attrs.evolve(plan.rules[0], during=OFFICE)])
    log = update_log(plan, record, now=now)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checks_communication, "update_log", lambda *_, **__: log)
        with pytest.raises(AssertionError, match="nothing is due in quiet hours"):
            checks_communication._quiet_hours_are_quiet(other, keys, record, now)


@given(st.data())
@settings(max_examples=min(20, settings().max_examples))
def test_a_plan_and_its_updates_come_back(data: Any) -> None:
    """From JSON and from a pickle, equal and with equal hashes."""
    plan = data.draw(communication_plans())
    record = data.draw(communicated_incidents(plan))
    now = record.updated_at + timedelta(days=1)
    for value in (plan, *due_updates(plan, record, now=now, include_lapsed=True)):
        kind: type[Any] = type(value)
        assert loads(dumps(value), kind) == value
        copy = pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes
        assert copy == value
        assert hash(copy) == hash(value)


def test_the_lint_is_run_first() -> None:
    """A rule that can never apply is named before any history is drawn."""
    rule = UpdateRule(name="never", when=NEVER, audiences="customers", every=90 * MINUTE)
    with pytest.raises(AssertionError, match="the lint finds\nnever: "):
        check_communication(CommunicationPlan(name="p", rules=(rule,)))
