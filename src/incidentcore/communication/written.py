"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.communication.plan import CommunicationPlan, UpdateRule
from incidentcore.communication.template import UpdateTemplate
from incidentcore.communication.updates import MissedUpdate, StakeholderUpdate

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "CommunicationPlan": CommunicationPlan,
    "MissedUpdate": MissedUpdate,
    "StakeholderUpdate": StakeholderUpdate,
    "UpdateRule": UpdateRule,
    "UpdateTemplate": UpdateTemplate,
}
