"""Hypothesis strategies for communication plans, and for incidents that test their rules."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from incidentcore.communication import PUBLIC_REPLY, CommunicationPlan, UpdateRule, UpdateTemplate
from incidentcore.conditions import ALWAYS, NEVER, Condition, field
from incidentcore.records import (
    Commented,
    Communicated,
    Incident,
    MajorStatusChanged,
    Prioritized,
    StateChanged,
)
from incidentcore.testing.strategies_schedule import ODD_SPANS, calendars, instants
from incidentcore.testing.strategies_sla import Draft, changes_of, edges, follow
from incidentcore.values import CANCELED, CLOSED, IN_PROGRESS, ON_HOLD, RESOLVED, Priority

_MINUTE: Final = timedelta(minutes=1)
_AUDIENCES: Final = ("customers", "executives", "support staff", "regulators")
_STATES: Final = (IN_PROGRESS, ON_HOLD, IN_PROGRESS, RESOLVED, CLOSED, CANCELED)
_MAJOR: Final = field("major_status").equals("accepted")
_WHEN: Final = (
    ALWAYS,
    _MAJOR,
    field("priority").equals(Priority.CRITICAL),
    field("custom.watch").is_true(),
    _MAJOR & field("custom.watch").is_true(),
)
_TEMPLATE: Final = UpdateTemplate("news", "{title}: {business_impact}", fields="custom.region")


@lru_cache
def _spans(least: timedelta) -> st.SearchStrategy[timedelta]:
    usual = st.sampled_from((1, 15, 30, 60, 240, 1_440, 10_080)).map(lambda n: n * _MINUTE)
    return (usual | usual | ODD_SPANS).filter(lambda span: span > least)


@st.composite
def _rules(draw: st.DrawFn, name: str) -> UpdateRule:
    notice = draw(st.sampled_from((0, 5, 45))) * _MINUTE
    every = draw(st.none() | _spans(notice))
    first = draw(st.none() | st.just(timedelta()) | _spans(timedelta()))
    final = draw(st.none() | _spans(timedelta()))
    if first is None and every is None and final is None:
        first = 15 * _MINUTE
    return UpdateRule(
        name=name,
        audiences=draw(st.lists(st.sampled_from(_AUDIENCES), min_size=1, max_size=2, unique=True)),
        when=draw(st.sampled_from(_WHEN)),
        first=first,
        every=every,
        on_hold=None if every is None else draw(st.none() | _spans(notice)),
        final=final,
        stop=draw(st.sampled_from((NEVER, NEVER, field("custom.quiet").is_true()))),
        ends=draw(
            st.sampled_from(
                (
                    field("state.resolved").is_true(),
                    ~field("state.open").is_true(),
                    field("restored_at").present(),
                )
            )
        ),
        calendar=draw(st.none() | calendars()),
        during=draw(st.none() | calendars()),
        notice=notice,
        channel=draw(st.sampled_from(("", "mail", "status page"))),
        templates=draw(st.sampled_from((None, _TEMPLATE, {"final": _TEMPLATE}))),
    )


@st.composite
def communication_plans(draw: st.DrawFn, max_rules: int = 3) -> CommunicationPlan:
    """Generate communication plans with up to ``max_rules`` rules.

    The rules vary in their intervals (for records on hold too), end conditions, calendars and
    contact hours.

    Args:
        max_rules: The maximum number of rules of a plan.
    """
    rules = [draw(_rules(f"rule {n}")) for n in range(draw(st.integers(1, max_rules)))]
    also = {rules[0].audiences[0]: PUBLIC_REPLY} if draw(st.booleans()) else {}
    return CommunicationPlan("plan", rules, also=also)


def _conditions(plan: CommunicationPlan) -> list[Condition]:
    found = [condition for rule in plan.rules for condition in (rule.when, rule.stop, rule.ends)]
    return [*found, *(condition for _, condition in plan.also)]


def _events(plan: CommunicationPlan) -> st.SearchStrategy[Draft]:
    sent: list[Draft] = [
        *((Communicated, {"audience": audience}) for audience in plan.audiences),
        (Commented, {"text": "We are on it."}),
    ]
    moved: list[Draft] = [(StateChanged, {"action": "move", "state": state}) for state in _STATES]
    changed: list[Draft] = [
        *changes_of(_conditions(plan)),
        (MajorStatusChanged, {"status": "accepted"}),
        (MajorStatusChanged, {"status": "canceled"}),
        *(
            (Prioritized, {"fields": {"priority_override": level}})
            for level in Priority.scale.levels[:2]
        ),
    ]
    return st.one_of(*(st.sampled_from(pool) for pool in (sent, sent, moved, changed)))


@st.composite
def communicated_incidents(
    draw: st.DrawFn, plan: CommunicationPlan, *, max_events: int = 10
) -> Incident:
    """Generate incidents whose histories test a communication plan.

    Updates are sent at and near their due times; the incidents are put on hold, move from one rule
    of the plan to another, and reach its end conditions. After the opening come up to
    ``max_events`` events. They set the fields that the plan reads; several are at the same instant,
    some out of order, some recorded late, and some corrected.
    """
    both = [one for rule in plan.rules for one in (rule.calendar, rule.during)]
    known = [calendar for calendar in both if calendar is not None]
    zone = known[0].zone.key if known else "UTC"
    at = draw(instants(zone))
    record = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    events = _events(plan)
    spans = {
        span
        for rule in plan.rules
        for span in (rule.first, rule.every, rule.on_hold, rule.final, rule.notice)
        if span is not None
    }
    minutes = st.sampled_from((0, 1, 20, 90, 480, 1_500)).map(lambda n: n * _MINUTE)
    steps = st.sampled_from(sorted(spans)) | minutes
    for _ in range(draw(st.integers(0, max_events))):
        at += draw(steps)
        if known and draw(st.integers(0, 4)) < 2:
            at = draw(edges(at, known))
        record, at = follow(draw, record, events, at=at, back=(1, 90))
    return record
