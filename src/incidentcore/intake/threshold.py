"""Derive alerts from measured values that cross a threshold for some time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

import attrs
from attrs.validators import optional

from incidentcore._checks import a_text, checked, each_of, need_kind, need_text
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.instants import EARLIEST, as_utc
from incidentcore.intake.alert import Alert, AlertStatus, as_number
from incidentcore.intake.ordering import TICK, Ordering
from incidentcore.intake.policy import above_zero, from_zero
from incidentcore.values import FrozenMap

_ZERO: Final = timedelta()
_text: Final = checked(need_text, DefinitionError, empty=True)


def _labels(labels: Mapping[str, str]) -> FrozenMap[str]:
    return FrozenMap(labels)


def _limit(value: float | None) -> float | None:
    if value is None:
        return None
    try:
        return as_number(value)
    except InvalidValueError:
        raise DefinitionError("limit", value, "a finite number, or None") from None


@attrs.frozen
class MetricSample:
    """One measured value of a series, such as the load of a host.

    Attributes:
        series: The name of what was measured, such as ``"cpu db1"``.
        at: When the value was measured, in UTC.
        value: The value, in the unit of the threshold.
        labels: The labels of any alert that the sample causes.

    Raises:
        InvalidValueError: The series is empty, the value is not a finite number, or the time is
            naive.
    """

    series: str = attrs.field(validator=a_text)
    at: datetime = attrs.field(converter=as_utc)
    value: float = attrs.field(converter=as_number)
    labels: FrozenMap[str] = attrs.field(default=FrozenMap(), kw_only=True, converter=_labels)


@attrs.frozen
class SampleThreshold:
    """A rule for when the samples of a series make an alert fire, and when they resolve it.

    Attributes:
        id: The rule's name, which is the ``source`` of its alerts; their ``key`` is the series.
        at_least: A value of at least this breaches the threshold; set either this or ``at_most``.
        at_most: A value of at most this breaches the threshold.
        clear: A firing alert is cleared by values below this (with ``at_least``) or above it (with
            ``at_most``). Values between this and the threshold change nothing (hysteresis).
            Defaults to the threshold.
        lasting: How long all samples must breach the threshold before the alert fires, counted from
            the first sample that breaches it.
        keep_firing: How long all samples must be clear before the alert is resolved.
        stale_after: After this long without a sample, a breach is forgotten and a firing alert is
            resolved; None for never.
        severity: The alert's severity.
        title: The alert's title. Defaults to ``id`` and the series.

    Raises:
        DefinitionError: Both thresholds are set or neither is, ``clear`` is on the wrong side of
            the threshold, or a span is negative.

    Source: our choice; ``lasting`` and ``keep_firing`` are what Prometheus' rules call ``for`` and
    ``keep_firing_for``, but they are counted between samples, not in evaluation intervals.

    >>> from datetime import timedelta
    >>> from incidentcore.intake import SampleThreshold
    >>> SampleThreshold("cpu", at_least=90, clear=80, lasting=timedelta(minutes=5)).clear
    80.0
    """

    id: str = attrs.field(validator=checked(need_text, DefinitionError))
    at_least: float | None = attrs.field(default=None, kw_only=True, converter=_limit)
    at_most: float | None = attrs.field(default=None, kw_only=True, converter=_limit)
    clear: float | None = attrs.field(default=None, kw_only=True, converter=_limit)
    lasting: timedelta = attrs.field(default=_ZERO, kw_only=True, validator=from_zero)
    keep_firing: timedelta = attrs.field(default=_ZERO, kw_only=True, validator=from_zero)
    stale_after: timedelta | None = attrs.field(
        default=None, kw_only=True, validator=optional(above_zero)
    )
    severity: str = attrs.field(default="", kw_only=True, validator=_text)
    title: str = attrs.field(default="", kw_only=True, validator=_text)

    def __attrs_post_init__(self) -> None:
        given = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        if len(given) != 1:
            raise DefinitionError("at_least, at_most", given, "a finite number for one of them")
        clear = given[0] if self.clear is None else self.clear
        if (clear > given[0]) if self.at_least is not None else (clear < given[0]):
            side = "at most" if self.at_least is not None else "at least"
            raise DefinitionError("clear", clear, f"{side} the threshold, {given[0]}")
        object.__setattr__(self, "clear", clear)

    def breached_by(self, value: float) -> bool:
        """Return whether a value breaches the threshold."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most

    def cleared_by(self, value: float) -> bool:
        """Return whether a value clears a firing alert."""
        clear = self.clear
        return clear is not None and (value < clear if self.at_least is not None else value > clear)


@attrs.frozen
class SeriesState:
    """The state of a series that breaches a threshold, or whose alert has not been resolved yet.

    Attributes:
        series: The name of the series.
        phase: ``pending`` until the breach has lasted long enough, then ``firing``.
        since: When the breach began.
        last_at: When the last sample was measured.
        clear_since: When its samples became clear; None if they are not.
        labels: The labels of the first sample of the breach; once the alert fires, those of the
            sample that made it fire.
    """

    series: str
    phase: Literal["pending", "firing"]
    since: datetime
    last_at: datetime
    clear_since: datetime | None = None
    labels: FrozenMap[str] = FrozenMap()


