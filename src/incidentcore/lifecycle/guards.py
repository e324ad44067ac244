"""Guards, as data, that read linked records, which conditions on one record cannot do (rule L4).

A built-in guard is a frozen value with an ``id``, its name in refusals. It can be written as a
document, and the checker assumes that it passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_word
from incidentcore.conditions import Condition
from incidentcore.errors import LifecycleDefinitionError
from incidentcore.lifecycle.transition import Attempt
from incidentcore.records import Link, LinkAdded, Record
from incidentcore.records.events.base import of_kind
from incidentcore.records.events.requests import expired
from incidentcore.records.links import check_link_type
from incidentcore.records.replay import RECORD_TYPES


def facts_then(record: Record, at: datetime) -> Mapping[str, Any]:
    """Return a record's facts at an instant; an approval that expired by then is ``expired``."""
    is_now = at >= record.updated_at
    facts = record.facts() if is_now else record.timeline(now=at).facts_at(at)
    return {**facts, "approval_state": "expired"} if expired(facts, at) else facts


def linked_facts(
    facts: Mapping[str, Any], link: str, related: Iterable[Record], at: datetime
) -> dict[str, Mapping[str, Any]]:
    """Return the facts at an instant of the records that a record is linked to, by their ids.

    A link may be stored on either of the two records.
    """
    linked: dict[str, Mapping[str, Any]] = {}
    for other in related:
        there = Link(link, other.id)
        back = there.inverse(facts["id"])
        mine = there in facts["links"]
        if other.id == facts["id"] or at < other.opened_at or not (mine or ever(other, back)):
            continue
        then = facts_then(other, at)
        if mine or back in then["links"]:
            linked[other.id] = then
    return linked


def ever(record: Record, link: Link | None) -> bool:
    """Return whether a record has, or had, a link."""
    return any(event.link == link for event in of_kind(record.history, LinkAdded))


@attrs.frozen
class EveryLinked(SharedRepr):
    """A guard that allows an action only if every linked record matches a condition.

    Pass the linked records to ``decide`` or ``advance`` as ``related``; without them, the action is
    refused.

    Attributes:
        link: The type of link from the record to the others, such as ``"parent_of"``.
        must: The condition that each linked record must match.
        type: The type of the linked records; empty for any.
        id: The guard's name in refusals.

    Raises:
        InvalidValueError: The link is unknown.
        LifecycleDefinitionError: The type is unknown, or ``must`` is not a condition.

    Source: rule L4.

    >>> from incidentcore.conditions import field
    >>> from incidentcore.lifecycle import EveryLinked, Transition
    >>> from incidentcore.values import CLOSED, RESOLVED
    >>> guard = EveryLinked("parent_of", field("state.open").equals(False), id="no open child")
    >>> Transition("close", RESOLVED, CLOSED, guard=guard).guard_name
    'no open child'
    """

    link: str
    must: Condition
    type: str = attrs.field(default="", kw_only=True)
    id: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_link_type(self.link)
        need_kind("must", self.must, Condition, LifecycleDefinitionError)
        if self.type:
            need_word("type", self.type, RECORD_TYPES, LifecycleDefinitionError)
        if not self.id:
            object.__setattr__(self, "id", f"every record it is {self.link}: {self.must}")

    def _objecting(self, attempt: Attempt) -> list[str]:
        related = () if attempt.related is None else attempt.related
        return [
            name
            for name, facts in linked_facts(attempt.facts, self.link, related, attempt.at).items()
            if self.type in ("", facts["record_type"]) and not self.must.test(facts, attempt.at)
        ]

    def missing(self, attempt: Attempt, /) -> tuple[str, ...]:
        """Return the ids of linked records that were not passed with the attempt."""
        given = {record.id for record in attempt.related or ()}
        links = attempt.facts["links"]
        return tuple(
            sorted(
                link.target for link in links if link.type == self.link and link.target not in given
            )
        )

    def __call__(self, attempt: Attempt, /) -> bool:
        """Return whether every linked record is given and matches."""
        return attempt.related is not None and not (
            self.missing(attempt) or self._objecting(attempt)
        )

    def why_not(self, attempt: Attempt, /) -> str:
        """Return, as text, which of the linked records do not match or were not passed."""
        if attempt.related is None:
            return f"give the records that it is {self.link} as related="
        missing = self.missing(attempt)
        if missing:
            return f"not among related=: {', '.join(missing)}"
        return ", ".join(self._objecting(attempt))
