"""Clocks whose due time, start or calendar comes from the record, against a walk of quarter hours.

The walk shares no code with the library. It marks each quarter of an hour of a cycle as run, held
or left out, with the calendar of that quarter; every figure is a count of these marks. Events may
be dated before the opening, and the opening may be corrected. All zones are UTC; that hours follow
the wall clock of a zone is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from incidentcore.conditions import field as fact
from incidentcore.records import (
    Event,
    FieldsChanged,
    Incident,
    LifecycleRef,
    Opened,
    StateChanged,
    correct_event,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.values import CANCELED, IN_PROGRESS, NEW, ON_HOLD, RESOLVED, Actor, FrozenMap

QUARTER = timedelta(minutes=15)
ORIGIN = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
DAY = 96
STATES = {state.name: state for state in (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CANCELED)}
RUNS, HELD = ("new", "in_progress", "on_hold"), "on_hold"
Facts = dict[str, Any]


def at(quarter: int) -> datetime:
    return ORIGIN + quarter * QUARTER


def _hours(*windows: tuple[int, int], days: int = 5, closed: int = -1) -> Callable[[int], bool]:
    def is_open(quarter: int) -> bool:
        day, rest = divmod(quarter, DAY)
        inside = any(start * 4 <= rest < end * 4 for start, end in windows)
        return day % 7 < days and day != closed and inside

    return cache(is_open)


IS_OPEN: dict[str, Callable[[int], bool]] = {
    "always": lambda _: True,
    "early": _hours((8, 16)),
    "late": _hours((14, 22)),
    "lunch": _hours((8, 12), (13, 18), days=6, closed=3),
}
CALENDARS = {
    "always": BusinessCalendar.always(),
    "early": BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-16:00"}),
    "late": BusinessCalendar(zone="UTC", hours={"mon-fri": "14:00-22:00"}),
    "lunch": BusinessCalendar(
        zone="UTC", hours={"mon-sat": ["08:00-12:00", "13:00-18:00"]}, holidays=["2026-06-04"]
    ),
}


def has_hours(calendar: str, day: int) -> bool:
    return any(IS_OPEN[calendar](day * DAY + quarter) for quarter in range(DAY))


def next_open(calendar: str, quarter: int) -> int:
    while not IS_OPEN[calendar](quarter):
        quarter += 1
    return quarter


def days_after(calendar: str, day: int, number: int) -> int:
    while number:
        day += 1
        number -= has_hours(calendar, day)
    return day


def due_of(target: tuple[str, int], start: int, calendar: str, facts: Facts) -> int:
    """Return the quarter at whose beginning a relative target is due (rules C8 and S6)."""
    kind, number = target
    if kind == "date":
        return max(start, facts["due"])
    if kind == "days":
        if not has_hours(calendar, start // DAY):
            start = next_open(calendar, start)
        due = days_after(calendar, start // DAY, number) * DAY + start % DAY
        kept = IS_OPEN[calendar](due) or (due % DAY and IS_OPEN[calendar](due - 1))
        return due if kept else next_open(calendar, due)
    day, hour = start // DAY, 16 * 4  # by 16:00
    if number:
        return days_after(calendar, day, number) * DAY + hour
    while not has_hours(calendar, day) or day * DAY + hour < start:
        day += 1
    return day * DAY + hour


@dataclass(frozen=True)
class Terms:
    """A definition as plain data."""

    name: str
    target: tuple[str, int]
    sites: tuple[str, str]  # the calendar of site a, and of all others
    moves: bool  # whether the calendar follows the site
    follows: bool  # whether a date follows its field
    reopen: str
    swap: str
    begins: bool  # whether it starts from a field

    def calendar(self, facts: Facts) -> str:
        """Return the calendar for the site."""
        return self.sites[facts["site"] != "a"]

    def made(self) -> SlaDefinition:
        """Return the library's definition."""
        kind, number = self.target
        targets: dict[str, Any] = {
            "time": number * QUARTER,
            "days": BusinessDays(number),
            "clock": ByTimeOfDay("16:00", number),
            "date": DueDate("custom.due", follow=self.follows),
        }
        first, other = (CALENDARS[site] for site in self.sites)
        return SlaDefinition.resolution(
            name=self.name,
            target=targets[kind],
            calendar=CalendarByField("custom.site", {"a": first}, other, follow=self.moves),
            reopen=self.reopen,  # type: ignore[arg-type]
            swap=self.swap,  # type: ignore[arg-type]
            starts_from="custom.began" if self.begins else None,
        )


