"""A simulated desk: its laws, queueing theory, another simulator on the same stream (rule X3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import factorial
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.desk import load_desk
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import INCIDENT, check_history
from incidentcore.priority import Adjustment, PriorityPolicy
from incidentcore.priority.presets import SERVICENOW
from incidentcore.records import StateChanged, replay
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps
from incidentcore.simulation import (
    Agent,
    ByArrival,
    Empirical,
    Exponential,
    Hold,
    Lognormal,
    Reassign,
    Simulation,
    Team,
    Workload,
    simulate,
)
from incidentcore.values import Impact, Priority, Urgency

START = datetime(2026, 6, 1, tzinfo=UTC)
PINNED = "321dace4681977358e287db2dc741cb7b6394f355f9186c11acff7e161817ba6"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ALWAYS = BusinessCalendar.always()
HELD = field("state.pauses").is_true()
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": ["08:00-12:00", "13:00-17:00"]})
LATE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-sat": "14:00-22:00"})
BARE = load_desk('desk = 1\nname = "bare"\nzone = "UTC"')
RULES = """
desk = 1
name = "rules"
zone = "UTC"
[services.all]
calendar = "always"
response = "1h"
resolution = "6h"
[[agreements]]
service = "all"
"""
WATCHING = load_desk(RULES)
ESCALATING = load_desk(
    RULES
    + '[[escalation]]\nname = "late"\nlevels = [{ at = "response breach", to = "group:lead" }]\n'
)
KINDS = (
    Workload(
        name="mail",
        rate=1.5,
        arrives=OFFICE,
        opening={"impact": Impact.HIGH, "urgency": Urgency.HIGH},
        work=Lognormal(40 * MINUTE, 0.8),
        skill="mail",
        hold=Hold(chance=0.3, lasts=Exponential(3 * HOUR)),
        reopen=0.1,
    ),
    Workload(name="web", rate=0.5, arrives=ALWAYS, work=Exponential(HOUR), skill="web", burst=2),
)
AGENTS = (
    Agent("ada", OFFICE, ["mail", "web"]),
    Agent("ben", OFFICE, ["mail"]),
    Agent("chen", LATE, ["web"]),
    Agent("dora", LATE, ["mail", "web"]),
)


def run(
    seed: int = 1, *, days: float = 4, desk: Any = BARE, agents: int = 4, **more: Any
) -> Simulation:
    more = {"start": START, "end": START + days * DAY, "watch": False, **more}
    kinds = more.pop("kinds", KINDS)
    team = more.pop("team", Team(AGENTS[:agents]))
    return simulate(desk, team, kinds, seed=seed, **more)


@given(st.integers(0, 10**6))
def test_equal_seeds_give_equal_records_and_they_replay(seed: int) -> None:
    """A run is a function of its seed; its records are true records."""
    one = run(seed, days=1)
    assert one == run(seed, days=1)
    for record in one.records:
        assert replay(record.history) == record
        assert not check_history(record, INCIDENT)


@given(st.integers(0, 10**6), st.floats(0.2, 1.5))
def test_a_shorter_run_is_the_beginning_of_a_longer(seed: int, days: float) -> None:
    """What happened until an instant does not depend on when the run ends."""
    end = START + days * DAY
    longer = [
        type(record).from_history([event for event in record.history if event.at < end])
        for record in run(seed, days=2).records
        if record.opened_at < end
    ]
    assert list(run(seed, days=days).records) == longer


@given(st.integers(0, 10**6))
def test_agents_work_in_their_hours_on_one_record_at_a_time(seed: int) -> None:
    """A stint begins in open time and overlaps no other of the agent; nobody works too much."""
    result = run(seed, days=2)
    for agent in AGENTS:
        stints = [stint for stint in result.stints if stint.agent == agent.id]
        assert all(agent.calendar.is_open(stint.start) for stint in stints)
        assert all(one.end <= other.start for one, other in pairwise(stints))
        assert 0 <= result.utilization[agent.id] <= 1


@given(st.integers(0, 10**6))
def test_nobody_idles_while_a_record_waits(seed: int) -> None:
    """When a stint begins, nobody with the skill was free on duty since the record arrived."""
    result = run(seed, days=1.5)
    begun: set[str] = set()
    by_id = {record.id: record for record in result.records}
    for stint in sorted(result.stints, key=lambda one: one.start):
        if stint.record_id in begun:
            continue
        begun.add(stint.record_id)
        skill = stint.record_id.partition("-")[0]
        for agent in AGENTS:
            if skill not in agent.skills:
                continue
            arrived = by_id[stint.record_id].opened_at
            busy = sum(
                (
                    agent.calendar.open_time(max(one.start, arrived), min(one.end, stint.start))
                    for one in result.stints
                    if one.agent == agent.id and one.end > arrived and one.start < stint.start
                ),
                timedelta(0),
            )
            assert busy == agent.calendar.open_time(arrived, stint.start)


@given(st.integers(0, 10**6))
def test_arrivals_and_work_depend_on_the_seed_alone(seed: int) -> None:
    """Other agents, another order and other rules meet the same records."""

    def arrivals(result: Simulation) -> list[object]:
        return [(record.id, record.opened_at, record.impact) for record in result.records]

    one = arrivals(run(seed, days=0.5))
    assert one == arrivals(run(seed, days=0.5, team=Team(AGENTS[:1], order=ByArrival())))
    assert one == arrivals(run(seed, days=0.5, desk=ESCALATING, watch=True))


@given(st.integers(0, 10**6), st.sampled_from([{}, {"patience": Exponential(HOUR)}]))
def test_the_work_of_a_record_depends_on_its_number_alone(seed: int, more: dict[str, Any]) -> None:
    """Other people, another order and what happens to others change no length of a record."""
    kind = attrs.evolve(KINDS[0], arrives=ALWAYS, reopen=0.5)

    def lengths(result: Simulation) -> dict[str, tuple[object, ...]]:
        return {
            record.id: (
                record.impact,
                sum((s.end - s.start for s in result.stints if s.record_id == record.id), 0 * DAY),
                sum((b.at - a.at for a, b in pairwise(record.history) if _holds(a)), 0 * DAY),
            )
            for record in result.records
            if record.state.resolved and not record.reopen_count
        }

    fast = Team([Agent(f"a{n}", ALWAYS, ["mail"]) for n in range(9)])
    slow = Team([Agent("ben", ALWAYS, ["mail"])], order=ByArrival())
    one = lengths(run(seed, days=1, kinds=[kind], team=fast))
    other = lengths(run(seed, days=1, kinds=[attrs.evolve(kind, **more)], team=slow))
    both = one.keys() & other.keys()
    assert both
    assert {name: one[name] for name in both} == {name: other[name] for name in both}


def _holds(event: Any) -> bool:
    return isinstance(event, StateChanged) and event.action == "hold"


@pytest.mark.parametrize("adjustments", [(), (Adjustment("held", HELD, raise_by=1),)])
def test_who_put_a_record_on_hold_resumes_it(adjustments: tuple[Adjustment, ...]) -> None:
    """Also where the hold changes the priority, which the desk computes after it."""
    desk = attrs.evolve(BARE, priority=PriorityPolicy(SERVICENOW, adjustments))
    moves = [
        [one for one in record.history if isinstance(one, StateChanged)]
        for record in run(1, desk=desk).records
    ]
    pairs = [pair for own in moves for pair in pairwise(own) if pair[1].action == "resume"]
    assert len({hold.by.id for hold, _ in pairs}) > 1
    assert [(hold.action, hold.by) for hold, _ in pairs] == [("hold", two.by) for _, two in pairs]


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_one_more_agent_lengthens_no_wait(seed: int, agents: int) -> None:
    """One workload, first come first served, no holds: more people never make it worse."""
    kinds = [Workload(name="web", rate=3, arrives=OFFICE, work=Exponential(HOUR))]
    fewer, more = (
        run(
            seed,
            days=3,
            kinds=kinds,
            team=Team([Agent(f"a{n}", OFFICE) for n in range(size)], order=ByArrival()),
        ).waits
        for size in (agents, agents + 1)
    )
    assert len(fewer) <= len(more)
    assert all(less <= wait for less, wait in zip(more, fewer, strict=False))


@given(st.integers(0, 10**6))
def test_a_priority_that_no_action_changes_is_as_one_computed_each_time(seed: int) -> None:
    """A matrix of impact and urgency, and a function that gives the same, make equal records."""
    function = PriorityPolicy(SERVICENOW.__call__)
    one = run(seed, days=1).records
    assert one == run(seed, days=1, desk=attrs.evolve(BARE, priority=function)).records


def test_an_action_computes_a_priority_that_the_opening_stated() -> None:
    """Opened as low, computed as critical: the first action computes it, as ``advance`` does."""
    stated = {"impact": Impact.HIGH, "urgency": Urgency.HIGH, "computed_priority": Priority.LOW}
    kinds = [attrs.evolve(KINDS[0], opening=stated)]
    records = run(1, kinds=kinds).records
    worked = [record for record in records if record.first_response_at is not None]
    assert worked
    assert {record.priority for record in worked} == {Priority.CRITICAL}
    assert all(record.history[0].fields["computed_priority"] == Priority.LOW for record in records)


@given(st.integers(0, 10**6))
def test_rules_that_only_watch_change_no_record(seed: int) -> None:
    """Clocks without an escalation see the same records as no rules at all."""
    watched = run(seed, days=0.5, desk=WATCHING, watch=True)
    plain = run(seed, days=0.5)
    assert [record.history for record in watched.records] == [
        record.history for record in plain.records
    ]


def test_an_escalation_puts_a_waiting_record_first() -> None:
    """Nobody begins with another record while one that was escalated waits."""
    kinds = [Workload(name="web", rate=1.3, arrives=ALWAYS, work=Exponential(40 * MINUTE))]
    team = Team([Agent("ada", ALWAYS)], order=ByArrival())
    result = run(3, days=2, kinds=kinds, team=team, desk=ESCALATING, watch=True)
    escalated = {one.record_id: one.due_at for one in result.due_items if one.kind == "escalation"}
    begun = {stint.record_id: stint.start for stint in reversed(result.stints)}
    assert escalated
    for record_id, at in begun.items():
        if record_id not in escalated or escalated[record_id] >= at:
            waiting = [other for other, due in escalated.items() if due < at < begun.get(other, at)]
            assert not waiting


@given(st.integers(0, 10**6))
def test_callers_give_up_when_their_patience_ends(seed: int) -> None:
    """Who waits longer than an hour cancels at its end; who waits less is answered."""
    kinds = [
        Workload(
            name="web", rate=3, arrives=ALWAYS, work=Exponential(HOUR), patience=Empirical([HOUR])
        )
    ]
    result = run(seed, days=1, kinds=kinds, team=Team([Agent("ada", ALWAYS)]))
    assert all(wait <= HOUR for wait in result.waits)
    gone = [record for record in result.records if record.state.is_canceled]
    assert gone
    for record in gone:
        assert record.history[-1].at == record.opened_at + HOUR
        assert record.first_response_at is None
        assert record.id not in {stint.record_id for stint in result.stints}


def test_work_that_no_hours_are_left_for_is_not_done() -> None:
    """Ada works on the first day alone: of her ten hours' work the eight until 17:00 are done."""
    hours = BusinessCalendar(zone="UTC", hours={}, special={START.date(): ["09:00-17:00"]})
    kind = Workload(name="web", rate=9, arrives=ALWAYS, work=Empirical([10 * HOUR]))
    result = run(1, days=2, kinds=[kind], team=Team([Agent("ada", hours)]))
    (stint,) = result.stints
    assert (stint.start, stint.end) == (START + 9 * HOUR, START + 2 * DAY)
    assert dict(result.utilization) == {"ada": 1}
    assert {record.resolved_at for record in result.records} == {None}


