"""What a lifecycle answers: allowed with the outcome, or refused with the reason (rule L2)."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from incidentcore.records import Event, Record
from incidentcore.values import State

__all__ = ["Allowed", "PathStep", "Refused"]

R = TypeVar("R", bound=Record)


@attrs.frozen
class PathStep:
    """One step of a path through a lifecycle.

    Attributes:
        action: What to do.
        to: The state it leads to.
        needs: The fields it cannot do without.
        guard: What its guard is called, which must let it pass; empty where it has none.
    """

    action: str
    to: State
    needs: tuple[str, ...] = ()
    guard: str = ""

    def __str__(self) -> str:
        needs = f" (needs {', '.join(self.needs)})" if self.needs else ""
        return f"{self.action}{needs} [{self.guard}]" if self.guard else f"{self.action}{needs}"


@attrs.frozen
class Allowed(Generic[R]):
    """The answer that an action is legal.

    Attributes:
        events: What a store must append.
        record: The record after them.
    """

    events: tuple[Event, ...]
    record: R


@attrs.frozen(kw_only=True)
class Refused:
    """The answer that an action is not legal; the record is unchanged (rule L2).

    It is false, so that ``if decide(...)`` asks whether an action is legal.

    Attributes:
        code: Why, as a stable code: ``unknown_action``, ``not_allowed``, ``missing_field``,
            ``undeclared_field``, ``invalid_field``, ``guard``, ``before_opening``,
            ``unknown_state`` or ``lifecycle_mismatch``.
        reason: Why, in words.
        action: What was asked for.
        state: The state the record was in.
        missing_fields: Required fields that were not given.
        guard: The guard that said no; empty where none did.
        allowed_actions: The actions that the table has for the state.
        path: The shortest way through the table that ends with the action; guards may still
            object on it.
    """

    code: str
    reason: str
    action: str
    state: State
    missing_fields: tuple[str, ...] = ()
    guard: str = ""
    allowed_actions: tuple[str, ...] = ()
    path: tuple[PathStep, ...] = ()

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return self.reason
