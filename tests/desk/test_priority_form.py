"""Matrices of a desk's own."""

from __future__ import annotations

from typing import Any

import pytest
from tests.desk.small_files import HEAD, SERVICE, loaded

from incidentcore import priority
from incidentcore.desk import diff_rules
from incidentcore.errors import FormatError
from incidentcore.priority import PLAIN_3X3
from incidentcore.values import Impact, Urgency


def test_a_matrix_of_its_own_is_read_and_written() -> None:
    """Its rows and columns are its own levels, and so are its priorities."""
    rows = 'big = { now = "P1", soon = "P2" }, small = { now = "P2", soon = "P3" }'
    table = f"[priority]\nmatrix = {{ {rows} }}\n"
    desk = loaded(HEAD + table + SERVICE)
    assert [level.name for level in desk.priority.levels] == ["P1", "P2", "P3"]
    plain: Any = desk.priority.calculator
    assert plain.level(plain.rows["small"], plain.columns["now"]).name == "P2"


def test_a_calculator_of_ones_own_is_named() -> None:
    """It is written by its name, and another one is a difference in the whole."""

    def other(impact: Any, urgency: Any) -> Any:
        return PLAIN_3X3.level(impact, urgency)

    coded, plain = (
        loaded(f"{HEAD}[priority]\nmatrix = {matrix}\n", other=other)
        for matrix in ('{ code = "other" }', '"plain_3x3"')
    )
    assert coded.priority.calculator is other
    assert [one.part for one in diff_rules(plain, coded)] == ["priority.matrix"]
    assert diff_rules(coded, coded) == ()
    others = loaded(f'{HEAD}[priority]\nmatrix = "itop"\n')
    for one, two in ((plain, others), (others, plain)):
        (found,) = [found for found in diff_rules(one, two) if found.part == "priority.matrix"]
        assert (found.attributes, found.witness) == (("scales",), None)
        assert (found.before, found.after) == (one.priority.calculator, two.priority.calculator)


def test_each_shipped_matrix_has_its_name() -> None:
    """The names that a desk file may hold, which the page on desk files lists too."""
    names = {
        "standard": "SERVICENOW",
        **{name: name.upper() for name in ("plain_3x3", "jira_example", "bmc", "glpi", "itop")},
        "floor_of_mean_5x5": "FLOOR_OF_MEAN_5X5",
    }
    for name, preset in names.items():
        desk = loaded(f'{HEAD}[priority]\nmatrix = "{name}"\n')
        assert desk.priority.calculator == getattr(priority, preset), name


def test_rows_and_columns_by_the_usual_names_are_the_usual_scales() -> None:
    """Whatever their order, and all of them; other names make scales of their own."""
    cells = {"high": '"high"', "medium": '"moderate"', "low": '"low"'}

    def scales(rows: str, columns: str) -> tuple[Any, Any]:
        columns = ", ".join(f"{name} = {cells[name]}" for name in columns.split())
        text = ", ".join(f"{name} = {{ {columns} }}" for name in rows.split())
        plain: Any = loaded(f"{HEAD}[priority]\nmatrix = {{ {text} }}\n").priority.calculator
        return plain.rows, plain.columns

    usual = (Impact.scale, Urgency.scale)
    assert scales("low high medium", "low medium high") == usual
    with pytest.raises(FormatError, match="all 9; missing: high/high, "):
        scales("high", "low")
    assert scales("high low big", "low")[0] != Impact.scale
