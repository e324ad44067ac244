"""An update as an answer: what an audience is owed, why, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

import attrs

from incidentcore.communication.plan import CommunicationPlan
from incidentcore.communication.promises import Promise, promises
from incidentcore.errors import InvalidTimelineError
from incidentcore.instants import Versions
from incidentcore.records import Record
from incidentcore.values import FrozenMap

__all__ = ["MissedUpdate", "Owed", "StakeholderUpdate", "owed", "update_of"]


@attrs.frozen(kw_only=True)
class StakeholderUpdate:
    """An update that an audience is owed, and what became of it; sending it is the caller's.

    Attributes:
        key: (record, plan, audience, kind, since, due) as text. Delivery keyed by it happens once.
        record_id: The record.
        plan: The plan's name.
        rule: The name of the rule that asks for it.
        audience: Who is owed it.
        channel: Over what.
        kind: ``first``, ``next`` or ``final``.
        since: From when its time counts: when the rule came to apply, the update before, or the
            end.
        told_at: From when on ``due_updates`` tells it: its notice before the due.
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
        asked: Whether anybody was ever owed anything.
    """

    plan: CommunicationPlan
    promises: list[Promise]
    told: list[tuple[str, datetime]]
    facts: dict[str, Any]
    asked: bool


def owed(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> Owed | None:
    """Return what a record's audiences were owed; None before it was opened or known."""
    if now < record.opened_at:
        return None
    if isinstance(plan, Versions):
        plan = plan.at(record.opened_at)
    try:
        timeline = record.timeline(now=now, known_at=known_at)
    except InvalidTimelineError:
        return None
    return Owed(plan, *promises(plan, timeline))


def update_of(kind: type[U], found: Owed, record_id: str, promise: Promise, **more: timedelta) -> U:
    """Return a promise as an answer of a kind."""
    rule, plan = promise.rule, found.plan
    template = rule.template(promise.kind)
    filled, missing = (FrozenMap[str](), ()) if template is None else template.fill(found.facts)
    return kind(
        key=_key(record_id, plan.name, promise),
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


def _key(record_id: str, plan: str, promise: Promise) -> str:
    # The due alone would not do: in business time, updates at a closing and at the next opening
    # are followed by one and the same due. The start alone would not tell one timed anew.
    since, due = (f"{at.isoformat()[:-6]}Z" for at in (promise.since, promise.due))  # UTC's +00:00
    return f"{record_id}/{plan}/{promise.audience}/{promise.kind}/{since}/{due}"


def _why(promise: Promise) -> str:
    start = {
        "first": "the start",
        "next": "the update before",
        "final": "the end",
    }[promise.kind]
    return f"{promise.due - promise.since} after {start}"
