"""The page on the real audit log: its figures, found again by plain code on the file itself."""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from incidentcore.improvement import ProblemPage, problem_page
from incidentcore.vendors import read_audit_log

pytestmark = pytest.mark.data

WEEK = timedelta(days=7)
RESOLVED = ("Resolved", "Closed")


@pytest.fixture(scope="module")
def log(data_dir: Path) -> Path:
    return data_dir / "uci_incident_event_log.csv.gz"


@pytest.fixture(scope="module")
def page(log: Path) -> ProblemPage:
    """Return the page on the log, read once."""
    reading = read_audit_log(log)
    incidents = list(reading)
    assert reading.latest is not None
    return problem_page(incidents, as_of=reading.latest)


def when(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007  the log states no zone


def last_of(rows: list[dict[str, str]], column: str) -> str | None:
    """Return a column's value after the last update; those of one minute keep the log's order."""
    value = rows[-1][column]
    return None if value == "?" else value


def resolved_after(rows: list[dict[str, str]], opened: datetime) -> datetime | None:
    """Return when the log last shows an incident going to a resolved state, if it stayed there.

    An incident opens as New. A change is what a row shows otherwise than the row before it in the
    log; changes then count in the order of their times, of which one goes back.
    """
    before = ["New", *(row["incident_state"] for row in rows)]
    changes = [
        (max(when(row["sys_updated_at"]), opened), row["incident_state"] in RESOLVED)
        for state, row in zip(before, rows, strict=False)
        if state != row["incident_state"]
    ]
    found, inside = None, False
    for at, now in sorted(changes, key=lambda change: change[0]):
        if now and not inside:
            found = at
        inside = now
    return found if inside else None


@pytest.fixture(scope="module")
def plain(log: Path) -> list[dict[str, Any]]:
    """Return one plain row for each incident, read without the library."""
    by_number: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(log, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_number[row["number"]].append(row)

    def incidents() -> Iterator[dict[str, Any]]:
        for number, rows in by_number.items():
            opened = when(rows[0]["opened_at"])
            resolved = resolved_after(rows, opened)
            rows.sort(key=lambda row: when(row["sys_updated_at"]))  # stable
            path = [last_of(rows, column) for column in ("category", "subcategory")]
            known = tuple(step for step in path if step is not None)
            yield {
                "number": number,
                "opened": opened,
                "category": known or None,
                "item": last_of(rows, "cmdb_ci"),
                "group": last_of(rows, "assignment_group"),
                "caller": last_of(rows, "caller_id"),
                "problem": last_of(rows, "problem_id"),
                "resolved": resolved,
            }

    return list(incidents())


def groups(rows: list[dict[str, Any]], *columns: str) -> dict[tuple[Any, ...], list[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        if all(row[column] is not None for column in columns):
            found[tuple(row[column] for column in columns)].append(row)
    return found


@pytest.mark.parametrize(
    ("place", "columns", "figures"),
    [
        (0, ("category",), (24_911, 337, 24_083)),
        (1, ("item",), (54, 47, 4)),
        (2, ("category", "item"), (54, 53, 1)),
    ],
)
def test_recurrence_is_found_again(
    page: ProblemPage,
    plain: list[dict[str, Any]],
    place: int,
    columns: tuple[str, ...],
    figures: tuple[int, int, int],
) -> None:
    """By category and by item, every group's count and repeats are those of the file."""
    report = page.recurrences[place]
    found = groups(plain, *columns)
    expected = {}
    for key, rows in found.items():
        hours = sorted(row["opened"] for row in rows)
        again = sum(later - earlier <= WEEK for earlier, later in pairwise(hours))
        if again:
            expected[key] = (len(rows), again)

    assert {group.key: (group.count, group.repeats) for group in report.groups} == expected
    assert (report.counted, report.keys, report.repeats) == figures
    assert report.n == len(plain) == 24_918
    assert sum(map(len, found.values())) == figures[0]


def test_candidates_are_found_again(page: ProblemPage, plain: list[dict[str, Any]]) -> None:
    """Count, base, callers, problems, recent and time of each candidate are those of the file."""
    columns = {
        "category": "category",
        "configuration_item": "item",
        "assignment_group": "group",
    }
    ordered = sorted(row["opened"] for row in plain)
    split = ordered[len(ordered) // 2]
    report = page.candidates
    assert report.split is not None
    assert report.split.replace(tzinfo=None) == split
    total = sum(hours(row) for row in plain)
    assert len(report) == 24
    for one in report:
        names = tuple(columns[name] for name in one.dimension)
        found = groups(plain, *names)
        rows = found[one.key]
        n = sum(map(len, found.values()))
        if len(names) == 1:
            base = n / len(found)
        else:
            sides = [sum(len(m) for k, m in found.items() if k[i] == one.key[i]) for i in (0, 1)]
            base = sides[0] * sides[1] / n
        assert set(one.members) == {row["number"] for row in rows}
        assert one.expected == pytest.approx(base)
        assert one.callers == len({row["caller"] for row in rows} - {None})
        problems = Counter(row["problem"] for row in rows if row["problem"] is not None)
        assert dict(one.problems) == problems
        assert one.linked == problems.total()
        assert one.recent == sum(row["opened"] >= split for row in rows)
        assert one.time / timedelta(hours=1) == pytest.approx(sum(map(hours, rows)))
        assert one.timed == sum(row["resolved"] is not None for row in rows)
        assert one.time_share == pytest.approx(sum(map(hours, rows)) / total)


def hours(row: dict[str, Any]) -> float:
    if row["resolved"] is None:
        return 0.0
    return (row["resolved"] - row["opened"]) / timedelta(hours=1)


def test_who_stands_out_is_found_again(page: ProblemPage, plain: list[dict[str, Any]]) -> None:
    """How many values there are and how many stand out, by a Poisson tail summed up plainly."""
    dimensions = {
        ("category",): ("category",),
        ("configuration_item",): ("item",),
        ("category", "configuration_item"): ("category", "item"),
        ("category", "assignment_group"): ("category", "group"),
        ("configuration_item", "assignment_group"): ("item", "group"),
    }
    found = {names: groups(plain, *columns) for names, columns in dimensions.items()}
    risk = 0.05 / sum(map(len, found.values()))
    shown = {one.dimension: one for one in page.candidates.dimensions if one.values}
    assert shown.keys() == found.keys()
    for names, keyed in found.items():
        n = sum(map(len, keyed.values()))
        sides = [Counter[Any](), Counter[Any]()]
        for key, rows in keyed.items():
            for side, part in zip(sides, key, strict=False):
                side[part] += len(rows)
        out = 0
        for key, rows in keyed.items():
            base = n / len(keyed) if len(key) == 1 else sides[0][key[0]] * sides[1][key[1]] / n
            out += len(rows) >= 5 and tail(len(rows), base) < risk
        assert (shown[names].values, shown[names].candidates) == (len(keyed), out)
        assert shown[names].few == sum(len(rows) < 5 for rows in keyed.values())


def tail(count: int, mean: float) -> float:
    """Return P(X >= count) as a sum of terms from ``count`` on, until they vanish."""
    total, k = 0.0, count
    while True:
        term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        total += term
        if k > mean and term < 1e-30:
            return total
        k += 1


FIGURES = """
1 2,835 73.9 38.4 35.5 rising 65.1 % 132,566 1,591 16 category Category 42 / Subcategory 223
2 1,896 73.9 25.6 23.3 steady 46.8 % 150,709 1,327 29 category Category 26 / Subcategory 175
4 888 73.9 12.0 10.4 steady 45.4 % 38,372 671 0 category Category 32 / Subcategory 9
17 176 16.9 10.4 7.5 rising 100.0 % 2,654 1 0 category Category 28 / Subcategory 174, \
assignment group Group 64
304 of 2,370 groups stand out; with nearly equal ones as one, that is 298 candidates, 24 of them
24,864 of 24,918 incidents have no configuration item: by it, little can be found.
cmdb_ci 14 2 1 50.0 % 1 2 0.2 4.9 days 2016-03-03 2016-03-08
"""


def test_the_page_prints_them(page: ProblemPage) -> None:
    """The figures stand on the page as a person reads it, and in its other forms."""
    lines = {" ".join(line.split()) for line in str(page).splitlines()}
    assert set(FIGURES.strip().splitlines()) <= lines
    for form in (page.to_markdown(), page.to_html()):
        assert "Category 28 / Subcategory 174, assignment group Group 64" in form
        assert "132,566" in form
