"""Open a problem record for a problem candidate."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.improvement.candidate_report import ProblemCandidate
from incidentcore.instants import as_utc
from incidentcore.lifecycle import PROBLEM, Lifecycle
from incidentcore.records import Link, LinkAdded, Problem
from incidentcore.values import Actor
from incidentcore.values.actors import as_actor

# The dimensions that a problem has a field of its own for.
_FIELDS: Final = frozenset(("assignment_group", "category", "configuration_item", "service"))


def problem_fields(candidate: ProblemCandidate, /) -> dict[str, Any]:
    """Return the arguments for ``Problem.open`` that describe a candidate.

    These are the title, the evidence as the description, a proactive origin, and whichever of
    category, configuration item, service and assignment group the candidate was grouped by.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.improvement.open_problem import problem_fields
    >>> from incidentcore.improvement.problem_candidates import problem_candidates
    >>> from incidentcore.vendors import read_table
    >>> rows = [
    ...     {
    ...         "id": f"I{n:02}",
    ...         "in": f"2026-06-{n + 1:02}T09:00Z",
    ...         "ci": "mx1" if n < 20 else f"h{n}",
    ...     }
    ...     for n in range(28)
    ... ]
    >>> incidents = list(read_table(rows, {"id": "id", "opened": "in", "configuration_item": "ci"}))
    >>> [candidate] = problem_candidates(incidents, as_of=datetime(2026, 7, 1, tzinfo=UTC))
    >>> fields = problem_fields(candidate)
    >>> fields["title"], fields["configuration_item"], fields["origin"]
    ('20 incidents with configuration item mx1', 'mx1', 'proactive')
    """
    return {
        "title": f"{candidate.count:,} incidents with {candidate.label}",
        "description": "\n".join(candidate.why),
        "origin": "proactive",
        **{
            name: part
            for name, part in zip(candidate.dimension, candidate.key, strict=True)
            if name in _FIELDS
        },
    }


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

    The links are stored in the problem, where ``are_linked`` and
    ``problem_candidates(problems=...)`` find them. To store a link in an incident as well, use
    ``link(incident, "caused_by", problem.id, ...)``.

    Args:
        candidate: The candidate.
        id: The problem's id.
        at: When the problem is opened.
        by: Who opens the problem; plain text is the id of an agent.
        recorded_at: When this became known; ``at`` by default.
        lifecycle: The lifecycle that the problem follows.
        fields: Further arguments of ``Problem.open``; they replace those
            that describe the candidate, such as ``title``.

    Raises:
        InvalidValueError: A field is unknown, or its value is not allowed.
        NaiveDatetimeError: A time has no offset.
    """
    need_kind("candidate", candidate, ProblemCandidate)
    at = as_utc(at)
    recorded = at if recorded_at is None else as_utc(recorded_at, "recorded_at")
    actor = as_actor(by)
    problem = lifecycle.open(
        Problem,
        id=id,
        at=at,
        by=actor,
        recorded_at=recorded,
        **{**problem_fields(candidate), **fields},
    )
    return problem.with_events(
        LinkAdded(
            record_id=id,
            id=f"{id}:{sequence}",
            sequence=sequence,
            at=at,
            recorded_at=recorded,
            by=actor,
            link=Link("cause_of", member),
        )
        for sequence, member in enumerate(candidate.members, len(problem.history) + 1)
    )
