"""A week in a notebook."""

from __future__ import annotations

import attrs
from tests.schedule.test_calendar import FULL


def test_a_notebook_shows_the_week() -> None:
    """One row a weekday, with the hours as text, and nothing that a name could inject."""
    page = attrs.evolve(FULL, name="<script>")._repr_html_()
    assert page.count("<tr>") == 7
    assert "08:00-12:00, 13:00-17:00:30" in page
    assert "&lt;script&gt; (America/New_York)" in page
    assert "<script>" not in page
