"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.forecast.breach import BreachModel, CellHistory

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {"BreachModel": BreachModel, "BreachCellHistory": CellHistory}
