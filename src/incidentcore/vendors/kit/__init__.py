"""The import kit: what the library's own importers are built on, for importers of one's own."""

from incidentcore.vendors.kit.entries import IMPORTER, UNSTATED
from incidentcore.vendors.kit.findings import Findings, ImportFinding
from incidentcore.vendors.kit.history import HistoryBuilder
from incidentcore.vendors.kit.importing import COVERAGE, Import
from incidentcore.vendors.kit.paths import entries_of, pick, plain_text, unpaged
from incidentcore.vendors.kit.reported import ReportedSla, reported_slas
from incidentcore.vendors.kit.tables import STANDARD_STATES, LevelTable, Roles, StateTable
from incidentcore.vendors.kit.times import Epoch, TimeReader, Times

__all__ = [
    "COVERAGE",
    "IMPORTER",
    "STANDARD_STATES",
    "UNSTATED",
    "Epoch",
    "Findings",
    "HistoryBuilder",
    "Import",
    "ImportFinding",
    "LevelTable",
    "ReportedSla",
    "Roles",
    "StateTable",
    "TimeReader",
    "Times",
    "entries_of",
    "pick",
    "plain_text",
    "reported_slas",
    "unpaged",
]
