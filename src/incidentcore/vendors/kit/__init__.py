"""The import kit: building blocks for your own importers, which the library's importers use too."""

from incidentcore.vendors.kit.entries import IMPORTER, LOGGED, UNSTATED
from incidentcore.vendors.kit.findings import Findings, ImportFinding
from incidentcore.vendors.kit.history import HistoryBuilder
from incidentcore.vendors.kit.importing import Import, Tables
from incidentcore.vendors.kit.paths import as_object, entries_of, joined, pick, plain_text, unpaged
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
    "LOGGED",
    "LevelTable",
    "ReportedSla",
    "Roles",
    "STANDARD_STATES",
    "StateTable",
    "Tables",
    "TimeReader",
    "Times",
    "UNSTATED",
    "as_object",
    "entries_of",
    "joined",
    "pick",
    "plain_text",
    "reported_slas",
    "unpaged",
]
