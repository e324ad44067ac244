"""A number or a time that a field of a record holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.kpi.engine.accumulators import microseconds
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, ValueMeasure
from incidentcore.kpi.moments import as_path, compile_path, facts_of
from incidentcore.records import Record

_LONGEST: Final = 50_000_000  # days; twice as many microseconds still fit into eight bytes
_DIGITS: Final = 300
_GREATEST: Final = 10**_DIGITS  # a float holds it, and sums of it


@attrs.frozen
class FieldValue(ValueMeasure):
    """The value of a field: a number or a duration.

    Attributes:
        path: The field. A number may be an int, a float, a Decimal, or a number written as text.
        unit: The unit of the number; ``duration`` for a field that holds a ``timedelta``.
    """

    path: str = attrs.field(converter=as_path)
    unit: str = "number"

    @property
    def needs(self) -> frozenset[str]:
        return facts_of([self.path])

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        path, read = self.path, compile_path(self.path)

        def time(record: Record) -> int | str:
            value = read(record)
            if value is None:
                return "no_value"
            if not isinstance(value, timedelta):
                raise InvalidValueError(path, value, "a timedelta, or None")
            if value.days < 0:
                return "negative"
            return microseconds(value) if value.days < _LONGEST else "out_of_range"

        def number(record: Record) -> int | Fraction | str:
            value = read(record)
            if type(value) is int and -_GREATEST < value < _GREATEST:
                return value
            return "no_value" if value is None else _exact(value)

        return time if self.unit == "duration" else number


def _exact(value: object) -> int | Fraction | str:
    """Return a number exactly, or the code for a value that is not a number."""
    try:
        number: Any = Decimal(value) if isinstance(value, str) else value
        if isinstance(number, Decimal) and number.is_finite() and abs(number.adjusted()) > _DIGITS:
            return "out_of_range"  # as a fraction it would have that many digits
        exact = Fraction(number)
    except (TypeError, ValueError, ArithmeticError):  # Decimal's for a text, or not finite
        return "not_a_number"
    if value is True or value is False:
        return "not_a_number"
    if not -_GREATEST < exact < _GREATEST:
        return "out_of_range"
    return exact.numerator if exact.denominator == 1 else exact
