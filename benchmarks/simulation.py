"""Simulated desks, comparisons of rules, and forecasts, on a simulated month of 400 records.

Run with ``python -m benchmarks.simulation``. The rows of lifelines need ``pip install lifelines``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from time import thread_time
from typing import Any

from attrs import asdict, evolve

from benchmarks.harness import print_table, ratio
from incidentcore.desk import Desk, diff_rules, load_desk
from incidentcore.forecast import breach_model
from incidentcore.forecast.hazards import HazardCurve
from incidentcore.priority import PriorityMatrix, PriorityPolicy
from incidentcore.priority.presets import SERVICENOW
from incidentcore.records import (
    Assigned,
    Commented,
    Incident,
    Opened,
    Record,
    StateChanged,
    assign,
    comment,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.simulation import Agent, Exponential, Hold, Simulation, Team, Workload, simulate
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Impact, Urgency
from incidentcore.whatif import compare_rules, smallest_target

START = datetime(2026, 6, 1, tzinfo=UTC)
END = datetime(2026, 7, 1, tzinfo=UTC)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
LUNCH = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": ["08:00-12:00", "13:00-18:00"]})
HOUR = timedelta(hours=1)
DESK = load_desk("""
desk = 1
name = "bench"
zone = "Europe/Berlin"
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.all]
calendar = "office"
response = { critical = "30m", else = "4h" }
resolution = { critical = "8h", high = "16h", else = "40h" }
[[agreements]]
service = "all"
[[escalation]]
name = "urgent"
when = { priority = ["critical", "high"] }
levels = [{ after = "15m", to = "group:lead" }, { at = "resolution 80%", to = "role:manager" }]
""")
MAIL = Workload(
    name="mail",
    rate=1.8,
    arrives=OFFICE,
    opening=[
        {"impact": impact, "urgency": urgency}
        for impact in Impact.scale.levels
        for urgency in Urgency.scale.levels
    ],
    work=Exponential(1.5 * HOUR),
    hold=Hold(chance=0.3, lasts=Exponential(8 * HOUR)),
    reopen=0.05,
)
TEAM = Team([Agent(name, OFFICE) for name in ("ada", "ben", "chen", "dora")])


class Table(PriorityMatrix):
    """A matrix of one's own kind: a run computes its priorities at each action, as moves do."""


UNSETTLED = evolve(DESK, priority=PriorityPolicy(Table(**asdict(SERVICENOW, recurse=False))))


def run(*, watch: bool, desk: Desk = DESK) -> Simulation:
    """Return the month of 400 records."""
    return simulate(desk, TEAM, [MAIL], seed=1, start=START, end=END, watch=watch)


NOTES = {"resolution_code": "fix", "resolution_notes": "Done and tested."}
FIELDS: dict[str, dict[str, str]] = {"hold": {"reason": "awaiting_caller"}, "resolve": NOTES}


def moves_of(record: Incident) -> Iterator[tuple[datetime, Callable[..., Incident]]]:
    """Yield the moves that made a record, so that they can be made again without a simulation."""
    for event in record.history:
        when: dict[str, Any] = {"at": event.at, "by": event.by}
        if isinstance(event, Opened):
            levels = {"impact": record.impact, "urgency": record.urgency}
            who = {"id": record.id, "title": record.title}
            yield event.at, partial(DESK.open, Incident, **who, **levels, **when)
        elif isinstance(event, Assigned):
            yield event.at, partial(assign, assignee=str(event.fields["assignee"]), **when)
        elif isinstance(event, Commented):
            yield event.at, partial(_comment, event.text, **when)
        elif isinstance(event, StateChanged):
            given: dict[str, Any] = {**FIELDS.get(event.action, {}), **when}
            yield event.at, partial(_advance, event.action, **given)


def _comment(text: str, record: Incident, **when: Any) -> Incident:
    return comment(record, text, **when)


def _advance(action: str, record: Incident, **given: Any) -> Incident:
    return DESK.advance(record, action, **given)


def fresh(records: Iterable[Record], times: int) -> Iterator[list[Record]]:
    """Return copies of records on which nothing was computed before, made beforehand."""
    return iter([[type(one).from_history(one.history) for one in records] for _ in range(times)])


def simulation_rows() -> list[tuple[str, float | str, str]]:
    """Compare a run with the same moves alone, in the order of the run, and with watched rules."""
    result = run(watch=False)
    records = result.records
    moves = sorted(
        (at, number, place, move)
        for number, record in enumerate(records)
        for place, (at, move) in enumerate(moves_of(record))
    )

    def alone() -> list[Any]:
        made: list[Any] = [None] * len(records)
        for _, number, place, move in moves:
            made[number] = move(made[number]) if place else move()
        return made

    assert alone() == list(records)
    assert run(watch=False, desk=UNSETTLED).records == records
    bare, full = (
        ratio(partial(run, watch=False, desk=desk), alone, rounds=15) for desk in (DESK, UNSETTLED)
    )
    watched = ratio(lambda: run(watch=True), alone, rounds=15)
    return [
        (f"a run of {len(records)} records without rules / its moves alone", bare, "<= 1.3"),
        ("the loop of a run that computes each priority / its moves alone", full - 1, "<= 0.15"),
        ("a run with rules / its moves alone", watched, "<= 6"),
    ]


