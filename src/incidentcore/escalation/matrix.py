"""The escalation matrix: whom to notify, when, and for which records (rules E2 and E3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from incidentcore._checks import (
    SharedRepr,
    need_each,
    need_key_part,
    need_kind,
    need_several,
    need_word,
)
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.conditions.instants import timed_tests
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.escalation import why_text
from incidentcore.escalation.targets import EscalationTarget, as_targets
from incidentcore.escalation.triggers.base import Trigger, need_calendar, need_delay
from incidentcore.instants import Interval
from incidentcore.pages.table import Tabular
from incidentcore.schedule import Calendar
from incidentcore.values import FrozenMap

T = TypeVar("T")

_ZERO: Final = timedelta(0)
_FIXED: Final = ("group", "role", "person")


EscalationMode: TypeAlias = Literal["functional", "hierarchical"]
"""The direction of an escalation: to another group, or up the hierarchy (ITIL)."""


Until: TypeAlias = Literal["acknowledged", "resolved"]
"""What silences a level (rule E3)."""


AcknowledgedBy: TypeAlias = Literal["any", "all", "level"]
"""Whose acknowledgement silences a row (rule E3)."""


Continuation: TypeAlias = Literal["resume", "restart"]
"""Where a row continues when an acknowledgement is withdrawn or times out, or a snooze ends."""


SnoozeSilences: TypeAlias = Literal["acknowledgeable", "all"]
"""What a snooze silences (rule E3)."""


OnOccasion: TypeAlias = Literal["keep", "clear", "restart"]
"""What an occasion does to a row (rule E3): ``keep`` changes nothing, ``clear`` ends the
acknowledgements, ``restart`` also starts a new cycle of the levels that count from the opening or
from the row's own condition."""


PastLast: TypeAlias = Literal["clamp", "wrap"]
"""What a manual escalation does when every level has become due (rule E3)."""


_WORDS: Final[dict[str, object]] = {
    "acknowledged_by": AcknowledgedBy,
    "on_unacknowledge": Continuation,
    "on_snooze_end": Continuation,
    "snooze_silences": SnoozeSilences,
    "past_last": PastLast,
    "on_reopen": OnOccasion,
    "on_apply": OnOccasion,
    "on_move": OnOccasion,
    "on_worse": OnOccasion,
}


@attrs.frozen
class EscalationLevel(SharedRepr):
    """One level of an escalation: when it is due, whom it notifies, and what silences it.

    Attributes:
        trigger: What makes the level due: a ``Trigger``, such as ``After`` for a delay.
        targets: Whom to notify: an ``EscalationTarget``, the name of a group, or several of these.
        mode: ``functional`` (to another group) or ``hierarchical`` (up the hierarchy).
        until: What silences the level: ``acknowledged`` or ``resolved`` (the default for levels
            that wait for a clock). Resolving or canceling the record always silences the level.
        during: The contact hours, as a calendar; None for any hour. A due time outside these hours
            moves to their next opening, and is dropped if the level is silenced before that.
        why_code: Computed: why the level becomes due, as in ``Escalation.why_code``.
        why_data: Computed: the values to fill into the text of the reason.
        known_people: Computed: the ids of the people whom the level notifies; None if these depend
            on the record or the time.
    """

    trigger: Trigger
    targets: tuple[EscalationTarget, ...] = attrs.field(converter=as_targets)
    mode: EscalationMode = attrs.field(default="functional", kw_only=True)
    until: Until = attrs.field(kw_only=True)
    during: Calendar | None = attrs.field(default=None, kw_only=True)
    why_code: str = attrs.field(init=False, eq=False, repr=False)
    why_data: FrozenMap[str] = attrs.field(init=False, eq=False, repr=False)
    known_people: tuple[str, ...] | None = attrs.field(init=False, eq=False, repr=False)

    @until.default
    def _until(self) -> Until:
        return getattr(self.trigger, "until", "acknowledged")

    def __attrs_post_init__(self) -> None:
        allowed = "OnClock, After, AfterPrevious, HeldFor, or a Trigger"
        need_kind("trigger", self.trigger, Trigger, EscalationMatrixError, allowed)
        if not self.targets:
            raise EscalationMatrixError("targets", (), "at least one target")
        need_calendar("during", self.during)
        need_word("mode", self.mode, EscalationMode, EscalationMatrixError)
        need_word("until", self.until, Until, EscalationMatrixError)
        code, data = self.trigger.why
        object.__setattr__(self, "why_code", code)
        object.__setattr__(self, "why_data", FrozenMap(data))
        fixed = all(target.kind in _FIXED for target in self.targets)
        named = (target.name for target in self.targets if target.kind == "person")
        object.__setattr__(self, "known_people", tuple(dict.fromkeys(named)) if fixed else None)


