"""Escalations beside a pager that keeps state and is woken by timers, sharing no code with it."""

from __future__ import annotations

from datetime import UTC, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS
from incidentcore.conditions import field as fact
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    HeldFor,
    OnClock,
    due_escalations,
    escalate_now,
)
from incidentcore.instants import Interval
from incidentcore.lifecycle import Allowed, decide
from incidentcore.records import (
    Escalated,
    Incident,
    Prioritized,
    acknowledge,
    assign,
    set_fields,
    snooze,
    unacknowledge,
    unsnooze,
)
from incidentcore.sla import SlaDefinition, SlaThreshold
from incidentcore.values import Actor, FrozenMap, Priority

from .pager import MICRO, Desk, Pager, Row, Step
from .plain_rota import Hours
from .test_plain_rota import CHANGES, HOURS, calendar, plans, schedule

MINUTE = 60_000_000
TARGET = 200 * MINUTE + 1
POINTS = {
    (TARGET + 1) // 2: 0.5,
    TARGET - 30 * MINUTE: SlaThreshold(name="soon", before_due=timedelta(minutes=30)),
    TARGET: "due",
    TARGET + 1: "breach",
    TARGET + 45 * MINUTE: SlaThreshold(name="late", after_due=timedelta(minutes=45)),
}
END = 5_000 * MINUTE
BOT = Actor("bot", "system")
MOVES = {
    "start": {},
    "hold": {"reason": "awaiting_vendor"},
    "resume": {},
    "resolve": {"resolution_code": "a", "resolution_notes": "b"},
    "reopen": {},
    "cancel": {},
}

