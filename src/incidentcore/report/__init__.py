"""Reports: a page about many incidents, for readers or as data."""

from incidentcore.report.build import build_report, failing
from incidentcore.report.figures import KPIS, VOLUME
from incidentcore.report.service_page import service_page
from incidentcore.report.tally import Tally, clock_row, outcome, why

__all__ = [
    "KPIS",
    "Tally",
    "VOLUME",
    "build_report",
    "clock_row",
    "failing",
    "outcome",
    "service_page",
    "why",
]
