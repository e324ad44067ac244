"""Which updates to stakeholders are due and which were late, computed from history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from incidentcore._checks import need_keys, one_or_each
from incidentcore.communication.plan import CommunicationPlan
from incidentcore.communication.promise import Owed
from incidentcore.communication.updates import (
    MissedUpdate,
    StakeholderUpdate,
    in_force,
    may_stand,
    owed,
    update_of,
)
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record

_ZERO: Final = timedelta(0)


def due_updates(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
    already: Collection[str] = (),
    include_lapsed: bool = False,
) -> tuple[StakeholderUpdate, ...]:
    """Return the updates to stakeholders that must be written now; nothing is sent.

    An update is listed from its due time minus its rule's ``notice`` until it is sent or no longer
    required. At most one update is open for an audience at a time, so after a night without polling
    there is one reminder, not a hundred. Which keys are listed up to an instant depends only on the
    plan and the history, not on when, how often or from where you poll.

    Record each update that you send with ``records.log_update_sent``: the due time of the next
    update is counted from the last one sent. ``already`` only leaves keys out of the result; it
    does not record that an update was sent.

    Args:
        plan: The plan, or ``Versions`` of it; the version in force at a record's opening applies.
        record: The record.
        now: The instant at which the plan is evaluated.
        known_at: Use only what was recorded by this instant; None for everything.
        already: The keys of updates already delivered, which are left out.
        include_lapsed: Whether to include past updates too: those sent or no longer required.

    Returns:
        The updates in order of their due times.

    Raises:
        InvalidValueError: A condition or template reads a field that the record does not have.

    Source: our choice; rules T5 (deadlines), S1 (conditions) and E1 (keys) applied to updates.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.communication import CommunicationPlan, UpdateRule, due_updates
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
    >>> for update in due_updates(plan, incident, now=datetime(2026, 12, 23, 17, 0, tzinfo=UTC)):
    ...     print(update.audience, update.due_at.time(), update.why)
    customers 16:55:00 0:15:00 after the start
    """
    need_keys(already)
    now = as_utc(now, "now")
    plan = in_force(plan, record)
    if known_at is None and (
        now < record.opened_at + plan.lead or not (include_lapsed or may_stand(plan, record, now))
    ):
        return ()
    state = owed(plan, record, now=now, known_at=known_at)
    if state is None:
        return ()
    listed = _listed(state, record.id, now, include_lapsed=include_lapsed)
    return tuple(update for update in listed if update.key not in already)


def _listed(
    state: Owed, record_id: str, now: datetime, *, include_lapsed: bool = False
) -> tuple[StakeholderUpdate, ...]:
    listed: dict[str, StakeholderUpdate] = {}
    for promise in state.promises:
        standing = promise.sent_at is None and promise.lapsed_at is None
        if (include_lapsed or standing) and promise.was_listed(now):
            update = update_of(StakeholderUpdate, state, record_id, promise)
            listed[update.key] = update  # the later one, where one lapsed and was owed again
    return _ordered(listed.values())


def missed_updates(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> tuple[MissedUpdate, ...]:
    """Return every update of a record that was not sent by its due time, with its lateness.

    These are updates that were sent late, are late now, or were late when they ceased to be
    required, in order of their due times. An update sent exactly at its due time is on time. The
    arguments are those of ``due_updates``.

    Units: ``late_by`` is counted in open time of the rule's calendar; if there is none, of its
    contact hours; if there are none either, in wall-clock time.
    """
    log = update_log(plan, record, now=now, known_at=known_at)
    return tuple(update for update in log if isinstance(update, MissedUpdate))


def update_log(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> tuple[StakeholderUpdate, ...]:
    """Return every update that was required for a record, whether sent or not.

    A late update is a ``MissedUpdate``. An update is left out if another one replaced it before
    ``due_updates`` would have listed it. The updates are in order of their due times, and the
    arguments are those of ``due_updates``.
    """
    now = as_utc(now, "now")
    state = owed(plan, record, now=now, known_at=known_at)
    if state is None:
        return ()
    return _ordered(
        update_of(MissedUpdate, state, record.id, promise, late_by=late)
        if (late := promise.late_by(now)) > _ZERO
        else update_of(StakeholderUpdate, state, record.id, promise)
        for promise in state.promises
    )


def next_update_wakeup(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    records: Iterable[Record] | Record,
    /,
    *,
    now: datetime,
) -> datetime | None:
    """Return when the result of ``due_updates`` next changes without an event.

    It is the first such instant after ``now`` for any of the records; None if nothing changes until
    an event happens.
    """
    now = as_utc(now, "now")
    soonest: datetime | None = None
    for record in one_or_each("records", records, Record):
        rules = in_force(plan, record)
        if may_stand(rules, record, now):
            soonest = _wakeup(rules, record, owed(rules, record, now=now), now, soonest)
    return soonest


def _wakeup(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    state: Owed | None,
    now: datetime,
    soonest: datetime | None = None,
) -> datetime | None:
    at = now
    known: tuple[StakeholderUpdate, ...] | None = None
    while state is not None:
        listed = _listed(state, record.id, at)
        if known is None:
            known = listed
        elif listed != known:
            return at
        ahead = [
            one.listed
            for one in state.promises
            if one.sent_at is None and one.lapsed_at is None and one.listed > at
        ]
        changes = (leaf.next_change(state.facts, at) for leaf in state.plan.timed)
        ahead += [change for change in changes if change is not None and change > at]
        if not ahead or (soonest is not None and min(ahead) >= soonest):
            break
        at = min(ahead)
        state = owed(plan, record, now=now, until=at)
    return soonest


def updates_and_wakeup(
    plan: CommunicationPlan, record: Record, *, now: datetime, include_lapsed: bool
) -> tuple[tuple[StakeholderUpdate, ...], datetime | None]:
    """Return the updates to write at ``now``, and when that list next changes; None if never."""
    if not include_lapsed and not may_stand(plan, record, now):
        return (), None
    state = owed(plan, record, now=now)
    if state is None:
        return (), None
    listed = _listed(state, record.id, now, include_lapsed=include_lapsed)
    return listed, _wakeup(plan, record, state, now)


def _ordered(updates: Iterable[StakeholderUpdate]) -> tuple[StakeholderUpdate, ...]:
    return tuple(sorted(updates, key=_order))


def _order(update: StakeholderUpdate) -> tuple[datetime, str, str]:
    return update.due_at, update.audience, update.kind
