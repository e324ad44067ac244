"""Tables as text, Markdown, HTML and CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.pages import Page, Section
from incidentcore.pages.page import Paged
from incidentcore.pages.table import (
    Tabular,
    said_cell,
    to_csv,
    to_html,
    to_markdown,
    to_text,
    translated_cells,
)
from incidentcore.words import GERMAN, Phrase


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


def test_a_name_wraps_between_its_words() -> None:
    """On a phone a KPI's name broke inside a word; only the first column wraps there."""
    html = to_html(["kpi_id", "why_so"], [["mean_time", "left_out"]], [False, False])
    assert ">kpi_<wbr>id</th>" in html
    assert ">mean_<wbr>time</td>" in html
    assert html.count("<wbr>") == 2


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


class One(Paged):
    """A result that is one page."""

    __slots__ = ()

    def page(self) -> Page:
        """Return it."""
        heads, rows = ["age", "n"], [["< 1 d", "2"], ["1-5 d", "3"]]
        section = Section.of_rows("aging", "Age of the backlog", heads, rows, numbers={1})
        return Page(title="Report", sections=[section])


def test_a_result_that_is_a_page_is_shown_as_one() -> None:
    """In each form it is its page; the rows are its data."""
    page = One().page()
    assert str(One()) == str(page)
    assert One().to_markdown() == page.to_markdown()
    assert One().to_html() == page.to_html()
    assert One()._repr_html_() == page._repr_html_()
    assert One().to_plain() == page.to_plain()
    assert page.to_plain()["aging"] == [{"age": "< 1 d", "n": "2"}, {"age": "1-5 d", "n": "3"}]
    assert page.sections[0].table is not None
    assert page.sections[0].table[2] == [False, True]
    empty = Section.of_rows("aging", "x", ["age"], [])
    assert (empty.table, empty.data) == (None, [])


def test_a_page_in_german_has_its_words_and_numbers() -> None:
    """Titles and headings are translated, cells are data, and numbers have a comma."""
    table: Any = (["age", "open"], [["open", "1,234.5"]], [False, True])
    heads, rows, numeric = translated_cells(table, GERMAN)
    assert (heads, rows, numeric) == (["Alter", "offen"], [["open", "1.234,5"]], [False, True])
    translated = One().page().translated(GERMAN)
    assert translated.sections[0].title == "Alter des Rückstands"


def test_a_text_that_acts_as_a_formula_is_inert_in_csv() -> None:
    """A return alone would end the row; nothing is an empty cell."""
    assert to_csv(["=a", "b"], [["+1", None], ["x\r\ny\rz", -1]]) == (
        "'=a,b\n'+1,\n\"x\ny\nz\",-1\n"
    )


@pytest.mark.parametrize("sign", ["\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_in_wide_signs_is_inert_too(sign: str) -> None:
    """A spreadsheet reads the wide forms of = + - @ as the narrow ones."""
    assert to_csv(["a"], [[f"{sign}1+1"]]) == f"a\n'{sign}1+1\n"


class Noted(Two):
    """A table with a line below it."""

    def notes(self) -> list[str]:
        """Return it."""
        return ["*few* [x] <b>"]


def test_the_notes_of_a_table_are_escaped() -> None:
    assert Noted().to_markdown().splitlines()[-1] == r"*few* \[x] &lt;b&gt;"
    assert Noted().to_html().splitlines()[-1] == "<p>*few* [x] &lt;b&gt;</p>"


def test_the_figures_of_a_page_are_what_it_was_given() -> None:
    given = {"n": 1.5, "m": None}
    assert dict(Page(title="x", figures=given).figures) == given
    assert dict(Page(title="x").figures) == {}


def test_a_cell_is_translated_if_it_is_a_phrase_or_a_number() -> None:
    """A word of the data stays as it is, also where it has a translation."""
    assert said_cell(GERMAN, Phrase("open")) == "offen"
    assert said_cell(GERMAN, "open") == "open"
    assert said_cell(GERMAN, "1,234.5", is_number=True) == "1.234,5"
    assert said_cell(GERMAN, "1,234.5") == "1,234.5"
