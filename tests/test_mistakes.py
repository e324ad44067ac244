"""Typical mistakes: the error says what was given, what is allowed, and how to go on."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from tests.test_docs import ROOMS

from incidentcore.categorization import KeywordCategorizer
from incidentcore.communication import CommunicationPlan, UpdateRule, next_update_wakeup
from incidentcore.conditions import during, field
from incidentcore.desk import Agenda, Desk, next_wakeup
from incidentcore.errors import IncidentCoreError, MissingExtraError
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnCallLayer,
    OnCallSchedule,
    due_escalations,
    next_escalation_wakeup,
)
from incidentcore.forecast import backtest_breach, breach_model, watch_list
from incidentcore.improvement import ActionOrigin, ImprovementAction, ImprovementRegister
from incidentcore.instants import Versions
from incidentcore.intake import SeverityRow
from incidentcore.kpi import Kpi, ValueMeasure, compute_kpis
from incidentcore.kpi.catalogue import MEAN_TIME_TO_RESOLVE
from incidentcore.lifecycle import (
    STANDARD,
    STANDARD_CASCADES,
    InputField,
    Lifecycle,
    Transition,
    advance,
    allowed_actions,
    cascade_effects,
)
from incidentcore.priority import override_priority
from incidentcore.records import (
    ApprovalRule,
    Incident,
    StateChanged,
    approve,
    correct_event,
    link,
    merge_duplicate,
    set_fields,
    unlink,
)
from incidentcore.schedule import (
    BusinessCalendar,
    BusinessDays,
    Rotation,
    VersionedCalendar,
    public_holidays,
)
from incidentcore.serialization import dumps, loads
from incidentcore.simulation import Agent, Exponential, Lognormal, Team, Workload
from incidentcore.sla import (
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
    evaluate_sla,
    lint_sla,
    next_sla_wakeup,
    slas_due_between,
)
from incidentcore.storage import InMemoryStore
from incidentcore.values import CLOSED, IN_PROGRESS, NEW, Impact, Priority, Urgency
from incidentcore.vendors import read_table
from incidentcore.whatif import agents_needed, compare_rules, offered_load, smallest_target

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
SOLVED = {"resolution_code": "fixed", "resolution_notes": "restarted"}
BY: dict[str, Any] = {"at": AT, "by": "ada"}
INCIDENT = Incident.open(id="I", title="t", **BY)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
FOUR = SlaDefinition.resolution(hours=4, calendar=OFFICE)
BO = ApprovalRule.any_of("bo")
DESK = Desk(name="small")
TRIAGE = Lifecycle(
    "desk",
    "incident",
    states=(NEW, IN_PROGRESS),
    initial=NEW,
    transitions=[
        Transition(
            "triage",
            NEW,
            IN_PROGRESS,
            fields=[
                InputField("severity", target="impact", required=False),
                InputField("cost", target="custom.cost", required=False),
            ],
        )
    ],
)
TICKET = TRIAGE.open(Incident, id="T", title="t", **BY)

HALF_HOUR: dict[str, Any] = {"handling": timedelta(minutes=30), "within": timedelta(minutes=1)}
HOURLY = {"name": "a", "audiences": "b", "every": timedelta(hours=1)}
WEEKLY = Rotation(anchor=AT, zone="UTC", unit="weeks")
ROTA = OnCallSchedule("ops", [OnCallLayer(WEEKLY, ["ada"])])
MATRIX = EscalationMatrix(
    "m", [EscalationRow("a", [EscalationLevel(After(timedelta(hours=1)), ["ada"])])]
)
REGISTER = ImprovementRegister(
    ImprovementAction(
        id="A", title="t", owner="ada", due=AT.date(), origin=ActionOrigin("problem", "P")
    )  # type: ignore[arg-type]  # one for several
)
MODEL = breach_model(FOUR, [INCIDENT], as_of=AT)


@attrs.frozen
class OwnMeasure(ValueMeasure):
    """A measure that no codec knows."""

    unit = "ones"

    def reader(self, kpi: Kpi, as_of: datetime) -> Any:
        """Return a function that returns one."""
        return lambda record: 1


def small(**more: Any) -> Desk:
    return Desk(name="small", **more)


def workload(**more: Any) -> Workload:
    usual = {"name": "mail", "rate": 2, "arrives": OFFICE, "work": Exponential(timedelta(hours=1))}
    return Workload(**{**usual, **more})  # type: ignore[arg-type]


def backtested(chance: Any) -> Any:
    records = [advance(INCIDENT, "resolve", **{**BY, "at": AT + timedelta(hours=9)}, **SOLVED)]
    return backtest_breach(FOUR, records, chance=chance, at=AT + timedelta(hours=1))  # type: ignore[arg-type]  # one for several


def calendar(hours: Any = None, **more: Any) -> BusinessCalendar:
    return BusinessCalendar(
        **{"zone": "UTC", "hours": {"mon-fri": "09:00-17:00"} if hours is None else hours, **more}
    )


def clock(**more: Any) -> SlaDefinition:
    return SlaDefinition.resolution(**{"calendar": OFFICE, "hours": 4, **more})


def fields(**given: Any) -> Incident:
    return set_fields(INCIDENT, **BY, **given)


def opened(**given: Any) -> Incident:
    return Incident.open(id="I", title="t", **BY, **given)


MISTAKES: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = [
    (calendar, ("mon-fri 09:00-17:00",), {}, 'pairs, such as {"mon-fri": "09:00-17:00"}'),
    (calendar, ({"mon-fri": ("09:00", "17:00")},), {}, "'09:00'; allowed: windows such as"),
    (calendar, ({"mon": "09:00-12:00, 13:00-17:00"},), {}, "several as a list of texts"),
    (calendar, ({"sat": None},), {}, "[] for closed"),
    (
        calendar,
        ({"mon tue": "09:00-17:00"},),
        {},
        'a range such as "mon-fri", or both: "mon-thu, sat"',
    ),
    (calendar, (), {"zone": "Berlin"}, "nearest: Europe/Berlin"),
    (calendar, (), {"zone": "new york"}, "nearest: America/New_York"),
    (calendar, (), {"zone": UTC}, '"Europe/Berlin" or "UTC"'),
    (calendar, (), {"zone": timezone(timedelta(hours=2))}, "nearest: Etc/GMT-2"),
    (calendar, (), {"zone": "-11:00"}, "nearest: Etc/GMT+11"),
    (calendar, (), {"zone": "UTC+5:30"}, '"Europe/Berlin" or "UTC"'),
    (calendar, (), {"holidays": ["12-25"]}, 'Holiday(yearly="12-25")'),
    (
        calendar,
        (),
        {"special": {"12-24": "09:00-12:00"}},
        'holidays=[Holiday(yearly="12-24", hours="09:00-12:00")]',
    ),
    (
        calendar,
        (),
        {"holidays": ["2026-12-24/2026-12-31"]},
        'Holiday(range="2026-12-24/2026-12-31")',
    ),
    (calendar, (), {"holidays": "DE"}, 'public_holidays("DE", years=[2026])'),
    (calendar, (), {"breaks": ["12:00-13:00"]}, 'such as {"mon-fri": '),
    (calendar, (), {"special": ["12:00-13:00"]}, 'such as {"2026-12-24": '),
    (OFFICE.deadline, (AT, 4), {}, "such as timedelta(hours=4)"),
    (VersionedCalendar, ([(AT, OFFICE)],), {}, "Versions([(instant, calendar), ...])"),
    (public_holidays, ("DE",), {"years": 2026}, "a list of years, such as [2026, 2027]"),
    (clock, (), {"hours": 0}, "target=BusinessDays(2)"),
    (clock, (), {"hours": 0, "target": 4}, "a timedelta such as timedelta(hours=4)"),
    (clock, (), {"pause": None}, "pause: got None; allowed: a Condition; NEVER for none"),
    (clock, (), {"pause": field("title") == "x"}, "write field(...).equals(value), not =="),
    (clock, (), {"stop": None}, "stop: got None; allowed: a Condition"),
    (SlaThreshold, (), {"name": "w", "fraction": 75}, "75 % is 0.75"),
    (SlaPolicy, ({Priority.CRITICAL: FOUR},), {}, "write field(...).equals(value)"),
    (SlaPolicy, ([("critical", FOUR)],), {}, "write field(...).equals(value)"),
    (SlaPolicy, ([FOUR],), {}, "a pair of condition and definition"),
    (SlaPolicy, ([],), {"default": [FOUR]}, "an SlaDefinition, or None"),
    (lint_sla, (INCIDENT,), {}, "allowed: an SlaDefinition, an SlaPolicy or a ServiceLevel"),
    (during, ("office",), {}, "calendar: got 'office'; allowed: a"),
    (evaluate_sla, (INCIDENT, FOUR), {"now": AT}, "record: got SlaDefinition("),
    (evaluate_sla, (FOUR, [INCIDENT]), {"now": AT}, "a Timeline; call it for each record"),
    (due_escalations, (MATRIX, (INCIDENT,)), {"now": AT}, "a Record; call it for each record"),
    (EscalationLevel, (After(timedelta(0)), ROTA), {}, "EscalationTarget.on_call(schedule)"),
    (
        read_table,
        ([], {"id": "No", "opened": "In"}),
        {"levels": {"hoch": "high"}},
        'impact or urgency, each with its words, such as {"priority": {"Urgent": "critical"}}',
    ),
    (ApprovalRule.any_of, (["bo", "lee"],), {}, "texts, each once, as in 'bo', 'lee'"),
    (dumps, (Kpi(id="own", measure=OwnMeasure()),), {}, "pass a class of your own to Codec("),
    (fields, (), {"servise": "mail"}, "nearest: service"),
    (
        fields,
        (),
        {"impact": "high"},
        "prioritize(...), with a desk Desk.prioritize(...), for impact and urgency",
    ),
    (fields, (), {"assignee": "ada"}, "assign(...) for group"),
    (fields, (), {"hold_reason": "x"}, "advance(...); "),
    (fields, (), {"resolved_at": AT}, "since moments and counts follow from the history"),
    (fields, (), {"region": "eu"}, "custom= for fields of your own"),
    (fields, (), {"root_cause": "x"}, "a Problem, which has this field; one of"),
    (fields, (), {"items": []}, "a ServiceRequest, which has this field; one of"),
    (compute_kpis, ("mttr", [INCIDENT]), {"as_of": AT}, "got 'mttr'; allowed: Kpi values, such as"),
    (InMemoryStore().find, ("new",), {}, "condition: got 'new'; allowed: a Condition"),
    (link, (INCIDENT, "child_of", INCIDENT), BY, "the id of a record"),
    (unlink, (INCIDENT, "child_of", "P"), BY, "'child_of P'; allowed: none: the record has no"),
    (merge_duplicate, (INCIDENT, "B"), BY, "original: got 'B'; allowed: a Record"),
    (approve, (INCIDENT, "approved"), BY, "records with approvals"),
    (ApprovalRule.in_stages, ([BO],), {}, "allowed: an ApprovalRule"),
    (BO.expiring, (BusinessDays(-1), OFFICE), {}, "a span that is positive"),
    (advance, ("I", "start"), BY, "record: got 'I'; allowed: a record"),
    (allowed_actions, ("I",), {}, "record: got 'I'; allowed: a record"),
    (STANDARD["incident"].advance, ("I", "start"), BY, "record: got 'I'; allowed: a record"),
    (STANDARD["incident"].open, ("incident",), {}, "allowed: the class Incident, Problem or"),
    (DESK.open, ("incident",), {"id": "I", "title": "t", **BY}, "allowed: the class Incident,"),
    (DESK.advance, ("I", "start"), BY, "record: got 'I'; allowed: a record"),
    (next_wakeup, (DESK, 5), {"now": AT}, "allowed: a Record, or several, such as a list"),
    (Agenda, (DESK, INCIDENT), {}, "allowed: several records, such as a list"),
    (Agenda(DESK).delivered, ("key",), {}, "keys that a store kept go to Agenda(delivered=)"),
    (MEAN_TIME_TO_RESOLVE.replace, (), {"clock": "office"}, "clock: got 'office'; allowed: a Cal"),
    (opened, (), {"impact": Urgency.HIGH}, "impact: got 'urgency high'; allowed: a level of its"),
    (opened, (), {"urgency": Priority.HIGH}, "such as Urgency.HIGH"),
    (opened, (), {"priority": Impact.HIGH}, "such as Priority.HIGH"),
    (opened, (), {"custom": {"a": float("nan")}}, "custom.a: got nan; allowed: a finite number"),
    (fields, (), {"custom": {"a": float("inf")}}, "custom.a: got inf; allowed: a finite number"),
    (advance, (INCIDENT, "start"), {**BY, "fields": ["x"]}, "a mapping from names to values"),
    (TRIAGE.advance, (TICKET, "triage"), {**BY, "severity": Urgency.LOW}, "such as Impact.HIGH"),
    (
        TRIAGE.advance,
        (TICKET, "triage"),
        {**BY, "cost": float("nan")},
        "cost: got nan; allowed",
    ),
    (override_priority, (INCIDENT, Impact.LOW), {**BY, "reason": "r"}, "such as Priority.HIGH"),
    (correct_event, (INCIDENT, "I:1"), {**BY, "fields": {"impact": Urgency.LOW}}, "own scale"),
    (
        Transition,
        ("a", NEW, CLOSED),
        {"sets": {"impact": Urgency.LOW}},
        "sets.impact: got",
    ),
    (
        BO.expiring,
        (timedelta(hours=4), "office"),
        {},
        "calendar: got 'office'; allowed: a Calendar",
    ),
    (
        SeverityRow,
        ("a", Urgency.LOW, Impact.LOW),
        {},
        "impact: got 'urgency low'; allowed: a level",
    ),
    (
        smallest_target,
        (FOUR, []),
        {"share": "95%", "now": AT},
        "got '95%'; allowed: a number",
    ),
    (agents_needed, ("10",), {**HALF_HOUR, "share": 0.8}, "load: got '10'; allowed: a finite"),
    (agents_needed, (10,), {**HALF_HOUR, "share": 0.8, "within": 20}, "within: got 20; allowed: a"),
    (offered_load, ([],), {"window": (AT, AT), "zone": "UTC"}, "allowed: an Interval"),
    (breach_model, (FOUR, []), {"as_of": AT, "recent": 14}, "recent: got 14; allowed: a positive"),
    (
        watch_list,
        (MODEL, []),
        {"now": AT, "at_least": 70},
        "a probability from 0 to 1, such as",
    ),
    (backtested, (lambda *_, **__: 5,), {}, "chance: got 5; allowed: a probability from 0 to 1"),
    (backtested, ("model",), {}, "chance: got 'model'; allowed: a BreachModel, or a function"),
    (compare_rules, (FOUR, FOUR, [INCIDENT]), {"now": AT, "penalty": lambda _: 0.5}, "a Decimal"),
    (workload, (), {"work": timedelta(hours=1)}, "such as Exponential(timedelta(hours=1))"),
    (workload, (), {"patience": 5}, "patience: got 5; allowed: a distribution of durations"),
    (workload, (), {"arrives": "office"}, "arrives: got 'office'; allowed: a Calendar"),
    (workload, (), {"rate": "2"}, "rate: got ('2',); allowed: numbers"),
    (Lognormal, (timedelta(1), timedelta(1)), {}, "sigma: got datetime.timedelta(days=1); allowed"),
    (
        Team,
        ([Agent("ada", OFFICE)], "priority"),
        {},
        "order: got 'priority'; allowed: a",
    ),
    (KeywordCategorizer, (None,), {}, "keywords: got None; allowed: a mapping from categories to"),
    (small, (), {"priority": "high"}, "priority: got 'high'; allowed: a PriorityPolicy"),
    (small, (), {"calendars": {"a": "office"}}, "calendars.a: got 'office'; allowed: a Calendar"),
    (small, (), {"intake": "alerts"}, "intake: got 'alerts'; allowed: an IntakePolicy, or None"),
    (UpdateRule, (), {**HOURLY, "calendar": "office"}, "a.calendar: got 'office'; allowed"),
    (OnCallLayer, (WEEKLY, ["ada"]), {"during": "office"}, "during: got 'office'; allowed: a"),
    (OnCallLayer, ("weekly", ["ada"]), {}, "rotation: got 'weekly'; allowed: a Rotation"),
    (REGISTER.overdue, (), {"on": AT}, "allowed: a date"),
]


@pytest.mark.parametrize(("call", "given", "named", "says"), MISTAKES, ids=range(len(MISTAKES)))
def test_an_error_says_how_to_go_on(
    call: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any], says: str
) -> None:
    """By one family of errors; some of these were errors of Python, and some were accepted."""
    with pytest.raises(IncidentCoreError) as caught:
        call(*given, **named)
    assert says in str(caught.value)


@pytest.mark.parametrize("room", ROOMS)
def test_one_object_where_several_are_asked_for_is_no_error_of_python(room: str) -> None:
    """Each converter of each public class takes it, or refuses it with an error of ours."""
    try:
        module = importlib.import_module(f"incidentcore.{room}")
    except MissingExtraError as missing:
        pytest.skip(str(missing))
    public = [getattr(module, name) for name in getattr(module, "__all__", ())]
    broken = []
    for one in public:
        if not isinstance(one, type) or not attrs.has(one):
            continue
        for part in attrs.fields(one):
            if part.converter is None or not part.init:
                continue
            try:
                part.converter(object())
            except IncidentCoreError:
                pass
            except Exception as error:  # noqa: BLE001  any other is the mistake that is looked for
                broken.append(f"{one.__name__}.{part.name}: {error!r}")
    assert not broken


def test_a_history_with_a_level_of_another_scale_is_read() -> None:
    """An older one may hold it, as an action's input was not checked against its scale."""
    moved = {"action": "triage", "state": IN_PROGRESS, "fields": {"impact": Urgency.LOW}}
    record = TICKET.with_event(StateChanged, **BY, **moved)
    assert loads(dumps(record), Incident).impact == Urgency.LOW


