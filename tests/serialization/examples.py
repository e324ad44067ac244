"""Values of every kind: worked ones for each room, and strategies for records and plain data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st

from incidentcore import (
    categorization,
    communication,
    desk,
    escalation,
    forecast,
    improvement,
    intake,
    kpi,
    lifecycle,
    priority,
    records,
    schedule,
    simulation,
    sla,
    whatif,
)
from incidentcore.conditions import ALWAYS, NEVER, AllOf, Condition, during, field, overlap, reached
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.instants import Interval, Versions
from incidentcore.lifecycle.cascade import CascadeEffect
from incidentcore.priority.policy import PriorityOverride
from incidentcore.records import Record
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    Priority,
    Urgency,
)
from incidentcore.whatif.comparison import ComparisonChange

AT = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = schedule.BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-fri": "08:00-18:00", "sat": ["21:00-23:00", "23:30-02:00"]},
    holidays=[
        schedule.Holiday("2026-12-25", name="Christmas Day"),
        schedule.Holiday(range=("2026-12-28", "2026-12-30"), name="closed"),
        schedule.Holiday(yearly="05-01", hours="10:00-12:00"),
        schedule.Holiday(rule="FREQ=YEARLY;BYMONTH=11;BYDAY=+4TH", name="Thanksgiving"),
    ],
    special={"2026-12-24": "08:00-12:00"},
    breaks={"2026-12-23": schedule.Break("12:00-13:00", "lunch")},
    name="office",
)
NIGHT = schedule.Maintenance([Interval(AT, AT + HOUR)], name="patch night")


def _records() -> Iterator[Record]:
    """Yield one record of each type whose histories hold every kind of event."""
    incident: Any = records.Incident.open(
        id="INC-1",
        title="Mail is down",
        at=AT,
        by=Actor("kim", "requester"),
        impact=Impact.HIGH,
        tags=["mail"],
        category=("mail", "outage"),
        occurred_at=AT - HOUR,
        custom={"vip": True, "$odd": (1, 2.5, None), "since": AT, "who": Actor("x")},
    )
    rest: dict[str, Any] = {"by": "ada"}
    steps: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (records.acknowledge, (), {"level": 1}),
        (records.unacknowledge, (), {"reason": "shift over"}),
        (records.assign, (), {"group": "messaging", "tier": 2}),
        (records.comment, ("on it",), {}),
        (records.log_contact, ("telephone",), {}),
        (records.log_diagnosis, ("queue full",), {"step": "finding"}),
        (records.log_runbook, ("restart",), {"version": "3", "outcome": "worked"}),
        (records.mark_restored, (), {}),
        (records.set_major_status, ("proposed",), {}),
        (records.link, ("caused_by", "PRB-1"), {}),
        (records.unlink, ("caused_by", "PRB-1"), {}),
        (records.set_fields, (), {"service": "mail", "custom": {"more": "x"}}),
    ]
    for minute, (change, arguments, fields) in enumerate(steps, 1):
        incident = change(
            incident, *arguments, at=AT + timedelta(minutes=minute), **{**rest, **fields}
        )
    common: dict[str, Any] = {"record_id": incident.id, "by": Actor("ada"), "at": AT + HOUR}
    number = incident.version
    incident = incident.with_events(
        (
            records.Classified(
                sequence=number + 1,
                category=("mail",),
                confidence=0.75,
                evidence=("word: mail",),
                **common,
            ),
            records.Prioritized(
                sequence=number + 2, fields=FrozenMap({"urgency": Urgency.LOW}), **common
            ),
            records.Escalated(sequence=number + 3, target="tier 3", key="k", level=0, **common),
        )
    )
    incident = lifecycle.advance(incident, "start", at=AT + 2 * HOUR, by="ada")
    yield records.correct_event(incident, "INC-1:5", by="ada", reason="wrong record")

    problem = records.Problem.open(
        id="PRB-1",
        title="Queue fills up",
        at=AT,
        by="ada",
        root_cause=records.Cause("disk full", (records.Cause("logs", factor="process"),)),
    )
    yield lifecycle.advance(problem, "assess", at=AT, by=Actor("ada"))

    request: Any = records.ServiceRequest.open(
        id="REQ-1",
        title="A laptop",
        at=AT,
        by="kim",
        items=[records.RequestItem(id="1", name="laptop", quantity=2)],
    )
    request = records.approve(request, "approved", at=AT, by="boss")
    yield records.set_task(request, records.Task(id="t", title="order it"), at=AT, by="ada")
    # The three above are golden files of version 1: kinds of event that came later go below.
    told = {"channel": "status page", "text": "looking"}
    yield records.log_update_sent(incident, "customers", at=AT + 2 * HOUR, by="ada", **told)
    quiet = records.snooze(incident, until=AT + 9 * HOUR, at=AT + 3 * HOUR, by="ada", reason="x")
    yield records.unsnooze(quiet, at=AT + 4 * HOUR, by="ada", reason="a customer called")
    second = attrs.evolve(lifecycle.PROBLEM, version="2")
    yield second.advance(problem, "migrate", at=AT, by=Actor("ada"))


RECORDS = tuple(_records())
APPROVAL = records.ApprovalRule.quorum(
    2, "boss", "cfo", "lee", required=["cfo"], delegates={"cfo": ["max"]}, veto=True
)


def _approved() -> Record:
    """Return a request whose history holds every kind of event of an approval."""
    request = records.ServiceRequest.open(id="REQ-2", title="A laptop", at=AT, by="kim")
    request = records.request_approval(request, APPROVAL, at=AT, by="ada")
    request = records.approve(request, "approved", at=AT, by="boss")
    request = records.approve(request, "withdrawn", at=AT, by="boss")
    return records.approve(
        request, "approved", reason="cheap", on_behalf_of="cfo", at=AT + HOUR, by="max"
    )


RESPONSE = sla.SlaDefinition.first_response(hours=1, calendar=OFFICE)
RESOLUTION = sla.SlaDefinition.resolution(hours=8, calendar=OFFICE)
BY_REGION = sla.CalendarByField("custom.region", {"eu": OFFICE}, schedule.BusinessCalendar.always())
RULE = categorization.CategoryRule(field("title").has_text("vpn"), ("network", "vpn"))
KEYWORDS = categorization.KeywordCategorizer({"network": ["vpn"]})
BAYES = categorization.NaiveBayes.train(
    [("vpn is down", "network"), ("printer jam", "hardware"), ("vpn slow", "network")]
)
INCIDENT = RECORDS[0]

WEEKLY = schedule.Rotation(anchor=AT, zone="Europe/Berlin", unit="weeks")
ON_CALL = escalation.OnCallSchedule(
    "network",
    [escalation.OnCallLayer(WEEKLY, ["ada", "grace"], during=OFFICE)],
    overrides=[escalation.RotaOverride(Interval(AT, AT + HOUR), ["kim"])],
)
REMINDERS = escalation.EscalationMatrix(
    "reminders",
    [
        escalation.EscalationRow(
            "all",
            [
                escalation.EscalationLevel(
                    escalation.AtWallTime(WEEKLY),
                    escalation.EscalationTarget.round_robin(["ada", "grace"], counter="custom.n"),
                    during=escalation.ReachableHours(ON_CALL, {"ada": OFFICE}),
                )
            ],
            on_worse="clear",
        )
    ],
)
MATRIX = escalation.EscalationMatrix(
    "desk",
    [
        escalation.EscalationRow(
            "all",
            [
                escalation.EscalationLevel(
                    escalation.After(HOUR / 4),
                    escalation.EscalationTarget("on_call", "network", ON_CALL),
                ),
                escalation.EscalationLevel(
                    escalation.AfterPrevious(HOUR / 2, OFFICE), "team lead", mode="hierarchical"
                ),
                escalation.EscalationLevel(escalation.OnClock("resolution", 0.75), "service owner"),
                escalation.EscalationLevel(
                    escalation.OnClock("resolution", "due"), "service owner"
                ),
                escalation.EscalationLevel(
                    escalation.HeldFor(field("assignee").missing(), HOUR), "dispatch"
                ),
            ],
        )
    ],
    maintenance=[Interval(AT + 90 * HOUR, AT + 91 * HOUR)],
)

COMMUNICATION = communication.CommunicationPlan(
    "status",
    [
        communication.UpdateRule(
            name="all",
            audiences=["customers", "executives"],
            when=field("impact").equals(Impact.HIGH),
            first=HOUR / 4,
            every=HOUR / 2,
            on_hold=4 * HOUR,
            final=HOUR,
            calendar=OFFICE,
            during=OFFICE,
            notice=HOUR / 12,
            channel="status page",
            templates=communication.UpdateTemplate(
                "news", "{title}, region {custom.region}: {news}", given="news"
            ),
        )
    ],
    also={"customers": communication.PUBLIC_REPLY},
)


def _updates() -> Iterator[Any]:
    """Yield an update that is due, and one that was missed."""
    record = records.Incident.open(
        id="INC-9", title="Mail is down", at=AT, by="kim", impact=Impact.HIGH
    )
    yield communication.due_updates(COMMUNICATION, record, now=AT + HOUR)[0]
    yield communication.missed_updates(COMMUNICATION, record, now=AT + HOUR)[0]


def _intake() -> Iterator[Any]:
    """Yield a policy with every rule, states that hold every kind of entry, and samples."""
    policy = intake.IntakePolicy(
        when=~field("severity").equals("debug"),
        group_by=["labels.service"],
        threshold=2,
        reopen_within=HOUR,
        silence=HOUR,
        flapping=intake.Flapping(within=HOUR),
        maintenance=[intake.MaintenanceRule("patching", NIGHT)],
        groupings=[intake.AlertGrouping(field("labels.kind").equals("db"), "labels.cluster")],
        inhibit=[
            intake.Inhibit(
                field("labels.role").equals("router"),
                field("labels.role").equals("host"),
                "labels.router",
            )
        ],
    )
    at = AT + HOUR
    alerts = [
        intake.Alert(key="b", at=AT, labels={"service": "shop"}),
        *(intake.Alert(key=key, at=at, labels={"service": "mail"}) for key in "xy"),
        intake.Alert(key="z", at=at, value=2.5, extra={"seen": at, "tags": ("a", 1)}),
        intake.Alert(key="late", at=at + HOUR),
        intake.IncidentEnded("alerts-9", at + HOUR, final=True),
        intake.IncidentReopened("alerts-8", at + HOUR, "labels.service='web'"),
    ]
    hot = intake.SampleThreshold("cpu", at_least=90, stale_after=HOUR)
    samples = [
        intake.MetricSample("db1", AT, 95),
        intake.MetricSample("db1", at, 96, labels={"a": "b"}),
    ]
    yield policy
    yield intake.fold_alerts(policy, alerts)
    yield hot
    yield intake.fold_samples(hot, samples)


def _kpis() -> Iterator[Any]:
    for name in dir(kpi.catalogue):
        value = getattr(kpi.catalogue, name)
        if isinstance(value, kpi.Kpi):
            yield value


REGISTER = improvement.ImprovementRegister(
    [
        improvement.ImprovementAction(
            id="PIR-1/1",
            title="Rotate the logs",
            owner="ada",
            due=date(2027, 1, 15),
            origin=improvement.ActionOrigin("review", "PIR-1"),
            changes=(
                improvement.ActionStatusChange(on=date(2027, 1, 20), status="done", note="late"),
            ),
            measure=improvement.KpiTarget(
                kpi=kpi.catalogue.MEAN_TIME_TO_RESOLVE,
                target=4 * HOUR,
                baseline=Interval(AT, AT + HOUR),
                after=Interval(AT + HOUR, AT + 2 * HOUR),
            ),
        )
    ]
)


def _partials() -> Iterator[kpi.Partial]:
    """Yield partials that hold a cell of each kind, in both modes."""
    known = [found for found in vars(kpi.catalogue).values() if isinstance(found, kpi.Kpi)]
    how: dict[str, Any] = {"as_of": AT + 99 * HOUR, "group_by": ("priority", "category")}
    window = Interval(AT - HOUR, AT + 90 * HOUR)
    yield kpi.gather_kpis(known, [INCIDENT], window=window, **how)
    plain = [
        found
        for found in known
        if not found.measure.totals.exact_only and found.window_basis != "snapshot"
    ]
    periods = kpi.Periods("week", "Europe/Berlin")
    yield kpi.gather_kpis(plain, [INCIDENT], window=periods, mode="sketch", **how)


def _desk() -> desk.Desk:
    target = desk.ServiceTarget(target=HOUR, level="high", calendar=OFFICE)
    clock = desk.OwnClock(
        name="callback", targets=[desk.ServiceTarget(target=HOUR)], stop=field("caller").present()
    )
    stage = desk.ApprovalStage(of=[escalation.EscalationTarget.group("board")], need=2)
    return desk.Desk(
        name="small",
        zone="Europe/Berlin",
        fields=[desk.DeskField("vip", "bool"), desk.DeskField("tier", "word", ("a", "b"))],
        calendars={"office": OFFICE},
        auto_close={"incident": desk.AutoClose(after=HOUR)},
        services=[desk.Service(name="all", calendar=OFFICE, resolution=[target], clocks=[clock])],
        agreements=[desk.Agreement(service="all")],
        approvals=[desk.ApprovalPlan(stages=[stage])],
    )


DRILL = simulation.Drill(
    name="mail-down",
    lasts=2 * HOUR,
    injects=[simulation.Inject(HOUR / 4, "call", "Mail is down", to="desk", checks="response")],
    expects=[simulation.Expectation("response", RESPONSE, owner="desk")],
    plan=COMMUNICATION,
    bot=[simulation.BotStep(HOUR / 2, "open", "kim", fields={"impact": "high"})],
)


WORKLOAD = simulation.Workload(
    name="mail",
    rate=2,
    arrives=OFFICE,
    opening=[{"impact": Impact.HIGH, "by": Actor("kim", "requester"), "custom": {"site": "a"}}],
    work=simulation.Lognormal(HOUR, 0.5),
    hold=simulation.Hold(chance=0.3, lasts=simulation.Exponential(HOUR)),
    reassign=simulation.Reassign(chance=0.1, group="second", skill="deep"),
    patience=simulation.Empirical([HOUR, 2 * HOUR]),
)
TEAM = [simulation.Agent("ada", OFFICE, ["", "deep"])]


def _answers() -> Iterator[Any]:
    """Yield what the library answers: decisions, clocks, what is due, findings, explanations."""
    incident = records.Incident.open(
        id="INC-8", title="Mail is down", at=AT, by="kim", impact=Impact.HIGH
    )
    yield lifecycle.decide(incident, "close", at=AT, by="ada")
    yield lifecycle.decide(incident, "start", at=AT, by="ada")
    stuck = lifecycle.Lifecycle(
        "mine", "incident", states=(NEW, CLOSED), initial=NEW, transitions=()
    )
    yield lifecycle.lint_lifecycle(stuck)[0]
    held = lifecycle.advance(incident, "hold", at=AT + HOUR, by="ada", reason="awaiting_caller")
    half = attrs.evolve(
        RESOLUTION, thresholds=(sla.SlaThreshold(name="half", fraction=Fraction(1, 99)),)
    )
    yield sla.SlaSnapshot.of(sla.evaluate_sla(half, held, now=AT + 9 * HOUR))
    always = attrs.evolve(RESPONSE, calendar=schedule.BusinessCalendar.always())
    yield from sla.slas_due_between(always, [incident], start=AT, end=AT + 9 * HOUR)
    yield from sla.work_queue(always, [incident], now=AT + HOUR)
    urgent = records.Incident.open(
        id="INC-9", title="Mail is down", at=AT, by="kim", priority=Priority.HIGH
    )
    for item in desk.due_items(_desk(), urgent, now=AT + 999 * HOUR):
        assert isinstance(item.body, sla.SlaStatus)
        yield attrs.evolve(item, body=sla.SlaSnapshot.of(item.body))
    yield from OFFICE.explain(AT, AT + 99 * HOUR)
    condition = field("impact").equals(Impact.HIGH) & field("service").present()
    yield condition.explain(incident.facts(), at=AT)
    yield overlap(condition, ~field("service").present())
    yield records.completeness(incident)[0]
    yield APPROVAL.count(())
    problem = records.Problem.open(
        id="PRB-8", title="Mail is down", at=AT, by="ada", known_error=True, workaround="restart"
    )
    yield from records.suggest_known_errors(incident, [problem])
    yield CascadeEffect(
        cascade="children",
        record_id="INC-8",
        answer=lifecycle.decide(incident, "close", at=AT, by="ada"),
    )


EXAMPLES: tuple[Any, ...] = (
    *_answers(),
    _desk(),
    *(WORKLOAD, simulation.Team(TEAM), simulation.Team(TEAM, order=simulation.ByArrival())),
    whatif.compare_rules(RESPONSE, attrs.evolve(RESPONSE, target=HOUR / 9), RECORDS, now=AT + HOUR),
    whatif.Comparison(
        records=1,
        outcomes=(("response", "met", "breached", 1),),
        changes=[
            ComparisonChange(
                record_id="INC-1",
                key="response",
                what="clock",
                before="met",
                after="breached",
                since=AT,
                why="counting -> closed",
                group=("desk", Priority.HIGH, None),
            )
        ],
        groups=("assignment_group", "priority", "category"),
        penalties=(Decimal("0.5"), Decimal(2)),
    ),
    whatif.offered_load(RECORDS, window=Interval(AT, AT + 9 * HOUR), zone="Europe/Berlin"),
    whatif.TargetEstimate(target=HOUR, low=None, high=2 * HOUR, n=3, running=1, record_id="INC-1"),
    DRILL,
    forecast.breach_model(RESOLUTION, RECORDS, as_of=AT + timedelta(days=9)),
    *RECORDS,
    *_partials(),
    *(_approved(), APPROVAL),
    *(NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED),
    *(Impact.HIGH, Priority.scale, Actor("ada", "agent")),
    *(OFFICE, NIGHT, OFFICE - NIGHT, OFFICE & schedule.BusinessCalendar.always(), OFFICE | NIGHT),
    schedule.VersionedCalendar(Versions([(AT, OFFICE), (AT + HOUR, NIGHT)])),
    schedule.BusinessDays(2, end_of_day=True),
    schedule.Rotation(anchor=AT, zone=ZoneInfo("Europe/Berlin"), unit="weeks", every=2),
    Interval(AT, AT + HOUR),
    Versions([(AT, RESPONSE), (AT + HOUR, RESOLUTION)]),
    *(ALWAYS, NEVER, during(OFFICE), ~field("service").present()),
    reached("custom.starts") | field("last_public_update_at").later_than(field("assigned_at")),
    (field("impact") >= Impact.HIGH) & field("custom.site").is_in("berlin", None, 1, 1.5),
    *lifecycle.STANDARD.values(),
    *(COMMUNICATION, *_updates()),
    *(priority.PLAIN_3X3, priority.BMC, priority.FLOOR_OF_MEAN_5X5, priority.STANDARD_POLICY),
    priority.PriorityPolicy(priority.PLAIN_3X3, (priority.vip(),)),
    priority.calculate_priority(priority.STANDARD_POLICY, INCIDENT),
    priority.PriorityCalculation(Priority.HIGH, "because"),
    PriorityOverride(Priority.LOW, Actor("boss"), AT, "calm down"),
    *(KEYWORDS, BAYES, categorization.RuleCategorizer([RULE]), categorization.Taxonomy(["a"])),
    categorization.PatternCategorizer([categorization.PatternRule("vpn", "network")]),
    categorization.FallbackChain([KEYWORDS, BAYES]),
    categorization.Vote([KEYWORDS, BAYES], (1.0, 2.0)),
    categorization.SoftmaxCategorizer.train([("vpn", "network"), ("jam", "hardware")]),
    categorization.HierarchicalCategorizer(BAYES, minimum=0.5),
    categorization.Calibrated(KEYWORDS, [(0.5, 0.25), (1.0, 0.75)]),
    KEYWORDS(INCIDENT),
    BAYES(INCIDENT),
    categorization.RoutingRule(ALWAYS, "messaging", tier=2),
    *(RESPONSE, RESOLUTION, BY_REGION),
    sla.SlaDefinition.resolution(hours=8, calendar=BY_REGION),
    attrs.evolve(RESOLUTION, target=schedule.BusinessDays(2)),
    attrs.evolve(RESOLUTION, target=sla.ByTimeOfDay("16:00", 1)),
    attrs.evolve(RESOLUTION, target=sla.DueDate("custom.due_at")),
    attrs.evolve(
        RESOLUTION,
        thresholds=(
            sla.SlaThreshold(name="half", fraction=Fraction(1, 2)),
            sla.SlaThreshold(name="late", after_due=HOUR, calendar=OFFICE),
        ),
    ),
    sla.SlaPolicy([(field("impact") >= Impact.HIGH, RESPONSE)], default=RESOLUTION),
    sla.ServiceLevel([RESPONSE, sla.SlaPolicy([], default=RESOLUTION)]),
    *_kpis(),
    REGISTER,
    MATRIX,
    REMINDERS,
    ON_CALL,
    escalation.Shift(Interval(AT, AT + HOUR), ("ada",)),
    *_intake(),
    *escalation.due_escalations(MATRIX, INCIDENT, slas=(RESOLUTION,), now=AT + 99 * HOUR),
    kpi.HourBands((("office", OFFICE),)),
    kpi.Group("assignment_group", values=["desk", None]),
    kpi.AgeBuckets((1, 5)),
    kpi.Periods("month", "Europe/Berlin", within=Interval(AT, AT + HOUR)),
    kpi.SlaClocks(RESPONSE, "cycles_met"),
    *(kpi.Updates(COMMUNICATION, "on_time"), kpi.Updates(COMMUNICATION, "lateness")),
    *(
        kpi.SlaClocks(RESPONSE, overdue_missed=True),
        kpi.SlaClocks(sla.SlaPolicy([], default=RESPONSE)),
    ),
    kpi.Duration(kpi.LinkedAt("caused_by_change", {"CHG-1": AT}), "resolved_at"),
    kpi.Duration("opened_at", kpi.FirstAcknowledged(ALWAYS)),
    *(
        kpi.SlaClocks(RESPONSE, "time_over_target"),
        kpi.Count(amount=5),
        kpi.LinkedShare("a", frozenset({"b", "c"})),
    ),
    *(kpi.Downtime(), kpi.EventCount(ALWAYS), kpi.Objective(at_least=0.999)),
    kpi.Rate(numerator=kpi.WhenResolved(ALWAYS), of="all"),
    kpi.Availability(weights=[(ALWAYS, "0.3")], during=ALWAYS),
    kpi.SameDay("opened_at", kpi.FirstWhen(ALWAYS), ZoneInfo("Europe/Berlin")),
    kpi.AtMost(kpi.Duration("opened_at", "resolved_at"), HOUR),
    records.Approval(by=Actor("boss"), decision="approved", at=AT),
    records.PostIncidentReview(
        id="PIR-1",
        incidents=("INC-1", "INC-2"),
        summary="Mail was down.",
        timeline=(records.ReviewEntry(at=AT, kind="decision", text="Roll back", by="ada"),),
        causes=(records.Cause("disk full"),),
        actions=(
            records.ActionItem(id="1", text="Rotate logs", owner="ada", due=date(2027, 1, 15)),
        ),
        held_on=date(2026, 12, 28),
    ),
    lifecycle.CascadeRule(
        id="resolve-children",
        source="incident",
        target="incident",
        action="resolve",
        link="parent_of",
        enters=("resolved",),
        when=field("impact").present(),
        fields=FrozenMap({"resolution_notes": lifecycle.Copy("resolution_notes")}),
    ),
    lifecycle.ReopenWindow(timedelta(days=5), OFFICE, exempt=("agent",)),
    lifecycle.EveryLinked("parent_of", ~field("state.open").is_true(), type="incident", id="x"),
    kpi.compute_kpis(
        tuple(_kpis())[:3],
        RECORDS[:1],
        as_of=AT + 9 * HOUR,
        group_by=("impact",),
        window=Interval(AT - HOUR, AT + 9 * HOUR),
    ),
)


def values_in(value: Any) -> Iterator[Any]:
    """Yield a value and everything inside it."""
    yield value
    if isinstance(value, Record):
        yield from values_in(value.history)
    elif attrs.has(type(value)):
        for attribute in attrs.fields(type(value)):
            if attribute.init:
                yield from values_in(getattr(value, attribute.name))
    elif isinstance(value, (tuple, frozenset)):
        for item in value:
            yield from values_in(item)
    elif isinstance(value, FrozenMap):
        yield from values_in(tuple(value.values()))


# Strategies

texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["", "$", "$$set", "$type", "e\u0301", "é", "👩‍💻", "שלום", "\x00", "a" * 40]
)
some_texts = texts.filter(bool)
utc_instants = st.datetimes(
    AT.replace(year=2, tzinfo=None), AT.replace(year=9998, tzinfo=None), timezones=st.just(UTC)
)
zones = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]).map(ZoneInfo)
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = utc_instants | st.datetimes(
    AT.replace(year=1800, tzinfo=None),
    AT.replace(year=2100, tzinfo=None),
    timezones=zones | offsets,
    allow_imaginary=True,
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**328) + 1, 2**328 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | instants
    | st.dates()
    | st.times()
    | st.timedeltas()
    | zones
    | st.fractions()
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
    | st.sampled_from([NEW, Impact.HIGH, Actor("ada"), records.Link("custom.a", "b"), ALWAYS])
)
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.frozensets(inner, max_size=3)
        | st.dictionaries(texts, inner, max_size=3).map(FrozenMap)
    ),
    max_leaves=8,
)
customs = st.dictionaries(texts, plain, max_size=3)
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.builds(
        FieldTest,
        st.sampled_from(["title", "custom.a b"]),
        st.just("equals"),
        st.deferred(lambda: plain),
    )
    | st.sampled_from([ALWAYS, NEVER, during(NIGHT)]),
    lambda inner: st.tuples(inner, inner).map(AllOf) | inner.map(lambda part: ~part),
    max_leaves=5,
)


@st.composite
def histories(draw: st.DrawFn) -> Record:
    """Draw an incident with a few changes at any instants."""
    record = records.Incident.open(
        id=draw(some_texts),
        title=draw(some_texts),
        at=draw(utc_instants),
        recorded_at=draw(utc_instants),
        by=Actor(draw(some_texts), draw(some_texts)),
        description=draw(texts),
        tags=draw(st.frozensets(some_texts, max_size=3)),
        custom=draw(customs),
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(utc_instants)
        change = draw(st.integers(0, 3))
        if change == 0:
            record = record.with_event(records.Commented, at=at, by="ada", text=draw(texts))
        elif change == 1:
            record = records.assign(record, group=draw(some_texts), at=at, by="ada")
        elif change == 2:
            record = records.set_fields(record, custom=draw(customs), at=at, by="ada")
        else:
            record = records.correct_event(
                records.mark_restored(record, at=at, by="ada"),
                f"{record.id}:{record.version + 1}",
                by="x",
            )
    return record


# The incident's table as it was when its file was written: no second hold while on hold.
FIRST_TABLE = attrs.evolve(
    lifecycle.INCIDENT,
    transitions=tuple(
        attrs.evolve(row, sources=("new", "in_progress")) if row.action == "hold" else row
        for row in lifecycle.INCIDENT.transitions
    ),
)

# What golden files hold, by the name of the file.
GOLDEN: dict[str, Any] = {
    "actor": Actor("ada", "agent"),
    "calendar": OFFICE,
    "calendar_difference": OFFICE - NIGHT,
    "condition": (field("impact") >= Impact.HIGH)
    & ~field("custom.site").is_in("berlin", None, 1, 1.5)
    | during(NIGHT),
    "incident": RECORDS[0],
    "level": Impact.HIGH,
    "lifecycle": FIRST_TABLE,
    "plain": FrozenMap(
        {
            "$dollar": 1,
            "date": AT.date(),
            "decimal": Decimal("0.10"),
            "duration": timedelta(hours=30, microseconds=1),
            "fraction": Fraction(3, 4),
            "instant": AT,
            "nested": ((), frozenset({"a", 1, None}), FrozenMap()),
            "numbers": (0, -1, 1.0, 0.1, 10**30),
            "text": "e\u0301 é 👩‍💻 שלום \x00 \n",
            "time": time(16, 0, 0, 1),
            "zoned": datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        }
    ),
    "problem": RECORDS[1],
    "scale": Priority.scale,
    "service_request": RECORDS[2],
    "state": ON_HOLD,
}
