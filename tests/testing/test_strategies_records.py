"""What strategies draw: every word of each closed choice, every kind, and both sides of a flag."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import strategies as st
from tests.testing.choices import STATES, Choices, batches, check_choices

from incidentcore.lifecycle import InputField, Lifecycle, Transition
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.testing.strategies_escalation import (
    escalated_incidents,
    escalation_matrices,
    on_call_schedules,
)
from incidentcore.testing.strategies_intake import alert_storms
from incidentcore.testing.strategies_records import _bodies, _custom, input_for, lifecycles, records
from incidentcore.values import NEW, State

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
Seen = dict[tuple[type, str], set[Any]]


@cache
def choices(kind: type) -> dict[str, tuple[Any, ...]]:
    """Return the closed choices of a class's attributes: words, and both sides of a flag."""
    hints = get_type_hints(kind)
    found = {}
    for one in attrs.fields(kind):
        hint = hints.get(one.name)
        parts = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
        words = [word for part in parts if get_origin(part) is Literal for word in get_args(part)]
        if words or hint is bool:
            found[one.name] = tuple(words) or (True, False)
    return found


def values(value: Any) -> Iterator[Any]:
    """Yield every attrs value inside a value, itself first."""
    if attrs.has(type(value)):
        yield value
        for one in attrs.fields(type(value)):
            yield from values(getattr(value, one.name, None))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from values(inner)


EVENTS = {
    *("Acknowledged", "Assigned", "Classified", "Commented", "Communicated", "Contacted"),
    *("Corrected", "Escalated", "FieldsChanged", "LinkAdded", "LinkRemoved", "Opened"),
    *("Prioritized", "Restored", "Snoozed", "StateChanged", "Unacknowledged", "Unsnoozed"),
    *("MajorStatusChanged", "Approved", "ApprovalRequested", "TaskChanged"),
}
STRATEGIES: dict[str, tuple[st.SearchStrategy[Any], int, set[str]]] = {
    "records": (records(), 500, {"Incident", "Problem", "ServiceRequest", *EVENTS}),
    "lifecycles": (lifecycles(), 40, {"InputField", "Lifecycle", "State", "Transition"}),
    "matrices": (
        escalation_matrices(),
        60,
        {"After", "AfterPrevious", "AtWallTime", "HeldFor", "OnClock", "OnCallSchedule"},
    ),
    "incidents": (
        escalated_incidents(),
        60,
        {"Acknowledged", "Unacknowledged", "Assigned", "Escalated", "Snoozed", "Unsnoozed"},
    ),
    "schedules": (on_call_schedules(), 60, {"OnCallLayer", "Rotation", "RotaOverride"}),
    "storms": (alert_storms(ends=True), 150, {"Alert", "IncidentEnded"}),
}
# What nothing that is tested with them reads.
LEFT_OUT = {
    ("Approved", "decision", "withdrawn"),  # taken back by those who gave it, who seldom did
    ("Escalated", "mode", "hierarchical"),
    ("MajorStatusChanged", "status", "rejected"),
    ("EscalationTarget", "kind", "next_on_call"),
    ("EscalationTarget", "kind", "role"),
    ("EscalationTarget", "kind", "round_robin"),
    ("Holiday", "opens", True),
    ("Problem", "known_error", True),
    ("Problem", "origin", "proactive"),
    ("Task", "status", "closed_incomplete"),
    ("Task", "status", "pending"),
    ("Task", "status", "work_in_progress"),
}


@pytest.mark.table
@pytest.mark.parametrize("name", STRATEGIES)
def test_each_kind_and_each_choice_is_drawn(name: str) -> None:
    """A law that is tested with these values meets every kind and every word of a choice."""
    strategy, count, expected = STRATEGIES[name]
    kinds: set[str] = set()
    seen: Seen = defaultdict(set)
    for batch in batches(strategy, count):
        for value in (inner for example in batch for inner in values(example)):
            kind = type(value)
            kinds.add(kind.__name__)
            for attribute in choices(kind):
                seen[kind, attribute].add(getattr(value, attribute))
        missing = {
            (kind.__name__, attribute, word)
            for (kind, attribute), words in seen.items()
            for word in set(choices(kind)[attribute]) - words
        }
        if expected <= kinds and missing <= LEFT_OUT:
            break
    assert expected - kinds == set()
    assert missing - LEFT_OUT == set()


