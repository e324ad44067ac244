"""Reports: a page about many incidents, for readers or as data."""

from incidentcore.report.build import build_report, failing
from incidentcore.report.figures import KPIS
from incidentcore.report.service_page import service_page
from incidentcore.report.tally import clock_row

__all__ = [
    "KPIS",
    "build_report",
    "clock_row",
    "failing",
    "service_page",
]