def test_a_share_goes_to_another_group_with_its_skill() -> None:
    """All, some or none are reassigned halfway; who has the other skill works the second part."""
    passes = Reassign(chance=1, group="Second", skill="deep")
    kind = Workload(
        name="web", rate=1, arrives=OFFICE, work=Exponential(HOUR), reassign=passes, reopen=1
    )
    team = Team([Agent("ada", OFFICE), Agent("ben", OFFICE, ["deep"])])
    result = run(1, days=4, kinds=[kind], team=team)
    done = [record for record in result.records if record.resolved_at is not None]
    assert done
    for chance, groups in ((0, {None}), (0.5, {None, "Second"})):
        some = attrs.evolve(kind, reassign=attrs.evolve(passes, chance=chance))
        records = run(1, days=4, kinds=[some], team=team).records
        assert {one.assignment_group for one in records if one.resolved_at is not None} == groups
    for record in done:
        who = [stint.agent for stint in result.stints if stint.record_id == record.id]
        assert who[0] == "ada"
        assert set(who[1:]) == {"ben"}
        assert record.assignment_group == "Second"
    with pytest.raises(InvalidValueError, match="a skill of an agent"):
        run(1, kinds=[kind], team=Team([Agent("ada", OFFICE)]))


@pytest.mark.parametrize("watch", [False, True])
def test_solved_records_close_by_the_rule_of_the_desk(*, watch: bool) -> None:
    """One day after each solution; not where the caller reopened it before."""
    closing = load_desk(RULES + '[lifecycle.incident]\nclose_after = "1d"\n')
    often = [attrs.evolve(kind, reopen=0.5) for kind in KINDS]
    result = run(4, days=4, desk=closing, watch=watch, kinds=often)
    closed = [record for record in result.records if record.state.name == "closed"]
    assert closed
    assert any(record.reopen_count for record in result.records)
    acted = {event.by.id: event.by.role for one in result.records for event in one.history}
    agents = dict.fromkeys((agent.id for agent in AGENTS), "agent")
    assert acted == {"caller": "requester", "desk": "system", **agents}
    assert {one.resolution_code for one in closed} == {"fix"}
    for record in result.records:
        end = record.resolved_at
        if record.state.name == "closed":
            assert end is not None
            assert record.history[-1].at == end + DAY
        elif record.state.name == "resolved":
            assert end is not None
            assert end + DAY >= START + 4 * DAY


