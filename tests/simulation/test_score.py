"""A drill is scored by its clocks and plan, and by nothing else (rule X1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore import Incident, acknowledge, advance, evaluate_sla, simulation
from incidentcore.communication import CommunicationPlan, UpdateRule
from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import EscalationLevel, EscalationMatrix, EscalationRow, OnClock
from incidentcore.records import (
    link,
    log_update_sent,
    mark_restored,
    set_fields,
    set_major_status,
)
from incidentcore.simulation import (
    BotStep,
    Drill,
    DrillReport,
    Expectation,
    load_drill,
    rehearse,
    score_drill,
)
from incidentcore.simulation.after_action import DrillLine
from incidentcore.simulation.score import _event_text
from incidentcore.sla import SlaDefinition
from incidentcore.values import Actor

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADA = Actor("ada", "agent")
SCENARIOS = Path(simulation.__file__).parent / "scenarios"

# Worked with paper and pencil from the times in the files, in minutes since the start: what was
# expected, the result, due, done, how late, and by whom.
Row = tuple[str, str, int | None, int | None, int, str]
TABLES: dict[str, list[Row]] = {
    "alert_storm": [  # opened at 2, so 5, 15 and 45 minutes end at 7, 17 and 47
        ("acknowledge", "met", 7, 6, 0, "ana"),
        ("declare major", "late", 17, 20, 3, "ben"),
        ("restore", "met", 47, 40, 0, "cho"),
        ("updates", "met", 17, 16, 0, "ana"),
        ("updates", "late", 36, 41, 5, "ana"),  # 20 minutes after the one of 16
        ("updates", "open", 63, None, 0, ""),  # 15 minutes after the resolution at 48
    ],
    "tool_outage": [  # two records, opened at 3 and at 8
        ("acknowledge", "met", 13, 5, 0, "ana"),
        ("acknowledge", "missed", 18, None, 72, ""),
        ("work on paper", "late", 23, 30, 7, "ana"),
        ("restore the tool", "missed", 63, None, 27, ""),
    ],
    "security_incident": [  # opened at 5, major at 12
        ("declare major", "met", 20, 12, 0, "ben"),
        ("contain", "met", 35, 30, 0, "sana"),
        ("legal hold", "not_reached", None, None, 0, ""),
        ("updates", "met", 42, 38, 0, "ben"),  # 30 minutes after it was major
        ("updates", "missed", 98, None, 22, ""),
    ],
}


def minutes(at: datetime | None) -> int | None:
    return None if at is None else (at - NINE) // MINUTE


def row(line: DrillLine) -> Row:
    due, done = minutes(line.due_at), minutes(line.done_at)
    return line.expectation, line.result, due, done, line.late_by // MINUTE, line.by


@pytest.mark.parametrize("name", TABLES)
def test_a_scenario_gives_the_table_that_was_worked_by_pencil(name: str) -> None:
    """Line for line."""
    drill = load_drill((SCENARIOS / f"{name}.toml").read_bytes())
    records = rehearse(drill, started_at=NINE)
    report = score_drill(drill, records, started_at=NINE, now=NINE + drill.lasts)

    assert [row(line) for line in report.lines] == TABLES[name]
    misses = [
        (due, f"{what}: due and not done")
        for what, result, due, *_ in TABLES[name]
        if result in ("late", "missed")
    ]
    told = [(minutes(one.at), one.text) for one in report.timeline if one.kind == "miss"]
    assert sorted(told) == sorted(misses)


CLOCKS = {
    "acknowledge": SlaDefinition(
        name="acknowledge", target=5 * MINUTE, stop=field("acknowledged_at").present()
    ),
    "restore": SlaDefinition(
        name="restore",
        target=30 * MINUTE,
        start=field("acknowledged_at").present(),
        stop=field("restored_at").present(),
    ),
}
DRILL = Drill(
    name="mail-down",
    lasts=60 * MINUTE,
    expects=[Expectation(name, clock, owner="desk") for name, clock in CLOCKS.items()],
)


def incident(*, acknowledged: int | None = None, restored: int | None = None) -> Incident:
    record = Incident.open(
        id="INC-1", title="Mail is down", by="kim", at=NINE, exercise="mail-down"
    )
    if acknowledged is not None:
        record = acknowledge(record, at=NINE + acknowledged * MINUTE, by=ADA)
    if restored is not None:
        record = mark_restored(record, at=NINE + restored * MINUTE, by=ADA)
    return record


def scored(*records: Incident, now: int = 60, drill: Drill = DRILL) -> DrillReport:
    return score_drill(drill, records, started_at=NINE, now=NINE + now * MINUTE)


@pytest.mark.parametrize(
    ("now", "acknowledged", "expected"),
    [
        (4, None, "open"),
        (5, None, "open"),
        (6, None, "missed"),
        (9, 9, "late"),
        (9, 5, "met"),
        (8, 9, "missed"),  # it is done later; nobody knows that yet
    ],
)
def test_missed_becomes_late_when_it_is_done_after_all(
    now: int, acknowledged: int | None, expected: str
) -> None:
    """At its due it still holds; one minute later it is missed."""
    first = scored(incident(acknowledged=acknowledged), now=now).lines[0]

    assert first.result == expected


def test_nobody_opened_an_incident() -> None:
    """Each expectation has a line, with the reason."""
    lines = scored().lines

    assert [line.result for line in lines] == ["not_reached"] * 2
    assert {line.why for line in lines} == {"no record was opened with exercise='mail-down'"}
    assert scored(incident()).lines[1].why == "no record ever started it"


def test_other_records_do_not_count() -> None:
    """A real one, one of another drill, and one of an earlier run of this drill."""
    others = [
        Incident.open(id="A", title="T", by="kim", at=NINE),
        Incident.open(id="B", title="T", by="kim", at=NINE, exercise="other"),
        Incident.open(id="C", title="T", by="kim", at=NINE - MINUTE, exercise="mail-down"),
    ]

    assert scored(*others).counts == {"not_reached": 2}


def test_a_drill_without_expectations_is_empty() -> None:
    """A discussion is an exercise too."""
    report = scored(incident(), drill=Drill(name="mail-down", lasts=60 * MINUTE))

    assert (report.lines, report.counts, report.actions()) == ((), {}, ())
    with pytest.raises(InvalidValueError, match="the drill's start"):
        scored(now=-1)


TIMES = st.none() | st.integers(0, 70)


@given(TIMES, TIMES, st.integers(0, 80))
def test_result_due_and_lateness_are_those_of_the_clock(
    acknowledged: int | None, restored: int | None, now: int
) -> None:
    """There is no second truth beside ``evaluate_sla``."""
    record = incident(acknowledged=acknowledged, restored=restored)
    at = NINE + now * MINUTE
    lines = {line.expectation: line for line in scored(record, now=now).lines}

    assert set(lines) == set(CLOCKS)
    for name, clock in CLOCKS.items():
        status, line = evaluate_sla(clock, record, now=at), lines[name]
        if status.started_at is None:
            assert line.result == "not_reached"
            continue
        assert line.result in (("late", "missed") if status.breached else ("met", "open"))
        assert (line.result in ("late", "met")) == (status.stopped_at is not None)
        assert (line.due_at, line.done_at) == (status.due_at, status.stopped_at)
        assert line.late_by == status.over_target


BEST_FIRST = ("met", "open", "late", "missed")


@given(st.integers(0, 70), st.integers(0, 70), st.integers(0, 80))
def test_doing_it_earlier_never_makes_a_line_worse(one: int, other: int, now: int) -> None:
    """Neither its result nor its lateness."""
    early, late = (
        scored(incident(acknowledged=at), now=now).lines[0] for at in sorted((one, other))
    )

    assert BEST_FIRST.index(early.result) <= BEST_FIRST.index(late.result)
    assert early.late_by <= late.late_by


def test_late_and_missed_updates_are_one_kind_of_miss() -> None:
    """Two lines, one draft for the register."""
    rule = UpdateRule(name="all", audiences="users", first=10 * MINUTE, every=20 * MINUTE)
    drill = Drill(name="mail-down", lasts=60 * MINUTE, plan=CommunicationPlan("updates", rule))
    record = log_update_sent(incident(), "users", at=NINE + 15 * MINUTE, by=ADA)
    report = scored(record, drill=drill)

    assert [line.result for line in report.lines] == ["late", "missed"]
    (draft,) = report.actions()
    assert draft.title == "Find out why 'updates' failed in the drill (1 late, 1 missed)"
    assert (draft.origin.kind, draft.owner) == ("drill", "communications lead")
    assert draft.id == "mail-down 2026-06-01/updates"


def test_an_update_that_lapsed_before_it_was_due_is_no_line() -> None:
    """Listed five minutes before it is due at ten, and canceled at seven: nobody failed."""
    rule = UpdateRule(name="all", audiences="users", first=10 * MINUTE, notice=5 * MINUTE)
    drill = Drill(name="mail-down", lasts=60 * MINUTE, plan=CommunicationPlan("updates", rule))
    for minute, result in ((7, "not_reached"), (12, "missed")):
        over = advance(incident(), "cancel", at=NINE + minute * MINUTE, by=ADA)
        assert [line.result for line in scored(over, drill=drill).lines] == [result]


def test_the_log_says_what_each_event_was() -> None:
    """Its kind in words, with the status, the audience, the fields or the state that it set."""
    record = Incident.open(id="INC-1", title="Mail is down", at=NINE, by="kim")
    record = set_fields(record, service="mail", title="No mail", at=NINE, by=ADA)
    record = link(record, "related_to", "INC-2", at=NINE, by=ADA)
    record = set_major_status(record, "proposed", at=NINE, by=ADA)
    record = log_update_sent(record, "customers", at=NINE, by=ADA)
    record = advance(record, "start", at=NINE, by=ADA)
    assert [_event_text(event) for event in record.history] == [
        "opened",
        "fields changed: service, title",
        "linked",
        "major status changed: proposed",
        "communicated: customers",
        "start: now in_progress",
    ]


def test_the_escalations_of_a_drill_wait_for_its_own_clocks() -> None:
    """Opened at 1, acknowledged at 8, to be done by 6: the lead hears of it at 6 (rule X1).

    The matrix was evaluated without clocks, so no level on one was ever shown.
    """
    clock = SlaDefinition(
        name="acknowledge", target=5 * MINUTE, stop=field("acknowledged_at").present()
    )
    level = EscalationLevel(OnClock("acknowledge", "due"), "lead")
    drill = Drill(
        name="d",
        lasts=60 * MINUTE,
        expects=[Expectation("acknowledge", clock)],
        matrix=EscalationMatrix("m", [EscalationRow("all", [level])]),
        bot=[BotStep(MINUTE, "open", "kim"), BotStep(8 * MINUTE, "acknowledge", "ada")],
    )
    report = score_drill(
        drill, rehearse(drill, started_at=NINE), started_at=NINE, now=NINE + drill.lasts
    )
    shown = [entry.at for entry in report.timeline if entry.kind == "escalation"]
    assert shown == [NINE + 6 * MINUTE]
