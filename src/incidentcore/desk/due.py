"""Find everything that a desk's rules require by an instant, with key, due time and reason.

The items come from several packages: clocks, escalations, updates, auto-close. They all become a
``DueItem`` here, and one evaluation of a record finds what is due and when to check again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import need_keys, need_kind, one_or_each
from incidentcore.communication import StakeholderUpdate, due_updates
from incidentcore.communication.evaluate import updates_and_wakeup
from incidentcore.desk.desk import Desk, desk_at
from incidentcore.escalation import Escalation
from incidentcore.escalation.escalation import WHY_TEXTS
from incidentcore.escalation.evaluate import due_by_matrix, escalations_and_wakeup
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record
from incidentcore.records.replay import as_it_was
from incidentcore.sla import (
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaSnapshot,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.sla.crossings import ClockPoint
from incidentcore.sla.evaluate import later_status
from incidentcore.sla.terms import SlaThreshold
from incidentcore.words import Phrase, Words


@attrs.frozen(kw_only=True)
class DueItem:
    """Something that the rules require and that your application must carry out.

    Attributes:
        key: The item's unique key; deliver each key once.
        kind: ``sla.due``, ``sla.breach``, ``sla.`` with the name of a threshold, ``escalation``,
            ``update``, ``auto_close``, ``snooze_end``, ``approval`` (the time limit has passed), or
            ``field.`` with the name of a custom field whose instant was reached.
        record_id: The id of the record.
        due_at: When the item is due; an update may be listed before that.
        why: Why the item is due, as text.
        lapsed_at: When the item ceased to be needed, for example because the record was
            acknowledged; None if it is still needed.
        lapsed_because: Why the item is no longer needed; empty if it still is.
        exercise: The name of the exercise that the record belongs to; None for a real record.
        body: The SLA status, escalation or update that the item comes from; None for other kinds.
            An item that was read from a document has an ``SlaSnapshot`` instead of a status.
    """

    key: str
    kind: str
    record_id: str
    due_at: datetime
    why: str
    lapsed_at: datetime | None = None
    lapsed_because: str = ""
    exercise: str | None = None
    body: SlaStatus | SlaSnapshot | Escalation | StakeholderUpdate | None = attrs.field(
        default=None, repr=False
    )

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return why the item is due, in the language of ``words``; stored text stays as it is."""
        return self.why.in_words(words, zone) if isinstance(self.why, Phrase) else self.why


class Look(NamedTuple):
    """What is due for a record, when to look at it again (None: never by itself), its clocks."""

    items: tuple[DueItem, ...]
    next: datetime | None
    statuses: tuple[SlaStatus, ...] = ()


def due_items(
    desk: Desk | Versions[Desk],
    record: Record,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
    already: Collection[str] = (),
    include_lapsed: bool = False,
) -> tuple[DueItem, ...]:
    """Return everything that has become due for a record by ``now``; nothing is sent.

    Args:
        desk: The desk, or ``Versions`` of it; the version in force at the record's opening applies.
        record: The record.
        now: The instant to evaluate at.
        known_at: Use only what was recorded by this instant; None for everything.
        already: The keys of items already delivered, which are left out.
        include_lapsed: Whether to include items that are no longer needed.

    Returns:
        The items in the order of their due times.

    Raises:
        InvalidValueError: ``desk`` is not a desk, or a condition reads a field that the record
            does not have.

    Source: rules E1, S8 and B4.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.demo import demo_desk
    >>> from incidentcore.desk import due_items
    >>> from incidentcore.records import Incident
    >>> desk, at = demo_desk(), datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = desk.open(Incident, id="INC-1", title="Mail is down", by="kim", at=at)
    >>> [item.kind for item in due_items(desk, incident, now=at + timedelta(hours=8))]
    ['sla.due']
    """
    need_keys(already)
    found = look_at(
        desk, record, now=now, known_at=known_at, ahead=False, include_lapsed=include_lapsed
    )
    return tuple(item for item in found.items if item.key not in already)


