"""Every example in a docstring runs where it is pasted, in the source tree and in the wheel."""

from __future__ import annotations

import doctest
import importlib
import linecache
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
    tests = doctest.DocTestFinder().find(module, globs={"__name__": "__main__"})
    linecache.clearcache()  # before each example, doctest looks after every file in it
    runner = doctest.DocTestRunner()
    for test in tests:
        if test.examples:
            runner.run(test)
    assert not runner.failures, "see the captured output"


def test_the_examples_are_found() -> None:
    """The walk reaches examples at all."""
    instants = importlib.import_module("incidentcore.instants")
    assert any(test.examples for test in doctest.DocTestFinder().find(instants))
