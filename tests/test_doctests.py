"""Every example in a docstring runs where it is pasted, in the source tree and in the wheel."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import incidentcore
from incidentcore.errors import MissingExtraError

ROOT = Path(incidentcore.__file__).parent
EXTRAS = {"matplotlib", "narwhals", "numpy"}  # not needed to run the suite
MODULES = sorted(
    ".".join(("incidentcore", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
        ".__init__"
    )
    for path in ROOT.rglob("*.py")
    if path.name != "__main__.py"
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    """The examples of a docstring print what they say, with what they import alone."""
    try:
        module = importlib.import_module(name)
    except MissingExtraError as missing:
        pytest.skip(str(missing))
    except ModuleNotFoundError as missing:
        if missing.name not in EXTRAS:
            raise
        pytest.skip(f"needs {missing.name}")
    pasted = {"__name__": "__main__"}
    assert not doctest.testmod(module, globs=pasted).failed, "see the captured output"


def test_the_examples_are_found() -> None:
    """The walk reaches examples at all."""
    instants = importlib.import_module("incidentcore.instants")
    assert any(test.examples for test in doctest.DocTestFinder().find(instants))
