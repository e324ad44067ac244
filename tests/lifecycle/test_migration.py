"""A record that moves to another version or lifecycle (rule L1), and one that is stuck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
    TransitionNotAllowedError,
)
from incidentcore.lifecycle import INCIDENT, PROBLEM, Lifecycle, Refused, Transition, check_history
from incidentcore.records import (
    Incident,
    LifecycleRef,
    StateChanged,
    acknowledge,
    correct_event,
    replay,
    snooze,
)
from incidentcore.serialization import dumps, loads
from incidentcore.values import CLOSED, IN_PROGRESS, NEW, RESOLVED, Actor, State

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TRIAGE = State("triage", open=True)
SYSTEM = Actor("timer", "system")
ROWS = (Transition("start", NEW, IN_PROGRESS), Transition("resolve", (NEW, IN_PROGRESS), RESOLVED))
V1 = Lifecycle(
    "desk",
    "incident",
    states=(TRIAGE, NEW, IN_PROGRESS, RESOLVED),
    initial=TRIAGE,
    transitions=(Transition("sort", TRIAGE, NEW), *ROWS),
)
V2 = Lifecycle(
    "desk",
    "incident",
    version="2",
    states=(NEW, IN_PROGRESS, RESOLVED),
    initial=NEW,
    transitions=ROWS,
    migrates={TRIAGE.name: NEW},
)


def opened(lifecycle: Lifecycle = V1, **fields: Any) -> Incident:
    return lifecycle.open(Incident, id="I", title="t", at=AT, by="kim", **fields)


def test_sla_s52_a_record_in_a_retired_state_is_stuck_and_the_way_out_is_declared() -> None:
    """Found, refused with the way, led out by it, and then of version 2."""
    record = opened()
    (finding,) = check_history(record, V2)
    refused = V2.decide(record, "start", at=AT + DAY, by="ada")
    steps = V2.explain(record, to="resolved")

    assert (finding.code, finding.witness) == ("stuck", record.history[0])
    assert finding.message.endswith("the way out is migrate")
    assert isinstance(refused, Refused)
    assert refused.code == "unknown_state"
    assert [step.action for step in refused.path] == ["migrate", "start"]
    assert "the shortest path is migrate, then start" in refused.reason
    assert [step.action for step in steps or ()] == ["migrate", "resolve"]

    record = V2.advance(record, "migrate", at=AT + DAY, by=SYSTEM)
    record = V2.advance(record, "start", at=AT + DAY, by="ada")
    assert (record.state.name, record.lifecycle.version) == ("in_progress", "2")
    assert check_history(record, V2) == ()
    assert replay(reversed(record.history)) == record
    assert loads(dumps(record), Incident) == record


def test_a_move_by_an_agent_acknowledges_nothing_and_ends_no_snooze() -> None:
    """It is not work on the record: the snooze was over with it."""
    record = snooze(opened(), until=AT + 2 * DAY, at=AT, by="ada")
    moved = V2.advance(record, "migrate", at=AT + DAY, by="ada")

    assert (moved.acknowledged, moved.acknowledged_at) == (False, None)
    assert moved.snoozed_until == AT + 2 * DAY


def test_sla_a14_without_a_declared_way_it_is_said_that_none_leads_out() -> None:
    """Nothing is guessed."""
    bare = attrs.evolve(V2, migrates={})
    (finding,) = check_history(opened(), bare)

    assert finding.code == "no_way_out"
    assert bare.explain(opened(), to="resolved") is None
    with pytest.raises(TransitionNotAllowedError, match="triage is not a state"):
        bare.advance(opened(), "migrate", at=AT + DAY, by=SYSTEM)


def test_a_bridge_of_rows_still_goes_its_own_way() -> None:
    """A lifecycle with a row called migrate decides by it."""
    bridge = attrs.evolve(V1, transitions=(*V1.transitions, Transition("migrate", TRIAGE, NEW)))
    record = bridge.advance(opened(), "migrate", at=AT + DAY, by=SYSTEM)
    assert (record.state.name, record.lifecycle.version) == ("new", "1")


def test_a_record_moves_to_another_lifecycle_and_keeps_its_moments() -> None:
    """A migration is nobody's work: no acknowledgement; a hold keeps its reason."""
    record = opened(INCIDENT)
    record = INCIDENT.advance(record, "hold", at=AT, by=SYSTEM, reason="awaiting_vendor")
    own = attrs.evolve(INCIDENT, id="own", migrates={"new": "in_progress"})
    record = own.advance(record, "migrate", at=AT + DAY, by="ada")

    assert record.lifecycle == LifecycleRef("own")
    assert (record.state.name, record.hold_reason) == ("on_hold", "awaiting_vendor")
    assert record.acknowledged_at is None
    assert own.decide(record, "resume", at=AT + DAY, by="ada")
    assert not INCIDENT.decide(record, "resume", at=AT + DAY, by="ada")
    with pytest.raises(TransitionNotAllowedError, match="version 1 already"):
        own.advance(record, "migrate", at=AT + DAY, by="ada")
    with pytest.raises(InvalidValueError, match="or later"):
        INCIDENT.advance(record, "migrate", at=AT, by="ada")
    assert not PROBLEM.decide(record, "migrate", at=AT + DAY, by="ada")


def test_only_the_part_under_the_lifecycle_is_judged() -> None:
    """What came before the migration was another lifecycle's; a wrong counterpart is found."""
    record = V2.advance(opened(), "migrate", at=AT + DAY, by=SYSTEM)
    other = attrs.evolve(V2, migrates={"triage": "in_progress"})

    assert check_history(record, V1) == ()
    (finding,) = check_history(record, other)
    assert (finding.code, finding.message) == ("not_allowed", "triage to new is not allowed")


