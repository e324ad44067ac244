"""A reminder engine of another kind: it walks minute by minute and keeps state, as bots do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    due_updates,
    missed_updates,
    next_update_wakeup,
)
from incidentcore.communication.evaluate import updates_and_wakeup
from incidentcore.conditions import NEVER, before
from incidentcore.conditions import field as fact
from incidentcore.kpi import Kpi, Updates, compute_kpis
from incidentcore.lifecycle import Allowed, decide
from incidentcore.records import Incident, log_update_sent, set_fields
from incidentcore.schedule import BusinessCalendar

T0 = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)  # the Friday before Berlin's clocks go forward
MIN = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessCalendar(zone=BERLIN, hours={"mon-fri": "09:00-17:00", "sun": "00:00-08:00"})
CONTACT = BusinessCalendar(zone=BERLIN, hours={"mon-sun": ["01:30-02:30", "07:00-22:00"]})
END = 4500
FOREVER = 9000
AUDIENCES = ("customers", "executives")
QUIET = 100  # minutes for which one event quiets the rules that may be stopped


@dataclass(frozen=True)
class Rule:
    """A rule in plain numbers: minutes, not instants."""

    audiences: tuple[str, ...]
    vip: bool | None
    first: int | None
    every: int | None
    on_hold: int | None
    final: int | None
    office: bool
    contact: bool
    notice: int
    stops: bool
    tells: bool = False  # each change of the phase


@dataclass
class Reminder:
    """What an audience is owed."""

    rule: Rule
    kind: str
    since: int
    due: int
    told: int


@dataclass
class Desk:
    """One audience's reminders so far."""

    standing: Reminder | None = None
    spoke: int | None = None
    began: int | None = None
    regular: bool = False
    over: bool = False
    engaged: bool = False
    rule: Rule | None = None
    held: bool = False
    news: int | None = None  # the first change since the last update
    paces: dict[tuple[int, bool], tuple[str, int, int]] = field(default_factory=dict)
    told: set[tuple[str, int, int]] = field(default_factory=set)
    missed: set[tuple[str, int, int, int | None]] = field(default_factory=set)
    kept: int = 0


def office(minute: int) -> bool:
    local = (T0 + minute * MIN).astimezone(BERLIN)
    return 9 <= local.hour < 17 if local.weekday() < 5 else local.weekday() == 6 and local.hour < 8


def contact(minute: int) -> bool:
    """Tell the contact hours; the edge 02:30 in the gap moves to 03:30 (rule C3)."""
    local = (T0 + minute * MIN).astimezone(BERLIN)
    clock = local.hour * 60 + local.minute
    end = 210 if (local.month, local.day) == (3, 29) else 150
    return 90 <= clock < end or 420 <= clock < 1320


def later(counts: Callable[[int], bool], start: int, span: int) -> int:
    while span and start < FOREVER:
        span -= counts(start)
        start += 1
    return start


def always(minute: int) -> bool:
    return True


def clock_of(rule: Rule) -> Callable[[int], bool]:
    return office if rule.office else always


def moved(rule: Rule, minute: int) -> int:
    if not rule.contact or contact(minute) or contact(minute - 1):
        return minute
    while not contact(minute):
        minute += 1
    return later(contact, minute, rule.notice)


def told_at(rule: Rule, due: int, now: int) -> int:
    if not rule.notice:
        return due
    if not rule.contact:
        return max(now, due - rule.notice)
    start, left = due, rule.notice
    while left:
        start -= 1
        left -= contact(start)
    start = max(start, now)
    while start < due and not contact(start):
        start += 1
    return start


def lateness(rule: Rule, due: int, now: int) -> int:
    counts = office if rule.office else contact if rule.contact else always
    return sum(counts(minute) for minute in range(due, now))


def owe(desk: Desk, rule: Rule, kind: str, *, since: int, due: int, now: int) -> None:
    due = moved(rule, due)
    desk.standing = Reminder(rule, kind, since, due, told_at(rule, due, now))


