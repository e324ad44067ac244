"""Hypothesis strategies for rotations, on-call schedules, escalation matrices and incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    AtWallTime,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    HeldFor,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    RotaOverride,
    escalate_now,
)
from incidentcore.escalation.oncall import Combine, OverrideMode
from incidentcore.instants import Interval
from incidentcore.lifecycle import Allowed, decide
from incidentcore.records import Incident, acknowledge, assign, snooze, unacknowledge, unsnooze
from incidentcore.records.replay import as_it_was
from incidentcore.schedule import BusinessCalendar, Calendar, Rotation
from incidentcore.sla import SlaThreshold
from incidentcore.testing.strategies_schedule import (
    SELDOM,
    calendars,
    instants,
    intervals_near,
    zones,
)
from incidentcore.values import Impact, Priority, Urgency

OPENED: Final = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # a Friday before a change of offset
MINUTE: Final = timedelta(minutes=1)
MINUTES: Final[st.SearchStrategy[int]] = st.integers(0, 10_000)  # a week
POLLS: Final[st.SearchStrategy[list[int]]] = st.lists(MINUTES, min_size=1, max_size=5)

_PEOPLE: Final = ("ada", "bo", "cy", "dee")
_HOURS: Final = (
    BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"}),
    BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "22:00-06:00", "sun": "01:00-04:00"}),
)
_MOVES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("start", {}),
    ("hold", {"reason": "awaiting_vendor"}),
    ("resume", {}),
    ("resolve", {"resolution_code": "fixed", "resolution_notes": "done"}),
    ("reopen", {}),
    ("cancel", {}),
)
_SINCE: Final = ("opened_at", "opened_at", "updated_at", "reopened_at", "snoozed_until")
_HELD: Final = (field("state.pauses").is_true(), ~field("assignee").present())


@st.composite
def rotations(draw: st.DrawFn, zone: str | None = None) -> Rotation:
    """Generate rotations with turns of hours to months, often near a change of the UTC offset.

    They are in the time zone ``zone``; with None, in any zone of the tz database.
    """
    key = draw(zones()) if zone is None else zone
    return Rotation(
        anchor=draw(instants(key)),
        zone=key,
        unit=draw(st.sampled_from(("hours", "days", "weeks", "months"))),
        every=draw(st.integers(1, 12)),
    )


_AWAY: Final = st.integers(-4_000, 4_000).map(lambda minutes: minutes * MINUTE)


@st.composite
def on_call_schedules(draw: st.DrawFn, around: datetime | None = None) -> OnCallSchedule:
    """Generate on-call schedules of up to three layers, with hours, time limits and overrides.

    The overrides are near ``around``; with None, often near a change of the zone's UTC offset.
    """
    zone = draw(zones())
    near = draw(instants(zone)) if around is None else around

    def instant() -> datetime:
        return near + draw(_AWAY)

    layers = []
    for _ in range(draw(st.integers(0, 3))):
        people = draw(st.lists(st.sampled_from(_PEOPLE), min_size=1, max_size=3))
        during = draw(st.none() | st.sampled_from(_HOURS) | calendars())
        limits: dict[str, Any] = {name: instant() for name in ("since", "until") if draw(SELDOM)}
        limits["beside"] = draw(SELDOM)
        limits["turns"] = draw(st.sampled_from(("always", "always", "on_duty")))
        members = [*people, None] if draw(SELDOM) else people
        layers.append(OnCallLayer(draw(rotations(zone)), members, during=during, **limits))
    overrides = []
    for _ in range(draw(st.integers(0 if layers else 1, 2))):
        start, end = sorted((instant(), instant()))
        mode: OverrideMode = draw(st.sampled_from(("replace", "add", "remove")))
        replaces = draw(st.sampled_from(("", "ada"))) if mode == "replace" else ""
        who = draw(st.sampled_from(_PEOPLE))
        overrides.append(RotaOverride(Interval(start, end), who, mode, replaces=replaces))
    combine: Combine = draw(st.sampled_from(("highest", "all")))
    return OnCallSchedule("drawn", layers, overrides=overrides, combine=combine)


_SPANS: Final = st.integers(0, 300).map(lambda minutes: minutes * MINUTE)
_DELAYS: Final = _SPANS | _SPANS | st.integers(0, 10**10).map(lambda n: timedelta(microseconds=n))
_ASLEEP: Final = st.integers(1, 3_000).map(lambda minutes: minutes * MINUTE)
_MAINTENANCE: Final = intervals_near(OPENED, -200, 2_000, 600)
_COUNTING: Final[st.SearchStrategy[Calendar | None]] = st.sampled_from((None, None, None, *_HOURS))
_TARGETS: Final = st.lists(
    st.sampled_from(
        (
            EscalationTarget.group("desk"),
            EscalationTarget.person("ada"),
            EscalationTarget.person("bo"),
            EscalationTarget.field("assignee"),
            EscalationTarget.manager_of("assignee"),
        )
    ),
    min_size=1,
    max_size=2,
    unique=True,
)


@lru_cache
def _triggers(clocks: tuple[str, ...], *, head: bool, rare: bool) -> st.SearchStrategy[Any]:
    points = (0.5, "due", "breach", SlaThreshold(name="soon", before_due=30 * MINUTE))
    triggers: list[st.SearchStrategy[Any]] = [
        st.builds(After, _DELAYS, st.sampled_from(_SINCE), _COUNTING),
        st.builds(HeldFor, st.sampled_from(_HELD), _DELAYS, _COUNTING),
    ]
    if rare:
        triggers.append(st.builds(AtWallTime, rotations("Europe/Berlin"), st.sampled_from(_SINCE)))
    if not head:
        triggers += [st.builds(AfterPrevious, _DELAYS, _COUNTING)] * 2
    if clocks:
        triggers.append(st.builds(OnClock, st.sampled_from(clocks), st.sampled_from(points)))
    return st.one_of(*triggers)


@st.composite
def _levels(draw: st.DrawFn, clocks: Sequence[str], *, head: bool) -> EscalationLevel:
    rare = draw(SELDOM)
    targets = draw(_TARGETS)
    if draw(SELDOM):
        targets = [EscalationTarget.on_call(draw(on_call_schedules(OPENED)))]
    return EscalationLevel(
        draw(_triggers(tuple(clocks), head=head, rare=rare)),
        targets,
        until=draw(st.sampled_from(("acknowledged", "resolved"))),
        mode=draw(st.sampled_from(("functional", "hierarchical"))),
        during=draw(_COUNTING),
    )


@st.composite
def _rows(draw: st.DrawFn, name: str, when: Condition, clocks: Sequence[str]) -> EscalationRow:
    first = draw(_levels(clocks, head=True))
    occasions: dict[str, Any] = {
        name: draw(st.sampled_from(("keep", "clear", "restart")))
        for name in ("on_reopen", "on_apply", "on_move", "on_worse")
    }
    levels = [first, *draw(st.lists(_levels(clocks, head=False), max_size=3))]
    return EscalationRow(
        name,
        levels,
        when=when,
        repeat=draw(st.integers(0, 2)),
        repeat_from=draw(st.integers(0, len(levels) - 1)),
        repeat_after=draw(st.integers(1, 200)) * MINUTE,
        acknowledged_by=draw(st.sampled_from(("any", "all", "level"))),
        ack_timeout=draw(st.sampled_from((None, None, 90 * MINUTE))),
        on_unacknowledge=draw(st.sampled_from(("resume", "restart"))),
        on_snooze_end=draw(st.sampled_from(("resume", "restart"))),
        snooze_silences=draw(st.sampled_from(("acknowledgeable", "all"))),
        past_last=draw(st.sampled_from(("clamp", "wrap"))),
        **occasions,
    )


@st.composite
def escalation_matrices(
    draw: st.DrawFn, clocks: Sequence[str] = ("resolution",)
) -> EscalationMatrix:
    """Generate escalation matrices of one or two rows, with every type of trigger.

    Use them with ``escalated_incidents``, which may be assigned to group ``a``: of two rows, the
    first is for that group. Levels may refer to clocks whose kind or name is in ``clocks``.
    """
    grouped = field("assignment_group").equals("a")
    conditions = draw(st.sampled_from(((ALWAYS,), (grouped, ALWAYS), (grouped, ~grouped))))
    rows = [draw(_rows(f"row{n}", when, clocks)) for n, when in enumerate(conditions)]
    maintenance = [draw(_MAINTENANCE)] if draw(SELDOM) else []
    return EscalationMatrix("drawn", rows, maintenance=maintenance)


@st.composite
def escalated_incidents(draw: st.DrawFn) -> Incident:
    """Generate incidents whose histories test escalation matrices.

    They may be acknowledged, unacknowledged, snoozed, escalated manually, assigned, put on hold,
    resolved and reopened, within a week of the opening; some events are out of order.
    """
    record = Incident.open(
        id="INC-1",
        title="generated",
        at=OPENED,
        by="kim",
        impact=draw(st.sampled_from(Impact.scale.levels)),
        urgency=draw(st.sampled_from(Urgency.scale.levels)),
        computed_priority=draw(st.sampled_from(Priority.scale.levels)),
    )
    for _ in range(draw(st.integers(0, 6))):
        at = OPENED + draw(MINUTES) * MINUTE
        step = draw(st.integers(0, 9))
        then = as_it_was(record, at)
        if step == 0:
            level = draw(st.sampled_from((None, 0, 1)))
            record = acknowledge(record, at=at, by=draw(st.sampled_from(_PEOPLE)), level=level)
        elif step == 1:
            record = unacknowledge(record, at=at, by="ada")
        elif step == 2 and then.state.open and not (then.snoozed_until or at) > at:
            level = draw(st.sampled_from((None, 0, 1, 2)))
            record = escalate_now(record, "next", at=at, by="kim", level=level)
        elif step == 3:
            group = draw(st.sampled_from(("a", "b")))
            who = draw(st.sampled_from((None, "ada", "eve")))
            record = assign(record, group=group, assignee=who, at=at, by="ada")
        elif step == 4 and then.state.open:
            until = at + draw(_ASLEEP)
            record = snooze(record, until=until, at=at, by="ada")
        elif step == 5:
            record = unsnooze(record, at=at, by="ada")
        else:
            action, fields = draw(st.sampled_from(_MOVES))
            answer = decide(record, action, at=at, by="ada", **fields)
            record = answer.record if isinstance(answer, Allowed) else record
    return record
