"""``.. proof:: NAME`` on a page: one of the tables that ``proof_tables`` counts."""

import proof_tables
from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class Proof(SphinxDirective):
    """A table by its name; an option gives the widths of its columns."""

    required_arguments = 1
    option_spec = {"widths": str}  # noqa: RUF012  docutils reads it

    def run(self):
        """Return the table, and read it again whenever a file changes."""
        heads, rows = proof_tables.TABLES[self.arguments[0]]()
        for path in [proof_tables.FIGURES, *proof_tables.TESTS.rglob("*.json*")]:
            self.env.note_dependency(str(path))
        self.env.note_reread()
        widths = map(int, self.options.get("widths", "1 " * len(heads)).split())
        group = nodes.tgroup(cols=len(heads))
        group += [nodes.colspec(colwidth=width) for width in widths]
        group += nodes.thead("", self.row(heads, wide=len(heads)))
        group += nodes.tbody("", *(self.row(row, wide=len(heads)) for row in rows))
        return [nodes.table("", group, classes=["proof", "colwidths-given"])]

    def row(self, cells, *, wide):
        """Return one row, its cells read as text of a page; the last takes the columns left."""
        entries = [nodes.entry("", *self.parse_text_to_nodes(cell)) for cell in cells]
        if len(cells) < wide:
            entries[-1]["morecols"] = wide - len(cells)
        return nodes.row("", *entries)


def setup(app):
    """Hook in."""
    app.add_directive("proof", Proof)
    return {"parallel_read_safe": True}
