"""Run a seeded simulation of a desk: records arrive, wait, and agents work on them.

A heap of (instant, number, step) drives the run. Work ends at ``deadline(now, work)`` of an agent's
calendar, so that shifts, breaks and holidays need no code. Every record takes as many random
numbers when it arrives (rule X3); only ``random()`` is used, whose results are the same in all
versions of Python.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count, islice
from typing import Any, Final, TypeAlias

import attrs

from incidentcore._checks import each_of, need_kind
from incidentcore.desk import Agenda, Desk, DueItem
from incidentcore.errors import (
    InvalidValueError,
    TransitionNotAllowedError,
    UnreachableDeadlineError,
)
from incidentcore.instants import Interval
from incidentcore.records import Incident, assign, comment
from incidentcore.simulation.outcome import Simulation, Stint
from incidentcore.simulation.workload import (
    Agent,
    Reassign,
    Team,
    Workload,
    arrivals,
    is_settled,
    random_draws,
)
from incidentcore.values import Actor, FrozenMap

_DAY: Final = timedelta(days=1)
_CALLER: Final = Actor("caller", "requester")
_SAID: Final = {"resolution_code": "fix", "resolution_notes": "Done and tested."}
_DESK: Final = Actor("desk", "system")
_DRAWS: Final = 9  # for each record: more would shift the values of all later ones
_Step: TypeAlias = Callable[[datetime, Any], None]


def simulate(
    desk: Desk,
    team: Team,
    workloads: Iterable[Workload],
    /,
    *,
    seed: int,
    start: datetime,
    end: datetime,
    watch: bool = True,
) -> Simulation:
    """Simulate a desk with a team of agents and random arrivals, from ``start`` up to ``end``.

    The desk's rules route, prioritize and, if the run is to ``watch`` its due items, escalate: an
    escalated record is worked on next. Without this, the run is several times faster. Equal seeds
    give equal records, on every version of Python.

    Raises:
        InvalidValueError: Two workloads have the same name, or no agent has a needed skill.
        InvalidIntervalError: The end is before the start.

    Source: rule X3.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Desk
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.simulation import Agent, Exponential, Team, Workload, simulate
    >>> desk = Desk(name="small")
    >>> office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    >>> mail = Workload(name="mail", rate=2, arrives=office, work=Exponential(timedelta(hours=1)))
    >>> team = Team([Agent("ada", office), Agent("ben", office), Agent("chen", office)])
    >>> monday = datetime(2026, 6, 1, tzinfo=UTC)
    >>> week = {"start": monday, "end": monday + timedelta(days=7)}
    >>> run = simulate(desk, team, [mail], seed=1, **week)
    >>> run == simulate(desk, team, [mail], seed=1, **week)
    True
    >>> {record.opened_at.weekday() for record in run.records} <= {0, 1, 2, 3, 4}
    True
    """
    need_kind("desk", desk, Desk)
    need_kind("team", team, Team)
    window = Interval(start, end)
    kinds = tuple(each_of("workloads", workloads, Workload))
    names = [kind.name for kind in kinds]
    if len(set(names)) != len(names):
        raise InvalidValueError("workloads", names, "each name once")
    known = {skill for agent in team.agents for skill in agent.skills}
    for needed in (one for kind in kinds for one in (kind, kind.reassign) if one is not None):
        if needed.skill not in known:
            allowed = f"a skill of an agent: {sorted(known)}"
            raise InvalidValueError("workloads", needed.skill, allowed)
    run = _Run(desk, team, window, kinds, watch=watch)
    for kind in kinds:
        openings = [{"title": kind.name, "by": _CALLER, **one} for one in kind.opening]
        draws = (random_draws(f"{seed}{sign}{kind.name}") for sign in "/:")
        source = _Source(kind, arrivals(kind, window, next(draws)), next(draws), openings)
        run.at(next(source.arrivals, run.end), run.arrive, source)
    run.play()
    return run.result()


@attrs.define(eq=False)
class _Source:
    """A workload in the simulation: when its next records arrive, and how they may be opened."""

    kind: Workload
    arrivals: Iterator[datetime]
    draws: Iterator[float]
    openings: list[dict[str, Any]]
    count: int = 0


@attrs.define(eq=False)
class _Ticket:
    """A record in the simulation, with its random values."""

    kind: Workload
    record: Incident
    part: timedelta  # of work, until a break or the solution
    breaks: list[timedelta | Reassign]  # holds, by how long, and other groups
    reopens: tuple[timedelta, timedelta] | None  # after which time, for how much work
    skill: str
    key: tuple[int, Any] | None = None  # of a waiting record, in its queue


class _Run:
    """The state of a run."""

    def __init__(
        self, desk: Desk, team: Team, window: Interval, kinds: Iterable[Workload], *, watch: bool
    ) -> None:
        self.desk, self.team, self.window, self.end = desk, team, window, window.end
        self.agenda = Agenda(desk) if watch else None
        self.lifecycle = desk.lifecycle(Incident.record_type)
        self.is_settled = is_settled(desk.priority, self.lifecycle, kinds)
        closing = desk.auto_close.get(Incident.record_type)
        self.closes_at = (lambda _: None) if closing is None else closing.at
        asked = next((r.fields for r in self.lifecycle.transitions if r.action == "resolve"), ())
        self.notes = {
            one.name: one.choices[0] if one.choices else _SAID.get(one.name, "simulated")
            for one in asked
            if one.required
        }
        self.startable = {
            state.name
            for state in self.lifecycle.states
            if not state.pauses and "start" in self.lifecycle.actions(state)
        }
        self.heap: list[tuple[datetime, int, _Step, Any]] = []
        self.numbers = count(1)
        self.tickets: dict[str, _Ticket] = {}
        self.queues: dict[str, list[tuple[Any, int, _Ticket]]] = {
            skill: [] for agent in team.agents for skill in agent.skills
        }
        self.waiting = 0
        self.free = list(range(len(team.agents)))
        self.actors = [Actor(agent.id) for agent in team.agents]
        self.shifts = [agent.calendar.windows(window.start, window.end) for agent in team.agents]
        self.shift = [next(shifts, None) for shifts in self.shifts]
        self.woken: set[int] = set()
        self.looks: set[datetime] = set()
        self.due: list[DueItem] = []
        self.stints: list[Stint] = []
        self.busy = [timedelta(0)] * len(team.agents)

    def at(self, instant: datetime, step: _Step, what: Any) -> None:  # first planned, first run
        if instant < self.end:
            heappush(self.heap, (instant, next(self.numbers), step, what))

    def play(self) -> None:
        while self.heap:
            now, _, step, what = heappop(self.heap)
            step(now, what)

    def arrive(self, now: datetime, source: _Source) -> None:
        kind, openings = source.kind, source.openings
        for _ in range(kind.burst):
            source.count += 1
            draws = islice(source.draws, _DRAWS)
            which, work, holds, held, reopens, again, waits, passes, rework = draws
            breaks: list[timedelta | Reassign] = []
            if kind.hold is not None and holds < kind.hold.chance:
                breaks.append(kind.hold.lasts(held))
            if kind.reassign is not None and passes < kind.reassign.chance:
                breaks.append(kind.reassign)
            name = f"{kind.name}-{source.count:05}"
            self.tickets[name] = ticket = _Ticket(
                kind,
                self.desk.open(Incident, id=name, at=now, **openings[int(which * len(openings))]),
                kind.work(work) / (len(breaks) + 1) if breaks else kind.work(work),
                breaks,
                (_DAY * (0.5 + again), kind.work(rework) / 2) if reopens < kind.reopen else None,
                kind.skill,
            )
            self.wait(now, ticket)
            if kind.patience is not None and ticket.key is not None:
                self.at(now + kind.patience(waits), self.cancel, ticket)
        self.at(next(source.arrivals, self.end), self.arrive, source)

    def wait(self, now: datetime, ticket: _Ticket) -> None:
        self.waiting += 1
        self.push(ticket, (1, self.team.order(ticket.record, now)))
        self.changed(now, ticket)
        if self.free:
            self.dispatch(now)

    def push(self, ticket: _Ticket, key: tuple[int, Any]) -> None:
        """Put a record into its queue by a key; the smallest key comes first."""
        ticket.key = key
        heappush(self.queues[ticket.skill], (key, next(self.numbers), ticket))

    def best(self, agent: Agent) -> _Ticket | None:
        """Take the first waiting record that an agent can work on."""
        first = None
        for skill in agent.skills:
            queue = self.queues[skill]
            while queue and queue[0][0] is not queue[0][2].key:
                heappop(queue)  # it was taken, or moved to the front
            if queue and (first is None or queue[0] < first[0]):
                first = queue
        return None if first is None else heappop(first)[2]

    def dispatch(self, now: datetime) -> None:
        """Let every free agent who is on duty take a record; wake the others for their hours."""
        for place in list(self.free):
            if not self.waiting:
                return
            shift = self.shift[place]
            while shift is not None and shift.end <= now:
                shift = self.shift[place] = next(self.shifts[place], None)
            if shift is None:
                self.free.remove(place)  # never again on duty
            elif now < shift.start:
                if place not in self.woken:
                    self.woken.add(place)
                    self.at(shift.start, self.come_on_duty, place)
            else:
                ticket = self.best(self.team.agents[place])
                if ticket is not None:
                    self.free.remove(place)
                    self.start(now, place, ticket)

    def come_on_duty(self, now: datetime, place: int) -> None:
        self.woken.remove(place)
        self.dispatch(now)

    def start(self, now: datetime, place: int, ticket: _Ticket) -> None:
        agent, by, work = self.team.agents[place], self.actors[place], ticket.part
        self.waiting, ticket.key = self.waiting - 1, None
        record = assign(ticket.record, assignee=agent.id, at=now, by=by)
        if record.state.name in self.startable:
            record = self.after(record, "start", now, by) or record
        if record.first_response_at is None:
            record = comment(record, "We are looking into it.", at=now, by=by)
        ticket.record = record
        self.changed(now, ticket)
        try:
            done = agent.calendar.deadline(now, work)
        except UnreachableDeadlineError:
            done = self.end
        if done >= self.end:
            done, work = self.end, agent.calendar.open_time(now, self.end)
        self.at(done, self.finish, (place, ticket))
        self.busy[place] += work
        self.stints.append(Stint(agent.id, record.id, now, done))

    def finish(self, now: datetime, what: tuple[int, _Ticket]) -> None:
        """End a part of the work: with a hold, a reassignment, or the resolution."""
        place, ticket = what
        by = self.actors[place]
        pause = ticket.breaks.pop(0) if ticket.breaks else None
        insort(self.free, place)
        if isinstance(pause, Reassign):
            ticket.record = assign(ticket.record, group=pause.group, at=now, by=by)
            ticket.skill = pause.skill
            self.wait(now, ticket)
            return
        if pause is not None and ticket.kind.hold is not None:
            reason = ticket.kind.hold.reason
            ticket.record = self.advance(ticket.record, "hold", now, by, reason=reason)
            self.at(now + pause, self.resume, (place, ticket))
        else:
            ticket.record = self.advance(ticket.record, "resolve", now, by, **self.notes)
            if ticket.reopens is not None:
                self.at(now + ticket.reopens[0], self.reopen, ticket)
            closes = self.closes_at(ticket.record)
            if closes is not None:
                self.at(closes, self.close, ticket)
        self.changed(now, ticket)
        if self.waiting:
            self.dispatch(now)

    def advance(
        self, record: Incident, action: str, now: datetime, by: Actor, **fields: Any
    ) -> Incident:
        moved = self.lifecycle.advance(record, action, at=now, by=by, **fields)
        if self.is_settled:
            return moved
        level = self.desk.priority(moved)
        return moved if level == moved.computed_priority else self.desk.prioritize(moved, at=now)

    def after(self, record: Incident, action: str, now: datetime, by: Actor) -> Incident | None:
        """Apply an action of the desk, and return the new record; None if it is refused."""
        try:
            return self.advance(record, action, now, by)
        except TransitionNotAllowedError:
            return None

    def close(self, now: datetime, ticket: _Ticket) -> None:
        if self.closes_at(ticket.record) == now:
            ticket.record = self.advance(ticket.record, "close", now, _DESK)
            self.changed(now, ticket)

    def cancel(self, now: datetime, ticket: _Ticket) -> None:
        """Let a caller cancel a record that nobody has begun to work on."""
        if ticket.key is not None and ticket.record.first_response_at is None:
            self.waiting, ticket.key = self.waiting - 1, None
            ticket.record = self.advance(ticket.record, "cancel", now, _CALLER)
            self.changed(now, ticket)

    def resume(self, now: datetime, what: tuple[int, _Ticket]) -> None:
        """Let a record wait for an agent again after a hold, by the one who put it on hold."""
        place, ticket = what
        ticket.record = self.advance(ticket.record, "resume", now, self.actors[place])
        self.wait(now, ticket)

    def reopen(self, now: datetime, ticket: _Ticket) -> None:
        """Let the caller reopen a record if that is allowed; it needs half of the work again."""
        record = self.after(ticket.record, "reopen", now, _CALLER)
        if record is not None and ticket.reopens is not None:
            ticket.record, ticket.part, ticket.reopens = record, ticket.reopens[1], None
            self.wait(now, ticket)

    def changed(self, now: datetime, ticket: _Ticket) -> None:
        if self.agenda is not None:
            self.agenda.put(ticket.record)
            self.plan_look(now)

    def plan_look(self, at: datetime) -> None:
        if at not in self.looks:
            self.looks.add(at)
            self.at(at, self.look, None)

    def look(self, now: datetime, _: None) -> None:
        """Process due items: an escalation puts a waiting record first."""
        agenda = self.agenda
        assert agenda is not None  # noqa: S101  only a watched run plans looks
        self.looks.discard(now)
        items = agenda.due(now=now)
        agenda.delivered(*items)
        self.due += items
        for item in items:
            ticket = self.tickets[item.record_id]
            if item.kind == "escalation" and ticket.key is not None and ticket.key[0]:
                self.push(ticket, (0, ticket.key[1]))
        wake = agenda.next_wakeup(now=now)
        if wake is not None and wake > now:
            self.plan_look(wake)

    def result(self) -> Simulation:
        shares = {}
        for agent, busy in zip(self.team.agents, self.busy, strict=True):
            there = agent.calendar.open_time(self.window.start, self.window.end)
            shares[agent.id] = busy / there if there else 0.0
        return Simulation(
            records=tuple(ticket.record for ticket in self.tickets.values()),
            due_items=tuple(self.due),
            stints=tuple(self.stints),
            utilization=FrozenMap(shares),
        )