def test_one_record_can_be_watched_as_several_are() -> None:
    """Beside ``due_items``, which takes one: a wakeup of it is that of a list with it alone."""
    level = EscalationLevel(After(timedelta(hours=1)), ["ada"])
    matrix = EscalationMatrix("m", [EscalationRow("a", [level])])
    plan = CommunicationPlan("p", [UpdateRule(**HOURLY)])
    later = {"now": AT + timedelta(minutes=5)}
    window = {"start": AT, "end": AT + timedelta(days=1)}
    assert next_wakeup(DESK, INCIDENT, **later) == next_wakeup(DESK, [INCIDENT], **later)
    assert next_sla_wakeup(FOUR, INCIDENT, **later) == AT + timedelta(hours=4)
    assert next_escalation_wakeup(matrix, INCIDENT, **later) == AT + timedelta(hours=1)
    assert next_update_wakeup(plan, INCIDENT, **later) == AT + timedelta(hours=1)
    (due,) = slas_due_between(FOUR, INCIDENT, **window)
    assert due.at == AT + timedelta(hours=4)


def test_one_where_several_are_asked_for_is_taken_as_one() -> None:
    """A clock, a threshold, a rule."""
    half = SlaThreshold(name="half", fraction=0.5)
    assert clock(thresholds=half).thresholds == (half,)  # type: ignore[arg-type]  # the point
    assert ServiceLevel(FOUR).clocks == (FOUR,)  # type: ignore[arg-type]  # the point
    rules = {field("custom.vip").is_true(): FOUR}
    assert SlaPolicy(rules).rules == SlaPolicy(list(rules.items())).rules  # type: ignore[arg-type]  # the point
    assert Versions({AT: FOUR}) == Versions([(AT, FOUR)])  # type: ignore[arg-type]  # the point
    event = INCIDENT.history[0]
    one = STANDARD_CASCADES[0]
    assert cascade_effects(INCIDENT, event, [], cascades=one) == ()  # type: ignore[arg-type]  # the point
    assert timedelta(hours=4) == FOUR.target
