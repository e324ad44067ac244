"""Replace the priorities of a record with those of another policy."""

from __future__ import annotations

from typing import TypeVar

import attrs

from incidentcore._checks import need_kind
from incidentcore.priority.policy import PriorityPolicy, calculate_priority
from incidentcore.records import Event, Opened, Prioritized, Record

R = TypeVar("R", bound=Record)
_COMPUTED = "computed_priority"


def reprioritized(record: R, policy: PriorityPolicy, /) -> R:
    """Return a record with the priorities that another policy would have computed.

    In each event, a computed priority is replaced by the priority that the policy computes from the
    fields at that time. Overrides and reasons are unchanged, and no event is added or moved.

    Source: rule X2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.priority import PLAIN_3X3, PriorityPolicy, prioritize
    >>> from incidentcore.records import Incident
    >>> from incidentcore.values import Impact, Urgency
    >>> from incidentcore.whatif import reprioritized
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="No mail", by="kim", at=nine)
    >>> incident = prioritize(incident, impact=Impact.LOW, urgency=Urgency.LOW, at=nine, by="ada")
    >>> after = reprioritized(incident, PriorityPolicy(PLAIN_3X3))
    >>> incident.priority.name, after.priority.name
    ('planning', 'low')
    """
    need_kind("record", record, Record)
    need_kind("policy", policy, PriorityPolicy)
    events: list[Event] = []
    for event in record.history:
        fields = getattr(event, "fields", None)
        if isinstance(event, (Opened, Prioritized)) and fields and _COMPUTED in fields:
            before = [one for one in events if one.at <= event.at or isinstance(one, Opened)]
            known = type(record).from_history([*before, event])
            level = calculate_priority(policy, known).computed
            events.append(attrs.evolve(event, fields=fields.set(**{_COMPUTED: level})))
        else:
            events.append(event)
    return type(record).from_history(events)
