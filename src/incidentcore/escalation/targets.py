"""Whom an escalation tells: a group, a role, a person, whoever is on call, somebody's manager."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, Literal, Self, TypeAlias

import attrs

from incidentcore.conditions import reader
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.oncall import OnCallSchedule, on_call

__all__ = ["EscalationTarget", "READING", "TargetKind", "as_targets"]


TargetKind: TypeAlias = Literal["group", "role", "person", "on_call", "field", "manager_of"]
"""What a target is."""


READING: Final = ("field", "manager_of")  # kinds that ask the record's fields


@attrs.frozen
class EscalationTarget:
    """One addressee; build it with the method of its kind.

    Attributes:
        kind: See ``TargetKind``.
        name: The group, role, person or schedule; for ``field`` and ``manager_of`` the field of
            the record that names the person or group, such as ``assignee``.
        schedule: The schedule, where the kind is ``on_call``.

    >>> str(EscalationTarget.manager_of("assignee"))
    'manager of assignee'
    """

    kind: str
    name: str
    schedule: OnCallSchedule | None = None

    def __attrs_post_init__(self) -> None:
        kinds = ("group", "role", "person", "on_call", "field", "manager_of")
        if self.kind not in kinds:
            raise EscalationMatrixError("kind", self.kind, f"one of {', '.join(kinds)}")
        if not isinstance(self.name, str) or not self.name:
            raise EscalationMatrixError("target", self.name, "a non-empty text")
        if (self.kind == "on_call") != (self.schedule is not None):
            raise EscalationMatrixError("schedule", self.schedule, "one with kind on_call only")

    @classmethod
    def group(cls, name: str) -> Self:
        """Return a group."""
        return cls("group", name)

    @classmethod
    def role(cls, name: str) -> Self:
        """Return a role, such as a duty manager."""
        return cls("role", name)

    @classmethod
    def person(cls, name: str) -> Self:
        """Return a person."""
        return cls("person", name)

    @classmethod
    def on_call(cls, schedule: OnCallSchedule) -> Self:
        """Return whoever is on call when the escalation falls due."""
        if not isinstance(schedule, OnCallSchedule):
            raise EscalationMatrixError("schedule", schedule, "an OnCallSchedule")
        return cls("on_call", schedule.name, schedule)

    @classmethod
    def field(cls, path: str) -> Self:
        """Return whoever a field of the record names when the escalation falls due."""
        return cls("field", path)

    @classmethod
    def manager_of(cls, field: str) -> Self:
        """Return the manager of the person or group that a field of the record names."""
        return cls("manager_of", field)

    def people(self, at: datetime, facts: Mapping[str, object]) -> tuple[str, ...]:
        """Return the people it stands for, as far as the library can know them by id.

        Args:
            at: The instant, for whoever is on call then.
            facts: The record's fields at that instant.
        """
        if self.kind == "person":
            return (self.name,)
        if self.schedule is not None:
            return on_call(self.schedule, at=at)
        if self.kind == "field":
            return _named(reader(self.name)(dict(facts)))
        return ()

    def is_empty(self, at: datetime, facts: Mapping[str, object]) -> bool:
        """Return whether it is known to stand for nobody."""
        if self.kind == "manager_of":
            return not _named(reader(self.name)(dict(facts)))
        known = self.kind in ("on_call", "field")
        return known and not self.people(at, facts)

    def __str__(self) -> str:
        return self.name if self.kind == "group" else f"{_WORDS[self.kind]} {self.name}"


def _named(value: object) -> tuple[str, ...]:
    """Return whom a field names: one by a text, several by a collection of texts."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, Collection) and not isinstance(value, Mapping):
        named = (one for one in value if isinstance(one, str) and one)
        return tuple(sorted(named) if isinstance(value, AbstractSet) else named)
    return ()


_WORDS: Final = {
    "role": "role",
    "person": "person",
    "on_call": "on call for",
    "field": "whoever is",
    "manager_of": "manager of",
}


def as_targets(
    targets: EscalationTarget | str | Iterable[EscalationTarget | str],
) -> tuple[EscalationTarget, ...]:
    """Return targets in their stored form; a plain text stands for a group."""
    if isinstance(targets, (EscalationTarget, str)):
        targets = (targets,)
    if not isinstance(targets, Iterable):
        raise EscalationMatrixError("targets", targets, "targets, or names of groups")
    return tuple(
        target if isinstance(target, EscalationTarget) else EscalationTarget.group(target)
        for target in targets
    )
