"""What would change under other rules, and how many agents a workload needs."""

from incidentcore.priority.reprioritized import reprioritized
from incidentcore.whatif.compare import Rules, compare_rules, first_difference
from incidentcore.whatif.comparison import Comparison, Compliance
from incidentcore.whatif.erlang import (
    Load,
    agents_needed,
    answered_within,
    offered_load,
    wait_chance,
)
from incidentcore.whatif.smallest_target import TargetEstimate, smallest_target

__all__ = [
    "Comparison",
    "Compliance",
    "Load",
    "Rules",
    "TargetEstimate",
    "agents_needed",
    "answered_within",
    "compare_rules",
    "first_difference",
    "offered_load",
    "reprioritized",
    "smallest_target",
    "wait_chance",
]
