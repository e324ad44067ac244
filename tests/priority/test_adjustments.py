"""Adjustments move the priority that the matrix gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.conditions import ALWAYS, field
from incidentcore.priority import (
    SERVICENOW,
    Adjustment,
    PriorityPolicy,
    affected_users,
    calculate_priority,
    critical_services,
    override_priority,
    security,
    vip,
)
from incidentcore.records import Incident
from incidentcore.values import Impact, Priority, Urgency

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


def open_incident(**fields) -> Incident:
    fields = {"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM, **fields}
    return Incident.open(id="INC-1", title="No mail", by="kim", at=NINE, **fields)


@pytest.mark.parametrize(
    ("rule", "fields", "expected"),
    [
        (vip(), {"custom": {"vip": True}}, Priority.HIGH),
        (vip(), {"custom": {"vip": False}}, Priority.MODERATE),
        (vip(), {}, Priority.MODERATE),
        (vip(raise_by=9), {"custom": {"vip": True}}, Priority.CRITICAL),
        (vip(field("caller").is_in("kim", "eve")), {}, Priority.HIGH),
        (critical_services("pay", at_least=Priority.CRITICAL), {"service": "pay"}, "critical"),
        (critical_services("pay", at_least=Priority.LOW), {"service": "pay"}, "moderate"),
        (critical_services("pay", at_least=Priority.HIGH), {"service": "mail"}, "moderate"),
        (affected_users(100), {"custom": {"affected_users": 100}}, "high"),
        (affected_users(100), {"custom": {"affected_users": 99}}, "moderate"),
        (affected_users(100), {}, "moderate"),
        (security(Priority.HIGH), {"category": ("security", "phishing")}, "high"),
        (security(Priority.HIGH), {"category": ("network",)}, "moderate"),
        (Adjustment("calm", ALWAYS, raise_by=-1), {}, "low"),
        (Adjustment("calm", ALWAYS, raise_by=-9), {}, "planning"),
        (Adjustment("cap", ALWAYS, at_most=Priority.LOW), {}, "low"),
        (Adjustment("cap", ALWAYS, at_most=Priority.HIGH), {}, "moderate"),
    ],
)
def test_adjustment_moves_the_matrix_priority(rule, fields, expected):
    """From moderate, each rule moves the records it is about, within the scale, and no others."""
    result = calculate_priority(PriorityPolicy(SERVICENOW, [rule]), open_incident(**fields))

    assert result.priority == (Priority.scale[expected] if isinstance(expected, str) else expected)


def test_each_step_is_told():
    """The result tells the table's cell, each adjustment with its reason, and the override."""
    policy = PriorityPolicy(
        SERVICENOW,
        [vip(), security(Priority.HIGH), Adjustment("cap", ALWAYS, at_most=Priority.LOW)],
    )
    incident = override_priority(
        open_incident(custom={"vip": True}),
        Priority.CRITICAL,
        reason="board meeting",
        at=NINE,
        by="eve",
    )

    result = calculate_priority(policy, incident)

    assert str(result) == (
        "moderate: ServiceNow: impact medium and urgency medium give moderate\n"
        "high: VIP: custom.vip is True: 1 level worse\n"
        "high: security (not applied): no: category starts with 'security', seen ()\n"
        "low: cap: always: at most low\n"
        "critical: override: set by eve at 2026-06-01 09:00 UTC: board meeting"
    )
    assert (result.computed, result.priority) == (Priority.LOW, Priority.CRITICAL)
    assert [step.kind for step in result.steps] == [
        "calculator",
        "adjustment",
        "adjustment",
        "adjustment",
        "override",
    ]


def test_unknown_priority_is_not_adjusted():
    """Without impact there is no priority to move, and the result says so."""
    result = calculate_priority(
        PriorityPolicy(SERVICENOW, [Adjustment("up", ALWAYS, raise_by=1)]),
        open_incident(impact=None),
    )

    assert result.priority is None
    assert [step.applied for step in result.steps] == [False, False]
    assert result.steps[1].reason == "no priority to adjust"
