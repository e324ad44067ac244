"""One escalation that has become due: an intent for your application to deliver (rule E1)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore.escalation.targets import EscalationTarget
from incidentcore.values import FrozenMap
from incidentcore.words import ENGLISH, Words
from incidentcore.words.words import Texts

__all__ = ["Escalation", "WHY_TEXTS"]

WHY_TEXTS: Final[Texts] = {
    "after": "{delay} after {since}",
    "after_previous": "{delay} after the level before",
    "at_wall_time": "every {every} {unit} at {time}",
    "clock_reached": "the {clock} clock reached {point}",
    "held_for": "{condition} held for {span}",
    "text": "{text}",
    "pass": "{why}, pass {pass_}",
}
"""The text of each reason why a level becomes due."""


@attrs.frozen(kw_only=True)
class Escalation:
    """An escalation that has become due, for your application to deliver.

    Attributes:
        key: (record, matrix, row, level, pass, cycle) as text. Use it to deliver each escalation
            only once.
        record_id: The record.
        matrix: The matrix's name.
        row: The row's name.
        level: The level's position in the row, from 0.
        pass_: The number of the pass through the row, from 0.
        cycle: The number of the cycle of its clock, or of the occurrence of its moment, from 1.
        targets: Whom it notifies.
        people: The ids of the people whom it notifies, if known: persons, and those on call at the
            due time.
        people_now: The same at the instant of evaluation, which differs if the escalation is
            delivered late.
        mode: ``functional`` or ``hierarchical``.
        due_at: When it became due.
        lapsed_at: When it became pointless; None if it has not.
        lapsed_because: ``acknowledged``, ``resolved``, ``canceled``, ``snoozed`` while the snooze
            lasts, or ``nobody_to_tell`` for a level that is skipped; empty otherwise.
        overtaken_by: The key of a later escalation of the same level that is also due and not
            delivered; deliver that one instead. Empty otherwise.
        why_code: Why it became due: ``after``, ``after_previous``, ``held_for``, ``clock_reached``
            or the code of a trigger of your own.
        why_data: The data for the text of the reason.
        exercise: The exercise that the record belongs to; None for a real one.
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
    people_now: tuple[str, ...] = ()
    mode: str
    due_at: datetime
    lapsed_at: datetime | None = None
    lapsed_because: str = ""
    overtaken_by: str = ""
    why_code: str = ""
    why_data: FrozenMap[str] = FrozenMap()
    exercise: str | None = attrs.field(default=None, metadata={"later": True})

    @property
    def why(self) -> str:
        """Return the reason as text."""
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the reason in the given language."""
        why = words.text(WHY_TEXTS, self.why_code, self.why_data)
        again = {"why": why, "pass_": self.pass_ + 1}
        return words.text(WHY_TEXTS, "pass", again) if self.pass_ else why
