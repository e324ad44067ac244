"""The pages that are notebooks: their cells run, and what they say is what their cells show."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTEBOOKS = sorted(
    page for page in DOCS.rglob("*.md") if "_build" not in page.relative_to(DOCS).parts
)
CELL = re.compile(r"^```\{code-cell\} python\n((?::[^\n]*\n)*)(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"(\d+\.\d+)\s(h|%)(?!\w)")
LONGEST = 100


def shown(cells: list[str], names: dict[str, Any]) -> str:
    """Run cells in order, as a kernel does, and return what they print and show."""
    output = io.StringIO()
    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(output):
            exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102  our own pages
            if isinstance(last, ast.Expr):
                code = compile(ast.Expression(last.value), "<cell>", "eval")
                value = eval(code, names)  # noqa: S307  the same
                output.write(f"{value} {getattr(value, '_repr_html_', str)()}\n")
    return output.getvalue()


def test_there_are_the_two_notebooks() -> None:
    """A tutorial from a table to a page, and an explanation of why tools differ."""
    assert {"two_tools", "kpi_page"} <= {page.stem for page in NOTEBOOKS}


@pytest.mark.notebook
@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_a_notebook_says_what_its_cells_show(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, and every figure in the text (hours, per cent) stands in some output."""
    text = page.read_text(encoding="utf-8")
    cells = [body for _, body in CELL.findall(text)]
    figures = {" ".join(found) for found in FIGURE.findall(CELL.sub("", text))}
    if "incidentcore.plots" in text:
        pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(page.parent)

    output = shown(cells, {})

    assert len(cells) == text.count("{code-cell}") > 3
    assert figures
    assert {figure for figure in figures if figure not in output} == set()


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_a_notebook_is_text_with_cells_and_no_other_code(page: Path) -> None:
    """All code is run, lines are short enough to be read in a difference, no output is kept."""
    text = page.read_text(encoding="utf-8")

    assert text.startswith("---\nfile_format: mystnb\n")
    fences = r"^```(?!\{code-cell\} python$|\{admonition\} ).+"
    assert not re.findall(fences, text, flags=re.MULTILINE)
    assert [line for line in text.splitlines() if len(line) > LONGEST] == []
