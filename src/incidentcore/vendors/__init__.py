"""Importers for the exports of well-known tools."""

from incidentcore.vendors.servicenow import (
    AuditLog,
    StateCheck,
    check_states,
    load_audit_log,
    read_audit_log,
)
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS
from incidentcore.vendors.servicenow_states import (
    AUDIT_LIFECYCLE,
    AUDIT_STATES,
    STRICT_LIFECYCLE,
)
from incidentcore.vendors.tabular import Table, open_table

__all__ = [
    "AUDIT_KPIS",
    "AUDIT_LIFECYCLE",
    "AUDIT_STATES",
    "AuditLog",
    "STRICT_LIFECYCLE",
    "StateCheck",
    "Table",
    "check_states",
    "load_audit_log",
    "open_table",
    "read_audit_log",
]
