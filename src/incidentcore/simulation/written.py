"""How documents name the classes of this room; ``serialization`` gathers these lists."""

from __future__ import annotations

from typing import Final

from incidentcore.simulation.drill import BotStep, Drill, Expectation, Inject

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Drill": Drill,
    "DrillBotStep": BotStep,
    "DrillExpectation": Expectation,
    "DrillInject": Inject,
}
