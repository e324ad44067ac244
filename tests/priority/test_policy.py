"""The pipeline: calculator, adjustments, override, each step explained."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, NEVER
from incidentcore.digest import content_id
from incidentcore.errors import InvalidValueError, PriorityMatrixError
from incidentcore.priority import (
    GLPI,
    SERVICENOW,
    STANDARD_POLICY,
    Adjustment,
    PriorityCalculation,
    PriorityPolicy,
    affected_users,
    calculate_priority,
    clear_override,
    override_priority,
    security,
    vip,
)
from incidentcore.priority.policy import PriorityOverride, standing_override
from incidentcore.records import Incident, correct_event
from incidentcore.values import Actor, Impact, Level, Priority, Urgency

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def open_incident(**fields) -> Incident:
    fields = {"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM, **fields}
    return Incident.open(id="INC-1", title="No mail", by="kim", at=NINE, **fields)


def test_order_of_adjustments_counts():
    """Adjustments run one after the other."""
    cap = Adjustment("cap", ALWAYS, at_most=Priority.LOW)
    up = Adjustment("up", ALWAYS, raise_by=1)
    record = open_incident()

    assert calculate_priority(PriorityPolicy(SERVICENOW, [cap, up]), record).priority.name == (
        "moderate"
    )
    assert calculate_priority(PriorityPolicy(SERVICENOW, [up, cap]), record).priority.name == "low"


def test_plain_functions_fit():
    """A calculator and an adjustment may be plain functions."""

    def flat(record):
        return PriorityCalculation(Priority.LOW, f"all of {record.id} is low")

    def payday(record, level, levels):
        assert levels == Priority.scale.levels
        return PriorityCalculation(max(level, Priority.HIGH), "it is payday")

    result = calculate_priority(PriorityPolicy(flat, [payday, lambda *_: None]), open_incident())

    assert str(result).splitlines()[:2] == [
        "low: flat: all of INC-1 is low",
        "high: payday: it is payday",
    ]
    assert result.steps[2].reason == "does not apply"


@pytest.mark.parametrize(
    "answer", [None, Priority.LOW, PriorityCalculation(Impact.LOW, "x"), "low"]
)
def test_wrong_answer_of_a_function_is_refused(answer):
    """A calculator of the caller's that answers outside its scale is named."""

    def mine(record):
        return answer

    with pytest.raises(InvalidValueError, match="mine"):
        calculate_priority(PriorityPolicy(mine), open_incident())


def test_a_step_is_written_with_its_source():
    """An adjustment without a priority to adjust, and an override, are steps like any other."""
    policy = PriorityPolicy(adjustments=(Adjustment("up", ALWAYS, raise_by=1),))
    bare = open_incident(impact=None)
    result = calculate_priority(policy, bare)

    assert str(result).splitlines() == [
        "none: ServiceNow (not applied): impact is not known",
        "none: up (not applied): no priority to adjust",
    ]
    assert [step.kind for step in result.steps] == ["calculator", "adjustment"]
    assert policy(bare) is None
    assert policy(open_incident()) is Priority.HIGH


def test_raising_stops_below_levels_for_overrides():
    """GLPI's major is for overrides, so no adjustment reaches it."""
    policy = PriorityPolicy(GLPI, [Adjustment("up", ALWAYS, raise_by=9)])
    incident = open_incident(impact=GLPI.rows["low"], urgency=GLPI.columns["low"])

    assert calculate_priority(policy, incident).priority == GLPI.scale["very_high"]


@pytest.mark.parametrize(
    ("build", "where"),
    [
        (lambda: PriorityPolicy("matrix"), "calculator"),
        (lambda: PriorityPolicy(SERVICENOW, ["vip"]), "adjustment 1"),
        (lambda: PriorityPolicy(SERVICENOW, [security(Impact.HIGH)]), "adjustment security"),
        (lambda: PriorityPolicy(GLPI, [security(GLPI.scale["major"])]), "adjustment security"),
        (
            lambda: PriorityPolicy(SERVICENOW, [Adjustment("x", ALWAYS, at_most=Impact.LOW)]),
            "adjustment x",
        ),
        (lambda: PriorityPolicy(SERVICENOW, scale="priority"), "scale"),
        (lambda: Adjustment("", ALWAYS, raise_by=1), "name"),
        (lambda: Adjustment("x", None, raise_by=1), "x"),
        (lambda: Adjustment("x", ALWAYS), "x"),
        (lambda: Adjustment("x", ALWAYS, raise_by=1, at_least=Priority.LOW), "x"),
        (lambda: Adjustment("x", ALWAYS, raise_by=1.5), "x"),
    ],
)
def test_policies_that_cannot_be_are_refused(build, where):
    """The integrator's errors show when the policy is built."""
    with pytest.raises(PriorityMatrixError, match=f"^{where}: "):
        build()