@dataclass
class Cycle:
    """A cycle: its marks, each with the calendar of that quarter."""

    terms: Terms
    start: int
    calendar: str
    named: int | None = None  # the due time of a relative target
    marks: list[tuple[str, str]] = field(default_factory=list)
    floor: int = 0

    def resolve(self, facts: Facts) -> None:
        """Find the due time of a relative target, from the cycle's start."""
        if self.terms.target[0] != "time":
            self.named = due_of(self.terms.target, self.start, self.calendar, facts)

    def follow(self, facts: Facts) -> None:
        """Read again what follows its field."""
        if self.terms.moves:
            self.calendar = self.terms.calendar(facts)
        if self.terms.follows and self.terms.target[0] == "date":
            self.resolve(facts)

    def is_open(self, quarter: int) -> bool:
        """Return whether a quarter is open in the calendar that applied then."""
        place = quarter - self.start
        calendar = self.marks[place][1] if place < len(self.marks) else self.calendar
        return IS_OPEN[calendar](quarter)

    def counts(self, quarter: int) -> bool:
        """Return whether a quarter counts, if the clock runs on after the last mark."""
        place = quarter - self.start
        runs = place >= len(self.marks) or self.marks[place][0] == "run"
        return runs and self.is_open(quarter)

    def goal(self) -> int:
        """Return the target in open quarters."""
        if self.named is None:
            return self.terms.target[1]
        return sum(self.is_open(quarter) for quarter in range(self.start, self.named))

    def elapsed(self) -> int:
        """Return how many quarters counted."""
        return sum(map(self.counts, range(self.start, self.start + len(self.marks))))

    def reaches(self, number: int) -> int:
        """Return the first instant by which so many quarters have counted."""
        quarter = self.start
        while number:
            number -= self.counts(quarter)
            quarter += 1
        return quarter

    def due(self) -> int:
        """Return when it is due if it runs on: each pause that begins before it delays it."""
        if self.named is None:
            return self.reaches(self.goal())
        due, place = self.named, 0
        while place < len(self.marks):
            runs, first = self.marks[place][0] == "run", place
            while place < len(self.marks) and (self.marks[place][0] == "run") == runs:
                place += 1
            stretch = range(self.start + first, self.start + place)
            lost = 0 if runs else sum(map(self.is_open, stretch))
            if self.start + first < due:
                while lost:
                    lost -= self.is_open(due)
                    due += 1
        return due

    def is_due(self, paused: bool) -> bool:  # noqa: FBT001  the stage
        """Return whether its due time has come; if named, not in the pause that it is in."""
        marks = list(self.marks)
        while self.named is not None and marks and marks[-1][0] != "run" and paused:
            marks.pop()
        return replace(self, marks=marks).due() <= self.start + len(marks)


def facts_at(story: list[Any], quarter: int) -> Facts:
    """Return the facts after a quarter's last event; the opening is read first (rule H1)."""
    facts = dict(story[0][1])
    for when, change in sorted(story[1:], key=lambda item: item[0]):
        facts |= change if when <= quarter else {}
    return facts


