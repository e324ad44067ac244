"""Alerts of other systems: each row answered through public names, or listed with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.intake.builders import HOUR, MINUTE, T0
from tests.oracles.rows import by_id

from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    due_escalations,
)
from incidentcore.instants import Interval
from incidentcore.intake import (
    Alert,
    Inhibit,
    IntakePolicy,
    MaintenanceRule,
    MetricSample,
    SampleThreshold,
    apply_intents,
    fold_alerts,
    fold_samples,
)
from incidentcore.records import acknowledge
from incidentcore.schedule import Maintenance

ROWS = by_id("alert_intake.jsonl")
NOT_OURS = {
    "icinga-host_not_flapping": "flapping is a number of changes within a time, not a share (A6)",
    "icinga-host_flapping": "flapping is a number of changes within a time, not a share (A6)",
    "icinga-host_flapping_recover": "flapping is a number of changes, not a share (A6)",
    "icinga-host_flapping_docs_example": "flapping is a number of changes, not a share (A6)",
}
DAY = 24 * HOUR


def matching(labels: dict[str, str]) -> Condition:
    """Return the test of the labels of a rule; ``!1`` is any other value, or none."""
    found = ALWAYS
    for name, value in labels.items():
        path = field(f"labels.{name}")
        found &= ~path.equals(value[1:]) if value.startswith("!") else path.equals(value)
    return found


def policy_of(row: dict[str, Any], **more: Any) -> IntakePolicy:
    rules = [
        Inhibit(
            matching(one["source"]),
            matching(one["target"]),
            [f"labels.{name}" for name in one["equal"]],
            name=f"rule {number}",
        )
        for number, one in enumerate(row["given"]["rules"])
    ]
    return IntakePolicy(name="p", inhibit=rules, **more)


def answer_inhibit(row: dict[str, Any]) -> object:
    """Return whether an alert waits that fires a minute after the sources."""
    alerts = []
    for number, source in enumerate(row["given"]["sources"]):
        alert = Alert(key=f"s{number}", at=T0, labels=source["labels"])
        alerts.append(alert)
        if source["resolved"]:
            end = Alert(key=alert.key, at=T0 + MINUTE, status="resolved", labels=source["labels"])
            alerts.append(end)
    target = Alert(key="target", at=T0 + 2 * MINUTE, labels=row["given"]["target"])
    found = fold_alerts(policy_of(row), [*alerts, target], until=T0 + HOUR)
    return {"muted": target in found.state.undecided}


def answer_timeline(row: dict[str, Any]) -> object:
    alerts = [
        Alert(
            key=f"{labels['alertname']}-{labels['zone']}",
            at=T0 + minute * MINUTE,
            status=status,
            labels=labels,
        )
        for minute, status, labels in row["given"]["alerts"]
    ]
    found = fold_alerts(policy_of(row), alerts, until=T0 + DAY)
    opened = [
        [one.alert.labels["alertname"], one.alert.labels["zone"], (one.at - T0) // MINUTE]
        for one in found.intents
        if one.kind == "open" and one.alert is not None
    ]
    return {"opened": sorted(opened)}


def answer_samples(row: dict[str, Any]) -> object:
    """Return the state after each value."""
    given = row["given"]
    rule = SampleThreshold(
        "r",
        at_least=given["above"] + 1,
        lasting=given["for_min"] * MINUTE,
        keep_firing=given["keep_firing_min"] * MINUTE,
    )
    states = []
    for count in range(1, len(row["expect"]["states"]) + 1):
        samples = [
            MetricSample("s", T0 + minute * MINUTE, value)
            for minute, value in enumerate(given["values"][:count])
        ]
        found = fold_samples(rule, samples, until=T0 + (count - 1) * MINUTE)
        states.append(next((one.phase for one in found.state.series), "inactive"))
    return {"states": states}


PAGER = EscalationMatrix(
    "m",
    [
        EscalationRow(
            "r",
            [EscalationLevel(After(timedelta(0)), "duty")],
            repeat=100,
            repeat_after=MINUTE,
            on_worse="clear",
        )
    ],
)


def answer_severities(row: dict[str, Any]) -> object:
    """Return after each step, ten minutes apart, whether the pager still rings."""
    policy = IntakePolicy(name="p", reopen_within=DAY)
    state, records, after = None, {}, []
    for number, step in enumerate(row["given"]["steps"]):
        now = T0 + 10 * number * MINUTE
        if step == "ack":
            records["p-1"] = acknowledge(records["p-1"], at=now, by="ada")
        else:
            status: Any = "resolved" if step in ("normal", "ok", "cleared") else "firing"
            alert = Alert(key="node404", at=now, status=status, severity=step)
            found = fold_alerts(policy, [alert], state=state, until=now)
            state = found.state
            records |= apply_intents(found.intents, records)
        record = records.get("p-1")
        if record is None or not record.state.open:
            after.append("closed")
            continue
        later = due_escalations(PAGER, record, now=now + 5 * MINUTE)
        after.append("open" if any(one.due_at > now for one in later) else "ack")
    return {"after": after}


def answer_blackout(row: dict[str, Any]) -> object:
    span = Maintenance([Interval(T0, T0 + HOUR)])
    rule = MaintenanceRule(
        "blackout", span, field("labels.environment").equals(row["given"]["environment"])
    )
    alerts = [
        Alert(key=name, at=T0 + MINUTE, labels={"environment": name})
        for name in row["given"]["alerts"]
    ]
    policy = IntakePolicy(name="p", maintenance=rule)
    found = fold_alerts(policy, alerts, until=T0 + 2 * MINUTE)
    return {"suppressed": [alert in found.state.undecided for alert in alerts]}


ANSWERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "blackout": answer_blackout,
    "inhibit": answer_inhibit,
    "samples": answer_samples,
    "severities": answer_severities,
    "timeline": answer_timeline,
}


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(NOT_OURS)))
def test_the_row_is_answered(name: str) -> None:
    """What the other system documents or tests comes out of ours."""
    row = ROWS[name]
    assert ANSWERS[row["kind"]](row) == row["expect"]


def test_every_row_is_answered_or_listed() -> None:
    """No list names a row that is not there, and every other row has its answer."""
    kinds = {row["kind"] for name, row in ROWS.items() if name not in NOT_OURS}
    assert set(NOT_OURS) <= set(ROWS)
    assert kinds == set(ANSWERS)
