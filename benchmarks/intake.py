"""Alerts folded beside the least work that can be done with them, a million in one pass.

Run with ``python -m benchmarks.intake [ALERTS]``; 1,000,000 alerts by default. The floor is a loop
that keeps the latest instant of each condition in a dict and forgets it when it is resolved: no
order, no windows, no incidents. The stream renews its conditions all the time, so what is kept
must not grow with its length.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from time import process_time

from attrs import fields

from benchmarks.harness import print_table, ratio
from incidentcore.intake import (
    Alert,
    Flapping,
    IncidentIntent,
    Intake,
    IntakePolicy,
    IntakeState,
    MetricSample,
    SampleThreshold,
    fold_samples,
)
from incidentcore.serialization import dumps, loads

MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)
TENTH = timedelta(milliseconds=100)
MINUTE = timedelta(minutes=1)
PLAIN = IntakePolicy(silence=30 * MINUTE, deduplicate=10 * MINUTE)
FULL = IntakePolicy(
    group_by="labels.service",
    silence=30 * MINUTE,
    deduplicate=10 * MINUTE,
    reopen_within=10 * MINUTE,
    flapping=Flapping(within=30 * MINUTE),
    lateness=MINUTE,
)
HOT = SampleThreshold("hot", at_least=90, clear=80, lasting=MINUTE, keep_firing=MINUTE)


def storm(wanted: int) -> Iterator[Alert]:
    """Yield alerts of a thousand conditions at a time, ten a second; every third is a resolution.

    Every 2,000 seconds these are other conditions: none comes back.
    """
    for number in range(wanted):
        host = number * 7919 % 1000
        turn = number // 1000
        yield Alert(
            key=f"disk {number // 20_000 * 1000 + host}",
            at=MONDAY + number * TENTH,
            status="resolved" if (turn + host) % 3 == 2 else "firing",
            source="prometheus",
            severity=("warning", "critical")[host % 2],
            labels={"service": f"service {host % 50}"},
        )


def by_dict(alerts: Iterable[Alert]) -> int:
    """Return how many conditions fire at the end: the floor."""
    latest: dict[tuple[str, str], datetime] = {}
    for alert in alerts:
        name = (alert.source, alert.key)
        if alert.status == "firing":
            latest[name] = alert.at
        else:
            latest.pop(name, None)
    return len(latest)


def by_fold(policy: IntakePolicy, alerts: Iterable[Alert]) -> tuple[int, IntakeState]:
    """Return how many intents a policy gives, and the state at the end."""
    intake = Intake(policy)
    count = 0
    for alert in alerts:
        count += len(intake.feed(alert))
    return count, intake.state


def building(policy: IntakePolicy, alerts: Iterable[Alert]) -> Callable[[], object]:
    """Return a function that makes the intents of a policy again, from their attributes."""
    intake = Intake(policy)
    parts = [
        {name: getattr(intent, name) for name in (field.name for field in fields(IncidentIntent))}
        for alert in alerts
        for intent in intake.feed(alert)
    ]
    return lambda: [IncidentIntent(**one) for one in parts]


def peak() -> float:
    """Return the most memory this process has had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def one_pass(policy: IntakePolicy, wanted: int) -> tuple[float, int, int]:
    """Fold a stream that is made as it goes; return seconds, intents and the conditions kept."""
    began = process_time()
    count, state = by_fold(policy, storm(wanted))
    return process_time() - began, count, len(state.conditions)


def pass_over(wanted: int) -> None:
    """Print rate, growth and memory; first of all, while nothing else has needed memory."""
    for name, policy in (("a condition an incident", PLAIN), ("every rule on", FULL)):
        tenth, _, _ = one_pass(policy, wanted // 10)
        before = peak()
        whole, count, kept = one_pass(policy, wanted)
        print(f"{wanted:,} alerts made and folded in one pass, {name}: {count:,} intents,")
        print(f"  {wanted / whole:,.0f} alerts a second of processor time")
        print(f"  time / ten times that of a tenth: {whole / tenth / 10:.2f} (linear: about 1)")
        print(f"  conditions kept at the end: {kept:,} of {wanted // 20:,} seen")
        print(f"  peak memory: {peak():.1f} MB, {peak() - before:+.1f} MB over that of a tenth\n")


def main() -> None:
    """Print the figures."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    pass_over(wanted)
    sample = list(storm(20_000))
    count, state = by_fold(PLAIN, sample)
    assert by_dict(sample) == sum(one.firing for one in state.conditions)
    assert count + len(state.undecided) >= len(sample)
    text = dumps(state)
    assert loads(text, IntakeState) == state
    values = [
        MetricSample(f"db{n % 50}", MONDAY + n // 50 * MINUTE, n * 7919 % 100)
        for n in range(20_000)
    ]
    print_table(
        "Intake",
        [
            (
                "fold, a condition an incident / making its intents",
                ratio(lambda: by_fold(PLAIN, sample), building(PLAIN, sample), rounds=9),
                "<= 3",
            ),
            (
                "fold, a condition an incident / dict loop",
                ratio(lambda: by_fold(PLAIN, sample), lambda: by_dict(sample), rounds=9),
                "stated",
            ),
            (
                "fold, every rule on / dict loop",
                ratio(lambda: by_fold(FULL, sample), lambda: by_dict(sample), rounds=9),
                "stated",
            ),
            (
                "fold, a condition an incident / making the alerts",
                ratio(lambda: by_fold(PLAIN, sample), lambda: list(storm(20_000)), rounds=9),
                "stated",
            ),
            (
                "fold of samples / dict loop over as many alerts",
                ratio(lambda: fold_samples(HOT, values), lambda: by_dict(sample), rounds=9),
                "stated",
            ),
        ],
    )
    print(f"a state of {len(state.conditions):,} conditions: {len(text) // 1024:,} KiB as JSON")


if __name__ == "__main__":
    main()
