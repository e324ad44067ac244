"""The values that strategies choose from: no others come, and most of these do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from incidentcore.conditions import Condition
from incidentcore.records import Record
from incidentcore.schedule import BusinessCalendar
from incidentcore.testing.strategies_communication import communication_plans
from incidentcore.testing.strategies_escalation import (
    escalated_incidents,
    escalation_matrices,
    on_call_schedules,
    rotations,
)
from incidentcore.testing.strategies_intake import (
    alert_storms,
    intake_policies,
    sample_thresholds,
    samples,
)
from incidentcore.testing.strategies_records import lifecycles, records
from incidentcore.testing.strategies_sla import sla_definitions, sla_policies

MINUTE = timedelta(minutes=1)
OPEN, PAUSES = "state.open is True", "state.pauses is True"
RESOLVED, WAIT = "state.resolved is True", "custom.wait is True"
USUAL = "1m 15m 30m 60m 240m 1440m 10080m odd"
STATES = "new in_progress on_hold resolved closed canceled"
NAMES = "ada bo cy dee"
# What each attribute holds, over all examples: words, or texts between bars.
WORDS: dict[str, tuple[st.SearchStrategy[Any], int, dict[str, str]]] = {
    "sla_definitions": (
        sla_definitions(),
        100,
        {
            "SlaDefinition.name": "promise",
            "SlaDefinition.start": f"{OPEN}|always|custom.watch is True",
            "SlaDefinition.pause": f"{PAUSES}|{WAIT}|never|{WAIT} and {OPEN}",
            "SlaDefinition.resume": "None|custom.go is True",
            "SlaDefinition.stop": (
                f"{RESOLVED}|custom.fixed is True|first_response_at is present or {RESOLVED}"
            ),
            "SlaDefinition.cancel": "state.is_canceled is True|never|custom.void is True",
            "SlaDefinition.reset": "None|kind is 'commented' and by.role is 'agent'",
            "SlaDefinition.cancel_when_start_ends": "True False",
            "SlaDefinition.reopen": "exclude_closed continue new_cycle",
            "SlaDefinition.swap": "retroactive retroactive_without_pauses keep_elapsed restart",
            "SlaDefinition.thresholds#": "0 1 2 3",
            "BusinessDays.n": "0 1 2 3",
            "SlaThreshold.name": "three quarters|full|soon|late|elsewhere",
            "SlaThreshold.before_due": "None 30m",
            "SlaThreshold.after_due": "None 45m 90m",
        },
    ),
    "sla_policies": (
        sla_policies(),
        25,
        {
            "SlaDefinition.name": "gold silver default",
            "SlaRule.when": "custom.tier is 'gold'|custom.tier is 'silver'",
            "SlaPolicy.definitions#": "2 3",
        },
    ),
    "escalation_matrices": (
        escalation_matrices(),
        80,
        {
            "After.since": "opened_at updated_at reopened_at snoozed_until",
            "HeldFor.condition": f"{PAUSES}|not assignee is present",
            "OnClock.clock": "resolution",
            "EscalationLevel.why_data.point": "0.5 due breach soon",
            "EscalationLevel.targets#": "1 2",
            "EscalationMatrix.name": "drawn",
            "EscalationMatrix.maintenance#": "0 1",
            "EscalationRow.name": "row0 row1",
            "EscalationRow.when": "always|assignment_group is 'a'|not assignment_group is 'a'",
            "EscalationRow.levels#": "1 2 3 4",
            "EscalationRow.repeat": "0 1 2",
            "EscalationRow.repeat_from": "0 1 2 3",
            "EscalationRow.ack_timeout": "None 90m",
            "EscalationTarget.kind": "group person field manager_of on_call",
            "EscalationTarget.name": "desk ada bo assignee drawn",
        },
    ),
    "on_call_schedules": (
        on_call_schedules(),
        60,
        {
            "OnCallLayer.people": f"{NAMES} None",
            "OnCallLayer.people#": "1 2 3 4",
            "OnCallLayer.turns": "always on_duty",
            "OnCallSchedule.name": "drawn",
            "OnCallSchedule.layers#": "1 2 3",
            "OnCallSchedule.overrides#": "0 1 2",
            "RotaOverride.people": NAMES,
            "RotaOverride.mode": "replace add remove",
            "RotaOverride.replaces": "|ada",
        },
    ),
    "rotations": (
        rotations("UTC"),
        120,
        {
            "Rotation.unit": "hours days weeks months",
            "Rotation.every": " ".join(map(str, range(1, 13))),
        },
    ),
    "escalated_incidents": (
        escalated_incidents(),
        120,
        {
            "Opened.by.Actor.id": "kim",
            "Acknowledged.by.Actor.id": NAMES,
            "Acknowledged.level": "None 0 1",
            "Escalated.target": "next",
            "Escalated.level": "None 0 1 2",
            "Assigned.fields.assignment_group": "a b",
            "Assigned.fields.assignee": "None ada eve",
        },
    ),
    "communication_plans": (
        communication_plans(),
        80,
        {
            "CommunicationPlan.name": "plan",
            "CommunicationPlan.rules#": "1 2 3",
            "CommunicationPlan.also#": "0 1 2",
            "UpdateRule.name": "rule 0|rule 1|rule 2",
            "UpdateRule.audiences": "customers|executives|support staff|regulators",
            "UpdateRule.audiences#": "1 2",
            "UpdateRule.when": (
                "always|major_status is 'accepted'|priority is critical|custom.watch is True|"
                "major_status is 'accepted' and custom.watch is True"
            ),
            "UpdateRule.first": f"None 0m {USUAL}",
            "UpdateRule.every": f"None {USUAL}",
            "UpdateRule.on_hold": f"None {USUAL}",
            "UpdateRule.final": f"None {USUAL}",
            "UpdateRule.notice": "0m 5m 45m",
            "UpdateRule.stop": "never|custom.quiet is True",
            "UpdateRule.ends": f"{RESOLVED}|not {OPEN}|restored_at is present",
            "UpdateRule.channel": "|mail|status page",
            "UpdateRule.templates": "first next final",
            "UpdateTemplate.name": "news",
            "UpdateTemplate.fields": "title business_impact custom.region",
        },
    ),
    "alert_storms": (
        alert_storms(ends=True),
        60,
        {
            "Alert.key": "a b c d",
            "Alert.labels.service": "mail shop other",
            "Alert.severity": "critical|warning|info|",
            "Alert.source": "east west",
            "Alert.status": "firing resolved",
            "Alert.title": "number 0|number 1|number 2",
            "IncidentEnded.final": "True False",
            "IncidentEnded.incident": "alerts-1 alerts-2 alerts-3 alerts-4 alerts-5",
        },
    ),
    "intake_policies": (
        intake_policies(),
        150,
        {
            "Flapping.stop": "0 1 2",
            "IntakePolicy.deduplicate": "0m 1m 2m 5m 15m",
            "IntakePolicy.group_by": "source key labels.service",
            "IntakePolicy.group_by#": "0 1 2",
            "IntakePolicy.lateness": "0m 1m 2m 4m 10m",
            "IntakePolicy.reopen_within": "None 0m 2m 3m 5m 30m",
            "IntakePolicy.silence": "None 1m 3m 5m 8m 40m",
            "IntakePolicy.resolve_on": "all first never",
            "IntakePolicy.threshold": "1 2 3",
            "IntakePolicy.window": "1m 2m 3m 5m 40m",
            "IntakePolicy.when": "always|not severity is 'info'",
            "IntakePolicy.maintenance#": "0 1 2",
            "MaintenanceRule.name": "work 0|work 1",
            "MaintenanceRule.when": "always|labels.service is 'mail'",
            "MaintenanceRule.resume": "True False",
        },
    ),
    "samples": (
        samples(),
        40,
        {
            "MetricSample.series": "x y",
            "MetricSample.value": " ".join(map(str, range(11))),
        },
    ),
    "sample_thresholds": (
        sample_thresholds(),
        150,
        {
            "SampleThreshold.id": "t",
            "SampleThreshold.at_least": "None 4 5 6 7 8",
            "SampleThreshold.at_most": "None 2 3 4",
            "SampleThreshold.clear": "2 3 4 5 6 7 8",
            "SampleThreshold.lasting": "0m 1m 2m 3m 4m 5m 6m",
            "SampleThreshold.keep_firing": "0m 1m 2m 3m 4m 5m 6m",
            "SampleThreshold.stale_after": "None 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m",
        },
    ),
    "records": (
        records(),
        150,
        {
            "Opened.fields.title": "t",
            "Opened.fields.assignment_group": "None mail",
            "Opened.by.Actor.id": "ada bo kim lee",
            "Opened.by.Actor.role": "requester agent system vendor auditor",
            "StateChanged.action": "go",
            "State.name": f"{STATES} triage waiting delivered archived rejected",
            "Assigned.fields.assignee": "None ada bo kim lee",
            "Assigned.fields.assignment_group": "None|mail|network|vendor desk",
            "Commented.text": "|hello",
            "Contacted.channel": "phone",
            "Communicated.audience": "customers",
            "Communicated.channel": "mail",
            "Escalated.target": "duty",
            "Escalated.key": "|k",
            "FieldsChanged.fields.title": "a b",
            "Link.target": "P Q",
            "Link.type": "child_of custom.kind",
            "Corrected.corrects": " ".join(f"R-1:{number}" for number in range(1, 9)),
            "Task.title": "do",
            "Classified.category": "mail smtp",
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


def words(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each attribute of a value, to its depth, with what it holds as a word."""
    if isinstance(value, BusinessCalendar):
        return
    if isinstance(value, Condition) or value is None:
        yield name, str(value)
    elif isinstance(value, Record):
        yield from words(value.history)
    elif attrs.has(type(value)):
        kind = type(value).__name__
        before = f"{name}." if kind == "Actor" else ""
        for one in attrs.fields(type(value)):
            yield from words(getattr(value, one.name, None), f"{before}{kind}.{one.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from words(inner, f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        yield f"{name}#", str(len(value))
        for inner in value:
            yield from words(inner, name)
    elif isinstance(value, timedelta):
        yield name, "odd" if value % MINUTE else f"{value // MINUTE}m"
    elif isinstance(value, (str, int, float)):
        yield name, f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.table
@pytest.mark.parametrize("name", WORDS)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    strategy, count, expected = WORDS[name]
    seen: dict[str, set[str]] = defaultdict(set)

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def look(example: Any) -> None:
        for attribute, word in set(words(example)):
            seen[attribute].add(word)

    look()
    for attribute, text in expected.items():
        wanted = set(text.split("|") if "|" in text else text.split(" "))
        assert seen[attribute] <= wanted, attribute
        assert 2 * len(seen[attribute]) >= len(wanted), attribute
