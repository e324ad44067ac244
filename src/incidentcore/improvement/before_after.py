"""Compare the KPI of an improvement action before and after the action, computed alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import each_of, need_kind, need_whole
from incidentcore.errors import InvalidValueError
from incidentcore.improvement.actions import ImprovementAction, KpiTarget
from incidentcore.improvement.poisson import poisson_bounds
from incidentcore.improvement.selection import MONTH
from incidentcore.instants import Interval, as_utc, as_zone
from incidentcore.kpi import Kpi, KpiResult, compute_kpis
from incidentcore.kpi.engine.estimates import wilson
from incidentcore.kpi.engine.results import Value
from incidentcore.pages.table import Tabular
from incidentcore.records import Record

EffectVerdict: TypeAlias = Literal["not_enough_data", "no_clear_difference", "better", "worse"]

_CONFIDENCE: Final = Fraction(95, 100)
_PER_MONTH: Final = "records a month"
_ZERO: Final = timedelta(0)


@attrs.frozen(kw_only=True)
class BeforeAfter(Tabular):
    """A KPI before and after an action, with conclusions about the difference.

    A difference does not prove that the action caused it, since other things change as well.

    Attributes:
        action: The action's id.
        measure: The KPI, its target and the two windows.
        before: The KPI in the baseline window.
        after: The KPI in the window after the action.
        read: The part of the window after the action that has passed.
        min_n: The minimum number of records for a comparison.
        confidence: The confidence level of the intervals.
        zone: The time zone of the dates in the text.
    """

    action: str
    measure: KpiTarget
    before: KpiResult
    after: KpiResult
    read: Interval
    min_n: int
    confidence: Fraction
    zone: ZoneInfo = attrs.field(default=ZoneInfo("UTC"), converter=as_zone)

    @property
    def complete(self) -> bool:
        """Return whether the window after the action has ended."""
        return self.read == self.measure.after

    @property
    def enough(self) -> bool:
        """Return whether there are enough records to compare (rule I4)."""
        if None in (self.before.value, self.after.value):
            return False
        wanted = max if self.before.unit == _PER_MONTH else min
        return wanted(self.before.n, self.after.n) >= self.min_n

    @property
    def verdict(self) -> EffectVerdict:
        """Return the verdict of rule I4, such as ``better`` or ``not_enough_data``."""
        before, after = self.before, self.after
        if not self.enough:
            return "not_enough_data"
        if _below(after.high, before.low):
            return "better" if self.measure.better == "lower" else "worse"
        if _below(before.high, after.low):
            return "worse" if self.measure.better == "lower" else "better"
        return "no_clear_difference"

    @property
    def target_met(self) -> bool | None:
        """Return whether the KPI met its target after the action; None if there is no target.

        It is also None if there is no value, or there are not ``enough`` records.
        """
        target, value = self.measure.target, self.after.value
        if target is None or value is None or not self.enough:
            return None
        return not (
            _below(target, value) if self.measure.better == "lower" else _below(value, target)
        )

    def notes(self) -> tuple[str, ...]:
        """Return the conclusions and their limitations as sentences."""
        return tuple(_sentences(self))

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings of the table, its rows, and which columns are numeric."""
        rows = [
            [
                name,
                " to ".join(_day(at, self.zone) for at in (window.start, window.end)),
                result.text(),
                f"{result.n:,}",
                ", ".join(f"{code} {count:,}" for code, count in result.excluded.items()),
            ]
            for name, window, result in (
                ("before", self.measure.baseline, self.before),
                ("after", self.read, self.after),
            )
        ]
        unit = f" ({_PER_MONTH})" if self.before.unit == _PER_MONTH else ""
        headings = ["", "window", f"{self.measure.kpi.id}{unit}", "n", "left out"]
        return headings, rows, [False, False, True, True, False]


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}"


def _below(one: Value, other: Value) -> bool:
    """Return whether a figure lies below another of the same unit."""
    return bool(one < other)  # type: ignore[operator]  # both are there, of one unit


def _sentences(found: BeforeAfter) -> Iterator[str]:
    verdict, level = found.verdict, f"{float(100 * found.confidence):g} %"
    if not found.complete:
        end = _day(found.read.end, found.zone)
        yield f"The window after is not over: it is read up to {end}."
    if verdict == "not_enough_data":
        side = "on one side" if found.before.unit == _PER_MONTH else "on each side"
        yield (
            f"Not enough data: {found.before.n:,} records before and {found.after.n:,} after, "
            f"where {found.min_n:,} {side} are wanted. Nothing can be said yet."
        )
        return
    if verdict == "no_clear_difference":
        yield (
            f"No clear difference: the {level} intervals overlap, so chance alone may explain it."
        )
    else:
        yield (
            f"{verdict.capitalize()}: the {level} intervals do not overlap, so chance alone hardly "
            "explains it. Whether the action is what did it, these figures cannot tell."
        )
    if found.target_met is not None:
        target = attrs.evolve(found.after, value=found.measure.target, low=None, high=None)
        unit = f" {_PER_MONTH}" if target.unit == _PER_MONTH else ""
        yield f"Target {target.text()}{unit}: {'met' if found.target_met else 'not met'}."


