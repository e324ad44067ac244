"""The result of comparing two sets of rules on the same records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import tuple_of
from incidentcore.instants import as_zone
from incidentcore.kpi.engine.estimates import wilson
from incidentcore.kpi.group_keys import label
from incidentcore.pages import Page, Section
from incidentcore.pages.page import Paged
from incidentcore.words.words import day_time

FIXED: Final = (
    "Behavior is held fixed: people would have acted otherwise under other rules. Where a rule "
    "steers people, simulate it instead."
)
"""The sentence on every comparison."""

_STILL: Final = (
    "A clock that is past its target and still runs or is paused counts as not met here; a report "
    "leaves it out of its compliance as running_breached or paused_breached."
)

_UTC: Final = ZoneInfo("UTC")


@attrs.frozen(kw_only=True)
class ComparisonChange:
    """One difference between the results of two sets of rules for a record.

    Attributes:
        record_id: The id of the record.
        key: The name of the clock, or the key of the due item, such as an escalation.
        what: ``clock``, the kind of the due item, or ``addressees`` if other people would be
            notified.
        before: The result under the first rules; for ``addressees``, who is notified under them.
        after: The result under the second rules; for ``addressees``, who is notified under them.
        since: The first instant at which a clock counts differently, or the earlier due time of an
            item; None if there is none, as when only a target differs.
        why: The reason as text.
        group: The record's values of the fields by which changes are grouped.
    """

    record_id: str
    key: str
    what: str
    before: str
    after: str
    since: datetime | None = None
    why: str = ""
    group: tuple[object, ...] = ()

    def __str__(self) -> str:
        return self.text()

    def text(self, zone: ZoneInfo = _UTC) -> str:
        """Return the change as text, with its instant in ``zone``."""
        since = "" if self.since is None else f", since {day_time(self.since, zone)} {zone.key}"
        why = f": {self.why}" if self.why else ""
        return f"{self.record_id} {self.key}: {self.before} -> {self.after}{since}{why}"


@attrs.frozen(kw_only=True)
class Compliance:
    """The share of records that met a clock's target, among the records that met or breached it.

    A clock that has breached but not stopped counts as not met, while the KPI ``sla_compliance``
    leaves it out as ``running_breached`` or ``paused_breached``. Of ``n`` records, ``met`` is the
    number that met the target.
    """

    met: int
    n: int

    @property
    def share(self) -> float | None:
        """Return the share from 0 to 1; None if ``n`` is 0."""
        return self.met / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % Wilson interval of the share; None if ``n`` is 0."""
        return wilson(self.met, self.n, Fraction(95, 100)) if self.n else None

    def __str__(self) -> str:
        if self.interval is None:
            return "-"
        low, high = self.interval
        return f"{self.met / self.n:.1%} ({low:.1%} to {high:.1%}, n {self.n:,})"


def _changes(changes: Iterable[ComparisonChange]) -> tuple[ComparisonChange, ...]:
    return tuple_of(changes)


