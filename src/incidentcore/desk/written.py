"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.desk.desk import Desk
from incidentcore.desk.due import DueItem
from incidentcore.desk.parts import ApprovalPlan, ApprovalStage, AutoClose, DeskField
from incidentcore.desk.service import Agreement, OwnClock, Service, ServiceTarget

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "DeskAgreement": Agreement,
    "DeskApprovalPlan": ApprovalPlan,
    "DeskApprovalStage": ApprovalStage,
    "DeskAutoClose": AutoClose,
    "Desk": Desk,
    "DeskField": DeskField,
    "DeskClock": OwnClock,
    "DeskService": Service,
    "DeskServiceTarget": ServiceTarget,
    "DueItem": DueItem,
}
