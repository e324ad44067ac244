"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.whatif.comparison import Change, Comparison
from incidentcore.whatif.erlang import Load
from incidentcore.whatif.smallest_target import TargetEstimate

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Comparison": Comparison,
    "ComparisonChange": Change,
    "OfferedLoad": Load,
    "TargetEstimate": TargetEstimate,
}