minutes = st.integers(0, 300).map(lambda n: n * MINUTE)
odd = st.one_of(minutes, minutes, st.integers(0, 300 * MINUTE))


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    """Return an office and two schedules in a zone whose offset changes within two days."""
    zone, change = draw(st.sampled_from(CHANGES))
    near = change.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    opened = near + draw(st.integers(-1_000, 1_000)) * timedelta(minutes=1)
    weekdays = draw(st.sets(st.integers(0, 6), min_size=5))
    office = Hours(zone, tuple(sorted(weekdays)), *draw(st.sampled_from(HOURS)))
    rotas = tuple(draw(plans(((zone, change),)))[0] for _ in range(2))
    maintenance = []
    if draw(st.integers(0, 3)) == 0:
        start = draw(st.integers(-100, 500)) * MINUTE
        maintenance.append((start, start + draw(st.integers(1, 300)) * MINUTE))
    return Desk(opened, office, rotas, tuple(maintenance))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Return rows of every form: chains, delays, clocks, clocks that head a chain, conditions."""
    seldom = st.sampled_from((False, False, False, True))

    def step(kind: str, delay: int, **fixed: bool) -> Step:
        options = {name: draw(seldom) for name in ("contact", "counted")} | fixed
        acknowledgeable = options.pop("acknowledgeable", not draw(seldom))
        rota = draw(st.sampled_from((0, 0, 1, None)))
        return Step(kind, delay, acknowledgeable, rota=rota, **options)

    def chained() -> list[Step]:
        return [step("chained", delay) for delay in draw(st.lists(odd, max_size=3))]

    form = draw(st.sampled_from(("chain", "chain", "held", "delays", "clocks", "headed")))
    if form == "chain":
        steps = [step("after", draw(odd)), *chained()]
    elif form == "held":
        steps = [step("held", draw(odd)), *chained()]
    elif form == "delays":
        first = step("after", draw(odd), counted=False)
        more = sorted(draw(st.lists(st.integers(first.delay, 400 * MINUTE), max_size=3)))
        alike = {"contact": first.contact, "acknowledgeable": first.acknowledgeable}
        steps = [first, *(step("after", delay, counted=False, **alike) for delay in more)]
    elif form == "clocks":
        points = draw(st.lists(st.sampled_from(sorted(POINTS)), min_size=1, max_size=3))
        steps = [step("clock", point, counted=False) for point in points]
    else:
        point = draw(st.sampled_from(sorted(POINTS)))
        steps = [step("clock", point, counted=False), step("chained", draw(odd)), *chained()]
    # The pager goes through a row step by step. Levels with delays of their own do not wait for
    # each other, so one that is silenced alone would hold it up: test_choices has that case.
    whose = ("any", "any", "all") if form == "delays" else ("any", "any", "all", "level")
    return Row(
        tuple(steps),
        since=draw(st.sampled_from(("opened_at", "opened_at", "updated_at"))),
        vip=draw(st.sampled_from((None, None, True, False))),
        repeat=draw(st.integers(0, 2)),
        repeat_after=draw(st.integers(1, 100 * MINUTE)),
        repeat_from=draw(st.integers(0, len(steps) - 1)),
        acknowledged_by=draw(st.sampled_from(whose)),
        timeout=draw(st.sampled_from((None, None, 60 * MINUTE, 250 * MINUTE + 1))),
        restart=draw(st.booleans()),
        restart_after_snooze=draw(st.booleans()),
        snooze_all=draw(st.booleans()),
        wrap=draw(st.booleans()),
        **{name: draw(st.sampled_from(OCCASIONS)) for name in CHOICES},
        only=draw(st.sampled_from(("", "", "", "ada"))),
    )


OCCASIONS = ("keep", "clear", "restart")
CHOICES = ("on_reopen", "on_apply", "on_move", "on_worse")
HAPPENINGS = (
    *("group a", "group b", "group a", "severity 1", "severity 2", "severity 3"),
    *("ack ada", "ack 0a", "ack 1b", "ack 0a 0", "ack ada 1", "unack", "unack", "hand", "hand"),
    *("hand 0", "hand 1", "hand 2"),
    *("vip yes", "vip no", "assign ada", "assign", "note", "unsnooze", "start", "hold", "resume"),
    *("resolve", "reopen", "reopen", "cancel", "snooze", "snooze", "snooze"),
)
stories = st.lists(
    st.tuples(st.integers(1, 900 * MINUTE), st.sampled_from(HAPPENINGS), st.integers(1, 600)),
    max_size=8,
    unique_by=lambda event: event[0],
)


def record_of(
    desk: Desk, wanted: list[tuple[int, str, int]]
) -> tuple[Incident, list[tuple[int, str]]]:
    """Return the record, and what the library let happen to it in the pager's words."""
    record = Incident.open(id="I", title="x", at=desk.opened, by="kim")
    happened = []
    for when, what, length in sorted(wanted):
        at = desk.opened + when * MICRO
        kind, _, value = what.partition(" ")
        if kind == "ack":
            who, _, level = value.partition(" ")
            record = acknowledge(record, at=at, by=who, level=int(level) if level else None)
        elif kind == "unack":
            record = unacknowledge(record, at=at, by=BOT)
        elif kind == "hand":
            asked = int(value) if value else None
            record = record.with_event(Escalated, at=at, by="kim", target="next", level=asked)
        elif kind == "note":
            record = escalate_now(record, "one", at=at, by="kim", key="k")
        elif kind == "vip":
            record = set_fields(record, custom={"vip": value == "yes"}, at=at, by=BOT)
        elif kind == "assign":
            record = assign(record, assignee=value or None, at=at, by=BOT)
        elif kind == "group":
            record = assign(record, group=value, at=at, by=BOT)
        elif kind == "severity":
            level = Priority.scale.levels[-int(value)]
            record = record.with_event(
                Prioritized, fields=FrozenMap({"computed_priority": level}), at=at, by=BOT
            )
        elif kind == "unsnooze":
            record = unsnooze(record, at=at, by=BOT)
        elif kind == "snooze":
            if not record.state.open:
                continue
            until = at + length * timedelta(minutes=1)
            record = snooze(record, until=until, at=at, by="ada")
            what = f"snooze {length * MINUTE}"  # noqa: PLW2901  with its length
        else:
            answer = decide(record, kind, at=at, by=BOT, **MOVES[kind])
            if not isinstance(answer, Allowed):
                continue
            record = answer.record
            name = "canceled" if record.state.is_canceled else record.state.name
            what = f"state {name}"  # noqa: PLW2901  what came of it
        happened.append((when, what))
    return record, happened


