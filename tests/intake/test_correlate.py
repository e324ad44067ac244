"""What users of other systems asked for, and what these systems document, as named tests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.intake.builders import HOUR, MINUTE, T0, WORK, alert, told
from tests.oracles.rows import by_id

from incidentcore.errors import InvalidValueError
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    Intake,
    IntakePolicy,
    MaintenanceRule,
    apply_intents,
    fold_alerts,
)
from incidentcore.lifecycle import advance
from incidentcore.records import acknowledge

SECOND = timedelta(seconds=1)


def oracle(name):
    """Return a row of other systems' behaviour."""
    row = (by_id("lifecycle.jsonl") | by_id("escalation.jsonl"))[name]
    return row["given"], row["expect"]


BY_SERVICE = IntakePolicy(group_by="labels.service")


@pytest.mark.parametrize(
    ("row", "resolve_on"),
    [
        ("keep-never-2of2", "never"),
        ("keep-all_resolved-2of2", "all"),
        ("keep-first_resolved-2of2", "first"),
        # Which alert is the last to join is an accident of arrival; upstream's own test does not
        # tell it from "all" (see the row's note), and neither do we.
        ("keep-last_resolved-2of2", "all"),
    ],
)
def test_keep_resolution_by_alerts(row, resolve_on):
    """Keep's ways to resolve an incident by its alerts give the states of its tests."""
    given, expect = oracle(row)
    policy = IntakePolicy(group_by="labels.service", resolve_on=resolve_on)
    intake = Intake(policy)
    for number, key in enumerate(given["alerts"]):
        intake.feed(alert(key, number))
    seen = []
    for number, key in enumerate(given["resolved_in_order"], 10):
        at = T0 + number * MINUTE
        intents = [*intake.feed(alert(key, number, "resolved")), *intake.settle(until=at)]
        seen.append("resolved" if "resolve" in [one.kind for one in intents] else "firing")

    assert seen == [expect["after_first"], expect["after_second"]]


def hundred_firing():
    given, _ = oracle("keep-resolve-cascades")
    intake = Intake(BY_SERVICE)
    for number in range(given["alerts"]):
        intake.feed(alert(f"key {number:03}"))
    intents = intake.settle(until=T0)
    return intake, apply_intents(intents, {})["alerts-1"]


def test_keep_resolve_cascades():
    """keep: an incident that is resolved by hand resolves the alerts in it."""
    _, expect = oracle("keep-resolve-cascades")
    intake, incident = hundred_firing()
    before = sum(one.firing for one in intake.state.conditions)
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    incident = advance(incident, "resolve", at=T0 + MINUTE, by="ada", **fields)
    intake.feed(IncidentEnded("alerts-1", incident.resolved_at))
    intake.settle(until=T0 + MINUTE)

    assert before - sum(one.firing for one in intake.state.conditions) == expect["alerts_resolved"]


def test_keep_acknowledgement_does_not_cascade():
    """keep: an acknowledged incident's alerts fire on, and their repetitions open no other."""
    _, expect = oracle("keep-ack-does-not-cascade")
    intake, incident = hundred_firing()
    before = sum(one.firing for one in intake.state.conditions)
    incident = acknowledge(incident, at=T0 + MINUTE, by="ada")
    intents = [*intake.feed(alert("key 007", 2)), *intake.settle(until=T0 + 2 * MINUTE)]

    assert before - sum(one.firing for one in intake.state.conditions) == expect["alerts_resolved"]
    assert [one.reason for one in intents] == ["duplicate"]
    assert incident.state.open


def test_keep_2481_a_resolved_incident_takes_no_alerts():
    """keep#2481: an alert after the resolution opens a new incident, and never joins the old."""
    _, expect = oracle("keep-resolved-takes-no-alerts")
    by_hand = [alert("a"), IncidentEnded("alerts-1", T0 + MINUTE), alert("b", 2)]
    by_alerts = [alert("a"), alert("a", 1, "resolved"), alert("b", 2)]

    for items in (by_hand, by_alerts):
        kinds = [(kind, incident) for kind, _, incident, _ in told(BY_SERVICE, items)]
        assert (kinds[-1] == ("open", "2")) is expect["new_incident"]
        assert ("add", "1") not in kinds[2:]


def test_keep_2481_an_alert_that_fires_on_after_the_resolution_is_new():
    """What is told again after somebody resolved its incident is a new incident at once."""
    items = [alert(), IncidentEnded("alerts-1", T0 + MINUTE), alert(minutes=2)]
    # Alertmanager repeats an alert with the instant at which it began to fire: it was received now.
    again = [*items[:2], alert("other", 3), alert(recorded_at=T0 + 4 * MINUTE)]

    assert told(BY_SERVICE, items)[-1] == ("open", 2, "2", "")
    assert told(IntakePolicy(), again)[-1] == ("open", 4, "3", "")


def test_an_end_that_is_told_late_counts_from_the_first_instant_that_is_not_settled():
    """Ended at 1, told after 10: reopened at 12 within five minutes of 10, and new at 16."""
    policy = IntakePolicy(reopen_within=5 * MINUTE)
    late = [alert(), alert("other", 10), IncidentEnded("alerts-1", T0 + MINUTE)]

    assert told(policy, [*late, alert(minutes=12)])[-1] == ("reopen", 12, "1", "")
    assert told(policy, [*late, alert(minutes=16)])[-1] == ("open", 16, "3", "")


