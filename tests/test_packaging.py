"""What the package promises to installers, and what the first pages say of it."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import pytest

import incidentcore

ROOT = Path(__file__).resolve().parent.parent
DEMO = "python -m venv .venv && .venv/bin/pip install . && .venv/bin/python -m incidentcore demo"
SUITE = "python -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/python -m pytest"


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def declared() -> dict[str, Any]:
    return tomllib.loads(text_of("pyproject.toml"))


def test_the_extra_and_the_group_dev_hold_the_same_list(declared: dict[str, Any]) -> None:
    """The extra is for pip, the group for tools that read PEP 735."""
    extra = declared["project"]["optional-dependencies"]["dev"]
    assert declared["dependency-groups"]["dev"] == extra


def test_the_dependencies_are_floors_only(declared: dict[str, Any]) -> None:
    """Four dependencies; none is capped, so that they fit beside whatever else is installed."""
    assert declared["project"]["dependencies"] == [
        "attrs>=25.4",
        "cattrs>=25.1",
        "python-dateutil>=2.9.0.post0",
        "tzdata",
    ]
    assert declared["project"]["requires-python"] == ">=3.11"


def test_what_is_installed_is_what_is_declared(declared: dict[str, Any]) -> None:
    """The installed package asks for the declared dependencies and carries the stated version."""
    installed = [
        requirement
        for requirement in metadata.requires("incidentcore") or []
        if "extra ==" not in requirement
    ]
    assert sorted(installed) == sorted(declared["project"]["dependencies"])
    assert metadata.version("incidentcore") == incidentcore.__version__


def test_the_package_says_it_is_typed() -> None:
    """Type checkers read the annotations of an installed package only beside ``py.typed``."""
    assert resources.files("incidentcore").joinpath("py.typed").is_file()


def test_the_script_and_the_module_are_one(declared: dict[str, Any]) -> None:
    """The script ``incidentcore`` is installed and starts the command line."""
    (script,) = metadata.entry_points(group="console_scripts", name="incidentcore")
    assert declared["project"]["scripts"] == {script.name: script.value}


def test_the_readme_is_short_and_names_both_commands() -> None:
    """At most 120 lines, with the two commands word for word, each on a line of its own."""
    lines = text_of("README.md").splitlines()
    assert len(lines) <= 120
    assert lines.count(DEMO) == 1
    assert lines.count(SUITE) == 1


def test_the_example_of_the_readme_is_short() -> None:
    """About fifteen lines of example."""
    code = re.findall(r"^(?:>>>|\.\.\.) ", text_of("README.md"), flags=re.MULTILINE)
    assert 0 < len(code) <= 20


def test_ci_runs_both_commands() -> None:
    """What the README promises is what is checked."""
    script = text_of(".ci/run").splitlines()
    assert any(line.strip() == DEMO for line in script)
    assert any(line.strip() == SUITE for line in script)


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    """The first section is [Unreleased], and the versioning rule stands above it."""
    above, heading, _ = text_of("CHANGELOG.md").partition("\n## ")
    assert heading
    assert "Semantic Versioning" in above
    assert (
        re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), flags=re.MULTILINE)[0] == "[Unreleased]"
    )


def test_the_licence_is_mit(declared: dict[str, Any]) -> None:
    """The declared licence and the licence's text agree."""
    assert declared["project"]["license"] == "MIT"
    assert text_of("LICENSE").startswith("MIT License\n")