def _all(name: str, given: object, kind: type[T]) -> tuple[T, ...]:
    """Return the parts in their stored form, if all are of one type."""
    allowed = f"a sequence of {kind.__name__}"
    parts = tuple(need_several(name, given, allowed, EscalationMatrixError))
    need_each(name, parts, kind, EscalationMatrixError, allowed)
    return parts


def _levels(levels: Iterable[EscalationLevel]) -> tuple[EscalationLevel, ...]:
    return _all("levels", levels, EscalationLevel)


@attrs.frozen
class EscalationRow(SharedRepr):
    """A row of an escalation matrix: the levels for the records that satisfy a condition.

    Attributes:
        name: The row's name, which is part of the keys of its escalations.
        levels: Its levels, in order.
        when: The condition on the row's records; the first row whose condition holds applies.
        repeat: How many times the row is repeated, up to 100. A repetition contains the levels with
            ``After`` or ``AfterPrevious``. If no level has ``After`` and the first level has
            ``HeldFor``, the first level is repeated too.
        repeat_from: The index of the level at which a repetition begins.
        repeat_after: The time from the due time of the last repeated level to the next repetition.
        acknowledged_by: Which acknowledgements silence the row: ``any``; ``all``, once everybody
            notified has acknowledged; or ``level``: acknowledging one level does not silence later
            ones.
        ack_timeout: How long an acknowledgement silences the row; None for no limit.
        on_unacknowledge: What happens when an acknowledgement is withdrawn or times out: the row
            continues where it stopped (``resume``) or starts again (``restart``).
        on_snooze_end: What happens when a snooze expires or is ended: ``resume`` or ``restart``.
        snooze_silences: What a snooze silences: the ``acknowledgeable`` levels, whose ``until`` is
            ``acknowledged``, or ``all``.
        past_last: What a manual escalation does once every level has been due: nothing (``clamp``),
            or start the row again (``wrap``).
        on_reopen: What a reopening does: ``keep`` (nothing), ``clear`` (end the acknowledgements)
            or ``restart`` (also start again). The next three options take the same values. If
            several of these options concern the same event, the one listed first here decides.
        on_apply: What happens when the row starts to apply, including the first time.
        on_move: What a move to another group does; the first assignment is not a move.
        on_worse: What a change to a more urgent priority does while the row applies.
        ack_when: A condition on the acknowledgement event: only acknowledgements that meet it
            silence the row, such as ``field("by.role").equals("agent")``.
        delayed: Computed: the indexes of the levels that can be part of a repetition.
    """

    name: str
    levels: tuple[EscalationLevel, ...] = attrs.field(converter=_levels)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True)
    repeat: int = attrs.field(default=0, kw_only=True)
    repeat_from: int = attrs.field(default=0, kw_only=True)
    repeat_after: timedelta = attrs.field(default=_ZERO, kw_only=True)
    acknowledged_by: AcknowledgedBy = attrs.field(default="any", kw_only=True)
    ack_timeout: timedelta | None = attrs.field(default=None, kw_only=True)
    on_unacknowledge: Continuation = attrs.field(default="resume", kw_only=True)
    on_snooze_end: Continuation = attrs.field(default="resume", kw_only=True)
    snooze_silences: SnoozeSilences = attrs.field(default="acknowledgeable", kw_only=True)
    past_last: PastLast = attrs.field(default="clamp", kw_only=True)
    on_reopen: OnOccasion = attrs.field(default="restart", kw_only=True)
    on_apply: OnOccasion = attrs.field(default="restart", kw_only=True)
    on_move: OnOccasion = attrs.field(default="restart", kw_only=True)
    on_worse: OnOccasion = attrs.field(default="keep", kw_only=True)
    ack_when: Condition = attrs.field(default=ALWAYS, kw_only=True)
    delayed: tuple[int, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        def refused(name: str, allowed: str) -> EscalationMatrixError:
            return EscalationMatrixError(f"{self.name}.{name}", getattr(self, name), allowed)

        need_key_part("name", self.name, EscalationMatrixError)
        if not self.levels:
            raise refused("levels", "at least one level")
        for name in ("when", "ack_when"):
            need_kind(f"{self.name}.{name}", getattr(self, name), Condition, EscalationMatrixError)
        triggers = [level.trigger for level in self.levels]
        if triggers[0].chained:
            where, allowed = f"{self.name}.levels[0]", "a trigger that needs no level before"
            raise EscalationMatrixError(where, triggers[0], allowed)
        if type(self.repeat) is not int or not 0 <= self.repeat <= 100:
            raise refused("repeat", "0 to 100 passes")
        need_delay(f"{self.name}.repeat_after", self.repeat_after)
        for name, words in _WORDS.items():
            need_word(f"{self.name}.{name}", getattr(self, name), words, EscalationMatrixError)
        delayed = (n for n, trigger in enumerate(triggers) if trigger.repeats(triggers, n))
        object.__setattr__(self, "delayed", tuple(delayed))
        if self.ack_timeout is not None:
            need_delay(f"{self.name}.ack_timeout", self.ack_timeout)
            if not self.ack_timeout:
                raise refused("ack_timeout", "a positive time, or None")
        if type(self.repeat_from) is not int or not 0 <= self.repeat_from < len(self.levels):
            raise refused("repeat_from", f"a level from 0 to {len(self.levels) - 1}")
        if self.repeat and not self.repeat_after:
            raise refused("repeat_after", "a positive time between two passes")


def _rows(rows: Iterable[EscalationRow]) -> tuple[EscalationRow, ...]:
    return _all("rows", rows, EscalationRow)


def _intervals(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(_all("maintenance", intervals, Interval)))


@attrs.frozen(repr=False)
class EscalationMatrix(Tabular):
    """An escalation matrix: rows of levels, which define whom to notify and when.

    Attributes:
        name: The matrix's id, which is part of the keys of its escalations.
        rows: The rows; the first one whose condition holds applies to a record.
        maintenance: Intervals in which no delay begins; a delay that would begin in such an
            interval begins at its end. A delay that has already begun continues.
        timed: Computed: the matrix's conditions whose results can change without an event.
        reads: Computed: the fields by which a row is chosen, if the choice depends on nothing else;
            None if it can depend on the time of day or a custom function.

    Raises:
        EscalationMatrixError: ``rows`` is empty, or two rows have the same name.

    Source: rules E1 to E3.

    >>> from datetime import timedelta
    >>> from incidentcore.escalation import After, EscalationLevel, EscalationMatrix
    >>> from incidentcore.escalation import EscalationRow, OnClock
    >>> first = EscalationLevel(After(timedelta(minutes=15)), "on-call")
    >>> second = EscalationLevel(OnClock("resolution", 0.75), "owner", mode="hierarchical")
    >>> matrix = EscalationMatrix("desk", [EscalationRow("all", [first, second])])
    >>> [level.until for level in matrix.rows[0].levels]
    ['acknowledged', 'resolved']
    """

    name: str
    rows: tuple[EscalationRow, ...] = attrs.field(converter=_rows)
    maintenance: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals, kw_only=True)
    timed: tuple[Condition, ...] = attrs.field(init=False, eq=False, repr=False)
    reads: frozenset[str] | None = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_key_part("name", self.name, EscalationMatrixError)
        names = [row.name for row in self.rows]
        if not names or len(set(names)) != len(names):
            raise EscalationMatrixError("rows", names, "one or more rows with different names")
        levels = (one for row in self.rows for level in row.levels for one in level.trigger.asks)
        asked = (*(row.when for row in self.rows), *levels)
        object.__setattr__(self, "timed", timed_tests(asked))
        known = all(row.when.reads_only_fields for row in self.rows)
        paths: frozenset[str] = frozenset().union(*(row.when.fields for row in self.rows))
        fields = frozenset(path.split(".")[0] for path in paths)
        object.__setattr__(self, "reads", fields if known else None)

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings, a row of text for each level, and which columns are numeric."""
        rows = [
            [
                row.name if not number else "",
                ("all" if row.when == ALWAYS else str(row.when)) if not number else "",
                str(number),
                why_text(level.why_code, level.why_data),
                ", ".join(map(str, level.targets)),
                level.mode,
            ]
            for row in self.rows
            for number, level in enumerate(row.levels)
        ]
        heads = ["row", "records", "level", "when", "to", "mode"]
        return heads, rows, [False, False, True, False, False, False]
