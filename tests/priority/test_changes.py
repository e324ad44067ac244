"""Setting a record's priority: what the history holds, and that an override is never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.priority import (
    PLAIN_3X3,
    STANDARD_POLICY,
    PriorityPolicy,
    calculate_priority,
    clear_override,
    override_priority,
    prioritize,
    vip,
)
from incidentcore.priority.changes import prioritize_from
from incidentcore.priority.policy import standing_override
from incidentcore.records import Incident, Prioritized, correct_event, replay, set_fields
from incidentcore.values import Actor, Impact, Level, Priority, Urgency

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
LEVELS = st.sampled_from(Impact.scale.levels), st.sampled_from(Urgency.scale.levels)


def open_incident(impact: Level | None = None, urgency: Level | None = None, **fields) -> Incident:
    return Incident.open(
        id="INC-1", title="No mail", by="kim", at=NINE, impact=impact, urgency=urgency, **fields
    )


def later(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_prioritize_sets_the_computed_priority():
    """The effective priority of a record without an override is the computed one."""
    incident = prioritize(open_incident(Impact.HIGH, Urgency.LOW), at=later(1), by="ada")

    assert incident.computed_priority == Priority.MODERATE
    assert incident.priority == Priority.MODERATE
    assert incident.priority_override is None
    assert incident.history[-1].by == Actor("ada")
    assert incident.history[-1].at == later(1)


def test_prioritize_says_why_in_the_history():
    """The event's reason is the policy's own words where the caller gives none."""
    incident = prioritize(open_incident(Impact.HIGH, Urgency.LOW), at=later(1), by="ada")

    assert incident.history[-1].reason == "impact high and urgency low give moderate"


def test_prioritize_with_a_new_impact_is_one_event():
    """A new impact and the priority that follows from it are one event."""
    before = open_incident(Impact.LOW, Urgency.HIGH)

    after = prioritize(before, impact=Impact.HIGH, at=later(1), by="ada", reason="all sites down")

    assert (after.impact, after.priority) == (Impact.HIGH, Priority.CRITICAL)
    assert after.version == before.version + 1
    assert after.history[-1].reason == "all sites down"


@pytest.mark.parametrize("name", ["impact", "urgency"])
def test_change_of_either_field_recomputes(name):
    """Impact alone recomputes as urgency alone does (GLPI's precedence error, issue 21946)."""
    low, high = {
        "impact": (Impact.LOW, Impact.HIGH),
        "urgency": (Urgency.LOW, Urgency.HIGH),
    }[name]
    other = {"impact": Impact.LOW, "urgency": Urgency.LOW, name: low}
    incident = prioritize(open_incident(**other), at=later(1), by="ada")

    changed = prioritize(incident, **{name: high}, at=later(2), by="ada")

    assert incident.priority == Priority.PLANNING
    assert changed.priority == Priority.MODERATE


def test_prioritize_without_a_change_adds_no_event():
    """Recomputing what is already so leaves the record as it is."""
    incident = prioritize(open_incident(Impact.HIGH, Urgency.LOW), at=later(1), by="ada")

    assert prioritize(incident, at=later(2), by="ada") is incident


def test_prioritize_without_impact_has_no_priority():
    """A record that lacks what the matrix reads has no computed priority and no event."""
    incident = open_incident(None, Urgency.LOW)

    assert prioritize(incident, at=later(1), by="ada") is incident
    assert incident.priority is None


def test_prioritize_refuses_a_level_of_another_scale():
    """An urgency in the place of the impact is an error, not a wrong priority."""
    with pytest.raises(InvalidValueError, match="a level of the scale 'impact'"):
        prioritize(open_incident(), impact=Urgency.HIGH, urgency=Urgency.HIGH, at=NINE, by="ada")


def test_late_prioritize_reads_the_record_as_it_was():
    """A computation dated before a change does not see the change (rule H1)."""
    incident = open_incident(Impact.MEDIUM, Urgency.MEDIUM)
    incident = set_fields(incident, custom={"vip": True}, at=later(10), by="ada")

    late = prioritize(incident, PriorityPolicy(adjustments=[vip()]), at=later(5), by="ada")

    assert late.priority == Priority.MODERATE


def test_override_stands_with_who_when_and_why():
    """An override is the effective priority and says who set it, when and why (rule H5)."""
    incident = prioritize(open_incident(Impact.LOW, Urgency.LOW), at=later(1), by="ada")

    incident = override_priority(
        incident, Priority.HIGH, reason="board meeting", at=later(2), by=Actor("eve")
    )

    override = standing_override(incident)
    assert (incident.computed_priority, incident.priority_override, incident.priority) == (
        Priority.PLANNING,
        Priority.HIGH,
        Priority.HIGH,
    )
    assert (override.level, override.by, override.at, override.reason) == (
        Priority.HIGH,
        Actor("eve"),
        later(2),
        "board meeting",
    )


def test_override_is_the_last_step():
    """It is written like the computed steps, with who set it and when."""
    incident = prioritize(open_incident(Impact.HIGH, Urgency.LOW), at=later(1), by="ada")
    incident = override_priority(incident, Priority.LOW, reason="drill", at=later(2), by="eve")
    step = calculate_priority(STANDARD_POLICY, incident).steps[-1]

    assert (step.kind, step.rule, step.level, step.applied) == (
        "override", "override", Priority.LOW, True
    )  # fmt: skip
    assert str(step) == "low: override: set by eve at 2026-06-01 09:02 UTC: drill"


def test_override_leaves_impact_and_urgency_alone():
    """A priority that a person set changes neither impact nor urgency (GLPI issue 16345)."""
    incident = open_incident(Impact.LOW, Urgency.LOW)

    changed = override_priority(incident, Priority.HIGH, reason="x", at=later(2), by="eve")

    assert (changed.impact, changed.urgency) == (Impact.LOW, Urgency.LOW)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("impact"), LEVELS[0]),
            st.tuples(st.just("urgency"), LEVELS[1]),
            st.tuples(
                st.just("recompute"), st.sampled_from([STANDARD_POLICY.calculator, PLAIN_3X3])
            ),
        ),
        max_size=8,
    )
)
def test_recomputing_never_loses_an_override(steps):
    """Whatever is recomputed after it, an override stands until it is cleared (rule P2)."""
    incident = override_priority(
        open_incident(Impact.LOW, Urgency.LOW), Priority.HIGH, reason="x", at=NINE, by="eve"
    )
    set_by = standing_override(incident)
    for minute, (what, value) in enumerate(steps, 1):
        if what == "recompute":
            incident = prioritize(incident, PriorityPolicy(value), at=later(minute), by="ada")
        else:
            incident = prioritize(incident, **{what: value}, at=later(minute), by="ada")

    assert incident.priority == Priority.HIGH
    assert standing_override(incident) == set_by
    assert replay(incident.history) == incident


