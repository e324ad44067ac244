"""What is kept of many records: one cell for each measure, group and period (rule K4).

A cell counts in outcomes one by one and merges with its like; figures are made from it once, at the
end. Its state is plain data: numbers, text and lists.
"""

# ruff: noqa: D102  what the methods of every cell do is said once, in ``Cell``

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final, Protocol

from incidentcore.errors import FormatError
from incidentcore.kpi.plain import as_plain, from_plain
from incidentcore.kpi.read_values import microseconds
from incidentcore.kpi.sketch import Sketch

__all__ = [
    "BalanceCell",
    "Cell",
    "KeyedCell",
    "RatioCell",
    "SampleCell",
    "SketchCell",
    "SpanCell",
    "TallyCell",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Cell(Protocol):
    """What every cell can do."""

    excluded: dict[str, int]

    def add(self, outcome: Any) -> object:
        """Count in what a record answered."""
        ...

    def merge(self, other: Any) -> None:
        """Count in what a cell of the same kind has counted."""
        ...

    def state(self) -> list[Any]:
        """Return what is kept as plain data."""
        ...

    def load(self, state: Any) -> None:
        """Take over a state."""
        ...


def instant(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return microseconds(at - _EPOCH)


def at_instant(value: int) -> datetime:
    """Return the instant of a number of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


class _Base:
    __slots__ = ("excluded",)

    def __init__(self) -> None:
        self.excluded: dict[str, int] = {}


class SampleCell(_Base):
    """The multiset of values: eight bytes each for times, whatever they need for numbers."""

    __slots__ = ("add", "sorted", "values")

    add: Callable[[Any], object]

    def __init__(self, *, times: bool) -> None:
        super().__init__()
        self.values: Any = array("q") if times else []
        self.sorted: list[Any] = []
        self.add = self.values.append

    def merge(self, other: SampleCell) -> None:
        self.values.extend(other.values)

    def ordered(self) -> list[Any]:
        """Return the values in ascending order; sorted once for all statistics of them."""
        if len(self.sorted) != len(self.values):
            self.sorted = sorted(self.values)
        return self.sorted

    def state(self) -> list[Any]:
        return [as_plain(value) for value in self.ordered()]

    def load(self, state: Any) -> None:
        self.values.extend([from_plain(value) for value in state])

    def __reduce__(self) -> tuple[object, ...]:
        # ``add`` is a bound method of the values: bind it anew where the cell is loaded.
        return (_load_sample, (self.values, self.excluded))


def _load_sample(values: Any, excluded: dict[str, int]) -> SampleCell:
    cell = SampleCell(times=isinstance(values, array))
    cell.values.extend(values)
    cell.excluded = excluded
    return cell


class SketchCell(_Base):
    """A histogram in place of the values; for survival one of the seen and one of the censored."""

    __slots__ = ("censored", "scaled", "seen", "survival")

    def __init__(self, *, scaled: bool, survival: bool) -> None:
        super().__init__()
        self.scaled, self.survival = scaled, survival
        self.seen, self.censored = Sketch(), Sketch()

    def add(self, outcome: int | Fraction) -> None:
        if not self.survival:
            self.seen.add(outcome, scaled=self.scaled)
            return
        time, observed = divmod(int(outcome), 2)
        (self.seen if observed else self.censored).add(time, scaled=False)

    def merge(self, other: SketchCell) -> None:
        self.seen.merge(other.seen)
        if self.survival:
            self.censored.merge(other.censored)

    def state(self) -> list[Any]:
        return [
            [
                sketch.n,
                as_plain(sketch.total),
                as_plain(sketch.least),
                as_plain(sketch.greatest),
                [[key, count] for key, count in sketch.state().items()],
            ]
            for sketch in (self.seen, self.censored)
        ]

    def load(self, state: Any) -> None:
        for sketch, (n, total, least, greatest, buckets) in zip(
            (self.seen, self.censored), state, strict=True
        ):
            sketch.n, sketch.total = n, from_plain(total)
            sketch.least, sketch.greatest = from_plain(least), from_plain(greatest)
            sketch.buckets.update((key, count) for key, count in buckets)


class TallyCell(_Base):
    """How many records, and how many of them satisfy the numerator."""

    __slots__ = ("hits", "n")

    def __init__(self) -> None:
        super().__init__()
        self.hits = self.n = 0

    def add(self, outcome: bool) -> None:  # noqa: FBT001  the outcome is the yes or no itself
        self.n += 1
        self.hits += outcome

    def settle(self) -> None:
        """Take over the yes and no that a loop counted among the reasons, to save a call each."""
        counts: Any = self.excluded  # True and False too
        hits = counts.pop(True, 0)
        self.hits += hits
        self.n += hits + counts.pop(False, 0)

    def merge(self, other: TallyCell) -> None:
        self.n += other.n
        self.hits += other.hits

    def state(self) -> list[Any]:
        return [self.hits, self.n]

    def load(self, state: Any) -> None:
        self.hits, self.n = state


class RatioCell(_Base):
    """Two sums, each exact, and over how many records."""

    __slots__ = ("above", "below", "n")

    def __init__(self) -> None:
        super().__init__()
        self.above: int | Fraction = 0
        self.below: int | Fraction = 0
        self.n = 0

    def add(self, outcome: tuple[int | Fraction, int | Fraction]) -> None:
        self.above += outcome[0]
        self.below += outcome[1]
        self.n += 1

    def merge(self, other: RatioCell) -> None:
        self.above += other.above
        self.below += other.below
        self.n += other.n

    def state(self) -> list[Any]:
        return [as_plain(self.above), as_plain(self.below), self.n]

    def load(self, state: Any) -> None:
        above, below, self.n = state
        self.above, self.below = from_plain(above), from_plain(below)


class BalanceCell(_Base):
    """How many records came in, and how many went out."""

    __slots__ = ("came", "n", "went")

    def __init__(self) -> None:
        super().__init__()
        self.came = self.went = self.n = 0

    def add(self, outcome: tuple[int, int]) -> None:
        self.came += outcome[0]
        self.went += outcome[1]
        self.n += 1

    def merge(self, other: BalanceCell) -> None:
        self.came += other.came
        self.went += other.went
        self.n += other.n

    def state(self) -> list[Any]:
        return [self.came, self.went, self.n]

    def load(self, state: Any) -> None:
        self.came, self.went, self.n = state


class KeyedCell(_Base):
    """For each key the instants at which it was seen; records are counted beside."""

    __slots__ = ("keys", "n")

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[Any, list[int]] = {}
        self.n = 0

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

    def merge(self, other: KeyedCell) -> None:
        self.n += other.n
        for key, instants in other.keys.items():
            self.keys.setdefault(key, []).extend(instants)

    def state(self) -> list[Any]:
        keys = [[as_plain(key), sorted(instants)] for key, instants in self.keys.items()]
        return [self.n, sorted(keys, key=repr)]

    def load(self, state: Any) -> None:
        self.n, keys = state
        self.keys = {from_plain(key): list(instants) for key, instants in keys}


class SpanCell(_Base):
    """The outages, each from its beginning to its end."""

    __slots__ = ("spans",)

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[tuple[int, int]] = []

    def add(self, outcome: tuple[datetime, datetime]) -> None:
        self.spans.append((instant(outcome[0]), instant(outcome[1])))

    def merge(self, other: SpanCell) -> None:
        self.spans.extend(other.spans)

    def state(self) -> list[Any]:
        return [list(span) for span in sorted(self.spans)]

    def load(self, state: Any) -> None:
        self.spans = [(start, stop) for start, stop in state]


def load_cell(cell: Cell, state: Any) -> None:
    """Fill a new cell from its plain state.

    Raises:
        FormatError: The state is not that of such a cell.
    """
    try:
        excluded, kept = state
        cell.load(kept)
        cell.excluded.update({str(code): int(count) for code, count in excluded})
    except (TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"not the state of a {type(cell).__name__}: {error} @ $.cells") from error


def cell_state(cell: Cell) -> list[Any]:
    """Return a cell's plain state with what was left out."""
    return [[[code, cell.excluded[code]] for code in sorted(cell.excluded)], cell.state()]
