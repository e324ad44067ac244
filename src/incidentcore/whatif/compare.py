"""Compare two sets of rules on the same records, and find where they first differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import attrs

from incidentcore._checks import as_tuple, need_each, need_kind
from incidentcore.conditions.access import reader
from incidentcore.desk import Desk, DueItem
from incidentcore.desk.due import look_at
from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.escalation import Escalation
from incidentcore.instants import LATEST, Interval, as_utc
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises
from incidentcore.records.replay import as_it_was
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaRules, SlaStatus, evaluate_sla
from incidentcore.sla.evaluate import in_force
from incidentcore.sla.life import OneClock
from incidentcore.sla.policy import ServiceLevel
from incidentcore.sla.trace import TraceEntry
from incidentcore.sla.twin import Twin, twin_of
from incidentcore.whatif.comparison import Comparison, ComparisonChange
from incidentcore.words.words import span_text

Rules: TypeAlias = SlaRules | Desk
"""A definition, a policy, a service level, ``Versions`` of one of these, or a whole desk."""

_MICRO = timedelta(microseconds=1)
Statuses: TypeAlias = tuple[SlaStatus, ...]
_Pair: TypeAlias = tuple[str, OneClock | None, OneClock | None, Twin | None]


def compare_rules(
    before: Rules,
    after: Rules,
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    group_by: Iterable[str] | str = (),
    penalty: Callable[[SlaStatus], Decimal] | None = None,
) -> Comparison:
    """Return the differences between two sets of rules on the same records.

    The comparison assumes that people would have acted in the same way under the other rules. For
    desks, due items are compared too. Rule X2 says how clocks and items are matched.

    Args:
        before: The present rules: a clock, a policy, a service level, or a desk.
        after: The alternative rules.
        records: The records, read once; those of exercises are excluded.
        now: The instant at which to evaluate the rules.
        group_by: Paths of the fields by which to group the changes, as of ``now``.
        penalty: A function that takes an SLA status and returns its penalty; the penalties are
            added up for each set of rules. None for no penalties.

    Raises:
        InvalidValueError: The rules are of an unsupported type, a desk is compared with clocks, or
            a record lacks a field in ``group_by``.

    Source: rule X2.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import BusinessCalendar, Incident, SlaDefinition
    >>> from incidentcore.whatif import compare_rules
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="No mail", by="kim", at=nine)
    >>> four, two = (
    ...     SlaDefinition.resolution(hours=hours, calendar=BusinessCalendar.always())
    ...     for hours in (4, 2)
    ... )
    >>> for change in compare_rules(four, two, [incident], now=nine + timedelta(hours=3)).changes:
    ...     print(change)
    INC-1 resolution: running -> breached: target 4:00 -> 2:00
    """
    now = as_utc(now, "now")
    desks = [isinstance(one, Desk) for one in (before, after)]
    if any(desks) and not all(desks):
        raise InvalidValueError("after", after, "a desk only if the other rules are a desk too")
    paths = as_tuple(group_by, str)
    reads = [reader(path) for path in paths]
    count = 0
    outcomes: Counter[tuple[str, str, str]] = Counter()
    changes: list[ComparisonChange] = []
    clocks = _BothSides(before, after)
    paid = [Decimal(0), Decimal(0)]
    for record in without_exercises(records):
        if record.opened_at > now:
            continue
        count += 1
        known = as_it_was(record, now)
        group = tuple([read(known) for read in reads])
        found, statuses = clocks(record, now)
        for key, *both in found:
            was, would_be = (_outcome(one, record, now) for one in both)
            if penalty is not None:
                for place, status in enumerate(both):
                    cost = Decimal(0) if status is None else penalty(status)
                    need_kind("penalty", cost, Decimal | int, allowed="a Decimal")
                    paid[place] += cost
            outcomes[key, was, would_be] += 1
            if was != would_be:
                since, why = _witness(*both)
                changes.append(
                    ComparisonChange(
                        record_id=record.id,
                        key=key,
                        what="clock",
                        before=was,
                        after=would_be,
                        since=since,
                        why=why,
                        group=group,
                    )
                )
        sides: Any = zip((before, after), statuses, strict=True)  # of desks
        for change in _due_changes(sides, record, now, group) if all(desks) else ():
            outcomes[change.what, change.before, change.after] += 1
            if change.before != change.after:
                changes.append(change)
    return Comparison(
        records=count,
        outcomes=tuple((*key, number) for key, number in sorted(outcomes.items())),
        changes=changes,
        groups=paths,
        penalties=None if penalty is None else (paid[0], paid[1]),
    )


class _BothSides:
    """The clocks of two sets of rules, matched once for each two that are in force together."""

    def __init__(self, before: Rules, after: Rules) -> None:
        self.rules = before, after
        self.matched: dict[tuple[int, int], list[_Pair]] = {}  # by ids: hashing is slow

    def __call__(
        self, record: Record, now: datetime
    ) -> tuple[list[tuple[str, SlaStatus | None, SlaStatus | None]], list[Statuses]]:
        """Return both statuses of each pair of clocks by key, and the statuses of each side."""
        (mine, seen), (other, seen_after) = (_in_force(rules, record) for rules in self.rules)
        pairs = self.matched.get((id(mine), id(other)))
        if pairs is None:
            pairs = list(_matched(_named(mine), _named(other)))
            self.matched[id(mine), id(other)] = pairs
        found: list[tuple[str, SlaStatus | None, SlaStatus | None]] = []
        known: dict[int, SlaStatus] = {}
        for key, clock, its, twin in pairs:
            before = None if clock is None else evaluate_sla(clock, seen, now=now)
            if twin is not None and before is not None and seen is seen_after:
                after: SlaStatus | None = twin.status(before)
            else:
                after = None if its is None else evaluate_sla(its, seen_after, now=now)
            found.append((key, before, after))
            known.update((id(of), one) for of, one in ((clock, before), (its, after)) if one)
        return found, [tuple([known[id(one)] for one in _listed(side)]) for side in (mine, other)]


def _in_force(rules: Rules, record: Record) -> tuple[OneClock | ServiceLevel | None, Record]:
    """Return the clocks in force for a record, and the record as they see it."""
    if not isinstance(rules, Desk):
        return in_force(rules, record.opened_at), record
    level = rules.service_level
    return level, record if level is None else rules.judged(record)


def _listed(rules: OneClock | ServiceLevel | None) -> tuple[OneClock, ...]:
    return () if rules is None else rules.clocks


def _named(rules: OneClock | ServiceLevel | None) -> dict[str, OneClock]:
    """Return the clocks by name, and by position where one has no name of its own."""
    clocks = _listed(rules)
    named = {clock.name: clock for clock in clocks}
    if len(named) == len(clocks):
        return named
    return {f"{clock.name} {place}".strip(): clock for place, clock in enumerate(clocks, 1)}


def _matched(mine: dict[str, OneClock], other: dict[str, OneClock]) -> Iterator[_Pair]:
    """Yield pairs of clocks by name; by position if their names differ and numbers are equal."""
    names = dict.fromkeys((*mine, *other))
    pairs: list[tuple[str, OneClock | None, OneClock | None]]
    if len(mine) == len(other) < len(names):
        keys = [name or str(place) for place, name in enumerate(mine, 1)]
        pairs = list(zip(keys, mine.values(), other.values(), strict=True))
    else:
        pairs = [(name or "clock", mine.get(name), other.get(name)) for name in names]
    for key, one, its in pairs:
        yield key, one, its, None if one is None or its is None else twin_of(one, its)


def _outcome(status: SlaStatus | None, record: Record, now: datetime) -> str:
    if status is None or status.stage == "none":
        return "not covered" if status is not None and status.not_covered else "none"
    if status.stage == "not_started":
        canceled = record.canceled_at is not None and record.canceled_at <= now  # rule K2
        return "canceled" if canceled else "not started"
    if status.stage == "canceled":
        return "canceled"
    if status.breached:
        return "breached"
    return "met" if status.stage == "stopped" else status.stage


def _witness(mine: SlaStatus | None, other: SlaStatus | None) -> tuple[datetime | None, str]:
    """Return the first instant at which two clocks differ, and what each of them shows."""
    for status in (mine, other):
        if status is not None and status.not_covered:
            return None, status.trace.summary
    if mine is None or other is None or "none" in (mine.stage, other.stage):
        return None, "only one of them has this clock"
    ways = [[one for one in status.trace if one.interval] for status in (mine, other)]
    found = _first_split(*ways)
    if found is not None:
        return found
    targets = [status.target for status in (mine, other)]
    shown = [span_text(target) if target is not None else "none" for target in targets]
    return None, f"target {shown[0]} -> {shown[1]}"


def _first_split(
    mine: Sequence[TraceEntry], other: Sequence[TraceEntry]
) -> tuple[datetime, str] | None:
    """Return where two partitions of the same time first differ; both are read once."""
    edges = sorted({one.interval.start for one in (*mine, *other)})
    places = [0, 0]
    for at in edges:
        texts = []
        for side, entries in enumerate((mine, other)):
            while places[side] < len(entries) and entries[places[side]].interval.end <= at:
                places[side] += 1
            entry = entries[places[side]] if places[side] < len(entries) else None
            texts.append("nothing" if entry is None else entry.text)
        if texts[0] != texts[1]:
            return at, f"{texts[0]} -> {texts[1]}"
    return None


def _due_changes(
    desks: Iterable[tuple[Desk, Statuses]],
    record: Record,
    now: datetime,
    group: tuple[object, ...],
) -> Iterator[ComparisonChange]:
    """Yield the due items of both desks, except clocks: new, gone, earlier, later, the same.

    Items due under both desks that address others yield a second change, ``addressees``.
    """
    sides = [_due(desk, statuses, record, now) for desk, statuses in desks]
    for key in dict.fromkeys((*sides[0], *sides[1])):
        mine, other = sides[0].get(key), sides[1].get(key)
        words, since = ("due", "due"), None
        item = mine or other
        assert item is not None  # noqa: S101  it is of one of them
        why = item.why
        if mine is None or other is None:
            words, since = ("not due", "due") if mine is None else ("due", "not due"), item.due_at
        elif mine.due_at != other.due_at:
            is_earlier = mine.due_at < other.due_at
            words = ("earlier", "later") if is_earlier else ("later", "earlier")
            since = min(mine.due_at, other.due_at)
            why = mine.why if mine.why == other.why else f"{mine.why} -> {other.why}"
        change = ComparisonChange(
            record_id=record.id,
            key=key,
            what=item.kind,
            before=words[0],
            after=words[1],
            since=since,
            why=why,
            group=group,
        )
        yield change
        if mine is None or other is None:
            continue
        was, would_be = _addressees(mine.body), _addressees(other.body)
        if was != would_be:
            since = min(mine.due_at, other.due_at)
            yield attrs.evolve(change, what="addressees", before=was, after=would_be, since=since)


def _addressees(body: object) -> str:
    """Return the addressees of an escalation or the channel of an update as text."""
    if not isinstance(body, Escalation):
        return getattr(body, "channel", "") or "no channel"
    named = {one.name for one in body.targets if one.kind == "person"}
    shown = ", ".join(map(str, body.targets))
    others = ", ".join(who for who in body.people if who not in named)
    called = any(one.kind not in ("group", "role", "person") for one in body.targets)
    return f"{shown} ({others or 'nobody'})" if called else shown


def _due(desk: Desk, statuses: Statuses, record: Record, now: datetime) -> dict[str, DueItem]:
    """Return the due items, by a key without the desk's name and the item's instant."""
    found: dict[str, DueItem] = {}
    for item in look_at(desk, record, now=now, ahead=False, kept=statuses).items:
        if item.kind.startswith("sla."):
            continue
        key = item.key.replace(f"/{desk.name}/", "/", 1)
        key = key.partition(":")[2].removeprefix(f"{record.id}/")
        found.setdefault(key if item.kind == "escalation" else key.rpartition("/")[0], item)
    return found


def first_difference(before: Calendar, after: Calendar, /, *, at: datetime) -> Interval | None:
    """Return the first interval, at or after ``at``, in which only one of two calendars is open.

    ``after.is_open(interval.start)`` shows which of them is. None if the calendars do not differ in
    any year that calendars support.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.whatif import first_difference
    >>> plain = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    >>> lunch = BusinessCalendar(zone="UTC", hours={"mon-fri": ["09:00-12:00", "13:00-17:00"]})
    >>> found = first_difference(plain, lunch, at=datetime(2026, 6, 6, tzinfo=UTC))
    >>> print(found.start, lunch.is_open(found.start))
    2026-06-08 12:00:00+00:00 False
    """
    need_each("calendar", (before, after), Calendar)
    either = (before - after) | (after - before)  # type: ignore[operator]  # the algebra of rule C6
    try:
        start = either.next_open(as_utc(at))
    except UnreachableDeadlineError:
        return None
    try:
        return Interval(start, either.next_close(start))
    except UnreachableDeadlineError:  # open from then on
        return Interval(start, LATEST - _MICRO)
