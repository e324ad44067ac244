"""An update that is owed to an audience: why, when it is due, and whether it was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore.communication.plan import CommunicationPlan
from incidentcore.communication.promise import Promise
from incidentcore.communication.promises import promises
from incidentcore.errors import InvalidTimelineError
from incidentcore.instants import Versions
from incidentcore.records import Record
from incidentcore.values import Actor, FrozenMap
from incidentcore.words import ENGLISH, Words
from incidentcore.words.words import Texts

__all__ = [
    "MissedUpdate",
    "Owed",
    "StakeholderUpdate",
    "WHY_TEXTS",
    "in_force",
    "owed",
    "update_of",
]

WHY_TEXTS: Final[Texts] = {
    "first": "{span} after the start",
    "next": "{span} after the update before",
    "change": "{span} after the change",
    "final": "{span} after the end",
    "text": "{text}",
}
"""The text of each reason for which an update is owed."""


@attrs.frozen(kw_only=True)
class StakeholderUpdate:
    """An update that is owed to an audience, with its outcome; the caller sends it.

    Attributes:
        key: (record, plan, audience, kind, since, due) as text. Delivery keyed by it happens once.
        record_id: The record.
        plan: The plan's name.
        rule: The name of the rule that asks for it.
        audience: Who is owed it.
        channel: Over what.
        kind: ``first``, ``next``, ``change`` or ``final``.
        since: From when its time counts: when the rule came to apply, the update before, the
            change, or the end.
        listed_at: From when on ``due_updates`` lists it: its notice before the due.
        due_at: By when it is to be sent; sent at that very instant is on time.
        sent_at: When it was sent, if it was.
        sent_by: Who sent it.
        lapsed_at: When nothing asked for it any more, unsent.
        lapsed_because: Why: ``on_hold``, ``stopped``, ``ended``, ``reopened``, ``canceled``,
            ``resolved``, ``no_rule_applies``, ``no_further_update``, or ``retimed`` where another
            one with another due took its place. Empty where it did not lapse.
        why_code: Why it is owed: ``first``, ``next``, ``change`` or ``final``.
        why_data: What the text of the reason is made of.
        template: The name of what it says; empty without one.
        filled: The fields of the template that are known, as text.
        missing: The fields of the template that are not.
        exercise: The exercise that the record belongs to; None for a real one.
    """

    key: str
    record_id: str
    plan: str
    rule: str
    audience: str
    channel: str = ""
    kind: str
    since: datetime
    listed_at: datetime
    due_at: datetime
    sent_at: datetime | None = None
    sent_by: Actor | None = None
    lapsed_at: datetime | None = None
    lapsed_because: str = ""
    why_code: str = ""
    why_data: FrozenMap[str] = FrozenMap()
    template: str = ""
    filled: FrozenMap[str] = FrozenMap()
    missing: tuple[str, ...] = ()
    exercise: str | None = attrs.field(default=None, metadata={"later": True})

    @property
    def why(self) -> str:
        """The reason in words."""
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the reason in the words of a language."""
        return words.text(WHY_TEXTS, self.why_code, self.why_data)


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
        sent: Each update that went out, as audience and instant.
        facts: The record's facts.
        asked: Whether anybody was ever owed anything.
    """

    plan: CommunicationPlan
    promises: list[Promise]
    sent: list[tuple[str, datetime]]
    facts: dict[str, Any]
    asked: bool


def owed(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    known_at: datetime | None = None,
    until: datetime | None = None,
) -> Owed | None:
    """Return what a record's audiences were owed; None before it was opened or known.

    Events count up to ``now``; time alone changes conditions up to ``until``, by default the same.
    """
    if now < record.opened_at:
        return None
    plan = in_force(plan, record)
    try:
        timeline = record.timeline(now=now, known_at=known_at)
    except InvalidTimelineError:
        return None
    return Owed(plan, *promises(plan, timeline, until or now))


def may_stand(plan: CommunicationPlan, record: Record, now: datetime) -> bool:
    """Return whether an update may be owed at an instant; False is certain.

    It asks the facts as they are and walks no history: where no rule that applies asks for
    anything, every promise has ended as sent or lapsed.
    """
    if plan.watched is None or plan.timed or now < record.updated_at:
        return True
    facts = vars(record)
    for rule in plan.rules:
        if rule.when.test(facts, now):
            if rule.ends.test(facts, now):
                if rule.final is not None:
                    return True
            elif facts["state"].open and not rule.stop.test(facts, now):
                return True
    return False


def in_force(
    plan: CommunicationPlan | Versions[CommunicationPlan], record: Record
) -> CommunicationPlan:
    """Return the plan that counts for a record: of versions the one at its opening."""
    return plan.at(record.opened_at) if isinstance(plan, Versions) else plan


def update_of(kind: type[U], state: Owed, record_id: str, promise: Promise, **more: timedelta) -> U:
    """Return the update of a promise, as an instance of ``kind``."""
    rule, plan = promise.rule, state.plan
    template = rule.template(promise.kind)
    filled, missing = (FrozenMap[str](), ()) if template is None else template.fill(state.facts)
    return kind(
        key=_key(record_id, plan.name, promise),
        record_id=record_id,
        plan=plan.name,
        rule=rule.name,
        audience=promise.audience,
        channel=rule.channel,
        kind=promise.kind,
        since=promise.since,
        listed_at=promise.listed,
        due_at=promise.due,
        sent_at=promise.sent_at,
        sent_by=promise.sent_by,
        lapsed_at=promise.lapsed_at,
        lapsed_because=promise.lapsed_because,
        why_code=promise.kind,
        why_data=FrozenMap({"span": str(promise.due - promise.since)}),
        template="" if template is None else template.name,
        filled=filled,
        missing=missing,
        exercise=state.facts.get("exercise"),
        **more,
    )


def _key(record_id: str, plan: str, promise: Promise) -> str:
    # The due alone would not do: in business time, updates at a closing and at the next opening
    # are followed by one and the same due. With the start alone one that was retimed keeps its key.
    since, due = (f"{at.isoformat()[:-6]}Z" for at in (promise.since, promise.due))  # UTC's +00:00
    return f"{record_id}/{plan}/{promise.audience}/{promise.kind}/{since}/{due}"
