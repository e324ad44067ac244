"""Totals over many records: one accumulator for each measure, group and period (rule K4).

An accumulator adds outcomes one by one and merges with others of its kind. At the end its measure
computes the figure from it, once. ``serialization.partials`` writes and reads each of the seven
kinds; your own measure uses one of them, so its partials can be written as documents too.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, ClassVar, Final

import attrs

from incidentcore.kpi.engine.estimates import wilson
from incidentcore.kpi.engine.results import Definition, Figure, quotient, sample_figure
from incidentcore.kpi.engine.sketch import Sketch

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_SECOND: Final = 1_000_000


def microseconds(span: timedelta) -> int:
    """Return a span as whole microseconds (rule T4)."""
    return span.days * _DAY + span.seconds * _SECOND + span.microseconds


def instant(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return microseconds(at - _EPOCH)


def at_instant(value: int) -> datetime:
    """Return the instant of a number of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


class Accumulator:
    """The base of all accumulators.

    Attributes:
        excluded: How many records were left out, by reason.
        counts_inline: Whether a fast loop counts the outcomes in ``excluded``, until ``settle``.
        exact_only: Whether it keeps state by key, which the mode ``sketch`` refuses.
        needs_window: Whether it can only be computed for a window, as a share of its length.
    """

    __slots__ = ("excluded",)

    counts_inline: ClassVar[bool] = False
    exact_only: ClassVar[bool] = False
    needs_window: ClassVar[bool] = False

    def __init__(self) -> None:
        self.excluded: dict[str, int] = {}

    def add(self, outcome: Any) -> object:
        """Add the outcome that a measure's reader returned for a record."""
        raise NotImplementedError

    def settle(self) -> None:
        """Turn the outcomes that a fast loop counted in ``excluded`` into totals."""

    def merge(self, other: Any) -> None:
        """Add the contents of an accumulator of the same kind, except ``excluded``."""
        raise NotImplementedError

    def contents(self) -> object:
        """Return the contents in an order that does not depend on the order of the records."""
        raise NotImplementedError

    def figure(self, kpi: Definition) -> Figure:
        """Return the figure of the contents, unless the measure computes another."""
        raise NotImplementedError


class Sample(Accumulator):
    """The multiset of values: eight bytes for each time, and as many as needed for each number.

    Columns give a sample what they found already: the values at some places of the ascending order
    (``known``, with the number of values), a faster ``sort``, and the sum of the first values
    (``summed``, with their number).
    """

    __slots__ = ("add", "known", "sort", "sorted", "summed", "values")

    add: Callable[[Any], object]  # type: ignore[assignment]  # bound once, see __init__

    def __init__(self, *, times: bool) -> None:
        super().__init__()
        self.hold(array("q") if times else [])
        self.sorted: Any = []
        self.known: tuple[int, Mapping[int, int]] = (0, {})
        self.sort: Callable[[Any], Any] = sorted
        self.summed: tuple[int, Any] = (0, 0)

    def hold(self, values: Any) -> None:
        """Begin with an array or a list of values."""
        self.values: Any = values
        self.add = values.append  # bound once: the hot loop adds without a lookup

    def figure(self, kpi: Definition) -> Figure:
        return sample_figure(kpi, self)

    def merge(self, other: Sample) -> None:
        if not self.values:
            self.known, self.sort = other.known, other.sort
        known, total = self.summed
        if known == len(self.values):
            self.summed = known + other.summed[0], total + other.summed[1]
        self.values.extend(other.values)

    def total(self) -> Any:
        """Return the exact sum of the values; it is computed once for all statistics."""
        known, total = self.summed
        if known != len(self.values):
            total += sum(self.values[known:])
            self.summed = len(self.values), total
        return total

    def ordered(self) -> Any:
        """Return the values in ascending order; they are sorted once for all statistics."""
        if len(self.sorted) != len(self.values):
            self.sorted = self.sort(self.values)
        return self.sorted

    def end(self, kind: str) -> Any:
        """Return the least value (``min``) or the greatest."""
        return self[0 if kind == "min" else len(self) - 1]

    def observations(self) -> Iterable[tuple[int, bool]]:
        """Return times, each with whether its stop was seen."""
        return ((value >> 1, bool(value & 1)) for value in self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, place: int) -> Any:
        n, known = self.known
        return known[place] if n == len(self) and place in known else self.ordered()[place]

    def contents(self) -> object:
        return list(self.ordered())

    def __reduce__(self) -> tuple[object, ...]:
        # ``add`` is a bound method of the values: bind it again where the sample is loaded.
        values = self.values if self.sort is sorted else self.ordered()
        return (_load_sample, (values, self.excluded))


def _load_sample(values: Any, excluded: dict[str, int]) -> Sample:
    sample = Sample(times=False)
    sample.excluded = excluded
    sample.hold(values[:])
    return sample


