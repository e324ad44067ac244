"""The keys of groups as text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidentcore.kpi.group_keys import label
from incidentcore.values import Actor


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(none)"),
        ((), "(none)"),
        (frozenset(), "(none)"),
        (("network", "vpn"), "network / vpn"),
        (frozenset({"b", "a"}), "a, b"),
        (Actor("ada", "agent"), "ada"),
        (timedelta(hours=1), "1:00:00"),
    ],
)
def test_a_group_as_text(value: object, text: str) -> None:
    """Paths by strokes, sets by commas in order, an actor by the id."""
    assert label(value) == text
