"""The gallery is made of code that runs, with a picture in each theme."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "gallery_pages.py"


@pytest.mark.notebook
def test_the_gallery_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each function that plots has its example, each example two pictures."""
    pytest.importorskip("matplotlib").use("Agg")
    spec = importlib.util.spec_from_file_location("gallery_pages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "gallery")

    module.write_gallery()

    page = (tmp_path / "gallery.rst").read_text("utf-8")
    plots = [name for name in module.plots.__all__ if name.startswith("plot_")]
    assert [name for name in plots if f"plots.{name}(rows" not in page] == []
    assert len(list((tmp_path / "gallery").glob("*.svg"))) == 2 * len(plots)
