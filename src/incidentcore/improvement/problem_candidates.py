"""Find groups of incidents that stand out, as a starting point of problem management."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final, NamedTuple

from incidentcore._checks import is_number, need_whole
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import InvalidValueError
from incidentcore.improvement.candidate_report import (
    CandidateReport,
    DimensionSummary,
    ProblemCandidate,
    Trend,
    group_label,
)
from incidentcore.improvement.columns import Columns, Dimension, gather
from incidentcore.improvement.poisson import at_least, poisson_lower
from incidentcore.improvement.selection import Key, Selection
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import at_instant
from incidentcore.kpi.engine.estimates import wilson
from incidentcore.kpi.group_keys import order
from incidentcore.kpi.groups import GroupBy
from incidentcore.records import Problem, Record
from incidentcore.values import FrozenMap

DIMENSIONS: Final[tuple[GroupBy | tuple[GroupBy, ...], ...]] = (
    "category",
    "configuration_item",
    "service",
    ("category", "configuration_item"),
    ("category", "service"),
    ("category", "assignment_group"),
    ("configuration_item", "service"),
    ("configuration_item", "assignment_group"),
    ("service", "assignment_group"),
)
"""The dimensions by which incidents are grouped by default.

The assignment group is used only in pairs: by itself it would list the busiest teams, not what
breaks."""

_SAME: Final = Fraction(4, 5)
"""The share of common incidents, of those that either has, from which two candidates are merged."""

_MATTERS: Final = 0.1
"""The least relative difference of a trend: with thousands of incidents, any is beyond chance."""


def problem_candidates(
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    dimensions: Iterable[GroupBy | tuple[GroupBy, ...]] = DIMENSIONS,
    period: Interval | None = None,
    population: Condition = ALWAYS,
    problems: Iterable[Problem] = (),
    min_n: int = 5,
    confidence: float = 0.95,
    limit: int | None = None,
) -> CandidateReport:
    """Return the groups of incidents that are larger than chance would explain.

    The incidents of a group have one value, or a pair of values, in common. Rule I3 says what the
    count of a group is compared with, in which order candidates stand, and which are merged.

    Args:
        records: The records, in any order, without duplicates; read once. Only incidents that are
            not canceled are counted.
        as_of: Only events that had happened and been recorded by then count (rule K6).
        dimensions: What to group by: field paths, ``Group`` objects, functions of a record, and
            tuples of two of these.
        period: The period in which incidents must have been opened; None for any time.
        population: A condition on the incidents to examine.
        problems: Problems whose links to incidents are used, in addition to the incidents' own
            links (``caused_by``, or ``resolved_by`` one of these problems).
        min_n: The minimum number of incidents for a candidate.
        confidence: The probability, at least 0.5, that nothing is found if there is only noise;
            also the confidence of the interval that decides a candidate's ``trend``.
        limit: The maximum number of candidates with a single field value, and separately of those
            with a pair of values; None for no limit.

    Raises:
        InvalidValueError: A number is out of range, a dimension or a record occurs twice, or a
            value cannot be read or hashed.
        KpiDefinitionError: A field does not exist.

    Source: ITIL 4, problem management practice (the aim); Garwood 1936 (the Poisson bound), with
    Bonferroni's correction. The expected count and the order are our choice. Memory: 500 to 800
    bytes for each counted record with the default dimensions; the records themselves are not kept.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Incident
    >>> from incidentcore.improvement import problem_candidates
    >>> may = datetime(2026, 5, 1, tzinfo=UTC)
    >>> incidents = [
    ...     Incident.open(id=f"{n}", title="No mail", by="kim", at=may, service=service)
    ...     for n, service in enumerate(["mail"] * 14 + [f"s{n}" for n in range(26)])
    ... ]
    >>> for candidate in problem_candidates(incidents, as_of=may):
    ...     print(candidate.label, candidate.count, f"{candidate.expected:.1f}")
    service mail 14 1.5
    """
    _check(min_n, confidence, limit)
    selection = Selection(as_of=as_of, period=period, population=population, incidents=True)
    columns = gather(records, selection, dimensions, problems)
    opened = columns.opened
    begin = sorted(opened)[len(opened) // 2] if opened else None
    claims = list(_claims(columns, min_n, confidence))
    # single values before pairs, then the furthest above its base first
    claims.sort(key=lambda c: (len(c.key), -round(c.bound - c.expected, 6), c.names, order(c.key)))
    kept = list(_without_doubles(claims))
    single = [one for one in kept if len(one[0].key) == 1]
    listed = [*single[:limit], *kept[len(single) :][:limit]]
    counts = Counter(claim.names for claim in claims)
    return CandidateReport(
        candidates=tuple(_candidates(listed, columns, begin, Fraction(str(confidence)))),
        more=len(kept) - len(listed),
        dimensions=tuple(_summary(one, min_n, counts) for one in columns.dimensions),
        as_of=selection.as_of,
        observed=selection.observed(at_instant(min(opened)) if opened else None),
        split=None if begin is None else at_instant(begin),
        n=selection.n,
        counted=selection.counted,
        left_out=FrozenMap(selection.left_out),
        confidence=confidence,
        min_n=min_n,
    )


def _check(min_n: int, confidence: float, limit: int | None) -> None:
    need_whole("min_n", min_n)
    if not is_number(confidence) or not 0.5 <= confidence < 1:
        raise InvalidValueError("confidence", confidence, "from 0.5 to below 1, such as 0.95")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise InvalidValueError("limit", limit, "a whole number from 1, or None")


def _summary(one: Dimension, min_n: int, counts: Counter[tuple[str, ...]]) -> DimensionSummary:
    return DimensionSummary(
        dimension=one.names,
        values=len(one.members),
        n=one.n,
        without=one.without,
        few=sum(len(members) < min_n for members in one.members.values()),
        candidates=counts[one.names],
    )


class _Claim(NamedTuple):
    """A group that stands out."""

    names: tuple[str, ...]
    key: Key
    members: array[int]
    expected: float
    bound: float


def _claims(columns: Columns, min_n: int, confidence: float) -> Iterator[_Claim]:
    """Yield the groups whose lower bound is above their base."""
    groups = sum(len(one.members) for one in columns.dimensions)
    risk = (1.0 - confidence) / groups if groups else 1.0
    for one in columns.dimensions:
        for key, members, expected in _with_base(one):
            count = len(members)
            if count >= min_n and at_least(count, expected) < risk:
                yield _Claim(one.names, key, members, expected, poisson_lower(count, risk))


def _with_base(one: Dimension) -> Iterator[tuple[Key, array[int], float]]:
    """Yield each group of a dimension with the number of records at its base."""
    n = one.n
    if len(one.names) == 1:
        even = n / max(len(one.members), 1)
        for key, members in one.members.items():
            yield key, members, even
        return
    counts: tuple[Counter[object], Counter[object]] = (Counter(), Counter())
    for key, members in one.members.items():
        for side, part in zip(counts, key, strict=True):
            side[part] += len(members)
    for key, members in one.members.items():
        yield key, members, counts[0][key[0]] * counts[1][key[1]] / n


def _without_doubles(claims: list[_Claim]) -> Iterator[tuple[_Claim, list[_Claim]]]:
    """Yield each claim that is not represented by an earlier one, with those that it represents."""
    kept: list[tuple[_Claim, set[int], list[_Claim]]] = []
    for claim in claims:
        members = set(claim.members)
        for _, others, same in kept:
            least, most = sorted((len(members), len(others)))
            if least < _SAME * most:
                continue
            common = len(members & others)
            if common >= _SAME * (least + most - common):
                same.append(claim)
                break
        else:
            kept.append((claim, members, []))
    for claim, _, same in kept:
        yield claim, same


def _candidates(
    kept: Sequence[tuple[_Claim, Sequence[_Claim]]],
    columns: Columns,
    begin: int | None,
    confidence: Fraction,
) -> Iterator[ProblemCandidate]:
    """Yield each claim as a candidate, with all that is known of its incidents."""
    opened, ids = columns.opened, columns.ids
    is_recent = bytes(begin is not None and at >= begin for at in opened)
    recent_of_all = sum(is_recent) / max(len(opened), 1)
    time_of_all, _ = columns.time(range(len(opened)))
    for claim, same in kept:
        members = sorted(claim.members, key=lambda place: (opened[place], ids[place]))
        recent = sum(is_recent[place] for place in members)
        time, timed = columns.time(members)
        linked, problems = columns.linked(members)
        callers = Counter(one for place in members if (one := columns.callers[place]) is not None)
        yield ProblemCandidate(
            dimension=claim.names,
            key=claim.key,
            members=tuple(ids[place] for place in members),
            first=at_instant(opened[members[0]]),
            last=at_instant(opened[members[-1]]),
            expected=claim.expected,
            at_least=claim.bound,
            recent=recent,
            recent_of_all=recent_of_all,
            trend=_trend(recent, len(members), recent_of_all, confidence),
            time=time,
            timed=timed,
            time_share=time / time_of_all if time_of_all else None,
            callers=len(callers),
            main_caller=next((m for m in callers.most_common(1) if 2 * m[1] > len(members)), None),
            open=sum(columns.is_open[place] for place in members),
            linked=linked,
            problems=problems,
            same_as=tuple(group_label(one.names, one.key) for one in same),
        )


def _trend(recent: int, count: int, of_all: float, confidence: Fraction) -> Trend:
    low, high = wilson(recent, count, confidence)
    if low > of_all * (1 + _MATTERS):
        return "rising"
    return "falling" if high < of_all * (1 - _MATTERS) else "steady"
