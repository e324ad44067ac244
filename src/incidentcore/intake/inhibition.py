"""Find which faults hold back others while they fire, and which alerts wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from incidentcore.intake.alert import Alert
from incidentcore.intake.live import LiveCondition
from incidentcore.intake.policy import IntakePolicy

Name: TypeAlias = tuple[str, str]
"""A fault's source and key."""


class Inhibition:
    """The faults that hold back others while they fire, and those that are held back.

    Args:
        policy: The policy with the inhibition rules.
        conditions: The faults that the intake remembers.
    """

    __slots__ = ("_policy", "_sources", "_waiting")

    def __init__(self, policy: IntakePolicy, conditions: Iterable[LiveCondition]) -> None:
        self._policy = policy
        self._sources: dict[str, set[Name]] = {}
        self._waiting: dict[str, set[Name]] = {}
        for condition in conditions:
            if condition.firing or condition.flapping:
                for key in condition.inhibits:
                    self._sources.setdefault(key, set()).add(condition.name)
            if condition.held_for:
                self._waiting.setdefault(condition.held_for, set()).add(condition.name)

    def note(self, condition: LiveCondition, alert: Alert) -> list[Name]:
        """Register what a fault holds back, according to its latest firing alert.

        Returns:
            The faults that it held back until now, and that nothing else holds back.
        """
        keys = self._policy.inhibits(alert)
        for key in keys:
            self._sources.setdefault(key, set()).add(condition.name)
        before, condition.inhibits = condition.inhibits, keys
        return self._withdraw(condition, [key for key in before if key not in keys])

    def hold(self, condition: LiveCondition, alert: Alert) -> bool:
        """Hold an alert back if another fault inhibits it; return whether this is so."""
        for rule in self._policy.inhibit:
            if not rule.target.test(alert, alert.at):
                continue
            key = rule.key_of(alert)
            if self._active(key) - {condition.name}:
                condition.held, condition.held_by, condition.held_for = alert, rule.name, key
                self._waiting.setdefault(key, set()).add(condition.name)
                return True
        return False

    def _active(self, key: str) -> set[Name]:
        """Return the sources that hold back others with a key: those that do not wait with it."""
        return self._sources.get(key, set()) - self._waiting.get(key, set())

    def let_go(self, condition: LiveCondition) -> Alert | None:
        """Return the alert that was held back with a condition, which is now released, or None."""
        key = condition.held_for
        if key:
            self._waiting[key].discard(condition.name)
            if not self._waiting[key]:
                del self._waiting[key]
        return condition.let_go()

    def ended(self, condition: LiveCondition) -> list[Name]:
        """Register that a fault no longer fires; return those that nothing else holds back."""
        keys, condition.inhibits = condition.inhibits, ()
        return self._withdraw(condition, keys)

    def _withdraw(self, condition: LiveCondition, keys: Iterable[str]) -> list[Name]:
        free: list[tuple[bool, Name]] = []
        for key in keys:
            sources = self._sources[key]
            sources.discard(condition.name)
            if not self._active(key):  # those that are sources themselves come first
                waiting = self._waiting.get(key, ())
                free += sorted((name not in sources, name) for name in waiting)
            if not sources:
                del self._sources[key]
        return [name for _, name in free]
