"""Data that the histories of one import share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from incidentcore._checks import of_type
from incidentcore.lifecycle import Lifecycle
from incidentcore.values import NEW, State
from incidentcore.vendors.kit.findings import Findings
from incidentcore.vendors.kit.tables import STANDARD_STATES, LevelTable, Roles, StateTable
from incidentcore.vendors.kit.times import TimeReader, Times


@attrs.define(kw_only=True)
class Context:
    """The tables, times and findings of one import; ``own`` reads custom fields by their kinds."""

    findings: Findings
    covers: frozenset[str]
    states: StateTable = attrs.field(default=STANDARD_STATES, validator=of_type(StateTable))
    levels: LevelTable = attrs.field(default=LevelTable(), validator=of_type(LevelTable))
    times: Times = attrs.field(factory=Times, validator=of_type(Times))
    roles: Roles = attrs.field(default=Roles(), validator=of_type(Roles))
    lifecycle: Lifecycle | None = attrs.field(default=None, validator=of_type(Lifecycle | None))
    own: Callable[[Any, dict[str, Any]], None] | None = None
    reader: TimeReader = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.reader = self.times.reader()

    @property
    def initial(self) -> State:
        """Return the state in which records are opened."""
        return NEW if self.lifecycle is None else self.lifecycle.initial

    def custom(self, history: object, custom: dict[str, Any]) -> dict[str, Any]:
        """Return custom fields of a history, those of a desk by the names and kinds it declares."""
        if self.own is not None:
            self.own(history, custom)
        return custom

    def entered(self, standard: State, shown: State | None) -> State:
        """Return the state that a record enters at a known time, such as that of its resolution.

        It is the state that the tool shows now, if it means the same as the standard state;
        otherwise, the lifecycle's own state with that meaning, or else the standard state.
        """
        if shown is not None and (
            _meaning(shown) == _meaning(standard) or shown.name.casefold() == standard.name
        ):
            return shown
        states = () if self.lifecycle is None else self.lifecycle.states
        return next((own for own in states if _meaning(own) == _meaning(standard)), standard)


def _meaning(state: State) -> tuple[bool, bool, bool]:
    return state.open, state.resolved, state.final
