"""What users of alerting tools reported, worked out by hand (rules A1 to A7)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.builders import apply_intent

from incidentcore import Alert, IntakePolicy, fold_alerts
from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import DefinitionError
from incidentcore.instants import Interval
from incidentcore.intake import (
    AlertGrouping,
    Flapping,
    Inhibit,
    IntakeState,
    MaintenanceRule,
    alerts_from_alertmanager,
    apply_intents,
)
from incidentcore.intake.correlate import IntakeResult
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.schedule import BusinessCalendar, Maintenance
from incidentcore.serialization import dumps, loads

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(hour: int, minute: int = 0, day: int = 1, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def kinds(found: IntakeResult) -> list[tuple[str, str]]:
    return [(f"{one.at:%H:%M}", one.kind) for one in found.intents]


def opened(found: IntakeResult) -> list[str]:
    return [time for time, kind in kinds(found) if kind == "open"]


# ops-a15


BODY = {
    "version": "4",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "a"},
            "annotations": {},
            "fingerprint": "f",
            "startsAt": "2026-06-01T09:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
        }
    ],
}


@pytest.mark.parametrize(
    "polls", [{at(14, 30)}, {at(9) + number * MINUTE for number in range(540)}, set()]
)
def test_what_is_sent_again_was_heard_of_when_it_came_in_ops_a15(polls: set[datetime]) -> None:
    """Sent 09:00, 13:00, 17:00 with the start of 09:00: open until 18:00, however often one asks.

    Source: grafana/grafana PR 38648.
    """
    policy = IntakePolicy(name="p", silence=5 * HOUR, deduplicate=HOUR)
    hooks = {at(9), at(13), at(17)}
    state, out = None, []
    for now in sorted({*hooks, *polls, at(18)}):
        alerts = alerts_from_alertmanager(BODY, recorded_at=now) if now in hooks else ()
        found = fold_alerts(policy, alerts, state=state, until=now)
        state = found.state
        out += kinds(found)
    assert out == [("09:00", "open"), ("13:00", "add"), ("17:00", "add")]
    assert state is not None
    assert kinds(fold_alerts(policy, [], state=state, until=at(22))) == [("22:00", "resolve")]


# ops-x2


LATE = Alert(key="a", at=at(9), recorded_at=at(9, 7))
EARLY = Alert(key="a", at=at(9, 5), status="resolved", recorded_at=at(9, 6))


def test_the_resolution_came_first_ops_x2() -> None:
    """Resolved 09:05 is received before its firing of 09:00: the firing is stale, nothing opens."""
    policy = IntakePolicy(name="p")
    one = fold_alerts(policy, [EARLY], until=at(9, 6))
    two = fold_alerts(policy, [LATE], state=one.state, until=at(10))
    assert [(one.kind, one.reason) for one in two.intents] == [("dropped", "stale")]
    assert not any(one.firing for one in two.state.conditions)


def test_the_resolution_came_first_in_one_call_ops_x2() -> None:
    """Also within one call, where nothing is put in order."""
    found = fold_alerts(IntakePolicy(name="p"), [EARLY, LATE], until=at(10))
    assert [one.reason for one in found.intents] == ["not_firing", "stale"]


def test_a_firing_after_an_unheard_resolution_opens() -> None:
    """What happened after the resolution is a new outage."""
    later = Alert(key="a", at=at(9, 6), recorded_at=at(9, 8))
    found = fold_alerts(IntakePolicy(name="p"), [EARLY, later], until=at(10))
    assert [one.kind for one in found.intents] == ["dropped", "open"]


@pytest.mark.parametrize(
    ("policy", "span"),
    [
        (IntakePolicy(window=HOUR, deduplicate=10 * HOUR), HOUR),
        (IntakePolicy(window=HOUR, silence=3 * HOUR), 3 * HOUR),
        (IntakePolicy(window=HOUR, lateness=2 * HOUR), 2 * HOUR),
    ],
)
def test_an_unheard_resolution_is_remembered_for_a_bounded_time(
    policy: IntakePolicy, span: timedelta
) -> None:
    """By receipt, for the longest of lateness, silence and window; then it is forgotten (A7)."""
    one = fold_alerts(policy, [EARLY], until=at(9, 6) + policy.lateness)
    still = fold_alerts(policy, [], state=one.state, until=at(9, 5) + span + policy.lateness)
    assert len(still.state.conditions) == 1
    gone = fold_alerts(policy, [], state=one.state, until=at(9, 6) + span + policy.lateness)
    assert gone.state.conditions == ()


# ops-a11


ROUTER = Alert(key="router", at=at(9), labels={"router": "r1", "role": "router"})


def ping(number: int, minute: int, status: str = "firing", router: str = "r1") -> Alert:
    return Alert(
        key=f"ping{number}",
        at=at(9, minute),
        status=status,  # type: ignore[arg-type]  # one of the two
        labels={"host": f"h{number}", "router": router, "role": "host"},
    )


def router(minute: int, status: str, key: str = "router") -> Alert:
    return Alert(
        key=key,
        at=at(9, minute),
        status=status,  # type: ignore[arg-type]  # one of the two
        labels={"router": "r1", "role": "router"},
    )


BEHIND = IntakePolicy(
    name="p",
    inhibit=Inhibit(
        field("labels.role").equals("router"),
        field("labels.role").equals("host"),
        "labels.router",
        name="behind a router",
    ),
)


def test_alerts_that_depend_on_another_ops_a11() -> None:
    """One page while the router is down; what still fires when it is back is reported then.

    Source: louislam/uptime-kuma#1089 and nine others.
    """
    storm = [ROUTER, *(ping(number, 1) for number in range(3))]
    assert opened(fold_alerts(BEHIND, storm, until=at(10))) == ["09:00"]
    storm += [ping(1, 10, "resolved"), router(20, "resolved")]
    found = fold_alerts(BEHIND, storm, until=at(10))
    assert opened(found) == ["09:00", "09:20", "09:20"]
    assert [(one.kind, one.reason) for one in found.intents if one.alert == storm[2]] == [
        ("suppressed", "behind a router")
    ]


def test_a_resolution_never_waits_ops_a11() -> None:
    """An incident that was open before the router failed is resolved while it is down."""
    storm = [ping(1, 0), router(5, "firing"), ping(1, 10, "resolved")]
    found = fold_alerts(BEHIND, storm, until=at(10))
    assert kinds(found)[:4] == [
        ("09:00", "open"),
        ("09:05", "open"),
        ("09:10", "add"),
        ("09:10", "resolve"),
    ]


def test_a_source_holds_back_only_what_shares_its_fields() -> None:
    """A host behind another router opens at once."""
    storm = [ROUTER, ping(1, 1, router="r2")]
    assert opened(fold_alerts(BEHIND, storm, until=at(10))) == ["09:00", "09:01"]


def test_the_last_of_several_sources_lets_go() -> None:
    """With two routers of one name the hosts wait for both."""
    storm = [ROUTER, router(1, "firing", "spare"), ping(1, 2), router(10, "resolved")]
    assert opened(fold_alerts(BEHIND, storm, until=at(10))) == ["09:00", "09:01"]
    storm.append(router(30, "resolved", "spare"))
    assert opened(fold_alerts(BEHIND, storm, until=at(10))) == ["09:00", "09:01", "09:30"]


def test_at_one_instant_the_source_comes_first() -> None:
    """A host named before the router in the same message waits all the same."""
    host = Alert(key="a", at=at(9), labels={"router": "r1", "role": "host"})
    assert opened(fold_alerts(BEHIND, [host, ROUTER], until=at(10))) == ["09:00"]


def test_silence_of_the_source_lets_go() -> None:
    """A router that is not heard of any more counts as resolved, and its hosts are looked at."""
    policy = IntakePolicy(name="p", inhibit=BEHIND.inhibit, silence=20 * MINUTE, deduplicate=MINUTE)
    storm = [ROUTER, ping(1, 1), ping(1, 18)]
    assert opened(fold_alerts(policy, storm, until=at(9, 25))) == ["09:00", "09:20"]


def test_a_condition_does_not_hold_back_itself() -> None:
    """The router holds back everything of its rack: not itself, nor a second router."""
    policy = IntakePolicy(name="p", inhibit=Inhibit(field("severity").equals("critical"), ALWAYS))
    alerts = [
        Alert(key=key, at=at(9, number), severity=severity)
        for number, (key, severity) in enumerate(
            (("r1", "critical"), ("r2", "critical"), ("host", "warning"))
        )
    ]
    assert opened(fold_alerts(policy, alerts, until=at(10))) == ["09:00", "09:01"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Inhibit(ALWAYS, "host"),  # type: ignore[arg-type]  # the point
        lambda: Inhibit(ALWAYS, ALWAYS, "label.router"),
        lambda: Inhibit(ALWAYS, ALWAYS, name=""),
        lambda: IntakePolicy(inhibit=[Inhibit(ALWAYS, ALWAYS), Inhibit(ALWAYS, ALWAYS)]),
        lambda: IntakePolicy(inhibit=["router"]),  # type: ignore[list-item]  # the point
        lambda: IntakePolicy(groupings=["labels.x"]),  # type: ignore[list-item]  # the point
        lambda: AlertGrouping(ALWAYS, "nothing.x"),
        lambda: AlertGrouping("x", "labels.x"),  # type: ignore[arg-type]  # the point
    ],
)
def test_wrong_rules_are_refused(wrong: object) -> None:
    """A part of another type, an unknown field, two rules of one name."""
    assert callable(wrong)
    with pytest.raises(DefinitionError):
        wrong()


@given(st.data())
def test_inhibition_may_be_cut_anywhere(data: st.DataObject) -> None:
    """Cut, written down, polled: the same intents; and no target opens while a source fires."""
    rows = data.draw(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abrs"), st.booleans()), max_size=14)
    )
    storm, minute = [], 0
    for step, key, firing in rows:
        minute += step
        role = "router" if key in "rs" else "host"
        status = "firing" if firing else "resolved"
        storm.append(
            Alert(
                key=key,
                at=at(9) + minute * MINUTE,
                status=status,  # type: ignore[arg-type]  # one of the two
                labels={"role": role, "router": "r1"},
            )
        )
    flapping = data.draw(st.sampled_from((None, Flapping(within=9 * MINUTE))))
    policy = IntakePolicy(
        name="p",
        inhibit=BEHIND.inhibit,
        deduplicate=0 * MINUTE,
        flapping=flapping,
        silence=data.draw(st.sampled_from((None, 5 * MINUTE))),
    )
    whole = fold_alerts(policy, storm, until=at(12))
    cut = data.draw(st.integers(0, len(storm)))
    one = fold_alerts(policy, storm[:cut])
    two = fold_alerts(policy, storm[cut:], state=loads(dumps(one.state), IntakeState), until=at(12))
    assert one.intents + two.intents == whole.intents
    assert two.state == whole.state
    if flapping is None and policy.silence is None:
        firing_now: set[str] = set()
        for alert in storm:
            later = [one for one in storm if one.at == alert.at]
            if alert.key in "ab" or alert.status != "firing":
                continue
            firing_now |= {one.key for one in later if one.firing}
        openings = [one for one in whole.intents if one.kind == "open" and one.alert is not None]
        for one_open in openings:
            if one_open.alert is not None and one_open.alert.key in "ab":
                assert not _fires_at(storm, one_open.at)


def _fires_at(storm: list[Alert], now: datetime) -> bool:
    """Return whether a router fires after the alerts of an instant."""
    last: dict[str, Alert] = {}
    for alert in storm:
        if alert.at <= now and alert.key in "rs":
            before = last.get(alert.key)
            if before is None or alert.at > before.at or alert.firing:
                last[alert.key] = alert
    return any(alert.firing for alert in last.values())


def test_a_resolution_counts_whatever_its_severity() -> None:
    """Critical at 9:00, "ok" at 9:05: the policy for critical alerts resolves its incident (A4).

    It was dropped as not matched, and the incident stayed open for ever.
    """
    policy = IntakePolicy(name="p", when=field("severity").equals("critical"))
    alerts = [
        Alert(key="a", at=at(9), severity="critical"),
        Alert(key="a", at=at(9, 1), severity="warning"),
        Alert(key="a", at=at(9, 5), severity="ok", status="resolved"),
        Alert(key="a", at=at(9, 6), severity="ok", status="resolved"),
        Alert(key="b", at=at(9, 7), severity="ok", status="resolved"),
    ]
    found = fold_alerts(policy, alerts, until=at(10))
    assert [(one.kind, one.reason) for one in found.intents] == [
        ("open", ""),
        ("dropped", "not_matched"),
        ("add", ""),
        ("resolve", "all_resolved"),
        ("dropped", "not_matched"),
        ("dropped", "not_matched"),
    ]


# ops-a12


def test_how_many_alerts_an_incident_took_ops_a12() -> None:
    """Three alerts, two of them duplicates: each names the incident, and the KPI counts three.

    Source: opensearch-project/alerting#171, alerta/alerta#1568.
    """
    alerts = [Alert(key="a", at=at(9, minute)) for minute in (0, 5, 10)]
    found = fold_alerts(IntakePolicy(name="p"), alerts, until=at(10))
    assert [(one.kind, one.incident) for one in found.intents] == [
        ("open", "p-1"),
        ("dropped", "p-1"),
        ("dropped", "p-1"),
    ]
    incidents = apply_intents(found.intents, {})
    assert incidents["p-1"].custom["alert_count"] == 3
    table = compute_kpis([catalogue.NOISE_REDUCTION], incidents.values(), as_of=at(12))
    assert table["noise_reduction"].text() == "66.67 %"


def test_the_group_of_an_incident_is_that_of_a_label() -> None:
    """The function is asked once, for the alert that opens; its fields replace the alert's."""
    alerts = [Alert(key=key, at=at(9), labels={"team": key, "host": "db7"}) for key in "ab"]
    found = fold_alerts(IntakePolicy(name="p", group_by="labels.host"), alerts, until=at(9))
    incidents = apply_intents(
        found.intents,
        {},
        fields=lambda alert: {"assignment_group": alert.labels["team"], "title": "x"},
    )
    assert [(one.assignment_group, one.title) for one in incidents.values()] == [("a", "x")]


