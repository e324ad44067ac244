"""Pages for readers: sections of sentences and tables, as text, Markdown, HTML or data."""

from incidentcore.pages.page import Page, Paged, Picture, Section
from incidentcore.pages.table import Tabular, to_csv, to_html, to_markdown, to_text

__all__ = [
    "Page",
    "Paged",
    "Picture",
    "Section",
    "Tabular",
    "to_csv",
    "to_html",
    "to_markdown",
    "to_text",
]
