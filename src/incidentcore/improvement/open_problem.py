"""Open a problem record for a problem candidate."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.improvement.candidate_report import ProblemCandidate
from incidentcore.lifecycle import PROBLEM, Lifecycle
from incidentcore.records import Problem, link
from incidentcore.values import Actor
from incidentcore.values.actors import as_actor

# The dimensions that a problem has a field of its own for.
_FIELDS: Final = frozenset(("assignment_group", "category", "configuration_item", "service"))


def open_problem(
    candidate: ProblemCandidate,
    /,
    *,
    id: str,  # noqa: A002  the field's name, as in Problem.open
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    lifecycle: Lifecycle = PROBLEM,
    **fields: Any,
) -> Problem:
    """Return a new problem for a candidate, linked as the cause of the candidate's incidents.

    Its title and description state the evidence, its origin is ``proactive``, and it has the
    category, configuration item, service or assignment group that the candidate was grouped by.
    The links are stored in the problem, where ``are_linked`` and
    ``problem_candidates(problems=...)`` find them. To store a link in an incident as well, use
    ``link(incident, "caused_by", problem.id, ...)``.

    The keyword arguments are those of ``Problem.open``; they replace the fields that describe the
    candidate, such as ``title``.

    Raises:
        InvalidValueError: A field is unknown, or its value is not allowed.
        NaiveDatetimeError: A time has no offset.
    """
    need_kind("candidate", candidate, ProblemCandidate)
    described = {
        "title": f"{candidate.count:,} incidents with {candidate.label}",
        "description": "\n".join(candidate.why),
        "origin": "proactive",
        **{
            name: part
            for name, part in zip(candidate.dimension, candidate.key, strict=True)
            if name in _FIELDS
        },
    }
    change: Any = {"at": at, "by": as_actor(by), "recorded_at": recorded_at}
    problem = lifecycle.open(Problem, id=id, **change, **{**described, **fields})
    for member in candidate.members:
        problem = link(problem, "cause_of", member, **change)
    return problem