def test_a_batch_of_duplicates_is_one_event() -> None:
    """A flood of duplicates does not flood the history; one by one gives the same count."""
    alerts = [Alert(key="a", at=at(9, minute)) for minute in range(50)]
    first, *others = fold_alerts(IntakePolicy(name="p"), alerts, until=at(10)).intents
    incidents = apply_intents([first], {})
    batch = apply_intents(others, incidents)["p-1"]
    assert batch.version == incidents["p-1"].version + 1
    single = incidents["p-1"]
    for intent in others:
        single = apply_intent(intent, single)
    assert single.custom == batch.custom
    assert batch.custom["alert_count"] == 50


# More than one grouping


def test_some_alerts_are_grouped_by_other_fields() -> None:
    """Alerts of databases share an incident for each cluster, all others for each host."""
    policy = IntakePolicy(
        name="p",
        group_by="labels.host",
        groupings=AlertGrouping(field("labels.kind").equals("db"), "labels.cluster"),
    )
    alerts = [
        Alert(key="a", at=at(9), labels={"kind": "db", "cluster": "c1", "host": "h1"}),
        Alert(key="b", at=at(9, 1), labels={"kind": "db", "cluster": "c1", "host": "h2"}),
        Alert(key="c", at=at(9, 2), labels={"kind": "web", "host": "h1"}),
        Alert(key="d", at=at(9, 3), labels={"kind": "web", "host": "h1"}),
    ]
    found = fold_alerts(policy, alerts, until=at(10))
    assert [(one.kind, one.incident) for one in found.intents] == [
        ("open", "p-1"),
        ("add", "p-1"),
        ("open", "p-2"),
        ("add", "p-2"),
    ]