@attrs.frozen(kw_only=True)
class Comparison(Paged):
    """The results of two sets of rules for the same records.

    Attributes:
        records: The number of records that were compared.
        outcomes: Tuples of (clock or kind of due item, result under the first rules, result under
            the second rules, number of occurrences); equal results are included.
        changes: The differences, in the order of the records.
        groups: The headings of the fields by which the changes are grouped.
        penalties: The total penalties under the first and second rules; None without penalties.
    """

    records: int
    outcomes: tuple[tuple[str, str, str, int], ...]
    changes: tuple[ComparisonChange, ...] = attrs.field(converter=_changes)
    groups: tuple[str, ...] = ()
    penalties: tuple[Decimal, Decimal] | None = None

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of occurrences of each pair of results (before, after).

        All clocks and due items are counted together.
        """
        counts: Counter[tuple[str, str]] = Counter()
        for _, before, after, count in self.outcomes:
            counts[before, after] += count
        return dict(sorted(counts.items()))

    @property
    def compliance(self) -> dict[str, tuple[Compliance, Compliance]]:
        """Return, for each clock, the share of records that met the target, as (before, after)."""
        sides: dict[str, list[Counter[bool]]] = {}
        for key, before, after, count in self.outcomes:
            for place, outcome in enumerate((before, after)):
                if outcome in ("met", "breached"):
                    sides.setdefault(key, [Counter(), Counter()])[place][outcome == "met"] += count
        return {
            key: tuple(Compliance(met=side[True], n=side.total()) for side in both)  # type: ignore[misc]
            for key, both in sides.items()
        }

    @property
    def sign_test(self) -> float | None:
        """Return the p-value of a sign test for a difference between the two sets of rules.

        The test is exact and two-sided. It compares the number of changes from ``breached`` to
        ``met`` with the number from ``met`` to ``breached``. None if there are no such changes.
        """
        counts = self.counts
        better, worse = counts.get(("breached", "met"), 0), counts.get(("met", "breached"), 0)
        n, term, tail = better + worse, 1, 0
        for k in range(min(better, worse) + 1):
            tail += term
            term = term * (n - k) // (k + 1)
        return min(1.0, 2 * tail / 2**n) if n else None

    def witnesses(self, count: int = 10) -> tuple[ComparisonChange, ...]:
        """Return at most ``count`` changes, chosen to show as many kinds of change as possible."""
        seen: Counter[tuple[str, str, str, str]] = Counter()
        ranked = []
        for place, one in enumerate(self.changes):
            kind = (one.what, one.before, one.after, one.why)
            ranked.append((seen[kind], place))
            seen[kind] += 1
        return tuple(self.changes[place] for _, place in sorted(ranked)[: max(count, 0)])

    def page(
        self,
        *,
        witnesses: int = 10,
        title: str = "What would change",
        zone: ZoneInfo | str = "UTC",
    ) -> Page:
        """Return the comparison as a page, with at most ``witnesses`` changes as examples.

        Times in the text are in ``zone``; plain data has them in UTC.

        Raises:
            InvalidValueError: The zone is unknown.
        """
        local = as_zone(zone)
        rows = [[key, before, after, f"{count:,}"] for key, before, after, count in self.outcomes]
        heads = ["what", "before", "after", "count"]
        counts = Section.of_rows("counts", "Outcomes", heads, rows, numbers={3}, text=(FIXED,))
        sections = [counts]
        if self.compliance:
            rows = [[key, str(a), str(b)] for key, (a, b) in self.compliance.items()]
            heads = ["clock", "before", "after"]
            sections.append(Section.of_rows("compliance", "Met", heads, rows, text=(_STILL,)))
        if self.groups and self.changes:
            groups = Counter((*one.group, one.before, one.after) for one in self.changes)
            rows = [[*map(label, row), f"{count:,}"] for row, count in groups.most_common()]
            heads = [*self.groups, "before", "after", "changes"]
            sections.append(
                Section.of_rows("groups", "By group", heads, rows, numbers={len(heads) - 1})
            )
        if self.changes:
            reasons = Counter(one.why for one in self.changes).most_common(witnesses)
            rows = [[f"{count:,}", why] for why, count in reasons]
            heads = ["changes", "why"]
            sections.append(Section.of_rows("reasons", "Why", heads, rows, numbers={0}))
            shown = self.witnesses(witnesses)
            title_ = f"Witnesses: {len(shown)} of {len(self.changes):,}"
            lines = "\n".join(one.text(local) for one in shown)
            plain = [_plain(one) for one in shown]
            sections.append(Section(key="witnesses", title=title_, lines=lines, data=plain))
        about = [("records", f"{self.records:,}"), ("changes", f"{len(self.changes):,}")]
        if self.sign_test is not None:
            about.append(("sign test", f"{self.sign_test:.2g}"))
        if self.penalties is not None:
            about.append(("penalties", f"{self.penalties[0]} -> {self.penalties[1]}"))
        return Page(title=title, about=about, sections=sections)


def _plain(change: ComparisonChange) -> dict[str, Any]:
    since = None if change.since is None else change.since.isoformat()
    return {**attrs.asdict(change), "since": since, "group": [*map(label, change.group)]}
