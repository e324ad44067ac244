"""An agreed time, and when its clock starts, pauses and stops (rules S1, S5, S6, S8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, Unpack

import attrs

from incidentcore._checks import (
    SharedRepr,
    as_tuple,
    need_each,
    need_keywords,
    need_kind,
    need_text,
    need_word,
    of_type,
)
from incidentcore.conditions import ALWAYS, NEVER, Condition, field
from incidentcore.conditions.access import reader
from incidentcore.conditions.instants import AtInstant, timed_tests
from incidentcore.digest import content_id
from incidentcore.errors import SlaDefinitionError
from incidentcore.instants import Versions
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.sla.targets import Target, check_target, fields_of, target_of
from incidentcore.sla.terms import (
    FURTHER,
    Agreement,
    AnswersFrom,
    CalendarByField,
    CalendarChoice,
    OtherTerms,
    ReopenMode,
    SlaThreshold,
    TakeoverMode,
)

AnswerRule: TypeAlias = tuple[tuple[str, ...], bool, AnswersFrom]


def _thresholds(thresholds: Iterable[SlaThreshold]) -> tuple[SlaThreshold, ...]:
    return as_tuple(thresholds, SlaThreshold)


def _roles(roles: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(as_tuple(roles, str))))


_OPEN: Final = field("state.open").is_true()
_RESOLVED: Final = field("state.resolved").is_true()
CANCELED_RECORD: Final = field("state.is_canceled").is_true()
_PAUSES: Final = field("state.pauses").is_true()
_ANSWERED: Final = field("first_response_at").present()
_UPDATES: Final = ("commented", "contacted", "communicated")
_BY_AGENT: Final = field("by.role").equals("agent")
_SPOKEN: Final = (
    field("opened_by.role").equals("requester")
    | (field("requester_message_count") >= 1)
    | field("unanswered_since").present()
)


@attrs.frozen(kw_only=True)
class SlaDefinition(SharedRepr):
    """An SLA definition: a target, a calendar, and the conditions under which the clock runs.

    Attributes:
        name: The definition's id.
        target: Open time as a ``timedelta``, ``BusinessDays``, ``ByTimeOfDay``, ``DueDate``, or
            your own ``SlaTarget``.
        calendar: The calendar in whose open time the clock counts, a ``CalendarByField``, or
            ``Versions`` of a calendar; each version applies while it is in force.
        start: The condition under which the clock starts, unless ``stop`` or ``cancel`` already
            holds. A test of the time of day in it is evaluated at the record's opening.
        pause: The clock pauses when this condition holds, and stays paused until ``resume``.
        resume: The condition that ends a pause; by default, that ``pause`` no longer holds.
        stop: The condition that ends the clock with a result (met or breached), until a reopening.
        cancel: The condition that ends the clock without a result, until a reopening.
        reset: A condition on an event that ends a cycle with its result and starts a new one.
        cancel_when_start_ends: Whether the clock is canceled when ``start`` no longer holds.
        reopen: Whether the time from a stop to a reopening is left out (``exclude_closed``) or
            counts (``continue``), or the reopening starts a new cycle (``new_cycle``).
        swap: How this definition takes over from another: as if it had always applied
            (``retroactive``); as if it had, but with the time of earlier pauses counted as elapsed
            (``retroactive_without_pauses``); only from then on (``keep_elapsed``); or with a new
            cycle (``restart``).
        thresholds: Named points on the clock, such as warnings.
        kind: ``response``, ``next_response``, ``update``, ``resolution`` or your own name.
        agreement: ``sla`` (with the customer), ``ola`` (with another team) or ``contract`` (with a
            supplier).
        starts_from: A field, such as ``"detected_at"``, whose instant begins the first cycle, even
            if it is before the opening. If it has no value, the cycle begins when ``start`` holds.
        answered_by: The roles whose public messages count as replies in the fields
            ``first_response_at`` and ``unanswered_since``.
        agent_spoke_first: If True, agents' messages before the requester's first are not responses.
        answers_from: ``record``, or ``duplicates`` if replies on merged duplicates count too.
        fields: Computed: the fields of a record that the conditions read.
        reads: Computed: ``fields``, ``follows`` and ``starts_from``, if an event can change a
            result only by changing one of these fields. None if there is a reset, a condition that
            time alone can change or that does not state which fields it reads, or an
            ``answer_rule`` other than the default.
        timed: Computed: the tests in the conditions whose results can change without an event.
        answer_rule: Computed: ``answered_by``, ``agent_spoke_first`` and ``answers_from``, which
            decide what counts as a reply.
        judges_answers: Computed: whether ``answer_rule`` differs from the default.
        follows: Computed: the fields whose changes move the due time, or change the calendar, of a
            running clock.

    Raises:
        SlaDefinitionError: The target is negative, a test of the time of day is used in ``pause``,
            ``resume``, ``stop`` or ``cancel``, or a value is not allowed.

    Source: rules S1, S4, S5, S6 and S8.

    >>> from incidentcore import BusinessCalendar
    >>> from incidentcore.sla import SlaDefinition
    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
    >>> SlaDefinition.resolution(hours=4, calendar=office).target
    datetime.timedelta(seconds=14400)
    """

    name: str
    target: Target
    calendar: CalendarChoice = attrs.field(factory=BusinessCalendar.always)
    start: Condition = ALWAYS
    pause: Condition = NEVER
    resume: Condition | None = None
    stop: Condition
    cancel: Condition = NEVER
    reset: Condition | None = None
    cancel_when_start_ends: bool = attrs.field(default=False, validator=of_type(bool))
    reopen: ReopenMode = "exclude_closed"
    swap: TakeoverMode = "retroactive"
    thresholds: tuple[SlaThreshold, ...] = attrs.field(default=(), converter=_thresholds)
    kind: str = "resolution"
    agreement: Agreement = "sla"
    starts_from: str | None = None
    answered_by: tuple[str, ...] = attrs.field(default=("agent",), converter=_roles)
    agent_spoke_first: bool = attrs.field(default=False, validator=of_type(bool))
    answers_from: AnswersFrom = "record"
    fields: frozenset[str] = attrs.field(init=False, eq=False, repr=False)
    reads: frozenset[str] | None = attrs.field(init=False, eq=False, repr=False)
    timed: tuple[Condition, ...] = attrs.field(init=False, eq=False, repr=False)
    judges_answers: bool = attrs.field(init=False, eq=False, repr=False)
    answer_rule: AnswerRule = attrs.field(init=False, eq=False, repr=False)
    follows: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    _by_hour: bool = attrs.field(init=False, eq=False, repr=False)
    _hash: str | None = attrs.field(init=False, eq=False, repr=False, default=None)

    def __attrs_post_init__(self) -> None:
        need_text("name", self.name, SlaDefinitionError)
        check_target(self.target)
        kinds = (Calendar, CalendarByField, Versions)
        need_kind("calendar", self.calendar, kinds, SlaDefinitionError)
        for name, words in (
            ("reopen", ReopenMode),
            ("swap", TakeoverMode),
            ("agreement", Agreement),
            ("answers_from", AnswersFrom),
        ):
            need_word(name, getattr(self, name), words, SlaDefinitionError)
        need_each("thresholds", self.thresholds, SlaThreshold, SlaDefinitionError)
        names = [threshold.name for threshold in self.thresholds]
        if len(set(names)) != len(names):
            raise SlaDefinitionError("thresholds", names, "each name once")
        self._set_reads()

    @property
    def definitions(self) -> tuple[SlaDefinition, ...]:
        """Return a tuple of only this definition, for code that also handles policies."""
        return (self,)

    @property
    def clocks(self) -> tuple[SlaDefinition, ...]:
        """Return a tuple of only this definition, for code that also handles service levels."""
        return (self,)

    def _set_reads(self) -> None:
        """Check the conditions and store which fields they read."""
        rule = (self.answered_by, self.agent_spoke_first, self.answers_from)
        object.__setattr__(self, "answer_rule", rule)
        object.__setattr__(self, "judges_answers", rule != (("agent",), False, "record"))
        conditions = [self.start, self.stop, self.cancel, self.pause]
        conditions += [] if self.resume is None else [self.resume]
        for name in ("start", "pause", "resume", "stop", "cancel", "reset"):
            condition = getattr(self, name)
            may_lack = name in ("resume", "reset")
            kind = Condition | None if may_lack else Condition
            allowed = "" if may_lack else "a Condition; NEVER for none, ALWAYS for any record"
            need_kind(name, condition, kind, SlaDefinitionError, allowed)
            if condition is not None and condition.reads_hours and name not in ("start", "reset"):
                allowed = "a condition without time of day; hours are the calendar's"
                raise SlaDefinitionError(name, str(condition), allowed)
        follows = [*fields_of(self.target, follow=True), *fields_of(self.calendar, follow=True)]
        timed, paths, known = with_fields(conditions)
        if self.starts_from is not None:
            reader(self.starts_from)
            timed = (*timed, AtInstant(self.starts_from))
        known = known and not timed and self.reset is None and not self.judges_answers
        fields = frozenset(path.split(".")[0] for path in paths)
        begins = () if self.starts_from is None else (self.starts_from,)
        followed = frozenset(path.split(".")[0] for path in (*follows, *begins))
        object.__setattr__(self, "timed", timed)
        object.__setattr__(self, "_by_hour", self.start.reads_hours)
        object.__setattr__(self, "follows", tuple(follows))
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "reads", fields | followed if known else None)

    def start_holds(self, facts: dict[str, Any], at: datetime | None = None) -> bool:
        """Return whether ``start`` holds; time-of-day tests use the record's opening (rule S1)."""
        if self._by_hour:
            return self.start.at_hours(facts.get("opened_at") or at).test(facts, at)
        return self.start.test(facts, at)

    def starts(self, facts: dict[str, Any], at: datetime | None = None) -> bool:
        """Return whether the clock starts: ``start`` holds, but neither ``stop`` nor ``cancel``."""
        start = self.start.test if not self._by_hour else self.start_holds
        return (
            start(facts, at) and not self.stop.test(facts, at) and not self.cancel.test(facts, at)
        )

    @property
    def content_hash(self) -> str:
        """Return a digest of the whole definition, which changes if anything in it does (S11)."""
        if self._hash is None:
            object.__setattr__(self, "_hash", content_id(self))
        return str(self._hash)

    @classmethod
    def resolution(
        cls,
        *,
        calendar: CalendarChoice,
        hours: float = 0,
        minutes: float = 0,
        target: Target | None = None,
        name: str = "resolution",
        pause: Condition = _PAUSES,
        **more: Unpack[OtherTerms],
    ) -> SlaDefinition:
        """Return a definition for the time to resolve: its clock runs from opening to resolution.

        Args:
            calendar: The calendar in whose open time the clock counts.
            hours: The target in hours of open time.
            minutes: The target in minutes of open time, added to ``hours``.
            target: The target as any ``Target``, instead of ``hours`` and ``minutes``.
            name: The definition's id.
            pause: The clock pauses while this condition holds; by default, while the record's state
                pauses clocks.
            more: Other attributes of the definition.
        """
        need_keywords(cls.resolution, more, FURTHER, SlaDefinitionError)
        preset: dict[str, Any] = {
            "start": _OPEN,
            "stop": _RESOLVED,
            "cancel": CANCELED_RECORD,
            "kind": "resolution",
        }
        goal = target_of(hours, minutes, target)
        return cls(name=name, target=goal, calendar=calendar, pause=pause, **{**preset, **more})

    @classmethod
    def first_response(
        cls,
        *,
        calendar: CalendarChoice,
        hours: float = 0,
        minutes: float = 0,
        target: Target | None = None,
        name: str = "first_response",
        pause: Condition = NEVER,
        answered_by: str | Iterable[str] = ("agent",),
        agent_spoke_first: bool = False,
        **more: Unpack[OtherTerms],
    ) -> SlaDefinition:
        """Return a definition for the time to first response, which ends at the first public reply.

        A resolution without a reply stops the clock too. By default, the clock is not paused.

        ``answered_by`` holds the roles whose replies count. With ``agent_spoke_first``, the clock
        waits for the requester's first message if an agent opened the record and wrote first. The
        other arguments are those of ``resolution``.
        """
        need_keywords(cls.first_response, more, FURTHER, SlaDefinitionError)
        preset: dict[str, Any] = {
            "start": _OPEN & _SPOKEN if agent_spoke_first else _OPEN,
            "stop": _ANSWERED | _RESOLVED,
            "cancel": CANCELED_RECORD,
            "kind": "response",
            "answered_by": answered_by,
            "agent_spoke_first": agent_spoke_first,
        }
        goal = target_of(hours, minutes, target)
        return cls(name=name, target=goal, calendar=calendar, pause=pause, **{**preset, **more})

    @classmethod
    def next_response(
        cls,
        *,
        calendar: CalendarChoice,
        hours: float = 0,
        minutes: float = 0,
        target: Target | None = None,
        name: str = "next_response",
        pause: Condition = ~_OPEN,
        answered_by: str | Iterable[str] = ("agent",),
        **more: Unpack[OtherTerms],
    ) -> SlaDefinition:
        """Return a definition for the time to reply to each further message by the requester (S6).

        Its clock starts at the earliest unanswered message (a second message does not restart it)
        or at a reopening by the requester; each reply ends a cycle. By default, the clock is paused
        while the record is not open.

        ``answered_by`` holds the roles whose replies count, such as ``("agent", "bot")``. The other
        arguments are those of ``resolution``.
        """
        waiting = field("unanswered_since").present()
        need_keywords(cls.next_response, more, FURTHER, SlaDefinitionError)
        preset: dict[str, Any] = {
            "start": waiting,
            "stop": ~waiting,
            "cancel": CANCELED_RECORD,
            "reopen": "new_cycle",
            "kind": "next_response",
            "answered_by": answered_by,
        }
        goal = target_of(hours, minutes, target)
        return cls(name=name, target=goal, calendar=calendar, pause=pause, **{**preset, **more})

    @classmethod
    def update(
        cls,
        *,
        calendar: CalendarChoice,
        every: timedelta | None = None,
        hours: float = 0,
        minutes: float = 0,
        name: str = "update",
        pause: Condition = NEVER,
        reset_by: str | Iterable[str] = _UPDATES,
        **more: Unpack[OtherTerms],
    ) -> SlaDefinition:
        """Return a definition for regular public updates, each of which starts a new cycle.

        ``every`` is the open time from one update to the next, instead of ``hours`` and
        ``minutes``. ``reset_by`` holds the kinds of event that count as updates if an agent causes
        them: ``commented`` in public, ``contacted``, and ``communicated`` for an update to
        stakeholders. The other arguments are those of ``resolution``.
        """
        kinds = as_tuple(reset_by, str)
        public = ~field("kind").equals("commented") | field("visibility").equals("public")
        need_keywords(cls.update, more, FURTHER, SlaDefinitionError)
        preset: dict[str, Any] = {
            "start": _OPEN,
            "stop": _RESOLVED,
            "cancel": CANCELED_RECORD,
            "reset": _BY_AGENT & field("kind").is_in(*kinds) & public,
            "reopen": "new_cycle",
            "kind": "update",
        }
        goal = target_of(hours, minutes, every)
        return cls(name=name, target=goal, calendar=calendar, pause=pause, **{**preset, **more})


def with_fields(
    conditions: Iterable[Condition],
) -> tuple[tuple[Condition, ...], frozenset[str], bool]:
    """Return tests that time can change, the fields read, and whether every test names fields."""
    leaves = [leaf for condition in conditions for leaf in condition.leaves()]
    paths = frozenset(path for leaf in leaves for path in leaf.fields)
    return timed_tests(leaves), paths, all(leaf.fields or leaf.reads_hours for leaf in leaves)
