"""Change the source in one place at a time, and see whether the tests of its room notice.

Run from the repository's root: ``python -m tests.mutants 40``; ``--seed 2`` draws other places,
``--rooms sla escalation`` only those of some rooms. A survivor is printed with its line.
The places are drawn by a digest of what they are, so an edit elsewhere does not draw others. Each
mutant runs in a copy of the tree with the tests that mirror its module: the examples in its
docstrings, the list of its room's public names, its test file, its room's folder, the long tables
and oracles of the room, and the tables of callers' mistakes. A mutant that hangs counts as killed.
``equivalent_mutants.txt`` lists those that no test can kill, each with its argument.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path("src/incidentcore")
# Killed, of those not equivalent; equivalent, of all.
LEAST, MOST = 0.95, 0.06
TIMEOUT = 90  # seconds of the processor for one run of pytest; ten times that by the clock
COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
BESIDE = {  # a file of no room is tested by its own file, and where it is used
    "instants": ["tests/values", "tests/schedule"],
    "digest": ["tests/values", "tests/serialization"],
    "errors": ["tests/values", "tests/records", "tests/serialization"],
    "_terminal": [],
    "_checks": ["tests/values", "tests/records", "tests/intake"],
    "demo": [],
}

WORDS = (
    "test_an_error_names_what_the_caller_gave",
    "test_each_text_is_that_of_a_code",
    "test_an_attribute_refuses_bytes",
)
MISTAKES = ("tests/test_mistakes.py", "tests/test_misuse.py")


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes from start to end of a file become other text."""

    path: str
    key: str
    start: int
    end: int
    text: str

    @property
    def room(self) -> str:
        """Return the folder below the package, or the file."""
        return Path(self.path).parts[2].removesuffix(".py")

    def shown(self) -> str:
        """Return the file and line of the change, the key, and the lines before and after."""
        data = (ROOT / self.path).read_bytes()
        first = data.rfind(b"\n", 0, self.start) + 1
        last = (data + b"\n").index(b"\n", self.end)
        after = data[first : self.start] + self.text.encode() + data[self.end : last]
        old, new = data[first:last].decode().split("\n"), after.decode().split("\n")
        number = data.count(b"\n", 0, self.start) + 1
        both = [*(f"-{line}" for line in old), *(f"+{line}" for line in new)]
        return "\n  ".join([f"{self.path}:{number}", self.key, *both])


