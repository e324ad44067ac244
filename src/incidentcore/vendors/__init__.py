"""The import kit, and importers for the exports of well-known tools."""

from incidentcore.vendors.audit_log import StateCheck, check_states, read_audit_log
from incidentcore.vendors.columns import ColumnsPage, describe_columns
from incidentcore.vendors.compare import SlaComparison, compare_sla
from incidentcore.vendors.event_log import read_events, read_ocel, read_xes
from incidentcore.vendors.gitlab import read_gitlab
from incidentcore.vendors.happyfox import read_happyfox
from incidentcore.vendors.jira import read_jira
from incidentcore.vendors.jira_csv import read_jira_csv
from incidentcore.vendors.kit import Findings, Import, ImportFinding
from incidentcore.vendors.pagerduty import read_pagerduty
from incidentcore.vendors.servicenow import read_servicenow
from incidentcore.vendors.servicenow_states import AUDIT_LIFECYCLE, STRICT_LIFECYCLE
from incidentcore.vendors.statuspage import read_statuspage
from incidentcore.vendors.table import read_table
from incidentcore.vendors.tabular import Table, open_table
from incidentcore.vendors.zendesk import read_zendesk

__all__ = [
    "AUDIT_LIFECYCLE",
    "ColumnsPage",
    "Findings",
    "Import",
    "ImportFinding",
    "STRICT_LIFECYCLE",
    "SlaComparison",
    "StateCheck",
    "Table",
    "check_states",
    "compare_sla",
    "describe_columns",
    "open_table",
    "read_audit_log",
    "read_events",
    "read_gitlab",
    "read_happyfox",
    "read_jira",
    "read_jira_csv",
    "read_ocel",
    "read_pagerduty",
    "read_servicenow",
    "read_statuspage",
    "read_table",
    "read_xes",
    "read_zendesk",
]
