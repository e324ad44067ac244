"""The README shows code that runs."""

from __future__ import annotations

import doctest
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_example_runs() -> None:
    """The README's example prints what it says."""
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted > 0
    assert not results.failed, "see the captured output"
