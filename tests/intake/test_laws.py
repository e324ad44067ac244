"""The laws of the fold, over storms of alerts."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import timedelta

import attrs
from hypothesis import example, given
from hypothesis import strategies as st
from tests.intake.builders import MINUTE, T0
from tests.intake.drawn import intake_policies

from incidentcore.conditions import ALWAYS, field
from incidentcore.intake import (
    Alert,
    AlertGrouping,
    Flapping,
    IncidentReopened,
    Inhibit,
    Intake,
    IntakePolicy,
    IntakeState,
    fold_alerts,
)
from incidentcore.serialization import dumps, loads
from incidentcore.testing import alert_storms

from .naive import Naive, told_alert

TICK = timedelta(microseconds=1)
LATER = T0 + timedelta(days=30)
storms = alert_storms(min_size=12, ends=True)
BY_SEVERITY = Inhibit(
    field("severity").equals("critical"), ~field("severity").equals("critical"), "labels.service"
)
BY_SOURCE = Inhibit(field("source").equals("east"), field("key").is_in("a", "b"), name="east")
EACH_OTHER = Inhibit(ALWAYS, field("labels.service").equals("mail"), name="mail")
policies = st.builds(  # with everything that a policy can say
    attrs.evolve,
    intake_policies(),
    inhibit=st.sampled_from(
        ((), (), BY_SEVERITY, (BY_SEVERITY, BY_SOURCE), EACH_OTHER, (BY_SOURCE, EACH_OTHER))
    ),
    groupings=st.sampled_from(
        ((), (), AlertGrouping(field("labels.service").equals("mail"), ("severity", "source")))
    ),
)


def told(intents):
    """Return intents as the naive fold tells them."""
    return [
        (one.kind, (one.at - T0) // MINUTE, one.incident, told_alert(one.alert), one.reason)
        for one in intents
    ]


def minute(number, status="firing"):
    return Alert(key="a", at=T0 + number * MINUTE, status=status)


def reopened(policy, storm):
    """Return a storm in which half of the notices are those of reopened, known incidents."""
    found = []
    for number, one in enumerate(storm):
        if isinstance(one, Alert) or number % 2:
            found.append(one)
            continue
        intents = fold_alerts(policy, found, until=one.at).intents
        groups = {made.incident: made.group for made in intents if made.kind == "open"}
        if one.incident in groups:
            found.append(IncidentReopened(one.incident, one.at, groups[one.incident]))
    return found


@given(policies, storms)
@example(  # silence and a new firing while it flaps: found once by a draw
    IntakePolicy(
        window=MINUTE,
        deduplicate=timedelta(0),
        silence=MINUTE,
        flapping=Flapping(within=10 * MINUTE, start=2, stop=0),
    ),
    [minute(0), minute(1, "resolved"), minute(2), minute(4)],
)
def test_a_naive_fold_agrees(policy, storm):
    """Minute by minute over whole lists, the same alerts mean the same."""
    one, other = told(fold_alerts(policy, storm, until=LATER).intents), Naive(policy, T0).run(storm)
    if policy.groupings or policy.inhibit:  # what ends at one instant ends in any order
        one, other = (sorted(found, key=lambda row: (row[1], repr(row))) for found in (one, other))
    assert one == other


@given(policies, storms)
def test_each_alert_is_in_one_intent(policy, storm):
    """An alert is in an incident, suppressed or dropped, once; until then it is undecided (A1)."""
    storm = reopened(policy, storm)
    alerts = Counter(item for item in storm if isinstance(item, Alert))

    now = fold_alerts(policy, storm)
    later = fold_alerts(policy, [], state=now.state, until=LATER)
    decided = Counter(one.alert for one in now.intents if one.alert is not None)
    afterwards = Counter(one.alert for one in later.intents if one.alert is not None)

    assert decided + Counter(now.state.undecided) == alerts
    waiting = Counter(later.state.undecided)  # as long as what inhibits them fires
    assert decided + afterwards + waiting == alerts
    assert policy.inhibit or not waiting
    for one in (*now.intents, *later.intents):
        assert (one.kind == "resolve") == (one.alert is None)
        assert one.incident or one.kind in ("dropped", "suppressed")
        assert not one.incident or one.kind != "suppressed"
        assert bool(one.reason) == (one.kind in ("resolve", "suppressed", "dropped"))


@given(policies, storms, st.data())
def test_a_stream_may_be_cut_anywhere(policy, storm, data):
    """Going on from a state that was written down and read gives the same intents and state.

    Rule A2.
    """
    storm = reopened(policy, storm)
    whole = fold_alerts(policy, storm)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(storm)), max_size=4)))

    state = IntakeState()
    intents = []
    for start, stop in zip([0, *cuts], [*cuts, len(storm)], strict=True):
        part = fold_alerts(policy, storm[start:stop], state=state)
        intents.extend(part.intents)
        state = loads(dumps(part.state), IntakeState)
        assert pickle.loads(pickle.dumps(part.state)) == state  # noqa: S301  our own bytes

    assert (tuple(intents), state) == (whole.intents, whole.state)
    later = fold_alerts(policy, [], state=state, until=LATER)
    assert later == fold_alerts(policy, [], state=whole.state, until=LATER)


@given(
    policies, alert_storms(min_size=12, in_order=True, ends=True), st.randoms(use_true_random=False)
)
def test_the_order_of_equal_instants_is_irrelevant(policy, storm, random):
    """Alerts of one instant mean the same in any order, within one condition and across them.

    Rule A3.
    """
    storm = reopened(policy, storm)
    believed = in_time(storm)
    places = sorted((item.at, random.random(), number) for number, item in enumerate(believed))
    shuffled = [believed[number] for _, _, number in places]

    assert fold_alerts(policy, shuffled, until=LATER) == fold_alerts(policy, believed, until=LATER)


def in_time(storm):
    """Return a storm in which every alert comes in just when it happens."""
    found = []
    for item in storm:
        if isinstance(item, Alert):
            at = item.happened_at
            found.append(attrs.evolve(item, at=at, recorded_at=at))
        else:
            found.append(item)
    return sorted(found, key=lambda item: item.at)


@given(
    policies,
    st.integers(0, 20),
    alert_storms(min_size=12, in_order=True, ends=True),
    st.randoms(use_true_random=False),
)
def test_what_comes_within_the_lateness_takes_its_place(policy, minutes, storm, random):
    """Any order in which nothing comes later than the lateness gives the same (rule A2)."""
    storm = reopened(policy, storm)
    policy = attrs.evolve(policy, lateness=minutes * MINUTE)
    believed = in_time(storm)
    coming = sorted(
        (item.at + random.randint(0, minutes) * MINUTE, random.random(), number)
        for number, item in enumerate(believed)
    )
    shuffled = [believed[number] for _, _, number in coming]

    assert fold_alerts(policy, shuffled, until=LATER) == fold_alerts(policy, believed, until=LATER)


@given(policies, alert_storms(min_size=12, in_order=True, ends=True), st.data())
def test_polling_changes_nothing(policy, storm, data):
    """However often one says what time it is, the same is decided, with the same instants."""
    storm = reopened(policy, storm)
    believed = in_time(storm)
    intake = Intake(policy)
    intents = []
    for item in believed:
        for _ in range(data.draw(st.integers(0, 2))):
            early = data.draw(st.integers(1, 400)) * timedelta(seconds=1)
            intents += intake.settle(until=item.at - early)
        intents += intake.feed(item)
    intents += intake.settle(until=LATER)

    whole = fold_alerts(policy, believed, until=LATER)
    assert (tuple(intents), intake.state) == (whole.intents, whole.state)


@given(policies, storms)
def test_nothing_happens_before_the_next_wakeup(policy, storm):
    """Up to the next wake-up nothing is decided; at it something is, or is forgotten."""
    storm = reopened(policy, storm)
    intake = Intake(policy)
    for item in storm:
        intake.feed(item)
    for _ in range(200):
        before = intake.state
        at = intake.next_wakeup
        if at is None:
            break
        assert intake.settle(until=at - TICK) == []
        assert attrs.evolve(intake.state, settled=before.settled) == before
        decided = intake.settle(until=at)
        assert decided or attrs.evolve(intake.state, settled=before.settled) != before
    else:
        raise AssertionError("there is always something more to wake up for")
    assert intake.settle(until=LATER) == []


@given(policies, alert_storms(min_size=12))
def test_a_resolved_incident_takes_no_alert(policy, storm):
    """An incident is opened by a firing alert, and takes alerts only while it is open (rule A5)."""
    is_open: dict[str, bool] = {}
    groups: dict[str, str] = {}
    for one in fold_alerts(policy, storm, until=LATER).intents:
        if one.kind == "open":
            assert one.incident not in is_open
        if one.kind in ("open", "reopen"):
            assert one.alert.firing
            assert not is_open.get(one.incident, False)
            is_open[one.incident] = True
        elif one.incident:
            assert is_open[one.incident]
            is_open[one.incident] = one.kind != "resolve"
        if one.kind in ("open", "reopen"):
            assert groups.setdefault(one.incident, one.group) == policy.group_of(one.alert)


@given(policies, storms)
def test_what_is_over_is_forgotten(policy, storm):
    """After all windows only conditions that still fire are kept, with their incidents."""
    storm = reopened(policy, storm)
    state = fold_alerts(policy, storm, until=LATER).state

    assert all(one.firing for one in state.conditions)
    assert {one.id for one in state.incidents} == {
        c.incident for c in state.conditions if c.incident
    }
    assert (state.pending, state.ends) == ((), ())
    if policy.silence is not None:
        assert (state.conditions, state.groups, state.incidents) == ((), (), ())


@given(policies, storms)
def test_memory_is_as_stated(policy, storm):
    """At no time is more kept than the policy's bounds for each condition, group and incident.

    Rule A7.
    """
    intake = Intake(policy)
    most = policy.flapping.start if policy.flapping else 0
    for item in storm:
        intake.feed(item)
        state = intake.state
        assert all(len(one.changes) <= most for one in state.conditions)
        assert all(len(one.waiting) < policy.threshold for one in state.groups)
        assert all(one.incident or one.waiting for one in state.groups)
        assert all(one.at >= state.settled for one in (*state.pending, *state.ends))
        assert len(state.conditions) <= 4


def test_a_long_stream_leaves_little_behind():
    """Four thousand alerts of ever new conditions leave those of the last minutes, no more."""
    second = timedelta(seconds=1)
    policy = IntakePolicy(
        silence=5 * MINUTE, deduplicate=2 * MINUTE, reopen_within=MINUTE, window=5 * MINUTE
    )
    intake = Intake(policy)
    most = 0
    for number in range(4_000):
        status = "resolved" if number % 2 else "firing"
        key = f"key {number // 2 if number % 10 else number}"
        intake.feed(Alert(key=key, at=T0 + number * second, status=status))
        most = max(most, len(intake._decisions.conditions) + len(intake._decisions.incidents))
    timers = len(intake._decisions._timers)

    # A condition is resolved or silent after five minutes, and forgotten two minutes later: at most
    # one a second is new. Its incident is kept for another minute.
    assert most < (300 + 120) + (300 + 60)
    assert timers <= 256 + 4 * most
    assert intake.state.opened > 1_800
