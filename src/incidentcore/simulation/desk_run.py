"""A seeded simulation of a desk: records arrive, wait, and agents work on them in their hours.

A heap of (instant, number, step) drives the run. Records are changed by the library's own actions,
so they can be replayed. Work ends at ``calendar.deadline(now, work)`` of the agent: shifts, breaks
and holidays need no code. Each record has its own random stream, seeded by (seed, workload,
number), and uses only ``random()``, whose stream Python guarantees across versions. So another
roster, order or rule gets the same records with the same work, and two runs differ only by that
change.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from incidentcore.desk import Agenda, Desk, DueItem
from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.instants import Interval
from incidentcore.records import Incident, assign, comment
from incidentcore.simulation.outcome import Simulation, Stint
from incidentcore.simulation.workload import Agent, Exponential, Reassign, Team, Workload
from incidentcore.values import Actor, FrozenMap

if TYPE_CHECKING:
    from random import Random

__all__ = ["simulate"]

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_CALLER: Final = Actor("caller", "requester")
_SAID: Final = {"resolution_code": "fix", "resolution_notes": "Done and tested."}
_DESK: Final = Actor("desk", "system")
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
    """Simulate a desk with a team and random arrivals.

    Args:
        desk: The desk, whose rules route, prioritize and escalate.
        team: The agents, and the order in which they take records.
        workloads: The incidents that arrive.
        seed: Equal seeds give equal records, on every version of Python.
        start: The first instant.
        end: The first instant after the run. A longer run has the same beginning as a shorter one.
        watch: Whether to evaluate the desk's agenda, so that an escalated record is worked on next.
            A run without it is several times faster.

    Raises:
        InvalidValueError: Two workloads have the same name, or no agent has the skill of one.
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
    window = Interval(start, end)
    kinds = tuple(workloads)
    names = [kind.name for kind in kinds]
    if len(set(names)) != len(names):
        raise InvalidValueError("workloads", names, "each name once")
    known = {skill for agent in team.agents for skill in agent.skills}
    for needed in (one for kind in kinds for one in (kind, kind.reassign) if one is not None):
        if needed.skill not in known:
            raise InvalidValueError(
                "workloads", needed.skill, f"a skill of an agent: {sorted(known)}"
            )
    run = _Run(desk, team, window, seed, watch=watch)
    for kind in kinds:
        openings = [{"title": kind.name, "by": _CALLER, **one} for one in kind.opening]
        run.plan_next(window.start, _Source(kind, run.arrivals(kind), openings))
    run.play()
    return run.result()


@attrs.define(eq=False)
class _Source:
    """A workload in the simulation: when its next records arrive, and how they may be opened."""

    kind: Workload
    arrivals: Iterator[datetime]
    openings: list[dict[str, Any]]
    count: int = 0


@attrs.define(eq=False)
class _Ticket:
    """A record in the simulation, with its random values."""

    kind: Workload
    record: Incident
    parts: list[timedelta]  # of work, each ended by a break or the solution
    breaks: list[timedelta | Reassign]  # holds, by how long, and other groups
    reopens: timedelta | None
    skill: str
    key: Any = None
    waiting: bool = False


