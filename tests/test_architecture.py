"""The rules of the house, proved on the source text with the standard library's ``ast``.

Each guard takes a source folder and yields what is wrong in it, so that it is tried twice: on the
package, where it must find nothing, and on a planted violation, which it must find.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import incidentcore

SOURCE = Path(incidentcore.__file__).parent
PACKAGE = "incidentcore"

# Every room and its layer, from the bottom up. A room imports only what stands above it here. The
# order of the modules inside a room follows from their imports, which have no cycle.
ROOMS: list[tuple[str, int]] = [
    ("_version", 0),
    ("_homes", 0),
    ("errors", 0),
    ("_checks", 0),
    ("_lazy", 0),
    ("instants", 0),
    ("digest", 0),
    ("words", 1),
    ("values", 1),
    ("pages", 1),
    ("schedule", 1),
    ("conditions", 2),
    ("records", 3),
    ("lifecycle", 4),
    ("priority", 4),
    ("categorization", 4),
    ("sla", 5),
    ("intake", 5),
    ("escalation", 6),
    ("communication", 6),
    ("kpi", 7),
    ("improvement", 8),
    ("desk", 8),
    ("whatif", 8),
    ("forecast", 8),
    ("simulation", 8),
    ("serialization", 9),
    ("storage", 9),
    ("vendors", 9),
    ("report", 9),
    ("frames", 10),
    ("plots", 10),
    ("adapters", 10),
    ("testing", 10),
    ("demo", 11),
    ("_terminal", 11),
    ("cli", 11),
    ("__main__", 11),
    ("__init__", 11),
]

# Who may import what is not ours; None is everyone. Of the standard library, only what is named.
MAY_IMPORT: dict[str, set[str] | None] = {
    "attrs": None,
    "cattrs": {"serialization"},
    "dateutil": {"schedule", "vendors"},
    "holidays": {"schedule"},
    "hypothesis": {"testing"},
    "importlib": {"_lazy"},
    "json": {"serialization", "vendors"},
    "matplotlib": {"plots"},
    "narwhals": {"frames", "plots"},
    "numpy": {"frames", "plots"},
    "openpyxl": {"vendors"},
    "dask": {"adapters"},
    "pyarrow": {"adapters", "frames", "kpi", "vendors"},
    "pytest": {"testing"},
    "sqlalchemy": {"adapters"},
    "sqlite3": {"adapters"},
    "re2": {"categorization"},
    "tzdata": {"instants"},
    "asyncio": {"adapters", "testing"},
    "logging": set(),
    "socket": set(),
    "subprocess": set(),
    "threading": {"storage", "testing"},
    "urllib": set(),
}

# Imports inside a function, by (room, what), or by module for what is ours, with reasons. An
# import listed here may stand nowhere else, so that it is paid for only where it is used.
LAZY = {
    ("digest", "hashlib"): "loads a cryptographic library; needed only to name a content",
    ("instants", "pathlib"): "a tenth of the whole import, needed only to find the zone data's age",
    ("instants", "tzdata"): "read only where the system brings no zone data",
    ("categorization", "re2"): "an extra, needed only by patterns that ask for it",
    ("kpi", "random"): "needed only by the bootstrap; loads a cryptographic library",
    ("kpi", "statistics"): "needed only by Wilson's interval; loads random",
    ("plots", "matplotlib"): "an extra, needed only to draw; slow to load",
    ("kpi", "pyarrow"): "needed only by tables of figures as tables of Arrow",
    ("frames", "pyarrow"): "needed only by batches of Arrow and parquet files",
    ("values", "html"): "needed only by a finding in a notebook; loads every name of a sign",
    ("schedule", "dateutil"): "needed only by calendars with recurrence rules",
    ("schedule", "holidays"): "an extra, needed only to copy a country's holidays",
    ("vendors", "dateutil"): "needed only by free-form times",
    ("vendors", "openpyxl"): "an extra, needed only by spreadsheets",
    ("vendors", "pyarrow"): "comes with whoever has a table of the Arrow interface",
    ("simulation", "random"): "needed only to simulate; loads a cryptographic library",
    ("simulation", "statistics"): "needed only by lognormal lengths; loads random",
    ("_lazy", "incidentcore._checks"): "needed only to word an error",
    ("_lazy", "incidentcore._homes"): "needed only to word an error",
    ("serialization.text", "incidentcore.serialization.codec"): "knows every kind of every room",
    ("_checks", "difflib"): "needed only to word an error",
}

# What reads a clock, a random source, the environment or a file (rule T6), and who may after all.
IMPURE: dict[str, set[str]] = {
    "datetime.date.today": set(),
    "datetime.datetime.now": {"_terminal", "cli"},
    "datetime.datetime.today": set(),
    "datetime.datetime.utcnow": set(),
    "input": set(),
    "open": {"cli"},
    "os.environ": set(),
    "os.getenv": set(),
    "os.urandom": set(),
    "random": set(),
    "secrets": set(),
    "time": set(),
    "uuid": set(),
}
# Waits, but reads no clock: a drill at real speed.
ALLOWED_CALLS = {("cli", "time.sleep")}
# May use random.Random with an explicit seed.
SEEDED = {"cli", "demo", "kpi", "simulation", "testing"}

BUILTINS = {"input", "open"}

LONGEST = 400
LINES = 79_880  # of the whole package; what wants more first deletes
TYPE_TESTS = 9  # in a thousand lines

# Modules inside rooms from which pages import, and those of which a room takes every name.
WITH_EXPORTS = re.compile(r"adapters\.|kpi\.catalogue\.")

ORDER = {room: place for place, (room, _) in enumerate(ROOMS)}


@dataclass(frozen=True, eq=False)
class Module:
    """One source file under its name below the package, such as ``schedule.calendar``."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    nodes: dict[type, list[Any]]

    @property
    def room(self) -> str:
        """Return the first part of the name."""
        return self.name.partition(".")[0]

    def of(self, *kinds: type) -> Iterator[Any]:
        """Yield the nodes of these kinds."""
        return chain.from_iterable(self.nodes.get(kind, ()) for kind in kinds)

    def at(self, node: ast.AST, message: str) -> str:
        """Return the message with its place in front."""
        return f"{self.path.name} of {self.name}, line {getattr(node, 'lineno', 1)}: {message}"