class Walk:
    """A clock that is walked through a story: pairs of (quarter, changes), the opening first."""

    def __init__(self, choose: Callable[[Facts], Terms], story: list[Any], now: int) -> None:
        self.choose, self.story, self.now = choose, story, now
        self.opening = story[0][0]
        self.began = facts_at(story, now)["began"]
        self.stage = "not_started"
        self.cycle: Cycle | None = None
        self.cycles = 0
        self.end = now

    def told(self) -> Walk:
        """Walk up to now."""
        terms = self.choose(facts_at(self.story, self.opening))
        happens = {self.opening, self.began, *(when for when, _ in self.story[1:])}
        for quarter in range(self.opening, self.now + 1):
            facts = facts_at(self.story, quarter)
            if quarter in happens:
                if (chosen := self.choose(facts)) != terms:
                    self.take_over(terms, chosen, facts, quarter)
                    terms = chosen
                self.step(terms, facts, quarter)
            if self.cycle is not None and quarter < self.now:
                mark = {"running": "run", "paused": "held"}.get(self.stage, "out")
                self.cycle.marks.append((mark, self.cycle.calendar))
        return self

    @property
    def goes_on(self) -> bool:
        """Return whether a cycle is in progress."""
        return self.stage in ("running", "paused")

    def step(self, terms: Terms, facts: Facts, quarter: int) -> None:
        """Let the facts of an instant do what they do."""
        state, cycle = facts["state"], self.cycle
        if cycle is not None and self.goes_on:
            cycle.follow(facts)
            if state not in RUNS:
                self.stage, self.end = "canceled" if state == "canceled" else "stopped", quarter
            else:
                self.stage = "paused" if state == HELD else "running"
            return
        seen = facts
        if state == "resolved" and cycle is None and quarter == self.opening:
            seen = facts_at(self.story, quarter - 1)  # the opening, and what is dated before it
        if seen["state"] not in RUNS:
            return
        if cycle is not None and terms.reopen != "new_cycle":
            if terms.reopen == "continue":
                gap = self.end - cycle.start
                cycle.marks[gap:] = [("run", calendar) for _, calendar in cycle.marks[gap:]]
            cycle.follow(facts)
        else:
            start = self.began if terms.begins and not self.cycles else quarter
            if start > quarter:
                return
            self.cycle = cycle = Cycle(terms, start, terms.calendar(seen))
            self.cycles += 1
            cycle.resolve(seen)
            mark = "held" if seen["state"] == HELD else "run"
            cycle.marks = [(mark, cycle.calendar)] * (quarter - start)
        self.stage = "paused" if state == HELD else "running"
        if state not in RUNS:
            self.stage, self.end = "stopped", quarter

    def take_over(self, before: Terms, to: Terms, facts: Facts, quarter: int) -> None:
        """Let another definition take over a clock in its first cycle (rule S4)."""
        cycle = self.cycle
        assume(self.goes_on and cycle is not None and facts["state"] in RUNS)
        assume(self.cycles == 1 and not before.begins and not to.begins)
        assert cycle is not None
        if to.swap == "retroactive":
            assume(not any(mark == "out" for mark, _ in cycle.marks))
            again = Walk(lambda _: to, self.story, quarter).told()
            assume(again.goes_on)
            self.cycle, self.cycles, self.stage = again.cycle, again.cycles, again.stage
        elif to.swap == "restart":
            self.cycle, self.stage = None, "not_started"
        else:
            cycle.terms, cycle.calendar, cycle.floor = to, to.calendar(facts), quarter
            cycle.named = None
            cycle.resolve(facts)


@st.composite
def terms(draw: st.DrawFn, name: str) -> Terms:
    return Terms(
        name,
        draw(
            st.one_of(
                st.tuples(st.just("time"), st.sampled_from((1, 8, 32, 60))),
                st.tuples(st.sampled_from(("days", "clock")), st.integers(0, 3)),
                st.just(("date", 0)),
            )
        ),
        (draw(st.sampled_from(sorted(IS_OPEN))), draw(st.sampled_from(sorted(IS_OPEN)))),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from(("exclude_closed", "continue", "new_cycle"))),
        draw(st.sampled_from(("retroactive", "keep_elapsed", "restart"))),
        draw(st.integers(0, 3)) == 0,
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Any], int, int]:
    """Return a story, the opening before its correction, and now."""
    opening = draw(st.integers(2 * DAY, 4 * DAY))
    dates = st.integers(opening - 20, opening + 5 * DAY)
    first = {
        "state": draw(st.sampled_from(("new", "new", "on_hold"))),
        "site": draw(st.sampled_from("ab")),
        "tier": draw(st.sampled_from("gs")),
        "due": draw(dates),
        "began": draw(st.integers(opening - 40, opening + 60)),
    }
    story: list[Any] = [(opening, first)]
    quarter = opening
    change = st.one_of(
        st.fixed_dictionaries({"state": st.sampled_from(sorted(STATES))}),
        st.fixed_dictionaries({"state": st.sampled_from(("on_hold", "in_progress", "resolved"))}),
        st.fixed_dictionaries({"site": st.sampled_from("ab")}),
        st.fixed_dictionaries({"tier": st.sampled_from("gs")}),
        st.fixed_dictionaries({"due": dates}),
        st.fixed_dictionaries({"began": st.integers(opening - 40, opening + 60)}),
    )
    for _ in range(draw(st.integers(0, 7))):
        quarter += draw(st.sampled_from((0, 1, 4, 15, 40, 100)))
        early = draw(st.integers(0, 5)) == 0
        when = opening - draw(st.integers(1, 60)) if early else quarter
        story.append((when, draw(change)))
    moved = draw(st.sampled_from((0, 0, 0, -30, 12)))
    return story, opening + moved, quarter + draw(st.sampled_from((0, 3, 30, 200)))


