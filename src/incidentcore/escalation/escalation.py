"""An escalation that has become due, for your application to deliver (rule E1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.escalation.targets import EscalationTarget
from incidentcore.values import FrozenMap
from incidentcore.words import ENGLISH, Words
from incidentcore.words.words import Texts

WHY_TEXTS: Final[Texts] = {
    "after": "{delay} after {since}",
    "after_previous": "{delay} after the level before",
    "at_wall_time": "every {every} {unit} at {time}",
    "clock_reached": "the {clock} clock reached {point}",
    "clock_reached.due": "the {clock} clock is due",
    "clock_reached.breach": "the {clock} clock is breached",
    "held_for": "{condition} held for {span}",
    "held_for.0:00:00": "{condition}",
    "manual": "escalated manually",
    "text": "{text}",
    "again": "{delay} after the row began",
    "held.acknowledged": "{why}, held back by an acknowledgement",
    "held.hours": "{why}, held back until contact hours",
    "held.other_row": "{why}, held back until the row applied",
    "held.snoozed": "{why}, held back by a snooze",
    "pass": "repetition {pass_} of: {why}",
}
"""The text of each reason why a level becomes due; of some, by the point or span in its data."""

_OPENING: Final = ("opened", "occurred", "detected")


def why_text(code: str, data: Mapping[str, object], words: Words = ENGLISH) -> str:
    """Return the text of the reason why a level becomes due."""
    special = f"{code}.{data.get('point', data.get('span'))}"
    return words.text(WHY_TEXTS, special if special in WHY_TEXTS else code, data)


@attrs.frozen(kw_only=True)
class Escalation(SharedRepr):
    """An escalation that has become due, for your application to deliver.

    Attributes:
        key: A unique string made of the record, matrix, row, level, ``pass_`` and ``cycle``. Use it
            to deliver each escalation only once.
        record_id: The id of the record.
        matrix: The matrix's name.
        row: The row's name.
        level: The level's position in the row, from 0.
        pass_: How many times the row had been repeated when the level became due.
        cycle: The number of the occasion on which the level became due, from 1: which cycle of the
            SLA clock, or how many times the field had been set or the condition had been met.
        targets: Whom the escalation notifies.
        people: The ids of the people whom the escalation notifies, if they are known: those named
            in the targets, and those on call at the due time.
        people_now: The ids of the people to notify now: ``people``, but with those on call now.
        mode: ``functional`` (to another group) or ``hierarchical`` (up the hierarchy).
        due_at: When the escalation became due.
        lapsed_at: When the escalation ceased to be needed; None if it is still needed.
        lapsed_because: Why the escalation is not needed: ``acknowledged``, ``resolved``,
            ``canceled``, ``snoozed`` while the snooze lasts, or ``nobody_to_tell`` for a skipped
            level; empty otherwise.
        overtaken_by: The key of a later escalation of the same level that is also due and not
            delivered; deliver that one instead. Empty otherwise.
        why_code: Why the escalation became due: ``after``, ``after_previous``, ``held_for``,
            ``clock_reached``, ``at_wall_time``, ``manual`` (a manual escalation made it due
            earlier) or the code of your own trigger.
        why_data: The values to fill into the text of the reason; ``held`` is what held the level
            back: ``snoozed``, ``acknowledged``, ``other_row`` or ``hours`` (contact hours).
        exercise: The exercise that the record belongs to; None for a real record.
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
        """Return why the escalation became due, as text."""
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return why the escalation became due, as text in the language of ``words``."""
        began = self.cycle > 1 and self.why_data.get("since") in _OPENING
        why = why_text("again" if began else self.why_code, self.why_data, words)
        if "held" in self.why_data:
            why = words.text(WHY_TEXTS, f"held.{self.why_data['held']}", {"why": why})
        again = {"why": why, "pass_": self.pass_}
        return words.text(WHY_TEXTS, "pass", again) if self.pass_ else why