class _Run:
    """The state of a run."""

    def __init__(self, desk: Desk, team: Team, window: Interval, seed: int, *, watch: bool) -> None:
        self.desk, self.team, self.window, self.seed = desk, team, window, seed
        self.agenda = Agenda(desk) if watch else None
        self.lifecycle = desk.lifecycle(Incident.record_type)
        self.auto_close = desk.auto_close.get(Incident.record_type)
        asked = next((r.fields for r in self.lifecycle.transitions if r.action == "resolve"), ())
        self.notes = {
            one.name: one.choices[0] if one.choices else _SAID.get(one.name, "simulated")
            for one in asked
            if one.required
        }
        self.dice = self.random()
        self.heap: list[tuple[datetime, int, _Step, Any]] = []
        self.numbers = 0
        self.tickets: dict[str, _Ticket] = {}
        self.queues: dict[str, list[tuple[Any, int, _Ticket]]] = {}
        self.free = list(range(len(team.agents)))
        self.actors = [Actor(agent.id) for agent in team.agents]
        self.shifts = [agent.calendar.windows(window.start, window.end) for agent in team.agents]
        self.shift = [next(shifts, None) for shifts in self.shifts]
        self.woken: set[int] = set()
        self.looks: set[datetime] = set()
        self.due: list[DueItem] = []
        self.stints: list[Stint] = []

    def at(self, instant: datetime, step: _Step, what: Any) -> None:
        """Plan a step; of several at the same instant, the one planned first runs first."""
        if instant < self.window.end:
            self.numbers += 1
            heapq.heappush(self.heap, (instant, self.numbers, step, what))

    def random(self, *names: object, stream: Random | None = None) -> Random:
        """Return the random stream of a name, at its beginning."""
        from random import Random  # noqa: PLC0415  loads a cryptographic library

        stream = stream or Random(0)  # noqa: S311  a simulation
        stream.seed("/".join(map(str, (self.seed, *names))))
        return stream

    def arrivals(self, kind: Workload) -> Iterator[datetime]:
        """Yield instants with exponential gaps of open time; thinned to the hours of the week."""
        chance, most = self.random(kind.name), max(kind.rate)
        gap, at = Exponential(_HOUR / most), self.window.start
        zone = kind.arrives.zone
        while True:
            try:
                at = kind.arrives.deadline(at, gap(chance.random()), boundary="next_open")
            except UnreachableDeadlineError:
                return
            if len(kind.rate) > 1:
                local = at.astimezone(zone)
                if chance.random() * most >= kind.rate[local.weekday() * 24 + local.hour]:
                    continue
            yield at

    def play(self) -> None:
        """Run the steps until none is left before the end."""
        while self.heap:
            now, _, step, what = heapq.heappop(self.heap)
            step(now, what)

    def plan_next(self, _: datetime, source: _Source) -> None:
        """Plan the next arrival."""
        at = next(source.arrivals, None)
        if at is not None:
            self.at(at, self.arrive, source)

    def arrive(self, now: datetime, source: _Source) -> None:
        """Open the records of one arrival."""
        kind, openings = source.kind, source.openings
        for _ in range(kind.burst):
            source.count += 1
            chance = self.random(kind.name, source.count, stream=self.dice).random
            # The draws come in one order with any options, so that options change little.
            which, work, holds, held, reopens, again, waits, passes = [chance() for _ in range(8)]
            opening = openings[int(which * len(openings))]
            name = f"{kind.name}-{source.count:05}"
            breaks: list[timedelta | Reassign] = []
            if kind.hold is not None and holds < kind.hold.chance:
                breaks.append(kind.hold.lasts(held))
            if kind.reassign is not None and passes < kind.reassign.chance:
                breaks.append(kind.reassign)
            parts = len(breaks) + 1
            ticket = _Ticket(
                kind,
                self.desk.open(Incident, id=name, at=now, **opening),
                [kind.work(work) / parts] * parts,
                breaks,
                _DAY * (0.5 + again) if reopens < kind.reopen else None,
                kind.skill,
            )
            self.tickets[name] = ticket
            self.wait(now, ticket)
            if kind.patience is not None and ticket.waiting:
                self.at(now + kind.patience(waits), self.cancel, ticket)
        self.plan_next(now, source)

    def wait(self, now: datetime, ticket: _Ticket) -> None:
        """Put a record in the queue of its skill."""
        ticket.waiting = True
        self.push(ticket, (1, self.team.order(ticket.record, now)))
        self.changed(now, ticket)
        self.dispatch(now)

    def push(self, ticket: _Ticket, key: Any) -> None:
        """Put a record into its queue by a key; the least key comes first."""
        self.numbers, ticket.key = self.numbers + 1, key
        heapq.heappush(self.queues.setdefault(ticket.skill, []), (key, self.numbers, ticket))

    def best(self, agent: Agent) -> _Ticket | None:
        """Take the first waiting record that an agent can work on."""
        for skill in agent.skills:
            queue = self.queues.get(skill, [])
            while queue and not (queue[0][2].waiting and queue[0][0] == queue[0][2].key):
                heapq.heappop(queue)  # it was taken, or moved to the front
        there = [self.queues[skill] for skill in agent.skills if self.queues.get(skill)]
        return heapq.heappop(min(there, key=lambda queue: queue[0][:2]))[2] if there else None

    def dispatch(self, now: datetime) -> None:
        """Let every free agent who is on duty take a record; wake the others for their hours."""
        for place in list(self.free):
            if not any(self.queues.values()):
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
        """Let an agent whose hours begin look at the queue."""
        self.woken.remove(place)
        self.dispatch(now)

    def start(self, now: datetime, place: int, ticket: _Ticket) -> None:
        """Let an agent begin to work on a record."""
        agent, by, ticket.waiting = self.team.agents[place], self.actors[place], False
        record = assign(ticket.record, assignee=agent.id, at=now, by=by)
        if not record.state.pauses and "start" in self.lifecycle.allowed_actions(record):
            record = self.after(record, "start", now, by) or record
        if record.first_response_at is None:
            record = comment(record, "We are looking into it.", at=now, by=by)
        ticket.record = record
        self.changed(now, ticket)
        try:
            done = agent.calendar.deadline(now, ticket.parts[0])
        except UnreachableDeadlineError:
            done = self.window.end
        self.stints.append(Stint(agent.id, record.id, now, min(done, self.window.end)))
        self.at(done, self.finish, (place, ticket))

    def finish(self, now: datetime, what: tuple[int, _Ticket]) -> None:
        """End a part of the work: with a hold, a reassignment, or the resolution."""
        place, ticket = what
        by = self.actors[place]
        ticket.parts.pop(0)
        pause = ticket.breaks.pop(0) if ticket.breaks else None
        self.free.append(place)
        self.free.sort()
        if isinstance(pause, Reassign):
            ticket.record = assign(ticket.record, group=pause.group, at=now, by=by)
            ticket.skill = pause.skill
            self.wait(now, ticket)
            return
        if pause is not None and ticket.kind.hold is not None:
            reason = ticket.kind.hold.reason
            ticket.record = self.desk.advance(ticket.record, "hold", at=now, by=by, reason=reason)
            self.at(now + pause, self.resume, ticket)
        else:
            ticket.record = self.desk.advance(ticket.record, "resolve", at=now, by=by, **self.notes)
            if ticket.reopens is not None:
                self.at(now + ticket.reopens, self.reopen, ticket)
            closes = self.closes_at(ticket)
            if closes is not None:
                self.at(closes, self.close, ticket)
        self.changed(now, ticket)
        self.dispatch(now)

    def after(self, record: Incident, action: str, now: datetime, by: Actor) -> Incident | None:
        """Return a record after an action of the desk; None if the action is refused."""
        answer = self.desk.decide(record, action, at=now, by=by)
        return self.desk.prioritize(answer.record, at=now) if answer else None

    def closes_at(self, ticket: _Ticket) -> datetime | None:
        """Return when the desk closes a record automatically; None if it does not."""
        return None if self.auto_close is None else self.auto_close.at(ticket.record)

    def close(self, now: datetime, ticket: _Ticket) -> None:
        """Close a record that is still resolved, as the desk's rule says."""
        if self.closes_at(ticket) == now:
            ticket.record = self.desk.advance(ticket.record, "close", at=now, by=_DESK)
            self.changed(now, ticket)

    def cancel(self, now: datetime, ticket: _Ticket) -> None:
        """Let a caller cancel a record that nobody has begun to work on."""
        if ticket.waiting and ticket.record.first_response_at is None:
            ticket.waiting = False
            ticket.record = self.desk.advance(ticket.record, "cancel", at=now, by=_CALLER)
            self.changed(now, ticket)

    def resume(self, now: datetime, ticket: _Ticket) -> None:
        """Let a record wait for an agent again after a hold."""
        by = ticket.record.assignee or "desk"
        ticket.record = self.desk.advance(ticket.record, "resume", at=now, by=by)
        self.wait(now, ticket)

    def reopen(self, now: datetime, ticket: _Ticket) -> None:
        """Let the caller reopen a record if that is allowed; it needs half of the work again."""
        record = self.after(ticket.record, "reopen", now, _CALLER)
        if record is None:
            return
        ticket.record, ticket.reopens = record, None
        chance = self.random(ticket.kind.name, record.id, "again", stream=self.dice)
        ticket.parts = [ticket.kind.work(chance.random()) / 2]
        self.wait(now, ticket)

    def changed(self, now: datetime, ticket: _Ticket) -> None:
        """Add a change to the agenda, and plan its next evaluation."""
        if self.agenda is not None:
            self.agenda.put(ticket.record)
            self.plan_look(now)

    def plan_look(self, at: datetime) -> None:
        """Plan an evaluation of the agenda, once for each instant."""
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
            if item.kind == "escalation" and ticket.waiting and ticket.key[0]:
                self.push(ticket, (0, ticket.key[1]))
        wake = agenda.next_wakeup(now=now)
        if wake is not None and wake > now:
            self.plan_look(wake)

    def result(self) -> Simulation:
        """Return the result of the run."""
        calendars = {agent.id: agent.calendar for agent in self.team.agents}
        busy = dict.fromkeys(calendars, timedelta(0))
        for stint in self.stints:
            busy[stint.agent] += calendars[stint.agent].open_time(stint.start, stint.end)
        whole = [one.open_time(self.window.start, self.window.end) for one in calendars.values()]
        shares = {
            one: busy[one] / there if there else 0.0 for one, there in zip(busy, whole, strict=True)
        }
        return Simulation(
            records=tuple(ticket.record for ticket in self.tickets.values()),
            due_items=tuple(self.due),
            stints=tuple(self.stints),
            utilization=FrozenMap(shares),
        )
