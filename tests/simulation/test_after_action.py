"""The after-action report reads as text, Markdown, HTML and plain data."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from incidentcore.improvement import ImprovementRegister
from incidentcore.simulation import DrillReport
from incidentcore.simulation.after_action import DrillEntry, DrillLine

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOSTILE = "<script>alert(1)</script> | x"
REPORT = DrillReport(
    drill="mail-down",
    started_at=NINE,
    now=NINE + 60 * MINUTE,
    lines=(
        DrillLine(
            expectation="acknowledge",
            owner="desk",
            record_id="INC-1",
            result="late",
            due_at=NINE + 5 * MINUTE,
            done_at=NINE + 9 * MINUTE,
            late_by=4 * MINUTE,
            by="ada",
            why=HOSTILE,
        ),
        DrillLine(expectation="restore", result="not_reached", why="no record ever started it"),
    ),
    timeline=(
        DrillEntry(NINE, "inject", HOSTILE),
        DrillEntry(NINE + 5 * MINUTE, "miss", "acknowledge", "INC-1"),
    ),
)


def test_text_tells_the_story_in_time_since_the_start() -> None:
    """As the players counted it."""
    lines = str(REPORT).splitlines()

    assert lines[0] == "After-action report: mail-down"
    assert lines[3:6] == [
        "started  Mon  1 Jun 2026 09:00 UTC",
        "as of    Mon  1 Jun 2026 10:00 UTC",
        "result   1 late, 1 not reached",
    ]
    (row,) = [line for line in lines if line.startswith("acknowledge  ")]
    assert row.split()[:6] == ["acknowledge", "late", "0:05", "0:09", "0:04", "INC-1"]
    assert [line for line in lines if line.startswith("0:05  miss")]


def test_owners_are_counted() -> None:
    """An expectation without an owner is nobody's."""
    assert REPORT.by_owner == {"desk": {"late": 1}, "": {"not_reached": 1}}


def test_drafts_are_due_after_a_month_or_when_it_is_said() -> None:
    """Each kind of miss once; the register takes them."""
    drafts = REPORT.actions()

    assert [(one.owner, one.due) for one in drafts] == [
        ("desk", date(2026, 7, 1)),
        ("nobody named", date(2026, 7, 1)),
    ]
    assert {one.due for one in REPORT.actions(due=date(2026, 6, 8))} == {date(2026, 6, 8)}
    assert len(ImprovementRegister(drafts)) == 2


@pytest.mark.parametrize("form", ["to_html", "_repr_html_", "to_markdown"])
def test_what_a_file_holds_is_escaped(form: str) -> None:
    """In tables, titles and the drawing."""
    page = getattr(REPORT, form)()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_columns_of_times_stand_on_the_right() -> None:
    """When something was due, done and late by; counts too; all words on the left."""
    tables = {one.key: one.table for one in REPORT.page().sections if one.table is not None}
    assert {
        key: [place for place, right in enumerate(table[2]) if right]
        for key, table in tables.items()
    } == {
        "lines": [2, 3, 4],
        "owners": list(range(1, len(tables["owners"][0]))),
        "timeline": [0],
        **({"actions": []} if "actions" in tables else {}),
    }


def test_an_empty_drill_has_a_page() -> None:
    """Nothing was expected."""
    empty = DrillReport(drill="talk", started_at=NINE, now=NINE, lines=())

    assert str(empty).endswith("result   nothing expected")
    assert "<img" not in empty.to_html()


def test_plain_data_is_what_json_holds() -> None:
    """Times as ISO texts, spans as seconds."""
    plain = json.loads(json.dumps(REPORT.to_plain()))

    assert plain["lines"][0]["late_by"] == 240.0
    assert plain["timeline"][1]["at"] == "2026-06-01T09:05:00+00:00"


def test_each_table_of_the_page_has_its_headings() -> None:
    """With the rows of the report above: two expectations, two owners, two entries."""
    tables = {one.key: one.table for one in REPORT.page().sections}
    assert {key: (heads, len(rows)) for key, (heads, rows, _) in tables.items()} == {
        "lines": (
            ["expected", "result", "due", "done", "late by", "record", "owner", "by", "why"], 2,
        ),
        "owners": (["owner", "met", "late", "missed", "open", "not reached"], 2),
        "timeline": (["at", "kind", "what", "record"], 2),
        "actions": (["action", "owner", "due"], 2),
    }  # fmt: skip
    rows = tables["owners"][1]
    assert rows == [["desk", "", "1", "", "", ""], ["(nobody named)", "", "", "", "", "1"]]
