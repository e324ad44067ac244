"""The laws that hold for every plan and every history."""

from __future__ import annotations

import pickle
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    due_updates,
    major_incident_plan,
)
from incidentcore.conditions import NEVER
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.testing import check_communication, communicated_incidents, communication_plans
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
