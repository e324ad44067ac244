"""Continual improvement: recurrence, problem candidates, actions and their effect."""

from incidentcore.improvement.actions import (
    ActionOrigin,
    ActionStatusChange,
    ImprovementAction,
    KpiTarget,
)
from incidentcore.improvement.before_after import (
    BeforeAfter,
    KpiSide,
    before_after,
)
from incidentcore.improvement.candidate_report import (
    CandidateReport,
    DimensionSummary,
    ProblemCandidate,
)
from incidentcore.improvement.episodes import (
    Episode,
    RecurrenceGroup,
    RecurrenceReport,
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
    "ActionStatusChange",
    "BeforeAfter",
    "CandidateReport",
    "CandidateTally",
    "DIMENSIONS",
    "DimensionSummary",
    "Episode",
    "ImprovementAction",
    "ImprovementRegister",
    "KEYS",
    "KpiSide",
    "KpiTarget",
    "ProblemCandidate",
    "ProblemPage",
    "RecurrenceGroup",
    "RecurrenceReport",
    "RecurrenceTally",
    "before_after",
    "open_problem",
    "problem_candidates",
    "problem_fields",
    "problem_page",
    "recurrence",
]
