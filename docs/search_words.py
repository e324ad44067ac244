"""Words that readers search for, each with a page that the built search must find by it.

Sphinx keeps the stem of a word, so a search for ``notifications`` finds what ``notify`` finds. A
word that leads nowhere fails the build.
"""

import json
from pathlib import Path

from sphinx.errors import ExtensionError

WORDS = {
    "acknowledge": "howto/run_escalations",
    "breach": "howto/forecast_breaches",
    "default": "explanation/rules/calendars",
    "delete": "howto/embed",
    "holiday": "howto/holidays_by_country",
    "migrate": "reference/lifecycle",
    "notify": "howto/run_escalations",
    "pause": "explanation/sla_clock",
    "reopen": "explanation/rules/lifecycles",
    "timezone": "tutorial/lunch_break",
}


def found(index, stem):
    """Return the pages that a search for a stem shows, by its text or a title."""
    pages = index["docnames"]
    numbers = []
    for terms in (index["terms"], index["titleterms"]):
        hits = terms.get(stem, [])
        numbers += [hits] if isinstance(hits, int) else hits
    return {pages[number] for number in numbers}


def check(app, error):
    """Fail where the page of a word is not among those found."""
    if error is not None or app.builder.format != "html":
        return
    text = (Path(app.outdir) / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    for word, page in WORDS.items():
        pages = found(index, app.builder.indexer.lang.stem(word))
        if page not in pages:
            raise ExtensionError(f"a search for {word!r} finds {sorted(pages)}, not {page}")


def setup(app):
    """Hook in, after the index is written."""
    app.connect("build-finished", check, priority=900)
    return {"parallel_read_safe": True}