def close(desk: Desk, now: int, *, sent: bool) -> None:
    one = desk.standing
    if one is None:
        return
    late = lateness(one.rule, one.due, now)
    if late:
        desk.missed.add((one.kind, one.due, late, now if sent else None))
    elif sent:
        desk.kept += 1
    desk.standing = None


def takes_over(
    desk: Desk, rule: Rule, kind: str, *, since: int, span: int, grace: int, now: int
) -> None:
    """Time what is owed by another pace: by what it promised already, or by its own time."""
    one = desk.standing
    if one is not None and lateness(one.rule, one.due, now):
        return
    pace = id(rule), desk.held
    own = later(clock_of(rule), since, span)
    if kind != "final" and pace in desk.paces:
        kind, since, due = desk.paces[pace]
    elif own > now:
        due = moved(rule, own)
    else:
        soon = later(clock_of(rule), now, grace)
        due = moved(rule, max(now, soon if one is None else min(soon, one.due)))
    if kind in ("first", "next") and rule.tells and desk.news is not None:
        own = later(clock_of(rule), desk.news, rule.every if rule.first is None else rule.first)
        if own <= now:
            soon = later(clock_of(rule), now, grace)
            own = max(now, soon if one is None else min(soon, one.due))
        if moved(rule, own) < due:
            kind, since, due = "change", desk.news, moved(rule, own)
            desk.paces[pace] = kind, since, due
    if kind != "final":
        desk.paces.setdefault(pace, (kind, since, due))
    if one is not None and due == one.due:
        told = one.told if one.told < now else told_at(rule, due, now)
        desk.standing = Reminder(rule, kind, since, due, told)
    else:
        close(desk, now, sent=False)
        desk.missed = {
            lapsed for lapsed in desk.missed if (*lapsed[:2], lapsed[3]) != (kind, due, None)
        }
        owe(desk, rule, kind, since=since, due=due, now=now)


def step(desk: Desk, rule: Rule | None, now: int, *, sent: bool, mode: str, noted: bool) -> None:
    was_regular, was_over, was_rule, was_held = desk.regular, desk.over, desk.rule, desk.held
    desk.rule = rule
    desk.regular = rule is not None and mode in ("run", "hold")
    desk.over = rule is not None and mode == "over"
    desk.held = mode == "hold"
    if sent:
        close(desk, now, sent=True)
    if mode in ("over", "canceled"):
        desk.began = desk.news = None
        desk.paces.clear()
    elif desk.began is not None and sent:  # the update before, even if the rule is stopped
        desk.spoke, desk.news = now, None
        desk.paces.clear()
    if rule is None or mode in ("canceled", "stopped"):
        close(desk, now, sent=False)
        desk.engaged = desk.engaged and rule is not None
        return
    count = clock_of(rule)
    if desk.over:
        if not desk.engaged:
            return
        if rule.final is None:
            close(desk, now, sent=False)
        elif not was_over:
            close(desk, now, sent=False)
            owe(desk, rule, "final", since=now, due=later(count, now, rule.final), now=now)
            if sent:
                close(desk, now, sent=True)
        elif rule is not was_rule and desk.standing is not None:
            since = desk.standing.since
            final = rule.final
            takes_over(desk, rule, "final", since=since, span=final, grace=final, now=now)
        return
    cadence = rule.on_hold if mode == "hold" and rule.on_hold is not None else rule.every
    opening = cadence if rule.first is None else rule.first
    desk.engaged = True
    if desk.began is None:
        close(desk, now, sent=False)
        desk.began, desk.spoke = now, now if sent else None
        if sent and opening is not None:
            owe(desk, rule, "first", since=now, due=later(count, now, opening), now=now)
            close(desk, now, sent=True)
    noted = noted and rule.tells and not sent and desk.began != now
    if noted and desk.news is None:
        desk.news = now
    changed = rule is not was_rule or was_held != desk.held or not was_regular or noted
    kind, since, span = (
        ("first", desk.began, opening) if desk.spoke is None else ("next", desk.spoke, cadence)
    )
    if span is None and rule is not was_rule and since != now and rule.first is not None:
        takes_over(desk, rule, "first", since=now, span=rule.first, grace=0, now=now)
    elif span is None and changed and rule.tells and desk.news is not None:
        assert rule.first is not None
        told = {"since": desk.news, "span": rule.first, "grace": rule.first}
        takes_over(desk, rule, "change", now=now, **told)
    elif span is None:
        if rule is not was_rule:  # a rule that owes one update owes it until it is sent
            close(desk, now, sent=False)
    elif since == now:
        owe(desk, rule, kind, since=now, due=later(count, now, span), now=now)
        assert desk.standing is not None
        desk.paces.setdefault((id(rule), desk.held), (kind, now, desk.standing.due))
    elif changed:
        grace = 0 if opening is None else opening
        takes_over(desk, rule, kind, since=since, span=span, grace=grace, now=now)


