"""Communication with stakeholders: who must be informed, by when, and which updates were late."""

from incidentcore.communication.evaluate import (
    due_updates,
    missed_updates,
    next_update_wakeup,
    update_log,
)
from incidentcore.communication.lint import lint_communication
from incidentcore.communication.plan import PUBLIC_REPLY, CommunicationPlan, UpdateRule
from incidentcore.communication.presets import major_incident_plan
from incidentcore.communication.template import UpdateTemplate
from incidentcore.communication.updates import MissedUpdate, StakeholderUpdate

__all__ = [
    "CommunicationPlan",
    "MissedUpdate",
    "PUBLIC_REPLY",
    "StakeholderUpdate",
    "UpdateRule",
    "UpdateTemplate",
    "due_updates",
    "lint_communication",
    "major_incident_plan",
    "missed_updates",
    "next_update_wakeup",
    "update_log",
]