class Import(NamedTuple):
    """One imported module, under its absolute name."""

    node: ast.stmt
    target: str
    is_lazy: bool

    @property
    def package(self) -> str:
        """Return the first part of what is imported."""
        return self.target.partition(".")[0]


Guard = Callable[[Path], Iterator[str]]


@cache
def read_modules(root: Path) -> tuple[Module, ...]:
    """Return every module below a folder; read once, since each guard asks."""
    modules = []
    for path in sorted(root.rglob("*.py")):
        parts = list(path.relative_to(root).with_suffix("").parts)
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        modules.append(Module(".".join(parts), path, text, tree, walk(tree)))
    return tuple(modules)


def walk(tree: ast.AST) -> dict[type, list[Any]]:
    """Return a node and all below it by their kinds, without contexts: quicker than ast.walk."""
    nodes = [tree]
    by_kind: dict[type, list[Any]] = defaultdict(list)
    for node in nodes:
        by_kind[type(node)].append(node)
        for part in vars(node).values():
            if isinstance(part, list):
                nodes += [one for one in part if isinstance(one, ast.AST)]
            elif isinstance(part, ast.AST) and not isinstance(part, ast.expr_context):
                nodes.append(part)
    return dict(by_kind)


@cache
def read_imports(module: Module, root: Path) -> tuple[Import, ...]:
    """Return what a module imports; read once, since several guards ask."""
    return tuple(_imports(module, root))


def _imports(module: Module, root: Path) -> Iterator[Import]:
    functions = module.of(ast.FunctionDef, ast.AsyncFunctionDef)
    lazy = {id(inner) for outer in functions for inner in _statements(outer.body)}
    for node in module.of(ast.Import):
        for alias in node.names:
            yield Import(node, alias.name, id(node) in lazy)
    for node in module.of(ast.ImportFrom):
        base = _absolute(module, node)
        inside = [f"{base}.{alias.name}" for alias in node.names]
        ours = base.partition(".")[0] == PACKAGE
        for target in {name if ours and _is_module(name, root) else base for name in inside}:
            yield Import(node, target, id(node) in lazy)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for part in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, part, []))
        for block in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            yield from _statements(block.body)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = [PACKAGE, *module.name.split(".")]
    if module.path.name == "__init__.py":
        parts = [*parts, "__init__"] if module.name != "__init__" else parts
    parts = parts[: len(parts) - node.level]
    return ".".join([*parts, node.module] if node.module else parts)


def _is_module(name: str, root: Path) -> bool:
    path = root.joinpath(*name.split(".")[1:])
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def find_unknown_rooms(root: Path) -> Iterator[str]:
    """Every file is in a room of ROOMS."""
    for module in read_modules(root):
        if module.room not in ORDER:
            yield f"{module.path}: unknown room {module.room!r}; give it a place in ROOMS"


