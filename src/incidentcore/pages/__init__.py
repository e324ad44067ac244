"""Pages for readers: sections of sentences and tables, as text, Markdown, HTML or data."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.pages.page import Page, Paged, Picture, Section
    from incidentcore.pages.table import Tabular

__all__ = [
    "Page",
    "Paged",
    "Picture",
    "Section",
    "Tabular",
]

if not TYPE_CHECKING:  # checkers see the imports
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "page": "Page Paged Picture Section",
            "table": "Tabular",
        },
    )
