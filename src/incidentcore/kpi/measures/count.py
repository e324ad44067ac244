"""Counts: the number of records, the number of different values, or an amount per record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Keyed, Tally
from incidentcore.kpi.engine.results import Definition, Figure, quotient
from incidentcore.kpi.measures.base import Extract, Measure, Totals
from incidentcore.kpi.moments import as_path, compile_path, facts_of


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
