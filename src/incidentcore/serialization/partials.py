"""The form in which documents contain partial results of KPIs: values with fields.

A partial result (``Partial``) holds accumulators; here each accumulator is a frozen value with its
counts as fields. Reading checks everything that counting guarantees: that no part is greater than
its whole, and that a histogram matches its sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import attrs

from incidentcore.instants import Interval
from incidentcore.kpi import Kpi, Partial, Periods
from incidentcore.kpi.engine import accumulators
from incidentcore.kpi.engine.accumulators import Accumulator, at_instant, instant
from incidentcore.kpi.engine.sketch import SHARED, Sketch
from incidentcore.serialization.faults import Fault, Faults, Mismatch, Path, check_hashes
from incidentcore.values import FrozenMap

Exact: TypeAlias = int | Fraction

_LONGEST: Final = 2**63 - 1  # a time in microseconds fits into eight bytes
_LAST_BUCKET: Final = 40_000  # that of 10**300 in millionths is 35,564
_LONGEST_PERIOD: Final = 40  # characters
_BITS: Final = 300  # a whole number that JSON's own numbers have room for


@attrs.frozen(kw_only=True)
class Counted:
    """Base class of all accumulators, with the number of excluded records by reason."""

    excluded: FrozenMap[int] = FrozenMap()


@attrs.frozen(kw_only=True)
class Tally(Counted):
    """A count: how many (``hits``) of ``n`` records satisfy the numerator."""

    hits: int
    n: int


@attrs.frozen(kw_only=True)
class Ratio(Counted):
    """Two exact sums over ``n`` records: the numerator and denominator of a ratio."""

    above: Exact
    below: Exact
    n: int


@attrs.frozen(kw_only=True)
class Flow(Counted):
    """The numbers of records that were opened (``came``) and that ended (``went``), of ``n``."""

    came: int
    went: int
    n: int


@attrs.frozen(kw_only=True)
class Sample(Counted):
    """All values in ascending order: numbers, or durations in microseconds.

    For survival, a duration is doubled, and made odd if its end was observed.
    """

    values: tuple[Exact, ...]


@attrs.frozen(kw_only=True)
class Histogram:
    """Counts by bucket two per cent wide, of durations in microseconds or numbers in millionths."""

    n: int
    total: Exact
    least: Exact | None
    greatest: Exact | None
    buckets: tuple[tuple[int, int], ...]


@attrs.frozen(kw_only=True)
class Histograms(Counted):
    """Histograms of values: those whose end was observed, and those whose end was not."""

    seen: Histogram
    censored: Histogram


@attrs.frozen(kw_only=True)
class Keyed(Counted):
    """The instants at which each value of a key, such as a service, occurred in ``n`` records."""

    n: int
    keys: tuple[tuple[object, tuple[datetime, ...]], ...]


@attrs.frozen(kw_only=True)
class Spans(Counted):
    """Periods of time of ``n`` records, each with its beginning and end.

    Older documents have neither ``n``, since each record had one period, nor ``weights``.
    """

    spans: tuple[tuple[datetime, datetime], ...]
    n: int | None = None
    weights: tuple[Exact, ...] = ()


@attrs.frozen(kw_only=True)
class Row:
    """The accumulators of one group and period (``cells``)."""

    group: tuple[object, ...]
    period: str | None
    cells: tuple[Tally | Ratio | Flow | Sample | Histograms | Keyed | Spans, ...]


@attrs.frozen(kw_only=True)
class PartialForm:
    """A partial result of KPIs, with the definitions of the KPIs."""

    kpis: tuple[Kpi, ...]
    as_of: datetime
    groups: tuple[str, ...]
    window: Interval | Periods | None
    mode: Literal["exact", "sketch"]
    rows: tuple[Row, ...]


# The written forms by name; a partial's own is "KpiPartial".
FORMS: Final[dict[type, str]] = {
    form: f"KpiPartial{form.__name__}"
    for form in (Flow, Histogram, Histograms, Keyed, Ratio, Row, Sample, Spans, Tally)
}


def to_form(part: Partial) -> PartialForm:
    """Return the written form of a partial result; equal ones have equal forms."""
    rows = [
        Row(group=group, period=period, cells=tuple(map(_form, cells)))
        for (group, period), cells in part.cells.items()
    ]
    return PartialForm(
        kpis=part.kpis,
        as_of=part.as_of,
        groups=part.groups,
        window=part.window,
        mode=part.mode,
        rows=tuple(sorted(rows, key=lambda row: (row.period or "", repr(row.group)))),
    )


def _form(total: Accumulator) -> Any:
    excluded = FrozenMap({code: total.excluded[code] for code in sorted(total.excluded)})
    form, write, _ = _FORMS[type(total)]
    return form(excluded=excluded, **write(total))


def _write_sample(total: accumulators.Sample) -> dict[str, Any]:
    return {"values": tuple(map(_exact, total.ordered()))}


def _write_sketch(total: accumulators.SketchedSample) -> dict[str, Any]:
    return {"seen": _histogram(total.seen), "censored": _histogram(total.censored)}


def _write_keyed(total: accumulators.Keyed) -> dict[str, Any]:
    keys = [(key, tuple(map(at_instant, sorted(seen)))) for key, seen in total.keys.items()]
    return {"n": total.n, "keys": tuple(sorted(keys, key=repr))}


def _write_spans(total: accumulators.Spans) -> dict[str, Any]:
    spans = sorted(total.spans)
    weights = [weight for _, _, weight in spans]
    return {
        "spans": tuple((at_instant(start), at_instant(stop)) for start, stop, _ in spans),
        "n": total.n,
        "weights": () if all(weight == 1 for weight in weights) else tuple(map(_exact, weights)),
    }


def _exact(value: Exact) -> Exact:
    """Return a number in canonical form: a fraction as text, unless it is short and whole."""
    is_short = value.denominator == 1 and value.numerator.bit_length() <= _BITS
    return value.numerator if is_short else Fraction(value)


def _histogram(sketch: Sketch) -> Histogram:
    least, greatest = sketch.least, sketch.greatest
    return Histogram(
        n=sketch.n,
        total=_exact(sketch.total),
        least=None if least is None else _exact(least),
        greatest=None if greatest is None else _exact(greatest),
        buckets=tuple(sketch.state().items()),
    )


def from_form(form: PartialForm) -> Partial:
    """Return the partial result that a written form describes.

    Raises:
        Problems: The form is not valid; the error includes the place of each problem.
        InvalidValueError: The definitions, window and mode do not match.
    """
    if len(set(form.groups)) != len(form.groups):
        raise Faults([Fault("the same heading twice", ("groups",))])
    part = Partial(
        form.kpis, as_of=form.as_of, groups=form.groups, window=form.window, mode=form.mode
    )
    try:
        check_hashes([(row.group, row.period) for row in form.rows])
    except Mismatch as error:
        raise Faults([Fault(str(error), ("rows",))]) from None
    problems: list[Fault] = []
    seen: set[object] = set()
    for place, row in enumerate(form.rows):
        problems.extend(_fill(part, row, ("rows", place), seen))
    if problems:
        raise Faults(problems)
    return part


def _fill(part: Partial, row: Row, path: Path, seen: set[object]) -> Iterator[Fault]:
    """Make the cells of a row, and yield its problems."""
    key = (row.group, row.period)
    if key in seen:
        yield Fault("the same group and period twice", path)
        return
    seen.add(key)
    if len(row.group) != len(part.groups):
        yield Fault(f"{len(row.group)} values; allowed: {len(part.groups)}", (*path, "group"))
        return
    if not _is_period(part.window, row.period):
        yield Fault("no name of a period of the window", (*path, "period"))
        return
    cells = part.row(key)
    if len(cells) != len(row.cells):
        yield Fault(f"{len(row.cells)} cells; allowed: {len(cells)}", (*path, "cells"))
        return
    for place, (cell, said) in enumerate(zip(cells, row.cells, strict=True)):
        wanted, _, load = _FORMS[type(cell)]
        where = (*path, "cells", place)
        try:
            if type(said) is not wanted:
                allowed = FORMS[wanted]
                raise Mismatch(f"a {FORMS[type(said)]}; allowed: {allowed}")
            if not all(code and count > 0 for code, count in said.excluded.items()):
                raise Mismatch("excluded: allowed: reasons with a count of at least 1")
            times = part.firsts[place].unit == "duration"
            load(cell, said, times)
        except Mismatch as error:
            yield Fault(str(error), where)
        else:
            cell.excluded.update(said.excluded)


def _is_period(window: Interval | Periods | None, name: str | None) -> bool:
    if not isinstance(window, Periods) or name is None:
        return (name is None) is not isinstance(window, Periods)
    if len(name) > _LONGEST_PERIOD or not name.isascii():
        return False
    try:
        return window.label(window.interval(name).start) == name
    except (ValueError, LookupError, OverflowError):
        return False


def _holds(is_so: bool, what: str) -> None:  # noqa: FBT001  the outcome itself
    if not is_so:
        raise Mismatch(f"what no counting gives; allowed: {what}")


def _load_tally(cell: Any, said: Tally, _: bool) -> None:  # noqa: FBT001
    _holds(0 <= said.hits <= said.n, "hits from 0 to n")
    cell.hits, cell.n = said.hits, said.n


def _load_ratio(cell: Any, said: Ratio, _: bool) -> None:  # noqa: FBT001
    _holds(said.n >= 0 and (said.n > 0 or said.above == said.below == 0), "sums over n records")
    cell.above, cell.below, cell.n = said.above, said.below, said.n


def _load_flow(cell: Any, said: Flow, _: bool) -> None:  # noqa: FBT001
    _holds(0 <= said.came <= said.n and 0 <= said.went <= said.n, "came and went from 0 to n")
    cell.above, cell.below, cell.n = said.came, said.went, said.n


def _load_sample(cell: Any, said: Sample, times: bool) -> None:  # noqa: FBT001
    for value in said.values if times else ():
        _holds(type(value) is int and 0 <= value <= _LONGEST, "times in whole microseconds")
    cell.values.extend(said.values)


def _load_sketch(cell: Any, said: Histograms, times: bool) -> None:  # noqa: FBT001
    _holds(cell.survival or not said.censored.n, "nothing censored, since it is not a survival")
    for sketch, histogram in ((cell.seen, said.seen), (cell.censored, said.censored)):
        _load_histogram(sketch, histogram, times=times)


def _load_histogram(sketch: Sketch, said: Histogram, *, times: bool) -> None:
    ends = least, greatest = said.least, said.greatest
    _holds(said.n == sum(count for _, count in said.buckets), "n as the sum of the buckets")
    _holds(all(count > 0 for _, count in said.buckets), "buckets with a count of at least 1")
    _holds(all(low < high for (low, _), (high, _) in pairwise(said.buckets)), "buckets ascending")
    _holds(all(abs(key) <= _LAST_BUCKET for key, _ in said.buckets), f"up to {_LAST_BUCKET}")
    if not said.n:
        _holds(ends == (None, None) and said.total == 0, "no values, and none as ends")
        return
    if least is None or greatest is None:
        raise Mismatch("a histogram without ends; allowed: the least and the greatest value")
    _holds(said.n * least <= said.total <= said.n * greatest, "a sum between n times the ends")
    if times:
        _holds(type(least) is type(greatest) is int and least >= 0, "times in whole microseconds")
    own = Sketch(scaled=not times)  # its ends lie in the first and in the last bucket
    for value in (least, greatest):
        own.add(value)
    keys = (said.buckets[0][0], said.buckets[-1][0])
    _holds((min(own.buckets), max(own.buckets)) == keys, "ends within the outer buckets")
    sketch.n, sketch.total = said.n, said.total
    sketch.least, sketch.greatest = least, greatest
    sketch.buckets.update((SHARED.get(key, key), count) for key, count in said.buckets)


def _load_keyed(cell: Any, said: Keyed, _: bool) -> None:  # noqa: FBT001
    _holds(said.n >= 0, "a count of at least 0")
    check_hashes([key for key, _ in said.keys])
    cell.n = said.n
    cell.keys = {key: list(map(instant, seen)) for key, seen in said.keys}
    _holds(len(cell.keys) == len(said.keys), "each key once")


def _load_spans(cell: Any, said: Spans, _: bool) -> None:  # noqa: FBT001
    n = len(said.spans) if said.n is None else said.n
    weights = said.weights or (1,) * len(said.spans)
    _holds(n >= 0 and (n > 0 or not said.spans), "spells of at least one record")
    _holds(len(weights) == len(said.spans), "one weight for each spell")
    _holds(all(0 < weight <= 1 for weight in weights), "weights above 0, up to 1")
    cell.n = n
    cell.spans = [
        (instant(start), instant(stop), weight)
        for (start, stop), weight in zip(said.spans, weights, strict=True)
    ]
    _holds(all(start <= stop for start, stop, _ in cell.spans), "spells that end after they begin")


Load: TypeAlias = Callable[[Any, Any, bool], None]

# For each kind of accumulator its form, and the functions there and back.
_FORMS: Final[dict[type, tuple[Any, Callable[[Any], dict[str, Any]], Load]]] = {
    accumulators.Tally: (Tally, lambda total: {"hits": total.hits, "n": total.n}, _load_tally),
    accumulators.Ratio: (
        Ratio,
        lambda total: {"above": _exact(total.above), "below": _exact(total.below), "n": total.n},
        _load_ratio,
    ),
    accumulators.Flow: (
        Flow,
        lambda total: {"came": total.above, "went": total.below, "n": total.n},
        _load_flow,
    ),
    accumulators.Sample: (Sample, _write_sample, _load_sample),
    accumulators.SketchedSample: (Histograms, _write_sketch, _load_sketch),
    accumulators.Keyed: (Keyed, _write_keyed, _load_keyed),
    accumulators.Spans: (Spans, _write_spans, _load_spans),
}
