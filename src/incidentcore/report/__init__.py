"""Reports: a page about many incidents, for readers or as data."""

from incidentcore.report.build import build_report, failing
from incidentcore.report.service_page import service_page

__all__ = ["build_report", "failing", "service_page"]
