"""Tables as text, Markdown, HTML and CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.pages import Tabular, to_csv, to_html, to_markdown, to_text


class Two(Tabular):
    """A table of one cell."""

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return it."""
        return ["a"], [["<b>"]], [False]


def test_tables_render_alike_everywhere() -> None:
    """A report that is one table gives what the functions give."""
    cells: Any = Two().cells()
    assert Two().to_markdown() == to_markdown(*cells) == "| a |\n| :--- |\n| &lt;b&gt; |"
    assert Two()._repr_html_() == to_html(*cells)
    assert "&lt;b&gt;" in to_html(*cells)
    assert to_text(*cells) == "a\n---\n<b>"
    assert to_csv(cells[0], cells[1]) == "a\n<b>\n"


def test_numbers_stand_on_the_right() -> None:
    """Text on the left; a cell with a line break stays in its row."""
    cells: Any = (["name", "n"], [["a\nb", "1,000"], ["c", "2"]], [False, True])
    assert to_text(*cells).splitlines() == [
        "name      n",
        "----  -----",
        "a b   1,000",
        "c         2",
    ]
    assert to_markdown(*cells).splitlines()[1:] == [
        "| :--- | ---: |",
        "| a b | 1,000 |",
        "| c | 2 |",
    ]


def test_a_caption_stands_above_the_head() -> None:
    """It is escaped, and to the left; without words there is none."""
    html = to_html(["a"], [], [True], "x < y")
    style = "padding:.15em .8em;text-align:left"
    assert html.splitlines()[1] == f'<caption style="{style}">x &lt; y</caption>'
    assert "<caption" not in to_html(["a"], [], [True])


def test_a_table_has_a_short_repr() -> None:
    """Its kind, its name or id where it has one that is text, and how many rows."""
    assert repr(Two()) == "<Two: 1 rows>"
    for attribute, shown in (("name", " 'x'"), ("id", " 'x'")):
        kind = type("Named", (Two,), {attribute: "x"})
        assert repr(kind()) == f"<Named{shown}: 1 rows>"
        assert repr(type("Named", (Two,), {attribute: 5})()) == "<Named: 1 rows>"


def test_a_cell_of_a_markdown_table_is_text() -> None:
    """It makes no link, code, tag or column, and stays in its row."""
    text = to_markdown(["a"], [["[x](javascript:1) `c` <b> | \\\n# d"]], [False])
    assert text.splitlines()[2] == ("| \\[x](javascript:1) \\`c\\` &lt;b&gt; \\| \\\\ # d |")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_csv_reads_back_in_one_row_without_a_formula(cells: list[str]) -> None:
    """Any text stays in its cell, and no cell begins as a formula."""
    (row,) = csv.reader(io.StringIO(to_csv(cells, []), newline=""), strict=True)
    assert len(row) == len(cells)
    for before, after in zip(cells, row, strict=True):
        assert not after.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        same = before.replace("\r\n", "\n").replace("\r", "\n")
        assert after in (same, f"'{same}")