@attrs.frozen(kw_only=True)
class SampleState:
    """The state of ``fold_samples`` between two calls.

    Attributes:
        settled: Everything before this instant has taken effect.
        series: The series with a breach or a firing alert, in the order of their last samples.
        pending: The samples at or after ``settled``, in order.
    """

    settled: datetime = attrs.field(default=EARLIEST, converter=as_utc)
    series: tuple[SeriesState, ...] = ()
    pending: tuple[MetricSample, ...] = ()


@attrs.frozen
class SampleResult:
    """The result of ``fold_samples``.

    Attributes:
        alerts: The alerts, in order.
        late: Samples that came too late and were ignored.
        state: The state for the next call.
    """

    alerts: tuple[Alert, ...]
    late: tuple[MetricSample, ...]
    state: SampleState


def fold_samples(
    threshold: SampleThreshold,
    samples: Iterable[MetricSample],
    /,
    *,
    state: SampleState | None = None,
    until: datetime | None = None,
    lateness: timedelta = _ZERO,
) -> SampleResult:
    """Return the alerts that the measured values trigger, and the new state.

    A stream of samples may be split anywhere: pass the state returned for the first part with the
    second. Of several samples of a series at the same instant, the worst is used: the greatest with
    ``at_least``, the smallest with ``at_most``. Pass the samples of all series in the order
    of receipt; one that is more than ``lateness`` older than the latest is ignored.
    ``state`` and ``until`` are as for ``fold_alerts``.

    Raises:
        InvalidValueError: An item is not a sample.

    Source: our choice.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.intake import MetricSample, SampleThreshold, fold_samples
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> hot = SampleThreshold("cpu", at_least=90, clear=80, lasting=timedelta(minutes=5))
    >>> values = (95, 92, 85, 70)
    >>> samples = [
    ...     MetricSample("db1", nine + timedelta(minutes=5 * n), v) for n, v in enumerate(values)
    ... ]
    >>> found = fold_samples(hot, samples, until=nine + timedelta(hours=1))
    >>> [(alert.status, alert.at.minute, alert.value) for alert in found.alerts]
    [('firing', 5, 92.0), ('resolved', 15, 70.0)]
    """
    need_kind("threshold", threshold, SampleThreshold)
    need_kind("state", state, SampleState | None)
    state = SampleState() if state is None else state
    fold = _Fold(threshold, state)
    order = Ordering(lateness, state.settled, ((one.at, one) for one in state.pending))
    late = []
    for sample in each_of("samples", samples, MetricSample):
        if sample.at < order.settled:
            late.append(sample)
            continue
        fold.settle(order, order.edge(sample.at))
        order.put(sample.at, sample)
    if until is not None:
        fold.settle(order, order.edge(as_utc(until, "until")) + TICK)
    rest = (one for _, batch in order.pending() for one in sorted(batch, key=_place))
    after = SampleState(
        settled=order.settled, series=tuple(fold.series.values()), pending=tuple(rest)
    )
    return SampleResult(tuple(fold.alerts), tuple(late), after)


def _place(sample: MetricSample) -> tuple[object, ...]:
    return (sample.series, sample.value, tuple(sample.labels.items()))


class _Fold:
    """The series that are not quiet, the one with the oldest last sample first."""

    def __init__(self, threshold: SampleThreshold, state: SampleState) -> None:
        self._threshold = threshold
        self.series = {one.series: one for one in state.series}
        self.alerts: list[Alert] = []

    def settle(self, order: Ordering[MetricSample], edge: datetime) -> None:
        """Decide everything before an instant, unless that was done before."""
        for at, batch in order.release(edge):
            self._expire(at)
            worst: dict[str, MetricSample] = {}
            # Ascending by value: the last of a series is its worst where high values are bad.
            batch.sort(key=_place, reverse=self._threshold.at_least is None)
            for sample in batch:
                worst[sample.series] = sample
            for name in sorted(worst):
                self._take(worst[name])
        self._expire(edge)

    def _expire(self, before: datetime) -> None:
        """End the series that have had no sample for too long."""
        stale = self._threshold.stale_after
        while stale is not None and self.series:
            oldest = next(iter(self.series.values()))
            due = oldest.last_at + stale
            if due >= before:
                return
            del self.series[oldest.series]
            if oldest.phase == "firing":
                self._tell(oldest, "resolved", due, None)

    def _take(self, sample: MetricSample) -> None:
        threshold = self._threshold
        known = self.series.pop(sample.series, None)
        at, value = sample.at, sample.value
        if known is None or known.phase == "pending":
            if not threshold.breached_by(value):
                return
            since = at if known is None else known.since
            fires = at - since >= threshold.lasting
            found = SeriesState(
                sample.series, "firing" if fires else "pending", since, at, labels=sample.labels
            )
            if fires:
                self._tell(found, "firing", at, value)
        else:
            clear_since = None
            if threshold.cleared_by(value):
                clear_since = at if known.clear_since is None else known.clear_since
                if at - clear_since >= threshold.keep_firing:
                    self._tell(known, "resolved", at, value)
                    return
            found = attrs.evolve(known, last_at=at, clear_since=clear_since)
        self.series[sample.series] = found

    def _tell(
        self, series: SeriesState, status: AlertStatus, at: datetime, value: float | None
    ) -> None:
        threshold = self._threshold
        self.alerts.append(
            Alert(
                key=series.series,
                at=at,
                status=status,
                source=threshold.id,
                severity=threshold.severity,
                title=threshold.title or f"{threshold.id}: {series.series}",
                value=value,
                labels=series.labels,
                extra=FrozenMap({"since": series.since}),
            )
        )