# Right before, and still


def test_each_firing_after_a_resolution_is_a_new_outage_ops_a1() -> None:
    """Fires 09:00, 09:10, 09:20, resolved five minutes later (prometheus/alertmanager#1063)."""
    alerts = [
        Alert(key="a", at=at(9, minute), status="firing" if minute % 10 == 0 else "resolved")
        for minute in (0, 5, 10, 15, 20, 25)
    ]
    assert opened(fold_alerts(IntakePolicy(), alerts, until=at(10))) == ["09:00", "09:10", "09:20"]


def test_what_fires_on_after_a_maintenance_is_reported_at_its_end_ops_a3() -> None:
    """A maintenance 09:10-09:30; fires 09:15 and goes on (prometheus/alertmanager#2896)."""
    rule = MaintenanceRule("work", Maintenance(Interval(at(9, 10), at(9, 30))))
    policy = IntakePolicy(maintenance=rule)
    assert opened(fold_alerts(policy, [Alert(key="a", at=at(9, 15))], until=at(10))) == ["09:30"]


def test_one_of_two_conditions_resolved_leaves_it_open_ops_a5() -> None:
    """Two conditions of one group, one resolves at 09:05 (grafana/grafana#42683)."""
    policy = IntakePolicy(group_by="labels.g")
    alerts = [
        Alert(key="a", at=at(9), labels={"g": "x"}),
        Alert(key="b", at=at(9, 1), labels={"g": "x"}),
        Alert(key="a", at=at(9, 5), status="resolved", labels={"g": "x"}),
    ]
    found = fold_alerts(policy, alerts, until=at(10))
    assert "resolve" not in [kind for _, kind in kinds(found)]


