"""``llms.txt`` beside the built pages: each page with its first sentence, for programs that read.

It is written whenever the pages are built, so it lists what is there.
"""

from pathlib import Path

from docutils import nodes

HEAD = """# incidentcore

> The domain library for IT incident management in Python: incidents with a full history,
> lifecycles, business time, SLA clocks, escalation, communication plans and KPIs, as plain values.

"""


def first_sentence(page):
    """Return the first sentence of a page's text, or nothing where it has none."""
    for paragraph in page.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            text = " ".join(paragraph.astext().split())
            return text.partition(". ")[0].rstrip(".:") + "."
    return ""


def lines(app):
    """Return a line for each page: its title, its address and its first sentence."""
    for name in sorted(app.env.found_docs):
        title = app.env.titles[name].astext()
        address = app.builder.get_target_uri(name)
        sentence = first_sentence(app.env.get_doctree(name))
        yield f"- [{title}]({address})" + (f": {sentence}" if sentence else "")


def write_all(app, error):
    """Write the file beside the pages."""
    if error is None and app.builder.format == "html":
        text = HEAD + "".join(f"{line}\n" for line in lines(app))
        (Path(app.outdir) / "llms.txt").write_text(text, encoding="utf-8")


def setup(app):
    """Hook in."""
    app.connect("build-finished", write_all)
    return {"parallel_read_safe": True}
