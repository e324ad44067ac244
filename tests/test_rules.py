"""Every rule that is cited is stated in the rule book, and every rule of it is cited by a test."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import incidentcore

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(incidentcore.__file__).parent
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def load_citations() -> ModuleType:
    """Import the script of the documentation that knows what a citation looks like."""
    spec = importlib.util.spec_from_file_location(
        "rule_citations", ROOT / "docs" / "rule_citations.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RULES = load_citations()
NAMED_IN_COMMENT = re.compile(rf"#.*{RULES.NAME.pattern}")
RANGE = re.compile(rf"{RULES.NAME.pattern}[\s#]+to[\s#]+{RULES.NAME.pattern}")


def names(source: str) -> set[str]:
    """Return the names in a text, cited or not, and those between the ends of a range."""
    found = {name[0] for name in RULES.NAME.finditer(source)}
    for letter, low, _, high in RANGE.findall(source):
        found |= {f"{letter}{number}" for number in range(int(low), int(high))}
    return found


def comments(source: str) -> Iterator[str]:
    """Yield the comments of a module, lines that follow each other as one."""
    if not NAMED_IN_COMMENT.search(source):
        return  # tokenizing is slow
    block: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield "\n".join(block)
                block = []
            block.append(token.string.lstrip("#: "))
            last = token.start[0]
    yield "\n".join(block)


def docstrings(tree: Documented) -> Iterator[str]:
    """Yield the docstrings of a module, its classes and its functions."""
    yield ast.get_docstring(tree) or ""
    for node in tree.body:
        if isinstance(node, Documented):
            yield from docstrings(node)


@cache
def texts(path: Path) -> tuple[str, ...]:
    """Return what a file says: a page as a whole, of a module its strings and comments."""
    return tuple(_texts(path))


def _texts(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield source
    if path.suffix != ".py" or not RULES.NAME.search(source):
        return
    yield from comments(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def find_unknown(paths: list[Path], known: set[str]) -> list[str]:
    """Return the citations of rules that the book does not state, each with its file."""
    return [
        f"{path.name} cites {name}: state it in docs/explanation/rules, or correct its name"
        for path in paths
        if not names(path.read_text(encoding="utf-8")) <= known  # parsing is slow
        for text in texts(path)
        for name in RULES.cited(text)
        if name not in known
    ]


def find_untested(paths: list[Path], known: list[str]) -> list[str]:
    """Return the rules that no test cites in a docstring or comment."""
    cited: set[str] = set()
    sources = (path.read_text(encoding="utf-8") for path in paths)
    for source in sorted(sources, key=lambda source: -len(names(source))):
        if names(source).intersection(known) <= cited:
            continue  # parsing is slow
        for text in (*comments(source), *docstrings(ast.parse(source))):
            cited.update(RULES.cited(text))
    return [name for name in known if name not in cited]


def files(*folders: Path, suffixes: tuple[str, ...] = (".py", ".rst", ".md")) -> list[Path]:
    """Return the files of folders that may cite a rule."""
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in suffixes and "_build" not in path.parts
    )


def test_a_rule_is_stated_once() -> None:
    """Under a name of its own, of which the anchor is made."""
    stated = RULES.stated()
    assert stated
    assert len(set(stated)) == len(stated)


def test_every_cited_rule_is_stated() -> None:
    """In the package, its tests and its documentation, wherever a rule is named."""
    paths = files(PACKAGE, ROOT / "tests", ROOT / "docs")
    assert not find_unknown(paths, set(RULES.stated()))


def test_every_rule_is_cited_by_a_test() -> None:
    """So whoever changes a rule finds the tests that hold it."""
    tests = [path for path in files(ROOT / "tests") if path.name.startswith("test_")]
    assert not find_untested(tests, RULES.stated())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("rule S4", ["S4"]),
        ("(rules P2, H5).", ["P2", "H5"]),
        ("rules S1, S5, S6\nand S8", ["S1", "S5", "S6", "S8"]),
        ("rules S9 to S11 hold", ["S9", "S10", "S11"]),
        ("rules T5 (deadlines), S1 (conditions) and E1 (keys)", ["T5", "S1", "E1"]),
        ("rules as in C5", ["C5"]),
        ("closed (C2), and (T3, C9)", ["C2", "T3", "C9"]),
        ("E2: it reaches an open incident", ["E2"]),
        ("a ruler S4, the priority (P1), f(S4, x), T1 (order it), 24x7", []),
    ],
)
def test_what_a_citation_is(text: str, names: list[str]) -> None:
    """The word with names, a list or a range; names alone in parentheses or at the beginning."""
    assert RULES.cited(text) == names


def test_the_checks_can_fail(tmp_path: Path) -> None:
    """A citation of nothing is found in each place; a name outside of words is no citation."""
    unknown = "Z9"
    page, module = tmp_path / "page.rst", tmp_path / "test_module.py"
    page.write_text(f"As in rule {unknown}.", encoding="utf-8")
    module.write_text(
        f'"""See rule T1."""\nx = "not in\\nrule {unknown}"\n# by rules T2,\n# {unknown} and T3\n'
        "T4 = f(T5)\n",
        encoding="utf-8",
    )
    assert len(find_unknown([page], {"T1"})) == 1
    assert len(find_unknown([module], {"T1", "T2", "T3"})) == 2
    assert find_untested([module], ["T1", "T2", "T3", "T4", "T5"]) == ["T4", "T5"]


@pytest.mark.process
def test_citations_are_links_and_unknown_rules_warnings(tmp_path: Path) -> None:
    """In text, not in code: four links, and a warning for a rule that has no anchor."""
    pytest.importorskip("sphinx")
    conf = f"import sys\nsys.path.insert(0, {str(ROOT / 'docs')!r})\nextensions = ['rule_links']\n"
    (tmp_path / "conf.py").write_text(conf, encoding="utf-8")
    head = ".. _rule-t1:\n\nT1: Time\n--------\n\n"
    unknown = "Z9"
    for name, warnings in ((unknown, 1), (f"``rule {unknown}``", 0)):
        text = f"{head}By rule T1 (T1), :rule:`T1` and rules T1\nand {name}.\n"
        (tmp_path / "index.rst").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "sphinx", "-nqE", "-b", "pseudoxml", ".", "built"]
        done = subprocess.run(  # noqa: S603  our own build
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stderr.count("undefined label: 'rule-z9'") == warnings
        assert len(done.stderr.splitlines()) == warnings
        built = (tmp_path / "built" / "index.pseudoxml").read_text(encoding="utf-8")
        assert built.count("<reference ") == 4


def test_a_label_that_belies_its_rule_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An anchor is where the name of its rule leads."""
    (tmp_path / "time.rst").write_text(".. _rule-t1:\n\nT2: Time\n--------\n", encoding="utf-8")
    monkeypatch.setattr(RULES, "BOOK", tmp_path)
    with pytest.raises(ValueError, match="rule T2 has the label rule-t1"):
        RULES.stated()