def test_a_migration_into_a_state_that_is_not_there_is_refused_at_once() -> None:
    """As every part of a definition is."""
    with pytest.raises(LifecycleDefinitionError, match=r"migrates\.triage"):
        attrs.evolve(V2, migrates={"triage": "limbo"})


def test_the_definition_reads_back() -> None:
    """With its migrations; without them the document is as it was."""
    assert loads(dumps(V2), Lifecycle) == V2
    assert "migrates" not in dumps(attrs.evolve(V2, migrates={}))
    assert CLOSED not in V2.states


def test_a_migration_does_not_acknowledge_anew() -> None:
    """When somebody took notice stays as it was; what nobody took notice of stays so."""
    record = V1.open(Incident, id="INC-1", title="t", at=AT, by="kim")
    taken = acknowledge(record, at=AT + DAY, by="ada")

    for before, expected in ((record, None), (taken, AT + DAY)):
        after = V2.advance(before, "migrate", at=AT + 2 * DAY, by=SYSTEM)
        assert (after.lifecycle.version, after.acknowledged_at) == ("2", expected)


@pytest.mark.parametrize(
    ("parts", "allowed"),
    [
        ({"opens_with": ["impact", ""]}, "names of fields"),
        ({"migrates": [("triage", "new")]}, "a mapping from states to states"),
    ],
)
def test_a_definition_names_fields_and_states(parts: Any, allowed: str) -> None:
    """What is something else is refused where it is written."""
    with pytest.raises(LifecycleDefinitionError, match=allowed):
        attrs.evolve(V2, **parts)


def test_a_lifecycle_and_a_refusal_show_themselves_in_a_notebook() -> None:
    """The diagram, and a row with what is allowed instead."""
    refused = INCIDENT.decide(
        INCIDENT.open(Incident, id="INC-1", title="t", at=AT, by="kim"), "close", at=AT, by="ada"
    )
    assert isinstance(refused, Refused)
    heads, [row], numbers = refused.cells()

    assert V2._repr_markdown_().startswith("```mermaid\n")
    assert heads == ["action", "state", "why", "allowed here", "the way"]
    assert row[:2] == ["close", "new"]
    assert numbers == [False] * len(row)


def test_what_comes_after_a_migration_is_judged_by_the_new_version() -> None:
    """And what came before it is not: version 2 has neither triage nor a way back."""
    record = V2.advance(opened(), "migrate", at=AT + DAY, by=SYSTEM)
    record = V2.advance(record, "resolve", at=AT + DAY, by="ada")
    assert check_history(record, V2) == ()
    back = record.with_event(
        StateChanged, at=AT + 2 * DAY, by="ada", action="start", state=IN_PROGRESS
    )
    (finding,) = check_history(back, V2)
    assert (finding.code, finding.witness) == ("not_allowed", back.history[-1])


def test_a_lifecycle_judges_no_change_of_another_before_or_after_it() -> None:
    """Neither from a state it does not have, before it, nor into one, once it was left."""
    before = V1.advance(opened(), "sort", at=AT + DAY, by="ada")
    assert [finding.code for finding in check_history(before, V2)] == ["unknown_state"]
    assert check_history(V2.advance(before, "migrate", at=AT + 2 * DAY, by=SYSTEM), V2) == ()

    back = Transition("return", NEW, TRIAGE)
    third = attrs.evolve(V1, version="3", transitions=(*V1.transitions, back))
    after = third.advance(opened(V2), "migrate", at=AT + DAY, by=SYSTEM)
    after = third.advance(after, "return", at=AT + 2 * DAY, by="ada")
    assert (after.state.name, check_history(after, V2)) == ("triage", ())
    aside = Lifecycle(
        "aside",
        "incident",
        states=(TRIAGE,),
        initial=TRIAGE,
        transitions=(),
        migrates={"new": TRIAGE},
    )
    left = aside.advance(opened(V2), "migrate", at=AT + DAY, by=SYSTEM)
    assert (left.state.name, check_history(left, V2)) == ("triage", ())


def test_what_came_before_a_record_left_and_returned_is_judged_too() -> None:
    """It was opened without a service, and went back to new, both under version 2."""
    asks = attrs.evolve(V2, opens_with=["service"])
    record = opened(V2)
    for action, state in (("start", IN_PROGRESS), ("back", NEW)):
        record = record.with_event(StateChanged, at=AT + DAY, by="ada", action=action, state=state)
    away = attrs.evolve(V1, version="3").advance(record, "migrate", at=AT + 2 * DAY, by=SYSTEM)
    again = V2.advance(away, "migrate", at=AT + 3 * DAY, by=SYSTEM)
    for each in (record, away, again):
        codes = [finding.code for finding in check_history(each, asks)]
        assert codes == ["missing_at_opening", "not_allowed"]


def test_a_migration_that_never_was_leaves_the_record_stuck() -> None:
    """It is corrected away, so the record is in triage again, of which version 2 knows the end."""
    moved = V2.advance(opened(V1), "migrate", at=AT + DAY, by=SYSTEM)
    back = correct_event(moved, moved.history[-1].id, by=SYSTEM)
    assert (back.state, back.lifecycle.version) == (TRIAGE, "1")
    (finding,) = check_history(back, V2)
    assert finding.code == "stuck"
