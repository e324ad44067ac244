"""Counts of records and of different values, and shares of what is listed or repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, ClassVar

import attrs

from incidentcore._checks import as_tuple, need_span, tuple_of
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Keyed, Tally, microseconds
from incidentcore.kpi.engine.results import Definition, Figure, quotient
from incidentcore.kpi.measures.base import Extract, Measure, Totals
from incidentcore.kpi.moments import as_path, compile_path, facts_of
from incidentcore.records import Record


def _amount(total: float | Decimal | Fraction | None) -> int | Fraction | None:
    if total is None:
        return None
    try:
        exact = Fraction(total)
    except (TypeError, ValueError, ArithmeticError):
        raise KpiDefinitionError("amount", total, "a finite number") from None
    return exact.numerator if exact.denominator == 1 else exact


def _path(path: str | None) -> str | None:
    return None if path is None else as_path(path)


@attrs.frozen(kw_only=True)
class Count(Measure):
    """The number of records, or a figure derived from it.

    Pass at most one of ``distinct``, ``per`` and ``amount``.

    Attributes:
        distinct: A field: count its different values instead of the records.
        per: A field: divide the number of records by the number of its different values, as in
            incidents per caller.
        amount: An amount for the window: divide it by the number of records, as in cost per ticket.
        unit: ``records`` by default, ``values`` with ``distinct``; or the unit of the amount.

    >>> from incidentcore.kpi import Count
    >>> Count().unit, Count(distinct="caller").unit, Count(amount=5000, unit="EUR").unit
    ('records', 'values', 'EUR')
    """

    distinct: str | None = attrs.field(default=None, converter=_path)
    per: str | None = attrs.field(default=None, converter=_path)
    amount: int | Fraction | None = attrs.field(default=None, converter=_amount)
    unit: str = ""

    def __attrs_post_init__(self) -> None:
        choices = (self.distinct, self.per, self.amount)
        if sum(choice is not None for choice in choices) > 1:
            raise KpiDefinitionError("count", choices, "one of distinct, per and amount at most")
        own = "values" if self.distinct else "number" if self.amount is not None else "records"
        if self.unit not in ("", own) and self.amount is None:
            raise KpiDefinitionError("unit", self.unit, f"{own}: only an amount has another")
        object.__setattr__(self, "unit", self.unit or own)

    @property
    def totals(self) -> Totals:
        return Keyed if self.distinct or self.per else Tally

    @property
    def needs(self) -> frozenset[str]:
        return facts_of(path for path in (self.distinct, self.per) if path)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        path = self.distinct or self.per
        if path is None:
            return lambda _: True
        read = compile_path(path)
        return lambda record: "no_value" if (key := read(record)) is None else (key, None)

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        n = total.n
        if self.distinct:
            return Figure(value=len(total.keys), n=n)
        if self.per:
            return quotient(kpi, n, len(total.keys), n)
        return Figure(value=n, n=n) if self.amount is None else quotient(kpi, self.amount, n, n)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(tuple_of(names))


@attrs.frozen
class LinkedShare(Measure):
    """The share of the listed items to which at least one record is linked.

    If all deployments are listed, for example, this is the share that caused an incident.

    Attributes:
        type: The type of the link, such as ``"caused_by_change"``.
        targets: The ids of all items, linked or not; their number is the denominator.
    """

    type: str
    targets: frozenset[str] = attrs.field(converter=_names)

    totals: ClassVar[Totals] = Keyed
    unit = "fraction"
    of = "the listed items"

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        wanted, targets = self.type, self.targets

        def linked(record: Record) -> Any:
            return [
                link.target
                for link in record.links
                if link.type == wanted and link.target in targets
            ] or "no_link"

        return linked

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        return quotient(kpi, len(total.keys), len(self.targets), total.n)


def _positive(_: object, field: attrs.Attribute[Any], value: object) -> None:
    allowed = "a positive timedelta"
    need_span(field.name, value, KpiDefinitionError, allowed, more_than_zero=True)


def _paths(paths: Iterable[str]) -> tuple[str, ...]:
    names: tuple[str, ...] = as_tuple(paths, str)
    if not names:
        raise KpiDefinitionError("key", names, "at least one field")
    return tuple(map(as_path, names))


@attrs.frozen
class Recurrence(Measure):
    """The share of records whose key equals that of a record opened at most ``within`` earlier.

    Attributes:
        key: The fields whose values must be equal. Records without any of these values are left
            out.
        within: The longest time between the two openings.
    """

    key: tuple[str, ...] = attrs.field(converter=_paths)
    within: timedelta = attrs.field(validator=_positive)

    totals: ClassVar[Totals] = Keyed
    unit = "fraction"
    of = "records with a key"

    @property
    def needs(self) -> frozenset[str]:
        return facts_of(self.key)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        reads = [compile_path(path) for path in self.key]

        def keyed(record: Record) -> Any:
            key = tuple([read(record) for read in reads])
            if all(part in (None, "", ()) for part in key):
                return "no_value"
            return key, record.opened_at

        return keyed

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        gap = microseconds(self.within)
        again = sum(
            later - earlier <= gap
            for instants in total.keys.values()
            for earlier, later in pairwise(sorted(instants))
        )
        return quotient(kpi, again, total.n, total.n)
