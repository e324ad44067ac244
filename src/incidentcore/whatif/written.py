"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore._lazy import classes_of

WRITTEN: Final = classes_of(
    __name__,
    """
    Comparison ComparisonChange=comparison.ComparisonChange OfferedLoad=Load TargetEstimate
    """,
)
