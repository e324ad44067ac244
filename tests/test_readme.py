"""The README shows code that runs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_example_runs() -> None:
    """The README's example prints what it says."""
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted > 0
    assert not results.failed, "see the captured output"


def test_the_example_imports_eight_names() -> None:
    """Explicitly: a star import would replace names of the reader's file."""
    text = README.read_text(encoding="utf-8")
    (block,) = re.findall(r"from incidentcore import \(([^)]*)\)", text)
    assert "import *" not in text
    assert len(re.findall(r"\w+", block)) == 8
