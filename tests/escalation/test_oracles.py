"""The rows of other systems: each answered through public names, or listed with its reason."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest
from tests.oracles.rows import by_id

from incidentcore.conditions import field
from incidentcore.errors import EscalationMatrixError, InvalidValueError
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    due_escalations,
    escalate_now,
)
from incidentcore.escalation.presets import (
    goalert_row,
    jira_row,
    pagerduty_row,
    servicenow_row,
    servicenow_sla_row,
)
from incidentcore.instants import Interval, Versions
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, acknowledge, assign, snooze
from incidentcore.schedule import BusinessCalendar, Rotation
from incidentcore.sla import SlaDefinition

ROWS = by_id("escalation.jsonl")

NOT_OURS = {
    "sn-one-roster": "a label of a form",
    "sn-many-rosters": "a label of a form",
    "sn-conference-60s": "the interval of a conference call workflow, which is the caller's",
    "sn-no-device": "delivery: devices and attempts are the caller's",
    "goalert-multiack-acker": "personal notification rules: delivery is the caller's",
    "pagerduty-group-window": "answered in tests/intake: grouping of alerts",
    "pagerduty-maintenance": "answered in tests/intake: whether an alert opens an incident",
    "jsm-close-after-repeats": "the library changes no record by itself",
    "jsm-reopen-on-repeat": "the library changes no record by itself",
}
DIFFERENT = {
    "goalert-zero-steps": "a row without levels is refused when built, not deleted later (E2)",
    "goalert-deleted-step-restarts": "a level that is gone starts no pass; overdue ones of the new "
    "version fall due at once (E4)",
    "goalert-schedule-4": "a repeat without end is refused; its first passes are the same (E3)",
}

T0 = datetime(2026, 6, 1, 7, 48, tzinfo=UTC)
MIN = timedelta(minutes=1)
ALWAYS_OPEN = BusinessCalendar.always()


def incident(**fields: Any) -> Incident:
    return Incident.open(id="I", title="x", at=T0, by="kim", **fields)


def matrix(*rows: EscalationRow) -> EscalationMatrix:
    return EscalationMatrix("m", rows)


def fired(rules: Any, record: Incident, minutes: float, **options: Any) -> list[list[int]]:
    due = due_escalations(rules, record, now=T0 + minutes * MIN, **options)
    return [[(e.due_at - T0) // MIN, e.level] for e in due]


def valid(build: Callable[[], object]) -> bool:
    try:
        build()
    except EscalationMatrixError:
        return False
    return True


def answer_sla(row: dict[str, Any]) -> object:
    clock = SlaDefinition.resolution(hours=100 / 60, calendar=ALWAYS_OPEN)
    record = assign(incident(), assignee="ada", at=T0, by="kim")
    names = {"ada": "assigned_to", "configuration item support": "ci.supported_by"}
    due = due_escalations(
        matrix(servicenow_sla_row()),
        record,
        slas=[clock],
        now=T0 + row["given"]["sla_elapsed_pct"] * MIN,
    )
    told = []
    for target in due[-1].targets:
        if target.kind == "field":
            told.append(names[target.people(T0, record.facts())[0]])
        elif target.kind == "manager_of":
            told.append("assigned_to.manager")
        else:
            told.append(names[target.name])
    return {"notify": told}


def answer_time_before(row: dict[str, Any]) -> object:
    given = row["given"]
    steps = [("a", given["reminders"], given["interval_min"] * MIN), ("b", 0, MIN)]
    (_, second) = fired(matrix(servicenow_row("r", steps)), incident(), 500)
    return {"minutes_to_next": second[0]}


def answer_group_change(row: dict[str, Any]) -> object:
    level = EscalationLevel(After(10 * MIN), "x")
    rules = matrix(EscalationRow("r", [level], when=field("assignment_group").equals("net")))
    record = assign(incident(assignment_group="net"), group="db", at=T0 + 5 * MIN, by="ada")
    assert fired(rules, incident(assignment_group="net"), 99)
    return {"escalation": "escalated" if fired(rules, record, 99) else "cancelled"}


def answer_default(row: dict[str, Any]) -> object:
    level = EscalationLevel(After(timedelta(0)), "x")
    special = EscalationRow("cond A", [level], when=field("custom.a").is_true())
    (due,) = due_escalations(matrix(special, EscalationRow("default", [level])), incident(), now=T0)
    return {"used": due.row}


def answer_goalert(row: dict[str, Any]) -> object:
    given = row["given"]
    steps = [("x", minutes) for minutes in given["delays_min"]]
    repeat = given["repeat"] if given["repeat"] >= 0 else 5
    rules = matrix(goalert_row("r", steps, repeat=repeat))
    return {"fired": fired(rules, incident(), given["until_min"])}


def answer_gap(row: dict[str, Any]) -> object:
    return {"notified": bool(fired(matrix(goalert_row("r", [("x", 5)])), incident(), 0))}


def answer_nobody(row: dict[str, Any]) -> object:
    rotation = Rotation(anchor=T0, zone="UTC", unit="weeks")
    layer = OnCallLayer(rotation, "ada", since=T0 + timedelta(days=9))
    nobody = EscalationTarget.on_call(OnCallSchedule("s", [layer]))
    rules = matrix(goalert_row("r", [(nobody, 5), ("boss", 5)]))
    told = due_escalations(rules, incident(), now=T0 + 5 * MIN, include_lapsed=True)
    log = {"nobody_to_tell": "no one on call"}[told[0].lapsed_because]
    return {"advances": [e.level for e in told if e.lapsed_at is None] == [1], "log": log}


def answer_maintenance(row: dict[str, Any]) -> object:
    maintenance = [Interval(T0 + MIN, T0 + 60 * MIN)]
    rules = EscalationMatrix(
        "m",
        [goalert_row("r", [("x", row["given"]["rule_min"]), ("y", 5)])],
        maintenance=maintenance,
    )
    return {"notified": [row["given"]["rule_min"], 1] in fired(rules, incident(), 30)}


def answer_delay_bound(row: dict[str, Any]) -> object:
    given = row["given"]
    minutes = given.get("delay_minutes", given.get("escalation_delay_in_minutes"))
    build = pagerduty_row if row["engine"] == "pagerduty" else goalert_row
    return {"valid": valid(lambda: build("r", [("x", minutes)]))}


def answer_repeat_bound(row: dict[str, Any]) -> object:
    repeat = row["given"]["repeat"]
    return {"valid": valid(lambda: goalert_row("r", [("x", 1)], repeat=repeat))}


def answer_loops(row: dict[str, Any]) -> object:
    loops = row["given"]["num_loops"]
    return {"valid": valid(lambda: pagerduty_row("r", [("x", 1)], num_loops=loops))}


def answer_ack(row: dict[str, Any]) -> object:
    rules = matrix(pagerduty_row("r", [("x", 10), ("y", 10)]))
    record = acknowledge(incident(), at=T0 + 5 * MIN, by="ada")
    return {"escalation": "halted" if not fired(rules, record, 30) else "running", "owner": "acker"}


def answer_ack_timeout(row: dict[str, Any]) -> object:
    rules = matrix(pagerduty_row("r", [("x", 10), ("y", 10)], ack_timeout=60 * MIN))
    record = acknowledge(incident(), at=T0 + 5 * MIN, by="ada")
    resumes = fired(rules, record, 64) == [] and fired(rules, record, 65) == [[65, 1]]
    return {**row["expect"], "escalation": "resumes" if resumes else "halted"}


def answer_ack_default(row: dict[str, Any]) -> object:
    timeout = pagerduty_row("r", [("x", 1)]).ack_timeout
    assert timeout is not None
    return {"seconds": timeout.total_seconds()}


def answer_low_urgency(row: dict[str, Any]) -> object:
    high = field("custom.urgency").equals("high")
    rules = matrix(pagerduty_row("r", [("x", 10), ("y", 10)], when=high))
    low = incident(custom={"urgency": "low"})
    return {**row["expect"], "escalates": bool(fired(rules, low, 500))}


def answer_resolved(row: dict[str, Any]) -> object:
    rules = matrix(pagerduty_row("r", [("x", 10), ("y", 10)]))
    done = advance(
        incident(), "resolve", at=T0 + MIN, by="ada", resolution_code="a", resolution_notes="b"
    )
    return {"allowed": bool(fired(rules, done, 500))}


JIRA = jira_row("r", [(0, "not_acknowledged", "a"), (5, "not_acknowledged", "b"),
                      (10, "not_acknowledged", "c")])  # fmt: skip


def answer_next(row: dict[str, Any]) -> object:
    record = acknowledge(incident(), at=T0 + MIN, by="ada")
    record = escalate_now(record, "next", at=T0 + 2 * MIN, by="kim")
    assert fired(matrix(JIRA), record, 9) == [[2, 1]]
    assert fired(matrix(JIRA), record, 10) == [[2, 1], [10, 2]]
    return {"processed_now": "07:53 rule", "acknowledged": record.acknowledged}


def answer_denied(row: dict[str, Any]) -> object:
    closed = advance(incident(), "cancel", at=T0 + MIN, by="ada")
    snoozed = snooze(incident(), until=T0 + 60 * MIN, at=T0 + MIN, by="ada")
    for record, said in ((closed, "one that is open"), (snoozed, "one that is not snoozed")):
        with pytest.raises(InvalidValueError, match=said):
            escalate_now(record, "next", at=T0 + 2 * MIN, by="kim")
    return {"allowed": False}


def answer_jira_repeat(row: dict[str, Any]) -> object:
    build = partial(jira_row, "r", [(0, "not_closed", "a")], repeat_after=MIN)
    assert valid(lambda: build(repeat=20))
    return {"valid": valid(lambda: build(repeat=row["given"]["repeat"])), "max": 20}


def answer_not_closed(row: dict[str, Any]) -> object:
    record = acknowledge(incident(), at=T0 + MIN, by="ada")
    return {"notify": bool(fired(matrix(jira_row("r", [(5, "not_closed", "a")])), record, 5))}


def answer_zammad(row: dict[str, Any]) -> object:
    first = SlaDefinition.first_response(hours=4, calendar=ALWAYS_OPEN)
    update = SlaDefinition.update(every=timedelta(hours=1), calendar=ALWAYS_OPEN)
    update = attrs.evolve(update, start=update.start & field("first_response_at").present())
    levels = [EscalationLevel(OnClock(kind, "due"), kind) for kind in ("response", "update")]
    rules = matrix(EscalationRow("r", levels))
    ((minutes, _),) = fired(rules, incident(), 600, slas=[first, update])
    return {**row["expect"], "should_escalate_at": f"{minutes // 60}h"}


ANSWERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "sn-sla-notify-": answer_sla,
    "sn-time-before-escalation": answer_time_before,
    "sn-group-change-cancels": answer_group_change,
    "sn-default-policy": answer_default,
    "goalert-schedule-": answer_goalert,
    "goalert-gap-first-step": answer_gap,
    "goalert-no-one-on-call": answer_nobody,
    "goalert-maintenance-running-cycle": answer_maintenance,
    "goalert-delay-bound-": answer_delay_bound,
    "goalert-repeat-bound-": answer_repeat_bound,
    "pagerduty-loops-": answer_loops,
    "pagerduty-delay-min": answer_delay_bound,
    "pagerduty-ack-halts": answer_ack,
    "pagerduty-ack-timeout-default": answer_ack_default,
    "pagerduty-ack-timeout": answer_ack_timeout,
    "pagerduty-low-urgency": answer_low_urgency,
    "pagerduty-resolved-terminal": answer_resolved,
    "jsm-escalate-next-denied": answer_denied,
    "jsm-escalate-next": answer_next,
    "jsm-repeat-max": answer_jira_repeat,
    "jsm-cond-not-closed": answer_not_closed,
    "zammad-fr-vs-update": answer_zammad,
}


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(NOT_OURS) - set(DIFFERENT)))
def test_the_row_is_answered(name: str) -> None:
    """What the other system documents or tests comes out of ours."""
    answer = next(ANSWERS[prefix] for prefix in ANSWERS if name.startswith(prefix))

    assert answer(ROWS[name]) == ROWS[name]["expect"]


def test_every_row_is_answered_or_listed_once() -> None:
    """No row is forgotten, and no list names a row that is not there."""
    assert len(ROWS) == 46
    assert not set(NOT_OURS) & set(DIFFERENT)
    assert set(NOT_OURS) | set(DIFFERENT) <= set(ROWS)


def test_the_differences_are_as_stated() -> None:
    """A row without levels and a repeat without end are refused; five passes are the same."""
    assert not valid(lambda: EscalationRow("r", []))
    assert not valid(lambda: goalert_row("r", [("x", 15)], repeat=-1))
    endless = ROWS["goalert-schedule-4"]
    assert answer_goalert(endless) == endless["expect"]


def test_a_deleted_step_restarts_nothing() -> None:
    """Three steps until 25, two since: the two that stand have fired, nothing more comes (E4)."""
    three = matrix(goalert_row("r", [("a", 10), ("b", 10), ("c", 10)]))
    two = matrix(goalert_row("r", [("a", 10), ("b", 10)]))
    versions = Versions([(T0 - MIN, three), (T0 + 25 * MIN, two)])

    assert fired(versions, incident(), 500, live=True) == [[0, 0], [10, 1], [20, 2]]