def test_flapping_holds_the_second_incident_ops_a7() -> None:
    """Ten minutes on, ten off, six times: opens 09:00 and 09:20, resolved when calm."""
    policy = IntakePolicy(
        deduplicate=0 * MINUTE, flapping=Flapping(within=2 * HOUR, start=4, stop=1)
    )
    alerts = [
        Alert(key="a", at=at(9) + 10 * number * MINUTE, status=("firing", "resolved")[number % 2])
        for number in range(12)
    ]
    found = fold_alerts(policy, alerts, until=at(20))
    assert opened(found) == ["09:00", "09:20"]
    resolved = [time for time, kind in kinds(found) if kind == "resolve"]
    assert resolved == ["09:10", "12:40"]  # two hours after the last but one change, at 10:40


def test_a_maintenance_for_mild_alerts_lets_critical_ones_through_ops_a9() -> None:
    """B is critical 09:05; a warns 09:05 and turns critical 09:20 (keephq/keep#1808)."""
    rule = MaintenanceRule(
        "mild",
        Maintenance(Interval(at(9), at(10))),
        when=field("severity").is_in("info", "warning"),
    )
    alerts = [
        Alert(key="a", at=at(9, 5), severity="warning"),
        Alert(key="b", at=at(9, 5), severity="critical"),
        Alert(key="a", at=at(9, 20), severity="critical"),
    ]
    found = fold_alerts(IntakePolicy(maintenance=rule), alerts, until=at(11))
    assert opened(found) == ["09:05", "09:20"]
    assert [one.reason for one in found.intents if one.alert == alerts[0]] == ["mild"]


