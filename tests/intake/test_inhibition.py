"""What one condition holds back while it fires."""

from __future__ import annotations

from tests.intake.builders import HOUR, MINUTE, T0, alert, told

from incidentcore.conditions import field
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    Inhibit,
    IntakePolicy,
    fold_alerts,
)


def test_a_source_holds_back_by_its_latest_alert():
    """A router that says it is one no longer holds nothing back."""
    router, host = field("labels.role").equals("router"), field("labels.role").equals("host")
    policy = IntakePolicy(inhibit=Inhibit(router, host))
    first = Alert(key="r", at=T0, labels={"role": "router"})
    then = Alert(key="r", at=T0 + 70 * MINUTE, labels={"role": "switch"})
    held = Alert(key="h", at=T0 + 80 * MINUTE, labels={"role": "host"})
    until = T0 + 2 * HOUR

    assert told(policy, [first, held], until=until) == [("open", 0, "1", "")]
    assert ("open", 80, "2", "") in told(policy, [first, then, held], until=until)


def test_what_is_held_back_joins_with_the_alert_that_waited_before_it():
    """Two alerts open an incident; the worse one of the first was held back by the router."""
    worse = field("severity").equals("critical")
    router = field("labels.service").equals("net")
    policy = IntakePolicy(
        group_by="labels.service", threshold=2, inhibit=Inhibit(router, worse, name="router")
    )
    items = [
        alert("a", 0, severity="warning"),
        Alert(key="r", at=T0 + MINUTE, labels={"service": "net"}),
        alert("a", 2, severity="critical"),
        alert("b", 3, severity="warning"),
    ]
    found = fold_alerts(policy, items, until=T0 + 5 * MINUTE).intents
    assert [(one.kind, (one.at - T0) // MINUTE, one.alert.severity) for one in found] == [
        ("open", 3, "warning"),
        ("add", 3, "critical"),
        ("add", 3, "warning"),
    ]


def test_what_is_released_together_joins_once():
    """Two conditions wait with one alert each, and a worse one of each is held back."""
    worse = field("severity").equals("critical")
    router = field("labels.service").equals("net")
    policy = IntakePolicy(
        group_by="labels.service", threshold=3, inhibit=Inhibit(router, worse, name="router")
    )
    net = {"key": "r", "labels": {"service": "net"}}
    items = [
        alert("a", 0, severity="warning"),
        alert("b", 1, severity="warning"),
        Alert(at=T0 + 2 * MINUTE, **net),
        alert("a", 3, severity="critical"),
        alert("b", 4, severity="critical"),
        Alert(at=T0 + 5 * MINUTE, status="resolved", **net),
    ]
    found = [
        (one.alert.key, one.alert.severity)
        for one in fold_alerts(policy, items, until=T0 + 9 * MINUTE).intents
        if one.kind in ("open", "add")
    ]
    assert sorted(found) == [(key, bad) for key in "ab" for bad in ("critical", "warning")]


def test_what_a_final_end_releases_opens_another_incident():
    """It reopened the one that had just been ended as final, which was then unknown (A5)."""
    policy = IntakePolicy(
        group_by="labels.service",
        window=10 * MINUTE,
        reopen_within=HOUR,
        inhibit=Inhibit(field("key").equals("router"), field("key").equals("host")),
    )
    items = [
        Alert(key="router", at=T0, labels={"service": "net"}),
        Alert(key="host", at=T0 + 20 * MINUTE, labels={"service": "net"}),
        IncidentEnded("alerts-1", T0 + 30 * MINUTE, final=True),
    ]
    until = T0 + 2 * HOUR
    assert told(policy, items, until=until) == [("open", 0, "1", ""), ("open", 30, "2", "")]
    later = Alert(key="host", at=T0 + 100 * MINUTE, status="resolved", labels={"service": "net"})
    assert ("resolve", 100, "2", "all_resolved") in told(policy, [*items, later], until=until)


def test_a_stream_that_is_split_holds_back_the_same_alerts():
    """The state knows which sources fire and what waits for them, wherever it is cut (A2, A6)."""
    router, host = field("labels.role").equals("router"), field("labels.role").equals("host")
    policy = IntakePolicy(inhibit=Inhibit(router, host))
    items = [
        Alert(key="r", at=T0, labels={"role": "router"}),
        Alert(key="h", at=T0 + 10 * MINUTE, labels={"role": "host"}),
        Alert(key="r", at=T0 + 20 * MINUTE, status="resolved", labels={"role": "router"}),
    ]
    for cut in range(4):
        first = fold_alerts(policy, items[:cut], until=T0 + 10 * cut * MINUTE - MINUTE)
        second = fold_alerts(policy, items[cut:], until=T0 + HOUR, state=first.state)
        found = [one for one in (*first.intents, *second.intents) if one.kind == "open"]
        assert [((one.at - T0) // MINUTE, one.alert.key) for one in found] == [(0, "r"), (20, "h")]
