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


def shell_list(name: str) -> list[str]:
    """Return what an array of ``.ci/run`` holds."""
    found = re.search(rf"^{name}=\((.*?)\)", text_of(".ci/run"), flags=re.MULTILINE | re.DOTALL)
    assert found, name
    return found.group(1).split()


def budgets() -> dict[str, int]:
    """Return the seconds that ``.ci/run`` grants each stage."""
    found = re.findall(r"\[(\w+)\]=(\d+)", text_of(".ci/run"))
    return {name: int(seconds) for name, seconds in found}


def lowest(declared: dict[str, Any]) -> tuple[int, int]:
    """Return the lowest Python that installers accept."""
    major, minor = declared["project"]["requires-python"].removeprefix(">=").split(".")
    return int(major), int(minor)


def test_every_stage_has_a_function_a_budget_and_a_line_for_contributors() -> None:
    """The stages are the same in the list, in the budgets and on the contributors' page."""
    stages = shell_list("STAGES")
    page = text_of(".github/CONTRIBUTING.md").partition("## The stages")[2]

    assert stages[:2] == ["demo", "suite"]
    functions = re.findall(r"^run_(\w+)\(\)", text_of(".ci/run"), flags=re.MULTILINE)
    assert [name for name in functions if name not in {"on", "long"}] == stages
    assert list(budgets()) == stages
    assert re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE) == stages


def test_the_budgets_of_the_stages_fit_in_an_hour() -> None:
    """Together they are at most 60 minutes."""
    assert 0 < sum(budgets().values()) <= 60 * 60


def test_the_laws_that_run_at_length_are_there() -> None:
    """A renamed test file is renamed in ``.ci/run`` too."""
    (calendars,) = re.findall(r"^CALENDAR_LAWS=(\S+)$", text_of(".ci/run"), flags=re.MULTILINE)
    assert [path for path in [calendars, *shell_list("LAWS")] if not (ROOT / path).is_file()] == []


def test_every_list_of_pythons_is_the_same(declared: dict[str, Any]) -> None:
    """Classifiers, ``.ci/run``, the workflow and the tools know the same versions."""
    prefix = "Programming Language :: Python :: 3."
    classified = [
        line.removeprefix(prefix[:-2])
        for line in declared["project"]["classifiers"]
        if line.startswith(prefix)
    ]
    workflow = re.findall(r"python: \[(.*)\]", text_of(".github/workflows/ci.yml"))
    least = "{}.{}".format(*lowest(declared))

    assert shell_list("PYTHONS") == classified
    assert [re.findall(r'"([\d.]+)"', line) for line in workflow] == [classified]
    assert classified[0] == least
    assert declared["tool"]["mypy"]["python_version"] == least
    assert declared["tool"]["ruff"]["target-version"] == "py" + least.replace(".", "")


def test_the_floors_that_are_tried_are_those_declared(declared: dict[str, Any]) -> None:
    """The oldest dependencies of the matrix are the floors of the package."""
    floors = dict(line.split(">=") for line in declared["project"]["dependencies"] if ">=" in line)
    tried = dict(line.split("==") for line in shell_list("FLOORS"))

    assert set(tried) == set(floors)
    assert [name for name in floors if not f"{tried[name]}.".startswith(f"{floors[name]}.")] == []


def test_the_extra_docs_builds_the_pages_alone(declared: dict[str, Any]) -> None:
    """The command for contributors and the stage install no other extra."""
    assert "pip install '.[docs]'" in text_of(".github/CONTRIBUTING.md")
    assert "environment docs/.venv '.[docs]'" in text_of(".ci/run")
    extras = declared["project"]["optional-dependencies"]
    assert set(extras["holidays"]) <= set(extras["docs"])


def test_the_workflow_runs_every_stage() -> None:
    """It runs the script as it stands, without a choice of stages."""
    commands = re.findall(r"^      - run: (.*)$", text_of(".github/workflows/ci.yml"), re.MULTILINE)
    assert commands == ["bash .ci/run"]


