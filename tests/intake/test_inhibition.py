"""What one condition holds back while it fires."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.intake.builders import HOUR, MINUTE, T0, WORK, alert, told

from incidentcore.conditions import ALWAYS, field
from incidentcore.intake import (
    Alert,
    Flapping,
    IncidentEnded,
    Inhibit,
    IntakePolicy,
    MaintenanceRule,
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


CLUSTER = {"labels": {"cluster": "c1"}}


def test_a_source_that_is_none_any_more_lets_go():
    """Critical holds back warnings; at 09:10 it is a warning itself, and a host still burns (A6).

    The host waited for ever, even after the source had been resolved.
    """
    critical, warning = (field("severity").equals(word) for word in ("critical", "warning"))
    policy = IntakePolicy(inhibit=Inhibit(critical, warning, "labels.cluster"))
    source = [
        Alert(key="db", at=T0, severity="critical", **CLUSTER),
        Alert(key="db", at=T0 + 10 * MINUTE, severity="warning", **CLUSTER),
    ]
    host = Alert(key="web", at=T0 + MINUTE, severity="warning", **CLUSTER)
    assert told(policy, [source[0], host, source[1]]) == [
        ("open", 0, "1", ""),
        ("open", 10, "2", ""),
        ("dropped", 10, "1", "duplicate"),
    ]


def test_alerts_that_match_both_tests_do_not_hold_back_each_other():
    """Critical ones hold back any of their cluster, but two that are critical are both told (A6).

    Source: prometheus/alertmanager, TestInhibitRuleMatches; prometheus/docs PR 1277.
    """
    critical = field("severity").equals("critical")
    policy = IntakePolicy(inhibit=Inhibit(critical, ALWAYS, "labels.cluster"))
    items = [
        Alert(key=key, at=T0 + n * MINUTE, severity=severity, **CLUSTER)
        for n, (key, severity) in enumerate(
            (("a", "critical"), ("b", "critical"), ("c", "warning"))
        )
    ]
    assert told(policy, items) == [("open", 0, "1", ""), ("open", 1, "2", "")]


def test_of_those_that_hold_back_each_other_by_two_rules_one_is_reported():
    """The link holds back the host, and the host the link, which maintenance held back first (A6).

    At its end both waited, each for the other, for ever.
    """
    link, host = (field("labels.role").equals(role) for role in ("link", "host"))
    policy = IntakePolicy(
        inhibit=[Inhibit(link, host, name="one"), Inhibit(host, link, name="two")],
        maintenance=MaintenanceRule("work", WORK, when=link),
    )
    items = [
        Alert(key=key, at=T0 + n * MINUTE, labels={"role": key})
        for n, key in enumerate(("link", "host"))
    ]
    assert told(policy, items, until=T0 + 2 * HOUR) == [("open", 30, "1", "")]


def test_a_circle_of_sources_ends_at_one_that_is_reported():
    """Each of a, b and c holds back the next, and the router all: without it one is told (A6)."""
    a, b, c, router = (field("key").equals(key) for key in ("a", "b", "c", "router"))
    rules = [Inhibit(router, ~router, name="net")]
    rules += [
        Inhibit(one, two, name=f"{n}") for n, (one, two) in enumerate(((a, b), (b, c), (c, a)))
    ]
    policy = IntakePolicy(inhibit=rules)
    items = [Alert(key=key, at=T0) for key in ("router", "a", "b", "c")]
    end = Alert(key="router", at=T0 + 5 * MINUTE, status="resolved")
    opened = [one for one in told(policy, [*items, end]) if one[0] == "open"]
    assert opened == [("open", 0, "1", ""), ("open", 5, "2", "")]


def test_those_that_are_sources_themselves_are_released_first():
    """A router holds back its switch and host, the switch the host: the host waits on (A6)."""
    role = field("labels.role")
    policy = IntakePolicy(inhibit=Inhibit(role.is_in(["router", "switch"]), ~role.equals("router")))
    items = [
        Alert(key=key, at=T0, labels={"role": role})
        for key, role in (("r", "router"), ("s", "switch"), ("h", "host"))
    ]
    end = Alert(key="r", at=T0 + 5 * MINUTE, status="resolved")
    opened = [one for one in told(policy, [*items, end]) if one[0] == "open"]
    found = fold_alerts(policy, [*items, end], until=T0 + HOUR)
    assert opened == [("open", 0, "1", ""), ("open", 5, "2", "")]
    assert [one.key for one in found.state.conditions if one.held is not None] == ["h"]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.booleans(), st.sampled_from("rst")),
        max_size=14,
    ),
    st.sampled_from((None, Flapping(within=9 * MINUTE))),
    st.integers(0, 14),
)
def test_what_waits_waits_for_a_source_that_is_told(rows, flapping, cut):
    """Whatever roles alerts take on, each that is held back has a firing source that is told (A6).

    It may itself wait for a source, but no circle of faults waits for ever.
    """
    role = field("labels.role")
    rules = [
        Inhibit(role.is_in(["r", "s"]), role.is_in(["s", "t"]), name="one"),
        Inhibit(role.equals("t"), role.equals("s"), name="two"),
    ]
    policy = IntakePolicy(deduplicate=2 * MINUTE, inhibit=rules[: 1 + cut % 2], flapping=flapping)
    items, minute = [], 0
    for step, key, firing, kind in rows:
        minute += step
        status = "firing" if firing else "resolved"
        at = T0 + minute * MINUTE
        items.append(Alert(key=key, at=at, status=status, labels={"role": kind}))
    one = fold_alerts(policy, items[:cut])
    two = fold_alerts(policy, items[cut:], state=one.state, until=T0 + 5 * HOUR)
    whole = fold_alerts(policy, items, until=T0 + 5 * HOUR)
    assert (one.intents + two.intents, two.state) == (whole.intents, whole.state)
    for found in (one.state, two.state):
        told_of = [condition for condition in found.conditions if not condition.held_for]
        waits = {condition.key: condition for condition in found.conditions if condition.held_for}
        while told_of:
            source = told_of.pop()
            if source.firing or source.flapping:
                here = [key for key, other in waits.items() if other.held_for in source.inhibits]
                told_of += [waits.pop(key) for key in here]
        assert not waits


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
