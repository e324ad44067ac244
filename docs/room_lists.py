"""``.. rooms:: sla escalation`` lists rooms with links and one line of use: their docstrings'."""

import importlib

from sphinx.util.docutils import SphinxDirective


class Rooms(SphinxDirective):
    """The rooms that are named, in that order."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """Return the list, and the pages for the table of contents."""
        names = self.arguments[0].split()
        lines = [".. toctree::", "   :hidden:", "", *(f"   reference/{name}" for name in names), ""]
        for name in names:
            use = (importlib.import_module(f"incidentcore.{name}").__doc__ or "").partition("\n\n")
            lines += [f":doc:`reference/{name}`", f"   {' '.join(use[0].split())}", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    """Hook in."""
    app.add_directive("rooms", Rooms)
    return {"parallel_read_safe": True}
