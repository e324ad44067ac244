"""The matrix: any shape, total, explained, readable."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.digest import content_id
from incidentcore.errors import InvalidValueError, PriorityMatrixError
from incidentcore.priority import PriorityMatrix, lint_matrix
from incidentcore.values import Impact, Priority, Scale, Urgency

TWO = Scale("two", ("bad", "good"))
ONE = Scale("one", ("all",))
GRID = [["critical"], ["low"]]


@st.composite
def matrices(draw):
    rows = Scale("r", [f"r{n}" for n in range(draw(st.integers(1, 4)))])
    columns = Scale("c", [f"c{n}" for n in range(draw(st.integers(1, 4)))])
    ranks = [[draw(st.integers(0, 4)) for _ in columns] for _ in rows]
    cells = [[Priority.scale.levels[rank] for rank in line] for line in ranks]
    return PriorityMatrix(rows, columns, cells)


def test_any_shape_and_any_scales():
    """Two rows and one column are a matrix too."""
    matrix = PriorityMatrix(TWO, ONE, GRID)

    assert matrix.level(TWO["good"], ONE["all"]) == Priority.LOW


def test_rows_and_mappings_say_the_same():
    """A mapping of cells, by names or levels, is the same matrix as rows of levels."""
    by_rows = PriorityMatrix(TWO, ONE, [[Priority.CRITICAL], ["low"]])
    by_name = PriorityMatrix(TWO, ONE, {("good", "all"): "low", ("bad", "all"): Priority.CRITICAL})
    by_level = PriorityMatrix(
        TWO, ONE, {(TWO["good"], ONE["all"]): "low", (TWO["bad"], "all"): "critical"}
    )

    assert by_rows == by_name == by_level
    assert content_id(by_rows) == content_id(by_name)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([["critical"]], r"^cells: got 1; allowed: all 2; missing: good/all$"),
        ([[], ["low"]], "bad/all"),
        ({("bad", "all"): "low"}, "good/all"),
        ([["low"], ["low"], ["low"]], "2 rows"),
        ([["low", "low"], ["low"]], "1 columns"),
        ([["low"], ["urgent"]], "cell good/all"),
        ([["low"], [Urgency.LOW]], "cell good/all"),
        ([["low"], [4]], "cell good/all"),
        ({("bad", "all"): "low", ("ugly", "all"): "low"}, "^row: "),
        ({"bad": "low"}, "keys of the form"),
        ({("bad", "all"): "low", (TWO["bad"], "all"): "low"}, "each cell once"),
        ("low", "rows of levels"),
        (["low", "low"], "row bad: .*a sequence of levels"),
        ([["low"], 5], "row good: .*a sequence of levels"),
        ({("bad", "any"): "low"}, "column: "),
        (None, "rows of levels"),
    ],
)
def test_table_with_gaps_or_strange_cells_is_refused(cells, said):
    """The error names the cell and what may stand there."""
    with pytest.raises(PriorityMatrixError, match=said):
        PriorityMatrix(TWO, ONE, cells)


@pytest.mark.parametrize(
    "fields",
    [
        {"scale": "priority"},
        {"row_field": ""},
        {"column_field": "a..b"},
        {"manual_only": ("major",)},
        {"manual_only": ("critical",)},
    ],
)
def test_other_parts_are_checked(fields):
    """A scale, field path or manual level that cannot be is refused."""
    with pytest.raises(PriorityMatrixError) as raised:
        PriorityMatrix(TWO, ONE, GRID, **fields)
    assert raised.value.where in (next(iter(fields)), "cell bad/all")


@given(matrices(), st.data())
def test_matrix_is_total_and_says_the_cell(matrix, data):
    """Every pair of levels has the priority written for it, whichever way it is asked for."""
    row = data.draw(st.sampled_from(matrix.rows.levels))
    column = data.draw(st.sampled_from(matrix.columns.levels))
    expected = {(r, c): level for r, c, level in matrix.items()}[row, column]

    answer = matrix({"impact": row, "urgency": column})

    assert matrix.level(row, column) == answer.level == expected
    assert answer.reason == (
        f"matrix: impact {row.name} and urgency {column.name} give {expected.name}"
    )


@pytest.mark.parametrize(
    ("facts", "lacking"),
    [
        ({"impact": None, "urgency": Urgency.LOW}, "impact"),
        ({"impact": Impact.LOW, "urgency": None}, "urgency"),
        ({"impact": None, "urgency": None}, "impact"),
    ],
)
def test_missing_level_gives_none_with_the_reason(facts, lacking):
    """What is not known is said, and no priority is made up."""
    matrix = PriorityMatrix(Impact.scale, Urgency.scale, [["low"] * 3] * 3)

    answer = matrix(facts)

    assert answer.level is None
    assert answer.reason == f"matrix: {lacking} is not known"


@pytest.mark.parametrize("seen", [1, "high", Urgency.HIGH, Scale("impact", ("high",))["high"]])
def test_level_of_another_scale_is_refused(seen):
    """Numbers, texts and levels of other scales are no impact; only an equal level is one."""
    matrix = PriorityMatrix(Impact.scale, Urgency.scale, [["low"] * 3] * 3)

    if seen == Impact.HIGH:
        assert matrix({"impact": seen, "urgency": Urgency.LOW}).level == Priority.LOW
        return
    with pytest.raises(InvalidValueError):
        matrix({"impact": seen, "urgency": Urgency.LOW})
    with pytest.raises(InvalidValueError):
        matrix.level(seen, Urgency.LOW)


def test_fields_to_read_can_be_any():
    """Rows and columns may come from fields of the caller's own."""
    matrix = PriorityMatrix(
        TWO, ONE, GRID, row_field="custom.mood", column_field="impact", name="mood"
    )

    assert matrix({"custom": {"mood": TWO["bad"]}, "impact": ONE["all"]}).level == Priority.CRITICAL


