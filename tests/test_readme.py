"""The README shows code that runs."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import incidentcore

README = Path(__file__).resolve().parent.parent / "README.md"


@pytest.mark.skipif(
    "BusinessCalendar" not in incidentcore.__all__, reason="the facade has no calendar yet"
)
def test_the_example_runs() -> None:
    """The README's example prints what it says."""
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted > 0
    assert not results.failed, "see the captured output"
