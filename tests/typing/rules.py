"""What a type checker must see of one's own categorizers and priority rules; checked, never run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_type

from incidentcore.categorization import (
    Categorization,
    Categorizer,
    FallbackChain,
    KeywordCategorizer,
    NaiveBayes,
    SoftmaxCategorizer,
    Vote,
    classify,
)
from incidentcore.conditions import Condition, field, overlap
from incidentcore.desk import AutoClose, Desk, DeskField, Service, ServiceTarget
from incidentcore.instants import Versions
from incidentcore.lifecycle import Allowed, Refused, decide
from incidentcore.priority import (
    BMC,
    SERVICENOW,
    PriorityCalculation,
    PriorityPolicy,
    calculate_priority,
    prioritize,
    vip,
)
from incidentcore.priority.policy import PriorityResult
from incidentcore.records import Incident, Record
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaPolicy
from incidentcore.values import Impact, Level, Priority


def by_title(record: Record) -> Categorization:
    return Categorization("network" if "vpn" in record.title else "software", 0.5)


def payday(record: Record, level: Level, levels: Sequence[Level]) -> PriorityCalculation | None:
    return PriorityCalculation(levels[0], "payday") if record.service == "payroll" else None


def flat(_record: Record) -> PriorityCalculation:
    return PriorityCalculation(Priority.LOW, "all is low")


def desk(office: dict[str, BusinessCalendar], targets: list[ServiceTarget]) -> Desk:
    """Build a desk from the dicts and lists that a program has at hand."""
    silver = Service(name="silver", calendar=office["office"], resolution=targets)
    return Desk(
        name="typed",
        fields=(DeskField("floor", "word", ["ground", "first"]),),
        calendars=office,
        auto_close={"incident": AutoClose(after=timedelta(days=5))},
        services=(silver,),
        sources=["a package"],
    )


def check(incident: Incident) -> None:
    categorizers: list[Categorizer] = [
        by_title,
        KeywordCategorizer({"network": ["vpn"], ("data", "loss"): {"lost": 2.5}}),
        NaiveBayes.train([("vpn", "network"), (incident, ("data", "loss"))]),
        SoftmaxCategorizer.train([("vpn", "network"), (incident, ("data", "loss"))]),
        Vote([by_title, by_title], (1, 2)),
    ]
    chain = FallbackChain(categorizers, minimum=0.5, default="software")
    assert_type(chain(incident), Categorization)
    assert_type(classify(incident, chain, at=incident.opened_at, by="ada"), Incident)

    policies = [
        PriorityPolicy(SERVICENOW, [vip(), payday]),
        PriorityPolicy(flat),
        PriorityPolicy(BMC),
    ]
    assert_type(calculate_priority(policies[0], incident), PriorityResult)
    assert_type(prioritize(incident, policies[0], at=incident.opened_at, by="ada"), Incident)
    PriorityPolicy(by_title)  # type: ignore[arg-type]  # a category is no priority

    severe = (field("impact") >= Impact.MEDIUM) & ~field("state.open").is_true()
    assert_type(severe, Condition)
    overlap(severe, True)  # type: ignore[arg-type]  # not a condition

    answer = decide(incident, "start", at=incident.opened_at, by="ada")
    if answer:
        assert_type(answer, Allowed[Incident])
    else:
        assert_type(answer, Refused)
    plans: Versions[SlaDefinition | SlaPolicy] = Versions[SlaDefinition]([])
    assert_type(plans.at(incident.opened_at), SlaDefinition | SlaPolicy)