def test_text_shows_the_table():
    """Printed, a matrix is the table that people draw."""
    assert str(PriorityMatrix(TWO, ONE, GRID)) == "      all\nbad   critical\ngood  low"


@given(matrices())
def test_matrix_is_a_value(matrix):
    """A matrix hashes, pickles and has one content id."""
    again = pickle.loads(pickle.dumps(matrix))  # noqa: S301  our own pickle

    assert again == matrix
    assert hash(again) == hash(matrix)
    assert content_id(again) == content_id(matrix)


WEIGHTS = {
    "row_weights": {"high": 20, "medium": 10, "low": 0},
    "column_weights": {"high": 9, "medium": 5, "low": 0},
    "bands": {"critical": 29, "high": 20, "moderate": 14, "low": 5},
}


def test_sum_of_weights_falls_in_its_band():
    """20 + 5 is at least 20 and below 29: high; 0 + 0 is below all bands: the best level."""
    matrix = PriorityMatrix.from_weights(**WEIGHTS)

    assert matrix.level(Impact.HIGH, Urgency.MEDIUM) == Priority.HIGH
    assert matrix.level(Impact.LOW, Urgency.LOW) == Priority.PLANNING
    assert matrix({"impact": Impact.HIGH, "urgency": Urgency.MEDIUM}).reason == (
        "weights: impact high and urgency medium give high"
    )


def test_order_of_weights_changes_nothing():
    """The same weights and bands in another order, or by level, give an equal matrix."""
    turned = {
        **WEIGHTS,
        "row_weights": [(Impact.LOW, 0), (Impact.HIGH, 20), ("medium", 10)],
        "bands": {"low": 5, "critical": 29, "moderate": 14, "high": 20},
    }

    assert PriorityMatrix.from_weights(**turned) == PriorityMatrix.from_weights(**WEIGHTS)


@pytest.mark.parametrize(
    "parts",
    [
        {"row_weights": {"high": 20, "medium": 10}},
        {"row_weights": {"high": 20, "medium": 10, "low": 0, "none": 1}},
        {"row_weights": {"high": 20, "medium": 10, "low": 0.5}},
        {"row_weights": [("high", 20), (Impact.HIGH, 1), ("medium", 10), ("low", 0)]},
        {"column_weights": {Impact.HIGH: 20, "medium": 10, "low": 0}},
        {"bands": {}},
        {"bands": {"critical": 10, "high": 20}},
        {"bands": {"critical": 10, "high": 10}},
        {"bands": {"critical": 10, "planning": 0}},
        {"bands": {"urgent": 10}},
        {"bands": {"critical": "10"}},
        {"row_field": ""},
    ],
)
def test_impossible_weights_and_bands_are_refused(parts):
    """Each level needs one whole weight, and bands fall from the worst level on."""
    with pytest.raises(PriorityMatrixError) as raised:
        PriorityMatrix.from_weights(**{**WEIGHTS, **parts})
    assert raised.value.where.split(".")[0] == next(iter(parts))


@given(
    st.lists(st.integers(-5, 30), min_size=3, max_size=3, unique=True),
    st.lists(st.integers(-5, 30), min_size=3, max_size=3, unique=True),
    st.lists(st.integers(-5, 60), min_size=4, max_size=4, unique=True),
)
def test_falling_weights_make_a_monotone_table(rows, columns, bands):
    """Where weights fall from worst to best, no step of the table goes back."""
    matrix = PriorityMatrix.from_weights(
        row_weights=zip(Impact.scale.names, sorted(rows, reverse=True), strict=True),
        column_weights=zip(Urgency.scale.names, sorted(columns, reverse=True), strict=True),
        bands=zip(Priority.scale.names, sorted(bands, reverse=True), strict=False),
    )

    assert all(finding.code == "unused_level" for finding in lint_matrix(matrix))


def test_mean_rounds_as_asked():
    """Between high and medium, the milder way is medium and the worse way high."""
    three = Scale("three", ("high", "medium", "low"))

    milder = PriorityMatrix.from_mean(scale=three)
    worse = PriorityMatrix.from_mean(scale=three, rounding="worse")

    assert milder.level(Impact.HIGH, Urgency.MEDIUM).name == "medium"
    assert worse.level(Impact.HIGH, Urgency.MEDIUM).name == "high"
    assert milder.level(Impact.HIGH, Urgency.LOW).name == "medium"
    assert worse.level(Impact.LOW, Urgency.LOW).name == "low"


@pytest.mark.parametrize(
    "parts", [{"scale": Priority.scale}, {"scale": Impact.scale, "rounding": "up"}]
)
def test_mean_needs_scales_of_one_length(parts):
    """Scales of different lengths have no mean, and there are two roundings."""
    with pytest.raises(PriorityMatrixError):
        PriorityMatrix.from_mean(**parts)


@pytest.mark.parametrize("key", ["high", ("high",), ("high", "low", "low"), ()])
def test_a_cell_is_named_by_a_row_and_a_column(key: Any) -> None:
    one = Scale("one", ("high",))
    with pytest.raises(PriorityMatrixError, match=r"keys of the form \(row, column\)"):
        PriorityMatrix(one, one, {key: "high"}, scale=one)
