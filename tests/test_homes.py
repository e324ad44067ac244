"""An error that names something public says from which room it is imported."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.test_mistakes import MISTAKES
from tests.test_public_api import read_list

import incidentcore
from incidentcore._homes import ROOM_OF_NAME, imports_in
from incidentcore.errors import DefinitionError, InvalidValueError

PACKAGE = Path(incidentcore.__file__).parent

# Words of texts that are not meant as the public name of the same spelling.
NO_NAMES = {"BMC", "GLPI", "SERVICENOW", "Service", "on_call", "next_on_call"}


def homes() -> dict[str, set[str]]:
    """Return the rooms of each public name that ``incidentcore`` itself does not export."""
    found: dict[str, set[str]] = {}
    for title, lines in read_list().items():
        for line in lines:
            name = re.match(r"(?:class )?(\w+)", line)
            if name and title != "incidentcore" and name[1] not in incidentcore.__all__:
                found.setdefault(name[1], set()).add(title.partition(".")[2])
    return found


HOMES = homes()
WRITTEN = {name for name in HOMES if name not in NO_NAMES and ("_" in name or not name.islower())}


def hints(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the texts that say what is allowed: arguments of checks and errors, and ``allowed``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(name)) if re.match(r"need_|\w+Error$", name):
                parts: list[ast.AST] = [*node.args[2:], *(one.value for one in node.keywords)]
            case ast.Assign([ast.Name("allowed" | "_ALLOWED")]):
                parts = [node.value]
            case _:
                continue
        for part in parts:
            for inner in ast.walk(part):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner


def test_each_name_is_in_its_room_alone() -> None:
    """It is public there and nowhere else, and not to be had from the package itself."""
    assert {name: {room} for name, room in ROOM_OF_NAME.items()} == {
        name: HOMES.get(name, set()) for name in ROOM_OF_NAME
    }


def test_every_hint_knows_the_rooms_of_its_names() -> None:
    """Each text in the source that an error may show, and each class that a check asks for."""
    unknown = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = {word for one in hints(tree) for word in re.findall(r"(?<![\w.])\w+", one.value)}
        for node in ast.walk(tree):
            match node:
                case ast.Call(ast.Name("need_kind" | "need_each" | "each_of"), [_, _, kinds, *_]):
                    words |= {one.id for one in ast.walk(kinds) if isinstance(one, ast.Name)}
        unknown |= {(path.name, word) for word in words & WRITTEN if word not in ROOM_OF_NAME}
    assert sorted(unknown) == [], "add them to incidentcore/_homes.py"


@pytest.mark.parametrize(
    ("allowed", "home"),
    [
        ("a timedelta such as timedelta(hours=4)", ""),
        ("an SlaDefinition, or None", ""),
        ("a Condition; NEVER for none", " (from incidentcore.conditions import Condition, NEVER)"),
        (
            "a Group, or BusinessDays",
            " (from incidentcore.kpi import Group; from incidentcore.schedule import BusinessDays)",
        ),
        ("one of New, Assigned, Level", ""),
        ("a Level, or one of Assigned", " (from incidentcore.values import Level)"),
        ("a name; nearest: Level", ""),
        ("a field path, or field(...)", " (from incidentcore.conditions import field)"),
        ("records, as read_table reads", " (from incidentcore.vendors import read_table)"),
        ("a field, or a group", ""),
        ("the file 'Level', or desk.Level", ""),
        ("09:00, the opening of Task-7 or INC-Task", ""),
    ],
)
def test_the_imports_of_a_text(allowed: str, home: str) -> None:
    """Words of the caller's data, names of the package and qualified names need none."""
    assert imports_in(allowed) == home
    assert str(InvalidValueError("x", 1, allowed)) == f"x: got 1; allowed: {allowed}{home}"
    assert DefinitionError("x", 1, allowed).allowed == allowed


@pytest.mark.parametrize(("call", "given", "named", "says"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_names_the_room(
    call: Any, given: tuple[Any, ...], named: dict[str, Any], says: str
) -> None:
    """Each class of the library that an error asks for can be imported as the error says."""
    with pytest.raises(incidentcore.IncidentCoreError) as caught:
        call(*given, **named)
    error = caught.value
    asked = re.split(r"\bone of |; nearest", getattr(error, "allowed", ""))[0]
    for name in set(re.findall(r"(?<![\w.'\"])[A-Z]\w+", asked)) & WRITTEN:
        line = re.search(rf"from (\S+) import [^;)]*\b{name}\b", str(error))
        assert line, f"{error}: no room of {name}"
        assert hasattr(importlib.import_module(line[1]), name)
