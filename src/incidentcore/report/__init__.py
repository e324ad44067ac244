"""Reports: a page on many incidents, to read or as data."""

from incidentcore.report.build import build_report
from incidentcore.report.page import Report, Section
from incidentcore.report.rules import ReportRules, desk_rules, standard_rules
from incidentcore.report.tally import Tally

__all__ = [
    "Report",
    "ReportRules",
    "Section",
    "Tally",
    "build_report",
    "desk_rules",
    "standard_rules",
]
