"""Conditions are written as they are read."""

from __future__ import annotations

from tests.desk.small_files import HEAD, SERVICE, loaded
from tests.desk.test_forms import when


def test_conditions_of_every_shape_come_back() -> None:
    """Each says the same after a dump."""
    shapes = (
        "all = [{ major = false }]",
        'during = "office"',
        'tags = ["vpn", "mail"]',
        'tags = "vpn"',
        'category = { starts_with = ["a/b", "c"] }',
        'title = { starts_with = "VPN" }',
        'custom = { status = "x" }',
        "state = { pauses = true }",
        "state.open = true",
        "opened_at = 2026-06-01",
        '"impact.name" = "high"',
        'record_type = "incident"',
    )
    for shape in shapes:
        loaded(HEAD + SERVICE.partition("[[")[0] + when(shape))
