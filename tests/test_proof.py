"""The pages of the proof print what was counted and what runs have written, and nothing typed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests import figures, fuzz, links

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "docs" / "proof.rst", *sorted((ROOT / "docs" / "proof").glob("*.rst"))]
SHOWN = {
    name: json.loads((ROOT / figures.FILE).read_text("utf-8"))[name]
    for name in figures.RUNS
    if name in json.loads((ROOT / figures.FILE).read_text("utf-8"))
}


@pytest.fixture(scope="module")
def tables() -> Iterator[Any]:
    """The script of the documentation that counts."""
    sys.path.insert(0, str(ROOT / "docs"))
    import proof_tables  # noqa: PLC0415  beside the pages

    yield proof_tables
    sys.path.remove(str(ROOT / "docs"))


def test_the_file_of_figures_has_its_shape() -> None:
    """Each entry says what was run, on what and when, and how it ended; numbers are whole."""
    written = json.loads((ROOT / figures.FILE).read_text("utf-8"))

    assert list(written) == list(SHOWN)
    for name, entry in written.items():
        assert set(entry) == {
            *("command", "commit", "date", "python", "passed", "seconds", "figures")
        }, name
        assert entry["command"] == figures.RUNS[name].command
        assert re.fullmatch(r"[0-9a-f]{12}\+?", entry["commit"])
        assert date.fromisoformat(entry["date"]).year >= 2026
        assert isinstance(entry["passed"], bool)
        assert entry["seconds"] >= 0
        if name.startswith("benchmark_"):
            rows = [row for rows in entry["figures"]["tables"].values() for row in rows]
            assert rows
            assert all(len(row) == 3 for row in rows)
        else:
            assert entry["figures"]
            assert all(isinstance(value, int) for value in entry["figures"].values())


def test_pages_print_what_the_file_holds(tables: Any) -> None:
    """Every number, commit and command stands in a row, and what is missing is named."""
    _, runs = tables.long_runs()
    _, ratios = tables.benchmarks()
    _, missing = tables.never_run()
    printed = " ".join(cell for row in [*runs, *ratios] for cell in row)
    for name, entry in SHOWN.items():
        assert entry["command"] in printed
        assert entry["commit"] in printed
        if name.startswith("benchmark_"):
            for rows in entry["figures"]["tables"].values():
                assert all(tables.sentence(row[1]) in printed for row in rows)
        else:
            (row,) = (row for row in runs if row[0] == tables.TITLES[name])
            assert all(f"{value:,}" in row[1] for value in entry["figures"].values())
            assert ("failed" in row[1].split("; ")[-1]) is not entry["passed"]
    named = {row[0] for row in missing}
    assert named >= {title for name, title in tables.TITLES.items() if name not in SHOWN}
    assert {*tables.TITLES} == {name for name in figures.RUNS if not name.startswith("benchmark")}


def test_every_benchmark_is_among_the_runs() -> None:
    """Whatever prints a table; the harness only says how."""
    modules = (ROOT / "benchmarks").glob("*.py")
    printing = {path.stem for path in modules if "print_table(" in path.read_text("utf-8")}
    assert {*figures.BENCHMARKS} == printing - {"harness"}


def test_each_table_stands_on_one_page(tables: Any) -> None:
    """And no page asks for one that does not exist; prose holds no figure of four digits."""
    asked = [name for page in PAGES for name in re.findall(r"\.\. proof:: (\w+)", page.read_text())]

    assert sorted(asked) == sorted(tables.TABLES)
    assert not [page.name for page in PAGES if re.search(r"\d,?\d{3}", page.read_text("utf-8"))]


def test_engines_are_counted_row_by_row(tables: Any) -> None:
    """Another count, from the lines as text: who was asked, and who answered otherwise."""
    lines = (ROOT / "tests" / "oracles" / "calendar_consensus.jsonl").read_text().splitlines()
    _, rows = tables.engines()
    for name, title in tables.ENGINES.items():
        quoted = f'"{name}"'
        asked = sum(quoted in line.partition('"peers":')[2] for line in lines)
        other = sum(quoted in line.partition('"disagree":')[2].partition("]")[0] for line in lines)
        (row,) = (row for row in rows if row[0] == title)
        assert row[1:] == [f"{asked:,}", f"{asked - other:,}", f"{other:,}"]
    assert rows[-1] == ["incidentcore", *[f"{len(lines):,}"] * 2, "0"]
    _, agreed = tables.agreement()
    assert sum(int(count.replace(",", "")) for _, count in agreed) == len(lines)


def test_every_documented_row_is_counted_once(tables: Any) -> None:
    """What is alike, otherwise and not ours is all that there is; each exception has a reason."""
    _, rows = tables.answers()
    *_, together = rows
    files = list((ROOT / "tests" / "oracles").glob("*.jsonl"))
    lines = sum(
        len(path.read_text().splitlines()) for path in files if "consensus" not in path.name
    )
    _, different = tables.differences()

    assert len(rows) == len(files)
    assert int(together[1]) == lines == sum(map(int, together[2:5]))
    assert len(different) == int(together[3]) + int(together[4])
    assert all(len(why) > 10 for _, _, why in different)


def test_every_report_has_its_test(tables: Any) -> None:
    """A case without a test would be a promise; each row names one that exists."""
    cases = tables.cases()
    assert [name for name, (_, tests) in cases.items() if not tests] == []
    for _, tests in cases.values():
        assert all(f"def {test}(" in (ROOT / path).read_text() for path, test, _ in tests)
    _, rows = tables.reports()
    assert [row[0].strip("`") for row in rows] == list(cases)
    assert all(about for _, _, about, _ in rows)


PRINTED = {
    "mutants": (
        "mutants: 38 killed, 1 survived, 1 equivalent of 40, seed 1: 97.4% killed",
        {"killed": 38, "survived": 1, "equivalent": 1},
    ),
    "crashes_sqlite": ("passed: 1000 deaths, 5120 events", {"deaths": 1000, "events": 5120}),
    "fuzz": (
        "fuzz: 7 seeds, 61 tests each, 1,150 examples of each, 0 failed",
        {"seeds": 7, "tests": 61, "examples": 1150, "failures": 0},
    ),
    "benchmark_calendar": (
        "Peers\n  what    measured  target\n  faster     57.69  >= 8\n  right        yes",
        {"tables": {"Peers": [["faster", "57.69", ">= 8"], ["right", "yes", ""]]}},
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_figures_are_read_from_what_a_run_prints(name: str, tmp_path: Path) -> None:
    """And written beside those of other runs, in the order of the runs."""
    output, found = PRINTED[name]
    file = tmp_path / "figures.json"
    run = figures.RUNS[name]
    of = "0123456789ab"
    figures.write(name, figures.entry(run, output, passed=True, seconds=1.6, of=of), file)
    other = figures.entry(figures.RUNS["links"], "links: 3 working, 1 broken, 0 not reached",
                          passed=False, seconds=2, of=of)  # fmt: skip
    figures.write("links", other, file)
    written = json.loads(file.read_text())

    assert written[name]["figures"] == found
    assert written[name]["seconds"] == 2
    assert written["links"]["passed"] is False
    assert list(written) == sorted(written, key=list(figures.RUNS).index)


def test_a_run_without_figures_writes_nothing(tmp_path: Path) -> None:
    """It failed before it came to them."""
    with pytest.raises(ValueError, match="unpack"):
        figures.entry(figures.RUNS["fuzz"], "Traceback", passed=False, seconds=1, of="0" * 12)
    with pytest.raises(ValueError, match="no table"):
        figures.entry(figures.RUNS["benchmark_sla"], "", passed=False, seconds=1, of="0" * 12)


@pytest.mark.parametrize(
    ("status", "info", "verdict"),
    [
        ("working", "", "working"),
        ("redirected", "https://example.org/new", "working"),
        ("broken", "404 Client Error: Not Found for url", "broken"),
        ("broken", "Anchor 'old' not found", "broken"),
        ("broken", "Max retries exceeded (Caused by NameResolutionError)", "not reached"),
        ("timeout", "", "not reached"),
        ("ignored", "", "unchecked"),
    ],
)
def test_a_site_that_was_not_reached_is_no_broken_link(
    status: str, info: str, verdict: str
) -> None:
    """Without a network nothing is known about a link."""
    assert links.verdict(status, info) == verdict


def test_the_readers_that_are_fuzzed_exist() -> None:
    """Each file of the list has tests."""
    assert all((ROOT / name).is_file() for name in fuzz.FUZZERS)
