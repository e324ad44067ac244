"""Every room has its page in the reference."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

import incidentcore
from incidentcore.cli import main
from incidentcore.conditions import AllOf, AnyOf
from incidentcore.desk import load_desk
from incidentcore.errors import MissingExtraError

DOCS = Path(__file__).resolve().parent.parent / "docs"
PACKAGE = Path(incidentcore.__file__).parent
ROOMS = sorted(
    path.stem
    for path in PACKAGE.iterdir()
    if not path.stem.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").is_file())
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_page(room: str) -> None:
    """The page shows the room's public names, and the list of rooms leads to it."""
    page = DOCS / "reference" / f"{room}.rst"
    assert page.is_file(), f"write docs/reference/{room}.rst like its neighbors"
    assert f".. automodule:: incidentcore.{room}" in page.read_text(encoding="utf-8").splitlines()
    listed = (DOCS / "reference.rst").read_text(encoding="utf-8").split()
    assert listed.count(room) == 1, "name it below one of the topics"


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_lists_the_names_of_its_room(room: str) -> None:
    """As text, for those who read it as it stands; ``python docs/reference_names.py`` writes it."""
    try:
        module = importlib.import_module(f"incidentcore.{room}")
    except MissingExtraError as missing:
        pytest.skip(str(missing))
    values = {name: getattr(module, name, None) for name in module.__all__}
    names = {name for name, value in values.items() if not isinstance(value, ModuleType)}
    script, page = loaded("reference_names"), DOCS / "reference" / f"{room}.rst"
    assert sorted(script.listed(page)) == sorted(names), "run python docs/reference_names.py"
    assert script.lists(room) in page.read_text("utf-8"), "run python docs/reference_names.py"


def test_every_example_is_tried() -> None:
    """Pages show code as doctests; what is not run is a command, data or output."""
    untried = [
        f"{page.name}: {language}"
        for page in sorted(DOCS.rglob("*.rst"))
        for language in re.findall(r"code-block::\s*(\w+)", page.read_text(encoding="utf-8"))
        if language not in {"console", "json", "text", "csv", "toml"}
        and page.name != "gallery.rst"  # made by a build, which runs its code
    ]
    assert not untried


def test_pages_hide_no_code() -> None:
    """An example runs where it is pasted: no page or setting imports something out of sight."""
    setup = re.findall(r"(?m)^doctest_global_setup.*", (DOCS / "conf.py").read_text("utf-8"))
    assert len(setup) == 1
    assert 'f"""__import__("os").chdir(' in setup[0]
    hidden = re.compile(r"(?m)^ *(\.\. testsetup::|:hide:|:tags: .*(remove|hide))")
    pages = [*DOCS.rglob("*.rst"), *DOCS.rglob("*.md")]
    assert not [page.name for page in pages if hidden.search(page.read_text("utf-8"))]


def test_the_front_page_says_no_more_than_was_measured() -> None:
    """Each ratio of the table is below the figure that the benchmark wrote into the proof."""
    page = " ".join((DOCS / "index.rst").read_text("utf-8").split())
    figures = json.loads((DOCS / "proof" / "figures.json").read_text("utf-8"))
    rows = figures["benchmark_calendar"]["figures"]["tables"]["Peers, 3-day spans"]
    measured = {what.removeprefix("faster than "): float(n.replace(",", "")) for what, n, _ in rows}
    said = re.findall(
        r"\* - (?:pandas )?(\S+) - (?:(?! \* - ).)*?at least (\d+) times faster", page
    )
    found = {name.strip("`"): least for name, least in said}

    assert found.keys() == {"CustomBusinessHour", "businesstimedelta"}
    assert int(found["CustomBusinessHour"]) < measured["pandas CustomBusinessHour, deadlines"]
    assert int(found["businesstimedelta"]) < measured["businesstimedelta"]


def whole_desk_files() -> dict[str, str]:
    """Return the desk files that stand on pages as a whole, by the name of the page."""
    texts = {}
    for page in sorted(DOCS.rglob("*.rst")):
        for block in re.findall(r"code-block:: toml\n\n((?: +.*\n|\n)+)", page.read_text("utf-8")):
            if block.lstrip().startswith("desk = 1\n"):
                texts[page.name] = dedent(block)
    return texts


@pytest.mark.parametrize("page", ["import_table.rst", "report.rst"])
def test_a_report_by_the_desk_file_of_a_page(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The desk file that a page shows reads a table with its columns, words and times."""
    tables = {
        "import_table.rst": "Ticket;Erstellt;Gelöst;Status;Prio\n"
        "T-1;2.3.2026 10:00;2.3.2026 12:30;Gelöst;hoch\n",
        "report.rst": "Key;Raised;Done;Status;Prio;Team\n"
        "T-1;02.03.2026 10:00;02.03.2026 12:30;Done;A;mail\n",
    }
    (tmp_path / "desk.toml").write_text(whole_desk_files()[page], encoding="utf-8")
    (tmp_path / "tickets.csv").write_text(tables[page], encoding="utf-8")
    by = "assignment_group" if page == "report.rst" else "priority"
    group = "mail" if page == "report.rst" else "high"

    code = main(
        ["report", str(tmp_path / "tickets.csv"), "--desk", str(tmp_path / "desk.toml"), "--by", by]
    )

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert ["mean_time_to_resolve", group, "2.50", "h", "1"] in [row[:5] for row in rows]


def test_every_whole_desk_file_is_read() -> None:
    """A block that begins with ``desk = 1`` loads as it stands."""
    assert {load_desk(text).name for text in whole_desk_files().values()} >= {"small"}


def loaded(name: str) -> Any:
    """Return a module of the documentation, without its folder on the path."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    paths = [*sys.path]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = paths
    return module


def test_an_inherited_member_stands_at_one_class() -> None:
    """The reference shows it where it is defined; the heirs name that class, with a link."""
    pytest.importorskip("sphinx")
    conf = loaded("conf")
    bases = conf.described_bases(incidentcore.Incident)
    lines: list[str] = []
    conf.name_bases(None, "class", "", incidentcore.Incident, None, lines)

    assert bases["actor"] == "incidentcore.records.Record"
    assert "major_status" not in bases
    assert "It also has the members of :py:class:`~incidentcore.records.Record`." in lines
    assert conf.described_bases(incidentcore.Actor) == {}


def test_a_member_of_a_private_base_stands_at_one_class() -> None:
    """The class that is nearest to the base shows it; the others name that class."""
    pytest.importorskip("sphinx")
    conf = loaded("conf")
    lines: list[str] = []
    conf.name_bases(None, "class", "", AnyOf, None, lines)

    assert "explain" not in conf.described_bases(AllOf)
    assert "``explain``, ``judge``," in lines[-2]
    assert lines[-2].endswith(" as :py:class:`~incidentcore.conditions.AllOf` does.")
    shown = [
        (base, name)
        for cls in conf.public_classes()
        for base in cls.__mro__
        if base.__module__.startswith("incidentcore") and base not in conf.public_classes()
        for name in vars(base)
        if not name.startswith("_")
        and base is next(one for one in cls.__mro__ if name in vars(one))
        and name not in conf.described_bases(cls)
        and not cls.__module__.startswith("incidentcore.testing")
    ]
    assert [one for one in shown if shown.count(one) > 1] == []
