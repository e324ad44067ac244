"""Compliance, the worst breach and escalations, each figure worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidentcore.desk import Desk, load_desk
from incidentcore.instants import Interval, Versions
from incidentcore.records import acknowledge
from incidentcore.report import build_report, service_page
from incidentcore.report.clock_sections import _ShortTrace
from incidentcore.values import Priority
from incidentcore.vendors import read_table
from incidentcore.words import ENGLISH

from .cases import DESK, INCIDENTS, NINE, NOW, opened, report, resolved


def test_compliance_counts_each_clock_once() -> None:
    """Met and breached count; running, overdue, paused and canceled clocks are left out by name."""
    table = report().to_plain()["sla"]["rows"]
    rows = {(row["clock"], row["priority"]): row for row in table}
    high = rows["resolution", "high"]
    assert (high["numerator"], high["n"], high["enough"]) == (1, 3, False)
    assert high["value"] == pytest.approx(1 / 3)
    assert high["excluded_by_reason"] == {
        "running": 1,
        "running_breached": 1,
        "paused": 1,
        "canceled": 1,
    }
    assert rows["resolution", "(all)"]["value"] == 0.5
    assert (rows["response", "(all)"]["numerator"], rows["response", "(all)"]["n"]) == (7, 7)
    assert len({row["definition"] for row in table}) == 2


@pytest.mark.parametrize(
    ("stated", "said"),
    [('"24h"', "24h"), ('{ high = "2d", else = "1d" }', "high 48h, else 24h")],
)
def test_targets_are_in_hours(stated: str, said: str) -> None:
    """Twenty-four hours of an office with ten a day are not a day; 1d in a file means them too."""
    text = """
        desk = 1
        name = "office"
        zone = "UTC"
        calendars.office.hours = { mon-fri = "08:00-18:00" }
        services.all = { calendar = "office", resolution = %s }
        agreements = [{ service = "all" }]
    """
    page = report(desk=load_desk(text % stated))
    assert f"Service all, resolution: {said}." in str(page)


def test_nothing_is_promised_without_a_desk() -> None:
    """Without a desk there are no targets, so no compliance, no breach and no escalation."""
    page = report(desk=None)
    keys = [section.key for section in page.sections]
    assert keys == ["volume", "kpis", "flow", "aging", "definitions"]
    assert "sla_compliance" not in page.figures


DAY = "2026-06-01"
ROWS = [
    {"id": "A", "in": f"{DAY}T09:00Z", "first": f"{DAY}T09:30Z", "out": f"{DAY}T11:00Z"},
    {"id": "B", "in": f"{DAY}T09:00Z", "first": f"{DAY}T18:00Z", "out": None},
]


@pytest.mark.parametrize("mapped", [False, True])
def test_a_response_clock_needs_a_column_of_responses(mapped: bool) -> None:  # noqa: FBT001
    """Without the column neither time nor compliance of the response is shown; with it both are."""
    mapping = {"id": "id", "opened": "in", "resolved": "out"} | (
        {"responded": "first"} if mapped else {}
    )
    page = report(*read_table(ROWS, mapping))
    plain = page.to_plain()
    clocks = {row["clock"] for row in plain["sla"]["rows"]}
    kpis = {row["kpi"]: row for row in plain["kpis"]["rows"] if row["priority"] == "(all)"}
    if mapped:
        assert clocks == {"response", "resolution"}
        assert kpis["mean_time_to_first_response"]["value"] == (0.5 + 9) / 2
        assert page.figures["sla_compliance.response"] == 0.5  # 30 min of 8 h; 9 h of 8 h
    else:
        assert clocks == {"resolution"}
        assert "mean_time_to_first_response" not in kpis
        assert "sla_compliance.response" not in page.figures
        assert "clock response cannot be judged: the source does not cover" in str(page)
    assert "reopen_rate" not in kpis
    assert "reopened" not in plain["volume"][0]


def test_the_worst_breach_is_shown_with_its_trace() -> None:
    """Of one priority the clock furthest over its target: 24 h of 8 h beats 12 h of 8 h."""
    worst = report().to_plain()["worst"]
    assert worst["record"] == "overdue"
    assert worst["over_target_hours"] == 16
    assert [entry["code"] for entry in worst["trace"]] == ["counting"]
    assert worst["target_hours"] == 8
    critical = resolved(opened("hot", Priority.CRITICAL), 5)
    assert report(*INCIDENTS, critical).to_plain()["worst"]["record"] == "hot"
    assert report(INCIDENTS[0]).to_plain()["worst"] is None
    assert "none: no clock went over its target" in str(report(INCIDENTS[0]))


def test_a_long_trace_is_cut_in_the_middle() -> None:
    """Fourteen lines, how many were left out, and the last six; 21 lines are shown whole."""

    class Lines:
        def __init__(self, count: int) -> None:
            self.text = "\n".join(f"line {number}" for number in range(1, count + 1))

        def in_words(self, words: object, zone: object) -> str:
            return self.text

    shown = _ShortTrace(Lines(23)).in_words(ENGLISH).split("\n")  # type: ignore[arg-type]
    assert shown == [
        *(f"line {number}" for number in range(1, 15)),
        "… 3 more lines of the same kind …",
        *(f"line {number}" for number in range(18, 24)),
    ]
    for count in (20, 21):
        whole = Lines(count)
        assert _ShortTrace(whole).in_words(ENGLISH) == whole.text  # type: ignore[arg-type]


def test_a_clock_of_ones_own_is_said_with_its_target() -> None:
    """Beside those that every service may have."""
    desk = load_desk(
        'desk = 1\nname = "own"\nzone = "UTC"\n[services.all]\ncalendar = "always"\n'
        'resolution = "4h"\n[services.all.clocks.callback]\ntargets = "30m"\n'
        'stop = { state = "in_progress" }\n[[agreements]]\nservice = "all"\n'
    )
    text = str(report(*INCIDENTS, desk=desk))
    assert "Service all, resolution: 4h." in text
    assert "Service all, callback: 30m." in text


def test_escalations_are_counted_by_level() -> None:
    """A critical incident that nobody takes escalates at 15, 30, 120 and beyond 240 minutes."""
    plain = report(opened("hot", Priority.CRITICAL)).to_plain()["escalations"]
    assert [(level["level"], level["target"], level["count"]) for level in plain["rows"]] == [
        (0, "on-call", 1),
        (1, "team lead", 1),
        (2, "manager", 1),
        (3, "owner", 1),
    ]
    due = [datetime.fromisoformat(one["due_at"]) - NINE for one in plain["latest"]]
    assert [span // timedelta(minutes=1) for span in due] == [15, 30, 120, 240]
    calm = acknowledge(opened("calm", Priority.CRITICAL), at=NINE + timedelta(minutes=5), by="ada")
    assert report(resolved(calm, 1)).figures["escalations"] == 0


def test_escalations_are_listed_in_the_zone_of_the_report() -> None:
    """On-call is called at 09:15 UTC, which is 14:45 in Kolkata: it said UTC on a page of India."""
    hot = opened("hot", Priority.CRITICAL)
    assert "2026-06-01 09:15 UTC  hot -> on-call" in str(report(hot))
    assert "2026-06-01 14:45 IST  hot -> on-call" in str(report(hot, zone=ZoneInfo("Asia/Kolkata")))


def test_versions_of_a_desk() -> None:
    """A record is judged by the desk that held when it was opened."""
    strict = load_desk(
        'desk = 1\nname = "strict"\nzone = "UTC"\n[services.all]\ncalendar = "always"\n'
        'resolution = "1h"\n[[agreements]]\nservice = "all"\n'
    )
    desks: Versions[Desk] = Versions([(NINE - timedelta(days=1), DESK), (NINE, strict)])
    before = resolved(opened("before", at=NINE - timedelta(hours=2)), 2)
    after = resolved(opened("after"), 2)
    page = build_report([before, after], desk=desks, as_of=NOW, title="Both")
    assert page.figures["sla_compliance.resolution"] == 0.5


def test_a_canceled_row_without_a_date_is_left_out_as_canceled() -> None:
    """By rule K2; it was ``not_started``, beside rows that were canceled with a date."""
    mapping = {"id": "id", "opened": "in", "closed": "out", "state": "state"}
    rows = [
        {"id": "A", "in": f"{DAY}T09:00Z", "out": None, "state": "Canceled"},
        {"id": "B", "in": f"{DAY}T09:00Z", "out": f"{DAY}T11:00Z", "state": "Canceled"},
    ]
    reading = read_table(rows, mapping)
    records = list(reading)
    table = report(*records).to_plain()["sla"]["rows"]
    (total,) = (row for row in table if row["clock"] == "resolution" and row["priority"] == "(all)")
    assert total["excluded_by_reason"] == {"canceled": 2}
    month = Interval(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    page = service_page(records, desk=DESK, period=month, title="June").to_plain()
    (row,) = (one for one in page["objectives"]["rows"] if one["clock"] == "resolution")
    assert row["excluded_by_reason"] == {"canceled": 2}