def walk(rules: list[Rule], events: list[tuple[int, str]]) -> dict[str, Desk]:
    """Return what each audience was told to expect and what it missed, minute by minute."""
    desks = {audience: Desk() for audience in AUDIENCES}
    state, vip, flag, quiet = "open", False, False, 0  # quiet until that minute
    for minute in range(END + 1):
        now = [kind for when, kind in events if when == minute]
        for kind in now:
            if kind in ("vip", "plain"):
                vip = kind == "vip"
            elif kind in ("flag", "unflag"):
                flag = kind == "flag"
            elif kind == "quiet":
                quiet = minute + QUIET
            elif kind in MOVES:
                state = MOVES[kind]
        if minute == 0 or now or minute == quiet:
            for audience, desk in desks.items():
                found = [
                    one for one in rules if audience in one.audiences and one.vip in (None, vip)
                ]
                rule = found[0] if found else None
                mode = {"open": "run", "held": "hold", "resolved": "over"}.get(state, "canceled")
                stopped = flag or minute < quiet
                if rule is not None and rule.stops and stopped and state in ("open", "held"):
                    mode = "stopped"
                step(desk, rule, minute, sent=audience in now, mode=mode, noted="phase" in now)
        for desk in desks.values():
            one = desk.standing
            if one is not None and minute >= one.told:
                desk.told.add((one.kind, one.since, one.due))
    for desk in desks.values():
        one = desk.standing
        if one is not None:
            late = lateness(one.rule, one.due, END)
            if late:
                desk.missed.add((one.kind, one.due, late, None))
    return desks


MOVES = {
    "hold": "held",
    "resume": "open",
    "resolve": "resolved",
    "reopen": "open",
    "cancel": "canceled",
}
FIELDS = {
    "resolve": {"resolution_code": "a", "resolution_notes": "b"},
    "hold": {"reason": "awaiting_vendor"},
}


def plan_of(rules: list[Rule]) -> CommunicationPlan:
    def span(minutes: int | None) -> timedelta | None:
        return None if minutes is None else minutes * MIN

    vip = fact("custom.vip").is_true()
    stop = fact("custom.flag").is_true() | before("custom.until")
    return CommunicationPlan(
        "p",
        [
            UpdateRule(
                name=str(number),
                audiences=rule.audiences,
                **{None: {}, True: {"when": vip}, False: {"when": ~vip}}[rule.vip],
                first=span(rule.first),
                every=span(rule.every),
                on_hold=span(rule.on_hold),
                final=span(rule.final),
                calendar=OFFICE if rule.office else None,
                during=CONTACT if rule.contact else None,
                notice=rule.notice * MIN,
                stop=stop if rule.stops else NEVER,
                on_change="custom.phase" if rule.tells else (),
            )
            for number, rule in enumerate(rules)
        ],
    )