def incident(story: list[Any], recorded: int) -> Incident:
    """Return the record of a story, its opening first recorded at another time if they differ."""
    events: list[Event] = []
    for number, (quarter, change) in enumerate(story, start=1):
        body: dict[str, Any] = {"record_id": "I", "sequence": number, "by": Actor("ada", "agent")}
        body["at"] = at(quarter if events else recorded)
        custom = {
            name: at(value) if isinstance(value, int) else value
            for name, value in change.items()
            if name != "state"
        }
        if not events:
            state, ref = STATES[change["state"]], LifecycleRef("incident")
            fields = FrozenMap({"title": "Mail is down", "custom": FrozenMap(custom)})
            events.append(
                Opened(**body, record_type="incident", state=state, lifecycle=ref, fields=fields)
            )
        elif custom:
            fields = FrozenMap({"custom": FrozenMap(custom)})
            events.append(FieldsChanged(**body, fields=fields))
        else:
            events.append(StateChanged(**body, action="move", state=STATES[change["state"]]))
    record = Incident.from_history(events)
    if recorded == story[0][0]:
        return record
    return correct_event(record, record.history[0].id, at=at(story[0][0]), by="ada")


def agree(told: Walk, status: SlaStatus) -> None:
    """Compare every figure of the walk with those of the library."""
    assert (status.stage, len(status.cycles)) == (told.stage, told.cycles)
    cycle = told.cycle
    if cycle is None or told.stage == "not_started":
        return
    if told.stage in ("stopped", "canceled"):
        cycle = replace(cycle, marks=cycle.marks[: told.end - cycle.start])
    goal, elapsed, due = cycle.goal(), cycle.elapsed(), cycle.due()
    assert status.started_at == at(cycle.start)
    assert (status.elapsed, status.target) == (elapsed * QUARTER, goal * QUARTER)
    assert status.breached == (elapsed > goal)
    over = max(cycle.reaches(goal + 1) - 1, cycle.floor) if elapsed > goal else None
    assert status.breached_at == (None if over is None else at(over))
    is_due = cycle.is_due(told.stage != "running")
    due = max(due, cycle.floor) if is_due else due
    shown = told.stage != "canceled" and (is_due or told.stage != "paused")
    assert status.due_at == (at(due) if shown else None)


@given(terms("one"), stories())
def test_one_definition(one: Terms, story: tuple[list[Any], int, int]) -> None:
    """One definition through a story: figures, stage and cycles are those of the walk."""
    events, recorded, now = story
    status = evaluate_sla(one.made(), incident(events, recorded), now=at(now))
    agree(Walk(lambda _: one, events, now).told(), status)


@given(terms("gold"), terms("silver"), stories())
def test_two_definitions(gold: Terms, silver: Terms, story: tuple[list[Any], int, int]) -> None:
    """A policy by tier, each definition with its own calendar and form of target (rule S4)."""
    events, recorded, now = story
    rules = SlaPolicy([(fact("custom.tier").equals("g"), gold.made())], default=silver.made())
    walk = Walk(lambda facts: gold if facts["tier"] == "g" else silver, events, now)
    agree(walk.told(), evaluate_sla(rules, incident(events, recorded), now=at(now)))
