"""The post-incident review as values: timeline, impact, causes and actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

import attrs
from attrs.validators import optional

from incidentcore._checks import (
    SharedRepr,
    a_text,
    any_text,
    are_texts,
    as_texts,
    checked,
    each_of,
    need_day,
    need_kind,
    one_of,
)
from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.causes import Cause
from incidentcore.records.incident import Incident

_KINDS: Final = ("observation", "decision", "action", "message")


@attrs.frozen(kw_only=True)
class ReviewEntry(SharedRepr):
    """One entry in the timeline of a review.

    Attributes:
        at: When this happened, in UTC.
        kind: ``observation``, ``decision``, ``action`` or ``message``.
        text: What happened.
        by: The person who acted or spoke; empty if that does not matter.
    """

    at: datetime = attrs.field(converter=as_utc)
    kind: str = attrs.field(validator=one_of(_KINDS))
    text: str = attrs.field(validator=a_text)
    by: str = attrs.field(default="", validator=any_text)


@attrs.frozen(kw_only=True)
class ActionItem(SharedRepr):
    """An action to prevent the incident from happening again.

    Attributes:
        id: The action's id within the review.
        text: What will be done.
        owner: Who is responsible for the action.
        due: The date on which the action is due.
        done_on: When the action was done; None while it is open.
    """

    id: str = attrs.field(validator=a_text)
    text: str = attrs.field(validator=a_text)
    owner: str = attrs.field(validator=a_text)
    due: date = attrs.field(validator=checked(need_day))
    done_on: date | None = attrs.field(default=None, validator=optional(checked(need_day)))


def _causes(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    return tuple(each_of("causes", causes, Cause))


def _actions(actions: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    return tuple(each_of("actions", actions, ActionItem))


def _entries(timeline: Iterable[ReviewEntry]) -> tuple[ReviewEntry, ...]:
    entries = each_of("timeline", timeline, ReviewEntry)
    return tuple(sorted(entries, key=lambda entry: entry.at))


@attrs.frozen(kw_only=True)
class PostIncidentReview(SharedRepr):
    """A blameless review of one or more incidents.

    Attributes:
        id: The review's id.
        incidents: The ids of the incidents that the review is about.
        summary: What happened, in a few sentences.
        impact: The effect on users and on the business.
        timeline: What was seen, decided, done and said, in chronological order.
        causes: The causes, each with the causes behind it, as a tree.
        actions: The actions to be taken.
        held_on: The date on which the review was held; None while it is being prepared.

    Raises:
        InvalidValueError: An id or text is empty, no incident is named, two actions share an id, or
            an attribute has the wrong type.

    >>> from datetime import date
    >>> from incidentcore.records import ActionItem, Cause, PostIncidentReview
    >>> review = PostIncidentReview(
    ...     id="PIR-1",
    ...     incidents=("INC-1",),
    ...     summary="Mail was down for four hours.",
    ...     causes=(Cause("disk full", (Cause("logs not rotated"),)),),
    ...     actions=(
    ...         ActionItem(id="1", text="Rotate the logs", owner="ada", due=date(2027, 1, 15)),
    ...     ),
    ... )
    >>> [action.owner for action in review.actions if action.done_on is None]
    ['ada']
    """

    id: str = attrs.field(validator=a_text)
    incidents: tuple[str, ...] = attrs.field(converter=as_texts)
    summary: str = attrs.field(validator=a_text)
    impact: str = ""
    timeline: tuple[ReviewEntry, ...] = attrs.field(default=(), converter=_entries)
    causes: tuple[Cause, ...] = attrs.field(default=(), converter=_causes)
    actions: tuple[ActionItem, ...] = attrs.field(default=(), converter=_actions)
    held_on: date | None = attrs.field(default=None, validator=optional(checked(need_day)))

    def __attrs_post_init__(self) -> None:
        if not are_texts(self.incidents):
            raise InvalidValueError("incidents", self.incidents, "at least one incident's id")
        ids = [action.id for action in self.actions]
        if len(set(ids)) != len(ids):
            raise InvalidValueError("actions", ids, "each action's id once")


def review_required(incident: Incident, /, when: Condition) -> bool:
    """Return whether an incident needs a review, according to a condition."""
    need_kind("incident", incident, Incident)
    need_kind("when", when, Condition)
    return when.matches(incident.facts(), at=incident.updated_at)
