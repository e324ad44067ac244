"""A record under another priority policy keeps its history (rule X2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore import Incident, prioritize
from incidentcore.errors import InvalidValueError
from incidentcore.priority import (
    BMC,
    PLAIN_3X3,
    STANDARD_POLICY,
    PriorityPolicy,
    calculate_priority,
    override_priority,
    vip,
)
from incidentcore.records import set_fields
from incidentcore.values import Impact, Priority, Urgency
from incidentcore.whatif import reprioritized

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OTHER = PriorityPolicy(PLAIN_3X3)
LEVELS = st.tuples(st.sampled_from(Impact.scale.levels), st.sampled_from(Urgency.scale.levels))
STEPS = st.lists(st.tuples(LEVELS, st.integers(0, 9), st.booleans()), max_size=5)


def record(steps: list[tuple[tuple[object, object], int, bool]]) -> Incident:
    """Return an incident whose levels change now and then, also late, and are overridden."""
    incident = Incident.open(id="I", title="T", by="kim", at=NINE)
    for (impact, urgency), hours, override in steps:
        at = NINE + hours * HOUR
        incident = prioritize(incident, impact=impact, urgency=urgency, at=at, by="ada")  # type: ignore[arg-type]
        if override:
            incident = override_priority(incident, Priority.LOW, reason="calm", at=at, by="ada")
    return incident


@given(STEPS)
def test_the_policy_that_was_used_gives_the_record_itself(
    steps: list[tuple[tuple[object, object], int, bool]],
) -> None:
    """Nothing is written again in other words."""
    incident = record(sorted(steps, key=lambda step: step[1]))

    assert reprioritized(incident, STANDARD_POLICY).history == incident.history


@given(STEPS)
def test_no_event_is_added_or_moved_and_twice_is_once(
    steps: list[tuple[tuple[object, object], int, bool]],
) -> None:
    """Overrides stay; the last computed priority is the policy's."""
    incident = record(steps)
    after = reprioritized(incident, OTHER)

    assert [(e.id, e.at, e.kind) for e in after.history] == [
        (e.id, e.at, e.kind) for e in incident.history
    ]
    assert reprioritized(after, OTHER).history == after.history
    assert after.priority_override == incident.priority_override
    if incident.computed_priority is not None:
        assert after.computed_priority == calculate_priority(OTHER, incident).computed


def test_an_opening_is_judged_too() -> None:
    """High and low is another level in BMC's matrix than in the plain one."""
    opening = {"impact": Impact.HIGH, "urgency": Urgency.LOW}
    incident = Incident.open(
        id="I", title="T", by="kim", at=NINE, computed_priority=Priority.CRITICAL, **opening
    )

    found = reprioritized(incident, OTHER).computed_priority
    assert found == PLAIN_3X3.level(Impact.HIGH, Urgency.LOW)
    assert BMC is not PLAIN_3X3


def test_what_was_known_before_the_opening_is_judged_with_it() -> None:
    """An event that is dated before the opening has the opening's fields beside it."""
    incident = Incident.open(id="I", title="T", by="kim", at=NINE)
    levels = {"impact": Impact.HIGH, "urgency": Urgency.LOW}
    early = prioritize(incident, at=NINE - timedelta(hours=1), by="ada", **levels)
    found = reprioritized(early, OTHER)
    assert found.computed_priority == PLAIN_3X3.level(Impact.HIGH, Urgency.LOW)
    assert len(found.history) == 2


def test_what_is_no_policy_is_refused() -> None:
    """Nor what is no record."""
    incident = Incident.open(id="I", title="T", by="kim", at=NINE)
    with pytest.raises(InvalidValueError, match=r"^policy: "):
        reprioritized(incident, PLAIN_3X3)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match=r"^record: "):
        reprioritized("I", OTHER)  # type: ignore[type-var]


def test_what_changes_at_the_very_instant_is_judged_with_it() -> None:
    """Low and low, of a VIP from the instant of the priority on: planning becomes low."""
    incident = Incident.open(id="I", title="T", by="kim", at=NINE)
    incident = set_fields(incident, custom={"vip": True}, at=NINE + HOUR, by="ada")
    levels = {"impact": Impact.LOW, "urgency": Urgency.LOW}
    incident = prioritize(incident, at=NINE + HOUR, by="ada", **levels)
    assert incident.priority is Priority.PLANNING
    found = reprioritized(incident, PriorityPolicy(adjustments=[vip()]))
    assert found.priority is Priority.LOW
