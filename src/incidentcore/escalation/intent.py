"""An escalation that has become due, as it is told to the caller (rule E1)."""

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore.escalation.matrix import After, AfterPrevious, EscalationLevel, OnClock
from incidentcore.escalation.targets import EscalationTarget

__all__ = ["Escalation", "reason_why"]


@attrs.frozen(kw_only=True)
class Escalation:
    """An escalation that has become due: an intent; delivering it is the caller's.

    Attributes:
        key: (record, matrix, row, level, pass, cycle) as text. Delivery keyed by it happens once.
        record_id: The record.
        matrix: The matrix's name.
        row: The row's name.
        level: The level's place in the row, from 0.
        pass_: The pass through the row, from 0.
        cycle: Which cycle of its clock, or which occurrence of its moment, from 1.
        targets: Whom it tells.
        people: Who of them are known by id: persons, and who is on call at the due.
        mode: ``functional`` or ``hierarchical``.
        due_at: When it became due.
        lapsed_at: When it became pointless, if it did since.
        lapsed_because: ``acknowledged``, ``resolved``, ``canceled``, ``snoozed`` as long as that
            lasts, or ``nobody to tell`` for a level that is skipped; empty otherwise.
        why: The reason in words.
    """

    key: str
    record_id: str
    matrix: str
    row: str
    level: int
    pass_: int
    cycle: int
    targets: tuple[EscalationTarget, ...]
    people: tuple[str, ...]
    mode: str
    due_at: datetime
    lapsed_at: datetime | None = None
    lapsed_because: str = ""
    why: str


def reason_why(level: EscalationLevel, pass_: int) -> str:
    """Return in words why a level fell due."""
    trigger = level.trigger
    if isinstance(trigger, OnClock):
        point = trigger.point if isinstance(trigger.point, str) else trigger.point.name
        why = f"the {trigger.clock} clock reached {point}"
    elif isinstance(trigger, After):
        why = f"{trigger.delay} after {trigger.since.removesuffix('_at').replace('_', ' ')}"
    elif isinstance(trigger, AfterPrevious):
        why = f"{trigger.delay} after the level before"
    else:
        why = f"{trigger.condition} held for {trigger.span}"
    return f"{why}, pass {pass_ + 1}" if pass_ else why
