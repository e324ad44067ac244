"""A mergeable histogram with buckets of two per cent, for samples too large to store (rule K4).

A value lies within one per cent of its bucket's representative. The buckets' edges are computed by
integer arithmetic, so that every machine puts a value into the same bucket and parts merge exactly,
in any order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, repeat
from typing import Any, Final

PER_OCTAVE: Final = 35  # 2 ** (1 / 35) is 1.02
_BITS: Final = 53
_SCALE: Final = 1_000_000  # numbers are bucketed in millionths, times in microseconds
# The same object for the same bucket in every sketch: a dict finds it without a comparison.
SHARED: Final = {key: key for key in range(64 * PER_OCTAVE)}


@lru_cache(maxsize=1)
def octave_edges() -> tuple[int, ...]:
    """Return the lower edges of the buckets from one power of two to the next, for 54 bits."""
    return tuple(_root(1 << (_BITS * PER_OCTAVE + step)) for step in range(PER_OCTAVE))


def _root(power: int) -> int:
    """Return the least whole number whose 35th power is at least the given one."""
    low, high = 1 << _BITS, 1 << (_BITS + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**PER_OCTAVE >= power:
            high = middle
        else:
            low = middle + 1
    return low


def _key(whole: int) -> int:
    """Return a number's bucket, counted from 1; that of a negative one is negative, that of 0 is 0.

    So buckets sort like the numbers.
    """
    if whole <= 0:
        return -_key(-whole) if whole else 0
    octave = whole.bit_length() - 1
    shift = _BITS - octave
    mantissa = whole << shift if shift >= 0 else whole >> -shift
    key = octave * PER_OCTAVE + bisect_right(octave_edges(), mantissa)
    return SHARED.get(key, key)


@lru_cache(maxsize=8192)
def _representative(bucket: int) -> Fraction:
    """Return the value that is within one per cent of all values of a bucket."""
    octave, step = divmod(bucket, PER_OCTAVE)
    edges = (*octave_edges(), 1 << (_BITS + 1))
    low, high = map(Fraction, edges[step : step + 2])
    return 2 * low * high / (low + high) * Fraction(2) ** (octave - _BITS)


class _Weighted(Sequence[Fraction]):
    """Buckets with their counts, as the ordered sample that their representatives describe.

    A representative is computed when it is asked for: a quantile needs two of them.
    """

    def __init__(self, counts: Mapping[int, int], value: Callable[[int], Fraction]) -> None:
        self._counts = counts
        self._keys = list(counts)
        self._ends = list(accumulate(counts.values()))
        self._value = value

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: Any) -> Any:
        place = index if index >= 0 else index + len(self)
        return self._value(self._keys[bisect_right(self._ends, place)])

    def __iter__(self) -> Iterator[Fraction]:
        for key, count in self._counts.items():
            yield from repeat(self._value(key), count)


class Sketch:
    """A histogram, with the exact number of values, their sum, the least and the greatest.

    Times are bucketed in microseconds, and numbers (``scaled``) in millionths.
    """

    __slots__ = ("buckets", "greatest", "least", "n", "scaled", "total")

    def __init__(self, *, scaled: bool) -> None:
        self.scaled: bool = scaled
        self.n: int = 0
        self.total: int | Fraction = 0
        self.least: int | Fraction | None = None
        self.greatest: int | Fraction | None = None
        self.buckets: defaultdict[int, int] = defaultdict(int)

    def add(self, value: int | Fraction) -> None:
        """Count a value."""
        self.n += 1
        self.total += value
        if self.least is None or value < self.least:
            self.least = value
        if self.greatest is None or value > self.greatest:
            self.greatest = value
        self.buckets[_key(round(value * _SCALE) if self.scaled else int(value))] += 1

    def merge(self, other: Sketch) -> None:
        """Add the counts of another sketch."""
        if other.least is None or other.greatest is None:
            return  # it is empty
        if self.least is None or other.least < self.least:
            self.least = other.least
        if self.greatest is None or other.greatest > self.greatest:
            self.greatest = other.greatest
        self.n += other.n
        self.total += other.total
        mine = self.buckets
        for key, count in other.buckets.items():
            mine[key] += count

    def _value(self, key: int) -> Fraction:
        if key == 0:
            return Fraction(0)
        value = _representative(abs(key) - 1) / (_SCALE if self.scaled else 1)
        value = value if key > 0 else -value
        assert self.least is not None and self.greatest is not None  # noqa: S101, PT018  a key has a value
        return min(max(value, Fraction(self.least)), Fraction(self.greatest))

    def ordered(self) -> Sequence[Fraction]:
        """Return the sample that the sketch describes: each value's representative, ascending."""
        return _Weighted(self.state(), self._value)

    def state(self) -> Mapping[int, int]:
        """Return the counts by bucket, in ascending order."""
        return {key: self.buckets[key] for key in sorted(self.buckets)}