def test_the_mean_number_is_the_rate_times_the_mean_time() -> None:
    """Little's law, exact over a run that ends empty."""
    kinds = [Workload(name="web", rate=2, arrives=OFFICE, work=Exponential(20 * MINUTE))]
    result = run(2, days=1, kinds=kinds, team=Team([Agent("ada", ALWAYS), Agent("ben", ALWAYS)]))
    assert all(record.resolved_at for record in result.records)
    spans = [(record.opened_at, record.resolved_at) for record in result.records]
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    there, area, last = 0, timedelta(0), edges[0][0]
    for at, step in edges:
        area, last, there = area + there * (at - last), at, there + step
    assert area == sum((end - start for start, end in spans), timedelta(0))
    assert len(spans) > 5


def erlang_c(load: float, agents: int) -> float:
    """Return the chance to wait, from the textbook's formula."""
    top = load**agents / factorial(agents) * agents / (agents - load)
    return top / (sum(load**n / factorial(n) for n in range(agents)) + top)


@pytest.mark.heavy
def test_a_call_centre_waits_as_erlang_said() -> None:
    """Four agents, three Erlangs: over some runs the wait is that of the formula."""
    kinds = [Workload(name="call", rate=18, arrives=ALWAYS, work=Exponential(10 * MINUTE))]
    team = Team([Agent(f"a{n}", ALWAYS) for n in range(4)], order=ByArrival())
    chances, means = [], []
    for seed in range(8):
        waits = run(seed, days=12, kinds=kinds, team=team).waits[200:]
        chances.append(sum(wait > timedelta(0) for wait in waits) / len(waits))
        means.append(sum(waits, timedelta(0)) / len(waits) / MINUTE)
    chance = erlang_c(3, 4)
    assert sum(chances) / 8 == pytest.approx(chance, abs=0.03)
    assert sum(means) / 8 == pytest.approx(chance * 10, rel=0.12)  # C / (c mu - lambda)