@pytest.mark.parametrize("start", [at(0, month=7), at(1, month=12)])
def test_a_daily_maintenance_keeps_its_local_time_ops_a10(start: datetime) -> None:
    """02:00-03:00 Rome is 00:00-01:00 UTC in July, 01:00-02:00 in December (uptime-kuma#6233)."""
    nightly = BusinessCalendar(zone="Europe/Rome", hours={"mon-sun": "02:00-03:00"})
    policy = IntakePolicy(maintenance=MaintenanceRule("nightly", nightly))
    alert = Alert(key="a", at=start + 10 * MINUTE)
    assert [one.at for one in fold_alerts(policy, [alert], until=start + 2 * HOUR).intents] == [
        start + HOUR
    ]
    before = Alert(key="a", at=start - MINUTE)
    assert opened(fold_alerts(policy, [before], until=start)) == [f"{start - MINUTE:%H:%M}"]


def test_clocks_that_run_ahead_and_behind_ops_x4() -> None:
    """The times of receipt bound them: both are resolved, the first at 09:10."""
    alerts = [
        Alert(key="ahead", at=at(10), recorded_at=at(9)),
        Alert(key="behind", at=at(8, 5), recorded_at=at(9, 5)),
        Alert(key="ahead", at=at(10, 10), recorded_at=at(9, 10), status="resolved"),
        Alert(key="behind", at=at(8, 15), recorded_at=at(9, 15), status="resolved"),
    ]
    found = fold_alerts(IntakePolicy(), alerts, until=at(12))
    assert [(time, kind) for time, kind in kinds(found) if kind == "resolve"] == [
        ("09:10", "resolve"),
        ("09:15", "resolve"),
    ]