def test_what_is_no_alert_is_refused_and_changes_nothing():
    """One call that is not an alert of ours, between two alerts that are."""
    intake = Intake(IntakePolicy())
    intake.feed(alert())
    with pytest.raises(
        InvalidValueError, match="allowed: an Alert, IncidentEnded or IncidentReopened"
    ):
        intake.feed({"key": "disk"})
    assert [one.kind for one in intake.feed(alert("other", 1))] == ["open"]


def test_keep_2481_an_alert_at_the_instant_of_the_resolution_is_new():
    """An alert at the very instant at which the incident ended does not go down with it."""
    items = [alert("a"), alert("b", 1), IncidentEnded("alerts-1", T0 + MINUTE)]

    assert told(BY_SERVICE, items)[-1] == ("open", 1, "2", "")


def test_keep_5115_the_threshold_does_not_count_resolved_alerts():
    """keep#5115: of ten needed, those resolved since do not count, nor those long ago (rule A4)."""
    policy = IntakePolicy(group_by="labels.service", threshold=10, window=10 * MINUTE)
    old = [alert(f"old {n}", 0) for n in range(8)]
    gone = [alert(f"old {n}", 1, "resolved") for n in range(8)]
    fresh = [alert(f"new {n}", 2) for n in range(3)]
    more = [alert(f"more {n}", 3) for n in range(7)]

    assert "open" not in [kind for kind, *_ in told(policy, [*old, *gone, *fresh])]
    kinds = [kind for kind, *_ in told(policy, [*old, *gone, *fresh, *more])]
    assert kinds == ["dropped"] * 16 + ["open"] + ["add"] * 9
    late = [alert(f"new {n}", 11) for n in range(3)]
    assert "open" not in [kind for kind, *_ in told(policy, [*old, *late])]


def test_keep_3418_an_incident_is_created_only_on_firing():
    """keep#3418: a resolved alert opens nothing, but once there is an incident it belongs to it.

    Rule A4.
    """
    assert told(BY_SERVICE, [alert(status="resolved")]) == [("dropped", 0, "", "not_firing")]
    items = [alert("a"), alert("b", 1), alert("a", 2, "resolved")]
    assert told(BY_SERVICE, items)[-1] == ("add", 2, "1", "")


REOPENING = IntakePolicy(group_by="labels.service", reopen_within=10 * MINUTE)


def test_incidentrelay_84_a_resolved_incident_fires_again():
    """IncidentRelay#84: resolved is reversible for a while, so that flapping opens one incident."""
    items = [alert(minutes=n, status=("firing", "resolved")[n % 2]) for n in range(20)]
    intents = told(REOPENING, items)

    assert [kind for kind, *_ in intents].count("open") == 1
    assert [kind for kind, *_ in intents].count("reopen") == 9
    assert {incident for _, _, incident, _ in intents} == {"1"}


def test_incidentrelay_85_outside_the_window_is_a_new_incident():
    """IncidentRelay#85: within the window the same is reopened, beyond it another is opened."""
    over = [alert(), alert(minutes=1, status="resolved")]

    assert told(REOPENING, [*over, alert(minutes=11)])[-1] == ("reopen", 11, "1", "")
    assert told(REOPENING, [*over, alert(minutes=12)])[-1] == ("open", 12, "2", "")


def test_incidentrelay_85_other_boundaries_and_the_default():
    """IncidentRelay#85: another group never reopens it, closed is final, and the default is off."""
    over = [alert(), alert(minutes=1, status="resolved")]
    other = Alert(key="disk", at=T0 + 2 * MINUTE, source="west", labels={"service": "mail"})
    closed = IncidentEnded("alerts-1", T0 + 2 * MINUTE, final=True)

    assert told(REOPENING, [*over, other])[-1] == ("open", 2, "2", "")
    assert told(REOPENING, [*over, closed, alert(minutes=3)])[-1] == ("open", 3, "2", "")
    resolved = IncidentEnded("alerts-1", T0 + 2 * MINUTE)  # as its alerts had said before
    assert told(REOPENING, [*over, resolved, alert(minutes=3)])[-1] == ("reopen", 3, "1", "")
    assert told(BY_SERVICE, [*over, alert(minutes=2)])[-1] == ("open", 2, "2", "")


def test_pagerduty_group_window():
    """PagerDuty's rolling window: each alert prolongs it, and one beyond it begins a new group."""
    given, expect = oracle("pagerduty-group-window")
    policy = IntakePolicy(
        group_by="labels.service", window=given["time_window_s"] * SECOND, deduplicate=0 * SECOND
    )
    alerts = [
        Alert(key=str(number), at=T0 + seconds * SECOND, labels={"service": "shop"})
        for number, seconds in enumerate(given["alerts_s"])
    ]
    groups: dict[str, list[int]] = {}
    for one in fold_alerts(policy, alerts, until=T0 + HOUR).intents:
        groups.setdefault(one.incident, []).append((one.alert.at - T0) // SECOND)

    assert list(groups.values()) == expect["groups"]


def test_pagerduty_maintenance():
    """A service in maintenance creates no incident."""
    _, expect = oracle("pagerduty-maintenance")
    for resume in (True, False):
        policy = IntakePolicy(maintenance=MaintenanceRule("work", WORK, resume=resume))
        kinds = [kind for kind, *_ in told(policy, [alert()], until=T0 + 29 * MINUTE)]
        assert ("open" in kinds) is expect["incident_created"]


def test_what_was_returned_does_not_change():
    """The list that one alert gives, empty here, is not the one that the next gives."""
    intake = Intake(IntakePolicy())
    before = intake.feed(alert())
    after = intake.feed(alert(minutes=1))
    assert (before, [one.kind for one in after]) == ([], ["open"])
