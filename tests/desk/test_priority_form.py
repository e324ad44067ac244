"""Matrices of a desk's own."""

from __future__ import annotations

from typing import Any

from tests.desk.small_files import HEAD, SERVICE, loaded


def test_a_matrix_of_its_own_is_read_and_written() -> None:
    """Its rows and columns are its own levels, and so are its priorities."""
    rows = 'big = { now = "P1", soon = "P2" }, small = { now = "P2", soon = "P3" }'
    table = f"[priority]\nmatrix = {{ {rows} }}\n"
    desk = loaded(HEAD + table + SERVICE)
    assert [level.name for level in desk.priority.levels] == ["P1", "P2", "P3"]
    plain: Any = desk.priority.calculator
    assert plain.level(plain.rows["small"], plain.columns["now"]).name == "P2"
