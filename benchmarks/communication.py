"""Due updates of open records beside the SLA clocks that watch one audience each, and beside folds.

Run with ``python -m benchmarks.communication [RECORDS]``; 20,000 records by default.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from time import thread_time

from benchmarks.harness import print_table, ratio
from incidentcore.communication import (
    due_updates,
    major_incident_plan,
    missed_updates,
    next_update_wakeup,
)
from incidentcore.conditions import field
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, log_update_sent, set_major_status
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Priority

MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOW = MONDAY + timedelta(days=9)
PLAN = major_incident_plan()
CLOCKS = tuple(
    SlaDefinition(
        name=f"{audience} every 30 minutes",
        target=30 * MINUTE,
        calendar=BusinessCalendar.always(),
        start=field("major_status").equals("accepted"),
        stop=field("state.resolved").is_true(),
        reset=field("kind").equals("communicated") & field("audience").equals(audience),
    )
    for audience in PLAN.audiences
)


def open_major(number: int, updates: int = 9) -> Incident:
    """Return an open major incident, one in three critical, half-hourly updates to all in turn."""
    at = MONDAY + number % 10_000 * MINUTE
    priority = Priority.CRITICAL if number % 3 == 0 else Priority.HIGH
    record = Incident.open(
        id=f"INC-{number}",
        title="Mail is down",
        by="kim",
        at=at,
        computed_priority=priority,
    )
    record = set_major_status(record, "accepted", business_impact="no mail", at=at, by="ada")
    record = advance(record, "start", at=at + 5 * MINUTE, by="ada")
    for one in range(updates):
        audience = PLAN.audiences[one % 3]
        record = log_update_sent(record, audience, at=at + (10 + 10 * one) * MINUTE, by="ada")
    return record


def due_of(records: list[Incident]) -> int:
    """Return how many updates of the records are due."""
    return sum(len(due_updates(PLAN, one, now=NOW)) for one in records)


def breached_of(records: list[Incident]) -> int:
    """Return how many of the records' audiences have a clock that is breached."""
    return sum(evaluate_sla(clock, one, now=NOW).breached for one in records for clock in CLOCKS)


def main() -> None:
    """Print the tables."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    sample = [open_major(number) for number in range(200)]
    assert due_of(sample) == 600 == breached_of(sample)  # one for each audience of each record
    assert all(len(missed_updates(PLAN, one, now=NOW)) >= 3 for one in sample)
    short, long = [open_major(0, 100)], [open_major(0, 1_000)]
    closed = [advance(one, "cancel", at=NOW - MINUTE, by="ada") for one in sample]
    assert due_of(closed) == 0
    print_table(
        "Communication: three audiences, 12 events a record",
        [
            (
                "updates_due / three SLA clocks, one for each audience",
                ratio(lambda: due_of(sample), lambda: breached_of(sample), rounds=11),
                "stated",
            ),
            (
                "next_update_wakeup / updates_due",
                ratio(
                    lambda: next_update_wakeup(PLAN, sample, now=MONDAY + timedelta(days=2)),
                    lambda: due_of(sample),
                    rounds=11,
                ),
                "about 1",
            ),
            (
                "updates_due of a record that can be owed nothing / of one that is owed",
                ratio(lambda: due_of(closed), lambda: due_of(sample), rounds=11),
                "next to nothing",
            ),
            (
                "1,000 updates / 100 updates in one history",
                ratio(lambda: due_of(long), lambda: due_of(short), rounds=15),
                "linear: at most 12",
            ),
        ],
    )
    spent = 0.0
    found = 0
    for start in range(0, wanted, 1000):
        records = [open_major(n) for n in range(start, min(start + 1000, wanted))]
        began = thread_time()
        found += due_of(records)
        spent += thread_time() - began
    print(f"{wanted:,} open records: {found:,} updates due, ", end="")
    print(
        f"{spent / wanted * 1e6:.0f} microseconds a record, its history folded for the first time"
    )


if __name__ == "__main__":
    main()
