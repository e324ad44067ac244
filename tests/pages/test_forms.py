"""Values that a notebook shows: text, Markdown, HTML, and a repr of one line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incidentcore import decide
from incidentcore.demo import MONTH, demo_desk, demo_month
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.lifecycle import INCIDENT
from incidentcore.values import LintFinding
from incidentcore.vendors import ImportFinding, read_table


def forms() -> dict[str, Any]:
    desk, records = demo_desk(), demo_month(7, count=30)
    level = desk.service_level
    assert level is not None
    status = desk.evaluate(records[0], now=records[0].opened_at + timedelta(hours=4))[-1]
    reading = read_table([{"id": "A", "in": "yesterday"}], {"id": "id", "opened": "in"})
    assert list(reading) == []
    return {
        "status": status,
        "trace": status.trace,
        "refused": decide(records[0], "fly", at=MONTH[1], by="ada"),
        "lifecycle": INCIDENT,
        "policy": level.clocks[-1],
        "matrix": desk.matrices[0],
        "findings": reading.findings,
        "table": compute_kpis([catalogue.VOLUME], records, as_of=MONTH[1]),
    }


WORDS = {
    "status": "paused",
    "trace": "paused: awaiting vendor",
    "refused": "is not an action",
    "lifecycle": "resolution_code, resolution_notes",
    "policy": "priority is critical",
    "matrix": "after the level before",
    "findings": "unreadable_time",
    "table": "volume",
}


@pytest.mark.parametrize("name", WORDS)
def test_a_value_reads_in_each_form(name: str) -> None:
    """Text, Markdown and HTML say the same, and the repr is short."""
    value, word = forms()[name], WORDS[name]
    assert word in str(value)
    assert word.replace("_", "") in value.to_markdown().replace("\\", "").replace("_", "")
    assert "| :---" in value.to_markdown()
    html = value.to_html() if hasattr(value, "to_html") else value._repr_html_()
    assert word in html.replace("<wbr>", "")
    assert "<table>" in html
    assert len(repr(value)) < 600


def test_a_desk_has_a_short_repr() -> None:
    """Its form to read is its page."""
    assert repr(demo_desk()) == "<Desk 'Three offices': 1 services, 2 rows>"


def test_a_notebook_shows_a_lifecycle_as_a_diagram() -> None:
    """A Mermaid block, and no table in its place."""
    text = INCIDENT._repr_markdown_()
    assert text.startswith("```mermaid\nstateDiagram-v2\n")
    assert text.endswith("```")
    assert INCIDENT._repr_html_ is None


def test_a_trace_shows_its_bar_and_its_words() -> None:
    """The bar to scale stands above the table, the closing line below it."""
    trace = forms()["trace"]
    html = trace._repr_html_()
    assert html.startswith("<svg")
    assert html.endswith(f"<p>{trace.summary}</p>")


def test_a_single_finding_is_its_line_and_nothing_of_it_is_markup() -> None:
    """In HTML as in text; what a source says is escaped."""
    lint = LintFinding("odd", "<b>", {"state": "a&b"}, texts={"odd": "no action leaves {state}"})
    assert lint._repr_html_() == "<p>&lt;b&gt;: no action leaves a&amp;b</p>"
    found = ImportFinding(12, "Resolved", "<i>", "unreadable_time", "left out")
    assert found._repr_html_() == (
        "<p>row 12, Resolved &#x27;&lt;i&gt;&#x27;: unreadable_time; left out</p>"
    )
