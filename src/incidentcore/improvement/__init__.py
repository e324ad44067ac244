"""Continual improvement: recurrence, problem candidates, actions and their effect."""

from incidentcore.improvement.actions import (
    ActionOrigin,
    ActionStatus,
    ActionStatusChange,
    ImprovementAction,
    KpiTarget,
    OriginKind,
    actions_of_review,
)
from incidentcore.improvement.before_after import BeforeAfter, EffectVerdict, KpiSide, before_after
from incidentcore.improvement.candidate_report import (
    CandidateReport,
    DimensionSummary,
    ProblemCandidate,
    Trend,
)
from incidentcore.improvement.columns import TIME_TO_RESOLVE
from incidentcore.improvement.episodes import (
    Episode,
    RecurrenceGroup,
    RecurrenceReport,
    RecurrenceWindow,
)
from incidentcore.improvement.open_problem import open_problem, problem_fields
from incidentcore.improvement.page import KEYS, ProblemPage, problem_page
from incidentcore.improvement.problem_candidates import (
    DIMENSIONS,
    CandidateTally,
    problem_candidates,
)
from incidentcore.improvement.recurrence import RecurrenceTally, recurrence
from incidentcore.improvement.register import ImprovementRegister

__all__ = [
    "ActionOrigin",
    "ActionStatus",
    "ActionStatusChange",
    "BeforeAfter",
    "CandidateReport",
    "CandidateTally",
    "DIMENSIONS",
    "DimensionSummary",
    "EffectVerdict",
    "Episode",
    "ImprovementAction",
    "ImprovementRegister",
    "KEYS",
    "KpiSide",
    "KpiTarget",
    "OriginKind",
    "ProblemCandidate",
    "ProblemPage",
    "RecurrenceGroup",
    "RecurrenceReport",
    "RecurrenceTally",
    "RecurrenceWindow",
    "TIME_TO_RESOLVE",
    "Trend",
    "actions_of_review",
    "before_after",
    "open_problem",
    "problem_candidates",
    "problem_fields",
    "problem_page",
    "recurrence",
]
