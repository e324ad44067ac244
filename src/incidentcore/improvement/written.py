"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.improvement.actions import (
    ActionOrigin,
    ActionStatusChange,
    ImprovementAction,
    KpiTarget,
)
from incidentcore.improvement.register import ImprovementRegister

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "ActionOrigin": ActionOrigin,
    "ActionStatusChange": ActionStatusChange,
    "ImprovementAction": ImprovementAction,
    "ImprovementRegister": ImprovementRegister,
    "KpiTarget": KpiTarget,
}