def before_after(
    action: ImprovementAction,
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    min_n: int = 10,
    zone: ZoneInfo | str = "UTC",
) -> BeforeAfter:
    """Return the KPI of an action before and after the action, with conclusions.

    Both windows are computed with the same delay (rule I4). Counts are per month (30.44 days), so
    that the windows may differ in length.

    Args:
        action: The action; its ``measure`` defines the KPI and the windows.
        records: The records, which are held in memory while both windows are computed.
        as_of: The instant of the computation. If the window after the action has not ended, it is
            used up to this instant.
        min_n: The minimum number of records for a comparison; the KPI's own ``min_n`` if that is
            greater. With fewer than ten records, the bootstrap reports false differences too often.
        zone: The time zone of the dates in the text.

    Raises:
        InvalidValueError: The action has no measure, ``min_n`` is not a positive whole number,
            ``as_of`` is before the baseline's end, or the zone is unknown.

    Source: our choice. Intervals, at the KPI's confidence or 0.95, are Wilson's for shares,
    bootstrap intervals for times, and Garwood's for counts. They assume that records are
    independent; for the share of recurring incidents they are too narrow.

    >>> from datetime import UTC, date, datetime, timedelta
    >>> from incidentcore import Incident, Interval
    >>> from incidentcore.improvement import ImprovementAction, KpiTarget, before_after
    >>> from incidentcore.improvement.actions import ActionOrigin
    >>> from incidentcore.kpi import catalogue
    >>> start, month = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=30)
    >>> split, end = start + month, start + 2 * month
    >>> incidents = [
    ...     Incident.open(id=f"{n}", title="No mail", by="kim", at=start + timedelta(days=n))
    ...     for n in (*range(1, 29), 40, 52)
    ... ]
    >>> windows = {"baseline": Interval(start, split), "after": Interval(split, end)}
    >>> action = ImprovementAction(
    ...     id="A-1",
    ...     title="Rotate the logs",
    ...     owner="ada",
    ...     due=date(2026, 1, 31),
    ...     origin=ActionOrigin("recurrence", "mx1"),
    ...     measure=KpiTarget(kpi=catalogue.VOLUME, target=5, **windows),
    ... )
    >>> found = before_after(action, incidents, as_of=end)
    >>> found.verdict, found.before.n, found.after.n, found.notes()[-1]
    ('better', 28, 2, 'Target 5 records a month: met.')
    """
    need_kind("action", action, ImprovementAction)
    measure = action.measure
    if measure is None:
        raise InvalidValueError("action", action.id, "an action with a measure")
    need_whole("min_n", min_n)
    as_of = as_utc(as_of, "as_of")
    baseline, after = measure.baseline, measure.after
    if as_of < baseline.end:
        raise InvalidValueError("as_of", as_of, f"the baseline's end {baseline.end} or later")
    delay = max(as_of - after.end, _ZERO)
    read = Interval(after.start, max(after.start, min(after.end, as_of)))
    confidence = measure.kpi.confidence or _CONFIDENCE
    kpi = measure.kpi
    held = tuple(each_of("records", records, Record))
    return BeforeAfter(
        action=action.id,
        measure=measure,
        before=_side(kpi, held, baseline, baseline.end + delay, confidence),
        after=_side(kpi, held, read, as_of, confidence),
        read=read,
        min_n=max(min_n, kpi.min_n),
        confidence=confidence,
        zone=as_zone(zone),
    )


def _side(
    kpi: Kpi,
    records: tuple[Record, ...],
    window: Interval,
    as_of: datetime,
    confidence: Fraction,
) -> KpiResult:
    if kpi.statistic is not None:
        kpi = kpi.replace(confidence=confidence)
    result = compute_kpis([kpi], records, as_of=as_of, window=window)[kpi.id]
    if result.unit == "records":
        return _by_month(result, window, confidence)
    if kpi.statistic is None and result.n:
        low, high = wilson(int(result.numerator or 0), result.n, confidence)
        return attrs.evolve(result, low=low, high=high)
    return result


def _by_month(result: KpiResult, window: Interval, confidence: Fraction) -> KpiResult:
    months = window.duration / MONTH
    if not months:
        return attrs.evolve(result, value=None, unit=_PER_MONTH)
    low, high = poisson_bounds(result.n, float(confidence))
    return attrs.evolve(
        result, value=result.n / months, low=low / months, high=high / months, unit=_PER_MONTH
    )