def test_cleared_override_gives_the_computed_priority_back():
    """Clearing an override puts the priority computed meanwhile in force."""
    incident = override_priority(
        open_incident(Impact.LOW, Urgency.LOW), Priority.HIGH, reason="x", at=NINE, by="eve"
    )
    incident = prioritize(incident, impact=Impact.HIGH, at=later(1), by="ada")

    cleared = clear_override(incident, reason="meeting over", at=later(2), by="eve")

    assert incident.priority == Priority.HIGH
    assert cleared.priority == Priority.MODERATE
    assert standing_override(cleared) is None
    assert cleared.history[-1].reason == "meeting over"


def test_clearing_no_override_adds_no_event():
    """There is nothing to note where no override stands."""
    incident = open_incident(Impact.LOW, Urgency.LOW)

    assert clear_override(incident, reason="x", at=later(1), by="eve") is incident


def test_clearing_is_judged_by_the_record_as_it_was():
    """Overridden from minute 5 to 8: nothing to clear at 2 or 9, and an override at 6."""
    told = {"reason": "x", "by": "eve"}
    incident = override_priority(open_incident(), Priority.HIGH, at=later(5), **told)
    assert clear_override(incident, at=later(2), **told) is incident
    cleared = clear_override(incident, at=later(8), **told)
    assert clear_override(cleared, at=later(9), **told) is cleared
    assert clear_override(cleared, at=later(6), **told).version == cleared.version + 1


