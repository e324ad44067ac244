"""Drills: exercises with a script, scored by the clocks and plans of real work."""

from incidentcore.simulation.after_action import DrillEntry, DrillLine, DrillReport, DrillResult
from incidentcore.simulation.drill import (
    BotStep,
    Drill,
    DueInject,
    Expectation,
    Inject,
    InjectKind,
    injects_due,
)
from incidentcore.simulation.drill_file import load_drill
from incidentcore.simulation.drill_lint import DRILL_TEXTS, lint_drill
from incidentcore.simulation.rehearsal import rehearse
from incidentcore.simulation.score import score_drill

__all__ = [
    "BotStep",
    "DRILL_TEXTS",
    "Drill",
    "DrillEntry",
    "DrillLine",
    "DrillReport",
    "DrillResult",
    "DueInject",
    "Expectation",
    "Inject",
    "InjectKind",
    "injects_due",
    "lint_drill",
    "load_drill",
    "rehearse",
    "score_drill",
]