def next_wakeup(
    desk: Desk | Versions[Desk], records: Iterable[Record] | Record, /, *, now: datetime
) -> datetime | None:
    """Return the earliest instant after ``now`` at which ``due_items`` may change without an event.

    Args:
        desk: The desk, or ``Versions`` of it.
        records: The records to watch, or one record.
        now: The instant from which to search.

    Returns:
        When to check again; None if nothing can become due by itself.

    Raises:
        InvalidValueError: ``desk`` is not a desk, or ``records`` is not a collection of records.
    """
    each = one_or_each("records", records, Record)
    wakeups = (look_at(desk, record, now=now, include_lapsed=False).next for record in each)
    return min((at for at in wakeups if at is not None), default=None)


def look_at(
    desk: Desk | Versions[Desk],
    record: Record,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
    ahead: bool = True,
    include_lapsed: bool = True,
    kept: tuple[SlaStatus, ...] = (),
) -> Look:
    """Return what is due for a record and, if ``ahead``, when that may change without an event.

    ``kept`` are the statuses of its clocks at an earlier instant, if nothing has happened since;
    the rest is as for ``due_items``.
    """
    now = as_utc(now, "now")
    known_at = None if known_at is None else as_utc(known_at, "known_at")
    need_kind("record", record, Record, allowed="a record")
    rules = desk_at(desk, record)
    view = as_it_was(record, now, known_at)
    if view is None:
        return Look((), _first_event(record, now) if ahead else None)
    if now < view.opened_at:
        return Look((), view.opened_at)
    judged = rules.judged(record)
    level = rules.service_level
    statuses: tuple[SlaStatus, ...] = ()
    if kept:
        statuses = tuple(later_status(status, now) for status in kept)
    elif level is not None:
        statuses = evaluate_sla(level, judged, now=now, known_at=known_at)
    escalations: list[tuple[tuple[Escalation, ...], datetime | None]]
    updates: list[tuple[tuple[StakeholderUpdate, ...], datetime | None]]
    cut: Any = {"now": now, "include_lapsed": include_lapsed}
    if ahead:  # one walk gives what is due and what comes next
        updates = [updates_and_wakeup(plan, judged, **cut) for plan in rules.plans]
        escalations = [*escalations_and_wakeup(rules.matrices, judged, slas=statuses, **cut)]
    else:
        cut["known_at"] = known_at
        updates = [(due_updates(plan, judged, **cut), None) for plan in rules.plans]
        fallen = due_by_matrix(rules.matrices, judged, slas=statuses, **cut)
        escalations = [(due, None) for due in fallen]
    instants = list(_instants(rules, view))
    items: dict[str, DueItem] = {}
    for item in (
        *_clock_items(level, statuses),
        *(_escalation_item(one) for due, _ in escalations for one in due),
        *(_update_item(one) for listed, _ in updates for one in listed),
        *(item for item in instants if item.due_at <= now),
    ):
        known = items.get(item.key)
        if known is None or item.due_at < known.due_at:
            items[item.key] = item
    if not include_lapsed:
        items = {key: item for key, item in items.items() if item.lapsed_at is None}
    ordered = tuple(sorted(items.values(), key=lambda item: (item.due_at, item.key)))
    if record.exercise is not None:
        ordered = tuple(attrs.evolve(item, exercise=record.exercise) for item in ordered)
    if not ahead:
        return Look(ordered, None)
    wakeups = [
        _first_event(judged, now) if judged.updated_at > now else None,
        *(status.next_wakeup for status in statuses),
        *(status.due_at for status in statuses if status.stage == "running"),
        *(wakeup for _, wakeup in (*escalations, *updates)),
        *(item.due_at for item in instants),
    ]
    following = min((at for at in wakeups if at is not None and at > now), default=None)
    return Look(ordered, following, statuses)


def _first_event(record: Record, now: datetime) -> datetime | None:
    return min((event.at for event in record.history if event.at > now), default=None)