def changed(node: ast.expr) -> Iterator[str]:
    """Return the texts that an expression is changed to."""
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in COMPARE:
            yield ast.unparse(ast.Compare(left, [COMPARE[type(operator)]()], [right]))
        case ast.BinOp(left, operator, right) if type(operator) in BINARY:
            yield ast.unparse(ast.BinOp(left, BINARY[type(operator)](), right))
        case ast.BoolOp(operator, values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield ast.unparse(ast.BoolOp(other, values))
            yield ast.unparse(values[0])
        case ast.UnaryOp(ast.Not(), operand):
            yield ast.unparse(operand)
        case ast.IfExp(_, body, orelse):
            yield ast.unparse(body)
            yield ast.unparse(orelse)
        case ast.Constant(bool(value)):
            yield str(not value)
        case ast.Constant(int(value)):
            yield str(value + 1)
        case ast.Constant(str(value)) if value.isidentifier():
            yield repr(f"not_{value}")
        case ast.Call(ast.Name("max" | "min")):
            return  # the greater of two is the same in either order
        case ast.Call(function, [first, second, *rest], keywords) if ast.unparse(
            first
        ) != ast.unparse(second):
            yield ast.unparse(ast.Call(function, [second, first, *rest], keywords))


class Places(ast.NodeVisitor):
    """Every change of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.data = path, text.encode()
        starts = [0]
        for line in self.data.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self.starts, self.scope, self.all = starts, [], dict[str, Mutant]()
        self.visit(ast.parse(text))

    def add(self, node: ast.expr | ast.stmt, text: str) -> None:
        """Add a change of one node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[node.end_lineno - 1] + node.end_col_offset
        before = " ".join(self.data[start:end].decode().split())
        key = f"{self.path[len('src/incidentcore/') :]} {'.'.join(self.scope)}: {before} -> {text}"
        number = 2
        while key in self.all:
            key = f"{key.partition(' #')[0]} #{number}"
            number += 1
        whole = f"({text})" if isinstance(node, ast.expr) else text
        self.all[key] = Mutant(self.path, key, start, end, whole)

    def visit(self, node: ast.AST) -> None:
        """Visit what runs: no annotation, no text of an error or of an f-string, no docstring."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.scope.append(node.name)
                for part in node.body:
                    self.visit(part)
                if not isinstance(node, ast.ClassDef):
                    for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                        self.visit(default)
                self.scope.pop()
                return
            case ast.AnnAssign(value=value):
                if value is not None:
                    self.visit(value)
                return
            case ast.keyword("strict"):  # of zip, which asserts that both have one length
                return
            case ast.Raise() | ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.Assert():
                return
            case ast.If(ast.Name("TYPE_CHECKING")) | ast.Expr(ast.Constant()):
                return
            case ast.Assign([ast.Name(name)]) if name in ("__all__", "T") or name.endswith("_co"):
                return
            case ast.Call(ast.Name("cast" | "TypeVar" | "ParamSpec" | "NewType" | "overload")):
                return
            case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Continue() if self.scope:
                self.add(node, "pass")
            case ast.Return(ast.Constant(None | False)):  # None is as false as False
                pass
            case ast.Return(value) if value is not None:
                self.add(node, "return None")
            case ast.expr():
                for text in changed(node):
                    self.add(node, text)
        self.generic_visit(node)


def draw(count: int, seed: int, rooms: list[str] | None = None) -> list[Mutant]:
    """Return so many mutants, of some rooms or all, one of each room first."""
    found = [
        mutant
        for path in sorted((ROOT / SOURCE).rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py", "_version.py")
        for mutant in Places(
            path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        ).all.values()
        if rooms is None or mutant.room in rooms
    ]
    found.sort(key=lambda mutant: hashlib.sha256(f"{seed} {mutant.key}".encode()).digest())
    first = {mutant.room: mutant for mutant in reversed(found)}.values()
    return [*first, *(mutant for mutant in found if mutant not in first)][:count]


def tests_of(mutant: Mutant) -> list[str]:
    """Return the tests that mirror a module, the nearest first."""
    parts = Path(mutant.path).with_suffix("").relative_to(SOURCE).parts
    name = ".".join(("incidentcore", *parts))
    example = f"tests/test_doctests.py::test_examples_run[{name}]"
    words = [*(f"tests/test_checks.py::{name}" for name in WORDS), *MISTAKES]
    if not mutant.room.startswith("_"):
        words.append(f"tests/test_public_api.py::test_a_room_is_as_listed[{mutant.room}]")
    if len(parts) == 1:
        own = Path("tests", f"test_{mutant.room.lstrip('_')}.py")
        beside = BESIDE.get(mutant.room, ["tests/values"])
        return [example, *words, *([str(own)] if (ROOT / own).exists() else []), *beside]
    plain = Path("tests", *parts[:-1])
    near = plain / f"test_{parts[-1].lstrip('_')}.py"
    folders = [path for path in (near, Path("tests", parts[0])) if (ROOT / path).exists()]
    written = ["tests/serialization"] if parts[-1] == "written" else []
    return [example, *words, *map(str, folders), *written]


def survives(mutant: Mutant, tree: Path, python: str) -> bool:
    """Return whether every test passes in a tree with the mutant."""
    file = tree / mutant.path
    before = file.read_bytes()
    file.write_bytes(before[: mutant.start] + mutant.text.encode() + before[mutant.end :])
    compiled = file.parent / "__pycache__" / f"{file.stem}.{sys.implementation.cache_tag}.pyc"
    compiled.unlink(missing_ok=True)
    environment = os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "INCIDENTCORE_HYPOTHESIS": "quick",
    }
    limit = ["sh", "-c", f'ulimit -t {TIMEOUT} && exec "$@"', "sh"]
    pytest = [*limit, python, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    try:
        for marked in ("not (data or heavy or hostile or notebook or process or table)", "table"):
            options = ["-p", "no:randomly", "-m", marked, *tests_of(mutant)]
            done = subprocess.run(  # noqa: S603  pytest itself, on this project's tests
                [*pytest, *options],
                cwd=tree, env=environment, capture_output=True, check=False, timeout=10 * TIMEOUT,
            )  # fmt: skip
            said = done.stdout.decode() + done.stderr.decode()
            # Wrong arguments; tests that are asked for by name are not found either where the
            # mutant cannot be imported, which kills it.
            if done.returncode == 4 and "found no collectors" not in said:
                raise RuntimeError(said)
            if done.returncode not in (0, 5):  # 5: nothing has this marker
                return False
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_bytes(before)
    return True


def equivalent() -> dict[str, str]:
    """Return the argument for each mutant that is listed as equivalent."""
    lines = Path(__file__).with_name("equivalent_mutants.txt").read_text(encoding="utf-8")
    parts = (part.split("\n") for part in lines.strip().split("\n\n") if part[0] != "#")
    return {key: " ".join(map(str.strip, argument)) for key, *argument in parts}


def main() -> int:
    """Run so many mutants, two at a time or as said; print survivors and figures, judge them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="leave out the first ones")
    parser.add_argument("--rooms", nargs="+", help="only those of these rooms")
    parser.add_argument("--jobs", type=int, default=2, help="how many run at a time")
    parser.add_argument("--figures", type=Path, help="write the figures to this file, as JSON")
    given = parser.parse_args()
    argued, mutants = equivalent(), draw(given.count, given.seed, given.rooms)[given.skip :]
    alive: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for name in map(str, range(given.jobs)):
            leave = shutil.ignore_patterns(".*", "_build", "node_modules")
            shutil.copytree(ROOT, Path(folder, name), ignore=leave)
            trees.put(Path(folder, name))

        def judge(mutant: Mutant) -> None:
            tree = trees.get()
            try:
                if mutant.key not in argued and survives(mutant, tree, sys.executable):
                    alive.append(mutant)
                    print("SURVIVED", mutant.shown(), flush=True)  # noqa: T201  its whole point
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(given.jobs) as pool:
            list(pool.map(judge, mutants))
    same = sum(mutant.key in argued for mutant in mutants)
    killed = len(mutants) - same - len(alive)
    share = killed / (len(mutants) - same)
    print(  # noqa: T201  the same
        f"mutants: {killed} killed, {len(alive)} survived, {same} equivalent of {len(mutants)}, "
        f"seed {given.seed}: {share:.1%} killed, at least {LEAST:.0%}"
    )
    if given.figures:
        rooms = len({mutant.room for mutant in mutants})
        figures = {"mutants": len(mutants), "rooms": rooms, "killed": killed, "equivalent": same}
        given.figures.write_text(json.dumps({**figures, "seed": given.seed}), encoding="utf-8")
    return int(share < LEAST or same > MOST * len(mutants))


if __name__ == "__main__":
    sys.exit(main())
