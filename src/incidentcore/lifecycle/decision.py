"""The decisions of a lifecycle: allowed with the outcome, or refused with the reason (rule L2)."""

from __future__ import annotations

from typing import Final, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.pages.table import Tabular
from incidentcore.records import Event, Record
from incidentcore.values import FrozenMap, State
from incidentcore.values.frozen import as_map
from incidentcore.words import ENGLISH, Words
from incidentcore.words.words import Texts

R = TypeVar("R", bound=Record)


@attrs.frozen
class PathStep(SharedRepr):
    """One step of a path through a lifecycle.

    Attributes:
        action: The action to take.
        to: The state that the action leads to.
        needs: The fields that the action requires.
        guard: The name of the guard that must allow the action; empty if there is no guard.
    """

    action: str
    to: State
    needs: tuple[str, ...] = ()
    guard: str = ""

    def __str__(self) -> str:
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the step as text, in the language of ``words``."""
        needs = ""
        if self.needs:
            needs = words.template(REFUSALS["needs"]).format(fields=", ".join(self.needs))
        return f"{self.action}{needs} [{self.guard}]" if self.guard else f"{self.action}{needs}"


@attrs.frozen
class Allowed(SharedRepr, Generic[R]):
    """The result of ``decide`` for an action that is allowed.

    Attributes:
        events: The events that a store must append.
        record: The record after these events.
    """

    events: tuple[Event, ...]
    record: R

    def __bool__(self) -> Literal[True]:
        return True

    def __str__(self) -> str:
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the actions taken and the state they lead to, in the language of ``words``."""
        done = tuple(str(getattr(event, "action", event.kind)) for event in self.events)
        data = {"done": done, "record": self.record.id, "state": self.record.state}
        return words.text(REFUSALS, "accepted", data)


REFUSALS: Final[Texts] = {
    "before_opening": "{action} at {at} lies before the opening of {record} at {opened_at}",
    "guard": "{action} from {state} is refused by its guard: {guard}{why}",
    "invalid_field": "{action} from {state} refuses {what}",
    "lifecycle_mismatch": "{record} is of type {record_type} and follows the lifecycle {follows!r},"
    " not {lifecycle!r}: advance it by its own, or migrate it",
    "migrated": "{record} follows the lifecycle {lifecycle!r} in version {version} already",
    "missing_field": "{action} from {state} needs {missing_fields}",
    "no_effect": "{action} at {at} would lead to {to}, and the next event, {next} at {next_at}, is"
    " not a legal step from there; amend=True replays what follows",
    "not_allowed": "{action} is not allowed from {state}; {allowed}",
    "undeclared_field": "{action} from {state} does not take {undeclared}; it takes {takes}",
    "unknown_action": "{action} is not an action of the lifecycle {lifecycle!r}; {allowed}",
    "unknown_state": "{state} is not a state of the lifecycle {lifecycle!r}, which has {states}",
    "allowed": "allowed here: {actions}",
    "nothing_allowed": "nothing is allowed here",
    "accepted": "allowed: {done}; {record} is then {state}",
    "no_fields": "no fields",
    "path": "; the shortest path is {path}",
    "path_step": ", then ",
    "needs": " (needs {fields})",
}
"""The texts of decisions, by code; the last ones are parts of others."""


@attrs.frozen(kw_only=True)
class Refused(SharedRepr, Tabular):
    """The result of ``decide`` for an action that is refused; the record is unchanged (rule L2).

    A refusal counts as False, so that ``if decide(...)`` tests whether an action is allowed.

    Attributes:
        code: The reason, as a stable code: ``unknown_action``, ``not_allowed``, ``missing_field``,
            ``undeclared_field``, ``invalid_field``, ``guard``, ``before_opening``, ``no_effect``,
            ``unknown_state``, ``migrated`` or ``lifecycle_mismatch``.
        action: The requested action.
        state: The record's state.
        data: The other values that the reason's text mentions, by name.
        missing_fields: Required fields that were not passed.
        guard: The name of the guard that refused the action; empty if no guard did.
        allowed_actions: The actions that are possible in the state.
        path: The shortest sequence of transitions that ends with the action. If no action has this
            name, the path ends with the state or action that was probably meant. Guards may still
            refuse a step.
    """

    code: str
    action: str
    state: State
    data: FrozenMap[object] = attrs.field(factory=FrozenMap, converter=as_map)
    missing_fields: tuple[str, ...] = ()
    guard: str = ""
    allowed_actions: tuple[str, ...] = ()
    path: tuple[PathStep, ...] = ()

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the reason as text, in the language of ``words``."""
        actions = self.allowed_actions
        data: dict[str, object] = {
            **self.data,
            "action": self.action,
            "state": self.state,
            "guard": words.template(self.guard),
            "missing_fields": self.missing_fields,
            "allowed": words.text(
                REFUSALS, "allowed" if actions else "nothing_allowed", {"actions": actions}
            ),
        }
        if data.get("takes") == ():
            data["takes"] = words.template(REFUSALS["no_fields"])
        text = words.text(REFUSALS, self.code, data)
        if not self.path:
            return text
        then = words.template(REFUSALS["path_step"])
        path = then.join(step.in_words(words) for step in self.path)
        return text + words.text(REFUSALS, "path", {"path": path})

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return a table of one row: action, state, reason, allowed actions and ``path``."""
        way = REFUSALS["path_step"].join(map(str, self.path))
        row = [self.action, self.state.name, self.reason, ", ".join(self.allowed_actions), way]
        return ["action", "state", "why", "allowed here", "the way"], [row], [False] * 5

    @property
    def reason(self) -> str:
        """Return the reason as text."""
        return self.in_words(ENGLISH)

    def __bool__(self) -> Literal[False]:
        return False

    def __str__(self) -> str:
        return self.reason
