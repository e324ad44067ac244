"""Fields in their stored form."""

from __future__ import annotations

from incidentcore.records import (
    checked_fields,
)


def test_fields_in_their_stored_form_stay_the_same_map() -> None:
    """Checking twice costs nothing and changes nothing."""
    once = checked_fields({"tags": ["a"], "title": "t"}, {"tags", "title"})

    assert checked_fields(once, {"tags", "title"}) is once
