"""Which updates are due and which came late: computed from history, so nothing can drift."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import attrs

from incidentcore.communication.plan import CommunicationPlan, UpdateKind
from incidentcore.communication.promises import Promise, promises
from incidentcore.errors import InvalidTimelineError
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record
from incidentcore.values import FrozenMap

__all__ = [
    "MissedUpdate",
    "Owed",
    "StakeholderUpdate",
    "missed_updates",
    "next_update_wakeup",
    "owed",
    "update_log",
    "updates_due",
]

_ZERO = timedelta(0)


@attrs.frozen(kw_only=True)
class StakeholderUpdate:
    """An update that an audience is owed, and what became of it; sending it is the caller's.

    Attributes:
        key: (record, plan, audience, kind, due) as text. Delivery keyed by it happens once.
        record_id: The record.
        plan: The plan's name.
        rule: The name of the rule that asks for it.
        audience: Who is owed it.
        channel: Over what.
        kind: ``first``, ``next`` or ``final``.
        since: From when its time counts: when the rule came to apply, the update before, or the
            end.
        told_at: From when on ``updates_due`` tells it: its notice before the due.
        due_at: By when it is to be sent; sent at that very instant is on time.
        sent_at: When it was sent, if it was.
        lapsed_at: When nothing asked for it any more, unsent.
        lapsed_because: Why: ``on hold``, ``stopped``, ``ended``, ``reopened``, ``canceled``,
            ``resolved``, ``no rule applies``, ``no further update``, or ``timed anew`` where
            another one with another due took its place. Empty where it did not lapse.
        why: The reason in words.
        template: The name of what it says; empty where nobody said.
        filled: The fields of the template that are known, as text.
        missing: The fields of the template that are not.
    """

    key: str
    record_id: str
    plan: str
    rule: str
    audience: str
    channel: str = ""
    kind: str
    since: datetime
    told_at: datetime
    due_at: datetime
    sent_at: datetime | None = None
    lapsed_at: datetime | None = None
    lapsed_because: str = ""
    why: str
    template: str = ""
    filled: FrozenMap[str] = FrozenMap()
    missing: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class MissedUpdate(StakeholderUpdate):
    """An update that was not sent by its due.

    Attributes:
        late_by: How late it was when it was sent or lapsed, or is by now: open time of the rule's
            calendar, or of its contact hours; wall time where it has neither.

    All other attributes are those of ``StakeholderUpdate``.
    """

    late_by: timedelta


U = TypeVar("U", bound=StakeholderUpdate)


@attrs.frozen
class Owed:
    """What a plan owed a record's audiences, as it was known.

    Attributes:
        plan: The plan that counts for the record.
        promises: What was owed.
        told: Each update that went out, as audience and instant.
        facts: The record's facts.
    """

    plan: CommunicationPlan
    promises: list[Promise]
    told: list[tuple[str, datetime]]
    facts: dict[str, Any]


def owed(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    as_of: datetime | None = None,
) -> Owed | None:
    """Return what a record's audiences were owed; None before it was opened or known."""
    if now < record.opened_at:
        return None
    if isinstance(plan, Versions):
        plan = plan.at(record.opened_at)
    try:
        timeline = record.timeline(now=now, as_of=as_of)
    except InvalidTimelineError:
        return None
    return Owed(plan, *promises(plan, timeline))


def updates_due(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    as_of: datetime | None = None,
    already: Collection[str] = (),
    include_lapsed: bool = False,
) -> tuple[StakeholderUpdate, ...]:
    """Return the updates of a record that are to be written by now, and sends nothing.

    An update is told from its rule's notice before its due until it is sent or nothing asks for it
    any more. Each audience is owed one at a time: after a night without a poll there is one
    reminder for it and not a hundred. For a fixed plan and history the set of keys ever told only
    grows, so polling late, twice or after a crash adds no key and loses none. Pass the keys that
    were delivered as ``already``, and note what was sent with ``records.communicate``.

    Args:
        plan: The plan, or ``Versions`` of it: the one that held when the record was opened counts.
        record: The record.
        now: The instant to tell it for.
        as_of: Use only what was recorded by this instant.
        already: Keys to leave out.
        include_lapsed: Also return those that were told and since then sent or lapsed.

    Returns:
        The updates in order of their due.

    Raises:
        InvalidValueError: A condition or template reads a field that the record does not have.

    Source: our choice; rules T5 (deadlines), S1 (conditions) and E1 (keys) applied to updates.

    >>> from datetime import UTC
    >>> from incidentcore.communication import UpdateRule
    >>> from incidentcore.records import Incident
    >>> plan = CommunicationPlan(
    ...     "status",
    ...     UpdateRule(
    ...         name="all",
    ...         audiences="customers",
    ...         first=timedelta(minutes=15),
    ...         every=timedelta(minutes=30),
    ...     ),
    ... )
    >>> incident = Incident.open(
    ...     id="INC-1",
    ...     title="Mail is down",
    ...     by="kim",
    ...     at=datetime(2026, 12, 23, 16, 40, tzinfo=UTC),
    ... )
    >>> for update in updates_due(plan, incident, now=datetime(2026, 12, 23, 17, 0, tzinfo=UTC)):
    ...     print(update.key, "-", update.why)
    INC-1/status/customers/first/2026-12-23T16:55:00+00:00 - 0:15:00 after the start
    """
    now = as_utc(now, "now")
    found = owed(plan, record, now=now, as_of=as_of)
    if found is None:
        return ()
    told: dict[str, StakeholderUpdate] = {}
    for promise in found.promises:
        if promise.was_told(now):
            update = _update(StakeholderUpdate, found, record.id, promise)
            told[update.key] = update  # the later one, where one lapsed and was owed again
    return _ordered(
        update
        for key, update in told.items()
        if key not in already
        and (include_lapsed or (update.sent_at is None and update.lapsed_at is None))
    )


