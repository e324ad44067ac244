"""Importers for the exports of well-known tools."""

from incidentcore.vendors.servicenow import (
    AuditLog,
    StateCheck,
    change_text,
    check_states,
    latest_instant,
    load_audit_log,
    observed_changes,
    read_audit_log,
    refused_changes,
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
    "change_text",
    "check_states",
    "latest_instant",
    "load_audit_log",
    "observed_changes",
    "open_table",
    "read_audit_log",
    "refused_changes",
]
