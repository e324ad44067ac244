"""Volume, months, state changes and findings of a report."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from incidentcore.lifecycle import INCIDENT, advance
from incidentcore.pages import Page
from incidentcore.records import set_fields, set_major_status
from incidentcore.report.sections import _check
from incidentcore.values import FrozenMap, Priority
from incidentcore.vendors import AUDIT_LIFECYCLE, Findings, ImportFinding, read_audit_log
from incidentcore.vendors.audit_log import StateCheck
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS

from .cases import INCIDENTS, NINE, at_work, opened, report, resolved


def test_volume_and_figures() -> None:
    """Opened, resolved, canceled and open add up; mean times leave out what has none."""
    page = report()
    plain = page.to_plain()
    total = plain["volume"][-1]
    assert (total["opened"], total["resolved"], total["canceled"], total["backlog"]) == (8, 4, 1, 3)
    mean = next(
        row
        for row in plain["kpis"]["rows"]
        if (row["kpi"], row["priority"]) == ("mean_time_to_resolve", "(all)")
    )
    assert mean["value"] == page.figures["mean_time_to_resolve"] == (8 + 9 + 12 + 1) / 4
    assert mean["excluded_by_reason"] == {"canceled": 1, "unresolved": 3}
    definitions = {row["figure"]: row for row in plain["definitions"]}
    assert definitions["mean_time_to_resolve"]["definition"] == mean["definition"]


def test_months_and_ages() -> None:
    """What came in and went out adds up to the backlog, also over a reopening and a month's end."""
    early = resolved(at_work(opened("early", at=NINE - timedelta(hours=9 + 2))), 1)
    again = advance(early, "reopen", at=NINE, by="kim")
    plain = report(again, *INCIDENTS, zone=None).to_plain()
    assert plain["flow"] == [
        {"period": "2026-05", "came_in": 1, "went_out": 1, "growth": 0, "open": 0},
        {"period": "2026-06", "came_in": 9, "went_out": 5, "growth": 4, "open": 4},
    ]
    assert plain["aging"] == [
        {"age": "< 1 d", "open": 1},
        {"age": "1-5 d", "open": 3},
        {"age": "5-30 d", "open": 0},
        {"age": ">= 30 d", "open": 0},
    ]


def test_a_month_in_which_nothing_happened_has_its_row() -> None:
    """Opened in November, resolved in February: December and January had one open record."""
    late = resolved(at_work(opened("late", at=datetime(2025, 11, 15, tzinfo=UTC))), 24 * 80)
    assert [(row["period"], row["open"]) for row in report(late, zone=None).to_plain()["flow"]] == [
        ("2025-11", 1),
        ("2025-12", 1),
        ("2026-01", 1),
        ("2026-02", 0),
    ]
    far = resolved(at_work(opened("far", at=datetime(2025, 1, 15, tzinfo=UTC))), 24 * 420)
    assert [row["period"] for row in report(far, zone=None).to_plain()["flow"]] == [
        "2025-01",
        "2026-03",  # a year without events is rather a wrong date
    ]


def test_state_changes_are_explained() -> None:
    """The first refused change of the records is shown, or the one that was given."""
    text = str(report(lifecycles=(INCIDENT,), example="A-1: no"))
    assert "one refused transition:\n  A-1: no" in text
    assert "incident: 0 of " in text
    assert "State changes" not in str(report())


def test_a_report_names_the_most_frequent_refused_changes() -> None:
    """Six kinds of change of eight, with their counts, the most frequent first."""
    changes = FrozenMap({f"A -> {letter}": 10 - n for n, letter in enumerate("abcdefgh")})
    check = StateCheck(lifecycle="x", observed=60, refused=52, incidents=5, changes=changes)
    text = str(_check(check))
    assert text.startswith("x: 52 of 60 state changes refused, in 5 incidents\n  A -> a 10, ")
    assert text.endswith("A -> f 5, and 2 more kinds")


def test_each_unknown_word_has_a_line_in_every_form() -> None:
    """Three words, the most frequent first; of 25 words 20 have a line, and the rest one."""
    found = Findings()
    for word, count in (("Storniert", 2), ("Wartet auf Kunde", 9), ("Erledigt", 15)):
        found.add(
            "unknown_state", "read as open", row=count, field="Zustand", value=word, count=count
        )
    found.add("unknown_level", "left out", row=1, field="Wichtigkeit", value="Normal", count=40)
    page = report(findings=found)
    assert [(row["code"], row["count"], row["value"]) for row in page.to_plain()["findings"]] == [
        ("unknown_level", 40, "Normal"),
        ("unknown_state", 15, "Erledigt"),
        ("unknown_state", 9, "Wartet auf Kunde"),
        ("unknown_state", 2, "Storniert"),
    ]
    for text in (str(page), page.to_markdown(), page.to_html(), page.to_csv()["findings"]):
        assert all(word in text for word in ("Storniert", "Wartet auf Kunde", "Erledigt", "Normal"))

    many = Findings()
    for number in range(25):
        many.add(
            "unknown_state", "read as open", field="Zustand", value=f"w{number}", count=30 - number
        )
    rows = report(findings=many).to_plain()["findings"]
    assert [row["value"] for row in rows] == [*(f"w{number}" for number in range(20)), ""]
    assert (rows[-1]["count"], str(rows[-1]["action"])) == (10 + 9 + 8 + 7 + 6, "5 more")