def find_upward_imports(root: Path) -> Iterator[str]:
    """A room imports the rooms above it in ROOMS; a module never imports its own package."""
    for module in read_modules(root):
        for node, target, _ in read_imports(module, root):
            if target.partition(".")[0] != PACKAGE or module.room not in ORDER:
                continue
            wanted = target.removeprefix(PACKAGE).removeprefix(".") or "__init__"
            room = wanted.partition(".")[0]
            if room not in ORDER:
                yield module.at(node, f"imports unknown module {target}")
            elif ORDER[room] > ORDER[module.room] or f"{module.name}.".startswith(f"{wanted}."):
                yield module.at(node, f"may not import {target}, which does not stand above it")


def find_cycles(root: Path) -> Iterator[str]:
    """The imports inside a room have no cycle, so that its modules have an order."""
    modules = {module.name: module for module in read_modules(root)}
    inside: dict[str, set[str]] = {
        name: {
            wanted
            for _, target, _ in read_imports(module, root)
            if (wanted := target.removeprefix(f"{PACKAGE}.")) in modules
            and wanted.partition(".")[0] == module.room
        }
        for name, module in modules.items()
    }
    while free := [name for name, needs in inside.items() if not needs & inside.keys()]:
        for name in free:
            del inside[name]
    needed = {wanted for needs in inside.values() for wanted in needs}
    for name in sorted(needed & inside.keys()):
        others = ", ".join(sorted(inside[name] & inside.keys()))
        yield f"{modules[name].path}: imports in a circle through {others}"


def find_foreign_imports(root: Path) -> Iterator[str]:
    """Each package from outside has its rooms."""
    for module in read_modules(root):
        for imported in read_imports(module, root):
            package = imported.package
            if package == PACKAGE or (
                package not in MAY_IMPORT and package in sys.stdlib_module_names
            ):
                continue
            if package not in MAY_IMPORT:
                yield module.at(imported.node, f"imports {package}, which is no dependency of ours")
                continue
            rooms = MAY_IMPORT[package]
            if rooms is not None and module.room not in rooms:
                allowed = ", ".join(sorted(rooms)) or "no room"
                yield module.at(imported.node, f"imports {package}; allowed: {allowed}")


def find_lazy_imports(root: Path) -> Iterator[str]:
    """An import stands at the top, except those of LAZY, which stand in one function."""
    seen: dict[tuple[str, str], str] = {}
    for module in read_modules(root):
        checked_only = _under_type_checking(module)
        for imported in read_imports(module, root):
            if id(imported.node) in checked_only:
                continue
            key = (module.room, imported.package)
            if imported.package == PACKAGE:
                key = (module.name, imported.target)
            if imported.is_lazy and key not in LAZY:
                yield module.at(imported.node, f"imports {imported.target} inside a function")
            elif key in LAZY and not imported.is_lazy:
                yield module.at(imported.node, f"imports {imported.target} at the top: {LAZY[key]}")
            elif key in LAZY and seen.setdefault(key, module.name) != module.name:
                yield module.at(imported.node, f"{imported.package} is {seen[key]}'s to import")


