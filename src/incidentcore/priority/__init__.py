"""Priorities of records: matrices and other calculators, adjustments, and overrides."""

from incidentcore.priority.adjustments import (
    Adjustment,
    PriorityAdjustment,
    affected_users,
    critical_services,
    security,
    vip,
)
from incidentcore.priority.changes import clear_override, override_priority, prioritize
from incidentcore.priority.lint import lint_matrix
from incidentcore.priority.matrix import PriorityCalculation, PriorityCalculator, PriorityMatrix
from incidentcore.priority.policy import (
    STANDARD_POLICY,
    PriorityOverride,
    PriorityPolicy,
    PriorityResult,
    calculate_priority,
)
from incidentcore.priority.presets import (
    BMC,
    FLOOR_OF_MEAN_5X5,
    GLPI,
    ITOP,
    JIRA_EXAMPLE,
    PLAIN_3X3,
    SERVICENOW,
)

__all__ = [
    "Adjustment",
    "BMC",
    "FLOOR_OF_MEAN_5X5",
    "GLPI",
    "ITOP",
    "JIRA_EXAMPLE",
    "PLAIN_3X3",
    "PriorityAdjustment",
    "PriorityCalculation",
    "PriorityCalculator",
    "PriorityMatrix",
    "PriorityOverride",
    "PriorityPolicy",
    "PriorityResult",
    "SERVICENOW",
    "STANDARD_POLICY",
    "affected_users",
    "calculate_priority",
    "clear_override",
    "critical_services",
    "lint_matrix",
    "override_priority",
    "prioritize",
    "security",
    "vip",
]