def record_of(wanted: list[tuple[int, str]]) -> tuple[Incident, list[tuple[int, str]]]:
    """Return the record, and the events that its lifecycle allowed."""
    record = Incident.open(id="I", title="x", at=T0, by="kim")
    happened: list[tuple[int, str]] = []
    for minute, kind in sorted(wanted, key=lambda event: event[0]):
        at = T0 + minute * MIN
        if kind in AUDIENCES:
            record = log_update_sent(record, kind, at=at, by="ada")
        elif kind in ("vip", "plain"):
            record = set_fields(record, custom={"vip": kind == "vip"}, at=at, by="ada")
        elif kind == "phase":
            record = set_fields(record, custom={"phase": minute}, at=at, by="ada")
        elif kind in ("flag", "unflag"):
            record = set_fields(record, custom={"flag": kind == "flag"}, at=at, by="ada")
        elif kind == "quiet":
            record = set_fields(record, custom={"until": at + QUIET * MIN}, at=at, by="ada")
        else:
            answer = decide(record, kind, at=at, by="ada", **FIELDS.get(kind, {}))
            if not isinstance(answer, Allowed):
                continue
            record = answer.record
        happened.append((minute, kind))
    return record, happened


def maybe(strategy: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), strategy)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    notice = draw(st.sampled_from((0, 0, 5, 20)))
    every = draw(maybe(st.integers(notice + 1, 150)))
    first = draw(maybe(st.integers(0, 90)))
    final = draw(maybe(st.integers(0, 90)))
    if first is None and every is None and final is None:
        final = 30
    return Rule(
        audiences=draw(st.sampled_from((AUDIENCES, AUDIENCES, AUDIENCES[:1], AUDIENCES[1:]))),
        vip=draw(st.sampled_from((None, None, True, False))),
        first=first,
        every=every,
        on_hold=None if every is None else draw(maybe(st.integers(notice + 1, 400))),
        final=final,
        office=draw(st.booleans()),
        contact=draw(st.booleans()),
        notice=notice,
        stops=draw(st.booleans()),
        tells=(first is not None or every is not None) and draw(st.booleans()),
    )


kinds = st.sampled_from(
    (*AUDIENCES, *AUDIENCES, "phase", "vip", "plain", "flag", "unflag", "quiet", "phase", *MOVES)
)
minutes = st.one_of(st.integers(0, 300), st.integers(2300, 2600), st.integers(0, 4000))
happenings = st.lists(st.tuples(minutes, kinds), max_size=16)
VIP = Rule(AUDIENCES, True, 15, 30, None, 20, False, False, 5, False)
PLAIN = Rule(AUDIENCES, None, 30, 60, None, 60, False, False, 10, False)
SILENT = Rule(AUDIENCES, None, 30, 60, None, None, False, False, 0, False)
STOPS = Rule(AUDIENCES, None, 50, 60, None, None, False, False, 0, True)
ONCE = Rule(AUDIENCES, None, 15, None, None, None, False, False, 0, True)
ONCE_VIP = Rule(AUDIENCES, True, 15, None, None, None, False, False, 0, False)
EVERY_OTHER = Rule(AUDIENCES, False, None, 2, None, None, False, False, 0, False)
TOLD = Rule(AUDIENCES, None, 10, None, None, None, False, False, 0, False, True)
EVERY_HALF_HOUR = Rule(AUDIENCES, None, 15, 30, None, 30, False, True, 5, False)


