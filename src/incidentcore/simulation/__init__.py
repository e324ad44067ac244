"""Drills, scored by clocks, and a seeded simulation of a desk and its agents."""

from incidentcore.simulation.after_action import DrillReport
from incidentcore.simulation.desk_run import simulate
from incidentcore.simulation.drill import (
    BotStep,
    Drill,
    DueInject,
    Expectation,
    Inject,
    injects_due,
)
from incidentcore.simulation.drill_file import load_drill
from incidentcore.simulation.drill_lint import lint_drill
from incidentcore.simulation.fit import fit_workloads
from incidentcore.simulation.outcome import Simulation
from incidentcore.simulation.rehearsal import rehearse
from incidentcore.simulation.score import score_drill
from incidentcore.simulation.workload import (
    Agent,
    ByArrival,
    ByPriority,
    Distribution,
    Empirical,
    Exponential,
    Hold,
    Lognormal,
    QueueOrder,
    Reassign,
    Team,
    Workload,
)

__all__ = [
    "Agent",
    "BotStep",
    "ByArrival",
    "ByPriority",
    "Distribution",
    "Drill",
    "DrillReport",
    "DueInject",
    "Empirical",
    "Expectation",
    "Exponential",
    "Hold",
    "Inject",
    "Lognormal",
    "QueueOrder",
    "Reassign",
    "Simulation",
    "Team",
    "Workload",
    "fit_workloads",
    "injects_due",
    "lint_drill",
    "load_drill",
    "rehearse",
    "score_drill",
    "simulate",
]
