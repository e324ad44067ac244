"""The JSON Schemas in the built pages: one file for each type of document, and a list of links.

They are written whenever the pages are built, from ``json_schema`` itself, so they cannot differ
from what this release reads and writes.
"""

import json
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from incidentcore.conditions import Condition
from incidentcore.records import Event, Record
from incidentcore.schedule import Calendar
from incidentcore.serialization import json_schema
from incidentcore.serialization.registry import CLASSES

FOLDER = "schemas"
BASES = {"Calendar": Calendar, "Condition": Condition, "Event": Event, "Record": Record}


def kinds():
    """Return every type that has a file: the bases that stand for several classes, then each."""
    return {**BASES, **{name: CLASSES[name] for name in sorted(CLASSES)}, "any": object}


def write_schemas(folder):
    """Write the schema of every type to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in kinds().items():
        text = json.dumps(json_schema(kind), indent=1) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


class SchemaList(Directive):
    """``.. schema-files::`` lists the files with links."""

    def run(self):
        """Return the list."""
        items = nodes.bullet_list()
        for name in kinds():
            # From the folder of the page, which lies one below the root, as the files' own does.
            link = nodes.reference("", f"{name}.json", refuri=f"../{FOLDER}/{name}.json")
            items += nodes.list_item("", nodes.paragraph("", "", link))
        return [items]


def write_all(app, error):
    """Write the files beside the pages."""
    if error is None and app.builder.format == "html":
        write_schemas(Path(app.outdir) / FOLDER)


def setup(app):
    """Hook in."""
    app.add_directive("schema-files", SchemaList)
    app.connect("build-finished", write_all)
    return {"parallel_read_safe": True}
