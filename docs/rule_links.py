"""Links to the rule book: the role ``:rule:`S4```, and every citation of a rule in a text.

Citations are found in the text of all pages, docstrings included, when a page has been read: so
nothing has to be marked up, and code, literals and headings stay as they are. A rule that the book
does not state is a warning, as any other reference without a target.
"""

from docutils import nodes
from rule_citations import CITATION, NAME
from sphinx import addnodes

_UNTOUCHED = (
    nodes.FixedTextElement,
    nodes.literal,
    nodes.title,
    nodes.reference,
    addnodes.pending_xref,
    addnodes.desc_signature,
)


def link(name, docname):
    """Return the reference to a rule."""
    return addnodes.pending_xref(
        "",
        nodes.inline(name, name, classes=["std", "std-ref"]),
        refdoc=docname,
        refdomain="std",
        refexplicit=True,
        reftarget=f"rule-{name.lower()}",
        reftype="ref",
        refwarn=True,
    )


def rule_role(_role, _rawtext, text, _line, inliner, **_):
    """Return the reference that the role ``rule`` writes."""
    return [link(text, inliner.document.settings.env.current_document.docname)], []


def link_citations(app, doctree):
    """Turn the citations in a page's text into references."""
    docname = app.env.current_document.docname
    for text in list(doctree.findall(nodes.Text)):
        if any(isinstance(node, _UNTOUCHED) for node in ancestors(text)):
            continue
        parts = list(split(text.astext(), docname))
        if len(parts) > 1:
            text.parent.replace(text, parts)


def ancestors(node):
    """Yield the nodes around a node, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def split(text, docname):
    """Yield a text as plain parts and references."""
    done = 0
    for citation in CITATION.finditer(text):
        for name in NAME.finditer(text, citation.start(), citation.end()):
            yield nodes.Text(text[done : name.start()])
            yield link(name.group(), docname)
            done = name.end()
    yield nodes.Text(text[done:])


def setup(app):
    """Hook in."""
    app.add_role("rule", rule_role)
    app.connect("doctree-read", link_citations)
    return {"parallel_read_safe": True}
