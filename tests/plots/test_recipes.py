"""Other libraries draw the same rows."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
ROWS = [
    {"period": "2026-W23", "came_in": 7, "went_out": 5, "growth": 2},
    {"period": "2026-W24", "came_in": 4, "went_out": 6, "growth": -2},
]


def recipe(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, RECIPES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.process  # loads a large package
def test_altair() -> None:
    """Its data are the rows, and its axes have their names."""
    pytest.importorskip("altair")
    chart = recipe("altair_flow").flow(ROWS, zone="Europe/Berlin").to_dict()
    values = chart["data"]["values"]
    assert [v["records"] for v in values if v["what"] == "came in"] == [7, 4]
    assert [v["records"] for v in values if v["what"] == "went out"] == [5, 6]
    assert chart["encoding"]["x"]["title"] == "period (Europe/Berlin)"


@pytest.mark.process  # loads a large package
def test_plotly() -> None:
    """Its data are the rows, and its axes have their names."""
    pytest.importorskip("plotly")
    figure = recipe("plotly_flow").flow(ROWS, zone="Europe/Berlin")
    assert [list(bar.y) for bar in figure.data] == [[7, 4], [5, 6]]
    assert figure.layout.xaxis.title.text == "period (Europe/Berlin)"