class SketchedSample(Accumulator):
    """A histogram instead of the values; for survival, one each for observed and censored ones.

    It describes a sample, with the methods of ``Sample``.
    """

    __slots__ = ("censored", "seen", "survival")

    def __init__(self, *, scaled: bool, survival: bool) -> None:
        super().__init__()
        self.survival: bool = survival
        self.seen: Sketch = Sketch(scaled=scaled)
        self.censored: Sketch = Sketch(scaled=scaled)

    def add(self, outcome: int | Fraction) -> None:
        if not self.survival:
            self.seen.add(outcome)
            return
        time, observed = divmod(int(outcome), 2)
        (self.seen if observed else self.censored).add(time)

    def figure(self, kpi: Definition) -> Figure:
        return sample_figure(kpi, self, is_sketched=True)

    def total(self) -> int | Fraction:
        return self.seen.total

    def ordered(self) -> Sequence[Fraction]:
        return self.seen.ordered()

    def end(self, kind: str) -> Any:
        return self.seen.least if kind == "min" else self.seen.greatest

    def observations(self) -> Iterable[tuple[int, bool]]:
        for sketch in (self.seen, self.censored):
            for value in sketch.ordered():
                yield round(value), sketch is self.seen

    def __len__(self) -> int:
        return self.seen.n + self.censored.n

    def __getitem__(self, place: int) -> Fraction:
        return self.ordered()[place]

    def merge(self, other: SketchedSample) -> None:
        self.seen.merge(other.seen)
        if self.survival:
            self.censored.merge(other.censored)

    def contents(self) -> object:
        return [
            (sketch.n, sketch.total, sketch.least, sketch.greatest, dict(sketch.state()))
            for sketch in (self.seen, self.censored)
        ]


class Tally(Accumulator):
    """The number of records, and how many of them satisfy the numerator."""

    __slots__ = ("hits", "n")

    counts_inline = True

    def __init__(self) -> None:
        super().__init__()
        self.hits: int = 0
        self.n: int = 0

    def add(self, outcome: bool) -> None:  # noqa: FBT001  the outcome is the yes or no itself
        self.n += 1
        self.hits += outcome

    def settle(self) -> None:
        counts: Any = self.excluded  # True and False too
        hits = counts.pop(True, 0)
        self.hits += hits
        self.n += hits + counts.pop(False, 0)

    def figure(self, kpi: Definition) -> Figure:
        figure = quotient(kpi, self.hits, self.n, self.n)
        if kpi.confidence is None or not self.n:
            return figure
        low, high = wilson(self.hits, self.n, kpi.confidence)
        return attrs.evolve(figure, low=low, high=high)

    def merge(self, other: Tally) -> None:
        self.n += other.n
        self.hits += other.hits

    def contents(self) -> object:
        return self.hits, self.n


class Ratio(Accumulator):
    """Two exact sums, and the number of records in them."""

    __slots__ = ("above", "below", "n")

    def __init__(self) -> None:
        super().__init__()
        self.above: int | Fraction = 0
        self.below: int | Fraction = 0
        self.n: int = 0

    def add(self, outcome: tuple[int | Fraction, int | Fraction]) -> None:
        self.above += outcome[0]
        self.below += outcome[1]
        self.n += 1

    def figure(self, kpi: Definition) -> Figure:
        return quotient(kpi, self.above, self.below, self.n)

    def merge(self, other: Ratio) -> None:
        self.above += other.above
        self.below += other.below
        self.n += other.n

    def contents(self) -> object:
        return self.above, self.below, self.n


class Flow(Ratio):
    """How many records came in (``above``), and how many went out (``below``)."""

    __slots__ = ()

    above: int
    below: int

    def figure(self, kpi: Definition) -> Figure:
        came, went = self.above, self.below
        return Figure(value=came - went, n=self.n, numerator=came, denominator=went)


class Keyed(Accumulator):
    """The instants at which each key was seen, and the number of records."""

    __slots__ = ("keys", "n")

    exact_only = True

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[Any, list[int]] = {}
        self.n: int = 0

    def add(self, outcome: Any) -> None:
        self.n += 1
        if isinstance(outcome, list):
            for key in outcome:
                self.keys.setdefault(key, [])
            return
        key, at = outcome
        seen = self.keys.setdefault(key, [])
        if at is not None:
            seen.append(instant(at))

    def merge(self, other: Keyed) -> None:
        self.n += other.n
        for key, instants in other.keys.items():
            self.keys.setdefault(key, []).extend(instants)

    def contents(self) -> object:
        return self.n, {key: sorted(instants) for key, instants in self.keys.items()}


class Spans(Accumulator):
    """The intervals of ``n`` records, each with a weight; in microseconds since 1970."""

    __slots__ = ("n", "spans")

    exact_only = True
    needs_window = True

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[tuple[int, int, int | Fraction]] = []
        self.n: int = 0

    def add(self, outcome: list[tuple[datetime, datetime, int | Fraction]]) -> None:
        self.n += 1
        self.spans += [(instant(start), instant(stop), weight) for start, stop, weight in outcome]

    def merge(self, other: Spans) -> None:
        self.spans.extend(other.spans)
        self.n += other.n

    def contents(self) -> object:
        return self.n, sorted(self.spans)
