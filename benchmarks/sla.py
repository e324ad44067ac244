"""SLA clocks against their calendar queries alone (targets of the design page on performance).

Run with ``python -m benchmarks.sla``.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import thread_time

from benchmarks.harness import print_table, ratio
from incidentcore.conditions import field
from incidentcore.records import FieldsChanged, Incident, StateChanged, comment, set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaPolicy, SlaThreshold, evaluate_sla, evaluate_slas
from incidentcore.values import IN_PROGRESS, ON_HOLD, FrozenMap, State
from incidentcore.vendors import read_audit_log

OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = MONDAY + timedelta(days=9)
PAUSES = ((3 * HOUR, 26 * HOUR), (50 * HOUR, 76 * HOUR))


def busy_incident(name: str = "INC-1") -> Incident:
    """Return a record with ten events, two of them the start and two the end of a pause."""
    record = Incident.open(id=name, title="Mail is down", by="kim", at=MONDAY)
    moves: list[tuple[timedelta, State]] = [(HOUR, IN_PROGRESS)]
    for start, end in PAUSES:
        moves += [(start, ON_HOLD), (end, IN_PROGRESS)]
    for offset, state in moves:
        record = record.with_event(
            StateChanged, at=MONDAY + offset, by="ada", action="move", state=state
        )
    for number in range(3):
        record = comment(record, "We are on it.", at=MONDAY + (80 + number) * HOUR, by="ada")
    return set_fields(record, at=MONDAY + 90 * HOUR, by="ada", custom={"tier": "silver"})


def calendar_queries() -> tuple[timedelta, datetime, datetime]:
    """Return what the clock must ask of its calendar: three counted spans and the due."""
    opened, first, second = MONDAY, PAUSES[0], PAUSES[1]
    elapsed = OFFICE.open_time(opened, opened + first[0])
    elapsed += OFFICE.open_time(opened + first[1], opened + second[0])
    spent = elapsed
    elapsed += OFFICE.open_time(opened + second[1], NOW)
    due = OFFICE.deadline(opened + second[1], 40 * HOUR - spent)
    return elapsed, due, OFFICE.next_open(due)


def paused(pauses: int) -> Incident:
    """Return a record that was paused so often."""
    record = Incident.open(id="INC-1", title="Mail is down", by="kim", at=MONDAY)
    moves = [
        StateChanged(
            record_id="INC-1",
            sequence=number + 2,
            at=MONDAY + (number + 1) * HOUR / 4,
            by=record.opened_by,
            action="move",
            state=IN_PROGRESS if number % 2 else ON_HOLD,
        )
        for number in range(2 * pauses)
    ]
    return Incident.from_history([*record.history, *moves])


def swapped(swaps: int) -> Incident:
    """Return a record whose tier changed so often."""
    record = Incident.open(id="INC-1", title="Mail is down", by="kim", at=MONDAY)
    changes = [
        FieldsChanged(
            record_id="INC-1",
            sequence=number + 2,
            at=MONDAY + (number + 1) * HOUR,
            by=record.opened_by,
            fields=FrozenMap({"custom": FrozenMap({"tier": ("gold", "iron")[number % 2]})}),
        )
        for number in range(swaps)
    ]
    return Incident.from_history([*record.history, *changes])


def growth(rules: SlaDefinition | SlaPolicy, many: Incident, few: Incident) -> float:
    """Return how much longer the trace of one record takes than that of another."""

    def trace(record: Incident) -> object:
        now = record.updated_at + HOUR
        return evaluate_sla(rules, record, now=now).trace

    return ratio(lambda: trace(many), lambda: trace(few), number=1)


def audit_log() -> Path | None:
    """Return the real audit log, where the data files are."""
    given = os.environ.get("INCIDENTCORE_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    path = folder / "uci_incident_event_log.csv.gz"
    return path if path.is_file() else None


def real_incidents(path: Path) -> list[tuple[str, float | str, str]]:
    """Return what a four-rule policy takes over the whole log, beside its calendar queries."""
    incidents = tuple(read_audit_log(path))
    now = max(incident.updated_at for incident in incidents) + timedelta(days=1)
    level = field("priority.name")
    hours = {"critical": 4, "high": 8, "moderate": 24, "low": 72}
    policy = SlaPolicy(
        [
            (
                level.equals(name),
                SlaDefinition.resolution(hours=target, calendar=OFFICE, name=name),
            )
            for name, target in hours.items()
        ]
    )
    began = thread_time()
    statuses = list(evaluate_slas(policy, incidents, now=now))
    first = thread_time() - began
    began = thread_time()
    for _ in evaluate_slas(policy, incidents, now=now):
        pass
    again = thread_time() - began
    spans = [
        [span for span in status._cycles[-1].spans if span.kind == "counting"]  # noqa: SLF001  only here are the spans at hand
        for status in statuses
        if status.cycles
    ]
    began = thread_time()
    for counted in spans:
        for span in counted:
            OFFICE.open_time(span.start, span.end)
        if counted:
            OFFICE.deadline(counted[0].start, 8 * HOUR)
    queries = thread_time() - began
    each = 1e6 / len(incidents)
    return [
        ("real incidents evaluated", f"{len(statuses):,}", ""),
        ("microseconds a record, first time", first * each, ""),
        ("microseconds a record, again", again * each, ""),
        ("microseconds a record, its calendar queries alone", queries * each, ""),
        ("again / calendar queries alone", again / queries, ""),
    ]


def main() -> None:
    """Print the tables."""
    record = busy_incident()
    assert len(record.history) == 10
    promise = SlaDefinition.resolution(hours=40, calendar=OFFICE)
    status = evaluate_sla(promise, record, now=NOW)
    elapsed, due, breached_at = calendar_queries()
    assert (status.elapsed, status.due_at, status.breached_at) == (elapsed, due, breached_at)

    tier = field("custom.tier")
    policy = SlaPolicy(
        [
            (tier.equals("gold"), SlaDefinition.resolution(hours=4, calendar=OFFICE, name="gold")),
            (tier.equals("iron"), SlaDefinition.resolution(hours=8, calendar=OFFICE, name="iron")),
            (tier.equals("tin"), SlaDefinition.resolution(hours=16, calendar=OFFICE, name="tin")),
        ],
        default=promise,
    )
    marks = [
        SlaThreshold(name="warning", fraction=0.75),
        SlaThreshold(name="soon", before_due=HOUR),
    ]
    watched = SlaDefinition.resolution(hours=40, calendar=OFFICE, thresholds=marks)

    def fresh() -> object:
        return evaluate_sla(promise, Incident.from_history(record.history), now=NOW)

    def one(rules: SlaDefinition | SlaPolicy) -> object:
        return evaluate_sla(rules, record, now=NOW)

    many = [busy_incident(f"INC-{number}") for number in range(200)]

    def rows() -> list[tuple[str, float | str, str]]:
        return [
            (
                "evaluate_sla, 10 events, 2 pauses / its calendar queries alone",
                ratio(lambda: one(promise), calendar_queries, number=300),
                "<= 20",
            ),
            (
                "the same with a policy of four rules",
                ratio(lambda: one(policy), calendar_queries, number=300),
                "",
            ),
            (
                "the same on a record just replayed",
                ratio(fresh, calendar_queries, number=100),
                "",
            ),
            (
                "with thresholds, cycles and trace read",
                ratio(
                    lambda: [
                        (s.thresholds, s.cycles, s.trace, s.next_wakeup)
                        for s in (evaluate_sla(watched, record, now=NOW),)
                    ],
                    calendar_queries,
                    number=50,
                ),
                "",
            ),
            (
                "trace of 4,000 pauses / of 400",
                growth(promise, paused(4_000), paused(400)),
                "<= 12",
            ),
            (
                "trace of 500 retroactive swaps / of 50",
                growth(policy, swapped(500), swapped(50)),
                "<= 12",
            ),
            (
                "evaluate_slas of 200 / 200 times the calendar queries",
                ratio(
                    lambda: list(evaluate_slas(policy, many, now=NOW)),
                    lambda: [calendar_queries() for _ in many],
                    number=2,
                ),
                "",
            ),
        ]

    print_table("SLA clocks", rows())
    path = audit_log()
    if path is not None:
        print_table("evaluate_slas over a real audit log, four rules", real_incidents(path))


if __name__ == "__main__":
    main()
