"""A problem candidate with its evidence, and the report of all candidates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import attrs

from incidentcore.improvement.selection import name_text
from incidentcore.instants import Interval, plain_interval
from incidentcore.kpi.group_keys import label
from incidentcore.pages.table import Tabular, to_text
from incidentcore.values import FrozenMap

Trend: TypeAlias = Literal["rising", "falling", "steady"]

_HOUR: Final = timedelta(hours=1)


def group_label(names: tuple[str, ...], key: tuple[object, ...]) -> str:
    """Return what a group has in common, as readable text."""
    return ", ".join(
        f"{name_text(name)} {label(part)}" for name, part in zip(names, key, strict=True)
    )


@attrs.frozen(kw_only=True)
class ProblemCandidate:
    """A group of incidents that stands out: a possible problem, not proof of a common cause.

    Attributes:
        dimension: The fields whose values the group has in common, such as ``("category",)``.
        key: The values of the fields in ``dimension``.
        members: The ids of the incidents, sorted by opening, then by id.
        first: When the first incident was opened.
        last: When the last incident was opened.
        expected: The expected number of incidents in the group (rule I3).
        at_least: A lower bound for the group's count that allows for chance and for the number of
            groups examined.
        recent: How many incidents of the group were opened at the report's ``split`` or later.
        recent_of_all: The share of all counted incidents that were opened at ``split`` or later;
            usually about 1/2.
        trend: ``rising``, ``falling`` or ``steady`` (rule I3).
        time: The total wall-clock time of the incidents from opening to their last resolution.
        timed: How many of the incidents have such a time: those that are resolved.
        time_share: The group's share of the total time of all counted incidents, from 0 to 1; None
            if that total is zero.
        callers: The number of different callers who reported the incidents.
        main_caller: The caller who reported more than half of the incidents, and how many this
            caller reported; None if there is no such caller.
        open: How many of the incidents are open.
        linked: How many of the incidents are linked to a problem.
        problems: The ids of the linked problems, each with its count of incidents, largest first.
        same_as: The labels of other candidates with nearly the same incidents.
    """

    dimension: tuple[str, ...]
    key: tuple[object, ...]
    members: tuple[str, ...]
    first: datetime
    last: datetime
    expected: float
    at_least: float
    recent: int
    recent_of_all: float
    trend: Trend
    time: timedelta
    timed: int
    time_share: float | None
    callers: int
    main_caller: tuple[str, int] | None = None
    open: int
    linked: int
    problems: tuple[tuple[str, int], ...] = ()
    same_as: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Return the number of incidents in the group."""
        return len(self.members)

    @property
    def lift(self) -> float:
        """Return the number of incidents, divided by the expected number."""
        return self.count / self.expected

    @property
    def lift_at_least(self) -> float:
        """Return ``at_least`` divided by the expected number; it is above 1 for every candidate."""
        return self.at_least / self.expected

    @property
    def mean_time(self) -> timedelta | None:
        """Return the mean time to resolve an incident, ``time / timed``; None if ``timed`` is 0."""
        return self.time / self.timed if self.timed else None

    @property
    def known_as(self) -> str | None:
        """Return the id of the problem linked to more than half of the incidents, else None."""
        if self.problems and 2 * self.problems[0][1] > self.count:
            return self.problems[0][0]
        return None

    @property
    def label(self) -> str:
        """Return what the incidents have in common, such as ``"category mail, service web"``."""
        return group_label(self.dimension, self.key)

    @property
    def why(self) -> tuple[str, ...]:
        """Return sentences that state the evidence and what it suggests."""
        return tuple(_sentences(self))


def _sentences(one: ProblemCandidate) -> Iterator[str]:
    base = "an even share of all values" if len(one.key) == 1 else "chance"
    yield (
        f"{one.count:,} incidents, where {base} would give {one.expected:,.1f}: "
        f"{one.lift:,.1f} times as many, and at least {one.lift_at_least:,.1f} times once chance "
        "is allowed for."
    )
    yield (
        f"{one.trend.capitalize()}: {_percent(one.recent / one.count)} of them are recent, "
        f"{_percent(one.recent_of_all)} of all incidents are."
    )
    share = "" if one.time_share is None else f", {_percent(one.time_share)} of the time of all"
    if one.mean_time is None:
        yield "None of them has been resolved."
    else:
        yield (
            f"{hours(one.time)} h in total{share}; {hours(one.mean_time, 1)} h on average over "
            f"{one.timed:,} with a time."
        )
    if one.open:
        yield f"{one.open:,} of them {'is' if one.open == 1 else 'are'} still open."
    if one.main_caller is not None:
        caller, count = one.main_caller
        yield f"{count:,} of them come from one caller, {caller}."
    if not one.linked:
        yield "None of them is linked to a problem."
    elif one.linked == 1:
        yield f"1 of them is linked to a problem: {', '.join(id_ for id_, _ in one.problems)}."
    else:
        first, count = one.problems[0]
        yield (
            f"{one.linked:,} of them are linked to problems, {len(one.problems):,} in all and most "
            f"often to {first} ({count:,})."
        )
    if one.same_as:
        yield f"Nearly the same incidents: {'; '.join(one.same_as)}."
    if one.known_as is not None:
        yield f"Suggestion: look at {one.known_as} before opening another problem."
    elif one.trend == "rising":
        yield "Suggestion: open a problem, and look first at what changed when they became more."
    else:
        yield "Suggestion: look for a cause that they share, and open a problem if there is one."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def hours(time: timedelta, digits: int = 0) -> str:
    """Return a time in hours, as readable text."""
    return f"{time / _HOUR:,.{digits}f}"