def level_of(desk: Desk, row: Row, step: Step) -> EscalationLevel:
    office = calendar(desk.office)
    counted = office if step.counted else None
    span = step.delay * MICRO
    trigger: object
    if step.kind == "clock":
        trigger = OnClock("resolution", POINTS[step.delay])
    elif step.kind == "chained":
        trigger = AfterPrevious(span, counted)
    elif step.kind == "held":
        trigger = HeldFor(fact("custom.vip").is_true(), span, counted)
    else:
        trigger = After(span, row.since, counted)
    if step.rota is None:
        target = EscalationTarget.field("assignee")
    else:
        target = EscalationTarget.on_call(schedule(desk.rotas[step.rota]))
    until = "acknowledged" if step.acknowledgeable else "resolved"
    during = office if step.contact else None
    return EscalationLevel(trigger, target, until=until, during=during)  # type: ignore[arg-type]


def matrix_of(desk: Desk, given_rows: list[Row]) -> EscalationMatrix:
    test = fact("custom.vip").is_true()
    made = []
    for number, row in enumerate(given_rows):
        when = {None: {}, True: {"when": test}, False: {"when": ~test}}[row.vip]
        made.append(
            EscalationRow(
                str(number),
                [level_of(desk, row, step) for step in row.steps],
                repeat=row.repeat,
                repeat_from=row.repeat_from,
                repeat_after=row.repeat_after * MICRO,
                acknowledged_by=row.acknowledged_by,
                ack_timeout=None if row.timeout is None else row.timeout * MICRO,
                on_unacknowledge="restart" if row.restart else "resume",
                on_snooze_end="restart" if row.restart_after_snooze else "resume",
                snooze_silences="all" if row.snooze_all else "acknowledgeable",
                past_last="wrap" if row.wrap else "clamp",
                ack_when=fact("by.id").equals(row.only) if row.only else ALWAYS,
                **{name: getattr(row, name) for name in CHOICES},
                **when,
            )
        )
    maintenance = [
        Interval(desk.opened + start * MICRO, desk.opened + stop * MICRO)
        for start, stop in desk.maintenance
    ]
    return EscalationMatrix("m", made, maintenance=maintenance)


def instants(seen: set[int], chance: Random) -> list[int]:
    """Return when to look: at every instant of the pager and beside it, and by chance."""
    edges = {at + by for at in seen for by in (-1, 0, 1)}
    examples = settings().max_examples
    if examples > 50:
        everything = edges | {chance.randrange(END) for _ in range(200)}
        few = len(everything) if examples < 1_000 else 60  # the heavy walk takes many histories
    else:
        everything, few = edges | {chance.randrange(END) for _ in range(20)}, 30
    whole = sorted(at for at in everything if 0 <= at <= END)
    return chance.sample(whole, min(few, len(whole)))


@given(
    desks(), st.lists(rows(), min_size=1, max_size=2), stories, st.randoms(use_true_random=False)
)
def test_the_room_agrees_with_the_pager(
    desk: Desk, given_rows: list[Row], wanted: list[tuple[int, str, int]], chance: Random
) -> None:
    """Every key, due, addressee and lapse is the same at every instant that is looked at."""
    record, happened = record_of(desk, wanted)
    pager = Pager(desk, given_rows, happened, END)
    pages = pager.run()
    matrix = matrix_of(desk, given_rows)
    clock = SlaDefinition.resolution(target=TARGET * MICRO, calendar=calendar(desk.office))
    for now in [*instants(pager.seen, chance), END]:
        due = due_escalations(
            matrix, record, slas=[clock], now=desk.opened + now * MICRO, include_lapsed=True
        )
        told = set()
        for one in due:
            lapsed = None
            if one.lapsed_at is not None:
                lapsed = (one.lapsed_at - desk.opened) // MICRO, one.lapsed_because
            at = (one.due_at - desk.opened) // MICRO
            told.add((int(one.row), one.level, one.pass_, one.cycle, at, one.people, lapsed))
        expected = {
            (page.row, page.level, page.pass_, page.cycle, page.due, page.people,
             page.lapse_at(now))
            for page in pages if page.due <= now
        }  # fmt: skip
        assert expected == told, now
