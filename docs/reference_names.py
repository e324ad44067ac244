"""The names of each page of the reference, by what they are about, in its source.

An ``automodule`` directive shows nothing where a page is read as it stands, so each page lists the
names of its room as well, below what the room is about. ``python docs/reference_names.py`` writes
both.
"""

import ast
import importlib
import re
from functools import partial
from inspect import cleandoc, ismodule
from pathlib import Path
from textwrap import fill as wrapped

import incidentcore

PAGES = Path(__file__).resolve().parent / "reference"
SOURCE = Path(incidentcore.__file__).parent
BEGIN, END = ".. names\n", ".. end of names\n"
_RULES = re.compile(r" \((?:rules? )?[A-Z]\d[^)]*\)")
_LISTED = re.compile(r"``(\w+)``")
fill = partial(wrapped, width=100, break_long_words=False, break_on_hyphens=False)


def first_paragraph(text):
    """Return the first paragraph of a docstring on one line, without the rules that it cites."""
    return _RULES.sub("", " ".join(cleandoc(text).partition("\n\n")[0].split()))


def plain(text):
    """Return the first sentence of a paragraph, with nothing that is markup in a list."""
    return text.partition(". ")[0].rstrip(".").replace("``", "").replace("|", r"\|")


def homes(room):
    """Return the module of a room from which each name comes, by name."""
    path = SOURCE / room / "__init__.py"
    if not path.exists():
        return {}
    return {
        alias.asname or alias.name: node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def groups(room):
    """Return the names of a room in groups: those of a module, under what the module is about."""
    module = importlib.import_module(f"incidentcore.{room}")
    found = {}
    for name in module.__all__:
        if not ismodule(getattr(module, name, None)):
            home = homes(room).get(name, module.__name__)
            found.setdefault(home, []).append(name)
    return [
        (plain(first_paragraph(importlib.import_module(home).__doc__ or "")), names)
        for home, names in found.items()
    ]


def lists(room):
    """Return what a room is about and the list of its names, in reStructuredText."""
    about = first_paragraph(importlib.import_module(f"incidentcore.{room}").__doc__)
    more = (
        f"Import each name from ``incidentcore.{room}``; ``help`` shows the same text as this page."
    )
    bullets = [
        fill(
            f"{topic}: {', '.join(f'``{name}``' for name in names)}",
            initial_indent="* ",
            subsequent_indent="  ",
        )
        for topic, names in groups(room)
    ]
    return "\n\n".join((fill(about), fill(more), "\n".join(bullets))) + "\n"


def listed(page):
    """Return the names in the list of a page."""
    text = page.read_text(encoding="utf-8")
    return _LISTED.findall(text.partition(END)[0].partition(BEGIN)[2].partition("\n* ")[2])


def rooms():
    """Return each room that has a page."""
    return [
        page.stem
        for page in sorted(PAGES.glob("*.rst"))
        if f"automodule:: incidentcore.{page.stem}\n" in page.read_text(encoding="utf-8")
    ]


def write(room):
    """Write the list of a room into its page."""
    page = PAGES / f"{room}.rst"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    if rest:
        after = rest.partition(END)[2].lstrip("\n")
        before = before.rstrip("\n")
    else:
        directive = f".. automodule:: incidentcore.{room}\n"
        before, _, after = text.partition(directive)
        before, after = before.rstrip("\n"), directive + after
    page.write_text(f"{before}\n\n{BEGIN}\n{lists(room)}\n{END}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    for each in rooms():
        write(each)
