"""Read and write the priorities, categories and groups of a desk file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from incidentcore._checks import misspelt
from incidentcore.categorization import CategoryRule, RoutingRule
from incidentcore.desk.forms import Form, Key, Table, by_shape, level_of, list_of, or_code
from incidentcore.desk.holiday_form import COUNT, TEXT
from incidentcore.desk.reading import BROKEN, Path, Reading, whole
from incidentcore.desk.when import WHEN
from incidentcore.desk.words import WrongError, need_data, one_of
from incidentcore.errors import InvalidValueError
from incidentcore.priority import (
    BMC,
    FLOOR_OF_MEAN_5X5,
    GLPI,
    ITOP,
    JIRA_EXAMPLE,
    PLAIN_3X3,
    SERVICENOW,
    Adjustment,
    PriorityMatrix,
    PriorityPolicy,
)
from incidentcore.values import Impact, Priority, Scale, Urgency

MATRICES: Final = {
    "standard": SERVICENOW,
    "plain_3x3": PLAIN_3X3,
    "jira_example": JIRA_EXAMPLE,
    "bmc": BMC,
    "floor_of_mean_5x5": FLOOR_OF_MEAN_5X5,
    "glpi": GLPI,
    "itop": ITOP,
}

_LEVEL: Final = level_of()
_ADJUST: Final = Table(
    (
        Key("name", TEXT, "Its name in explanations."),
        Key("when", WHEN, "Which records it applies to."),
        Key("at_least", _LEVEL, "The lowest priority that they may have.", None),
        Key("at_most", _LEVEL, "The highest priority that they may have.", None),
        Key("raise", COUNT, "How many levels to raise it by.", 0, "raise_by"),
    ),
    Adjustment,
)


def _spelt(scale: Scale, places: list[tuple[Path, Any]], reading: Reading) -> None:
    """Refuse names that are nearly one of a standard scale to which most others belong."""
    names = {name for _, name in places}
    if len(names & set(scale.names)) * 2 < len(names):
        return
    wrong = [
        (path, name)
        for path, name in places
        if name not in scale.names and misspelt(str(name).casefold(), scale.names)
    ]
    for path, name in wrong:
        allowed = f"one of {', '.join(scale.names)}, or a scale of other words"
        reading.fault(path, WrongError(name, allowed, scale.names))
    whole(BROKEN for _ in wrong)


def _table(data: Mapping[str, Any], reading: Reading, path: Path) -> PriorityMatrix:
    cells: dict[Any, Any] = {}
    for row, line in data.items():
        for column, level in need_data(line, Mapping, f"{row} = {{ URGENCY = PRIORITY }}").items():
            cells[row, column] = level
    _spelt(Impact.scale, [((*path, row), row) for row in data], reading)
    _spelt(Urgency.scale, [((*path, *cell), cell[1]) for cell in cells], reading)
    _spelt(Priority.scale, [((*path, *cell), cells[cell]) for cell in cells], reading)
    columns = tuple(dict.fromkeys(column for _, column in cells))
    if {*data, *columns} <= {*Impact.scale.names}:  # which those of urgency have too
        rows_scale, columns_scale = Impact.scale, Urgency.scale
    else:
        rows_scale, columns_scale = Scale("impact", tuple(data)), Scale("urgency", columns)
    if set(cells.values()) <= set(Priority.scale.names):
        return PriorityMatrix(rows_scale, columns_scale, cells)
    levels = tuple(dict.fromkeys(cells.values()))
    return PriorityMatrix(rows_scale, columns_scale, cells, scale=Scale("priority", levels))


def _matrix_word(value: PriorityMatrix, _: Any) -> Any:
    for name, matrix in MATRICES.items():
        if value == matrix:
            return name
    return {
        row.name: {
            column.name: level.name for column, level in zip(value.columns, line, strict=True)
        }
        for row, line in zip(value.rows, value.cells, strict=True)
    }


_MATRIX_TEXT: Final = f"{{ IMPACT = {{ URGENCY = PRIORITY }} }}, or one of {', '.join(MATRICES)}"
MATRIX: Final = or_code(
    by_shape(
        _MATRIX_TEXT,
        text=lambda data, _, __: MATRICES[one_of(data, MATRICES, "a table, or one of {}")],
        table=_table,
    ),
    {PriorityMatrix: _matrix_word},
    {"description": "a preset's name, or a table"},
)
PRIORITY: Final = Table(
    (
        Key("matrix", MATRIX, "The matrix: a preset's name, or a table.", SERVICENOW, "calculator"),
        Key(
            "adjust",
            list_of(or_code(_ADJUST.read, {Adjustment: _ADJUST.write}, _ADJUST.schema)),
            "What moves the computed priority, in order.",
            (),
            "adjustments",
        ),
    ),
    PriorityPolicy,
)


def read_matrix(reading: Reading) -> None:
    """Register the levels of the matrix of a file, to which conditions of any section refer."""
    data = reading.tried(("priority",), PRIORITY.need, reading.data.get("priority", {}))
    matrix: Any = BROKEN if data is BROKEN or set(data) - set(PRIORITY.names) else SERVICENOW
    if data is not BROKEN and "matrix" in data:
        path: Path = ("priority", "matrix")
        matrix = reading.tried(path, MATRIX.read, data["matrix"], reading, path)
    reading.policy = BROKEN if matrix is BROKEN else PriorityPolicy(matrix)


_PATH: Final = Form(
    lambda data, reading, path: tuple(
        part.strip() for part in TEXT.read(data, reading, path).split("/")
    ),
    TEXT.schema,
    lambda category, _: "/".join(category),
)
_RULE: Final = Table(
    (
        Key("when", WHEN, "Which records."),
        Key("category", _PATH, 'Their category: "network/vpn".', None),
        Key("group", TEXT, "The group that works on them.", None),
        Key("tier", COUNT, "The support tier.", None),
        Key("name", TEXT, "The rule's name in reasons.", ""),
    ),
    dict,
)
_CODE: Final = Form(
    lambda name, reading, _: reading.callable(name),
    {"type": "string"},
    lambda function, writing: writing.code(function)["code"],
)


def _categories(rules: tuple[dict[str, Any], ...], code: Any) -> dict[str, Any]:
    """Return the rules for categories and those for groups, from a list that contains both."""
    categories, routing = [], []
    for rule in rules:
        when, category, group, name = (rule[key] for key in ("when", "category", "group", "name"))
        if category is None and group is None:
            raise InvalidValueError("category", None, "a category, a group or both in each rule")
        if category is not None:
            categories.append(CategoryRule(when, category, name=name))
        if group is not None:
            routing.append(RoutingRule(when, group, tier=rule["tier"], name=name))
    return {"categories": categories, "routing": routing, "categorizer": code}


CATEGORIES: Final = Table(
    (
        Key("rules", list_of(_RULE), "Rules in order; the first match counts.", ()),
        Key("code", _CODE, "A categorizer of your own.", None),
    ),
    _categories,
)
