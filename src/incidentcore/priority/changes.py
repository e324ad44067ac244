"""Setting a record's priority: computed by a policy, or overridden by a person (rules P2, H5).

The computed priority and the override are separate fields of the record; the effective priority is
the override if there is one. ``prioritize`` sets the first, ``override_priority`` and
``clear_override`` the second, so recomputing cannot lose what somebody decided.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from incidentcore._checks import need_kind, need_text
from incidentcore.instants import as_utc
from incidentcore.priority.policy import STANDARD_POLICY, PriorityPolicy, calculate_priority
from incidentcore.records import Prioritized, Record
from incidentcore.records.fields import checked_fields
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor, Level

R = TypeVar("R", bound=Record)


def prioritize(
    record: R,
    policy: PriorityPolicy = STANDARD_POLICY,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    impact: Level | None = None,
    urgency: Level | None = None,
    reason: str = "",
) -> R:
    """Compute a record's priority and add it to the record's history.

    Call this when a field that the policy reads has changed: the priority is never recomputed as a
    side effect. An override stays in force.

    Args:
        record: The record.
        policy: How priorities are computed; ServiceNow's matrix by default.
        at: When the priority changed; if later events exist, the record is read as it was then.
        by: Who changed the priority; an actor or an id (see ``Record.actor``).
        recorded_at: When this became known. Defaults to ``at``.
        impact: A new impact; by default that of the record.
        urgency: A new urgency; by default that of the record.
        reason: The reason as text; by default the policy's steps.

    Returns:
        The record with one more ``Prioritized`` event; unchanged if nothing changes.

    Raises:
        InvalidValueError: The impact or urgency does not belong to the policy's scales.

    Source: rules P2 and H5.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.priority import prioritize
    >>> from incidentcore.records import Incident
    >>> from incidentcore.values import Impact, Urgency
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="No mail", by="kim", at=nine)
    >>> incident = prioritize(
    ...     incident, impact=Impact.HIGH, urgency=Urgency.MEDIUM, at=nine, by="ada"
    ... )
    >>> incident.priority.name
    'high'
    """
    need_kind("record", record, Record)
    at = as_utc(at)
    new_levels = {
        name: level
        for name, level in (("impact", impact), ("urgency", urgency))
        if level is not None
    }
    fields = dict(checked_fields(new_levels, Prioritized.allowed))
    by = record.actor(by, at=at)
    known = as_it_was(record, at)
    changed = known.with_event(Prioritized, at=at, by=by, fields=new_levels)
    result = calculate_priority(policy, changed)
    fields["computed_priority"] = result.computed
    if all(getattr(known, name) == value for name, value in fields.items()):
        return record
    if not reason:
        reason = "; ".join(step.reason for step in result.steps if step.kind != "override")
    return record.with_event(
        Prioritized,
        at=at,
        by=by,
        recorded_at=recorded_at,
        fields=checked_fields(fields, Prioritized.allowed),
        reason=reason,
    )


def prioritize_from(
    record: R,
    policy: PriorityPolicy,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    **changes: Any,
) -> R:
    """Compute a record's priority at an instant, and again wherever it was computed after that.

    So a late change of a field has its effect on all later priorities. The arguments are those of
    ``prioritize``; a new impact or urgency is set at the instant.
    """
    at = as_utc(at)
    instants = {at}
    for event in record.history:
        if event.at > at and "computed_priority" in getattr(event, "fields", ()):
            instants.add(event.at)
    for instant in sorted(instants):
        known = instant if recorded_at is None else max(as_utc(recorded_at), instant)
        record = prioritize(record, policy, at=instant, by=by, recorded_at=known, **changes)
        changes = {}
    return record


def override_priority(
    record: R,
    level: Level,
    /,
    *,
    reason: str,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Override the computed priority until the override is cleared, and return the new record.

    ``at``, ``by`` and ``recorded_at`` are as for ``prioritize``.

    Raises:
        InvalidValueError: ``level`` is not a level, or the reason is empty.

    Source: rules P2 and H5.
    """
    need_kind("level", level, Level, allowed="a Level; clear_override removes an override")
    return _set_override(record, level, reason=reason, at=at, by=by, recorded_at=recorded_at)


def clear_override(
    record: R,
    /,
    *,
    reason: str,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Clear an override, so that the computed priority is in force again.

    ``at``, ``by`` and ``recorded_at`` are as for ``prioritize``.

    Returns:
        The record with one more event; unchanged if no override is in force.

    Raises:
        InvalidValueError: The reason is empty.
    """
    if as_it_was(record, as_utc(at)).priority_override is None:
        return record
    return _set_override(record, None, reason=reason, at=at, by=by, recorded_at=recorded_at)


def _set_override(
    record: R,
    level: Level | None,
    *,
    reason: str,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None,
) -> R:
    allowed = "non-empty text that says why"
    need_text("reason", reason, allowed=allowed)
    need_text("reason", reason.strip(), allowed=allowed)
    return Record.with_event(
        record,
        Prioritized,
        at=at,
        by=by,
        recorded_at=recorded_at,
        fields=checked_fields({"priority_override": level}, Prioritized.allowed, entered=True),
        reason=reason,
    )
