"""An update that an audience is to receive: its reason, its due time, and whether it was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.communication.plan import CommunicationPlan
from incidentcore.communication.promise import Owed, Promise
from incidentcore.communication.promises import promises
from incidentcore.instants import Versions, version_at
from incidentcore.records import Record
from incidentcore.records.replay import timeline_by
from incidentcore.values import Actor, FrozenMap
from incidentcore.words import ENGLISH, Words
from incidentcore.words.words import Texts

WHY_TEXTS: Final[Texts] = {
    "first": "{span} after the start",
    "next": "{span} after the update before",
    "change": "{span} after the change",
    "final": "{span} after the end",
    "text": "{text}",
}
"""The text of each reason for which an update is required."""


@attrs.frozen(kw_only=True)
class StakeholderUpdate(SharedRepr):
    """An update that an audience is to receive, with its outcome; your application sends it.

    Attributes:
        key: A unique string made of the record, plan, audience, kind, start and due time. Use it to
            deliver each update only once.
        record_id: The id of the record.
        plan: The plan's name.
        rule: The name of the rule that requires the update.
        audience: The name of the audience.
        channel: The channel to send the update over.
        kind: ``first``, ``next``, ``change`` or ``final``.
        since: The instant from which the update's due time is counted: when the rule began to
            apply, when the previous update was sent, when a field changed, or when the rule's
            ``ends`` became true.
        listed_at: When ``due_updates`` first lists the update: its due time minus the rule's
            ``notice``, but not before the update is required, nor outside contact hours.
        due_at: When the update is due; if sent exactly then, it is on time.
        sent_at: When the update was sent; None if it was not.
        sent_by: Who sent the update; None if it was not sent.
        lapsed_at: When the update ceased to be required, without being sent; None if it did not.
        lapsed_because: Why the update ceased to be required: ``on_hold``, ``stopped``, ``ended``,
            ``reopened``, ``canceled``, ``resolved``, ``no_rule_applies``, ``no_further_update``, or
            ``retimed`` if an update with another due time replaced it. Empty if it did not lapse.
        why_code: The code of the reason why the update is required; equal to ``kind``.
        why_data: The values to fill into the text of the reason.
        template: The name of the update's template; empty without a template.
        filled: The values of the template's fields that are known, as text.
        missing: The names of the template's fields that are unknown.
        exercise: The exercise that the record belongs to; None for a real record.
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
        """Return why the update is required, as text."""
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return why the update is required, as text in the language of ``words``."""
        return words.text(WHY_TEXTS, self.why_code, self.why_data)


@attrs.frozen(kw_only=True)
class MissedUpdate(StakeholderUpdate):
    """An update that was not sent by its due time.

    Attributes:
        late_by: How late the update was when it was sent or ceased to be required, or how late it
            is now; for the units, see ``missed_updates``.

    All other attributes are those of ``StakeholderUpdate``.
    """

    late_by: timedelta


U = TypeVar("U", bound=StakeholderUpdate)


def owed(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    record: Record,
    *,
    now: datetime,
    known_at: datetime | None = None,
    until: datetime | None = None,
) -> Owed | None:
    """Return the updates required for a record; None before it was opened or recorded.

    The plan is evaluated at ``until``, by default ``now``; events after ``now`` are ignored.
    """
    plan, timeline = in_force(plan, record), timeline_by(record, now, known_at)
    return None if timeline is None else promises(plan, timeline, until or now)


def may_stand(plan: CommunicationPlan, record: Record, now: datetime) -> bool:
    """Return False if no update can be outstanding at an instant; True is not certain.

    This quick test uses the current facts instead of the history.
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
    """Return the plan for a record; of ``Versions``, the one in force at its opening."""
    need_kind("record", record, Record)
    chosen = version_at(plan, record.opened_at)
    need_kind("plan", chosen, CommunicationPlan, allowed="a CommunicationPlan, or Versions of it")
    return chosen


def update_of(kind: type[U], state: Owed, record_id: str, promise: Promise, **more: timedelta) -> U:
    """Return a ``Promise`` as a ``StakeholderUpdate`` or ``MissedUpdate``."""
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
    # The due time alone is not enough: in business time, updates at a closing and at the next
    # opening have the same next due time. With the start alone, a retimed update keeps its key.
    since, due = (f"{at.isoformat()[:-6]}Z" for at in (promise.since, promise.due))  # UTC's +00:00
    return f"{record_id}/{plan}/{promise.audience}/{promise.kind}/{since}/{due}"
