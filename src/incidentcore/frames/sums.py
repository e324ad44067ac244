"""Times and counts of many rows at once, into the accumulators of KPIs."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from incidentcore.frames.native import Ints
from incidentcore.kpi.engine.accumulators import Keyed, Ratio, Sample, SketchedSample, Tally
from incidentcore.kpi.engine.sketch import PER_OCTAVE, Sketch, octave_edges

__all__ = ["Values", "add_many", "add_values"]

_BITS = 53


class Values:
    """Times with the number of the group and period that each belongs to."""

    def __init__(self) -> None:
        self._times: list[Ints] = []
        self._keys: list[Ints] = []

    def put(self, times: Ints, keys: Ints) -> None:
        """Keep the times of some rows."""
        self._times.append(times)
        self._keys.append(keys.astype(np.uint16 if keys.max(initial=0) < 1 << 16 else np.int64))

    def by_key(self) -> Iterator[tuple[int, Ints]]:
        """Yield each group and period with its times."""
        if not self._times:
            return
        times, keys = np.concatenate(self._times), np.concatenate(self._keys)
        self._times, self._keys = [], []
        sizes = np.bincount(keys)
        if np.count_nonzero(sizes) > 1:
            times = times[np.argsort(keys, kind="stable")]
        ends = np.cumsum(sizes)
        for key in np.flatnonzero(sizes).tolist():
            yield key, times[ends[key] - sizes[key] : ends[key]]


def add_values(total: Any, times: Ints) -> None:
    """Add times to a sample, or to a sketch of one."""
    if isinstance(total, SketchedSample):
        if not total.survival:
            _sketch(total.seen, times)
            return
        seen = (times & 1).astype(bool)
        _sketch(total.seen, times[seen] >> 1)
        _sketch(total.censored, times[~seen] >> 1)
        return
    ordered = np.sort(times).tobytes()
    total.values.frombytes(ordered)
    if len(total.values) == len(times):  # in order already, so that no one sorts them again
        total.sorted = array("q")
        total.sorted.frombytes(ordered)


def _sketch(sketch: Sketch, times: Ints) -> None:
    """Count times of zero or more into buckets, as ``Sketch.add`` does one by one."""
    if not len(times):
        return
    other = Sketch()
    other.n, other.least, other.greatest = len(times), int(times.min()), int(times.max())
    high = int((times >> 32).sum())
    other.total = (high << 32) + int((times & 0xFFFF_FFFF).sum())
    octave = np.frexp(times.astype(np.float64))[1].astype(np.int64) - 1
    octave -= (times >> np.clip(octave, 0, 62)) == 0  # rounded up to the next power of two
    octave = np.where(times > 0, octave, 0)
    shift = _BITS - octave
    mantissa = np.where(
        shift >= 0, times << np.clip(shift, 0, _BITS), times >> np.clip(-shift, 0, 63)
    )
    step = np.searchsorted(np.array(octave_edges()), mantissa, "right") - 1
    keys = np.where(times > 0, octave * PER_OCTAVE + step + 1, 0)
    counts = np.bincount(keys)
    other.buckets.update({int(key): int(counts[key]) for key in np.flatnonzero(counts)})
    sketch.merge(other)


def add_many(total: Any, outcome: Any, count: int) -> None:
    """Add the outcome of so many records that are alike."""
    if isinstance(outcome, str):
        total.excluded[outcome] = total.excluded.get(outcome, 0) + count
    elif isinstance(total, Tally):
        total.n += count
        total.hits += count * outcome
    elif isinstance(total, Ratio):
        total.n += count
        total.above += outcome[0] * count
        total.below += outcome[1] * count
    elif isinstance(total, Keyed):
        total.n += count - 1
        total.add(outcome)
    elif isinstance(total, Sample):
        total.values.extend([outcome] * count)
    else:
        one = type(total)(scaled=total.scaled, survival=total.survival)
        one.add(outcome)
        for sketch in (one.seen, one.censored):
            sketch.n, sketch.total = sketch.n * count, sketch.total * count
            for key in sketch.buckets:
                sketch.buckets[key] *= count
        total.merge(one)
