"""The warning names words that are not known, and counts rows that are left out."""

from __future__ import annotations

import pytest

from incidentcore.vendors.kit import ImportFinding

pytest.importorskip("numpy")
warning = pytest.importorskip("incidentcore.frames.findings").warning


def of_word(value: str) -> ImportFinding:
    return ImportFinding(0, "state", value, "unknown_state", "taken as new")


def test_a_warning_counts_the_rows_that_are_left_out_by_reason() -> None:
    """Of two findings on ids 3 rows, of one on openings 1,200; no word is unknown."""
    listed = [
        ImportFinding(0, "id", "A", "duplicate_id", "left out"),
        ImportFinding(0, "id", "B", "duplicate_id", "left out", count=2),
        ImportFinding(0, "opened_at", "", "missing_time", "left out", count=1200),
    ]
    assert warning(listed) == (
        "rows left out: their id has a row already (duplicate_id 3), "
        "they lack an opening (missing_time 1,200), or list them with findings="
    )


def test_a_warning_names_five_words_and_counts_the_rest() -> None:
    said = warning([of_word(word) for word in "abcdefg"])
    assert said.startswith("words that are not known: state 'a' (taken as new); state 'b'")
    assert "state 'e' (taken as new) and 2 more. Say what they mean with states= or" in said
    assert "'f'" not in said
    assert "rows left out" not in said
