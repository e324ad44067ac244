"""Which classes have a written form, by the name in the document.

A class whose fields are values is added by one line in ``CLASSES``, and by another in ``FAMILIES``
where it stands for a base class or protocol. The names are part of the format: one that was
released is never given to another class.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, get_type_hints

import attrs

from incidentcore import (
    categorization,
    communication,
    conditions,
    escalation,
    improvement,
    instants,
    intake,
    kpi,
    lifecycle,
    priority,
    records,
    schedule,
    sla,
    values,
)
from incidentcore.serialization import partials

__all__ = [
    "CLASSES",
    "EVENT_NAMES",
    "FAMILIES",
    "FORMS",
    "NAMES",
    "TAG",
    "fields_of",
    "names_for",
]

CALENDARS: Final[tuple[type, ...]] = (
    schedule.BusinessCalendar,
    schedule.CalendarDifference,
    schedule.CalendarIntersection,
    schedule.Maintenance,
    schedule.CalendarUnion,
)
CONDITIONS: Final[tuple[type, ...]] = (
    conditions.AllOf,
    conditions.AnyOf,
    conditions.FieldTest,
    conditions.Not,
    conditions.OpenHours,
)
EVENTS: Final[tuple[type, ...]] = (
    records.Acknowledged,
    records.ApprovalRequested,
    records.Approved,
    records.ApprovedOnBehalf,
    records.Assigned,
    records.Classified,
    records.Commented,
    records.Communicated,
    records.Contacted,
    records.Corrected,
    records.DiagnosisNoted,
    records.Escalated,
    records.FieldsChanged,
    records.LinkAdded,
    records.MajorStatusChanged,
    records.Opened,
    records.Prioritized,
    records.ProcedureFollowed,
    records.Restored,
    records.Snoozed,
    records.StateChanged,
    records.TaskChanged,
    records.Unacknowledged,
    records.LinkRemoved,
    records.Unsnoozed,
)
RECORDS: Final[tuple[type, ...]] = (records.Incident, records.Problem, records.ServiceRequest)
CALCULATORS: Final[tuple[type, ...]] = (
    priority.ArithmeticPriority,
    priority.PriorityMatrix,
    priority.WeightedPriority,
)
CATEGORIZERS: Final[tuple[type, ...]] = (
    categorization.Combined,
    categorization.FallbackChain,
    categorization.FirstMatch,
    categorization.KeywordCategorizer,
    categorization.NaiveBayes,
    categorization.PatternCategorizer,
    categorization.RuleCategorizer,
    categorization.MinimumConfidence,
)
KPIS: Final[tuple[type, ...]] = (
    kpi.AgeBuckets,
    kpi.AtLeast,
    kpi.AtMost,
    kpi.Availability,
    kpi.NetFlow,
    kpi.Count,
    kpi.Distinct,
    kpi.Duration,
    kpi.Earliest,
    kpi.DurationField,
    kpi.FirstEvent,
    kpi.FirstKnown,
    kpi.FirstWhen,
    kpi.Group,
    kpi.HourBands,
    kpi.Kpi,
    kpi.KpiResult,
    kpi.KpiTable,
    kpi.LastEvent,
    kpi.LinkedAt,
    kpi.HasLink,
    kpi.LinkedShare,
    kpi.NumberField,
    kpi.Partial,
    kpi.PerDistinct,
    kpi.PerRecord,
    kpi.Periods,
    kpi.Rate,
    kpi.RatioOfSums,
    kpi.Recurrence,
    kpi.ReturnCount,
    kpi.SameDay,
    kpi.SlaBreached,
    kpi.SlaCyclesMet,
    kpi.SlaMet,
    kpi.Statistic,
    kpi.TimeBetweenFailures,
    kpi.TimeIn,
    kpi.TimeOverTarget,
    kpi.OccurrenceCount,
    kpi.UpdateLateness,
    kpi.Updates,
)
ESCALATIONS: Final[tuple[type, ...]] = (
    escalation.After,
    escalation.AfterPrevious,
    escalation.Escalation,
    escalation.EscalationLevel,
    escalation.EscalationMatrix,
    escalation.EscalationRow,
    escalation.EscalationTarget,
    escalation.HeldFor,
    escalation.OnCallLayer,
    escalation.OnCallSchedule,
    escalation.OnClock,
    escalation.RotaOverride,
    escalation.Shift,
)
INTAKE: Final[tuple[type, ...]] = (
    intake.Alert,
    intake.ConditionState,
    intake.Flapping,
    intake.GroupState,
    intake.IncidentEnded,
    intake.IncidentIntent,
    intake.IntakePolicy,
    intake.IntakeResult,
    intake.IntakeState,
    intake.MaintenanceRule,
    intake.OpenIncident,
    intake.PendingAlert,
    intake.MetricSample,
    intake.SampleResult,
    intake.SampleState,
    intake.SampleThreshold,
    intake.SeriesState,
    intake.SeverityRow,
    intake.SeverityTable,
)
VALUES: Final[tuple[type, ...]] = (
    categorization.Categorization,
    categorization.CategoryRule,
    categorization.Evidence,
    categorization.PatternRule,
    categorization.Route,
    categorization.RoutingRule,
    categorization.Taxonomy,
    categorization.Vote,
    communication.CommunicationPlan,
    communication.MissedUpdate,
    communication.StakeholderUpdate,
    communication.UpdateRule,
    communication.UpdateTemplate,
    improvement.ActionOrigin,
    improvement.ActionStatusChange,
    improvement.ImprovementAction,
    improvement.ImprovementRegister,
    improvement.KpiTarget,
    instants.Interval,
    instants.Versions,
    lifecycle.CascadeRule,
    lifecycle.Copy,
    lifecycle.InputField,
    lifecycle.Lifecycle,
    lifecycle.ReopenWindow,
    lifecycle.Transition,
    priority.Adjustment,
    priority.PriorityCalculation,
    priority.PriorityOverride,
    priority.PriorityPolicy,
    priority.PriorityResult,
    priority.PriorityStep,
    records.ActionItem,
    records.Approval,
    records.Cause,
    records.LifecycleRef,
    records.Link,
    records.ApprovalRule,
    records.PostIncidentReview,
    records.RequestItem,
    records.ReviewEntry,
    records.Task,
    schedule.Break,
    schedule.BusinessDays,
    schedule.Holiday,
    schedule.Rotation,
    sla.ByTimeOfDay,
    sla.CalendarByField,
    sla.DueDate,
    sla.ServiceLevel,
    sla.SlaDefinition,
    sla.SlaPolicy,
    sla.SlaRule,
    sla.SlaThreshold,
    values.Actor,
    values.Level,
    values.Scale,
    values.State,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    categorization.Categorizer: CATEGORIZERS,
    categorization.Combination: (categorization.Vote,),
    conditions.Condition: CONDITIONS,
    priority.PriorityAdjustment: (priority.Adjustment,),
    priority.PriorityCalculator: CALCULATORS,
    records.Event: EVENTS,
    records.Record: RECORDS,
    schedule.AbstractCalendar: CALENDARS,
    schedule.Calendar: CALENDARS,
}

# Names for classes whose own says too little outside of their room, or is newer than the format.
_RENAMED: Final[dict[type, str]] = {
    categorization.MinimumConfidence: "CategoryThreshold",
    categorization.Vote: "CategoryVote",
    escalation.After: "EscalationAfter",
    escalation.AfterPrevious: "EscalationAfterPrevious",
    escalation.HeldFor: "EscalationHeld",
    escalation.OnClock: "EscalationOnClock",
    escalation.RotaOverride: "OnCallOverride",
    escalation.Shift: "OnCallShift",
    intake.ConditionState: "IntakeCondition",
    intake.Flapping: "IntakeFlapping",
    intake.GroupState: "IntakeGroup",
    intake.MaintenanceRule: "IntakeMaintenance",
    intake.MetricSample: "Sample",
    intake.OpenIncident: "IntakeIncident",
    intake.SeriesState: "SampleSeries",
    kpi.DurationField: "KpiElapsed",
    kpi.HasLink: "KpiLinked",
    kpi.NetFlow: "KpiBalance",
    kpi.NumberField: "KpiNumber",
    kpi.OccurrenceCount: "KpiTimes",
    kpi.ReturnCount: "KpiReturns",
    lifecycle.CascadeRule: "Cascade",
    records.LinkAdded: "Linked",
    records.LinkRemoved: "Unlinked",
    sla.ByTimeOfDay: "ByTime",
    sla.CalendarByField: "CalendarBy",
}


def _name(cls: type) -> str:
    own = cls.__name__
    prefix = "Kpi" if cls in KPIS and not own.startswith("Kpi") else ""
    return _RENAMED.get(cls, prefix + own)


_ALL: Final = (
    *CALCULATORS,
    *CALENDARS,
    *CATEGORIZERS,
    *CONDITIONS,
    *ESCALATIONS,
    *EVENTS,
    *INTAKE,
    *KPIS,
    *RECORDS,
    *VALUES,
)
CLASSES: Final[dict[str, type]] = {_name(cls): cls for cls in _ALL}
TAG: Final = "$type"  # no field is called so
EVENT_NAMES: Final = frozenset(map(_name, EVENTS))
NAMES: Final[dict[type, str]] = {
    **{cls: name for name, cls in CLASSES.items()},
    **partials.FORMS,
    partials.PartialForm: "KpiPartial",
}

# Classes that are written by way of another one: that one, and the functions there and back.
FORMS: Final[dict[type, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    kpi.Partial: (partials.PartialForm, partials.to_form, partials.from_form),
}


def fields_of(cls: type) -> list[tuple[attrs.Attribute[Any], Any]]:
    """Return the fields that make up a value, each with its type."""
    cls = FORMS[cls][0] if cls in FORMS else cls
    hints = get_type_hints(cls)
    return [(field, hints[field.name]) for field in attrs.fields(cls) if field.init]


@lru_cache(maxsize=256)
def names_for(kind: Any) -> frozenset[str]:
    """Return the names of the documents that hold a value of a type."""
    if kind in FAMILIES:
        members: tuple[type, ...] = FAMILIES[kind]
        return frozenset(NAMES[cls] for cls in members)
    if not isinstance(kind, type):
        return frozenset()
    return frozenset(name for name, cls in CLASSES.items() if issubclass(cls, kind))
