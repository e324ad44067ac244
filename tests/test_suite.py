"""The suite's own arrangements: where zones come from, which tests a profile runs."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
import zoneinfo
from pathlib import Path

import pytest
from tests.mutants import Places, equivalent

import incidentcore
from incidentcore.instants import tzdb_version

CONFTEST = Path(__file__).with_name("conftest.py")
TESTS = CONFTEST.parent
UNMIRRORED = CONFTEST.with_name("unmirrored.txt")
SOURCE = Path(incidentcore.__file__).parent
MARKERS = tomllib.loads(CONFTEST.parent.with_name("pyproject.toml").read_text(encoding="utf-8"))[
    "tool"
]["pytest"]["ini_options"]["markers"]
EXAMPLE = """
import pytest
from hypothesis import settings

def test_quick(): assert settings().max_examples == {examples}
@pytest.mark.heavy
def test_heavy(): pass
@pytest.mark.table
def test_table(): pass
@pytest.mark.data
def test_data(data_dir): assert data_dir.name == "here"
"""
SKIPS = """
import pytest

def test_database(): pytest.skip("no PostgreSQL on this machine: install it")
def test_other_database(): pytest.skip("PostgreSQL cannot be started here: no")
def test_columns(): pytest.importorskip("no_such_package.part")
def test_extra(): pytest.skip("needs uvicorn, of the extra 'recipes'")
def test_odd(): pytest.skip("Tuesday")
"""

TABLE = """
import os
from pathlib import Path

import pytest

with Path(os.environ.get("PYTEST_XDIST_WORKER", "alone")).open("a") as file:
    file.write(__name__)

@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_rows(number): assert number < 3

@pytest.mark.parametrize("number", [1, 2])
def test_fixtures(number, tmp_path): pass

@pytest.mark.parametrize("number", [1, pytest.param(2, marks=pytest.mark.heavy), 3])
class TestMarked:
    def test_marked(self, number): pass