def test_of_equal_alerts_what_was_received_first_comes_first() -> None:
    """Three alike, received 09:00, 09:01 and 09:02: the first opens, in any order."""
    alerts = [Alert(key="a", at=at(9), recorded_at=at(9, minute)) for minute in (0, 1, 2)]
    policy = IntakePolicy(name="p", lateness=5 * MINUTE, deduplicate=MINUTE)
    expected = fold_alerts(policy, alerts, until=at(10))
    assert [one.kind for one in expected.intents] == ["open", "dropped", "dropped"]
    assert fold_alerts(policy, alerts[::-1], until=at(10)) == expected


@pytest.mark.table
def test_a_storm_of_three_sources_ops_x1() -> None:
    """54,000 alerts, arrival shuffled within 100 s: one incident a source, silence and reopening.

    s2 is silent 09:30-10:30, s3 says resolved 10:00-10:20. In batches of 997 nothing changes.
    """
    policy = IntakePolicy(
        name="p",
        group_by="source",
        silence=15 * MINUTE,
        lateness=2 * MINUTE,
        reopen_within=HOUR,
        deduplicate=0 * MINUTE,
    )
    storm = []
    for minute in range(200):
        for source in ("s1", "s2", "s3"):
            if source == "s2" and 30 <= minute < 90:
                continue
            resolved = source == "s3" and 60 <= minute < 80
            storm += [
                Alert(
                    key=f"k{number}",
                    source=source,
                    at=at(9) + minute * MINUTE,
                    status="resolved" if resolved else "firing",
                )
                for number in range(100)
            ]
    assert len(storm) == 54_000
    random = Random(1)  # noqa: S311  a draw, not a secret
    storm.sort(key=lambda alert: alert.at + timedelta(seconds=100 * random.random()))
    whole = fold_alerts(policy, storm, until=at(14))
    told = [
        (f"{one.at:%H:%M}", one.kind, one.group.split("'")[1], one.reason)
        for one in whole.intents
        if one.kind in ("open", "reopen", "resolve")
    ]
    assert sorted(told) == [
        ("09:00", "open", "s1", ""),
        ("09:00", "open", "s2", ""),
        ("09:00", "open", "s3", ""),
        ("09:44", "resolve", "s2", "silence"),
        ("10:00", "resolve", "s3", "all_resolved"),
        ("10:20", "reopen", "s3", ""),
        ("10:30", "reopen", "s2", ""),
        *(("12:34", "resolve", source, "silence") for source in ("s1", "s2", "s3")),
    ]
    counted = Counter(id(one.alert) for one in whole.intents if one.alert is not None)
    assert len(counted) == len(storm)
    assert set(counted.values()) == {1}
    state, parts = IntakeState(), []
    for start in range(0, len(storm), 997):
        part = fold_alerts(policy, storm[start : start + 997], state=state)
        state = part.state
        parts.extend(part.intents)
    parts.extend(fold_alerts(policy, [], state=state, until=at(14)).intents)
    assert tuple(parts) == whole.intents
