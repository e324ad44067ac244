"""An escalation engine of another kind: a pager that keeps state and is woken by timers.

It imports nothing of the library. Time is in whole microseconds since the record was opened; it
goes from one instant at which something may happen to the next, and never looks ahead.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .plain_rota import Hours, Plan

MICRO = timedelta(microseconds=1)
LAPSING = ("acknowledged", "resolved", "canceled")


@dataclass(frozen=True)
class Step:
    """One level.

    Attributes:
        kind: ``after`` a moment, ``chained`` to the level above, ``held`` or ``clock``.
        delay: The delay; for a clock the counted time that must be reached.
        acknowledgeable: Whether an acknowledgement silences it.
        contact: Whether it waits for the office to open.
        counted: Whether its delay counts in office time.
        rota: Who is told: the number of a schedule; None for whoever is assigned, if anybody.
    """

    kind: str
    delay: int
    acknowledgeable: bool = True
    contact: bool = False
    counted: bool = False
    rota: int | None = 0


@dataclass(frozen=True)
class Row:
    """The levels for some records, and the choices in which engines differ."""

    steps: tuple[Step, ...]
    since: str = "opened_at"
    vip: bool | None = None
    repeat: int = 0
    repeat_after: int = 1
    repeat_from: int = 0
    acknowledged_by: str = "any"
    timeout: int | None = None
    restart: bool = False
    restart_after_snooze: bool = False
    snooze_all: bool = False
    wrap: bool = False
    on_reopen: str = "restart"
    on_apply: str = "restart"
    on_move: str = "restart"
    on_worse: str = "keep"
    only: str = ""  # whose acknowledgements count; anybody's where empty


@dataclass(frozen=True)
class Desk:
    """What stands around the rows: the office, who is on call, and maintenance."""

    opened: datetime
    office: Hours
    rotas: tuple[Plan, ...]
    maintenance: tuple[tuple[int, int], ...] = ()


@dataclass
class Page:
    """One escalation that fell due."""

    row: int
    level: int
    pass_: int
    cycle: int
    due: int
    people: tuple[str, ...]
    empty: bool
    lapsed: tuple[int, str] | None = None
    held: list[tuple[int, int]] = field(default_factory=list)  # when snoozes began and ended

    def lapse_at(self, now: int) -> tuple[int, str] | None:
        """Return when and why it was pointless, as known at an instant."""
        if self.empty:
            return self.due, "nobody_to_tell"
        if self.lapsed is not None and self.lapsed[0] <= now:
            return self.lapsed
        return next(((a, "snoozed") for a, b in self.held if a <= now < b), None)


@dataclass
class Chain:
    """One occurrence of what a row counts from, with what fell due in its current pass."""

    cycle: int
    begin: int
    pass_: int = 0
    dues: list[int] = field(default_factory=list)
    skipped: list[bool] = field(default_factory=list)
    done: bool = False


NEVER = 1 << 62


class Pager:
    """A record on a desk, and what is to be paged for it.

    Args:
        desk: What stands around the rows.
        rows: The rows.
        events: Pairs of an instant and what happened: words, with a value after a space.
        end: The last instant to look at.
    """

    def __init__(self, desk: Desk, rows: list[Row], events: list[tuple[int, str]], end: int):
        self.desk, self.rows, self.events, self.end = desk, rows, events, end
        self.pages: list[Page] = []
        self.timers = [at for at, _ in events] + [0]
        low, high = desk.opened - timedelta(days=9), desk.opened + (end * MICRO) * 3
        self.windows = [
            ((start - desk.opened) // MICRO, (close - desk.opened) // MICRO)
            for start, close in desk.office.windows(low, high)
        ]
        self.timers += [at for window in self.windows for at in window if at >= 0]
        self.timers += [stop for _, stop in desk.maintenance if stop > 0]
        heapq.heapify(self.timers)
        self.state, self.vip, self.assignee = "new", False, ""
        self.group, self.severity = "", 0
        self.acks: list[list[tuple[int, str, int | None]]] = [[] for _ in rows]
        self.applied: list[bool] = [False] * len(rows)
        self.fresh: set[int] = set()  # the rows that an occasion starts again
        self.cleared: set[int] = set()  # the rows whose acknowledgements an occasion ends
        self.quiet = 0  # until when it is snoozed
        self.elapsed, self.before = 0, 0  # of the resolution clock, and the instant before
        self.chains: list[Chain | None] = [None] * len(rows)
        self.cycles = [0] * len(rows)
        self.clocks: dict[tuple[int, int], int] = {}
        self.answered: list[bool] = [False] * len(rows)
        self.unsnoozed = False
        self.asked: int | None = None  # the level that a hand asks for
        self.seen: set[int] = set()  # the instants at which it woke

    def open_at(self, at: int) -> bool:
        """Return whether the office is open."""
        return any(start <= at < stop for start, stop in self.windows)

    def later(self, at: int, delay: int, *, counted: bool) -> int:
        """Return when a delay is over, in wall time or in office time."""
        if not counted or not delay:
            return at + delay
        for start, stop in self.windows:
            if stop > at:
                start = max(start, at)  # noqa: PLW2901  what is left of it
                if stop - start >= delay:
                    return start + delay
                delay -= stop - start
        return NEVER

    def shifted(self, at: int) -> int:
        """Return when what would begin at an instant may begin."""
        for start, stop in self.desk.maintenance:
            if start <= at < stop:
                at = stop
        return at

    def wake(self, at: int) -> None:
        """Ask to be woken."""
        if at <= self.end:
            heapq.heappush(self.timers, at)

    def run(self) -> list[Page]:
        """Return every page up to the end."""
        while self.timers:
            now = heapq.heappop(self.timers)
            while self.timers and self.timers[0] == now:
                heapq.heappop(self.timers)
            if now > self.end:
                break
            self.seen.add(now)
            self.instant(now)
            self.before = now
        return self.pages

    def instant(self, now: int) -> None:
        """Do all that is to be done at one instant."""
        if self.state in ("new", "in_progress") and self.open_at(self.before):
            self.elapsed += now - self.before
        happened = [what for at, what in self.events if at == now]
        hands = self.happen(now, happened)
        over = 0 < now == self.quiet
        if over:
            self.forget()
        ended = over or self.unsnoozed
        for number, row in enumerate(self.rows):
            self.renew(number, row, now, updated=bool(happened), ended=ended, hands=hands)
            self.work(number, row, now, hands)
        self.silence(now)
        if self.state in ("new", "in_progress") and self.open_at(now):
            for row in self.rows:
                for step in row.steps:
                    if step.kind == "clock" and step.delay > self.elapsed:
                        self.wake(now + step.delay - self.elapsed)
        self.wake(self.quiet if self.quiet > now else self.end + 1)

    def forget(self) -> None:
        """End every acknowledgement."""
        self.acks = [[] for _ in self.rows]

    def first_row(self) -> int:
        """Return the row that applies now; -1 for none."""
        rows = (n for n, one in enumerate(self.rows) if one.vip is None or one.vip == self.vip)
        return next(rows, -1)

    def occasions(self, *, reopened: bool, moved: bool, worse: bool) -> None:
        """Let each row take what one event is an occasion of: the first kind decides."""
        current = self.first_row()
        self.fresh, self.cleared = set(), set()
        for number, row in enumerate(self.rows):
            applies = number == current
            begins = applies and not self.applied[number]
            self.applied[number] = applies
            if reopened:
                choice = row.on_reopen
            elif begins:
                choice = row.on_apply
            elif moved:
                choice = row.on_move
            else:
                choice = row.on_worse if worse else "keep"
            if choice != "keep":
                self.acks[number] = []
                self.cleared.add(number)
            if choice == "restart":
                self.fresh.add(number)

    def happen(self, now: int, happened: list[str]) -> int:
        """Apply what happened at an instant; return the manual escalations."""
        hands = 0
        self.unsnoozed = False
        reopened = moved = worse = False
        given: list[tuple[int, str, int | None]] = []
        for what in happened:
            kind, _, value = what.partition(" ")
            if kind == "vip":
                self.vip = value == "yes"
            elif kind == "assign":
                self.assignee = value
            elif kind == "group":
                moved = bool(self.group) and self.group != value
                self.group = value
            elif kind == "severity":
                worse = bool(self.severity) and int(value) > self.severity
                self.severity = int(value)
            elif kind == "ack":
                who, _, level = value.partition(" ")
                given.append((now, who, int(level) if level else None))
                self.quiet = 0
                self.unsnoozed = False
            elif kind == "unack":
                self.forget()
            elif kind == "hand":
                self.forget()
                self.quiet = 0
                self.asked = int(value) if value else None
                hands += 1
            elif kind == "snooze":
                self.quiet = now + int(value)
                self.unsnoozed = False
            elif kind == "unsnooze" and self.quiet > now:
                self.forget()
                self.quiet = 0
                self.unsnoozed = True
            elif kind == "state":
                ended = ("resolved", "canceled")
                reopened = self.state in ended and value not in ended
                self.state = value
                if value in ("resolved", "canceled"):
                    self.quiet, self.unsnoozed = 0, False
        if happened or not now:
            self.occasions(reopened=reopened, moved=moved, worse=worse)
        else:
            self.fresh, self.cleared = set(), set()
        for number, row in enumerate(self.rows):
            for ack in given:
                if self.applied[number] and row.only in ("", ack[1]):
                    self.acks[number].append(ack)
            if row.timeout is not None:
                for at, _, _ in self.acks[number]:
                    self.wake(at + row.timeout if at + row.timeout > now else self.end + 1)
        return hands

    def alive(self, number: int, now: int) -> list[tuple[int, str, int | None]]:
        """Return the acknowledgements of a row that have not timed out."""
        timeout = self.rows[number].timeout
        return [ack for ack in self.acks[number] if timeout is None or now < ack[0] + timeout]

    def renew(
        self, number: int, row: Row, now: int, *, updated: bool, ended: bool, hands: int
    ) -> None:
        """Begin a chain anew where what it counts from has moved, or silence has ended."""
        open_ = self.state not in ("resolved", "canceled")
        snoozed = now < self.quiet
        answered = bool(self.alive(number, now))
        anew = ended and row.restart_after_snooze
        if not snoozed:
            withdrawn = self.answered[number] and not answered and open_ and not hands and not ended
            withdrawn = withdrawn and number not in self.cleared
            anew = anew or (row.restart and withdrawn)
            self.answered[number] = answered
        kind = row.steps[0].kind
        if kind == "clock":
            return
        chain = self.chains[number]
        if kind == "held":
            if not self.vip:
                self.chains[number] = None
                return
            begins = chain is None
            anew = anew or (number in self.fresh and row.vip is True)  # the row's own condition
        else:
            begins = now == 0 or (updated and row.since == "updated_at")
            anew = anew or (number in self.fresh and row.since == "opened_at")
        if begins or (anew and chain is not None):
            self.cycles[number] += 1
            begin = self.shifted(now)
            self.chains[number] = Chain(self.cycles[number], begin)
            if begin > now:
                self.wake(begin)

    def reason(self, number: int, row: Row, level: int, now: int) -> str:
        """Return what keeps a level silent."""
        if self.state in ("resolved", "canceled"):
            return self.state
        if self.first_row() != number:
            return "other row"
        step = row.steps[level]
        if now < self.quiet and (row.snooze_all or step.acknowledgeable):
            return "snoozed"
        acks = self.alive(number, now)
        if not step.acknowledgeable or not acks:
            return ""
        if row.acknowledged_by == "all":
            told = {who for page in self.pages if page.row == number for who in page.people}
            return "acknowledged" if told <= {who for _, who, _ in acks} else ""
        if row.acknowledged_by == "level":
            upto = any(which is None or which >= level for _, _, which in acks)
            return "acknowledged" if upto else ""
        return "acknowledged"

    def work(self, number: int, row: Row, now: int, hands: int) -> None:
        """Page what is due at an instant, level after level."""
        for level, step in enumerate(row.steps):
            if step.kind == "clock" and (number, level) not in self.clocks:
                free = not self.reason(number, row, level, now)
                office = not step.contact or self.open_at(now)
                if self.elapsed >= step.delay and free and office:
                    self.clocks[number, level] = now
                    self.page(number, level, 0, 1, now)
                    if level + 1 < len(row.steps) and row.steps[level + 1].kind == "chained":
                        chain = Chain(1, now, 0, [now], [self.pages[-1].empty])
                        self.chains[number] = chain
        chain = self.chains[number]
        # Further passes leave a clock's level out.
        first = max(row.repeat_from, int(row.steps[0].kind == "clock"))
        while chain is not None and not chain.done:
            level = len(chain.dues) + (first if chain.pass_ else 0)
            if level == len(row.steps):
                again = chain.dues[-1] + row.repeat_after
                more = chain.pass_ < row.repeat
                if row.wrap and hands and self.asked is None and (not more or now < again):
                    hands -= 1
                    begin = now
                elif more and now >= again:
                    begin = again
                else:
                    chain.done = not more and not row.wrap
                    if more:
                        self.wake(again)
                    return
                chain.begin, chain.dues, chain.skipped = begin, [], []
                chain.pass_ += 1
                continue
            due = self.due(row, chain, level)
            ready = now >= (chain.dues[-1] if chain.dues else chain.begin)
            free = ready and not self.reason(number, row, level, now)
            office = not row.steps[level].contact or self.open_at(now)
            wanted = bool(hands) and (self.asked is None or self.asked >= level)
            spent = wanted and (self.asked is None or self.asked == level)
            if free and (wanted or (now >= due and office)):
                hands -= spent
            else:
                if due > now:
                    self.wake(due)
                return
            self.page(number, level, chain.pass_, chain.cycle, now)
            chain.dues.append(now)
            chain.skipped.append(self.pages[-1].empty)

    def due(self, row: Row, chain: Chain, level: int) -> int:
        """Return when the next level of a chain is due by its delay."""
        step = row.steps[level]
        if not chain.dues:
            if chain.pass_:
                return chain.begin
            return self.later(chain.begin, step.delay, counted=step.counted)
        if step.kind == "chained":
            if chain.skipped[-1]:
                return chain.dues[-1]
            return self.later(chain.dues[-1], step.delay, counted=step.counted)
        delay = step.delay - (row.steps[row.repeat_from].delay if chain.pass_ else 0)
        return self.later(chain.begin, delay, counted=step.counted)

    def page(self, number: int, level: int, pass_: int, cycle: int, now: int) -> None:
        """Keep one page, with whoever it reaches."""
        rota = self.rows[number].steps[level].rota
        if rota is None:
            people = (self.assignee,) if self.assignee else ()
        else:
            people = self.desk.rotas[rota].on_call(self.desk.opened + now * MICRO)
        self.pages.append(Page(number, level, pass_, cycle, now, people, not people))

    def silence(self, now: int) -> None:
        """Note which pages became pointless, or are held back."""
        for page in self.pages:
            reason = self.reason(page.row, self.rows[page.row], page.level, now)
            if page.due == now or page.lapsed is not None:
                continue
            if reason in LAPSING:
                page.lapsed = now, reason
            holding = bool(page.held) and page.held[-1][1] == NEVER
            if holding and reason != "snoozed":
                page.held[-1] = page.held[-1][0], now
            elif reason == "snoozed" and not holding:
                page.held.append((now, NEVER))
