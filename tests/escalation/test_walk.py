"""An escalation engine of another kind: it walks minute by minute and keeps state, as pagers do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.conditions import field as fact
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnClock,
    due_escalations,
    escalate_now,
)
from incidentcore.lifecycle import Allowed, decide
from incidentcore.records import Incident, acknowledge, set_fields, unacknowledge
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.values import Actor

T0 = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)  # the Friday before Berlin's clocks go forward
MIN = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessCalendar(zone=BERLIN, hours={"mon-fri": "09:00-17:00", "sun": "00:00-08:00"})
CLOCK = SlaDefinition.resolution(hours=10, calendar=OFFICE)
END = 5000


@dataclass(frozen=True)
class Step:
    """A level in plain numbers: minutes, not instants."""

    delay: int
    chained: bool  # after the level before, or after the anchor
    until: str
    office: bool
    clock: int = 0  # or when the resolution clock reaches this percentage


@dataclass(frozen=True)
class Plan:
    """A row in plain numbers."""

    since: str
    steps: tuple[Step, ...]
    vip: bool | None
    repeat: int
    repeat_after: int
    timeout: int | None
    wrap: bool


@dataclass
class Chain:
    """One occurrence of a row's moment, with what has fallen due in its current pass."""

    cycle: int
    begin: int  # where the pass counts from
    pass_: int = 0
    dues: list[int] = field(default_factory=list)
    done: bool = False


def office_open(minute: int) -> bool:
    local = (T0 + minute * MIN).astimezone(BERLIN)
    return 9 <= local.hour < 17 if local.weekday() < 5 else local.weekday() == 6 and local.hour < 8


def walk(plans: list[Plan], events: list[tuple[int, str]]) -> set[tuple[int, int, int, int, int]]:
    """Return (row, level, pass, cycle, minute) of all that falls due, by walking the minutes."""
    fired = set()
    open_, vip, held = True, False, False
    acks: list[list[int]] = [[] for _ in plans]
    applied: int | None = None  # the row that applied before, so that coming to apply is seen
    elapsed = 0  # of the resolution clock, in minutes
    clocks: dict[tuple[int, int], int] = {}
    chains: dict[int, Chain] = {}
    cycles = [0] * len(plans)
    for minute in range(END + 1):
        now = [kind for when, kind in events if when == minute]
        hands = 0
        reopened = False
        for kind in now:
            if kind in ("vip", "plain"):
                vip = kind == "vip"
            elif kind in ("unack", "hand"):
                acks = [[] for _ in plans]
                hands += kind == "hand"
            elif kind in ("resolve", "reopen"):
                reopened = kind == "reopen" and not open_
                open_ = kind == "reopen"
                held = False
            elif kind in ("hold", "resume"):
                held = kind == "hold"
        before, applied = applied, _applies(plans, vip=vip)
        for number, plan in enumerate(plans):
            applies = applied == number
            fresh = reopened or (applies and before != number)
            if fresh:
                acks[number] = []
            acks[number] += [minute for kind in now if kind == "ack" and applies]
            begins = (now and plan.since == "updated_at") or (fresh and plan.since == "opened_at")
            if minute == 0 or begins:
                cycles[number] += 1
                chains[number] = Chain(cycles[number], minute)
            standing = [
                at for at in acks[number] if plan.timeout is None or minute < at + plan.timeout
            ]
            hands_left = hands
            for place, step in enumerate(plan.steps):
                if (
                    step.clock
                    and elapsed * 100 >= step.clock * 600
                    and (number, place) not in clocks
                ):
                    free = open_ and applies and not (step.until == "acknowledged" and standing)
                    if free and (not step.office or office_open(minute)):
                        clocks[number, place] = minute
                        fired.add((number, place, 0, 1, minute))
            chain = chains[number]
            chain.done = chain.done or any(step.clock for step in plan.steps)
            while not chain.done:
                place = len(chain.dues)
                if place == len(plan.steps):
                    ended = chain.dues[-1]
                    again = ended + plan.repeat_after
                    if plan.wrap and hands_left and (chain.pass_ >= plan.repeat or minute < again):
                        hands_left -= 1
                        begin = minute
                    elif chain.pass_ < plan.repeat and minute >= again:
                        begin = again
                    else:
                        chain.done = chain.pass_ >= plan.repeat and not plan.wrap
                        break
                    chain.begin, chain.dues = begin, []
                    chain.pass_ += 1
                    continue
                step = plan.steps[place]
                if step.chained:
                    due = chain.dues[-1] + step.delay
                elif chain.pass_:
                    due = chain.begin + max(0, step.delay - plan.steps[0].delay)
                else:
                    due = chain.begin + step.delay
                free = open_ and applies and not (step.until == "acknowledged" and standing)
                if minute >= due and free and (not step.office or office_open(minute)):
                    hands_left -= bool(hands_left)
                elif free and hands_left:
                    hands_left -= 1
                else:
                    break
                chain.dues.append(minute)
                fired.add((number, place, chain.pass_, chain.cycle, minute))
        elapsed += open_ and not held and office_open(minute)
    return fired


def _applies(plans: list[Plan], *, vip: bool) -> int:
    for number, plan in enumerate(plans):
        if plan.vip is None or plan.vip == vip:
            return number
    return -1