@attrs.frozen(kw_only=True)
class DimensionSummary:
    """A summary of what was found by grouping incidents by certain fields.

    Attributes:
        dimension: The fields by which the incidents were grouped.
        values: How many different values, or pairs, there are.
        n: How many counted incidents have values in these fields.
        without: How many counted incidents lack a value in these fields.
        few: How many values have too few incidents to be examined.
        candidates: How many groups stand out, including those nearly the same as another group.
    """

    dimension: tuple[str, ...]
    values: int
    n: int
    without: int
    few: int
    candidates: int

    @property
    def label(self) -> str:
        """Return the dimension as readable text."""
        return " with ".join(map(name_text, self.dimension))


@attrs.frozen(kw_only=True, repr=False)
class CandidateReport(Tabular):
    """The problem candidates, with a summary of what was examined.

    Attributes:
        candidates: The candidates, those with one value before those with a pair; each kind is
            sorted by ``at_least`` minus ``expected``, the greatest first.
        more: How many candidates were left out because of the ``limit``.
        dimensions: A summary for each dimension that was examined.
        as_of: The instant of the computation.
        observed: The interval in which openings were counted; None if it is empty.
        split: The median opening; openings from then on are recent. None if nothing was counted.
        n: How many records were examined.
        counted: How many of the examined records count; the others were left out.
        left_out: How many records were left out for each reason.
        confidence: The probability that no candidate is found if there is only noise.
        min_n: The minimum number of incidents for a candidate.
    """

    candidates: tuple[ProblemCandidate, ...]
    more: int = 0
    dimensions: tuple[DimensionSummary, ...]
    as_of: datetime
    observed: Interval | None
    split: datetime | None
    n: int
    counted: int
    left_out: FrozenMap[int] = FrozenMap()
    confidence: float
    min_n: int

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[ProblemCandidate]:
        return iter(self.candidates)

    def cells(self, parts: int | None = None) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings of the table, its rows, and which columns are numeric.

        ``parts`` is 1 for only candidates with one value, 2 for only pairs, and None for all.
        """
        headings = [
            *("", "incidents", "expected", "lift", "at least", "trend", "recent", "hours"),
            *("callers", "linked", "what they share"),
        ]
        rows = [
            [
                str(rank),
                f"{one.count:,}",
                f"{one.expected:,.1f}",
                f"{one.lift:,.1f}",
                f"{one.lift_at_least:,.1f}",
                one.trend,
                _percent(one.recent / one.count),
                hours(one.time),
                f"{one.callers:,}",
                f"{one.linked:,}",
                one.label,
            ]
            for rank, one in enumerate(self.candidates, 1)
            if parts in (None, len(one.key))
        ]
        return headings, rows, [*[True] * 5, False, *[True] * 4, False]

    def __str__(self) -> str:
        return to_text(*self.cells()) if self.candidates else "nothing stands out"

    def to_plain(self) -> dict[str, Any]:
        """Return the report as plain data for JSON, with times in hours."""
        return {
            "as_of": self.as_of.isoformat(),
            "observed": plain_interval(self.observed),
            "split": None if self.split is None else self.split.isoformat(),
            "n": self.n,
            "counted": self.counted,
            "left_out": dict(self.left_out),
            "confidence": self.confidence,
            "min_n": self.min_n,
            "dimensions": [
                {**attrs.asdict(one), "dimension": list(one.dimension)} for one in self.dimensions
            ],
            "candidates": [_plain(one) for one in self.candidates],
            "more": self.more,
        }


def _plain(one: ProblemCandidate) -> dict[str, Any]:
    return {
        "dimension": list(one.dimension),
        "key": [label(part) for part in one.key],
        "count": one.count,
        "expected": one.expected,
        "lift": one.lift,
        "lift_at_least": one.lift_at_least,
        "members": list(one.members),
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "trend": one.trend,
        "recent": one.recent,
        "hours": one.time / _HOUR,
        "timed": one.timed,
        "time_share": one.time_share,
        "callers": one.callers,
        "main_caller": one.main_caller and list(one.main_caller),
        "open": one.open,
        "linked": one.linked,
        "problems": [[problem, count] for problem, count in one.problems],
        "same_as": list(one.same_as),
        "why": list(one.why),
    }
