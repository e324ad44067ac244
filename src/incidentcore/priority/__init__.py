"""Priorities of records: matrices and other calculators, adjustments, and overrides."""

from incidentcore.priority.adjustments import (
    Adjustment,
    affected_users,
    critical_services,
    security,
    vip,
)
from incidentcore.priority.changes import clear_override, override_priority, prioritize
from incidentcore.priority.lint import lint_matrix
from incidentcore.priority.matrix import PriorityCalculation, PriorityMatrix
from incidentcore.priority.policy import STANDARD_POLICY, PriorityPolicy, calculate_priority
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
    "PriorityCalculation",
    "PriorityMatrix",
    "PriorityPolicy",
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
