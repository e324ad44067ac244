"""Tests of a field that cannot be."""

from __future__ import annotations

from datetime import datetime

import pytest

from incidentcore.conditions import field
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.errors import DefinitionError, NaiveDatetimeError

f = field("f")


UNHASHABLE = type("Unhashable", (), {"__hash__": None})()


@pytest.mark.parametrize(
    "build",
    [
        lambda: FieldTest("f", "is", 1),
        lambda: FieldTest("", "equals", 1),
        lambda: FieldTest("a b", "equals", 1),
        lambda: FieldTest("a..b", "equals", 1),
        lambda: FieldTest("a.", "equals", 1),
        lambda: FieldTest(None, "equals", 1),
        lambda: FieldTest("f", "is_in", "abc"),
        lambda: FieldTest("f", "is_in", 3),
        lambda: FieldTest("f", "intersects", "abc"),
        lambda: FieldTest("f", "present", True),
        lambda: FieldTest("f", "equals", UNHASHABLE),
        f.starts_with,
        lambda: f.starts_with(""),
        lambda: f.starts_with("a", ""),
        lambda: f.starts_with(1),
        lambda: f.has_text(""),
        lambda: f.has_text(None),
    ],
)
def test_tests_that_cannot_be_are_refused(build):
    """The integrator's errors show when the test is built."""
    with pytest.raises(DefinitionError):
        build()


def test_naive_instant_is_refused():
    """An instant in a rule needs its offset, alone and among others."""
    with pytest.raises(NaiveDatetimeError):
        field("opened_at") >= datetime(2026, 6, 1)  # noqa: B015, DTZ001  refused when built
    with pytest.raises(NaiveDatetimeError):
        field("opened_at").is_in(datetime(2026, 6, 1))  # noqa: DTZ001  the same
