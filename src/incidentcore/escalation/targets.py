"""Whom an escalation notifies: a group, a role, a person, whoever is on call, a manager."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, is_whole, need_kind, need_text, need_word
from incidentcore.conditions.access import reader
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.oncall import OnCallSchedule, next_on_call, on_call, people_ids
from incidentcore.words import ENGLISH, Words

TargetKind: TypeAlias = Literal[
    "group", "role", "person", "on_call", "next_on_call", "field", "manager_of", "round_robin"
]
"""The kinds of targets of an escalation."""


READING: Final = ("field", "manager_of", "round_robin")  # kinds that read the record's fields
_ON_CALL: Final = ("on_call", "next_on_call")


@attrs.frozen
class EscalationTarget(SharedRepr):
    """Somebody whom an escalation notifies; made by a method such as ``group`` or ``on_call``.

    Attributes:
        kind: The name of the method that created the target.
        name: The group, role, person or schedule. For ``field`` and ``manager_of``, the field of
            the record that names the person or group, such as ``assignee``; for ``round_robin``,
            the field that contains the record's number.
        schedule: The schedule, if the kind is ``on_call`` or ``next_on_call``.
        members: The ids of those who take turns, if the kind is ``round_robin``.

    >>> from incidentcore.escalation import EscalationTarget
    >>> str(EscalationTarget.manager_of("assignee"))
    'manager of assignee'
    """

    kind: TargetKind
    name: str
    schedule: OnCallSchedule | None = None
    members: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        need_word("kind", self.kind, TargetKind, EscalationMatrixError)
        need_text("target", self.name, EscalationMatrixError)
        if (self.kind in _ON_CALL) != (self.schedule is not None):
            raise EscalationMatrixError(
                "schedule", self.schedule, "one with the kinds on_call and next_on_call only"
            )
        if (self.kind == "round_robin") != bool(self.members):
            raise EscalationMatrixError("members", self.members, "some with kind round_robin only")

    @classmethod
    def group(cls, name: str) -> Self:
        """Return a target for a group."""
        return cls("group", name)

    @classmethod
    def role(cls, name: str) -> Self:
        """Return a target for a role, such as a duty manager."""
        return cls("role", name)

    @classmethod
    def person(cls, name: str) -> Self:
        """Return a target for a person."""
        return cls("person", name)

    @classmethod
    def on_call(cls, schedule: OnCallSchedule) -> Self:
        """Return a target for whoever is on call when the escalation becomes due."""
        need_kind("schedule", schedule, OnCallSchedule, EscalationMatrixError)
        return cls("on_call", schedule.name, schedule)

    @classmethod
    def next_on_call(cls, schedule: OnCallSchedule) -> Self:
        """Return a target for whoever is next on call after those on call at the due time."""
        need_kind("schedule", schedule, OnCallSchedule, EscalationMatrixError)
        return cls("next_on_call", schedule.name, schedule)

    @classmethod
    def round_robin(cls, members: Iterable[str], *, counter: str) -> Self:
        """Return a target for one of several people, who take turns from one incident to the next.

        Args:
            members: The ids of those who take turns.
            counter: The field with the record's serial number, which your application assigns, from
                0, such as ``custom.number``. If a record has no number, nobody is notified.

        >>> from datetime import datetime
        >>> from incidentcore.escalation import EscalationTarget
        >>> team = EscalationTarget.round_robin(["ada", "bob"], counter="custom.number")
        >>> [team.people(datetime.max, {"custom": {"number": number}}) for number in range(3)]
        [('ada',), ('bob',), ('ada',)]
        """
        return cls("round_robin", counter, members=tuple(people_ids(members)))

    @classmethod
    def field(cls, path: str) -> Self:
        """Return a target for the person or group that a field names when the escalation is due."""
        return cls("field", path)

    @classmethod
    def manager_of(cls, field: str) -> Self:
        """Return a target for the manager of the person or group named by a field of the record."""
        return cls("manager_of", field)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the paths of the fields of the record that this target reads."""
        return (self.name,) if self.kind in READING else ()

    def people(self, at: datetime, facts: Mapping[str, object]) -> tuple[str, ...]:
        """Return the ids of the people to notify at an instant; empty if unknown, as for a group.

        ``facts`` are the record's fields at that instant.
        """
        return self._known_people(at, facts) or ()

    def is_empty(self, at: datetime, facts: Mapping[str, object]) -> bool:
        """Return whether this target certainly notifies nobody at an instant.

        ``facts`` are the record's fields at that instant.
        """
        return self._known_people(at, facts) == ()

    def _known_people(self, at: datetime, facts: Mapping[str, object]) -> tuple[str, ...] | None:
        """Return the ids of the people to notify; None if they are not known, as for a group."""
        if self.schedule is not None:
            if self.kind == "on_call":
                return on_call(self.schedule, at=at)
            shift = next_on_call(self.schedule, at=at)
            return () if shift is None else shift.people
        if self.kind not in READING:
            return (self.name,) if self.kind == "person" else None
        value = reader(self.name)(dict(facts))
        if self.kind == "round_robin":
            return (self.members[value % len(self.members)],) if is_whole(value) else ()
        named = _named(value)
        return named if self.kind == "field" or not named else None  # else their manager

    def __str__(self) -> str:
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return whom this target notifies, as text in the language of ``words``."""
        data = {"name": self.name, "members": self.members}
        return words.text(TARGET_TEXTS, self.kind, data)


def _named(value: object) -> tuple[str, ...]:
    """Return whom a field names: one for a string, several for a collection of strings."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, Collection) and not isinstance(value, Mapping):
        named = (one for one in value if isinstance(one, str) and one)
        return tuple(sorted(named) if isinstance(value, AbstractSet) else named)
    return ()


TARGET_TEXTS: Final = {
    "group": "{name}",
    "round_robin": "one of {members} by {name}",
    "role": "role {name}",
    "person": "person {name}",
    "on_call": "on call for {name}",
    "next_on_call": "next on call for {name}",
    "field": "whoever is {name}",
    "manager_of": "manager of {name}",
}


def as_targets(
    targets: EscalationTarget | str | Iterable[EscalationTarget | str],
) -> tuple[EscalationTarget, ...]:
    """Return one or more targets as a tuple; plain text is the name of a group."""
    if isinstance(targets, (EscalationTarget, str)):
        targets = (targets,)
    allowed = "targets such as EscalationTarget.on_call(schedule), or names of groups"
    need_kind("targets", targets, Iterable, EscalationMatrixError, allowed)
    return tuple(
        target if isinstance(target, EscalationTarget) else EscalationTarget.group(target)
        for target in targets
    )
