"""The state of the intake of alerts: a small value that can be stored between two calls.

It has a ``ConditionState`` for each fault that is firing, or that was last reported less than
``IntakePolicy.memory`` ago; fewer than ``threshold`` waiting alerts for each group; an
``OpenIncident`` for each incident that an alert may still join; and the alerts of the latest
instant and of the span ``lateness`` before it. It contains nothing else.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore._checks import SharedRepr, as_texts, need_whole
from incidentcore.errors import InvalidValueError
from incidentcore.instants import EARLIEST, as_utc
from incidentcore.intake.alert import Alert, IncidentEnded, IncidentReopened


@attrs.frozen(kw_only=True)
class ConditionState(SharedRepr):
    """The state of one fault that alerts report.

    Attributes:
        source: The source of its alerts.
        key: The key of its alerts within the source.
        firing: Whether it is firing (see ``incidentcore.intake``), regardless of ``flapping``.
        last_at: The latest ``at`` of its alerts.
        heard_at: When an alert about it was last received.
        severity: The worst severity since it started firing.
        incident: The id of the incident it belongs to; empty for none.
        changes: When its status changed, oldest first; only what is needed to detect flapping.
        flapping: Whether it is flapping: its status changes repeatedly (see ``Flapping``).
        held: The alert that maintenance or an inhibition rule holds back; None if there is none.
        held_until: When that maintenance ends; None without maintenance.
        held_by: The name of that maintenance or inhibition rule.
        held_for: The key for which that alert waits (see ``Inhibit``); empty without inhibition.
        inhibits: The keys of the alerts that wait while it is firing (see ``Inhibit``).
        unheard: Whether only a resolved alert about it has been received so far.
    """

    source: str
    key: str
    firing: bool
    last_at: datetime
    heard_at: datetime
    severity: str = ""
    incident: str = ""
    changes: tuple[datetime, ...] = ()
    flapping: bool = False
    held: Alert | None = None
    held_until: datetime | None = None
    held_by: str = ""
    held_for: str = ""
    inhibits: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    unheard: bool = False


@attrs.frozen
class PendingAlert(SharedRepr):
    """An alert that has had no effect yet.

    Attributes:
        at: When it takes effect, or began to wait for further alerts.
        alert: The alert.
    """

    at: datetime
    alert: Alert


@attrs.frozen(kw_only=True)
class GroupState(SharedRepr):
    """The state of one group of alerts.

    Attributes:
        group: The values that its alerts have in common, as text.
        incident: The id of the incident that its alerts join; empty for none.
        waiting: The firing alerts, as long as they are too few to open an incident.
    """

    group: str
    incident: str = ""
    waiting: tuple[PendingAlert, ...] = ()


@attrs.frozen(kw_only=True)
class OpenIncident(SharedRepr):
    """An incident that an alert may still join or reopen.

    Attributes:
        id: The incident's id.
        group: The values that its alerts have in common, as text.
        source: The source of the fault that opened it.
        key: The key of that fault; empty until an alert joins an incident that people reopened.
        last_at: When an alert last joined it.
        resolved_at: When it was resolved; None while it is open.
    """

    id: str
    group: str
    source: str
    key: str
    last_at: datetime
    resolved_at: datetime | None = None


def _settled(at: datetime) -> datetime:
    return as_utc(at, "settled")


@attrs.frozen(kw_only=True)
class IntakeState(SharedRepr):
    """The state of ``fold_alerts`` or ``Intake`` between two calls.

    Equal states give the same results in every process; store a state with ``serialization.dumps``.

    Attributes:
        settled: Everything before this instant has taken effect.
        opened: The greatest number in any incident's id; the next id gets the following number.
        conditions: The faults that are firing or still remembered, sorted.
        groups: The groups with an incident or with waiting alerts, sorted.
        incidents: The incidents that an alert may still join or reopen, sorted.
        pending: Alerts at or after ``settled``, in order.
        ends: Notices of ended incidents at or after ``settled``, in order.
        reopenings: Notices of reopened incidents at or after ``settled``, in order.

    Raises:
        InvalidValueError: A fault, group or incident occurs twice, or one that is referred to
            does not exist.
    """

    settled: datetime = attrs.field(default=EARLIEST, converter=_settled)
    opened: int = 0
    conditions: tuple[ConditionState, ...] = ()
    groups: tuple[GroupState, ...] = ()
    incidents: tuple[OpenIncident, ...] = ()
    pending: tuple[PendingAlert, ...] = ()
    ends: tuple[IncidentEnded, ...] = ()
    reopenings: tuple[IncidentReopened, ...] = ()

    def __attrs_post_init__(self) -> None:
        for name in ("conditions", "groups", "incidents", "pending", "ends", "reopenings"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        need_whole("opened", self.opened, least=0)
        known = {one.id for one in self.incidents}
        live = {(one.source, one.key) for one in self.conditions}
        for group in self.groups:
            for one in group.waiting:
                if (one.alert.source, one.alert.key) not in live:
                    raise InvalidValueError("waiting", one.alert.key, "alerts of live conditions")
        each: tuple[tuple[str, list[object]], ...] = (
            ("conditions", [(one.source, one.key) for one in self.conditions]),
            ("groups", [one.group for one in self.groups]),
            ("incidents", [one.id for one in self.incidents]),
        )
        for name, ids in each:
            if len(set(ids)) != len(ids):
                raise InvalidValueError(name, ids, "each once")
        named = (*(c.incident for c in self.conditions), *(g.incident for g in self.groups))
        for name in filter(None, named):
            if name not in known:
                raise InvalidValueError("incident", name, "the id of an incident in incidents")

    @property
    def undecided(self) -> tuple[Alert, ...]:
        """Return the alerts that have had no effect yet: pending, waiting or held back."""
        held = (one.held for one in self.conditions if one.held is not None)
        waiting = (one.alert for group in self.groups for one in group.waiting)
        return (*(one.alert for one in self.pending), *held, *waiting)
