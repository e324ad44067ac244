"""Alerts: messages from a monitoring source that a fault is firing or resolved."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Literal, TypeAlias

import attrs

from incidentcore._checks import (
    SharedRepr,
    a_text,
    any_text,
    is_number,
    need_each,
    need_kind,
    need_text,
    of_type,
)
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.values import FrozenMap
from incidentcore.values.frozen import as_map

_set = object.__setattr__


AlertStatus: TypeAlias = Literal["firing", "resolved"]
"""The status of the fault in an alert."""


def _recorded(value: datetime) -> datetime:
    return as_utc(value, "recorded_at")


def as_number(value: object) -> float:
    """Return a finite number as a float; raise ``InvalidValueError`` for anything else."""
    if is_number(value):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise InvalidValueError("value", value, "a finite number")


def _measured(value: float | None) -> float | None:
    return None if value is None else as_number(value)


@attrs.frozen(kw_only=True)
class Alert(SharedRepr):
    """A message from a monitoring source that a fault is firing or resolved.

    Attributes:
        key: The id of the alert's fault, unique within the source, such as a fingerprint.
        at: When the fault began to have the status, in UTC.
        status: ``"firing"`` or ``"resolved"``.
        source: The name of the sender, such as that of a monitoring tool.
        severity: How severe the fault is, in the source's own words; see ``SeverityTable``.
        title: What is wrong, in one line. Defaults to the key.
        recorded_at: When the alert was received, in UTC. Defaults to ``at``. If ``at`` is later,
            because the source's clock runs ahead, the alert takes effect at ``recorded_at``.
        value: The measured value; None if there is none.
        labels: Named values that identify the fault, such as the host.
        annotations: Named values that describe the fault, such as a link to a runbook.
        extra: All other data of the message, unchanged.

    Raises:
        InvalidValueError: The key is empty, the status is unknown, an attribute has the wrong type,
            the value is not finite, or a time is naive.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.intake import Alert
    >>> alert = Alert(key="disk", at=datetime(2026, 6, 1, 9, tzinfo=UTC), labels={"host": "db1"})
    >>> alert.status, alert.title, alert.labels["host"]
    ('firing', 'disk', 'db1')
    """

    key: str
    at: datetime = attrs.field(converter=as_utc)
    status: AlertStatus = "firing"
    source: str = ""
    severity: str = ""
    title: str = attrs.field(default=attrs.Factory(lambda self: self.key, True))
    recorded_at: datetime = attrs.field(
        default=attrs.Factory(lambda self: self.at, True), converter=_recorded
    )
    value: float | None = attrs.field(default=None, converter=_measured)
    labels: FrozenMap[str] = attrs.field(default=FrozenMap(), converter=as_map)
    annotations: FrozenMap[str] = attrs.field(default=FrozenMap(), converter=as_map)
    extra: FrozenMap[Any] = attrs.field(default=FrozenMap(), converter=as_map)

    def __attrs_post_init__(self) -> None:
        need_text("key", self.key)
        if self.status not in ("firing", "resolved"):
            raise InvalidValueError("status", self.status, "firing or resolved")
        for name in ("source", "severity", "title"):
            need_kind(name, getattr(self, name), str)
        for name in ("labels", "annotations"):
            need_each(name, getattr(self, name).values(), str, allowed="texts by name")

    @property
    def firing(self) -> bool:
        """Return whether the status is ``"firing"``."""
        return self.status == "firing"

    @property
    def happened_at(self) -> datetime:
        """Return when the alert takes effect: ``at``, or ``recorded_at`` if that is earlier."""
        return min(self.at, self.recorded_at)


@attrs.frozen
class IncidentEnded(SharedRepr):
    """A notice that people, not alerts, ended an incident by resolving, closing or merging it.

    From then on no alert joins the incident, and its alerts count as resolved. An alert that fires
    again, or is sent again, is treated as new.

    Attributes:
        incident: The incident's id, as in ``IncidentIntent.incident``.
        at: When the incident ended, in UTC.
        final: Whether the incident can no longer be reopened, for example because it was closed.
    """

    incident: str = attrs.field(validator=a_text)
    at: datetime = attrs.field(converter=as_utc)
    final: bool = attrs.field(default=False, kw_only=True, validator=of_type(bool))


@attrs.frozen
class IncidentReopened(SharedRepr):
    """A notice that people, not alerts, reopened an incident.

    From then on the alerts of its group join it, even if it had been forgotten, as long as each
    comes within ``IntakePolicy.window`` after the previous one. If the group has another open
    incident, nothing changes.

    Attributes:
        incident: The incident's id, as in ``IncidentIntent.incident``.
        at: When it was reopened, in UTC.
        group: The group of its alerts, as in ``IncidentIntent.group``; ``open_incident`` keeps it
            in ``custom["alert_group"]`` of the record.
    """

    incident: str = attrs.field(validator=a_text)
    at: datetime = attrs.field(converter=as_utc)
    group: str = attrs.field(validator=any_text)


Notice: TypeAlias = IncidentEnded | IncidentReopened
"""What people did to an incident."""
