"""Desks and histories as hypothesis draws them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st
from tests.intake.drawn import intake_policies

from incidentcore.categorization import CategoryRule, RoutingRule
from incidentcore.communication import UpdateRule, UpdateTemplate
from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.desk import (
    Agreement,
    ApprovalPlan,
    ApprovalStage,
    AutoClose,
    Desk,
    DeskField,
    OwnClock,
    Service,
    ServiceTarget,
)
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationRow,
    EscalationTarget,
    HeldFor,
    OnClock,
)
from incidentcore.lifecycle import STANDARD_CASCADES
from incidentcore.priority import STANDARD_POLICY, Adjustment, PriorityPolicy
from incidentcore.priority.presets import PLAIN_3X3
from incidentcore.records import Incident, Record, set_fields
from incidentcore.schedule import Break, BusinessCalendar, BusinessDays, Holiday
from incidentcore.sla import ByTimeOfDay, CalendarByField, DueDate, SlaThreshold
from incidentcore.testing.strategies_communication import communication_plans
from incidentcore.testing.strategies_escalation import (
    MINUTE,
    MINUTES,
    OPENED,
    escalated_incidents,
    escalation_matrices,
    on_call_schedules,
)
from incidentcore.testing.strategies_records import lifecycles
from incidentcore.testing.strategies_schedule import calendars
from incidentcore.values import Priority

FIELDS = (
    DeskField("contract", "word", ("silver", "gold")),
    DeskField("vip", "bool"),
    DeskField("users", "number"),
    DeskField("watch", "bool"),
    DeskField("quiet", "bool"),
    DeskField("call_at", "instant"),
    DeskField("note", "text"),
)
WORDS: tuple[Condition, ...] = (
    ALWAYS,
    field("custom.contract").equals("gold"),
    field("custom.vip").is_true() & (field("priority") >= Priority.HIGH),
    ~field("state.open").is_true() | field("custom.users").__ge__(100),
    field("assignment_group").is_in("a", "b") & field("assignee").missing(),
    field("category").starts_with("network", "vpn") | field("tags").intersects("x", "y"),
    field("opened_at").__ge__(OPENED) & (field("opened_at") < OPENED + timedelta(days=9)),
    field("state.name").equals("on_hold") & ~field("custom.contract").equals("silver"),
    (field("reopen_count") > 0) & field("title").has_text("mail") & field("caller").present(),
)


def conditions() -> st.SearchStrategy[Condition]:
    """Return conditions that a desk file can express: composed of each other too."""
    plain = st.sampled_from(WORDS)
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            st.builds(lambda a, b: a & b, inner, inner),
            st.builds(lambda a, b: a | b, inner, inner),
            st.builds(lambda a: ~a, inner),
        ),
        max_leaves=4,
    )


def spans() -> st.SearchStrategy[timedelta]:
    """Return spans of whole and odd units."""
    return st.sampled_from(
        (15 * MINUTE, timedelta(hours=4), timedelta(days=1), timedelta(seconds=90.5), 7 * MINUTE)
    )


@st.composite
def targets(draw: st.DrawFn, named: list[BusinessCalendar]) -> list[ServiceTarget]:
    """Return targets by priority, in calendars of the desk."""
    kinds = st.one_of(
        spans(),
        st.builds(BusinessDays, st.integers(1, 5), end_of_day=st.booleans()),
        st.builds(ByTimeOfDay, st.sampled_from(("12:00", "16:30")), st.integers(0, 2)),
        st.just(DueDate("custom.call_at")),
    )
    levels = draw(
        st.lists(st.sampled_from(("critical", "high", "low", "")), min_size=1, unique=True)
    )
    return [
        ServiceTarget(
            level=level,
            target=draw(kinds),
            calendar=draw(st.sampled_from((None, None, *named))),
        )
        for level in levels
    ]


@st.composite
def services(draw: st.DrawFn, name: str, named: list[BusinessCalendar]) -> Service:
    """Return services with one to four clocks and sometimes one of their own."""
    choice: Any = draw(st.sampled_from(named))
    if draw(st.integers(0, 4)) == 0:
        choice = CalendarByField("custom.contract", {"gold": named[0]}, named[-1])
    own = OwnClock(
        name="callback",
        targets=draw(targets(named)),
        start=field("custom.vip").is_true(),
        stop=field("custom.note").present(),
        reset=field("kind").equals("commented") & field("by.role").equals("agent"),
    )
    points = (
        SlaThreshold(name="80%", fraction="0.8"),
        SlaThreshold(name="late", after_due=timedelta(hours=1), calendar=named[0]),
        SlaThreshold(name="1h before", before_due=timedelta(hours=1)),
        SlaThreshold(name="third", fraction="1/3"),
    )
    every = [ServiceTarget(target=timedelta(hours=4))]
    return Service(
        name=name,
        calendar=choice,
        response=draw(targets(named)),
        next_response=draw(st.sampled_from(((), every))),
        update=draw(st.sampled_from(((), every))),
        resolution=draw(targets(named)),
        pause=draw(st.none() | conditions()),
        warn=draw(st.lists(st.sampled_from(points), unique=True)),
        reopen=draw(st.sampled_from(("exclude_closed", "continue", "new_cycle"))),
        on_change=draw(st.sampled_from((None, "keep_elapsed", "restart", "retroactive"))),
        clocks=draw(st.sampled_from(((), (own,)))),
    )


OFFICE = BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-thu": ["08:00-12:00", "13:00-18:00"], "fri": "08:00-16:00"},
    holidays=["2026-04-03", Holiday(yearly="12-24", hours="08:00-12:00", name="Eve")],
    special={"2026-03-28": "10:00-14:00"},
    breaks={"2026-03-30": [Break("09:00-10:00", "drill")]},
)
NIGHTS = BusinessCalendar(zone="America/New_York", hours={"mon-fri": "22:00-06:00"})
ROWS = (
    EscalationRow(
        "page",
        [
            EscalationLevel(After(15 * MINUTE), "a"),
            EscalationLevel(AfterPrevious(30 * MINUTE, OFFICE), "b", during=OFFICE),
            EscalationLevel(OnClock("resolution", 0.5), "lead", mode="hierarchical"),
        ],
        repeat=1,
        repeat_after=60 * MINUTE,
    ),
    EscalationRow(
        "gold",
        [
            EscalationLevel(HeldFor(WORDS[1], 10 * MINUTE), EscalationTarget.person("ada")),
            EscalationLevel(OnClock("response", "due"), EscalationTarget.field("assignee")),
        ],
        when=WORDS[1],
    ),
)
UPDATES = (
    UpdateRule(name="all", audiences="users", first=30 * MINUTE, every=timedelta(hours=4)),
    UpdateRule(
        name="vip",
        audiences=["users", "board"],
        when=WORDS[2],
        every=timedelta(hours=1),
        on_hold=timedelta(hours=8),
        final=60 * MINUTE,
        notice=10 * MINUTE,
        during=OFFICE,
        templates=UpdateTemplate("t", "About {title}."),
    ),
)
HOUR = timedelta(hours=1)
SILVER = Service(
    name="silver",
    calendar=CalendarByField("custom.contract", {"gold": NIGHTS}, OFFICE),
    response=[ServiceTarget(target=HOUR, level="high"), ServiceTarget(target=4 * HOUR)],
    resolution=[ServiceTarget(target=8 * HOUR), ServiceTarget(target=4 * HOUR, level="critical")],
    warn=[SlaThreshold(name="80%", fraction="0.8")],
    pause=field("hold_reason").is_in("awaiting_caller", "awaiting_vendor"),
)
GOLD = Service(
    name="gold",
    calendar=OFFICE,
    response=[ServiceTarget(target=15 * MINUTE, level="critical", calendar=NIGHTS)],
    resolution=[ServiceTarget(target=BusinessDays(1)), ServiceTarget(target=HOUR, level="high")],
    warn=[SlaThreshold(name="1h before", before_due=HOUR)],
    on_change="keep_elapsed",
)
OWN_POLICY = PriorityPolicy(
    PLAIN_3X3, [Adjustment("VIP", field("custom.vip").is_true(), at_least=Priority.HIGH)]
)
FOCUS = ("calendar", "escalation", "communication", "on_call", "lifecycle", "intake", "services")


@st.composite
def desks(draw: st.DrawFn, *, small: bool = False) -> Desk:
    """Return desks with everything that a file can say, one part of each drawn in depth.

    Small ones have what is evaluated and what a document can hold.
    """
    focus = draw(st.sampled_from(FOCUS))
    named = [draw(calendars()) if focus == "calendar" else OFFICE, NIGHTS]
    rows: tuple[EscalationRow, ...] = ROWS[: draw(st.integers(0, 2))]
    if focus == "escalation":
        rows = draw(escalation_matrices()).rows
    rules = UPDATES[: draw(st.integers(0, 2))]
    if focus == "communication":
        rules = draw(communication_plans(max_rules=2)).rules
    kinds = draw(st.lists(st.sampled_from(("sla", "sla", "ola")), max_size=3))
    drawn_schedules = {
        one.name: one.schedule
        for row in rows
        for level in row.levels
        for one in level.targets
        if one.schedule is not None
    }
    told = {one.schedule for row in rows for level in row.levels for one in level.targets}
    assume(len(told - {None}) == len(drawn_schedules))
    parts: dict[str, Any] = {"on_call": drawn_schedules.values()}
    if not small:
        parts = {
            "on_call": [draw(on_call_schedules(OPENED))]
            if focus == "on_call"
            else drawn_schedules.values(),
            "lifecycles": [draw(lifecycles("incident"))] if focus == "lifecycle" else [],
            "intake": draw(intake_policies()) if focus == "intake" else None,
            "cascades": STANDARD_CASCADES[: draw(st.integers(0, 4))],
            "categories": [CategoryRule(draw(conditions()), ("network", "vpn"), name="vpn")],
            "routing": [RoutingRule(draw(conditions()), "network", tier=2)],
            "approvals": [
                ApprovalPlan(
                    when=draw(conditions()),
                    stages=[
                        ApprovalStage(
                            of=[EscalationTarget.manager_of("caller"), EscalationTarget.group("x")],
                            need=draw(st.sampled_from(("one", "all", 2))),
                            within=draw(st.none() | st.just(BusinessDays(3)) | spans()),
                        )
                    ],
                )
            ],
        }
    deep = focus == "services"
    made = [SILVER, GOLD] if not deep else [draw(services("silver", named)), GOLD]
    return Desk(
        name="drawn",
        zone=draw(st.sampled_from(("UTC", "Europe/Berlin", "America/New_York"))),
        fields=FIELDS,
        calendars={"office": named[0], "nights": named[1], "both": OFFICE | NIGHTS},
        services=made,
        agreements=[
            Agreement(
                when=draw(conditions()),
                service=draw(st.sampled_from(("silver", "gold"))),
                kind=kind,
            )
            for kind in kinds
        ],
        priority=draw(st.sampled_from((STANDARD_POLICY, OWN_POLICY))),
        escalation=rows,
        communication=rules,
        auto_close=draw(
            st.sampled_from(
                (
                    {},
                    {"incident": AutoClose(after=timedelta(days=2))},
                    {"incident": AutoClose(after=BusinessDays(2), calendar=NIGHTS, major=True)},
                )
            )
        ),
        **parts,
    )


@st.composite
def incidents(draw: st.DrawFn, number: int = 1) -> Incident:
    """Return incidents that change their contract, their watch and their call during a week."""
    record: Record = draw(escalated_incidents())
    for _ in range(draw(st.integers(0, 3))):
        at = OPENED + draw(MINUTES) * MINUTE
        call: datetime = OPENED + draw(MINUTES) * MINUTE
        custom = draw(
            st.sampled_from(
                ({"contract": "gold"}, {"contract": "silver"}, {"watch": True}, {"call_at": call})
            )
        )
        record = set_fields(record, custom={**record.custom, **custom}, at=at, by="ada")
    events = [_renamed(event, f"INC-{number}") for event in record.history]
    return Incident.from_history(events)


def _renamed(event: Any, name: str) -> Any:

    return attrs.evolve(event, record_id=name, id=f"{name}:{event.sequence}")
