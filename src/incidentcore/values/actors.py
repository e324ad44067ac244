"""Actors: the id and role of somebody who did something (rule H4)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

import attrs

from incidentcore._checks import SharedRepr, a_text, misspelt
from incidentcore.errors import InvalidValueError

Role: TypeAlias = Literal["requester", "agent", "approver", "system", "vendor"]
"""The roles that the library's rules use; any other text that misspells none is also accepted."""

ROLES: Final = frozenset(get_args(Role))


@attrs.frozen
class Actor(SharedRepr):
    """Somebody or something that acts on a record.

    The first and next response, and first-contact resolution, depend on who communicated, so the
    role is part of every event.

    Attributes:
        id: The actor's id in your own system.
        role: The actor's role; see ``Role``.

    Raises:
        InvalidValueError: The id or role is empty or not text.

    Source: rule H4.

    >>> from incidentcore.values import Actor
    >>> Actor("monitoring", "system")
    Actor(id='monitoring', role='system')
    """

    id: str = attrs.field(validator=a_text)
    role: str = attrs.field(default="agent", validator=a_text)


def as_actor(by: Actor | str, *, role: str = "agent", name: str = "by") -> Actor:
    """Return an actor unchanged, or make an actor with a role from a plain id.

    Raises:
        InvalidValueError: ``by`` is neither an actor nor an id (text that is not empty), or the
            actor's role looks like a misspelling of a ``Role``; ``name`` is the argument's name.
    """
    if isinstance(by, Actor):
        meant = "" if by.role in ROLES else _meant(by.role)
        if meant:
            allowed = f"one of {', '.join(get_args(Role))}, or a role of your own"
            raise InvalidValueError("role", by.role, f"{allowed}; nearest: {meant}")
        return by
    if isinstance(by, str) and by:
        return Actor(by, role)
    raise InvalidValueError(name, by, "an Actor, or a non-empty id")


@lru_cache(maxsize=256)  # a role of your own is judged at each event
def _meant(role: str) -> str:
    meant = misspelt(role, ROLES)
    return meant if abs(len(meant) - len(role)) < 2 else ""  # "subsystem" is a word of its own