@pytest.mark.heavy
def test_so_many_agents_that_nobody_waits_are_busy_as_poisson_said() -> None:
    """M/G/infinity: the mean number in service is the load."""
    kinds = [Workload(name="x", rate=6, arrives=ALWAYS, work=Lognormal(20 * MINUTE, 0.5))]
    team = Team([Agent(f"a{n}", ALWAYS) for n in range(30)], order=ByArrival())
    result = run(5, days=10, kinds=kinds, team=team)
    assert max(result.waits) == timedelta(0)
    load = 6 * (20 / 60) * 2.718281828 ** (0.5**2 / 2)
    assert sum(result.utilization.values()) == pytest.approx(load, rel=0.1)


def test_it_waits_as_in_another_simulator_on_the_same_stream() -> None:
    """The waits of simpy, fed with our arrivals and work, are the same to a millisecond."""
    simpy = pytest.importorskip("simpy")
    kind = Workload(name="call", rate=18, arrives=ALWAYS, work=Exponential(10 * MINUTE))
    team = Team([Agent(f"a{n}", ALWAYS) for n in range(4)], order=ByArrival())
    ours = run(9, days=2, kinds=[kind], team=team)
    draw = Random("9:call").random  # noqa: S311  the stream of the records
    blocks = [[draw() for _ in range(9)] for _ in ours.records]
    work = [kind.work(block[1]).total_seconds() for block in blocks]
    theirs: list[float] = []
    world = simpy.Environment()
    desk = simpy.Resource(world, capacity=4)

    def caller(arrives: float, needs: float) -> Iterator[Any]:
        yield world.timeout(arrives)
        with desk.request() as turn:
            yield turn
            theirs.append(world.now - arrives)
            yield world.timeout(needs)

    for record, needs in zip(ours.records, work, strict=True):
        world.process(caller((record.opened_at - START).total_seconds(), needs))
    world.run(until=2 * 86_400)
    assert len(theirs) > 700
    for wait, other in zip(ours.waits, theirs, strict=False):
        assert wait.total_seconds() == pytest.approx(other, abs=1e-3)


def test_every_python_gives_the_same_records() -> None:
    """The documents of a run are those that were seen on Python 3.11, 3.12 and 3.13."""
    text = "".join(dumps(record) for record in run(5, days=1).records)
    assert hashlib.sha256(text.encode()).hexdigest() == PINNED


@pytest.mark.parametrize("seed", range(5))
def test_what_falls_due_while_nothing_happens_is_given(seed: int) -> None:
    """At night nobody works: each record that is an hour old has its response due."""
    kinds = [Workload(name="web", rate=0.4, arrives=ALWAYS, work=Exponential(HOUR))]
    team = Team([Agent("ada", OFFICE)], order=ByArrival())
    result = run(seed, days=0.3, kinds=kinds, team=team, desk=WATCHING, watch=True)
    opened = {record.id: record.opened_at for record in result.records}
    due = {one.record_id: one.due_at for one in result.due_items if "/response/due" in one.key}
    old = {name: at + HOUR for name, at in opened.items() if at + HOUR <= START + 0.3 * DAY}
    assert due == old
