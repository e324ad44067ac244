"""Priority tables of well-known tools, ready to use.

The scales of other systems have their own levels, so that a mix-up is an error and not a wrong
priority. The worst level always comes first, even if the system's numbers rise with severity.
"""

from __future__ import annotations

from typing import Final

from incidentcore.priority.matrix import PriorityMatrix
from incidentcore.values import Impact, Priority, Scale, Urgency

# The matrix that ServiceNow documents for incidents and problems (priority lookup rules).
SERVICENOW: Final = PriorityMatrix(
    Impact.scale,
    Urgency.scale,
    [
        ["critical", "high", "moderate"],
        ["high", "moderate", "low"],
        ["moderate", "low", "planning"],
    ],
    name="ServiceNow",
)

# The most common variation: four priorities, with "low" for everything of low impact and urgency.
# Its levels are those of Priority, without "planning". The published audit log of a ServiceNow
# instance (UCI data set 498) follows it without exception.
PLAIN_3X3: Final = PriorityMatrix(
    Impact.scale,
    Urgency.scale,
    [
        ["critical", "high", "moderate"],
        ["high", "moderate", "low"],
        ["moderate", "low", "low"],
    ],
    scale=Scale(Priority.scale.id, Priority.scale.names[:4]),
    name="plain 3x3",
)

# Atlassian's documented example, as published: Minor/Medium is Lowest but Minor/Low is Low, which
# lint_matrix reports. Mend it before use.
JIRA_EXAMPLE: Final = PriorityMatrix(
    Scale("jira_impact", ("Extensive", "Significant", "Moderate", "Minor")),
    Scale("jira_urgency", ("Critical", "High", "Medium", "Low", "Lowest")),
    [
        ["Highest", "High", "Medium", "Low", "Lowest"],
        ["Highest", "High", "Medium", "Low", "Lowest"],
        ["High", "Medium", "Low", "Low", "Lowest"],
        ["Medium", "Low", "Lowest", "Low", "Lowest"],
    ],
    scale=Scale("jira_priority", ("Highest", "High", "Medium", "Low", "Lowest")),
    name="Jira's example",
)

# BMC Remedy's weights and the bands observed with them; sums of 16 and 17 cannot occur.
_BMC_IMPACT: Final = Scale(
    "bmc_impact",
    ("1-Extensive/Widespread", "2-Significant/Large", "3-Moderate/Limited", "4-Minor/Localized"),
)
BMC: Final = PriorityMatrix.from_weights(
    _BMC_IMPACT,
    Scale("bmc_urgency", ("1-Critical", "2-High", "3-Medium", "4-Low")),
    row_weights=zip(_BMC_IMPACT.names, (9, 5, 3, 0), strict=True),
    column_weights={"1-Critical": 20, "2-High": 15, "3-Medium": 10, "4-Low": 0},
    bands={"Critical": 24, "High": 18, "Medium": 10},
    scale=Scale("bmc_priority", ("Critical", "High", "Medium", "Low")),
    name="BMC",
)

_FIVE: Final = ("very_high", "high", "medium", "low", "very_low")

# Five levels each way; the mean of both, and half a step to the milder side.
FLOOR_OF_MEAN_5X5: Final = PriorityMatrix.from_mean(
    Scale("impact_5", _FIVE),
    Scale("urgency_5", _FIVE),
    scale=Scale("priority_5", _FIVE),
    name="floor of the mean",
)

# GLPI's default, whose numbers rise with severity. "major" is set by people only. Rows are impacts
# here as everywhere; GLPI itself prints urgencies as rows.
GLPI: Final = PriorityMatrix(
    Scale("glpi_impact", _FIVE),
    Scale("glpi_urgency", _FIVE),
    [
        ["very_high", "very_high", "high", "medium", "low"],
        ["very_high", "high", "high", "medium", "low"],
        ["high", "high", "medium", "low", "low"],
        ["medium", "medium", "low", "low", "very_low"],
        ["low", "low", "low", "very_low", "very_low"],
    ],
    scale=Scale("glpi_priority", ("major", *_FIVE)),
    manual_only=("major",),
    name="GLPI",
)

# iTop's default: what is hit, and how urgent it is.
ITOP: Final = PriorityMatrix(
    Scale("itop_impact", ("department", "service", "person")),
    Scale("itop_urgency", ("critical", "high", "medium", "low")),
    [
        ["critical", "critical", "high", "low"],
        ["critical", "high", "medium", "low"],
        ["high", "medium", "medium", "low"],
    ],
    scale=Scale("itop_priority", ("critical", "high", "medium", "low")),
    name="iTop",
)
