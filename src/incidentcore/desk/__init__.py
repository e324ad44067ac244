"""A whole service desk as one value: read it from a file, check it, and list what is due."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.desk.agenda import Agenda
    from incidentcore.desk.check import check_desk
    from incidentcore.desk.compare import RuleDifference, diff_rules
    from incidentcore.desk.desk import Desk
    from incidentcore.desk.due import DueItem, due_items, next_wakeup
    from incidentcore.desk.file import desk_schema, dump_desk, load_desk
    from incidentcore.desk.page import desk_page, explain_record
    from incidentcore.desk.parts import ApprovalPlan, ApprovalStage, AutoClose, DeskField
    from incidentcore.desk.service import Agreement, OwnClock, Service, ServiceTarget

__all__ = [
    "Agenda",
    "Agreement",
    "ApprovalPlan",
    "ApprovalStage",
    "AutoClose",
    "Desk",
    "DeskField",
    "DueItem",
    "OwnClock",
    "RuleDifference",
    "Service",
    "ServiceTarget",
    "check_desk",
    "desk_page",
    "desk_schema",
    "diff_rules",
    "due_items",
    "dump_desk",
    "explain_record",
    "load_desk",
    "next_wakeup",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "agenda": "Agenda",
            "check": "check_desk",
            "compare": "RuleDifference diff_rules",
            "desk": "Desk",
            "due": "DueItem due_items next_wakeup",
            "file": "desk_schema dump_desk load_desk",
            "page": "desk_page explain_record",
            "parts": "ApprovalPlan ApprovalStage AutoClose DeskField",
            "service": "Agreement OwnClock Service ServiceTarget",
        },
    )
