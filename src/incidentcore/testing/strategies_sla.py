"""Hypothesis strategies for SLA definitions, policies, and incidents that test them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, NEVER, Condition, field
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.errors import IncidentCoreError
from incidentcore.records import (
    Assigned,
    Classified,
    Commented,
    Corrected,
    FieldsChanged,
    Incident,
    Prioritized,
    StateChanged,
)
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
)
from incidentcore.sla.terms import calendars_in
from incidentcore.testing.strategies_schedule import ODD_SPANS, SELDOM, calendars, instants
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    Level,
    Priority,
)

Rules: TypeAlias = SlaDefinition | SlaPolicy | ServiceLevel

Draft: TypeAlias = tuple[type[Any], dict[str, Any]]
"""The type and the contents of an event, with ``by`` if not by an agent."""

_MINUTE: Final = timedelta(minutes=1)
_STATES: Final = (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)
_AGENT: Final = Actor("ada")
_REQUESTER: Final = Actor("kim", "requester")
_REOPENS: Final = ("exclude_closed", "continue", "new_cycle")
_SWAPS: Final = ("retroactive", "retroactive_without_pauses", "keep_elapsed", "restart")

_OPEN: Final = field("state.open").is_true()
_WAITS: Final = field("custom.wait").is_true()
_STARTS: Final = (_OPEN, _OPEN, ALWAYS, field("custom.watch").is_true())
_PAUSES: Final = (field("state.pauses").is_true(), _WAITS, NEVER, _WAITS & _OPEN)
_RESUMES: Final = (None, None, field("custom.go").is_true())
_STOPS: Final = (
    field("state.resolved").is_true(),
    field("custom.fixed").is_true(),
    field("first_response_at").present() | field("state.resolved").is_true(),
)
_CANCELS: Final = (field("state.is_canceled").is_true(), NEVER, field("custom.void").is_true())
_RESET: Final = field("kind").equals("commented") & field("by.role").equals("agent")


def _targets() -> st.SearchStrategy[Any]:
    spans = st.sampled_from((0, 1, 45, 240, 480, 1_440, 10_080)).map(lambda n: n * _MINUTE)
    days = st.builds(BusinessDays, st.integers(0, 3), end_of_day=st.booleans())
    return spans | spans | ODD_SPANS | days | st.just(ByTimeOfDay("16:00"))


def _thresholds(calendar: Calendar) -> st.SearchStrategy[tuple[SlaThreshold, ...]]:
    known = (
        SlaThreshold(name="three quarters", fraction="3/4"),
        SlaThreshold(name="full", fraction=1),
        SlaThreshold(name="soon", before_due=30 * _MINUTE),
        SlaThreshold(name="late", after_due=90 * _MINUTE),
        SlaThreshold(name="elsewhere", after_due=45 * _MINUTE, calendar=calendar),
    )
    return st.lists(st.sampled_from(known), unique=True, max_size=3).map(tuple)


@st.composite
def sla_definitions(draw: st.DrawFn, name: str = "promise") -> SlaDefinition:
    """Generate SLA definitions with various targets, business calendars and conditions."""
    return SlaDefinition(
        name=name,
        target=draw(_targets()),
        calendar=draw(calendars()),
        start=draw(st.sampled_from(_STARTS)),
        pause=draw(st.sampled_from(_PAUSES)),
        resume=draw(st.sampled_from(_RESUMES)),
        stop=draw(st.sampled_from(_STOPS)),
        cancel=draw(st.sampled_from(_CANCELS)),
        reset=draw(st.sampled_from((None, _RESET))),
        cancel_when_start_ends=draw(st.booleans()),
        reopen=draw(st.sampled_from(_REOPENS)),
        swap=draw(st.sampled_from(_SWAPS)),
        thresholds=draw(_thresholds(draw(calendars()))),
    )


@st.composite
def sla_policies(draw: st.DrawFn) -> SlaPolicy:
    """Generate SLA policies with a definition for each ``custom.tier``, or for some tiers only."""
    tier = field("custom.tier")
    return SlaPolicy(
        [
            (tier.equals("gold"), draw(sla_definitions("gold"))),
            (tier.equals("silver"), draw(sla_definitions("silver"))),
        ],
        default=draw(st.none() | sla_definitions("default")),
    )


def definitions_of(rules: Rules) -> tuple[SlaDefinition, ...]:
    """Return every definition that a definition, policy or service level can apply."""
    return tuple(found for clock in rules.clocks for found in clock.definitions)


def calendars_of(rules: Rules) -> tuple[Calendar, ...]:
    """Return every calendar that a definition, policy or service level can use."""
    choices = [definition.calendar for definition in definitions_of(rules)]
    return tuple(calendar for choice in choices for _, calendar in calendars_in(choice))


def _conditions(rules: Rules) -> Iterator[Condition]:
    for clock in rules.clocks:
        yield from (rule.when for rule in getattr(clock, "rules", ()))
    for definition in definitions_of(rules):
        for name in ("start", "pause", "resume", "stop", "cancel", "reset"):
            condition = getattr(definition, name)
            if condition is not None:
                yield condition
        if isinstance(definition.calendar, CalendarByField):
            for value, _ in definition.calendar.table:
                yield field(definition.calendar.field).equals(value)


def words_of(conditions: Iterable[Condition]) -> list[tuple[str, object]]:
    """Return pairs of field and value from the tests in conditions, to make them hold or fail."""
    words: dict[tuple[str, object], None] = {}
    for condition in conditions:
        for test in (leaf for leaf in condition.leaves() if isinstance(leaf, FieldTest)):
            given = test.value
            values = given if isinstance(given, (tuple, frozenset)) else (given,)
            for value in (*values, *(given,), None):
                words[test.path, value] = None
    return list(words)


def change_of(path: str, value: object) -> Draft | None:
    """Return the type and contents of an event that sets a field; None if no event can."""
    first, _, rest = path.partition(".")
    if first == "custom" and rest and "." not in rest:
        return FieldsChanged, {"fields": {"custom": {rest: value}}}
    if first == "priority":
        if rest == "name" and value in Priority.scale.names:
            value = Priority.scale[str(value)]
        return Prioritized, {"fields": {"priority_override": value}}
    if rest:
        return None
    if first in Assigned.allowed:
        return Assigned, {"fields": {first: value}}
    if first in Prioritized.allowed and isinstance(value, (Level, type(None))):
        return Prioritized, {"fields": {first: value}}
    if first == "category":
        return Classified, {"category": value if isinstance(value, tuple) else (value,)}
    if first in Incident.settable:
        return FieldsChanged, {"fields": {first: value}}
    return None


def changes_of(conditions: Iterable[Condition]) -> list[Draft]:
    """Return events that make the tests in conditions hold or fail."""
    changes = (change_of(path, value) for path, value in words_of(conditions))
    return [change for change in changes if change is not None]


def _events(rules: Rules) -> st.SearchStrategy[Draft]:
    common: list[Draft] = [
        *((StateChanged, {"action": "move", "state": state}) for state in _STATES),
        (Commented, {"text": "We are on it."}),
        (Commented, {"text": "Any news?", "by": _REQUESTER}),
        (Commented, {"text": "Checked the logs.", "visibility": "internal"}),
    ]
    return st.sampled_from(common) | st.sampled_from(changes_of(_conditions(rules)) or common)


@st.composite
def histories(draw: st.DrawFn, rules: Rules, *, max_events: int = 9) -> Incident:
    """Generate incidents whose histories test SLA rules, with pauses, reopenings and so on.

    Some events are at times at which the rules' calendars open or close; some are at the same
    instant, out of order, recorded late or corrected; and some make another target apply. After the
    opening come up to ``max_events`` events, which set the fields that ``rules``, a definition,
    policy or service level, reads.
    """
    known = calendars_of(rules)
    at = draw(instants(known[0].zone.key))
    record = Incident.open(id="INC-1", title="Mail is down", by=_REQUESTER, at=at)
    events = _events(rules)
    for _ in range(draw(st.integers(0, max_events))):
        at = draw(_later(at, known))
        record, at = follow(draw, record, events, at=at, back=(1, 90, 2_000))
    return record


def follow(
    draw: st.DrawFn,
    record: Incident,
    events: st.SearchStrategy[Draft],
    *,
    at: datetime,
    back: tuple[int, ...],
) -> tuple[Incident, datetime]:
    """Return a record with a further event, at times a correction, and the event's instant.

    Some events are moved back from ``at``, by one of the minutes in ``back``, and some are recorded
    an hour late.
    """
    if draw(SELDOM):
        at = max(record.opened_at, at - draw(st.sampled_from(back)) * _MINUTE)
    delay = draw(st.sampled_from((0, 60))) * _MINUTE
    if record.version > 1 and draw(SELDOM):
        wrong = draw(st.sampled_from(record.history[1:]))
        when = draw(st.sampled_from((wrong.at, max(at, wrong.at))))
        correction = record.with_event(
            Corrected, at=when, by=_AGENT, recorded_at=at + delay, corrects=wrong.id
        )
        return correction, at
    kind, body = draw(events)
    try:
        return record.with_event(kind, at=at, recorded_at=at + delay, **{"by": _AGENT, **body}), at
    except IncidentCoreError:  # a rule asks for a value that the field does not take
        return record, at


def _later(at: datetime, known: tuple[Calendar, ...]) -> st.SearchStrategy[datetime]:
    steps = st.sampled_from((0, 1, 20, 90, 480, 1_500, 9_000)).map(lambda n: at + n * _MINUTE)
    return steps | steps | edges(at, known)


def edges(at: datetime, known: Sequence[Calendar]) -> st.SearchStrategy[datetime]:
    """Return a strategy for the next instant at which one of several calendars opens or closes."""

    def edge(calendar: Calendar, close: bool) -> datetime:  # noqa: FBT001  drawn, not written
        try:
            return calendar.next_close(at) if close else calendar.next_open(at)
        except IncidentCoreError:  # it never opens again
            return at

    return st.builds(edge, st.sampled_from(known), st.booleans())
