"""Find which faults hold back others while they are firing, and which alerts wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from incidentcore.intake.alert import Alert
from incidentcore.intake.live import LiveCondition
from incidentcore.intake.policy import IntakePolicy

Name: TypeAlias = tuple[str, str]
"""A fault's source and key."""


class Inhibition:
    """The faults that hold back others while they are firing, and those that are held back."""

    __slots__ = ("_conditions", "_policy", "_sources", "_waiting")

    def __init__(self, policy: IntakePolicy, conditions: Mapping[Name, LiveCondition]) -> None:
        self._policy = policy
        self._conditions = conditions
        self._sources: dict[str, set[Name]] = {}
        self._waiting: dict[str, set[Name]] = {}
        for condition in conditions.values():
            if condition.firing or condition.flapping:
                for key in condition.inhibits:
                    self._sources.setdefault(key, set()).add(condition.name)
            if condition.held_for:
                self._waiting.setdefault(condition.held_for, set()).add(condition.name)

    def note(self, condition: LiveCondition, alert: Alert) -> list[Name]:
        """Register what a fault holds back by its latest firing alert.

        Return the faults that it held back until now, and that nothing else holds back.
        """
        keys = self._policy.inhibits(alert)
        for key in keys:
            self._sources.setdefault(key, set()).add(condition.name)
        before, condition.inhibits = condition.inhibits, keys
        return self._withdraw(condition, tuple(key for key in before if key not in keys))

    def hold(self, condition: LiveCondition, alert: Alert) -> bool:
        """Hold an alert back if another fault inhibits it; return whether this is so."""
        for rule in self._policy.inhibit:
            key = rule.waits_for(alert)
            if key and self._has_source(key, {condition.name}):
                condition.held, condition.held_by, condition.held_for = alert, rule.name, key
                self._waiting.setdefault(key, set()).add(condition.name)
                return True
        return False

    def _has_source(self, key: str, seen: set[Name]) -> bool:
        """Return whether a source with a key does not wait, or waits for one that does not.

        Sources that wait for a fault in ``seen`` hold nothing back, so no circle waits endlessly.
        """
        keys = [key]
        while keys:
            for name in self._sources.get(keys.pop(), set()) - seen:
                seen.add(name)
                key = self._conditions[name].held_for
                if not key:
                    return True
                keys.append(key)
        return False

    def let_go(self, condition: LiveCondition) -> Alert | None:
        """Return the alert that was held back with a fault, which is now released, or None."""
        key = condition.held_for
        if key:
            self._waiting[key].discard(condition.name)
            if not self._waiting[key]:
                del self._waiting[key]
        alert, condition.held, condition.held_until = condition.held, None, None
        condition.held_by = condition.held_for = ""
        return alert

    def ended(self, condition: LiveCondition) -> list[Name]:
        """Register that a fault is not firing now; return those that nothing else holds back."""
        keys, condition.inhibits = condition.inhibits, ()
        return self._withdraw(condition, keys)

    def _withdraw(self, condition: LiveCondition, keys: tuple[str, ...]) -> list[Name]:
        for key in keys:
            self._sources[key].discard(condition.name)
            if not self._sources[key]:
                del self._sources[key]
        waiting = ((key, name) for key in keys for name in sorted(self._waiting.get(key, ())))
        return [name for key, name in waiting if not self._has_source(key, {name})]
