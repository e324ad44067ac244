"""Find which conditions hold back others while they fire, and which alerts wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from incidentcore.intake.alert import Alert
from incidentcore.intake.live import LiveCondition
from incidentcore.intake.policy import IntakePolicy

Name: TypeAlias = tuple[str, str]
"""A condition's source and key."""


class Inhibition:
    """The conditions that hold back others while they fire, and those that are held back.

    Args:
        policy: The policy with the inhibition rules.
        conditions: The conditions that the intake remembers.
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

    def note(self, condition: LiveCondition, alert: Alert) -> None:
        """Register what a condition holds back, according to its latest firing alert."""
        keys = self._policy.inhibits(alert)
        for key in condition.inhibits:
            if key not in keys:
                self._sources.get(key, set()).discard(condition.name)
        for key in keys:
            self._sources.setdefault(key, set()).add(condition.name)
        condition.inhibits = keys

    def hold(self, condition: LiveCondition, alert: Alert) -> bool:
        """Hold an alert back if another condition inhibits it; return whether this is so."""
        for rule in self._policy.inhibit:
            if not rule.target.test(alert, alert.at):
                continue
            key = rule.key_of(alert)
            if self._sources.get(key, set()) - {condition.name}:
                condition.held, condition.held_by, condition.held_for = alert, rule.name, key
                self._waiting.setdefault(key, set()).add(condition.name)
                return True
        return False

    def let_go(self, condition: LiveCondition) -> Alert | None:
        """Return the alert that was held back with a condition, which is now released, or None."""
        if condition.held_for:
            self._waiting.get(condition.held_for, set()).discard(condition.name)
        return condition.let_go()

    def ended(self, condition: LiveCondition) -> list[Name]:
        """Register that a condition no longer fires; return those that nothing else holds back."""
        keys, condition.inhibits = condition.inhibits, ()
        free: list[Name] = []
        for key in keys:
            sources = self._sources.get(key, set())
            sources.discard(condition.name)
            if not sources:
                self._sources.pop(key, None)
                free.extend(sorted(self._waiting.pop(key, set())))
        return free
