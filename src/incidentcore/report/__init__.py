"""Reports: a page on many incidents, to read or as data."""

from incidentcore.report.build import build_report
from incidentcore.report.page import Report, Section
from incidentcore.report.rules import ReportRules, standard_rules
from incidentcore.report.tally import Tally

__all__ = [
    "Report",
    "ReportRules",
    "Section",
    "Tally",
    "build_report",
    "standard_rules",
]
