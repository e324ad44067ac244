"""The pictures of the documentation show what the library answers today."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_pictures_are_as_drawn_today() -> None:
    """Drawing them again gives the committed files, no more and no fewer."""
    spec = importlib.util.spec_from_file_location("draw_figures", DOCS / "draw_figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = module.drawn()

    committed = {path.name: path.read_text("utf-8") for path in (DOCS / "figures").glob("*.svg")}

    assert sorted(committed) == sorted(drawn)
    assert committed == drawn, "run python docs/draw_figures.py and look at the pictures"


def test_every_picture_is_shown() -> None:
    """A picture that no page shows is not kept."""
    pages = "".join(path.read_text("utf-8") for path in DOCS.rglob("*.rst"))
    unused = [path.name for path in (DOCS / "figures").glob("*.svg") if path.name not in pages]
    assert not unused
