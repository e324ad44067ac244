"""The after-action report reads as text, Markdown, HTML and plain data."""

from __future__ import annotations

import json
import re
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


def test_the_timeline_is_drawn_to_scale() -> None:
    """Five of sixty minutes are a twelfth of the line, which begins at 80 and is 630 wide."""
    (picture,) = REPORT.page().only(["timeline"]).sections[0].pictures
    page = picture.svg

    assert '<rect x="75.0" y="9" width="10" height="10" rx="5"' in page  # 80 - 5, 14 - 5
    assert '<rect x="127.5" y="81"' in page  # 80 + 630 / 12 - 5
    assert "<script>" not in page
    assert "data:image/svg+xml" in REPORT.to_html()


def test_each_lane_has_its_shape_and_color() -> None:
    """Injects and actions are circles, escalations and misses squares, each in its lane."""
    kinds = ("inject", "action", "escalation", "miss")
    entries = [DrillEntry(NINE, kind, "x") for kind in kinds]  # type: ignore[arg-type]
    report = DrillReport(drill="d", started_at=NINE, now=NINE, lines=(), timeline=entries)
    svg = report.page().only(["timeline"]).sections[0].pictures[0].svg
    marks = ((0, "#1f5fa8", 5), (1, "#5b8c3a", 5), (2, "#b07700", 0), (3, "#b3261e", 0))
    for place, color, radius in marks:  # a square of ten with corners of five is a circle
        box = f'<rect x="75.0" y="{9 + 24 * place}" width="10" height="10" rx="{radius}"'
        assert f'{box} fill="{color}"><title>0:00 x</title></rect>' in svg
    assert ">0:01</text>" in svg  # a line has a length, also where no time went by


def luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb``, as WCAG 2.2 defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_picture_can_be_read_in_both_themes() -> None:
    """Words have a contrast of 4.5 at least, marks of 3, and the dark one is drawn alike."""
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)
    entries = [DrillEntry(NINE, kind, "x") for kind in ("inject", "action", "escalation", "miss")]  # type: ignore[arg-type]
    report = DrillReport(drill="d", started_at=NINE, now=NINE, lines=(), timeline=entries)
    (picture,) = report.page().only(["timeline"]).sections[0].pictures
    for svg, paper in ((picture.svg, "#ffffff"), (picture.dark, "#0d1117")):
        ink, *marks = re.findall('fill="(#[0-9a-f]{6})"', svg)
        assert contrast(ink, paper) >= 4.5
        assert len(marks) == 4
        assert min(contrast(mark, paper) for mark in marks) >= 3
        assert 'viewBox="0 0 720 116"' in svg  # or a narrow page would cut it
    alike = [re.sub("#[0-9a-f]{3,6}", "", svg) for svg in (picture.svg, picture.dark)]
    assert alike[0] == alike[1]


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
