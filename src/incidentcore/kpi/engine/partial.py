"""The contribution of a part of the records: the accumulators of every group and period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias, get_args

import attrs

from incidentcore._checks import as_tuple, need_each, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_utc
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.engine.accumulators import Accumulator
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.kpi.periods import Periods, Window, Windows
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN

Key: TypeAlias = tuple[tuple[object, ...], str | None]
Row: TypeAlias = list[Accumulator]


# What does not decide a KPI's values: how one figure is made of them, and words.
_OF_FIGURES: Final = attrs.filters.exclude(
    *("id", "statistic", "objective", "min_n", "confidence"),
    *("title", "formula", "edge_cases", "source", "_definition"),
)


def _families(kpis: Sequence[Kpi]) -> tuple[tuple[Kpi, ...], tuple[int, ...]]:
    """Return one KPI for each set of values to keep, and for each KPI the index of its set."""
    places: dict[Any, int] = {}
    firsts: list[Kpi] = []
    of: list[int] = []
    for kpi in kpis:
        values = attrs.astuple(kpi, recurse=False, filter=_OF_FIGURES)
        family = (values, kpi.statistic == SURVIVAL_MEDIAN)
        place = places.setdefault(family, len(firsts))
        if place == len(firsts):
            firsts.append(kpi)
        of.append(place)
    return tuple(firsts), tuple(of)


def as_kpis(kpis: Iterable[Kpi] | Kpi) -> tuple[Kpi, ...]:
    """Return one or more definitions as a tuple."""
    need_kind("kpis", kpis, (Kpi, Iterable), allowed="a Kpi, or several")
    several = as_tuple(kpis, Kpi)
    need_each("kpis", several, Kpi, allowed="Kpi values, such as those of kpi.catalogue")
    return several


class Partial:
    """A partial result: what some of the records contribute to KPIs; see ``finish_partial``.

    It can be pickled, and ``dumps`` writes it as a document. Partial results with the same contents
    are equal. KPIs that differ only in their statistic share a set of values.

    Attributes:
        kpis: The definitions, in the order given.
        as_of: The instant of the computation.
        groups: The headings of the groups.
        window: The window or periods, if any.
        windows: Computed: the same, up to the instant of the computation.
        mode: ``exact`` or ``sketch``.
        cells: For each group and period, one accumulator for each set of values.
        firsts: For each set of values, the first of the KPIs that share it.
        places: For each KPI, the index of its set of values.
    """

    __slots__ = (
        "as_of",
        "cells",
        "firsts",
        "groups",
        "kpis",
        "mode",
        "places",
        "window",
        "windows",
    )

    def __init__(
        self,
        kpis: Sequence[Kpi],
        *,
        as_of: datetime,
        groups: tuple[str, ...],
        window: Window,
        mode: PartialMode,
    ) -> None:
        self.kpis: tuple[Kpi, ...] = as_kpis(kpis)
        self.as_of: datetime = as_utc(as_of, "as_of")
        self.groups: tuple[str, ...] = groups
        self.window: Window = window
        self.windows: Windows = Windows(window, self.as_of)
        self.mode = mode
        self.cells: dict[Key, Row] = {}
        self._check()
        self.firsts: tuple[Kpi, ...]
        self.places: tuple[int, ...]
        self.firsts, self.places = _families(self.kpis)

    def _check(self) -> None:
        ids: set[str] = set()
        for kpi in self.kpis:
            if kpi.id in ids:
                raise InvalidValueError("kpis", kpi.id, "each id once")
            ids.add(kpi.id)
            measure = kpi.measure
            if self.mode == "sketch" and measure.totals.exact_only:
                raise InvalidValueError("mode", "sketch", f"exact: {kpi.id} keeps state by key")
            if measure.totals.needs_window and self.window is None:
                raise InvalidValueError(
                    "window", None, f"a window: {kpi.id} is a share of its time"
                )
            if self.windows.periods is not None and kpi.window_basis == "snapshot":
                raise InvalidValueError(
                    "window", self.window, f"none: {kpi.id} is as of one instant; see backlog_data"
                )
        if self.mode not in get_args(PartialMode):
            raise InvalidValueError("mode", self.mode, "exact or sketch")
        need_kind("window", self.window, Interval | Periods | None)

    def row(self, key: Key) -> Row:
        """Return the accumulators of a group and period; they are created if there are none yet."""
        row = self.cells.get(key)
        if row is None:
            row = self.cells[key] = self.empty_row()
        return row

    def add(self, key: Key, row: Row) -> None:
        """Add a row of accumulators of the same definitions to that of a group and period."""
        for total, other in zip(self.row(key), row, strict=True):
            total.merge(other)
            if excluded := other.excluded:
                mine = total.excluded
                for code, count in excluded.items():
                    mine[code] = mine.get(code, 0) + count

    def empty(self) -> Partial:
        """Return a partial result of the same definitions to which nothing has contributed."""
        return Partial(
            self.kpis, as_of=self.as_of, groups=self.groups, window=self.window, mode=self.mode
        )

    def empty_row(self) -> Row:
        """Return new accumulators, one for each of ``firsts``."""
        return [kpi.measure.accumulator(kpi, self.mode) for kpi in self.firsts]

    @property
    def identity(self) -> tuple[object, ...]:
        """Return the attributes in which two partial results must agree to be merged."""
        return self.kpis, self.as_of, self.groups, self.window, self.mode

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Partial):
            return NotImplemented
        return self.identity == other.identity and self._state() == other._state()

    def __hash__(self) -> int:
        return hash(self.identity)

    def _state(self) -> dict[Key, list[Any]]:
        return {
            key: [(total.excluded, total.contents()) for total in row]
            for key, row in self.cells.items()
        }

    def __repr__(self) -> str:
        return (
            f"<Partial of {len(self.kpis)} KPIs as of {self.as_of.isoformat()}, {self.mode}, "
            f"{len(self.cells)} groups>"
        )