@given(
    st.sampled_from(Impact.scale.levels),
    st.sampled_from(Urgency.scale.levels),
    st.integers(0, 2),
)
def test_rule_that_never_matches_changes_nothing(impact: Level, urgency: Level, place: int):
    """An adjustment on no record leaves the priority alone, wherever it stands."""
    rules = [Adjustment("up", ALWAYS, raise_by=1), Adjustment("cap", ALWAYS, at_most=Priority.HIGH)]
    record = open_incident(impact=impact, urgency=urgency)
    before = calculate_priority(PriorityPolicy(SERVICENOW, rules), record)

    rules.insert(place, Adjustment("never", NEVER, at_least=Priority.CRITICAL))
    after = calculate_priority(PriorityPolicy(SERVICENOW, rules), record)

    assert after.priority == before.priority


@given(st.sampled_from(Impact.scale.levels), st.sampled_from(Urgency.scale.levels), st.booleans())
def test_policy_keeps_the_order_of_severity(impact: Level, urgency: Level, is_vip):
    """A worse impact or urgency never gives a milder priority, adjustments or not."""
    policy = PriorityPolicy(SERVICENOW, [vip(), Adjustment("cap", ALWAYS, at_most=Priority.HIGH)])
    fields = {"custom": {"vip": is_vip}}
    incident = open_incident(impact=impact, urgency=urgency, **fields)
    here = calculate_priority(policy, incident)
    assert policy(incident) == here.computed  # the way without steps agrees

    for worse in Impact.scale:
        if worse >= impact:
            there = calculate_priority(
                policy, open_incident(impact=worse, urgency=urgency, **fields)
            )
            assert there.priority >= here.priority


def test_policy_is_a_value():
    """A policy of shipped parts hashes, pickles and has a content id."""
    policy = PriorityPolicy(GLPI, [vip(), affected_users(50)])
    again = pickle.loads(pickle.dumps(policy))  # noqa: S301  our own pickle

    assert again == policy
    assert content_id(again) == content_id(policy) != content_id(STANDARD_POLICY)
    assert hash(again) == hash(policy)


def test_a_custom_adjustment_with_a_level_of_another_scale_is_refused():
    """A class with ``at_least`` is checked like ours; a number of that name is not."""

    class Raised:
        def __init__(self, at_least):
            self.at_least = at_least

        def __call__(self, record, level, levels):
            return None

    assert PriorityPolicy(SERVICENOW, [Raised(100), Raised(Priority.HIGH)])
    with pytest.raises(PriorityMatrixError, match="adjustment Raised"):
        PriorityPolicy(SERVICENOW, [Raised(Impact.HIGH)])


@pytest.mark.parametrize("hours", [2, 3])
def test_the_override_in_force_is_named_after_a_correction(hours):
    """An override that was found wrong, at once or from noon on, gives way to the one before."""
    record = override_priority(
        open_incident(), Priority.CRITICAL, reason="vip", at=NINE + HOUR, by="bob"
    )
    told = {"reason": "no", "at": NINE + 2 * HOUR, "by": "ann"}
    for wrong in (
        clear_override(record, **told),
        override_priority(record, Priority.LOW, **told),
    ):
        right = correct_event(wrong, wrong.history[-1].id, at=NINE + hours * HOUR, by="ada")
        assert standing_override(right) == PriorityOverride(
            Priority.CRITICAL, Actor("bob"), NINE + HOUR, "vip"
        )


@pytest.mark.parametrize("reason", ["", "vip"])
def test_an_override_is_explained_with_its_reason_if_it_has_one(reason):
    """One that was set at the opening has none."""
    if reason:
        record = override_priority(open_incident(), Priority.HIGH, reason=reason, at=NINE, by="kim")
    else:
        record = open_incident(priority_override=Priority.HIGH)
    step = calculate_priority(STANDARD_POLICY, record).steps[-1]
    assert step.reason == "set by kim at 2026-06-01 09:00 UTC" + (f": {reason}" if reason else "")


def test_a_bound_that_cannot_be_computed_is_refused_with_those_that_can():
    """A level of another scale, by the name of its adjustment."""
    adjustment = Adjustment("cap", ALWAYS, at_most=Priority.LOW)
    scores = PriorityPolicy(lambda record: PriorityCalculation(None, "none"), scale=Impact.scale)
    allowed = ", ".join(f"impact {level.name}" for level in Impact.scale.levels)
    with pytest.raises(
        PriorityMatrixError, match=f"^adjustment cap: .*a computed level: {allowed}$"
    ):
        attrs.evolve(scores, adjustments=[adjustment])
