"""The suite's own arrangements: where zones come from, which tests a profile runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zoneinfo
from pathlib import Path

from incidentcore.instants import tzdb_version

CONFTEST = Path(__file__).with_name("conftest.py")
EXAMPLE = """
import pytest
from hypothesis import settings

def test_light(): assert settings().max_examples == {examples}
@pytest.mark.heavy
def test_heavy(): pass
@pytest.mark.data
def test_data(data_dir): assert data_dir.name == "here"
"""


def run_suite(folder: Path, *, examples: int, data: str = "", profile: str = "") -> str:
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = heavy\n    data\n")
    (folder / "test_example.py").write_text(EXAMPLE.format(examples=examples))
    done = subprocess.run(  # noqa: S603  pytest itself, on the files written above
        [sys.executable, "-m", "pytest", "-rs", "--rootdir", str(folder), "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | {"INCIDENTCORE_HYPOTHESIS": profile, "INCIDENTCORE_DATA": data},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_zones_come_from_the_tzdata_package() -> None:
    """Zone data of the system is not read, in this process or in those it starts."""
    assert zoneinfo.TZPATH == ()
    assert tzdb_version()[1] == "tzdata"
    assert os.environ["PYTHONTZPATH"] == ""


def test_a_long_profile_runs_heavy_tests(tmp_path: Path) -> None:
    """INCIDENTCORE_HYPOTHESIS=heavy runs them, with more examples."""
    (tmp_path / "here").mkdir()
    shown = run_suite(tmp_path, examples=2_000, data=str(tmp_path / "here"), profile="heavy")

    assert "3 passed" in shown


def test_the_light_profile_leaves_out_what_it_cannot_run(tmp_path: Path) -> None:
    """Heavy tests are deselected without a word; data tests say what to set."""
    (tmp_path / "suite").mkdir()
    shown = run_suite(tmp_path / "suite", examples=50)

    assert "no real data here: set INCIDENTCORE_DATA" in shown
    assert "1 passed, 1 skipped, 1 deselected" in shown


def test_a_wrong_data_folder_fails(tmp_path: Path) -> None:
    """A setting that names no folder is a mistake, not a reason to skip."""
    shown = run_suite(tmp_path, examples=50, data=str(tmp_path / "nowhere"))

    assert "which is no folder" in shown
    assert "1 passed, 1 deselected, 1 error" in shown