@given(st.lists(rules(), min_size=1, max_size=3), happenings)
@example([EVERY_HALF_HOUR], [(0, "customers"), (2460, "customers"), (2500, "resolve")])
@example([EVERY_HALF_HOUR], [(10, "resolve"), (10, "customers"), (10, "executives")])
@example([PLAIN], [(20, "customers"), (40, "resolve"), (50, "reopen"), (200, "customers")])
@example([VIP, PLAIN], [(10, "resolve"), (20, "vip"), (30, "plain")])
@example([STOPS], [(30, "flag"), (45, "unflag")])
@example([STOPS], [(1, "quiet")])
@example([STOPS], [(20, "customers"), (25, "flag"), (55, "customers"), (80, "unflag")])
@example([ONCE], [(5, "customers"), (25, "flag"), (80, "unflag")])
@example([ONCE_VIP, PLAIN], [(0, "customers"), (1, "vip"), (2, "executives"), (3, "hold")])
@example([VIP], [(0, "vip"), (5, "plain"), (10, "resolve"), (20, "reopen"), (25, "vip")])
@example([EVERY_OTHER, TOLD], [(0, "customers"), (2300, "vip"), (2318, "hold")])
@example([EVERY_OTHER, TOLD], [(0, "customers"), (0, "vip"), (1, "phase"), (3, "hold")])
@example([VIP, SILENT], [(5, "vip"), (10, "resolve"), (20, "plain"), (25, "vip")])
def test_the_room_agrees_with_an_engine_that_walks(
    plain: list[Rule], wanted: list[tuple[int, str]]
) -> None:
    """Every reminder, every lateness and every figure is the same, though nothing is shared."""
    record, happened = record_of(wanted)
    plan, now = plan_of(plain), T0 + END * MIN
    desks = walk(plain, happened)

    told = {
        (one.audience, one.kind, (one.since - T0) // MIN, (one.due_at - T0) // MIN)
        for one in due_updates(plan, record, now=now, include_lapsed=True)
    }
    assert told == {(name, *one) for name, desk in desks.items() for one in desk.told}
    missed = {
        (
            one.audience,
            one.kind,
            (one.due_at - T0) // MIN,
            one.late_by // MIN,
            None if one.sent_at is None else (one.sent_at - T0) // MIN,
        )
        for one in missed_updates(plan, record, now=now)
    }
    assert missed == {(name, *one) for name, desk in desks.items() for one in desk.missed}
    kpis = [
        Kpi(id="kept", measure=Updates(plan, "on_time"), statistic="sum", canceled="include"),
        Kpi(id="missed", measure=Updates(plan, "missed"), statistic="sum", canceled="include"),
    ]
    kept, late = (one.value or 0 for one in compute_kpis(kpis, [record], as_of=now).results)
    assert (kept, late) == (sum(desk.kept for desk in desks.values()), len(missed))


@given(st.lists(rules(), min_size=1, max_size=3), happenings, happenings, st.integers(0, 3000))
@example([EVERY_HALF_HOUR], [], [(0, "customers")], 0)
@example([STOPS], [(1, "quiet")], [(1, "quiet"), (2, "cancel")], 45)
@example([STOPS], [(1, "flag")], [], 70)
def test_a_wakeup_is_the_first_change_of_what_is_due(
    plain: list[Rule], one: list[tuple[int, str]], other: list[tuple[int, str]], minute: int
) -> None:
    """Just before it the list is as it was, at it another; of two records the sooner counts."""
    plan, now = plan_of(plain), T0 + minute * MIN
    records = [
        record_of([event for event in past if event[0] <= minute])[0] for past in (one, other)
    ]
    found = []
    for record in records:
        listed = due_updates(plan, record, now=now)
        wakeup = next_update_wakeup(plan, [record], now=now)
        for lapsed in (True, False):
            both = updates_and_wakeup(plan, record, now=now, include_lapsed=lapsed)
            assert both == (due_updates(plan, record, now=now, include_lapsed=lapsed), wakeup)
        found.append(wakeup)
        until = T0 + FOREVER * MIN if wakeup is None else wakeup
        for at in (now + (until - now) / 3, until - timedelta.resolution):
            assert due_updates(plan, record, now=at) == listed
        if wakeup is not None:
            assert wakeup > now
            assert due_updates(plan, record, now=wakeup) != listed
    soonest = min((at for at in found if at is not None), default=None)
    for order in (records, records[::-1]):
        assert next_update_wakeup(plan, order, now=now) == soonest
