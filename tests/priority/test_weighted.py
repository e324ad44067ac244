"""Weights and means: the same protocol as a matrix, explained by the sum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import PriorityMatrixError
from incidentcore.priority import (
    BMC,
    FLOOR_OF_MEAN_5X5,
    ArithmeticPriority,
    WeightedPriority,
    lint_matrix,
)
from incidentcore.values import Impact, Priority, Scale, Urgency

PARTS = {
    "rows": Impact.scale,
    "columns": Urgency.scale,
    "row_weights": {"high": 20, "medium": 10, "low": 0},
    "column_weights": {"high": 9, "medium": 5, "low": 0},
    "bands": {"critical": 29, "high": 20, "moderate": 14, "low": 5},
}


def test_sum_falls_in_its_band():
    """20 + 5 is at least 20 and below 29: high; 0 + 0 is below all bands: the best level."""
    rule = WeightedPriority(**PARTS)

    assert rule.level(Impact.HIGH, Urgency.MEDIUM) == Priority.HIGH
    assert rule.level(Impact.LOW, Urgency.LOW) == Priority.PLANNING
    assert rule({"impact": Impact.HIGH, "urgency": Urgency.MEDIUM}).reason == (
        "weights: impact high 20 + urgency medium 5 = 25: high"
    )


def test_order_of_writing_is_no_matter():
    """The same weights and bands in another order, or by level, are an equal rule."""
    turned = {
        **PARTS,
        "row_weights": [(Impact.LOW, 0), (Impact.HIGH, 20), ("medium", 10)],
        "bands": {"low": 5, "critical": 29, "moderate": 14, "high": 20},
    }

    assert WeightedPriority(**turned) == WeightedPriority(**PARTS)


@pytest.mark.parametrize(
    "parts",
    [
        {"row_weights": {"high": 20, "medium": 10}},
        {"row_weights": {"high": 20, "medium": 10, "low": 0, "none": 1}},
        {"row_weights": {"high": 20, "medium": 10, "low": 0.5}},
        {"bands": {}},
        {"bands": {"critical": 10, "high": 20}},
        {"bands": {"critical": 10, "high": 10}},
        {"bands": {"critical": 10, "planning": 0}},
        {"bands": {"urgent": 10}},
        {"bands": {"critical": "10"}},
        {"row_field": ""},
    ],
)
def test_weights_and_bands_that_cannot_be_are_refused(parts):
    """Each level needs one whole weight, and bands fall from the worst level on."""
    with pytest.raises(PriorityMatrixError):
        WeightedPriority(**{**PARTS, **parts})


@given(
    st.lists(st.integers(-5, 30), min_size=3, max_size=3, unique=True),
    st.lists(st.integers(-5, 30), min_size=3, max_size=3, unique=True),
    st.lists(st.integers(-5, 60), min_size=4, max_size=4, unique=True),
)
def test_falling_weights_make_a_monotone_table(rows, columns, bands):
    """Where weights fall from worst to best, no step of the table goes back."""
    rule = WeightedPriority(
        rows=Impact.scale,
        columns=Urgency.scale,
        row_weights=zip(Impact.scale.names, sorted(rows, reverse=True), strict=True),
        column_weights=zip(Urgency.scale.names, sorted(columns, reverse=True), strict=True),
        bands=zip(Priority.scale.names, sorted(bands, reverse=True), strict=False),
    )

    assert all(finding.code == "unused_level" for finding in lint_matrix(rule))


@pytest.mark.parametrize("table", [BMC, FLOOR_OF_MEAN_5X5], ids=lambda table: table.name)
def test_table_of_a_rule_is_the_rule(table):
    """The table that a rule amounts to gives what the rule gives."""
    for row, column, level in table.matrix().items():
        assert table.level(row, column) == level
        assert table({"impact": row, "urgency": column}).level == level


@pytest.mark.parametrize("table", [BMC, FLOOR_OF_MEAN_5X5], ids=lambda table: table.name)
def test_missing_level_gives_none(table):
    """A rule makes no priority up for a record that lacks a level."""
    answer = table({"impact": None, "urgency": table.columns.worst})

    assert answer.level is None
    assert answer.reason.endswith("impact is not known")


def test_mean_rounds_the_way_it_is_told():
    """Between high and medium, the milder way is medium and the worse way high."""
    three = Scale("three", ("high", "medium", "low"))

    milder = ArithmeticPriority(scale=three)
    worse = ArithmeticPriority(scale=three, rounding="worse")

    assert milder.level(Impact.HIGH, Urgency.MEDIUM).name == "medium"
    assert worse.level(Impact.HIGH, Urgency.MEDIUM).name == "high"
    assert milder.level(Impact.HIGH, Urgency.LOW).name == "medium"
    assert milder({"impact": Impact.HIGH, "urgency": Urgency.MEDIUM}).reason == (
        "mean: impact high (3) and urgency medium (2) have the milder mean medium (2)"
    )


@pytest.mark.parametrize(
    "parts", [{"scale": Priority.scale}, {"scale": Impact.scale, "rounding": "up"}]
)
def test_mean_needs_scales_of_one_length(parts):
    """Scales of different lengths have no mean, and there are two roundings."""
    with pytest.raises(PriorityMatrixError):
        ArithmeticPriority(**parts)
