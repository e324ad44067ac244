"""Apply intents to records: open, comment on, resolve and reopen incidents, or raise impact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from incidentcore._checks import each_of, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.intake.alert import Alert
from incidentcore.intake.intents import IncidentIntent
from incidentcore.intake.severity import STANDARD_SEVERITIES, SeverityTable
from incidentcore.lifecycle import INCIDENT, Lifecycle
from incidentcore.priority import STANDARD_POLICY, PriorityPolicy, prioritize
from incidentcore.records import Incident, OpeningFields, StateChanged, comment, set_fields
from incidentcore.values import Actor, State

MONITORING: Final = Actor("monitoring", "system")


def open_incident(
    intent: IncidentIntent,
    /,
    *,
    id: str | None = None,  # noqa: A002  the field's name
    by: Actor | str = MONITORING,
    severities: SeverityTable = STANDARD_SEVERITIES,
    priorities: PriorityPolicy | None = STANDARD_POLICY,
    lifecycle: Lifecycle = INCIDENT,
    fields: OpeningFields | None = None,
) -> Incident:
    """Return the new incident that an intent requests.

    Title, impact, urgency and ``detected_at`` come from the alert. ``custom`` contains the alert's
    ``labels``, source, key and group, and ``alert_count``, the incident's number of alerts so far.

    The intent is of the kind ``open``. The ``id`` of the record is ``intent.incident`` by default.
    ``fields`` are further fields of the record, which replace those from the alert; entries of
    ``custom`` are added to those from the alert. All else is as for ``apply_intents``.

    Raises:
        InvalidValueError: The intent's kind is not ``open``, or a field has an invalid value.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.intake import Alert, IncidentIntent, open_incident
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> alert = Alert(key="disk", at=nine, severity="critical", title="Disk full")
    >>> open_incident(IncidentIntent("open", nine, "alerts-1", "", alert))
    <Incident alerts-1: 'Disk full', state='new', priority='critical', version=2>
    """
    need_kind("intent", intent, IncidentIntent)
    alert = intent.alert
    if intent.kind != "open" or alert is None:
        raise InvalidValueError("intent", intent, "an intent to open, with its alert")
    row = severities.row(alert.severity)
    own = (fields or {}).get("custom", {})
    need_kind("custom", own, Mapping, allowed="a mapping from names to values")
    given: dict[str, Any] = {
        "title": alert.title,
        "impact": row.impact,
        "urgency": row.urgency,
        "source": "monitoring_alert",
        "detected_at": alert.happened_at,
        **(fields or {}),
        "custom": {
            "alert": alert.key,
            "alert_count": 1,
            "alert_group": intent.group,
            "alert_source": alert.source,
            "labels": alert.labels,
            **own,
        },
    }
    when = _when(intent, alert, by)
    name = intent.incident if id is None else id
    incident = lifecycle.open(Incident, id=name, **when, **given)
    return incident if priorities is None else prioritize(incident, priorities, **when)


def _when(intent: IncidentIntent, alert: Alert, by: Actor | str) -> dict[str, Any]:
    return {"at": intent.at, "by": by, "recorded_at": max(intent.at, alert.recorded_at)}


def _counted(incident: Incident, intents: list[IncidentIntent], *, by: Actor | str) -> Incident:
    """Add the alerts of intents to the alert count of an incident, in one event."""
    taken = [intent for intent in intents if intent.alert is not None and intent.kind != "open"]
    if not taken:
        return incident
    count = incident.custom.get("alert_count", 0)
    need_kind("custom.alert_count", count, int)
    at = max(intent.at for intent in taken)
    recorded_at = max(at, *(one.alert.recorded_at for one in taken if one.alert is not None))
    custom = {"alert_count": count + len(taken)}
    return set_fields(incident, custom=custom, at=at, by=by, recorded_at=recorded_at)


def _apply(
    intent: IncidentIntent,
    incident: Incident,
    *,
    by: Actor | str,
    severities: SeverityTable,
    priorities: PriorityPolicy | None,
    lifecycle: Lifecycle,
) -> Incident:
    if intent.kind == "dropped":
        return incident
    if intent.kind == "resolve":
        if not incident.state.open:
            return incident
        ended: dict[str, Any] = {"resolution_code": "alerts_resolved", "by": by}
        ended["resolution_notes"] = f"resolved by its alerts: {intent.reason}"
        return lifecycle.advance(incident, "resolve", **_effective(intent, incident), **ended)
    alert = intent.alert
    if intent.kind not in ("add", "reopen") or alert is None:
        raise InvalidValueError("intent", intent, "an intent to add, reopen or resolve")
    if intent.kind == "reopen" and not incident.state.open:
        incident = lifecycle.advance(incident, "reopen", by=by, **_effective(intent, incident))
    if alert.firing and not _is_open(incident, intent.at):
        raise InvalidValueError("incident", incident, "an open incident; a new alert opens another")
    when = _when(intent, alert, by)
    incident = comment(incident, _comment_on(alert), visibility="internal", **when)
    if priorities is None or not alert.firing:
        return incident
    row = severities.row(alert.severity)
    worse: dict[str, Any] = {
        name: level
        for name, level in (("impact", row.impact), ("urgency", row.urgency))
        if getattr(incident, name) is None or level > getattr(incident, name)
    }
    if not worse:
        return incident
    why = f"alert of severity {alert.severity or severities.default}"
    return prioritize(incident, priorities, reason=why, **when, **worse)


def _is_open(incident: Incident, at: datetime) -> bool:
    """Return whether a record is open, or was at or after the instant of a late change."""
    if incident.state.open or at < incident.opened_at:
        return incident.state.open
    moved = [one for one in incident.history if isinstance(one, StateChanged) and one.at > at]
    if any(one.state.open for one in moved):
        return True
    state: State = incident.timeline().facts_at(at)["state"]
    return state.open


def _effective(intent: IncidentIntent, incident: Incident) -> dict[str, Any]:
    """Return when an intent changes the state, at the last change or later, and when recorded."""
    moved = [event.at for event in incident.history if isinstance(event, StateChanged)]
    at = max([intent.at, *moved])
    received = at if intent.alert is None else intent.alert.recorded_at
    return {"at": at, "recorded_at": max(at, received, incident.history[-1].recorded_at)}


def _comment_on(alert: Alert) -> str:
    severity = f", {alert.severity}" if alert.severity else ""
    value = "" if alert.value is None else f", value {alert.value:g}"
    where = f"{alert.source}: {alert.key}" if alert.source else alert.key
    return f"Alert {alert.status}: {alert.title} ({where}{severity}{value})"


def apply_intents(
    intents: Iterable[IncidentIntent],
    incidents: Mapping[str, Incident],
    /,
    *,
    by: Actor | str = MONITORING,
    severities: SeverityTable = STANDARD_SEVERITIES,
    priorities: PriorityPolicy | None = STANDARD_POLICY,
    lifecycle: Lifecycle = INCIDENT,
    fields: Callable[[Alert], OpeningFields] | None = None,
) -> dict[str, Incident]:
    """Apply intents to incidents: each intent opens an incident or changes one.

    An alert that is added, or that reopens the incident, becomes an internal comment; an alert of a
    worse severity also raises impact and urgency. An alert that was dropped is only counted, in
    ``custom["alert_count"]``. Resolving an incident that is not open changes nothing. If its state
    changed after the intent's ``at``, the incident is resolved or reopened at that later instant.

    Args:
        intents: The intents from ``fold_alerts`` or an ``Intake``, in order.
        incidents: A mapping from the ids in ``IncidentIntent.incident`` to the current records.
        by: Who changes the incidents.
        severities: The table that maps severities to impact and urgency; pass the intake policy's.
        priorities: How priorities are computed; None leaves impact, urgency and priority unchanged.
        lifecycle: The lifecycle that the incidents follow.
        fields: A function that takes the alert that opens an incident, and returns further fields
            of the record, such as the group that a label names.

    Returns:
        A mapping from ids to the incidents that were changed or opened.

    Raises:
        InvalidValueError: An intent changes an incident that is not in ``incidents`` and was not
            opened before, or adds a firing alert to an incident that was open neither at the
            intent's instant nor at any time after it. To avoid the latter, pass ``fold_alerts`` an
            ``IncidentEnded`` for each incident that people end.
        TransitionNotAllowedError: The lifecycle refuses to resolve or reopen an incident.
    """
    need_kind("incidents", incidents, Mapping, allowed="a mapping of incidents by id, or {}")
    if not (fields is None or callable(fields)):
        raise InvalidValueError("fields", fields, "a function that takes an alert, or None")
    options: dict[str, Any] = {"by": by, "severities": severities, "priorities": priorities}
    options["lifecycle"] = lifecycle
    changed: dict[str, Incident] = {}
    taken: dict[str, list[IncidentIntent]] = {}
    for intent in each_of("intents", intents, IncidentIntent):
        name = intent.incident
        if not name:
            continue
        taken.setdefault(name, []).append(intent)
        if intent.kind == "open":
            own = fields(intent.alert) if fields and intent.alert else None
            changed[name] = open_incident(intent, fields=own, **options)
            continue
        incident = changed.get(name) or incidents.get(name)
        if incident is None:
            raise InvalidValueError("incidents", name, "the records of all intents")
        changed[name] = _apply(intent, incident, **options)
    return {name: _counted(record, taken[name], by=by) for name, record in changed.items()}
