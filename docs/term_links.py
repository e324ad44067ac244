"""Links to the glossary: the first mention of a term of two or more words on each page.

Terms of one word, such as *state*, stand on nearly every line and would make a page hard to read;
where one is explained, a page links it with the role ``:term:``.
"""

import re
from pathlib import Path

from docutils import nodes
from rule_links import _UNTOUCHED, ancestors
from sphinx import addnodes

GLOSSARY = Path(__file__).with_name("glossary.rst")
TERMS = re.findall(r"(?m)^   (\w[\w-]* \w[\w -]*)$", GLOSSARY.read_text(encoding="utf-8"))
MENTION = re.compile(
    rf"\b(?:{'|'.join(sorted(TERMS, key=len, reverse=True))})(?:s\b|\b)", re.IGNORECASE
)
FOLDERS = ("explanation/", "howto/", "move/", "tutorial/")


def link_terms(app, doctree):
    """Turn the first mention of each term in a page's paragraphs into a reference."""
    page = app.env.current_document.docname
    if not page.startswith(FOLDERS):
        return
    seen = set()
    for text in list(doctree.findall(nodes.Text)):
        around = list(ancestors(text))
        if any(isinstance(node, _UNTOUCHED) for node in around):
            continue
        if not any(isinstance(node, nodes.paragraph) for node in around):
            continue
        parts = list(split(text.astext(), page, seen))
        if len(parts) > 1:
            text.parent.replace(text, parts)


def split(text, page, seen):
    """Yield a text as plain parts and references; what is linked goes into ``seen``."""
    done = 0
    names = {term.lower(): term for term in TERMS}
    for mention in MENTION.finditer(text):
        term = names.get(mention[0].lower()) or names.get(mention[0].lower().removesuffix("s"))
        if term is None or term in seen:
            continue
        seen.add(term)
        yield nodes.Text(text[done : mention.start()])
        yield addnodes.pending_xref(
            "",
            nodes.inline(mention[0], mention[0], classes=["std", "std-term"]),
            refdoc=page,
            refdomain="std",
            refexplicit=True,
            reftarget=term,
            reftype="term",
            refwarn=True,
        )
        done = mention.end()
    yield nodes.Text(text[done:])


def setup(app):
    """Hook in, after the citations of rules."""
    app.connect("doctree-read", link_terms, priority=600)
    return {"parallel_read_safe": True}
