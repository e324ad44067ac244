"""Add durations and counts of many rows at once to the accumulators of KPIs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from incidentcore.frames.native import Ints
from incidentcore.kpi.engine.accumulators import Accumulator, SketchedSample
from incidentcore.kpi.engine.sketch import Sketch, octave_edges

_WORD = 63
_BITS = 53
_BIAS = 1023  # of the exponent of a float
_FINE = 6
_SHIFT = _BITS - 1 - _FINE
_BYTE = 1 << 8


class Values:
    """Durations in microseconds, each with the number of its group and period."""

    def __init__(self) -> None:
        self._times: list[Ints] = []
        self._keys: list[Ints] = []

    def put(self, times: Ints, keys: Ints) -> None:
        """Add the durations of some rows."""
        if len(times):
            self._times.append(times)
            self._keys.append(keys)

    def by_key(self) -> Iterator[tuple[int, list[Ints]]]:
        """Yield the number of each pair of group and period, with pieces of its durations."""
        last = max((int(keys.max()) for keys in self._keys), default=0)
        if last >= _BYTE:  # one cut for each of many keys costs less than one in each piece
            self._times, self._keys = [np.concatenate(self._times)], [np.concatenate(self._keys)]
        small = np.min_scalar_type(last)  # sorted in one pass for each byte
        parts: dict[int, list[Ints]] = {}
        for times, keys in zip(self._times, self._keys, strict=True):
            grouped = times.take(keys.astype(small).argsort(kind="stable")) if last else times
            sizes = np.bincount(keys)
            seen = np.flatnonzero(sizes)
            ends = np.cumsum(sizes[seen])
            for key, some in zip(seen.tolist(), np.split(grouped, ends[:-1]), strict=True):
                parts.setdefault(key, []).append(some)
        self._times, self._keys = [], []
        yield from sorted(parts.items())


def add_values(
    total: Any, pieces: Sequence[Ints], read: Callable[[int], Collection[int]] = range
) -> None:
    """Add durations to a sample, or a sketch of one; ``read`` tells at which places it is read."""
    if isinstance(total, SketchedSample):
        times = np.concatenate(pieces)
        if not total.survival:
            _sketch(total.seen, times)
            return
        seen = (times & 1).astype(bool)
        _sketch(total.seen, times[seen] >> 1)
        _sketch(total.censored, times[~seen] >> 1)
        return
    values = array("q", [0]) * sum(map(len, pieces))
    times = np.concatenate(pieces, out=np.frombuffer(values, np.int64))
    known, before = total.summed
    if known == len(total.values):
        total.summed = known + len(times), before + _sum(times)
    total.sort = _ascending
    if total.values:
        total.values.extend(values)
        return
    places = read(len(times))
    if len(places) == len(times):
        times.sort()
    elif places:
        times.partition(list(places))
    total.placed = len(times), places
    total.hold(values)


def _ascending(values: array[int]) -> array[int]:
    """Return values in ascending order."""
    ordered = array("q", values)
    np.frombuffer(ordered, np.int64).sort()
    return ordered


def _sum(times: Ints) -> int:
    """Return the exact sum of durations."""
    if len(times) * max(abs(int(times.min())), abs(int(times.max()))) < 1 << _WORD:
        return int(times.sum())
    return (int((times >> 32).sum()) << 32) + int((times & 0xFFFF_FFFF).sum())


@lru_cache(maxsize=1)
def _lower_edges() -> Ints:
    """Return the least whole number of each bucket above zero, in all octaves of 63 bits."""
    edges = octave_edges()
    return np.array(
        [
            -(-edge >> _BITS - octave) if octave <= _BITS else edge << octave - _BITS
            for octave in range(_WORD)
            for edge in edges
        ],
        np.int64,
    )


@lru_cache(maxsize=1)
def _cells() -> Ints:
    """Return the bucket at the lower end of each cell: a float's exponent and first six bits."""
    lows = np.arange(_BIAS + _BITS << _FINE) << _SHIFT
    return np.searchsorted(_lower_edges(), lows.view(np.float64), "right").astype(np.int16)


def _sketch(sketch: Sketch, times: Ints) -> None:
    """Count durations of zero or more into buckets, as ``Sketch.add`` does one by one."""
    if not len(times):
        return
    other, edges = Sketch(), _lower_edges()
    other.n, other.least, other.greatest = len(times), int(times.min()), int(times.max())
    other.total = _sum(times)
    if other.greatest < 1 << _BITS:  # exact as floats, and a cell has one edge at most
        buckets = _cells().take(times.astype(np.float64).view(np.int64) >> _SHIFT)
        buckets += edges.take(buckets) <= times
    else:
        buckets = np.searchsorted(edges, times, "right")
    counts = np.bincount(buckets)
    seen = np.flatnonzero(counts)
    other.buckets.update(zip(seen.tolist(), counts[seen].tolist(), strict=True))
    sketch.merge(other)


def add_many(
    total: Accumulator, outcome: Any, count: int, empty: Callable[[], Accumulator]
) -> None:
    """Count the same outcome ``count`` times; ``empty`` returns a new accumulator of the kind."""
    if isinstance(outcome, str):  # the code of records that are left out
        total.excluded[outcome] = total.excluded.get(outcome, 0) + count
        return
    some = empty()
    some.add(outcome)
    while True:  # it counts for 1, 2, 4, ... of them
        if count & 1:
            total.merge(some)
        count >>= 1
        if not count:
            return
        once, some = some, empty()
        some.merge(once)
        some.merge(once)
