"""A page for a problem manager: candidates with their evidence, and recurrences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.improvement.candidate_report import CandidateReport
from incidentcore.improvement.episodes import RecurrenceReport, RecurrenceWindow
from incidentcore.improvement.problem_candidates import DIMENSIONS, problem_candidates
from incidentcore.improvement.recurrence import observe
from incidentcore.improvement.selection import Selection, name_text
from incidentcore.instants import Interval, as_zone
from incidentcore.kpi.groups import GroupBy
from incidentcore.pages import Page, Section
from incidentcore.pages.page import Paged
from incidentcore.pages.table import Cells
from incidentcore.records import Problem, Record
from incidentcore.schedule import Calendar

KEYS: Final[tuple[GroupBy | tuple[GroupBy, ...], ...]] = (
    "category",
    "configuration_item",
    ("category", "configuration_item"),
)
"""The default keys of recurrence."""

_WEEK: Final = timedelta(days=7)
_DETAILED: Final = 5  # candidates with evidence: of one value, and again of a pair
_ROWS: Final = 10  # of a table of recurrences


@attrs.frozen(kw_only=True)
class ProblemPage(Paged):
    """A page on problem candidates and recurrence, as text, Markdown, HTML or plain data.

    Attributes:
        title: The heading.
        about: Pairs of (name, value) to show below the heading.
        candidates: The problem candidates.
        recurrences: A report on recurrence for each key.
        zone: The time zone of all times on the page.
    """

    title: str
    about: tuple[tuple[str, str], ...] = ()
    candidates: CandidateReport
    recurrences: tuple[RecurrenceReport, ...] = ()
    zone: ZoneInfo = attrs.field(default=ZoneInfo("UTC"), converter=as_zone)

    def page(self) -> Page:
        """Return the page as a ``Page`` of sections."""
        found = self.candidates
        sections = [_summary(found, self.zone), *_candidates(found)]
        if found.candidates:
            sections.append(_evidence(found))
        sections += (_recurrence(report, self.zone) for report in self.recurrences)
        return Page(title=self.title, about=self.about, sections=[*sections, _looked_at(found)])

    def to_plain(self) -> dict[str, Any]:
        """Return all results as plain data for JSON."""
        return {
            "title": self.title,
            "about": dict(self.about),
            "candidates": self.candidates.to_plain(),
            "recurrences": [report.to_plain() for report in self.recurrences],
        }


def _summary(found: CandidateReport, zone: ZoneInfo) -> Section:
    text = [
        f"{found.n:,} records, of which {found.counted:,} count{_left_out(found.left_out.items())}."
    ]
    if found.observed is not None and found.split is not None:
        instants = (found.observed.start, found.observed.end, found.split)
        start, end, split = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in instants)
        text.append(f"Openings from {start} to {end} {zone.key}; recent is from {split} on.")
    stand_out = sum(one.candidates for one in found.dimensions)
    groups = sum(one.values for one in found.dimensions)
    total = len(found) + found.more
    text.append(
        f"{stand_out:,} of {groups:,} groups stand out; with nearly equal ones as one, that is "
        f"{total:,} candidate{'' if total == 1 else 's'}, {len(found):,} of them below."
        if total
        else f"None of {groups:,} groups stands out."
    )
    return Section(key="found", title="What was found", text=tuple(text))


def _left_out(counts: Iterable[tuple[str, int]]) -> str:
    reasons = ", ".join(f"{code} {count:,}" for code, count in counts)
    return f" (left out: {reasons})" if reasons else ""


def _candidates(found: CandidateReport) -> Iterator[Section]:
    how = (
        "Lift is how many times as many incidents there are as expected; at least is what is left "
        "of it once chance is allowed for. The list is in the order of incidents above what is "
        "expected. It says where to look: that a group has one cause is for the analysis to show."
    )
    risk = (
        f"Only groups of {found.min_n:,} or more; were there only noise, no group at all would "
        f"stand out with a probability of at least {100 * found.confidence:g} %. Hours are those "
        "from opening to resolution."
    )
    base = "What has more incidents than an even share of all values would give it."
    yield _list("candidates", "Problem candidates", (base, how, risk), found.cells(1))
    if all(len(one.dimension) == 1 for one in found.dimensions):
        return
    base = "Which two values meet more often than chance would have them; the columns are the same."
    yield _list("pairs", "Problem candidates by two values", (base,), found.cells(2))


def _list(key: str, title: str, text: tuple[str, ...], table: Cells) -> Section:
    if not table[1]:
        return Section(key=key, title=title, text=(*text, "Nothing stands out."))
    return Section(key=key, title=title, text=text, table=table)


def _evidence(found: CandidateReport) -> Section:
    ranked = list(enumerate(found.candidates, 1))
    single = [(rank, one) for rank, one in ranked if len(one.key) == 1]
    parts = tuple(
        Section(key=f"candidate_{rank}", title=f"{rank}. {one.label}", text=one.why)
        for rank, one in (*single[:_DETAILED], *ranked[len(single) :][:_DETAILED])
    )
    return Section(key="evidence", title="The evidence", parts=parts)


def _recurrence(report: RecurrenceReport, zone: ZoneInfo) -> Section:
    key = " and ".join(map(name_text, report.key))
    title = f"What came back within {report.window_text()}, by {key}"
    share = "" if report.repeat_share is None else f" ({100 * report.repeat_share:.1f} %)"
    back = len(report.groups)
    sentence = (
        f"{report.repeats:,} of {report.counted:,} records{share} followed an earlier one of the "
        f"same {key} within {report.window_text()}; {back:,} of {report.keys:,} different values "
        f"came back{_left_out(report.left_out.items())}."
    )
    text = [sentence]
    if not report.groups:
        return Section(key=f"recurrence_{key}", title=title, text=tuple(text))
    if back > _ROWS:
        text.append(f"The first {_ROWS:,} of {back:,}:")
    headings, rows, numeric = report.cells(zone)
    table = headings, rows[:_ROWS], numeric
    return Section(key=f"recurrence_{key}", title=title, text=tuple(text), table=table)


def _looked_at(found: CandidateReport) -> Section:
    text = [
        f"{one.without:,} of {found.counted:,} incidents have no {one.label}: by "
        "it, little can be found."
        for one in found.dimensions
        if len(one.dimension) == 1 and 2 * one.without > found.counted
    ]
    rows = [
        [
            one.label,
            f"{one.values:,}",
            f"{one.n:,}",
            f"{one.without:,}",
            f"{one.few:,}",
            f"{one.candidates:,}",
        ]
        for one in found.dimensions
        if one.values
    ]
    headings = ["by", "values", "incidents", "without", "too few", "stand out"]
    table = (headings, rows, [False, *[True] * 5]) if rows else None
    return Section(key="looked_at", title="What was looked at", text=tuple(text), table=table)


def problem_page(
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    title: str = "Problem candidates and recurrence",
    about: Sequence[tuple[str, str]] = (),
    dimensions: Iterable[GroupBy | tuple[GroupBy, ...]] = DIMENSIONS,
    keys: Iterable[GroupBy | tuple[GroupBy, ...]] = KEYS,
    window: RecurrenceWindow = _WEEK,
    calendar: Calendar | None = None,
    period: Interval | None = None,
    population: Condition = ALWAYS,
    problems: Iterable[Problem] = (),
    min_n: int = 5,
    confidence: float = 0.95,
    limit: int | None = 12,
    zone: ZoneInfo | str = "UTC",
) -> ProblemPage:
    """Return the page on problem candidates and recurrence, from one pass over the records.

    There is one table of recurrence for each of ``keys``. ``title``, ``about`` and ``zone`` are
    those of ``ProblemPage``; the other arguments are those of ``problem_candidates`` and
    ``recurrence``, which also say what is refused.
    """
    options: Any = {"as_of": as_of, "period": period, "population": population}
    recurrences: list[RecurrenceReport] = []
    for key in keys:
        selection = Selection(**options)
        records = observe(records, selection, key, window, recurrences, calendar=calendar)
    candidates = problem_candidates(
        records,
        **options,
        dimensions=dimensions,
        problems=problems,
        min_n=min_n,
        confidence=confidence,
        limit=limit,
    )
    return ProblemPage(
        title=title,
        about=tuple(about),
        candidates=candidates,
        recurrences=tuple(recurrences),
        zone=as_zone(zone),
    )
