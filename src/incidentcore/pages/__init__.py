"""Pages for readers: sections of sentences and tables, as text, Markdown, HTML or data."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.pages.page import Page, Picture, Section

__all__ = ["Page", "Picture", "Section"]

if not TYPE_CHECKING:  # checkers see the imports
    __getattr__, __dir__ = lazy_names(__name__, {"page": "Page Picture Section"})