def test_prioritize_from_computes_every_later_priority_again():
    """A late VIP at minute 2: planning before it, low from 2 on, moderate from 5 on."""
    policy = PriorityPolicy(adjustments=[vip()])
    incident = prioritize(open_incident(Impact.LOW, Urgency.LOW), policy, at=later(1), by="ada")
    incident = prioritize(incident, policy, urgency=Urgency.MEDIUM, at=later(5), by="ada")
    incident = set_fields(incident, custom={"vip": False}, at=later(7), by="ada")  # and no priority
    for recorded_at, known in ((None, (2, 5)), (later(3), (3, 5)), (later(9), (9, 9))):
        late = set_fields(
            incident, custom={"vip": True}, at=later(2), by="kim", recorded_at=recorded_at
        )
        found = prioritize_from(late, policy, at=later(2), by="bob", recorded_at=recorded_at)

        added = [one for one in found.history if one.by.id == "bob"]
        assert [one.at for one in added] == [later(2), later(5)]
        assert [one.recorded_at for one in added] == [later(minute) for minute in known]
        timeline = found.timeline()
        assert [timeline.facts_at(later(m))["computed_priority"] for m in (1, 2, 4, 5, 7)] == [
            Priority.PLANNING,
            *[Priority.LOW] * 2,
            *[Priority.MODERATE] * 2,
        ]
        assert prioritize_from(found, policy, at=later(2), by="bob") is found


@pytest.mark.parametrize("reason", ["", " ", 3])
def test_a_refused_reason_says_what_is_wanted(reason: object) -> None:
    """Also where there is none at all (rule H5)."""
    with pytest.raises(InvalidValueError, match="non-empty text that says why"):
        override_priority(open_incident(), Priority.HIGH, reason=reason, at=NINE, by="eve")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "reason", "where"),
    [(Priority.HIGH, "", "reason"), (None, "x", "level"), ("high", "x", "level")],
)
def test_override_needs_a_level_and_a_reason(level, reason, where):
    """An override without a level or a reason is refused (rule H5)."""
    with pytest.raises(InvalidValueError, match=f"^{where}: "):
        override_priority(open_incident(), level, reason=reason, at=NINE, by="eve")


def test_corrected_override_does_not_stand():
    """Who set the override is read from the events that count."""
    incident = override_priority(open_incident(), Priority.HIGH, reason="a", at=later(1), by="eve")
    incident = override_priority(incident, Priority.LOW, reason="b", at=later(2), by="bob")

    incident = correct_event(incident, "INC-1:3", by="bob", recorded_at=later(9))

    assert standing_override(incident).by == Actor("eve")
    assert standing_override(incident).reason == "a"


def test_override_at_the_opening_was_set_by_the_opener():
    """An override among the opening's fields has the opening's actor and instant."""
    incident = open_incident(priority_override=Priority.HIGH)

    assert standing_override(incident).by == Actor("kim", "requester")
    assert standing_override(incident).at == NINE


def test_event_dated_before_the_opening_speaks_after_it():
    """The opening is folded first, so an earlier-dated override is the later word (rule H1)."""
    incident = open_incident(priority_override=Priority.HIGH)

    incident = override_priority(incident, Priority.LOW, reason="early", at=later(-5), by="eve")

    assert incident.priority == Priority.LOW
    assert standing_override(incident).by == Actor("eve")


def test_changes_are_prioritized_events():
    """What is appended is an event of the records room, and replays."""
    incident = prioritize(open_incident(Impact.LOW, Urgency.LOW), at=later(1), by="ada")

    assert isinstance(incident.history[-1], Prioritized)
    assert replay(incident.history) == incident


@pytest.mark.parametrize(
    "change",
    [lambda record, **told: override_priority(record, Priority.LOW, **told), clear_override],
)
def test_a_blank_reason_is_none(change):
    """Whoever overrides a priority, or clears an override, says why (rule H5)."""
    record = override_priority(open_incident(), Priority.HIGH, reason="vip", at=NINE, by="ada")
    with pytest.raises(InvalidValueError, match="says why"):
        change(record, reason=" \n", at=NINE, by="ada")


def test_a_computed_priority_has_its_own_reason_beside_an_override():
    """What somebody set by hand is the reason of another event."""
    incident = prioritize(open_incident(Impact.LOW, Urgency.LOW), at=later(1), by="ada")
    held = override_priority(incident, Priority.LOW, reason="drill", at=later(2), by="eve")
    raised = prioritize(held, impact=Impact.HIGH, at=later(3), by="ada")
    event = raised.history[-1]
    assert (raised.priority, raised.computed_priority) == (Priority.LOW, Priority.MODERATE)
    assert event.reason
    assert "drill" not in event.reason
