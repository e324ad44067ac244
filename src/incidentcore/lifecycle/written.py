"""How documents name the classes of this room; ``serialization`` gathers these lists."""

from __future__ import annotations

from typing import Final

from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.reopening import ReopenWindow
from incidentcore.lifecycle.transition import InputField, Transition

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Cascade": CascadeRule,
    "Copy": Copy,
    "InputField": InputField,
    "Lifecycle": Lifecycle,
    "ReopenWindow": ReopenWindow,
    "Transition": Transition,
}