def test_a_commit_is_checked_by_commands_of_the_stages() -> None:
    """Style and types before a commit are those of ``.ci/run``."""
    entries = re.findall(r"^        entry: (.*)$", text_of(".pre-commit-config.yaml"), re.MULTILINE)
    lines = {line.strip().removesuffix(" .") for line in text_of(".ci/run").splitlines()}

    assert entries
    assert [entry for entry in entries if entry not in lines | {"ruff format --check"}] == []
    assert "ruff format --check" in lines


def where_is(place: str) -> Path:
    """Return the path of a place; the source is where it is installed, such as from the wheel."""
    if place.startswith("src/"):
        return Path(incidentcore.__file__).parent.parent / place.removeprefix("src/")
    return ROOT / place


@pytest.mark.parametrize(
    "page",
    [".github/CONTRIBUTING.md", ".github/RELEASING.md", "README.md", ".github/SECURITY.md"],
)
def test_every_place_that_a_page_names_is_there(page: str) -> None:
    """Files, folders and links; what is only an example of a path is not one of ours."""
    text = text_of(page)
    named = re.findall(r"`((?:\.ci|\.github|src|docs|tests|benchmarks)/[\w./-]*)`", text)
    linked = [str((ROOT / page).parent / link) for link in re.findall(r"\]\(([\w./-]+)\)", text)]
    missing = [place for place in named + linked if not where_is(place).exists()]
    assert named + linked
    assert missing == []


@pytest.mark.parametrize(
    "page",
    [
        *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(".github/**/*.*")),
        "README.md",
        "pyproject.toml",
    ],
)
def test_no_page_names_a_person_or_an_address(page: str) -> None:
    """Reports go to the form of the site that hosts the repository."""
    text = text_of(page)
    assert not re.findall(r"[\w.+-]+@[\w-]+\.[a-z]+", text)
    assert not re.findall(r"https?://", text)


def test_every_marker_is_explained_to_contributors(declared: dict[str, Any]) -> None:
    """The page has a line for each marker that pyproject.toml registers."""
    page = text_of(".github/CONTRIBUTING.md")
    lines = page.partition("| Marker |")[2].partition("\n\n")[0]
    markers = declared["tool"]["pytest"]["ini_options"]["markers"]
    assert sorted(re.findall(r"^\| `(\w+)` \|", lines, flags=re.MULTILINE)) == sorted(
        marker.partition(":")[0] for marker in markers
    )


@pytest.mark.parametrize(
    "form", sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")), ids=lambda form: form.stem
)
def test_an_issue_form_asks_for_what_is_needed(form: Path) -> None:
    """A form has a name, a description and at least one answer that it insists on."""
    text = form.read_text(encoding="utf-8")
    if form.name == "config.yml":
        assert text == "blank_issues_enabled: true\n"
        return
    assert re.match(r"name: .+\ndescription: .+\nlabels: \[\w+\]\nbody:\n", text)
    assert "required: true" in text
    ids = re.findall(r"^    id: (\w+)$", text, flags=re.MULTILINE)
    assert len(ids) == len(set(ids)) == text.count("  - type: ")


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    """The first section is [Unreleased], and the versioning rule stands above it."""
    above, heading, _ = text_of("CHANGELOG.md").partition("\n## ")
    assert heading
    assert "Semantic Versioning" in above
    assert (
        re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), flags=re.MULTILINE)[0] == "[Unreleased]"
    )


def test_a_version_that_is_released_has_its_section() -> None:
    """A stated version has a heading with what it brings; a development version needs none."""
    stated = incidentcore.__version__
    headings = re.findall(r"^## \[([\d.]+)\]", text_of("CHANGELOG.md"), flags=re.MULTILINE)
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", stated)
    assert headings
    if ".dev" not in stated:
        assert headings[0] == stated
        section = text_of("CHANGELOG.md").partition(f"## [{stated}]")[2].partition("\n## ")[0]
        assert section.count("\n- ") > 0


def test_the_licence_is_mit(declared: dict[str, Any]) -> None:
    """The declared licence and the licence's text agree."""
    assert declared["project"]["license"] == "MIT"
    assert text_of("LICENSE").startswith("MIT License\n")
