"""Derive the effect of each alert, each ended incident and each deadline that passes.

Everything here happens in time order. A deadline at an instant comes after the alerts of that
instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from incidentcore.conditions import ALWAYS
from incidentcore.intake.alert import Alert, IncidentEnded, Notice
from incidentcore.intake.deadlines import NOBODY, Deadlines, Live
from incidentcore.intake.inhibition import Inhibition
from incidentcore.intake.intents import IncidentIntent
from incidentcore.intake.live import LiveCondition, LiveGroup, LiveIncident, in_order
from incidentcore.intake.policy import IntakePolicy, group_reader
from incidentcore.intake.state import IntakeState, PendingAlert
from incidentcore.values.slots import slot_maker

_FIRING: Final = "firing"

_intent: Final = slot_maker(IncidentIntent)


class Decisions(Deadlines):
    """The faults, groups and incidents that the intake remembers, and what alerts do to them."""

    def __init__(self, policy: IntakePolicy, state: IntakeState) -> None:
        super().__init__(policy, state)
        self._all = policy.when == ALWAYS
        self._group_of = policy.group_of if policy.groupings else group_reader(policy.group_by)
        self._inhibition = Inhibition(policy, self.conditions)
        self._out: list[IncidentIntent] = []
        self._due: dict[type, Callable[[Any, datetime], None]] = {
            LiveCondition: self._pass,
            LiveGroup: self._expire,
            LiveIncident: lambda incident, _: self._forget_incident(incident),
        }

    def _leave_out(
        self, kind: str, now: datetime, alert: Alert, why: str, incident: str = ""
    ) -> None:
        group = self.incidents[incident].group if incident else ""
        self._out.append(_intent(kind, now, incident, group, alert, why))

    # Alerts

    def settle(
        self, batches: Iterable[tuple[datetime, list[Alert | Notice]]], edge: datetime
    ) -> list[IncidentIntent]:
        """Process the items before an instant, and every deadline before it; return the intents.

        The instant is later than in every earlier call; the batches are in time order.
        """
        self._out = []
        timers = self._timers
        for at, items in batches:
            if timers and timers[0][0] < at:
                self.run_timers(at)
            for item in items if len(items) == 1 else in_order(items, self.policy):
                if isinstance(item, Alert):
                    self._take(item, at)
                elif isinstance(item, IncidentEnded):
                    self._end(item, at)
                else:
                    self._gather(self.reopen(item, at), at)
        if timers and timers[0][0] < edge:
            self.run_timers(edge)
        return self._out

    def _take(self, alert: Alert, now: datetime) -> None:
        policy = self.policy
        name = (alert.source, alert.key)
        condition = self.conditions.get(name)
        if not self._all and not policy.when.test(alert, now):
            ends = alert.status != _FIRING and condition is not None and condition.firing
            if not ends:  # often a resolution has another severity
                self._leave_out("dropped", now, alert, "not_matched")
                return
        happened, received = alert.at, alert.recorded_at
        if received < happened:  # noqa: PLR1730  for each alert: min takes three times as long
            happened = received
        if received < now:  # noqa: PLR1730  the same
            received = now
        if condition is None:  # remembered even if resolved: its firing is stale if it comes later
            condition = self.conditions[name] = LiveCondition(name, happened)
            condition.unheard = True
        elif happened < condition.last_at:
            self._leave_out("dropped", now, alert, "stale", condition.incident)
            return
        fires = alert.status == _FIRING
        if condition.firing and not fires and happened == condition.last_at:
            self._leave_out("dropped", now, alert, "outweighed", condition.incident)
            return
        condition.last_at = happened
        heard = condition.heard_at
        if heard < received:
            condition.heard_at = received
        if fires:
            self._take_firing(alert, condition, heard, now)
        else:
            self._take_resolved(alert, condition, now)

    def _take_firing(
        self, alert: Alert, condition: LiveCondition, heard: datetime, now: datetime
    ) -> None:
        policy = self.policy
        condition.unheard = False
        if policy.inhibit:
            self._retry(self._inhibition.note(condition, alert), now)
        flaps = condition.flapping and condition.incident
        if alert.severity == condition.severity:
            rank = condition.rank
        else:
            rank = policy.severities.rank(alert.severity)
        begins = not condition.firing
        if begins:
            condition.firing = True
            if policy.flapping is not None:
                condition.change(now, policy.flapping)
        if rank < condition.rank or (begins and not flaps):
            condition.rank, condition.severity = rank, alert.severity
        elif flaps or condition.heard_at - heard <= policy.deduplicate:
            why = "flapping" if flaps else "duplicate"
            self._leave_out("dropped", now, alert, why, condition.incident)
            if begins:
                self.arm(condition)
            return
        if condition.incident:
            incident = self.incidents[condition.incident]
            incident.last_at = now
            self._out.append(_intent("add", now, incident.name, incident.group, alert, ""))
        else:
            if condition.held_by:
                self._suppress(condition, now)
            self._start(alert, condition, now)
        self.arm(condition)

    def _take_resolved(self, alert: Alert, condition: LiveCondition, now: datetime) -> None:
        fired = condition.firing
        if fired:
            condition.firing = False
            if self.policy.flapping is not None:
                condition.change(now, self.policy.flapping)
        if not condition.incident:
            self._give_up(condition, now)
            by = self._suppress(condition, now)
            if by:
                self._leave_out("suppressed", now, alert, by)
            else:
                why = "below_threshold" if fired else "not_firing"
                self._leave_out("dropped", now, alert, why)
        elif fired and not condition.flapping:
            incident = self.incidents[condition.incident]
            self._out.append(_intent("add", now, incident.name, incident.group, alert, ""))
            self._leave(condition, now, "all_resolved")
        else:
            self._leave_out("dropped", now, alert, "flapping", condition.incident)
        self.arm(condition)
        if condition.inhibits:
            self._release(condition, now)

    def _suppress(self, condition: LiveCondition, now: datetime) -> str:
        """Suppress the alert that is held back; return the name of the rule that held it."""
        by = condition.held_by
        held = self._inhibition.let_go(condition)
        if held is not None:
            self._leave_out("suppressed", now, held, by)
        return by

    def _release(self, condition: LiveCondition, now: datetime) -> None:
        """Check again the alerts that a fault no longer holds back."""
        if condition.firing or condition.flapping:
            return
        self._retry(self._inhibition.ended(condition), now)

    def _retry(self, names: Iterable[tuple[str, str]], now: datetime) -> None:
        """Check again the alerts that were held back with faults, of which none waits by then."""
        free = [self.conditions[name] for name in names]
        let_go = self._inhibition.let_go
        released = [(condition, held) for condition in free if (held := let_go(condition))]
        for condition, held in released:
            self._start(held, condition, now)
            self.arm(condition)

    def _give_up(self, condition: LiveCondition, now: datetime) -> None:
        """Drop the alerts of a fault that wait until there are enough to open an incident."""
        for name in sorted(set(condition.waits)):
            group = self.groups[name]
            kept = []
            for one in group.waiting:
                if (one.alert.source, one.alert.key) == condition.name:
                    self._leave_out("dropped", now, one.alert, "below_threshold")
                else:
                    kept.append(one)
            group.waiting = kept
            self._forget_group(group)
        condition.waits = []

    # Incidents

    def _start(self, alert: Alert, condition: LiveCondition, now: datetime) -> None:
        """Find or open the incident for a fault that is firing and has none."""
        policy = self.policy
        name = self._group_of(alert)
        group = self.groups.get(name)
        incident = self.incidents.get(group.incident) if group is not None else None
        if incident is not None and incident.resolved_at is None:
            if now - incident.last_at <= policy.window:
                self._enter("add", alert, condition, incident, now)
                return
            incident = None
        if policy.inhibit and self._inhibition.hold(condition, alert):
            return
        rule = policy.maintenance_for(alert, now) if policy.maintenance else None
        if rule is not None:
            condition.held_by = rule.name
            condition.held_until = rule.end_of(now) if rule.resume else None
            if condition.held_until is None:
                self._leave_out("suppressed", now, alert, rule.name)
            else:
                condition.held = alert
            return
        if incident is not None:  # it is forgotten once it can no longer be reopened
            incident.resolved_at = None
            incident.opener = condition.name
            self._enter("reopen", alert, condition, incident, now)
            return
        if group is None:
            group = self.groups[name] = LiveGroup(name)
        if len(group.waiting) + 1 < policy.threshold:
            group.waiting.append(PendingAlert(now, alert))
            condition.waits.append(name)
            self.arm(group)
            return
        group.incident = name = self.new_name()
        waited = self._waited(group) if group.waiting else []
        opener = waited[0][1] if waited else condition
        incident = self.incidents[name] = LiveIncident(name, group.name, opener.name, now)
        kind = "open"
        for waiting, other in waited:
            self._join(kind, waiting, other, incident, now)
            kind = "add"
        self._join(kind, alert, condition, incident, now)

    def _enter(
        self,
        kind: str,
        alert: Alert,
        condition: LiveCondition,
        incident: LiveIncident,
        now: datetime,
    ) -> None:
        """Add an alert to its group's incident, and then those that waited in the group."""
        self._join(kind, alert, condition, incident, now)
        self._gather(incident, now)

    def _gather(self, incident: LiveIncident, now: datetime) -> None:
        """Add the alerts that waited in an incident's group."""
        for waiting, other in self._waited(self.groups[incident.group]):
            self._join("add", waiting, other, incident, now)

    def _waited(self, group: LiveGroup) -> list[tuple[Alert, LiveCondition]]:
        """Remove and return the alerts that waited in a group, with their faults."""
        waiting, group.waiting = group.waiting, []
        found = []
        for one in waiting:
            condition = self.conditions[one.alert.source, one.alert.key]
            condition.waits.remove(group.name)
            found.append((one.alert, condition))
        return found

    def _join(
        self,
        kind: str,
        alert: Alert,
        condition: LiveCondition,
        incident: LiveIncident,
        now: datetime,
    ) -> None:
        self._out.append(_intent(kind, now, incident.name, incident.group, alert, ""))
        incident.last_at = now
        if incident.opener == NOBODY:
            incident.opener = condition.name
        condition.incident = incident.name
        incident.members.add(condition.name)
        if condition.waits:  # in another group, by other labels
            self._give_up(condition, now)
        if condition.held is not None or condition.held_by:
            held = self._inhibition.let_go(condition)
            if held is not None:
                self._out.append(_intent("add", now, incident.name, incident.group, held, ""))

    def _leave(self, condition: LiveCondition, now: datetime, why: str) -> None:
        """Remove a fault that is not firing now from its incident, which may resolve it."""
        incident = self.incidents[condition.incident]
        incident.members.discard(condition.name)
        condition.incident = ""
        mode = self.policy.resolve_on
        if mode == "first":
            if condition.name != incident.opener:
                return
            if why == "all_resolved":
                why = "first_resolved"
        elif incident.members:
            return
        elif mode != "all":
            self.arm(incident)
            return
        self._out.append(_intent("resolve", now, incident.name, incident.group, None, why))
        self._close(incident, now)

    def _close(self, incident: LiveIncident, now: datetime, *, final: bool = False) -> None:
        """Register that an incident is resolved; its faults then count as resolved too."""
        members = sorted(incident.members) if incident.members else []
        for name in members:
            condition = self.conditions[name]
            condition.firing = False
            condition.heard_at = now  # remembered from now on, also after a long silence
            condition.incident = ""
            self.arm(condition)
        incident.members.clear()
        incident.resolved_at = now
        may_reopen = self.policy.reopen_within is not None and not final
        group = self.groups.get(incident.group) if may_reopen else None
        if group is not None and group.incident == incident.name:
            self.arm(incident)
        else:
            self._forget_incident(incident)
        for name in members:
            self._release(self.conditions[name], now)

    def _end(self, ended: IncidentEnded, now: datetime) -> None:
        incident = self.incidents.get(ended.incident)
        if incident is not None and incident.resolved_at is None:
            self._close(incident, now, final=ended.final)
        elif incident is not None and ended.final:
            self._forget_incident(incident)

    def _forget_incident(self, incident: LiveIncident) -> None:
        self.incidents.pop(incident.name, None)
        group = self.groups.get(incident.group)
        if group is not None and group.incident == incident.name:
            group.incident = ""
            self._forget_group(group)

    def _forget_group(self, group: LiveGroup) -> None:
        if not group.waiting and not group.incident:
            self.groups.pop(group.name, None)

    # Deadlines

    def passed(self, live: Live, now: datetime) -> None:
        """Do what is due for a fault, group or incident, such as to resolve it."""
        self._due[type(live)](live, now)

    def _expire(self, group: LiveGroup, now: datetime) -> None:
        """Drop the alerts that waited too long for enough others to open an incident."""
        while group.waiting and group.waiting[0].at + self.policy.window <= now:
            alert = group.waiting.pop(0).alert
            self.conditions[alert.source, alert.key].waits.remove(group.name)
            self._leave_out("dropped", now, alert, "below_threshold")
        self._forget_group(group)

    def _pass(self, condition: LiveCondition, now: datetime) -> None:
        silence = self.policy.silence
        if condition.firing and silence is not None and condition.heard_at + silence <= now:
            condition.firing = False
            if condition.incident and not condition.flapping:
                self._leave(condition, now, "silence")
            elif not condition.incident:
                self._give_up(condition, now)
                self._suppress(condition, now)
        if condition.flapping and condition.calm_at(self.policy.flapping) <= now:
            condition.flapping = False
            if condition.incident and not condition.firing:
                self._leave(condition, now, "all_resolved")
        alert, until = condition.held, condition.held_until
        if alert is not None and until is not None and until <= now:
            self._inhibition.let_go(condition)
            self._start(alert, condition, now)
        self._release(condition, now)
        is_idle = not condition.firing and not condition.incident
        if is_idle and condition.heard_at + self._memory[condition.unheard] <= now:
            del self.conditions[condition.name]
