"""Escalation steps of Zabbix, Nagios and others: each row answered by levels of a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.oracles.rows import by_id

from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    due_escalations,
)
from incidentcore.instants import Interval
from incidentcore.records import Incident, acknowledge, unacknowledge
from incidentcore.schedule import BusinessCalendar

ROWS = by_id("escalation_steps.jsonl")
T0 = datetime(2026, 6, 1, tzinfo=UTC)
MIN = timedelta(minutes=1)
DAY = timedelta(days=1)


def incident() -> Incident:
    return Incident.open(id="I", title="x", at=T0, by="kim")


def told(matrix: EscalationMatrix, record: Incident) -> list[list[Any]]:
    """Return when, in minutes, and to whom each notification goes."""
    due = due_escalations(matrix, record, now=T0 + 3 * DAY)
    return [
        [(one.due_at - T0) // MIN, [target.name for target in one.targets]]
        for one in sorted(due, key=lambda one: (one.due_at, one.level))
    ]


def zabbix_levels(given: dict[str, Any]) -> list[EscalationLevel]:
    """Return a level for each step of each operation; a step takes its shortest duration."""
    operations = given["operations"]
    begins, step = {1: 0}, 1
    while step < max(last for _, last, *_ in operations):
        own = [d for first, last, d, *_ in operations if first <= step <= last and d is not None]
        begins[step + 1] = begins[step] + min(own, default=given["default_min"])
        step += 1
    return [
        EscalationLevel(
            After(begins[step] * MIN), to, until="acknowledged" if unless else "resolved"
        )
        for first, last, _, to, unless in operations
        for step in range(first, last + 1)
    ]


def nagios_levels(given: dict[str, Any]) -> list[EscalationLevel]:
    """Return a level for each notification, to the groups of the escalations that apply."""
    levels: list[EscalationLevel] = []
    wait = 0
    for number in range(1, given["count"] + 1):
        mine = [one for one in given["escalations"] if one[0] <= number <= (one[1] or number)]
        groups = [name for one in mine for name in one[3]] or given["to"]
        trigger = AfterPrevious(wait * MIN) if levels else After(timedelta(0))
        levels.append(EscalationLevel(trigger, list(dict.fromkeys(groups)), until="resolved"))
        wait = min((one[2] for one in mine), default=given["default_min"])
        if not wait:  # no notification follows
            break
    return levels


@pytest.mark.parametrize("name", sorted(one for one in ROWS if ROWS[one]["kind"] == "steps"))
def test_steps(name: str) -> None:
    """Steps from the opening; what stops at an acknowledgement is said level by level."""
    given, expect = ROWS[name]["given"], ROWS[name]["expect"]
    spans = [given["maintenance"]] if "maintenance" in given else []
    matrix = EscalationMatrix(
        "m",
        [EscalationRow("r", zabbix_levels(given))],
        maintenance=[Interval(T0 + low * MIN, T0 + high * MIN) for low, high in spans],
    )
    record = incident()
    if "acknowledged_min" in given:
        record = acknowledge(record, at=T0 + given["acknowledged_min"] * MIN, by="ada")
    found = [[minute, name] for minute, (name,) in told(matrix, record)]

    assert sorted(found) == sorted(expect["told"])


@pytest.mark.parametrize(
    "name", sorted(one for one in ROWS if ROWS[one]["kind"] == "notifications")
)
def test_notifications(name: str) -> None:
    """Each notification waits for the interval of the one before it."""
    given, expect = ROWS[name]["given"], ROWS[name]["expect"]
    matrix = EscalationMatrix("m", [EscalationRow("r", nagios_levels(given))])

    assert told(matrix, incident()) == expect["told"]


@pytest.mark.parametrize("name", ["grafana-if-time-0", "grafana-if-time-1"])
def test_a_step_that_waits_for_a_time_of_day(name: str) -> None:
    """Outside the hours it waits for them; within them it is due at once."""
    given, expect = ROWS[name]["given"], ROWS[name]["expect"]
    hours = BusinessCalendar(zone="UTC", hours={"mon-sun": f"{given['from']}-{given['to']}"})
    at = datetime.fromisoformat(f"2026-06-01T{given['at']}:00+00:00")
    record = Incident.open(id="I", title="x", at=at, by="kim")
    level = EscalationLevel(After(timedelta(0)), "duty", during=hours)
    (due,) = due_escalations(
        EscalationMatrix("m", [EscalationRow("r", [level])]), record, now=at + 2 * DAY
    )
    next_day = datetime.fromisoformat(f"2026-06-02T{given['from']}:00+00:00")

    assert due.due_at == (at if expect["due"] == "at once" else next_day)


def test_triggered_again_starts_over() -> None:
    """With ``on_unacknowledge="restart"`` the delays count from the withdrawal."""
    row = ROWS["gitlab-retriggered"]
    given = row["given"]
    levels = [EscalationLevel(After(minutes * MIN), "duty") for minutes in given["rules_min"]]
    matrix = EscalationMatrix("m", [EscalationRow("r", levels, on_unacknowledge="restart")])
    record = acknowledge(incident(), at=T0 + given["acknowledged_min"] * MIN, by="ada")
    record = unacknowledge(record, at=T0 + given["triggered_again_min"] * MIN, by="ada")

    assert [minute for minute, _ in told(matrix, record)] == row["expect"]["due_min"]
