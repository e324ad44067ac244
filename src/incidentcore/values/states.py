"""States as values whose meaning is given by flags; no state is classified by name (rule H3)."""

from __future__ import annotations

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_text
from incidentcore.errors import DefinitionError


@attrs.frozen
class State(SharedRepr):
    """A state of a lifecycle, with flags that state its meaning.

    Attributes:
        name: The state's name in its lifecycle.
        open: Whether work is still to be done.
        pauses: Whether work waits for somebody else; clocks can be defined to pause in such states.
        resolved: Whether the service has been restored or the request fulfilled.
        final: Whether the lifecycle has ended; some lifecycles still allow reopening (rule L3).

    A state that is not open is resolved, final or both. Closed means resolved and final;
    canceled means final but not resolved.

    Raises:
        DefinitionError: The flags contradict each other.

    Source: rule H3.

    >>> from incidentcore.values import State
    >>> State("done", resolved=True, final=True).is_closed
    True
    """

    name: str
    open: bool = attrs.field(default=False, kw_only=True)
    pauses: bool = attrs.field(default=False, kw_only=True)
    resolved: bool = attrs.field(default=False, kw_only=True)
    final: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_text("name", self.name, DefinitionError)
        for flag in ("open", "pauses", "resolved", "final"):
            need_kind(f"{self.name}.{flag}", getattr(self, flag), bool, DefinitionError)
        if self.open and (self.resolved or self.final):
            raise DefinitionError(self.name, self, "an open state that is not resolved or final")
        if not (self.open or self.resolved or self.final):
            raise DefinitionError(self.name, self, "a state that is open, resolved or final")
        if self.pauses and not self.open:
            raise DefinitionError(self.name, self, "pauses only on a state that is open")

    @property
    def is_closed(self) -> bool:
        """Return whether the state ends a record with a resolution: final and resolved."""
        return self.final and self.resolved

    @property
    def is_canceled(self) -> bool:
        """Return whether the state ends a record without a resolution: final and not resolved."""
        return self.final and not self.resolved

    def __str__(self) -> str:
        return self.name


NEW = State("new", open=True)
IN_PROGRESS = State("in_progress", open=True)
ON_HOLD = State("on_hold", open=True, pauses=True)
RESOLVED = State("resolved", resolved=True)
CLOSED = State("closed", resolved=True, final=True)
CANCELED = State("canceled", final=True)