def _under_type_checking(module: Module) -> set[int]:
    return {
        id(inner)
        for node in module.of(ast.If)
        if _is_name(node.test, "TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def find_impure_reads(root: Path) -> Iterator[str]:
    """No clock, no chance, no environment, no file (rule T6)."""
    for module in read_modules(root):
        origins = _origins(module)
        inner = {id(node.value) for node in module.of(ast.Attribute)}
        calls = list(module.of(ast.Call))
        called = {id(call.func) for call in calls}
        seeded = {id(call.func) for call in calls if call.args or call.keywords}
        seeded |= _annotations(module)
        for node in module.of(ast.Name, ast.Attribute):
            if id(node) in inner:
                continue
            used = _dotted(node, origins)
            if not used:
                continue
            if used == "random.Random" and module.room in SEEDED and id(node) in seeded:
                continue
            if isinstance(node, ast.Name) and node.id in BUILTINS and id(node) not in called:
                continue  # a field of that name
            if (module.room, used) in ALLOWED_CALLS:
                continue
            for impure, rooms in IMPURE.items():
                if (used == impure or used.startswith(f"{impure}.")) and module.room not in rooms:
                    yield module.at(node, f"uses {used}; values come in as arguments (rule T6)")


def _origins(module: Module) -> dict[str, str]:
    """Return what each imported name stands for; builtins stand for themselves."""
    origins = {name: name for name in BUILTINS}
    for node in module.of(ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            origins[name] = alias.name if alias.asname else name
    for node in module.of(ast.ImportFrom):
        if not node.level:
            for alias in node.names:
                origins[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return origins


def _dotted(node: ast.expr, origins: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value, origins)
        return f"{base}.{node.attr}" if base else ""
    return origins.get(node.id, "") if isinstance(node, ast.Name) else ""


def _annotations(module: Module) -> set[int]:
    functions = module.of(ast.FunctionDef, ast.AsyncFunctionDef)
    parts = [node.annotation for node in module.of(ast.arg, ast.AnnAssign)]
    parts += [node.returns for node in functions]
    return {id(inner) for part in parts if part is not None for inner in ast.walk(part)}


def find_global_state(root: Path) -> Iterator[str]:
    """No ``global`` statement."""
    for module in read_modules(root):
        for node in module.of(ast.Global):
            yield module.at(node, f"global {', '.join(node.names)}: the library keeps no state")


def find_attribute_magic(root: Path) -> Iterator[str]:
    """``__getattr__`` is that of the facade and of lazy rooms, hidden from type checkers."""
    for module in read_modules(root):
        hidden: set[int] = set()
        if module.path.name == "__init__.py":
            hidden = {
                id(inner)
                for node in module.tree.body
                if isinstance(node, ast.If)
                and isinstance(node.test, ast.UnaryOp)
                and isinstance(node.test.op, ast.Not)
                and _is_name(node.test.operand, "TYPE_CHECKING")
                for statement in node.body
                for inner in ast.walk(statement)
            }
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Name)
        for node in module.of(*kinds) if "__getattr" in module.text else ():
            names = {
                getattr(node, "name", ""),
                node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else "",
            }
            magic = names & {"__getattr__", "__getattribute__"}
            if magic and id(node) not in hidden:
                yield module.at(node, f"{magic.pop()} belongs to the facade and lazy rooms")


def find_long_modules(root: Path) -> Iterator[str]:
    """A module is split before 400 lines; the facade's list of names is counted once."""
    for module in read_modules(root):
        lines = len(module.text.splitlines())
        if module.name == "__init__":  # each name stands for readers and again for checkers
            lines -= len(re.findall(r"^    from incidentcore\S* import", module.text, re.MULTILINE))
        if lines > LONGEST:
            yield f"{module.path}: {lines} lines, more than {LONGEST}: split it"


def find_unsorted_exports(root: Path) -> Iterator[str]:
    """Every room names its public names in a sorted ``__all__``; a module inside one does not."""
    for module in read_modules(root):
        lists = [
            node.value
            for node in module.tree.body
            if isinstance(node, ast.Assign) and _is_name(node.targets[0], "__all__")
        ]
        if "." in module.name or module.name.startswith("_"):
            is_room = module.path.name == "__init__.py" or WITH_EXPORTS.match(module.name)
            if lists and not is_room:
                yield module.at(lists[0], "no __all__ in a module: its own names begin with _")
            continue
        if not lists:
            yield f"{module.path}: a room needs an __all__"
            continue
        try:
            names = ast.literal_eval(lists[0])
        except ValueError:
            yield module.at(lists[0], "__all__ is a literal list of names")
            continue
        if names != sorted(set(names)):
            yield module.at(lists[0], f"__all__ is not sorted or names one twice: {names}")


def find_undocumented_modules(root: Path) -> Iterator[str]:
    """Every module says what it is for."""
    for module in read_modules(root):
        if not ast.get_docstring(module.tree):
            yield f"{module.path}: no docstring"


def find_growth(root: Path) -> Iterator[str]:
    """The package has few lines and, outside of documents, few tests of types in them."""
    modules = read_modules(root)
    lines = {module: module.text.count("\n") for module in modules}
    if (total := sum(lines.values())) > LINES:
        yield f"{total:,} lines; at most {LINES:,}"
    asking = [module for module in modules if module.room != "serialization"]
    asked = sum(module.text.count("isinstance(") for module in asking)
    if asked * 1000 > TYPE_TESTS * sum(lines[module] for module in asking):
        yield f"isinstance {asked} times; at most {TYPE_TESTS} in 1,000 lines"


GUARDS: list[Guard] = [
    find_unknown_rooms,
    find_upward_imports,
    find_cycles,
    find_foreign_imports,
    find_lazy_imports,
    find_impure_reads,
    find_global_state,
    find_attribute_magic,
    find_long_modules,
    find_unsorted_exports,
    find_undocumented_modules,
    find_growth,
]


@pytest.mark.parametrize("guard", GUARDS)
def test_the_package_keeps_the_rule(guard: Guard) -> None:
    """The guard finds nothing in the package."""
    found = list(guard(SOURCE))
    assert not found, "\n".join([guard.__doc__ or guard.__name__, *found])


def test_a_package_that_grew_is_found(tmp_path: Path) -> None:
    """One line more than allowed is one too many."""
    planted = plant(tmp_path, "digest.py", "\n" * LINES)  # and one line of another module
    (planted / "cli.py").write_text("x = 1\n")
    assert list(find_growth(planted)) == ["79,881 lines; at most 79,880"]


def test_the_package_is_what_the_guards_read() -> None:
    """The guards see the rooms that can be imported, not an empty folder."""
    assert {"errors", "instants", "__init__"} <= {module.name for module in read_modules(SOURCE)}


def test_rooms_are_listed_from_the_bottom_up() -> None:
    """A lower layer never stands below a higher one, and no room is listed twice."""
    layers = [layer for _, layer in ROOMS]
    assert layers == sorted(layers)
    assert len(ORDER) == len(ROOMS)


PLANTED: list[tuple[Guard, str, str, str]] = [
    (find_unknown_rooms, "tools.py", "", "unknown room 'tools'"),
    (find_upward_imports, "errors.py", "import incidentcore.digest", "incidentcore.digest"),
    (find_upward_imports, "digest.py", "from incidentcore import Interval", "import incidentcore"),
    (find_upward_imports, "digest.py", "from incidentcore import cli", "incidentcore.cli"),
    (find_cycles, "sla/lint.py", "from incidentcore.sla.lint import x", "in a circle"),
    (find_cycles, "values/scales.py", "from .states import State", "through values.states"),
    (find_upward_imports, "values/scales.py", "from . import State", "import incidentcore.values"),
    (find_upward_imports, "values/scales.py", "from .. import cli", "incidentcore.cli"),
    (find_upward_imports, "values/__init__.py", "from ..cli import x", "incidentcore.cli"),
    (find_upward_imports, "sla/clock.py", "def f():\n    import incidentcore.cli", "cli"),
    (find_upward_imports, "sla/clock.py", "import incidentcore.timer", "unknown module"),
    (find_foreign_imports, "records/rows.py", "import json", "allowed: serialization"),
    (find_foreign_imports, "cli.py", "from cattrs import x", "allowed: serialization"),
    (find_foreign_imports, "kpi/compute.py", "import numpy as np", "allowed: frames, plots"),
    (find_foreign_imports, "sla/clock.py", "from dateutil.rrule import x", "allowed: schedule"),
    (find_foreign_imports, "storage/store.py", "import pytest", "allowed: testing"),
    (find_foreign_imports, "values/scales.py", "import hypothesis", "allowed: testing"),
    (find_foreign_imports, "cli.py", "import logging", "allowed: no room"),
    (find_foreign_imports, "cli.py", "import rich", "no dependency of ours"),
    (find_lazy_imports, "kpi/compute.py", "def f():\n    import math", "inside a function"),
    (find_lazy_imports, "schedule/holidays.py", "import dateutil.rrule", "at the top"),
    (find_impure_reads, "digest.py", "import datetime as d\nd.datetime.now()", "datetime.now"),
    (find_impure_reads, "digest.py", "from datetime import date as d\nx = d.today", "date.today"),
    (find_impure_reads, "digest.py", "from datetime import datetime\ndatetime.utcnow()", "utcnow"),
    (find_impure_reads, "cli.py", "import time\ntime.monotonic()", "time.monotonic"),
    (find_impure_reads, "cli.py", "from time import time\ntime()", "uses time.time"),
    (find_impure_reads, "cli.py", "import os\nos.environ['HOME']", "os.environ"),
    (find_impure_reads, "cli.py", "import uuid\nuuid.uuid4()", "uuid.uuid4"),
    (find_impure_reads, "cli.py", "import random\nrandom.random()", "random.random"),
    (find_impure_reads, "cli.py", "import random\nrandom.Random()", "random.Random"),
    (find_impure_reads, "sla/clock.py", "import random\nrandom.Random(1)", "random.Random"),
    (find_impure_reads, "vendors/jira.py", "open('x')", "uses open"),
    (find_global_state, "digest.py", "def f():\n    global x\n    x = 1", "global x"),
    (find_attribute_magic, "digest.py", "def __getattr__(name): ...", "the facade and"),
    (find_attribute_magic, "digest.py", "class A:\n    __getattr__ = f", "the facade and"),
    (find_attribute_magic, "__init__.py", "def __getattr__(name): ...", "the facade and"),
    (find_attribute_magic, "sla/__init__.py", "__getattr__, x = lazy()", "the facade and"),
    (find_long_modules, "digest.py", "x = 1\n" * 401, "401 lines"),
    (find_long_modules, "__init__.py", "x = 1\n" * 401, "401 lines"),
    (find_unsorted_exports, "digest.py", "x = 1", "needs an __all__"),
    (find_unsorted_exports, "digest.py", "__all__ = ['b', 'a']", "not sorted"),
    (find_unsorted_exports, "sla/__init__.py", "__all__ = ['a', 'a']", "names one twice"),
    (find_unsorted_exports, "digest.py", "__all__ = sorted(x)", "literal list"),
    (find_unsorted_exports, "sla/bar.py", "__all__ = ['a']", "no __all__ in a module"),
    (find_unsorted_exports, "_checks.py", "__all__ = ['a']", "no __all__ in a module"),
    (find_undocumented_modules, "digest.py", "x = 1", "no docstring"),
    (find_growth, "digest.py", "isinstance(x, int)\n" * 10 + "x = 1\n" * 980, "10 times"),
]

ALLOWED: list[tuple[Guard, str, str]] = [
    (find_upward_imports, "values/__init__.py", "from .states import State"),
    (find_cycles, "values/__init__.py", "from .states import State"),
    (find_cycles, "sla/clock.py", "from incidentcore.sla.lint import x"),
    (find_upward_imports, "sla/clock.py", "from incidentcore.schedule import BusinessCalendar"),
    (find_upward_imports, "__init__.py", "from incidentcore.cli import main"),
    (find_foreign_imports, "serialization/codec.py", "import json, cattrs, attrs, bisect"),
    (find_lazy_imports, "schedule/holidays.py", "def f():\n    import dateutil.rrule"),
    (find_lazy_imports, "schedule/ical.py", "if TYPE_CHECKING:\n    import dateutil.rrule"),
    (find_impure_reads, "cli.py", "import random\ndef f(r: random.Random): random.Random(7)"),
    (find_impure_reads, "cli.py", "from time import sleep\nsleep(1)"),
    (find_impure_reads, "values/states.py", "class State:\n    open: bool\n\nopen = 1"),
    (find_impure_reads, "digest.py", "from datetime import time\ntime(9).hour; now = self.now"),
    (find_attribute_magic, "__init__.py", "if not TYPE_CHECKING:\n    def __getattr__(n): ..."),
    (find_attribute_magic, "sla/__init__.py", "if not TYPE_CHECKING:\n    __getattr__ = lazy()"),
    (find_long_modules, "digest.py", "x = 1\n" * 400),
    (find_growth, "serialization.py", "isinstance(x, int)\n" * 10 + "x = 1\n" * 980),
    (
        find_long_modules,
        "__init__.py",
        "if TYPE_CHECKING:\n" + "    from incidentcore.sla import x as x\n" * 401,
    ),
    (find_unsorted_exports, "digest.py", "__all__ = ['B', 'a']"),
]


def plant(folder: Path, name: str, text: str) -> Path:
    for needed in (name, "values/__init__.py", "values/states.py", "cli.py", "sla/lint.py"):
        (folder / needed).parent.mkdir(exist_ok=True)
        (folder / needed).touch()
    (folder / "values/scales.py").write_text("")
    (folder / "values/states.py").write_text("from incidentcore.values import scales")
    (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(("guard", "name", "text", "message"), PLANTED)
def test_a_planted_violation_is_found(
    tmp_path: Path, guard: Guard, name: str, text: str, message: str
) -> None:
    """Each guard finds what it is there for, and says so."""
    found = [line for line in guard(plant(tmp_path, name, text)) if message in line]
    assert found


@pytest.mark.parametrize(("guard", "name", "text"), ALLOWED)
def test_what_is_allowed_passes(tmp_path: Path, guard: Guard, name: str, text: str) -> None:
    """A guard is silent about what the rule allows."""
    path = plant(tmp_path, name, text) / name
    assert not [line for line in guard(tmp_path) if path.name in line]