def many_rules(target: int) -> Desk:
    """Return a desk with 40 agreements over three fields."""
    rules = "".join(
        f'[[agreements]]\nwhen = {{ service = "s{n % 8}", source = "c{n % 5}", '
        f'category = "k{n // 8}" }}\nservice = "p{n % 4}"\n'
        for n in range(40)
    )
    promises = "".join(
        f'[services.p{n}]\ncalendar = "always"\nresolution = "{target + n}h"\n' for n in range(4)
    )
    return load_desk(f'desk = 1\nname = "many"\nzone = "UTC"\n{promises}{rules}')


def whatif_rows(records: tuple[Incident, ...]) -> list[tuple[str, float | str, str]]:
    """Compare both sides of a comparison, and a search of a target, with one evaluation."""
    plain, lunch = (SlaDefinition.resolution(hours=8, calendar=one) for one in (OFFICE, LUNCH))
    rounds = 15
    copies = fresh(records, 6 * (rounds + 1))

    def evaluate() -> None:
        for record in next(copies):
            evaluate_sla(plain, record, now=END)

    def evaluate_both() -> None:
        for record in next(copies):
            evaluate_sla(plain, record, now=END)
            evaluate_sla(lunch, record, now=END)

    timed = partial(ratio, rounds=rounds)
    least = timed(evaluate_both, evaluate)
    both = timed(lambda: compare_rules(plain, lunch, next(copies), now=END), evaluate)
    search = timed(lambda: smallest_target(plain, next(copies), share="0.95", now=END), evaluate)
    before, after = many_rules(8), many_rules(9)
    began = thread_time()
    diff_rules(before, after)
    took = thread_time() - began
    return [
        ("both evaluations alone / one cold evaluation", least, ""),
        ("compare_rules, a lunch break / one cold evaluation", both, "<= 1.5"),
        ("smallest_target / one cold evaluation", search, "<= 1.2"),
        ("diff_rules of 40 rules over 3 fields, s", took, "<= 1"),
    ]


def forecast_rows(records: tuple[Incident, ...]) -> list[tuple[str, float | str, str]]:
    """Compare a fit with sorting its rows, an answer with a bisect, and twice with once."""
    chance = Random(1)  # noqa: S311  a benchmark; a list in order would sort in no time
    rows = [(-1, chance.randrange(86_400_000_000), chance.random() < 0.8) for _ in range(40_000)]
    entered, left, ended = (list(column) for column in zip(*rows, strict=True))
    curve = HazardCurve(entered, left, ended)
    curve.tail(10**9, 2 * 10**9)
    fit = ratio(
        lambda: HazardCurve(entered, left, ended).tail(0, 10**9), lambda: sorted(rows), rounds=9
    )
    edges = sorted(left)
    answer = ratio(
        lambda: curve.tail(10**9, 2 * 10**9),
        lambda: bisect_right(edges, 10**9),
        rounds=31,
        number=200,
    )
    agreed = SlaDefinition.resolution(hours=8, calendar=OFFICE)
    half = records[: len(records) // 2]
    copies, halves = fresh(records, 6), fresh(half, 6)
    grows = ratio(
        lambda: breach_model(agreed, next(copies), as_of=END),
        lambda: breach_model(agreed, next(halves), as_of=END),
        rounds=5,
    )
    found: list[tuple[str, float | str, str]] = [
        ("fit of a curve / sorted of its 40,000 rows", fit, "<= 3"),
        ("one answer of a curve / one bisect", answer, "<= 10"),
        ("breach_model of twice the history / of once", grows, "<= 2.2"),
    ]
    try:
        from lifelines import KaplanMeierFitter  # noqa: PLC0415  not a dependency
    except ModuleNotFoundError:
        return [*found, ("an answer of lifelines / ours", "not installed", ">= 100")]
    theirs = KaplanMeierFitter().fit([value / 1e6 for value in left], ended)
    peer = ratio(
        lambda: theirs.predict(2_000) / theirs.predict(1_000),
        lambda: curve.tail(10**9, 2 * 10**9),
        rounds=31,
        number=20,
    )
    return [*found, ("an answer of lifelines / ours", peer, ">= 100")]


def main() -> None:
    """Print the ratios."""
    print_table("simulation", simulation_rows())
    records = run(watch=False).records
    print_table("what-if", whatif_rows(records))
    print_table("forecast", forecast_rows(records))


if __name__ == "__main__":
    main()
