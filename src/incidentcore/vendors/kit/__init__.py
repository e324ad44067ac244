"""The import kit: what the library's own importers are built on, for importers that you write."""

from incidentcore.vendors.kit.entries import IMPORTER, UNSTATED
from incidentcore.vendors.kit.findings import Findings, ImportFinding
from incidentcore.vendors.kit.history import HistoryBuilder
from incidentcore.vendors.kit.importing import Import
from incidentcore.vendors.kit.paths import entries_of, pick, plain_text, unpaged
from incidentcore.vendors.kit.reported import ReportedSla, reported_slas
from incidentcore.vendors.kit.tables import STANDARD_STATES, LevelTable, Roles, StateTable
from incidentcore.vendors.kit.times import Epoch, TimeReader, Times

__all__ = [
    "Epoch",
    "Findings",
    "HistoryBuilder",
    "IMPORTER",
    "Import",
    "ImportFinding",
    "LevelTable",
    "ReportedSla",
    "Roles",
    "STANDARD_STATES",
    "StateTable",
    "TimeReader",
    "Times",
    "UNSTATED",
    "entries_of",
    "pick",
    "plain_text",
    "reported_slas",
    "unpaged",
]
