"""The results of ``recurrence``: records with the same key that follow each other closely."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.improvement.selection import name_text
from incidentcore.instants import Interval, plain_interval
from incidentcore.kpi.group_keys import label
from incidentcore.pages.table import Tabular, to_text
from incidentcore.schedule import BusinessDays
from incidentcore.values import FrozenMap

RecurrenceWindow: TypeAlias = timedelta | BusinessDays

_ZERO: Final = timedelta(0)
_DAY: Final = timedelta(days=1)
_UTC: Final = ZoneInfo("UTC")


@attrs.frozen(kw_only=True)
class Episode:
    """Records with the same key, each opened within the window after the previous one.

    ``members`` are the ids of the records, at least two, sorted by opening; ``start`` and ``end``
    are the first and the last opening.
    """

    members: tuple[str, ...]
    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class RecurrenceGroup:
    """Records with the same key, at least one of which followed another within the window.

    Attributes:
        key: The values that the records have in common.
        members: The ids of all records of the group, sorted by opening, then by id.
        first: When the first record was opened.
        last: When the last record was opened.
        episodes: The runs of records that followed each other within the window, in order.
        gaps: The times between one opening and the next, in order; open time if the window is
            counted in a calendar, otherwise wall-clock time.
        per_month: Records per month (30.44 days) of the observed time; None if no time was
            observed.
    """

    key: tuple[object, ...]
    members: tuple[str, ...]
    first: datetime
    last: datetime
    episodes: tuple[Episode, ...]
    gaps: tuple[timedelta, ...]
    per_month: float | None

    @property
    def count(self) -> int:
        """Return the number of records in the group."""
        return len(self.members)

    @property
    def repeats(self) -> int:
        """Return how many records followed another of the group within the window."""
        return sum(len(episode.members) - 1 for episode in self.episodes)

    @property
    def repeat_share(self) -> float:
        """Return the share of the group's records that are repeats, from 0 to 1."""
        return self.repeats / self.count

    @property
    def longest(self) -> int:
        """Return the number of records in the longest episode."""
        return max(len(episode.members) for episode in self.episodes)

    @property
    def median_gap(self) -> timedelta:
        """Return the median time between one opening in the group and the next."""
        ordered, half = sorted(self.gaps), len(self.gaps) // 2
        return (ordered[half] + ordered[~half]) / 2

    @property
    def label(self) -> str:
        """Return the values that the records have in common, as readable text."""
        return label(self.key)


@attrs.frozen(kw_only=True)
class RecurrenceReport(Tabular):
    """The records that recurred within a window, and counts of all other records.

    ``n`` includes the records in groups, those whose key did not recur, and those left out. The
    attributes that are not listed are those of ``CandidateReport``.

    Attributes:
        key: The fields whose values the records of a group have in common.
        window: The longest time between two openings for the later record to count as a repeat.
        calendar: Whether the window is counted in the open time of a calendar.
        groups: The groups of records that recurred, sorted by the number of repeats and then of
            records, the greatest first, then by key.
        keys: The number of different keys, including those that did not recur.
    """

    key: tuple[str, ...]
    window: RecurrenceWindow
    calendar: bool = False
    groups: tuple[RecurrenceGroup, ...]
    as_of: datetime
    observed: Interval | None
    n: int
    counted: int
    left_out: FrozenMap[int] = FrozenMap()
    keys: int

    @property
    def repeats(self) -> int:
        """Return how many records followed another with the same key within the window."""
        return sum(group.repeats for group in self.groups)

    @property
    def repeat_share(self) -> float | None:
        """Return the share of counted records that are repeats; None if no record was counted."""
        return self.repeats / self.counted if self.counted else None

    @property
    def once(self) -> int:
        """Return how many counted records have a key that did not recur within the window."""
        return self.counted - sum(group.count for group in self.groups)

    def window_text(self) -> str:
        """Return the window as readable text, such as ``"7 days"``."""
        if isinstance(self.window, BusinessDays):
            return f"{self.window.n} business day{'s' if self.window.n != 1 else ''}"
        return span_of_days(self.window) + (" of open time" if self.calendar else "")

    def cells(self, zone: ZoneInfo = _UTC) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings, the rows with dates in ``zone``, and which columns are numeric."""
        headings = [
            *map(name_text, self.key),
            *("records", "repeats", "share", "episodes", "longest", "per month", "median gap"),
            *("first", "last"),
        ]
        rows = [
            [
                *map(label, group.key),
                f"{group.count:,}",
                f"{group.repeats:,}",
                f"{100 * group.repeat_share:.1f} %",
                f"{len(group.episodes):,}",
                f"{group.longest:,}",
                "-" if group.per_month is None else f"{group.per_month:,.1f}",
                span_of_days(group.median_gap),
                f"{group.first.astimezone(zone):%Y-%m-%d}",
                f"{group.last.astimezone(zone):%Y-%m-%d}",
            ]
            for group in self.groups
        ]
        return headings, rows, [False] * len(self.key) + [True] * 7 + [False] * 2

    def __str__(self) -> str:
        return to_text(*self.cells()) if self.groups else "nothing came back"

    def to_plain(self) -> dict[str, Any]:
        """Return the report as plain data for JSON, with times in hours."""
        return {
            "key": list(self.key),
            "window": self.window_text(),
            "as_of": self.as_of.isoformat(),
            "observed": plain_interval(self.observed),
            "n": self.n,
            "counted": self.counted,
            "left_out": dict(self.left_out),
            "keys": self.keys,
            "groups": [
                {
                    "key": [None if part is None else label(part) for part in group.key],
                    "count": group.count,
                    "repeats": group.repeats,
                    "repeat_share": group.repeat_share,
                    "episodes": [list(episode.members) for episode in group.episodes],
                    "per_month": group.per_month,
                    "median_gap": group.median_gap / timedelta(hours=1),
                    "first": group.first.isoformat(),
                    "last": group.last.isoformat(),
                }
                for group in self.groups
            ],
        }


def span_of_days(time: timedelta) -> str:
    """Return a time in the most readable unit, such as ``"7 days"`` or ``"1.5 h"``."""
    if time % _DAY == _ZERO and time:
        days = time // _DAY
        return f"{days:,} day{'s' if days != 1 else ''}"
    if time >= 2 * _DAY:
        return f"{time / _DAY:,.1f} days"
    if time >= timedelta(hours=1):
        return f"{time / timedelta(hours=1):.1f} h"
    return f"{time / timedelta(minutes=1):.0f} min"