def trigger_of(step: Step, since: str) -> OnClock | After | AfterPrevious:
    if step.clock:
        return OnClock("resolution", "due" if step.clock == 100 else step.clock / 100)
    return AfterPrevious(step.delay * MIN) if step.chained else After(step.delay * MIN, since)


def matrix_of(plans: list[Plan]) -> EscalationMatrix:
    rows = []
    for number, plan in enumerate(plans):
        levels = [
            EscalationLevel(
                trigger_of(s, plan.since),
                "group",
                until=s.until,
                during=OFFICE if s.office else None,
            )
            for s in plan.steps
        ]
        test = fact("custom.vip").is_true()
        when = {None: {}, True: {"when": test}, False: {"when": ~test}}[plan.vip]
        rows.append(
            EscalationRow(
                str(number),
                levels,
                repeat=plan.repeat,
                repeat_after=plan.repeat_after * MIN,
                ack_timeout=None if plan.timeout is None else plan.timeout * MIN,
                past_last="wrap" if plan.wrap else "clamp",
                **when,
            )
        )
    return EscalationMatrix("m", rows)


def record_of(wanted: list[tuple[int, str]]) -> tuple[Incident, list[tuple[int, str]]]:
    """Return the record, and the events that its lifecycle allowed."""
    record = Incident.open(id="I", title="x", at=T0, by="kim")
    happened: list[tuple[int, str]] = []
    bot = Actor("bot", "system")
    for minute, kind in sorted(wanted, key=lambda event: event[0]):
        at = T0 + minute * MIN
        if kind == "ack":
            record = acknowledge(record, at=at, by="ada")
        elif kind == "unack":
            record = unacknowledge(record, at=at, by=bot)
        elif kind == "hand" and not record.state.open:
            continue
        elif kind == "hand":
            record = escalate_now(record, "next", at=at, by="kim")
        elif kind in ("vip", "plain"):
            record = set_fields(record, custom={"vip": kind == "vip"}, at=at, by=bot)
        else:
            fields = FIELDS.get(kind, {})
            answer = decide(record, kind, at=at, by=bot, **fields)
            if not isinstance(answer, Allowed):
                continue
            record = answer.record
        happened.append((minute, kind))
    return record, happened


steps = st.builds(
    Step,
    st.integers(0, 200),
    st.booleans(),
    st.sampled_from(("acknowledged", "resolved")),
    st.sampled_from((False, False, False, True)),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    first = draw(steps)
    form = draw(st.sampled_from(("chain", "delays", "clock")))
    if form == "clock":
        points = draw(st.lists(st.sampled_from((50, 75, 100)), min_size=1, max_size=3, unique=True))
        first, *rest = (Step(0, False, first.until, first.office, clock) for clock in points)
    elif form == "chain":
        rest = [
            Step(step.delay, True, step.until, step.office)
            for step in draw(st.lists(steps, max_size=3))
        ]
    else:  # levels with delays of their own, which the walk takes in their order
        more = sorted(draw(st.lists(st.integers(first.delay, 300), max_size=3)))
        rest = [Step(delay, False, first.until, first.office) for delay in more]
    return Plan(
        since=draw(st.sampled_from(("opened_at", "updated_at"))),
        steps=(Step(first.delay, False, first.until, first.office, first.clock), *rest),
        vip=draw(st.sampled_from((None, True, False))),
        repeat=draw(st.integers(0, 2)),
        repeat_after=draw(st.integers(1, 100)),
        timeout=draw(st.sampled_from((None, 60, 250))),
        wrap=draw(st.booleans()),
    )


FIELDS = {
    "resolve": {"resolution_code": "a", "resolution_notes": "b"},
    "hold": {"reason": "awaiting_vendor"},
}
kinds = st.sampled_from(
    ("ack", "unack", "hand", "vip", "plain", "resolve", "reopen", "hold", "resume")
)
happenings = st.lists(
    st.tuples(st.integers(1, 900), kinds), max_size=7, unique_by=lambda event: event[0]
)


@given(st.lists(plans(), min_size=1, max_size=2), happenings)
@example([Plan("opened_at", (Step(10, False, "acknowledged", False),) * 2, None, 2, 5, 60, True)],
         [(20, "hand"), (300, "ack")])  # fmt: skip
@example([Plan("opened_at", (Step(0, False, "acknowledged", False),), True, 0, 1, None, False),
          Plan("opened_at", (Step(0, False, "acknowledged", False),), None, 0, 1, None, False)],
         [(1, "vip")])  # fmt: skip
@example([Plan("opened_at", (Step(0, False, "acknowledged", False),), False, 0, 1, None, False)],
         [(1, "vip"), (2, "plain")])  # fmt: skip
@example([Plan("opened_at", (Step(5, False, "acknowledged", False),), None, 0, 1, None, False)],
         [(1, "ack"), (2, "resolve"), (3, "reopen")])  # fmt: skip
def test_the_room_agrees_with_an_engine_that_walks(
    rows: list[Plan], wanted: list[tuple[int, str]]
) -> None:
    """Every level, pass, cycle and minute is the same, though nothing is shared."""
    record, happened = record_of(wanted)
    due = due_escalations(
        matrix_of(rows), record, slas=[CLOCK], now=T0 + END * MIN, include_lapsed=True
    )

    told = {(int(e.row), e.level, e.pass_, e.cycle, (e.due_at - T0) // MIN) for e in due}
    assert told == walk(rows, happened)
