"""An escalation that has become due, as it is told to the caller (rule E1)."""

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore.escalation.targets import EscalationTarget

__all__ = ["Escalation"]


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
