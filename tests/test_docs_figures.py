"""The pictures of the documentation show what the library answers today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parent.parent / "docs"


def load(name: str) -> ModuleType:
    """Import a script of the documentation, which is in no package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def committed(pattern: str) -> dict[str, str]:
    """Return the committed pictures by their files' names."""
    return {path.name: path.read_text("utf-8") for path in (DOCS / "figures").glob(pattern)}


def test_pictures_are_as_drawn_today() -> None:
    """Drawing them again gives the committed files."""
    drawn = load("draw_figures").drawn()
    kept = {name: text for name, text in committed("*.svg").items() if name in drawn}
    assert drawn == kept, "run python docs/draw_figures.py and look at the pictures"


def test_lifecycles_are_drawn_from_their_tables() -> None:
    """Each picture carries the digest of the text that its table gives today."""
    module = load("draw_lifecycles")
    expected = {name: module.digest(text) for name, text in module.texts().items()}
    kept = {name: text.splitlines()[0] for name, text in committed("lifecycle_*.svg").items()}
    assert expected == kept, "run python docs/draw_lifecycles.py and look at the pictures"


def test_every_picture_is_drawn_and_shown() -> None:
    """No picture is kept that no script draws, or that no page shows."""
    drawn = {*load("draw_figures").drawn(), *load("draw_lifecycles").texts()}
    shown = [*DOCS.rglob("*.rst"), DOCS.parent / "README.md"]
    pages = "".join(path.read_text("utf-8") for path in shown)
    assert drawn == set(committed("*.svg"))
    assert not [name for name in sorted(drawn) if f"figures/{name}" not in pages]