def _escalation_item(escalation: Escalation) -> DueItem:
    return DueItem(
        key=f"escalation:{escalation.key}",
        kind="escalation",
        record_id=escalation.record_id,
        due_at=escalation.due_at,
        why=Phrase("{why}", why=escalation),
        lapsed_at=escalation.lapsed_at,
        lapsed_because=escalation.lapsed_because,
        body=escalation,
    )


def _update_item(update: StakeholderUpdate) -> DueItem:
    sent = update.sent_at
    return DueItem(
        key=f"update:{update.key}",
        kind="update",
        record_id=update.record_id,
        due_at=update.due_at,
        why=Phrase("update for {audience}: {why}", audience=update.audience, why=update),
        lapsed_at=update.lapsed_at if sent is None else sent,
        lapsed_because=update.lapsed_because if sent is None else "sent",
        body=update,
    )


def _clock_items(level: ServiceLevel | None, statuses: Sequence[SlaStatus]) -> Iterator[DueItem]:
    """Yield the points that each clock has reached in each of its cycles."""
    for clock, status in zip(() if level is None else level.clocks, statuses, strict=True):
        if status.started_at is None:
            continue
        points: list[tuple[str, ClockPoint, str | None, str]] = [
            ("due", "due", None, "clock_reached.due"),
            ("breach", "breach", None, "clock_reached.breach"),
            *((one.name, one, of, "clock_reached") for one, of in _thresholds(clock)),
        ]
        for name, point, of, code in points:
            crossings = status.crossings(point, of=of)
            cycles = {cycle.number: cycle for cycle in status.cycles} if crossings else {}
            for crossing in crossings:
                cycle = cycles.get(crossing.cycle)
                ended = None if cycle is None or point == "breach" else cycle.stopped_at
                yield DueItem(
                    key=f"sla:{status.record_id}/{clock.name}/{name}/{crossing.cycle}",
                    kind=f"sla.{name}",
                    record_id=status.record_id,
                    due_at=crossing.at,
                    why=Phrase(WHY_TEXTS[code], clock=clock.name, point=name),
                    lapsed_at=ended,
                    lapsed_because="" if ended is None or cycle is None else cycle.result,
                    body=status,
                )


def _thresholds(clock: SlaDefinition | SlaPolicy) -> Iterator[tuple[SlaThreshold, str | None]]:
    """Yield a clock's thresholds, each with the definition that has it; None if all do."""
    definitions = clock.definitions
    for threshold in dict.fromkeys(t for one in definitions for t in one.thresholds):
        having = [one.name for one in definitions if threshold in one.thresholds]
        if len(having) == len(definitions):
            yield threshold, None
        else:
            yield from ((threshold, name) for name in having)


def _instants(desk: Desk, view: Record) -> Iterator[DueItem]:
    """Yield the instants that the record itself holds and that are still in force."""

    def item(kind: str, at: datetime, why: Phrase) -> DueItem:
        key = f"{kind}:{view.id}/{at.isoformat()}"
        return DueItem(key=key, kind=kind, record_id=view.id, due_at=at, why=why)

    close = desk.auto_close.get(view.record_type)
    at = None if close is None else close.at(view)
    if at is not None and view.resolved_at is not None:
        since = view.resolved_at.astimezone(desk.zone)
        yield item("auto_close", at, Phrase("resolved since {at}", at=since))
    if view.state.final:
        return
    if view.snoozed_until is not None and view.state.open:
        yield item("snooze_end", view.snoozed_until, Phrase("the snooze ended"))
    expires = getattr(view, "approval_expires_at", None)
    if expires is not None and getattr(view, "approval_decided_at", None) is None:
        yield item("approval", expires, Phrase("nobody decided in time"))
    for own in desk.fields:
        value = view.custom.get(own.name) if own.kind == "instant" else None
        if isinstance(value, datetime):
            yield item(f"field.{own.name}", value, Phrase("{path} was reached", path=own.path))
