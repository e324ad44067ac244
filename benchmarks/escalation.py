"""Escalations of open records beside their clocks alone, and on-call look-ups over the years.

Run with ``python -m benchmarks.escalation [RECORDS]``; 100,000 records by default.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from time import thread_time

from benchmarks.harness import print_table, ratio
from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    due_escalations,
    on_call,
)
from incidentcore.lifecycle import advance
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, Rotation
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Impact

MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOW = MONDAY + timedelta(days=9)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
CLOCKS = (
    SlaDefinition.resolution(hours=16, calendar=OFFICE),
    SlaDefinition.first_response(hours=2, calendar=OFFICE),
)
LEVELS = (
    EscalationLevel(After(15 * MINUTE), "on-call"),
    EscalationLevel(AfterPrevious(30 * MINUTE), "team lead"),
    EscalationLevel(OnClock("resolution", 0.75), "service owner"),
    EscalationLevel(OnClock("response", "due"), "group lead"),
)
MATRIX = EscalationMatrix(
    "desk",
    [
        EscalationRow("high", LEVELS, when=field("impact").equals(Impact.HIGH)),
        EscalationRow("rest", LEVELS[2:]),
    ],
)


def open_incident(number: int) -> Incident:
    """Return an open incident with a pause, opened within the last nine days."""
    at = MONDAY + number % 10_000 * MINUTE
    impact = (Impact.HIGH, Impact.MEDIUM, Impact.LOW)[number % 3]
    record = Incident.open(id=f"INC-{number}", title="Mail is down", by="kim", at=at, impact=impact)
    record = advance(record, "start", at=at + 20 * MINUTE, by="ada")
    record = advance(record, "hold", reason="awaiting_vendor", at=at + 90 * MINUTE, by="ada")
    return advance(record, "resume", at=at + 300 * MINUTE, by="ada")


def escalations_of(records: list[Incident]) -> int:
    """Return how many escalations the records have."""
    return sum(len(due_escalations(MATRIX, one, slas=CLOCKS, now=NOW)) for one in records)


def clocks_of(records: list[Incident]) -> int:
    """Return how many of the records' clocks are breached."""
    return sum(evaluate_sla(clock, one, now=NOW).breached for one in records for clock in CLOCKS)


def escalations_of_statuses(records: list[Incident]) -> int:
    """Return the same from statuses that are at hand, as where a queue shows the clocks anyway."""
    return sum(
        len(
            due_escalations(
                MATRIX, one, slas=[evaluate_sla(clock, one, now=NOW) for clock in CLOCKS], now=NOW
            )
        )
        for one in records
    )


def main() -> None:
    """Print the tables."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sample = [open_incident(number) for number in range(300)]
    assert escalations_of(sample) > 0 < clocks_of(sample)
    weekly = Rotation(anchor=MONDAY, zone="Europe/Berlin", unit="weeks")
    schedule = OnCallSchedule("net", [OnCallLayer(weekly, ["ada", "bob", "cy"], during=OFFICE)])
    far = MONDAY + timedelta(days=3650)
    print_table(
        "Escalation",
        [
            (
                "due_escalations / the record's two clocks alone",
                ratio(lambda: escalations_of(sample), lambda: clocks_of(sample), rounds=11),
                "stated",
            ),
            (
                "the clocks and due_escalations from their statuses / the clocks alone",
                ratio(
                    lambda: escalations_of_statuses(sample), lambda: clocks_of(sample), rounds=11
                ),
                "stated",
            ),
            (
                "on_call ten years after the anchor / a day after it",
                ratio(
                    lambda: on_call(schedule, at=far),
                    lambda: on_call(schedule, at=MONDAY + timedelta(days=1)),
                    number=200,
                ),
                "flat: about 1",
            ),
        ],
    )
    began = thread_time()
    found = 0
    for start in range(0, wanted, 1000):
        found += escalations_of([open_incident(n) for n in range(start, min(start + 1000, wanted))])
    took = thread_time() - began
    print(f"{wanted:,} open records, built and evaluated: {found:,} escalations, ", end="")
    print(f"{took / wanted * 1e6:.0f} microseconds a record")


if __name__ == "__main__":
    main()
