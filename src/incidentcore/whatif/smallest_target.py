"""Estimate the smallest target that a share of past records would have met."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, exp, lgamma, log

import attrs

from incidentcore._checks import exact_fraction
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises
from incidentcore.records.replay import timeline_by
from incidentcore.sla import SlaDefinition
from incidentcore.sla.coverage import not_covered
from incidentcore.sla.cycles import figures
from incidentcore.sla.evaluate import clock_cycles
from incidentcore.sla.life import need_clock


@attrs.frozen(kw_only=True)
class TargetEstimate:
    """A target that a given share of past records would have met, with its uncertainty.

    Attributes:
        target: The smallest such target, in open time of the clock's calendar.
        low: The lower end of the target's confidence interval; None if there are too few clocks.
        high: The upper end of this interval; None if there are too few clocks.
        n: The number of finished clocks.
        running: The number of unfinished clocks, which are not included.
        record_id: The id of the record whose elapsed time is the target.
        not_covered: The number of records left out because their source lacks a field that the
            clock reads.
    """

    target: timedelta
    low: timedelta | None
    high: timedelta | None
    n: int
    running: int
    record_id: str
    not_covered: int = attrs.field(default=0, metadata={"later": True})


def smallest_target(
    definition: SlaDefinition,
    records: Iterable[Record],
    /,
    *,
    share: float | str | Fraction,
    now: datetime,
    confidence: float = 0.95,
) -> TargetEstimate | None:
    """Return the smallest target that a given share of past records would have met.

    It assumes that people would have worked in the same way under another target. None if no clock
    has finished.

    Args:
        definition: The clock. Its calendar, start, pause and stop are used, but not its target.
        records: The records; those of exercises are excluded.
        share: The share, above 0 and at most 1, such as ``"0.95"``.
        now: The instant at which to evaluate the clocks.
        confidence: The confidence level of the interval, which is computed from order statistics.

    Raises:
        InvalidValueError: The share or the confidence is out of range.

    Source: rule X2.
    """
    need_clock(definition)
    now = as_utc(now, "now")
    allowed = 'a number above 0 and at most 1, such as "0.95"'
    wanted = exact_fraction("share", share, allowed)
    if not 0 < wanted <= 1:
        raise InvalidValueError("share", share, allowed)
    if not 0 < confidence < 1:
        raise InvalidValueError("confidence", confidence, "a number between 0 and 1")
    finished: list[tuple[timedelta, str]] = []
    running = left_out = 0
    for record in without_exercises(records):
        timeline = timeline_by(record, now)
        if timeline is None:
            continue
        cycles = clock_cycles(definition, timeline, now=now)
        left_out += not cycles and bool(not_covered(definition, record.covers))
        for cycle in cycles:
            if cycle.ended_at is None:
                running += 1
            elif cycle.outcome not in ("canceled", "replaced"):
                finished.append((figures(cycle, now).elapsed, record.id))
    finished.sort()
    n = len(finished)
    if not n:
        return None
    target, record_id = finished[ceil(wanted * n) - 1]
    low, high = _ranks(n, float(wanted), (1 - confidence) / 2)
    return TargetEstimate(
        target=target,
        low=finished[low - 1][0] if low >= 1 else None,
        high=finished[high - 1][0] if high <= n else None,
        n=n,
        running=running,
        record_id=record_id,
        not_covered=left_out,
    )


def _ranks(n: int, share: float, tail: float) -> tuple[int, int]:
    """Return the ranks between which the quantile lies, except for a tail on either side."""
    if share == 1:
        return n, n + 1  # nothing bounds a maximum from above
    low, high, below = 0, n + 1, 0.0
    for k in range(n):
        below += exp(
            lgamma(n + 1)
            - lgamma(k + 1)
            - lgamma(n - k + 1)
            + k * log(share)
            + (n - k) * log(1 - share)
        )
        if below <= tail:
            low = k + 1
        if below >= 1 - tail:
            high = k + 1
            break
    return low, high
