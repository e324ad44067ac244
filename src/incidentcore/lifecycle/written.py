"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.lifecycle.cascade import CascadeEffect
from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
from incidentcore.lifecycle.decision import Allowed, PathStep, Refused
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.guards import EveryLinked
from incidentcore.lifecycle.reopening import ReopenWindow
from incidentcore.lifecycle.transition import Guard, InputField, Transition

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Cascade": CascadeRule,
    "Copy": Copy,
    "EveryLinked": EveryLinked,
    "InputField": InputField,
    "Lifecycle": Lifecycle,
    "ReopenWindow": ReopenWindow,
    "Transition": Transition,
    "Allowed": Allowed,
    "CascadeEffect": CascadeEffect,
    "PathStep": PathStep,
    "Refused": Refused,
}

FAMILIES: Final[dict[Any, tuple[type, ...]]] = {Guard: (EveryLinked, ReopenWindow)}
