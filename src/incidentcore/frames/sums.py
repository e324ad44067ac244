"""Add durations and counts of many rows at once to the accumulators of KPIs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from incidentcore.frames.native import Ints
from incidentcore.kpi.engine.accumulators import Accumulator, SketchedSample
from incidentcore.kpi.engine.results import places_read
from incidentcore.kpi.engine.sketch import Sketch, octave_edges
from incidentcore.kpi.statistic import Statistic

_WORD = 63
_BITS = 53
_BIAS = 1023  # of the exponent of a float
_FINE = 6
_SHIFT = _BITS - 1 - _FINE
_CELLS = _WORD + 1 << _FINE
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
    total: Any, pieces: Sequence[Ints], statistics: Iterable[Statistic | None] = ()
) -> None:
    """Add durations to a sample, which some statistics will be asked of, or to a sketch of one."""
    if isinstance(total, SketchedSample):
        if not total.survival:
            _sketch(total.seen, pieces)
            return
        for sketch, odd in ((total.seen, 1), (total.censored, 0)):
            _sketch(sketch, [times[times & 1 == odd] >> 1 for times in pieces])
        return
    n = sum(map(len, pieces))
    values = array("q", [0]) * n
    np.concatenate(pieces, out=np.frombuffer(values, np.int64))
    known, before = total.summed
    if known == len(total.values):
        total.summed = known + n, before + sum(map(_sum, pieces))
    total.sort = _ascending
    if total.values:
        total.values.extend(values)
        return
    total.known = n, _at(sorted(places_read(statistics, n)), pieces)
    total.hold(values)


def _at(places: list[int], pieces: Sequence[Ints]) -> dict[int, int]:
    """Return the durations at some places of their ascending order, of which only few are sorted.

    Durations are counted by cells of about one per cent; those of the places' cells are sorted.
    """
    if not places:
        return {}
    low = min(times.min() for times in pieces) - 1
    cells = [(_cell(times - low) - (_BIAS << _FINE)).astype(np.int16) for times in pieces]
    sizes: Any = sum(np.bincount(cell, minlength=_CELLS) for cell in cells)
    asked = np.searchsorted(np.cumsum(sizes), places, "right")
    wanted = np.zeros(_CELLS, bool)
    wanted[asked] = True
    some = np.concatenate([t[wanted.take(c)] for t, c in zip(pieces, cells, strict=True)])
    some.sort()
    sizes[wanted] = 0
    found = some[places - np.cumsum(sizes)[asked]].tolist()
    return dict(zip(places, found, strict=True))


def _ascending(values: array[int]) -> array[int]:
    """Return values in ascending order."""
    ordered = array("q", values)
    np.frombuffer(ordered, np.int64).sort()
    return ordered


def _sum(times: Ints) -> int:
    """Return the exact sum of durations."""
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


def _cell(times: Ints) -> Ints:
    """Return a number that rises with the times: a float's exponent and first six bits."""
    return times.astype(np.float64).view(np.int64) >> _SHIFT


@lru_cache(maxsize=1)
def _first_buckets() -> Ints:
    """Return the bucket at the lower end of each cell."""
    lows = np.arange(_BIAS + _BITS << _FINE) << _SHIFT
    return np.searchsorted(_lower_edges(), lows.view(np.float64), "right").astype(np.int16)


def _buckets(times: Ints, greatest: int) -> Ints:
    """Return the bucket of each time of zero or more, none of which is beyond the greatest."""
    edges = _lower_edges()
    if greatest >> _BITS:
        return np.searchsorted(edges, times, "right")
    buckets = _first_buckets().take(_cell(times))  # exact, and a cell has one edge at most
    buckets += edges.take(buckets) <= times
    return buckets


def _sketch(sketch: Sketch, pieces: Sequence[Ints]) -> None:
    """Count durations of zero or more into buckets, as ``Sketch.add`` does one by one."""
    pieces = [times for times in pieces if len(times)]
    if not pieces:
        return
    other = Sketch(scaled=False)
    other.n, other.total = sum(map(len, pieces)), sum(map(_sum, pieces))
    other.least = min(int(times.min()) for times in pieces)
    other.greatest = max(int(times.max()) for times in pieces)
    counts: Any = sum(
        np.bincount(_buckets(times, other.greatest), minlength=_CELLS) for times in pieces
    )
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
