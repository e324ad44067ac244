"""One thing in an escalation matrix that cannot work as it was meant."""

from __future__ import annotations

import attrs

__all__ = ["EscalationFinding"]


@attrs.frozen(kw_only=True)
class EscalationFinding:
    """One thing that cannot work as it was meant.

    Attributes:
        code: ``row_never_applies``, ``repeats_nothing``, ``level_never_fires``,
            ``silenced_at_once``, ``out_of_order``, ``due_at_once``, ``loop``, ``nobody_to_tell``,
            ``may_tell_nobody`` or ``unreachable_step``.
        row: The row's name.
        level: The level's place in it; None where the finding is about the row.
        message: What is wrong, in words.
        witness: An instant, condition or value that shows it; None where none is needed.
    """

    code: str
    row: str
    level: int | None = None
    message: str
    witness: object = None

    def __str__(self) -> str:
        where = self.row if self.level is None else f"{self.row}, level {self.level}"
        return f"{where}: {self.message}"
