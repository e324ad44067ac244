"""Tables as text, Markdown, HTML and CSV, from headings and cells that are already text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from html import escape
from io import StringIO
from typing import Final, TypeAlias

from incidentcore.words import Phrase, Words

Rows: TypeAlias = Iterable[Sequence[str]]
Cells: TypeAlias = tuple[Sequence[str], Sequence[Sequence[str]], Sequence[bool]]

_STEERS: Final = re.compile(r"([\\`|\[])")  # characters that end a cell, or begin a link or code

_LONG: Final = 40  # characters; a last column of such texts is not squeezed on a phone

# Characters that begin a formula in a spreadsheet, in wide forms too, or are skipped by it.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Tabular:
    """The base class of results shown as tables: as text, Markdown, or HTML in notebooks."""

    __slots__ = ()

    def __repr__(self) -> str:
        name = getattr(self, "name", "") or getattr(self, "id", "")
        shown = f" {name!r}" if isinstance(name, str) and name else ""
        return f"<{type(self).__name__}{shown}: {len(self.cells()[1]):,} rows>"

    def __str__(self) -> str:
        return "\n".join([to_text(*self.cells()), *self.notes()])

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings, the rows as text, and which columns are numeric."""
        raise NotImplementedError

    def notes(self) -> Sequence[str]:
        """Return the lines shown below the object's table, such as a remark on its accuracy."""
        return ()

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        notes = (_STEERS.sub(r"\\\1", escape(note)) for note in self.notes())
        return "\n\n".join([to_markdown(*self.cells()), *notes])

    def to_html(self) -> str:
        """Return the table as HTML; everything in it is escaped."""
        notes = (f"<p>{escape(note)}</p>" for note in self.notes())
        return "\n".join([to_html(*self.cells()), *notes])

    def _repr_html_(self) -> str:
        return self.to_html()


def to_text(headings: Sequence[str], rows: Rows, numeric: Sequence[bool]) -> str:
    """Return a table as text, with numbers right-aligned and everything else left-aligned."""
    lines = [list(headings), *(list(row) for row in rows)]
    flat = [[cell.replace("\n", " ") for cell in line] for line in lines]
    wide = [max(len(line[column]) for line in flat) for column in range(len(headings))]
    text = [
        "  ".join(
            f"{cell:>{width}}" if right else f"{cell:<{width}}"
            for cell, width, right in zip(line, wide, numeric, strict=True)
        ).rstrip()
        for line in flat
    ]
    text.insert(1, "  ".join("-" * width for width in wide))
    return "\n".join(text)


def to_markdown(headings: Sequence[str], rows: Rows, numeric: Sequence[bool]) -> str:
    """Return a table of headings and rows as Markdown."""

    def line(cells: Iterable[str]) -> str:
        safe = (_STEERS.sub(r"\\\1", escape(" ".join(cell.split()))) for cell in cells)
        return f"| {' | '.join(safe)} |"

    marks = ["---:" if right else ":---" for right in numeric]
    return "\n".join([line(headings), f"| {' | '.join(marks)} |", *map(line, rows)])


def to_html(headings: Sequence[str], rows: Rows, numeric: Sequence[bool], caption: str = "") -> str:
    """Return an HTML table with everything escaped; it is readable without a style sheet."""
    last, rows = len(headings) - 1, list(rows)
    wraps = ";min-width:16em" if any(len(row[last]) > _LONG for row in rows) else ""
    styles = [
        f"padding:.15em .8em;text-align:{'right' if right else 'left'}"
        + (";white-space:nowrap" if column < last else wraps)
        for column, right in enumerate(numeric)
    ]

    def line(tag: str, cells: Sequence[str]) -> str:
        texts = list(map(escape, cells))
        texts[:1] = [text.replace("_", "_<wbr>") for text in texts[:1]]  # wraps on a phone
        inner = "".join(
            f'<{tag} style="{style}">{text}</{tag}>'
            for text, style in zip(texts, styles, strict=True)
        )
        return f"<tr>{inner}</tr>"

    left = "padding:.15em .8em;text-align:left"
    above = f'<caption style="{left}">{escape(caption)}</caption>\n' if caption else ""
    head = f"<thead>{line('th', headings)}</thead>"
    body = "\n".join(line("td", row) for row in rows)
    return f"<table>\n{above}{head}\n<tbody>\n{body}\n</tbody>\n</table>"


def to_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return CSV text, with an apostrophe before text that resembles a formula."""
    return csv_lines((headings, *rows))


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as the lines of a CSV file, without headings."""
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(map(_inert, row) for row in rows)
    return buffer.getvalue()


def _inert(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = f"'{cell}" if cell.startswith(FORMULA) else cell
    return text.replace("\r\n", "\n").replace("\r", "\n")  # a bare return would end the row


def said(words: Words, text: str) -> str:
    """Return a text in another language; one that has no translation is not changed."""
    return text.in_words(words) if isinstance(text, Phrase) else words.template(text)


def said_cell(words: Words, text: str, *, is_number: bool = False) -> str:
    """Return a table cell in another language; only a ``Phrase`` or number changes."""
    if isinstance(text, Phrase):
        return text.in_words(words)
    return words.number(text) if is_number else text


def translated_cells(cells: Cells, words: Words) -> Cells:
    """Return the cells of a table in the language of ``words``."""
    heads, rows, numeric = cells
    said_rows = [
        [said_cell(words, cell, is_number=n) for cell, n in zip(row, numeric, strict=True)]
        for row in rows
    ]
    return [said(words, head) for head in heads], said_rows, numeric
