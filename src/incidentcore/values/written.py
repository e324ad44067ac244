"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.values.actors import Actor
from incidentcore.values.findings import LintFinding
from incidentcore.values.scales import Level, Scale
from incidentcore.values.states import State

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Actor": Actor,
    "Level": Level,
    "Scale": Scale,
    "State": State,
    "LintFinding": LintFinding,
}