@pytest.mark.parametrize(
    "target",
    [
        *("tags", "category", "custom", "impact", "urgency", "computed_priority"),
        *("priority_override", "support_tier", "occurred_at", "detected_at", "known_error"),
        *("major_roles", "assignee", "resolution_code", "root_cause", "custom.why", "title"),
    ],
)
def test_a_sample_is_what_its_field_takes(target: str) -> None:
    """An action that asks for a field of any kind goes through with it."""
    done = State("done", resolved=True)
    asked = (InputField("given", target),)
    rows = [Transition("finish", ["new"], done, fields=asked)]
    kind = "problem" if target in ("known_error", "root_cause") else "incident"
    lifecycle = Lifecycle("own", kind, states=[NEW, done], initial=NEW, transitions=rows)
    record = lifecycle.open(RECORD_TYPES[kind], id="R", title="t", at=AT, by="kim")
    given = input_for(asked[0])
    answer = lifecycle.decide(record, "finish", at=AT, by="ada", given=given)
    assert answer, answer
    assert input_for(InputField("x", "custom.x", choices=("b", "a"))) == "b"


# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    "_custom": (
        _custom(),
        300,
        {
            ".vip": "None True False x y -3..3",
            ".self": "None True False x y -3..3",
            ".site": "None True False x y -3..3",
        },
    ),
    "incident": (
        st.one_of(*_bodies("incident")),
        500,
        {
            ".audience": "customers",
            ".category": "mail smtp",
            ".category#": "0 1 2",
            ".channel": "phone mail",
            ".corrects": " ".join(f"R-1:{number}" for number in range(1, 9)),
            ".fields.assignee": "None ada bo kim lee",
            ".fields.assignment_group": "None|mail|network|vendor desk",
            ".fields.hold_reason": "None vendor",
            ".fields.resolution_code": "x y",
            ".fields.title": "a b",
            ".key": "|k",
            ".status": "proposed accepted canceled",
            ".target": "duty",
            ".text": "|hello",
            # 61 to 120 minutes after the opening
            ".until": "06-01T10:01..06-01T11:00",
            ".visibility": "public internal",
            "Link.target": "P Q",
            "Link.type": "child_of custom.kind",
        },
    ),
    "service_request": (
        st.one_of(*_bodies("service_request")),
        500,
        {
            ".decision": "approved rejected withdrawn",
            ".on_behalf_of": "None ada bo kim lee",
            "ApprovalRule.approvers": "bo kim lee",
            "ApprovalRule.approvers#": "2 3",
            "ApprovalRule.delegates.lee": "ada",
            "ApprovalRule.needed": "1 2",
            "ApprovalRule.required": "kim",
            "ApprovalRule.veto": "True False",
            "Task.id": "1 2",
            "Task.title": "do",
        },
    ),
    "records": (
        records(),
        150,
        {
            "Opened.at": "06-01T09:00",
            "Opened.recorded_at": "06-01T09:00 06-01T09:05",
            "Event.at": "-3m..20m",
            "Event.delay": "0m 1m 5m 30m",
            "Opened.fields.title": "t",
            "Opened.fields.assignment_group": "None mail",
            "Opened.by.Actor.id": "ada bo kim lee",
            "Opened.by.Actor.role": "requester agent system vendor auditor",
            "StateChanged.action": "go",
            "State.name": f"{STATES} triage waiting delivered archived rejected",
        },
    ),
    "lifecycles": (
        lifecycles(),
        60,
        {
            "InputField.name": "tags why resolution_code",
            "InputField.target": "tags custom.why resolution_code",
            "InputField.required": "True False",
            "Lifecycle.states#": "1 2 3 4 5 6",
            "Lifecycle.transitions#": "0 1 2 3 4 5 6 7 8",
            "Transition.action": " ".join(f"act_{number}" for number in range(8)),
            "Transition.sources#": "1 2 3",
            "Transition.fields#": "0 1 2 3",
            "Transition.sets.verification": "tried",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])
