"""How the values of many records become one figure: mean, median, quantile, sum, extremes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, exact_fraction, need_word
from incidentcore.errors import KpiDefinitionError

Kind: TypeAlias = Literal["mean", "median", "quantile", "sum", "min", "max", "survival_median"]

_Q: Final = 'None, or a quantile for the kind "quantile", as in quantile("0.9")'


def _place(q: float | str | Decimal | Fraction | None) -> Fraction | None:
    allowed = "a number from 0 to 1"
    exact = None if q is None else exact_fraction("q", q, allowed, KpiDefinitionError)
    if exact is not None and not 0 <= exact <= 1:
        raise KpiDefinitionError("q", q, allowed)
    return exact


@attrs.frozen
class Statistic(SharedRepr):
    """A rule for turning the values of many records into one figure, such as the mean.

    For a ``Kpi``, the kind is enough: ``statistic="median"``; for a quantile, call ``quantile``.

    Attributes:
        kind: mean, median, quantile, sum, min, max or survival_median.
        q: The quantile, from 0 to 1; None for the other kinds.
    """

    kind: Kind
    q: Fraction | None = attrs.field(default=None, converter=_place)

    def __attrs_post_init__(self) -> None:
        need_word("statistic", self.kind, Kind, KpiDefinitionError)
        if (self.q is not None) != (self.kind == "quantile"):
            raise KpiDefinitionError("q", self.q, _Q)

    @property
    def place(self) -> Fraction | None:
        """Return the quantile to read, which is one half for the median; None for other kinds."""
        return Fraction(1, 2) if self.kind == "median" else self.q

    def __str__(self) -> str:
        return self.kind if self.q is None else f"quantile {float(self.q):g}"


MEAN: Final = Statistic("mean")
MEDIAN: Final = Statistic("median")
SUM: Final = Statistic("sum")
MIN: Final = Statistic("min")
MAX: Final = Statistic("max")
SURVIVAL_MEDIAN: Final = Statistic("survival_median")


def quantile(q: float | str | Decimal | Fraction) -> Statistic:
    """Return the statistic for a quantile, by inclusive linear interpolation.

    Args:
        q: The quantile, from 0 to 1; 0.9 means exactly nine tenths.
    """
    return Statistic("quantile", q)
