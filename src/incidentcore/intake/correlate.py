"""Turn alerts into changes to incidents: a pure function, and an object that takes one at a time.

How it works. A stream has one clock, the latest instant at which something was received. Anything
received ``lateness`` before that is settled: it is processed, in order, and never changes. Until
then an alert waits in ``ordering``, at the instant at which it happened, so that alerts within the
lateness are put in time order. An alert that is later than that takes effect at the first
instant that is not settled. So an alert is never processed before anything that was received
``lateness`` earlier.

``decisions`` processes the settled alerts one by one. It has three tables: faults (one for each
source and key), groups and incidents. Each alert either joins the incident of its fault, or an
incident is found for its fault: the open incident of its group, one that may be reopened, or a
new one once enough alerts wait in the group. Before an incident is opened or reopened, maintenance
and inhibiting faults are checked; they hold the alert back with its fault, and it is
checked again when the maintenance or the last inhibiting fault ends.

``deadlines`` has one timer for each fault, group and incident: for silence, the end of
flapping, the end of a maintenance, too few waiting alerts, and removal. The deadlines at an instant
come after its alerts. All memory is in ``IntakeState``, a value from which any process can
continue.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from incidentcore._checks import SharedRepr, each_of, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.intake.alert import Alert, IncidentEnded, IncidentReopened, Notice
from incidentcore.intake.decisions import Decisions
from incidentcore.intake.intents import IncidentIntent
from incidentcore.intake.live import in_order
from incidentcore.intake.ordering import TICK, Ordering
from incidentcore.intake.policy import IntakePolicy
from incidentcore.intake.state import IntakeState, PendingAlert


@attrs.frozen
class IntakeResult(SharedRepr):
    """The result of ``fold_alerts``: changes to make to incidents, and the state for the next call.

    Attributes:
        intents: The changes to incidents that the alerts call for, in order.
        state: The state to pass to the next call.
    """

    intents: tuple[IncidentIntent, ...]
    state: IntakeState


def fold_alerts(
    policy: IntakePolicy,
    alerts: Iterable[Alert | Notice],
    /,
    *,
    state: IntakeState | None = None,
    until: datetime | None = None,
) -> IntakeResult:
    """Return the intents, which are the changes to make to incidents, and the new state.

    A stream of alerts may be split anywhere: if the state returned for the first part is passed
    with the second, the result is the same. Alerts are read in the order of receipt
    (``recorded_at``), but each is held back for ``policy.lateness``, so that they can be sorted by
    ``at``. So alerts may arrive out of order without changing the result, unless one arrives more
    than ``policy.lateness`` after an alert with a later ``at``; the order of alerts with the same
    instant never matters.

    Args:
        policy: How alerts become incidents.
        alerts: The alerts in the order of receipt, with an ``IncidentEnded`` for each incident that
            people ended, and an ``IncidentReopened`` for each that they reopened.
        state: The state that an earlier call returned; None for the first call.
        until: The current time: an alert takes effect when it is at least ``policy.lateness`` old.
            Without ``until``, it does so once another alert is received more than
            ``policy.lateness`` after it.

    Returns:
        The intents and the state. Each alert is either in one intent or in ``state.undecided``.

    Raises:
        InvalidValueError: An item of ``alerts`` is of none of these classes.

    Source: our choice.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.intake import Alert, IntakePolicy, fold_alerts
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> five_past = nine.replace(minute=5)
    >>> alerts = [Alert(key="disk", at=nine), Alert(key="disk", at=five_past, status="resolved")]
    >>> found = fold_alerts(IntakePolicy(), alerts, until=five_past)
    >>> [(intent.kind, intent.incident) for intent in found.intents]
    [('open', 'alerts-1'), ('add', 'alerts-1'), ('resolve', 'alerts-1')]
    """
    intake = Intake(policy, state)
    found: list[IncidentIntent] = []
    for alert in each_of("alerts", alerts, Alert | IncidentEnded | IncidentReopened):
        found.extend(intake.feed(alert))
    if until is not None:
        found.extend(intake.settle(until=until))
    return IntakeResult(tuple(found), intake.state)


class Intake:
    """Turns alerts into intents one by one, with the same results as ``fold_alerts``.

    An intent is a change to an incident that alerts call for, such as opening or resolving it.

    Args:
        policy: How alerts become incidents.
        state: The ``state`` of an earlier ``Intake``; None for the first one.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.intake import Alert, Intake, IntakePolicy
    >>> intake = Intake(IntakePolicy())
    >>> intake.feed(Alert(key="disk", at=datetime(2026, 6, 1, 9, tzinfo=UTC)))
    []
    >>> [intent.kind for intent in intake.settle(until=datetime(2026, 6, 1, 9, 1, tzinfo=UTC))]
    ['open']
    """

    def __init__(self, policy: IntakePolicy, state: IntakeState | None = None) -> None:
        need_kind("policy", policy, IntakePolicy)
        state = IntakeState() if state is None else state
        need_kind("state", state, IntakeState)
        self._policy = policy
        self._decisions = Decisions(policy, state)
        pending: list[tuple[datetime, Alert | Notice]] = [
            *((one.at, one.alert) for one in state.pending),
            *((one.at, one) for one in state.ends),
            *((one.at, one) for one in state.reopenings),
        ]
        self._order = Ordering(policy.lateness, state.settled, pending)

    @property
    def state(self) -> IntakeState:
        """Return the present state, which can be stored and passed to another ``Intake``."""
        waiting = [
            (at, item)
            for at, items in self._order.pending()
            for item in in_order(items, self._policy)
        ]
        live = self._decisions
        return IntakeState(
            settled=self._order.settled,
            opened=live.opened,
            conditions=tuple(live.conditions[name].frozen() for name in sorted(live.conditions)),
            groups=tuple(live.groups[name].frozen() for name in sorted(live.groups)),
            incidents=tuple(live.incidents[name].frozen() for name in sorted(live.incidents)),
            pending=tuple(PendingAlert(at, one) for at, one in waiting if isinstance(one, Alert)),
            ends=tuple(one for _, one in waiting if isinstance(one, IncidentEnded)),
            reopenings=tuple(one for _, one in waiting if isinstance(one, IncidentReopened)),
        )

    @property
    def next_wakeup(self) -> datetime | None:
        """Return when to call ``settle`` next; None if nothing happens without another alert.

        At that instant, an incident may be opened or resolved, or an alert suppressed or dropped.
        """
        found = [at for at in (self._decisions.next_due(), self._order.first) if at is not None]
        return min(found) + self._policy.lateness if found else None

    def feed(self, item: Alert | Notice) -> list[IncidentIntent]:
        """Process an alert, or the end or reopening of an incident; return the resulting changes.

        Raises:
            InvalidValueError: The item is of another class.
        """
        order = self._order
        if isinstance(item, Alert):
            at, seen = item.at, item.recorded_at
            if seen < at:  # noqa: PLR1730  for each alert: min takes three times as long
                at = seen
        elif isinstance(item, (IncidentEnded, IncidentReopened)):
            at = seen = item.at
            if at < order.settled:
                item = attrs.evolve(item, at=order.settled)
        else:
            raise InvalidValueError("alert", item, "an Alert, IncidentEnded or IncidentReopened")
        edge = order.edge(seen) if order.lateness else seen
        found = self._decisions.settle(order.release(edge), edge) if edge > order.settled else []
        order.put(at, item)
        return found

    def settle(self, *, until: datetime) -> list[IncidentIntent]:
        """Set the current time, and return the resulting changes to incidents.

        Args:
            until: The current time. Alerts passed to ``feed`` afterwards take effect at their own
                instants only if these are less than ``policy.lateness`` before ``until``.
        """
        edge = self._order.edge(as_utc(until, "until")) + TICK
        if edge <= self._order.settled:
            return []
        return self._decisions.settle(self._order.release(edge), edge)
