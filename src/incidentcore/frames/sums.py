"""Add durations and counts of many rows at once to the accumulators of KPIs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import sub
from typing import Any

import numpy as np

from incidentcore.frames.native import Ints
from incidentcore.kpi.engine.accumulators import Accumulator, SketchedSample
from incidentcore.kpi.engine.sketch import Sketch, octave_edges

_WORD = 63
_BITS = 53


class Values:
    """Durations in microseconds, each with the number of its group and period."""

    def __init__(self) -> None:
        self._times: list[Ints] = []
        self._keys: list[Ints] = []

    def put(self, times: Ints, keys: Ints) -> None:
        """Add the durations of some rows."""
        self._times.append(times)
        self._keys.append(keys)

    def by_key(self) -> Iterator[tuple[int, Ints]]:
        """Yield the number of each pair of group and period, with its durations, ascending."""
        pieces = [pair for pair in zip(self._times, self._keys, strict=True) if len(pair[0])]
        self._times, self._keys = [], []
        if not pieces:
            return
        low = min(int(times.min()) for times, _ in pieces)
        bits = (max(int(times.max()) for times, _ in pieces) - low).bit_length()
        last = max(int(keys.max()) for _, keys in pieces)
        if bits + last.bit_length() <= _WORD:  # both in one number, which sorts quickest
            ordered = np.concatenate([times for times, _ in pieces])
            place = 0
            for _, keys in pieces:
                piece = ordered[place : place + len(keys)]
                piece -= low
                piece |= keys.astype(np.int64) << bits
                place += len(keys)
            ordered.sort()
            firsts = np.arange(last + 2) << bits
            ends = np.searchsorted(ordered, firsts[1:-1])
            for key, times in enumerate(np.split(ordered, ends)):
                if len(times):
                    yield key, times - (firsts[key] - low)
        else:
            ordered, keys = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
            ordered = ordered[np.lexsort((ordered, keys))]
            sizes = np.bincount(keys)
            for key, times in enumerate(np.split(ordered, np.cumsum(sizes)[:-1])):
                if len(times):
                    yield key, times


def add_values(total: Any, times: Ints) -> None:
    """Add durations, in ascending order, to an accumulator: a sample, or a sketch of one."""
    if isinstance(total, SketchedSample):
        if not total.survival:
            _sketch(total.seen, times)
            return
        seen = (times & 1).astype(bool)
        _sketch(total.seen, times[seen] >> 1)
        _sketch(total.censored, times[~seen] >> 1)
        return
    known, before = total.summed
    if known == len(total.values):
        total.summed = known + len(times), before + _sum(times)
    if not total.values:
        total.ascending = len(times)
    total.values.frombytes(times.view(np.uint8))


def _sum(times: Ints) -> int:
    """Return the exact sum of ascending durations."""
    if len(times) * max(abs(int(times[0])), abs(int(times[-1]))) < 1 << _WORD:
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


def _sketch(sketch: Sketch, times: Ints) -> None:
    """Count ascending durations of zero or more into buckets, as ``Sketch.add`` does one by one."""
    if not len(times):
        return
    other = Sketch()
    other.n, other.least, other.greatest = len(times), int(times[0]), int(times[-1])
    other.total = _sum(times)
    places = [0, *np.searchsorted(times, _lower_edges()).tolist(), len(times)]
    counts = enumerate(map(sub, places[1:], places))
    other.buckets.update({key: count for key, count in counts if count})
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
