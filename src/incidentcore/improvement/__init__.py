"""Continual improvement: recurrence, problem candidates, actions and their effect."""

from incidentcore.improvement.actions import (
    ActionOrigin,
    ActionStatusChange,
    ImprovementAction,
    KpiTarget,
)
from incidentcore.improvement.before_after import BeforeAfter, before_after
from incidentcore.improvement.candidate_report import CandidateReport, ProblemCandidate
from incidentcore.improvement.episodes import RecurrenceReport
from incidentcore.improvement.open_problem import open_problem
from incidentcore.improvement.page import ProblemPage, problem_page
from incidentcore.improvement.problem_candidates import problem_candidates
from incidentcore.improvement.recurrence import recurrence
from incidentcore.improvement.register import ImprovementRegister

__all__ = [
    "ActionOrigin",
    "ActionStatusChange",
    "BeforeAfter",
    "CandidateReport",
    "ImprovementAction",
    "ImprovementRegister",
    "KpiTarget",
    "ProblemCandidate",
    "ProblemPage",
    "RecurrenceReport",
    "before_after",
    "open_problem",
    "problem_candidates",
    "problem_page",
    "recurrence",
]