def test_states_without_a_time_have_a_line_each() -> None:
    """On hold and canceled were one line, under the word of the first."""
    words = Findings()
    for word in ("Hold", "Off", "Hold"):
        words.add("state_without_time", "no time of it is known", field="state", value=word)
    rows = report(findings=words).to_plain()["findings"]
    assert [(row["value"], row["count"]) for row in rows] == [("Hold", 2), ("Off", 1)]


def test_findings_are_summed_up_by_code_and_field() -> None:
    """A row that was kept and two that were left out are not one line that says "kept"."""
    findings = [
        ImportFinding(3, "a", "x", "odd", "kept"),
        ImportFinding(9, "b", "y", "odd", "left out"),
        ImportFinding(12, "b", "z", "odd", "left out"),
    ]
    plain = report(findings=findings).to_plain()["findings"]
    rows = [tuple(row[name] for name in ("count", "first_row", "field", "action")) for row in plain]
    assert rows == [(2, 9, "b", "left out"), (1, 3, "a", "kept")]
    assert plain[1] == {
        "code": "odd",
        "count": 1,
        "first_row": 3,
        "first_record": "",
        "field": "a",
        "value": "x",
        "action": "kept",
    }


def test_a_section_without_findings_says_so() -> None:
    """There is no table; a long value is cut, at 200 characters in the data and 30 in the text."""
    page = report(findings=[])
    (none,) = (section for section in page.sections if section.key == "findings")
    assert (none.table, none.lines, none.data) == (None, "none", [])
    page = report(findings=[ImportFinding(1, "note", "x" * 201, "odd", "kept")])
    assert page.to_plain()["findings"][0]["value"] == "x" * 200
    assert f" {'x' * 30} " in str(page)


def test_a_refused_change_of_a_log_is_shown_with_what_was_allowed() -> None:
    """The first refusal names the record, the states and the ways that were open."""
    lines = [
        "number,incident_state,sys_updated_by,opened_at,sys_updated_at",
        "INC1,Resolved,ada,1/6/2026 09:00,1/6/2026 09:05",
        "INC1,New,ada,1/6/2026 09:00,1/6/2026 11:30",
        "INC2,Resolved,ada,1/6/2026 09:00,1/6/2026 09:05",
        "INC2,New,ada,1/6/2026 09:00,1/6/2026 12:30",
    ]
    text = str(report(*read_audit_log(lines), lifecycles=(AUDIT_LIFECYCLE,)))
    assert "  INC1 at 2026-06-01T11:30:00+00:00: Resolved to New is not allowed; " in text
    assert "allowed from Resolved: Active, Closed" in text


def test_a_report_line_by_line() -> None:
    """Every heading, table and sentence of one month's report; ids of definitions left out."""
    expected = Path(__file__).with_name("whole_report.txt").read_text(encoding="utf-8")
    assert lines_of(report(*INCIDENTS)) == expected.splitlines()


def lines_of(page: Page) -> list[str]:
    """Return the lines of a page, with dots for the ids of definitions."""
    return re.sub(r"\b[0-9a-f]{16}\b", "." * 16, str(page)).splitlines()


def whole() -> Page:
    """Return a report with escalations, figures of a tool, and findings."""
    tool = [
        opened("crit", Priority.CRITICAL),
        set_major_status(opened("major"), "accepted", at=NINE, by="ada"),
        *(
            set_fields(one, at=one.updated_at, by="ada", custom={"tool": FrozenMap(counts)})
            for one, counts in (
                (resolved(at_work(opened("kept")), 2), {"made_sla": True, "reopen_count": 0}),
                (resolved(at_work(opened("lost", None)), 9), {"made_sla": False}),
            )
        ),
    ]
    findings = Findings()
    for row in (3, 4):
        findings.add("unknown_level", "left out", row=row, field="Priority", value="Urgent!")
    return report(
        *tool,
        tool_kpis=AUDIT_KPIS,
        findings=findings,
        about=[("zone", "UTC")],
        lifecycles=(INCIDENT,),
    )


def test_the_data_and_the_text_of_a_whole_report() -> None:
    """Line by line and value by value, but for the ids of definitions."""
    page = whole()
    assert {section.key: [part.key for part in section.parts] for section in page.sections} == {
        "volume": [],
        "kpis": [],
        "flow": [],
        "aging": [],
        "tool": ["tool_shares"],
        "sla": [],
        "worst": [],
        "escalations": ["latest"],
        "states": [],
        "findings": [],
        "definitions": [],
    }
    plain = re.sub(r'"definition": "[0-9a-f]{16}"', '"definition": "..."', to_json(page))
    folder = Path(__file__).parent
    assert lines_of(page) == (folder / "whole_tool.txt").read_text(encoding="utf-8").splitlines()
    assert plain.split() == (folder / "whole_tool.json").read_text(encoding="utf-8").split()


def to_json(page: Page) -> str:
    """Return the data of a page, without tables of KPIs, which say the versions of their zones."""
    tables = ("definitions", "kpis", "sla", "tool")
    plain = {name: part for name, part in page.to_plain().items() if name not in tables}
    return json.dumps(plain, indent=1, ensure_ascii=False)
