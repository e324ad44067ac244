"""Every room has its page in the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import incidentcore

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
    assert page.is_file(), f"write docs/reference/{room}.rst like its neighbours"
    assert f".. automodule:: incidentcore.{room}" in page.read_text(encoding="utf-8").splitlines()
    listed = (DOCS / "reference.rst").read_text(encoding="utf-8").split()
    assert listed.count(room) == 1, "name it below one of the topics"


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


def test_the_front_page_says_what_benchmarks_ask_for() -> None:
    """Each ratio of the table is the least that the benchmark beside that package accepts."""
    page = " ".join((DOCS / "index.rst").read_text("utf-8").split())
    source = (DOCS.parent / "benchmarks" / "calendar.py").read_text("utf-8")
    asked = dict(re.findall(r'"faster than ([\w ]+)[^"]*", ">= (\d+)"', source))
    said = re.findall(
        r"\* - (?:pandas )?(\S+) - (?:(?! \* - ).)*?at least (\d+) times faster", page
    )
    found = {name.strip("`"): least for name, least in said}

    assert found == {
        "CustomBusinessHour": asked["pandas CustomBusinessHour"],
        "businesstimedelta": asked["businesstimedelta"],
    }