"""


def run_suite(folder: Path, *options: str, examples: int, data: str = "", profile: str = "") -> str:
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "pytest.ini").write_text("\n    ".join(["[pytest]\nmarkers =", *MARKERS]))
    (folder / "test_example.py").write_text(EXAMPLE.format(examples=examples))
    done = subprocess.run(  # noqa: S603  pytest itself, on the files written above
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=os.environ | {"INCIDENTCORE_HYPOTHESIS": profile, "INCIDENTCORE_DATA": data},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_zones_come_from_the_tzdata_package() -> None:
    """Zone data of the system is not read, in this process or in those it starts (rule T7)."""
    assert zoneinfo.TZPATH == ()
    assert tzdb_version()[1] == "tzdata"
    assert os.environ["PYTHONTZPATH"] == ""


@pytest.mark.process
def test_a_long_profile_runs_every_test(tmp_path: Path) -> None:
    """INCIDENTCORE_HYPOTHESIS=heavy runs the marked tests too, with more examples."""
    (tmp_path / "here").mkdir()
    shown = run_suite(tmp_path, examples=2_000, data=str(tmp_path / "here"), profile="heavy")

    assert "4 passed" in shown


@pytest.mark.process
def test_the_quick_profile_leaves_out_the_marked_tests(tmp_path: Path) -> None:
    """A plain run deselects the long tests and those on real data."""
    shown = run_suite(tmp_path, examples=10)

    assert "1 passed, 3 deselected" in shown


@pytest.mark.process
@pytest.mark.parametrize("options", [("-m", "table"), ("test_example.py::test_table",)])
def test_a_long_test_runs_when_it_is_chosen(tmp_path: Path, options: tuple[str, ...]) -> None:
    """By its marker, or by its name."""
    assert "1 passed" in run_suite(tmp_path, *options, examples=10)


@pytest.mark.process
def test_without_data_its_tests_skip(tmp_path: Path) -> None:
    """They say what to set."""
    shown = run_suite(tmp_path, examples=50, profile="full")

    assert "no real data here: set INCIDENTCORE_DATA" in shown
    assert "3 passed, 1 skipped" in shown


@pytest.mark.process
def test_a_wrong_data_folder_fails(tmp_path: Path) -> None:
    """A setting that is not a folder is a mistake, not a reason to skip."""
    shown = run_suite(tmp_path, examples=50, data=str(tmp_path / "nowhere"), profile="full")

    assert "which is not a folder" in shown
    assert "3 passed, 1 error" in shown


@pytest.mark.process
@pytest.mark.parametrize("processes", ["0", "2"])
def test_the_end_says_what_did_not_run(tmp_path: Path, processes: str) -> None:
    """In one line before the last: how many, for lack of what, and what the profile left out."""
    (tmp_path / "test_skips.py").write_text(SKIPS)
    *_, line, last = run_suite(tmp_path, "-n", processes, examples=10).strip().splitlines()

    assert line == (
        "not run: 2 for lack of PostgreSQL; 1 for lack of something else (Tuesday); "
        "1 for lack of the extra recipes; 1 for lack of the package no_such_package; "
        "3 left out of this profile (1 data, 1 heavy, 1 table)"
    )
    assert "1 passed, 5 skipped" in last


@pytest.mark.process
def test_the_rows_of_a_table_are_one_test_that_names_each_that_fails(tmp_path: Path) -> None:
    """In the quick profile; by name, by a word of it, and in the other profiles they are many."""
    (tmp_path / "test_table.py").write_text(TABLE)
    quick = run_suite(tmp_path, examples=10)

    assert "2 of 4 rows fail" in quick
    assert "\ntest_table.py::test_rows[3]\n" in quick
    assert "\ntest_table.py::test_rows[4]\n" in quick
    assert "run as one test each: 2 tables of 6 rows" in quick
    assert "1 failed, 4 passed, 4 deselected" in quick
    by_name = run_suite(tmp_path, "test_table.py::test_rows", examples=10)
    assert "2 failed, 2 passed" in by_name
    assert "2 failed, 4 passed" in run_suite(tmp_path, "-k", "rows or fixtures", examples=10)
    (tmp_path / "test_example.py").unlink()
    options = {"profile": "full", "examples": 50}
    assert "2 failed, 7 passed" in run_suite(tmp_path, "test_table.py", **options)


@pytest.mark.process
def test_two_processes_import_the_files_from_both_ends(tmp_path: Path) -> None:
    """Each writes the cache of one half of them; the tests and their order are the same in both."""
    for letter in "abc":
        (tmp_path / f"test_{letter}.py").write_text(TABLE)
    shown = run_suite(tmp_path, "-n", "2", "-p", "no:randomly", examples=10)

    assert (tmp_path / "gw0").read_text() == "test_atest_btest_c"
    assert (tmp_path / "gw1").read_text() == "test_ctest_btest_a"
    assert "3 failed, 10 passed" in shown


def test_every_marker_of_ours_is_left_out() -> None:
    """The markers that pyproject.toml registers are those that the quick profile leaves out."""
    tree = ast.parse(CONFTEST.read_text(encoding="utf-8"))
    (left_out,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LEFT_OUT"
    )

    assert set(left_out) == {line.partition(":")[0] for line in MARKERS}


def modules_without_a_test() -> list[str]:
    """Return the modules of the source that no test file or folder of their name mirrors.

    A folder inside a room may be mirrored by one file. The written forms of a room are tested by
    the round trip of every document in ``tests/serialization``.
    """
    missing = []
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).with_suffix("")
        if module.name in {"__init__", "__main__", "_version", "written"}:
            continue
        plain = module.with_name(module.name.lstrip("_"))
        files = {TESTS / plain.parent / f"test_{plain.name}.py", TESTS / plain}
        if len(module.parts) > 2:  # one file may test a small folder
            files.add(TESTS / module.parts[0] / f"test_{module.parts[1]}.py")
        if not any(file.exists() for file in files):
            missing.append(module.as_posix())
    return missing


def test_tests_mirror_the_source() -> None:
    """Each module has a test file of its name, except those of a list that only gets shorter."""
    listed = UNMIRRORED.read_text(encoding="utf-8").split()
    missing = modules_without_a_test()

    assert listed == sorted(set(listed))
    assert [name for name in missing if name not in listed] == [], "give them a test_<name>.py"
    assert [name for name in listed if name not in missing] == [], f"strike from {UNMIRRORED.name}"


def test_each_argued_mutant_is_one_of_the_source() -> None:
    """An argument for a place that is no longer there would hide nothing, or another one."""
    argued = set(equivalent())
    files = {key.partition(" ")[0] for key in argued}
    there = {
        key
        for file in files
        for key in Places(
            f"src/incidentcore/{file}", (SOURCE / file).read_text(encoding="utf-8")
        ).all
    }

    assert argued - there == set()


if __name__ == "__main__":
    UNMIRRORED.write_text("\n".join(modules_without_a_test()) + "\n", encoding="utf-8")