def missed_updates(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    as_of: datetime | None = None,
) -> tuple[MissedUpdate, ...]:
    """Return every update of a record that was not sent by its due, with how late it was.

    It tells all of them, whatever came after: those that were sent late, those that lapsed late
    and those that are late now. An update sent at its due or before is none of them; neither is
    one that lapsed before its due.

    Args:
        plan: The plan, or ``Versions`` of it.
        record: The record.
        now: The instant to tell it for.
        as_of: Use only what was recorded by this instant.

    Returns:
        The updates in order of their due.

    Units: ``late_by`` is open time of the rule's calendar or contact hours, or wall time.
    """
    now = as_utc(now, "now")
    found = owed(plan, record, now=now, as_of=as_of)
    if found is None:
        return ()
    return _ordered(
        _update(MissedUpdate, found, record.id, promise, late_by=late)
        for promise in found.promises
        if (late := promise.late_by(now)) > _ZERO
    )


def update_log(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    as_of: datetime | None = None,
) -> tuple[StakeholderUpdate, ...]:
    """Return every update that was owed: sent, lapsed after it was told, or still to be sent.

    One that is late is a ``MissedUpdate``.

    Args:
        plan: The plan, or ``Versions`` of it.
        record: The record.
        now: The instant to tell it for.
        as_of: Use only what was recorded by this instant.

    Returns:
        The updates in order of their due.
    """
    now = as_utc(now, "now")
    found = owed(plan, record, now=now, as_of=as_of)
    if found is None:
        return ()
    return _ordered(
        _update(MissedUpdate, found, record.id, promise, late_by=late)
        if (late := promise.late_by(now)) > _ZERO
        else _update(StakeholderUpdate, found, record.id, promise)
        for promise in found.promises
    )


def next_update_wakeup(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    records: Iterable[Record],
    *,
    now: datetime,
) -> datetime | None:
    """Return the least instant after ``now`` at which ``updates_due`` changes without an event.

    Args:
        plan: The plan, or ``Versions`` of it.
        records: The records to watch.
        now: The instant to look from.

    Returns:
        When to look again; None where nothing will be told before something happens.
    """
    now = as_utc(now, "now")
    soonest: datetime | None = None
    for record in records:
        found = owed(plan, record, now=now)
        for promise in () if found is None else found.promises:
            if promise.sent_at is None and promise.lapsed_at is None and promise.told > now:
                soonest = promise.told if soonest is None else min(soonest, promise.told)
    return soonest


def _update(kind: type[U], found: Owed, record_id: str, promise: Promise, **more: timedelta) -> U:
    rule, plan = promise.rule, found.plan
    template = rule.template(promise.kind)
    filled, missing = (FrozenMap[str](), ()) if template is None else template.fill(found.facts)
    return kind(
        key=f"{record_id}/{plan.name}/{promise.audience}/{promise.kind}/{promise.due.isoformat()}",
        record_id=record_id,
        plan=plan.name,
        rule=rule.name,
        audience=promise.audience,
        channel=rule.channel,
        kind=promise.kind,
        since=promise.since,
        told_at=promise.told,
        due_at=promise.due,
        sent_at=promise.sent_at,
        lapsed_at=promise.lapsed_at,
        lapsed_because=promise.lapsed_because,
        why=_why(promise),
        template="" if template is None else template.name,
        filled=filled,
        missing=missing,
        **more,
    )


def _why(promise: Promise) -> str:
    start = {
        UpdateKind.FIRST: "the start",
        UpdateKind.NEXT: "the update before",
        UpdateKind.FINAL: "the end",
    }[promise.kind]
    return f"{promise.due - promise.since} after {start}"


def _ordered(updates: Iterable[U]) -> tuple[U, ...]:
    return tuple(sorted(updates, key=_order))


def _order(update: StakeholderUpdate) -> tuple[datetime, str, str]:
    return update.due_at, update.audience, update.kind
