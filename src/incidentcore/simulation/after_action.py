"""The after-action report of a drill: expectations, results, and improvement actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

import attrs

from incidentcore.improvement import ActionOrigin, ImprovementAction
from incidentcore.pages import Page, Section
from incidentcore.pages.page import Paged
from incidentcore.words.words import day_time, span_text

DrillResult: TypeAlias = Literal["met", "late", "missed", "open", "not_reached"]
"""How an expectation ended (rule X1)."""

RESULTS: Final = get_args(DrillResult)
_KINDS: Final = ("inject", "action", "escalation", "miss")
_BAD: Final = ("late", "missed", "not_reached")
_MONTH: Final = timedelta(days=30)
_ZERO: Final = timedelta(0)
_UTC: Final = ZoneInfo("UTC")


@attrs.frozen(kw_only=True)
class DrillLine:
    """One expectation of a drill for one record, with its result.

    Attributes:
        expectation: The name of the expectation, or of the communication plan.
        owner: The team or role responsible for it.
        record_id: The id of the record; empty if there was none.
        result: ``met``, ``late``, ``missed``, ``open`` or ``not_reached`` (rule X1).
        due_at: When it was due; None if its clock never started.
        done_at: When it was done; None if it was not.
        late_by: How late it was done, or by how much it is overdue now, in open time of the clock's
            calendar; zero if it is not late.
        by: Who did it; empty if nobody did.
        why: The reason as text.
    """

    expectation: str
    owner: str = ""
    record_id: str = ""
    result: DrillResult
    due_at: datetime | None = None
    done_at: datetime | None = None
    late_by: timedelta = _ZERO
    by: str = ""
    why: str = ""


@attrs.frozen
class DrillEntry:
    """One entry in the timeline of a drill's report.

    Attributes:
        at: When it happened, in UTC.
        kind: ``inject`` (information for the players), ``action``, ``escalation`` or ``miss``
            (something expected was not done by its due time).
        text: What happened.
        record_id: The id of the record; empty if the entry is not about one.
    """

    at: datetime
    kind: str
    text: str
    record_id: str = ""


@attrs.frozen(kw_only=True)
class DrillReport(Paged):
    """The after-action report of a drill, as text, Markdown, HTML or plain data.

    ``lines`` are the expectations and their results, in the order of the drill, as of ``now``; the
    ``timeline`` has injects (information for players), actions, escalations and missed due times.
    """

    drill: str
    started_at: datetime
    now: datetime
    lines: tuple[DrillLine, ...]
    timeline: tuple[DrillEntry, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of expectations with each result."""
        return _counts(self.lines)

    @property
    def by_owner(self) -> dict[str, dict[str, int]]:
        """Return the number of expectations for each owner and result; ``""`` means no owner."""
        owners = dict.fromkeys(line.owner for line in self.lines)
        return {owner: _counts(one for one in self.lines if one.owner == owner) for owner in owners}

    def actions(self, *, due: date | None = None) -> tuple[ImprovementAction, ...]:
        """Return a draft action for each expectation found ``late``, ``missed`` or ``not_reached``.

        They are due 30 days after the report if ``due`` is None.
        """
        due = (self.now + _MONTH).date() if due is None else due
        origin = ActionOrigin("drill", f"{self.drill} {self.started_at:%Y-%m-%d}")
        drafts = []
        for name in dict.fromkeys(line.expectation for line in self.lines):
            bad = [one for one in self.lines if one.expectation == name and one.result in _BAD]
            if bad:
                drafts.append(
                    ImprovementAction(
                        id=f"{origin.id}/{name}",
                        title=f"Find out why {name!r} failed in the drill ({_counted(bad)})",
                        owner=bad[0].owner or "nobody named",
                        due=due,
                        origin=origin,
                    )
                )
        return tuple(drafts)

    def page(self) -> Page:
        """Return the report as a page."""
        start, end = (day_time(at, _UTC, year=True) for at in (self.started_at, self.now))
        result = _counted(self.lines) or "nothing expected"
        about = (("started", f"{start} UTC"), ("as of", f"{end} UTC"), ("result", result))
        sections = [self._lines_section(), self._owners_section()] if self.lines else []
        if self.timeline:
            sections.append(self._timeline_section())
        drafts = [[one.title, one.owner, one.due.isoformat()] for one in self.actions()]
        if drafts:
            title, heads = "Drafts for the improvement register", ["action", "owner", "due"]
            sections.append(Section.of_rows("actions", title, heads, drafts))
        return Page(title=f"After-action report: {self.drill}", about=about, sections=sections)

    def _lines_section(self) -> Section:
        rows = [
            [
                one.expectation,
                _words(one.result),
                self._since(one.due_at),
                self._since(one.done_at),
                span_text(one.late_by) if one.late_by else "",
                one.record_id,
                one.owner,
                one.by,
                one.why,
            ]
            for one in self.lines
        ]
        heads = ["expected", "result", "due", "done", "late by", "record", "owner", "by", "why"]
        data, title = [_plain(line) for line in self.lines], "What was expected"
        return Section.of_rows("lines", title, heads, rows, numbers={2, 3, 4}, data=data)

    def _owners_section(self) -> Section:
        owners = self.by_owner
        rows = [
            [owner or "(nobody named)", *(str(counts.get(result, "")) for result in RESULTS)]
            for owner, counts in owners.items()
        ]
        heads = ["owner", *map(_words, RESULTS)]
        data = [{"owner": owner, **counts} for owner, counts in owners.items()]
        numbers = range(1, len(heads))
        return Section.of_rows("owners", "By owner", heads, rows, numbers=numbers, data=data)

    def _timeline_section(self) -> Section:
        rows = [[self._since(one.at), one.kind, one.text, one.record_id] for one in self.timeline]
        heads = ["at", "kind", "what", "record"]
        data = [{**attrs.asdict(one), "at": one.at.isoformat()} for one in self.timeline]
        return Section.of_rows("timeline", "Timeline", heads, rows, numbers={0}, data=data)

    def _since(self, at: datetime | None) -> str:
        """Return an instant as time since the start of the drill."""
        return "" if at is None else span_text(at - self.started_at)


def _words(result: str) -> str:
    return result.replace("_", " ")


def _counts(lines: Iterable[DrillLine]) -> dict[str, int]:
    found = [line.result for line in lines]
    return {result: found.count(result) for result in RESULTS if result in found}


def _counted(lines: Iterable[DrillLine]) -> str:
    return ", ".join(f"{count} {_words(result)}" for result, count in _counts(lines).items())


def _plain(line: DrillLine) -> dict[str, Any]:
    ends = {"due_at": line.due_at, "done_at": line.done_at}
    texts = {name: None if at is None else at.isoformat() for name, at in ends.items()}
    return {**attrs.asdict(line), **texts, "late_by": line.late_by.total_seconds()}


def ordered(entries: Iterable[DrillEntry]) -> tuple[DrillEntry, ...]:
    """Return entries in time order; at the same instant injects first, then actions."""
    return tuple(sorted(entries, key=lambda one: (one.at, _KINDS.index(one.kind))))
