"""Known errors that an incident resembles, with the evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

import attrs

from incidentcore._checks import SharedRepr, each_of, need_kind, need_whole
from incidentcore.records.incident import Incident
from incidentcore.records.linking import are_linked
from incidentcore.records.problem import Problem

# Points for each kind of evidence (our choice): a link counts most, a shared word least.
_LINKED: Final = 100
_ITEM: Final = 8
_SERVICE: Final = 4
_CATEGORY: Final = 2  # for each shared step of the path
_WORD: Final = 1
_WORDS: Final = re.compile(r"\w{4,}")


@attrs.frozen(kw_only=True)
class KnownErrorMatch(SharedRepr):
    """A known error that may be the cause of an incident.

    Attributes:
        problem_id: The problem's id.
        score: The sum of the points of the evidence; only useful for sorting.
        evidence: The evidence for the match, strongest first.
        workaround: The workaround, if known.
    """

    problem_id: str
    score: int
    evidence: tuple[str, ...]
    workaround: str | None


def suggest_known_errors(
    incident: Incident,
    problems: Iterable[Problem],
    /,
    *,
    limit: int = 5,
    unsolved: Collection[str] = ("risk_accepted", "Risk Accepted"),
) -> tuple[KnownErrorMatch, ...]:
    """Return the known errors that an incident resembles, the most likely first.

    Only problems with ``known_error`` are considered, and closed problems only if they were closed
    unsolved, since an error that was only accepted can occur again. The same service or the same
    words alone are weak evidence, so let a person decide. At most ``limit`` are returned;
    ``unsolved`` has the resolution codes of problems that were closed without being solved.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident, Problem, suggest_known_errors
    >>> at = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> problem = Problem.open(
    ...     id="PRB-1",
    ...     title="Queue of mx1 fills up",
    ...     configuration_item="mx1",
    ...     by="ada",
    ...     at=at,
    ...     known_error=True,
    ...     workaround="restart the queue",
    ... )
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail queue stuck", configuration_item="mx1", by="kim", at=at
    ... )
    >>> suggest_known_errors(incident, [problem])[0].evidence
    ('same configuration item: mx1', 'shared words: queue')
    """
    need_kind("incident", incident, Incident)
    need_whole("limit", limit)
    found = []
    for problem in each_of("problems", problems, Problem):
        if not problem.known_error:
            continue
        if problem.state.final and problem.resolution_code not in unsolved:
            continue
        evidence = _evidence(incident, problem)
        if evidence:
            found.append(
                KnownErrorMatch(
                    problem_id=problem.id,
                    score=sum(points for points, _ in evidence),
                    evidence=tuple(text for _, text in evidence),
                    workaround=problem.workaround,
                )
            )
    found.sort(key=lambda suggestion: (-suggestion.score, suggestion.problem_id))
    return tuple(found[:limit])


def _evidence(incident: Incident, problem: Problem) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    if are_linked(incident, "caused_by", problem):
        found.append((_LINKED, "linked as its cause"))
    item = incident.configuration_item
    if item is not None and item == problem.configuration_item:
        found.append((_ITEM, f"same configuration item: {item}"))
    if incident.service is not None and incident.service == problem.service:
        found.append((_SERVICE, f"same service: {incident.service}"))
    shared = 0
    for one, other in zip(incident.category, problem.category, strict=False):
        if one != other:
            break
        shared += 1
    if shared:
        found.append(
            (_CATEGORY * shared, f"same category: {' / '.join(incident.category[:shared])}")
        )
    words = sorted(_words(incident) & _words(problem))
    if words:
        found.append((_WORD * len(words), f"shared words: {', '.join(words)}"))
    return found


def _words(record: Incident | Problem) -> frozenset[str]:
    text = f"{record.title} {record.description}".casefold()
    return frozenset(_WORDS.findall(text))
