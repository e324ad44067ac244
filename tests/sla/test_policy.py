"""Policies: which definition holds, and how one takes over from another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import ALWAYS, during, field
from incidentcore.errors import SlaDefinitionError
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaRule,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.values import Priority
from incidentcore.words import GERMAN

from .desk import ALWAYS_OPEN, HOUR, OFFICE, at, incident

OPEN = field("state.open").is_true()


GOLD = field("custom.tier").equals("gold")


def resolution(hours: float = 4, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=calendar), **more)


def tell(rules: Any, record: Incident, now: str | datetime) -> Any:
    return evaluate_sla(rules, record, now=at(now))


def told(status: SlaStatus) -> tuple[str, timedelta]:
    return status.stage, status.elapsed


TIERED = (
    ("mon 09:00", {"tier": "silver"}),
    ("mon 10:00", "on_hold"),
    ("mon 11:00", {"tier": "gold"}),
    ("mon 12:00", "in_progress"),
)


def tiers(swap: str, **more: Any) -> SlaPolicy:
    gold = resolution(4, name="gold", swap=swap, **more)
    return SlaPolicy([(GOLD, gold)], default=resolution(8, name="silver"))


@pytest.mark.parametrize(
    ("swap", "paused", "running", "due", "results"),
    [
        ("retroactive", 1, 2, "mon 15:00", ["running"]),
        ("retroactive_without_pauses", 2, 3, "mon 14:00", ["running"]),
        ("keep_elapsed", 1, 2, "mon 15:00", ["running"]),
        ("restart", 0, 1, "mon 16:00", ["replaced", "running"]),
    ],
)
def test_swap_while_paused(
    swap: str, paused: int, running: int, due: str, results: list[str]
) -> None:
    """The four ways to take over at 11:00 a clock that is paused since 10:00."""
    record = incident(("mon 09:00", "new"), *TIERED)
    status = tell(tiers(swap), record, "mon 11:30")
    assert ("paused", paused * HOUR, "gold") == (*told(status), status.definition.name)
    assert status.due_at is None
    status = tell(tiers(swap), record, "mon 13:00")
    assert ("running", running * HOUR, at(due)) == (*told(status), status.due_at)
    assert results == [cycle.result for cycle in status.cycles]


@pytest.mark.parametrize(
    ("swap", "elapsed", "results"),
    [
        ("retroactive", 4, ["running"]),
        ("keep_elapsed", 1, ["canceled", "running"]),
        ("restart", 1, ["canceled", "running"]),
    ],
)
def test_swap_to_none_and_back(swap: str, elapsed: int, results: list[str]) -> None:
    """No promise cancels; back again, a retroactive one tells the whole life anew."""
    policy = SlaPolicy([(GOLD, resolution(8, swap=swap))])
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", {"tier": "none"}),
        ("mon 12:00", {"tier": "gold"}),
    )
    gone = tell(policy, record, "mon 11:00")
    assert (*told(gone), gone.due_at) == ("canceled", HOUR, None)
    status = tell(policy, record, "mon 13:00")
    assert ("running", elapsed * HOUR) == told(status)
    assert results == [cycle.result for cycle in status.cycles]


def test_no_promise_from_the_start() -> None:
    """Stage none and no definition (S10)."""
    status = tell(SlaPolicy([(GOLD, resolution())]), incident(("mon 09:00", "new")), "mon 12:00")
    assert (status.stage, status.definition, status.definition_hash) == ("none", None, None)
    assert "no SLA applies" in str(status.trace)


def test_no_promise_shows_times_in_the_zone_of_the_rules() -> None:
    """In June, 09:00 to 12:00 UTC is 11:00 to 14:00 in Berlin; two zones are shown in UTC (S7)."""
    record = incident(("mon 09:00", "new"))
    berlin, paris = (
        SlaDefinition.resolution(
            name=zone,
            hours=4,
            calendar=BusinessCalendar(zone=zone, hours={"mon-fri": "08:00-18:00"}),
        )
        for zone in ("Europe/Berlin", "Europe/Paris")
    )
    told = [
        tell(SlaPolicy([(GOLD, one) for one in rules]), record, "mon 12:00").trace.rows()[0][0]
        for rules in ([berlin], [berlin, paris])
    ]
    assert [text.split()[-1] for text in told] == ["14:00", "12:00"]


def test_no_promise_for_want_of_a_priority_says_so() -> None:
    """Only where the conditions read it and it is None; in German too."""
    high = SlaPolicy([(field("priority").equals(Priority.HIGH), resolution())])
    record = incident(("mon 09:00", "new"))
    assert record.priority is None
    trace = tell(high, record, "mon 12:00").trace
    said = "no SLA applies; the conditions test the priority, which is None"
    assert trace.summary == said
    assert trace.summary.in_words(GERMAN).startswith("kein Vertrag gilt; ")
    gold = tell(SlaPolicy([(GOLD, resolution())]), record, "mon 12:00")
    assert gold.trace.summary == "no SLA applies"
    low = Incident.open(id="A", title="x", by="kim", at=at("mon 09:00"), priority=Priority.LOW)
    assert tell(high, low, "mon 12:00").trace.summary == "no SLA applies"


def test_a_swap_after_the_stop_waits_for_a_reopening() -> None:
    """A finished clock is judged; raising the priority afterwards does not breach it."""
    record = incident(
        ("mon 09:00", "new"),
        ("mon 14:00", "resolved"),
        ("mon 15:00", {"tier": "gold"}),
        ("mon 16:00", "in_progress"),
    )
    stopped = tell(tiers("retroactive"), record, "mon 15:30")
    assert (
        stopped.stage,
        stopped.definition.name,
        stopped.cycles[0].result,
    ) == ("stopped", "silver", "met")
    reopened = tell(tiers("retroactive"), record, "mon 17:00")
    assert (*told(reopened), reopened.breached) == ("running", 6 * HOUR, True)


def test_no_promise_at_the_reopening_leaves_the_result() -> None:
    """A stopped clock is not attached, so there is nothing to cancel."""
    policy = SlaPolicy([(GOLD, resolution(4))])
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", "resolved"),
        ("mon 11:00", {"tier": "none"}),
        ("mon 12:00", "in_progress"),
    )
    status = tell(policy, record, "mon 13:00")
    assert (*told(status), status.cycles[0].result) == ("stopped", HOUR, "met")


@pytest.mark.parametrize("swap", ["restart", "none"])
def test_a_stop_at_the_instant_of_a_swap_ends_the_old_clock(swap: str) -> None:
    """Resolved and re-prioritized at one instant: the old promise is judged, not replaced."""
    policy = SlaPolicy(
        [(GOLD, resolution(4, name="gold"))]
        + ([] if swap == "none" else [(ALWAYS, resolution(1, swap=swap))])
    )
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", "resolved"),
        ("mon 10:00", {"tier": "none"}),
    )
    status = tell(policy, record, "mon 13:00")
    assert [(cycle.definition, cycle.result) for cycle in status.cycles] == [("gold", "met")]


def test_a_retroactive_definition_tells_resets_anew() -> None:
    """As if it had always applied: cycles that were only reset are its own (law under S)."""
    first = SlaDefinition.update(every=4 * HOUR, calendar=ALWAYS_OPEN, name="silver")
    second = attrs.evolve(first, name="gold", target=HOUR)
    policy = SlaPolicy([(GOLD, second)], default=first)
    record = incident(("mon 09:00", "new"), ("mon 11:00", "reply"), ("mon 12:00", {"tier": "gold"}))
    together, alone = tell(policy, record, "mon 12:00"), tell(second, record, "mon 12:00")
    assert [(cycle.definition, cycle.result) for cycle in together.cycles] == [
        ("gold", "breached"),
        ("gold", "running"),
    ]
    assert alone.cycles == together.cycles


def test_a_service_level_tells_each_of_its_clocks() -> None:
    """Response, resolution and an OLA that starts when its group gets the record."""
    ola = resolution(
        2, name="ola", start=OPEN & field("custom.group").equals("network"), agreement="ola"
    )
    level = ServiceLevel(
        [SlaDefinition.first_response(hours=1, calendar=OFFICE), resolution(8), ola]
    )
    record = incident(("mon 09:00", "new"), ("mon 11:00", {"group": "network"}))
    found = tell(level, record, "mon 12:00")
    assert [at("mon 09:00"), at("mon 09:00"), at("mon 11:00")] == [s.started_at for s in found]
    assert [at("mon 10:00"), at("mon 17:00"), at("mon 13:00")] == [s.due_at for s in found]


def test_the_shortest_target_wins_where_asked() -> None:
    """As iTop does; where nothing matches the default holds."""
    policy = SlaPolicy(
        [SlaRule(ALWAYS, resolution(8)), SlaRule(GOLD, resolution(2, name="gold"))],
        match="shortest",
    )
    record = incident(("mon 09:00", "new"), ("mon 09:00", {"tier": "gold"}))
    assert tell(policy, record, "mon 10:00").definition.name == "gold"
    with pytest.raises(SlaDefinitionError, match="shortest"):
        SlaPolicy([(ALWAYS, resolution(target=BusinessDays(1)))], match="shortest")


def test_a_time_of_day_is_that_of_the_opening() -> None:
    """A rule for the night is judged at the opening: of the facts, or of the call without it."""
    night = resolution(8, name="night")
    policy = SlaPolicy([(during(OFFICE), resolution(4))], default=night)
    noon, evening = at("mon 12:00"), at("mon 20:00")
    assert policy.pick({"opened_at": noon}, at=evening) == resolution(4)
    assert policy.pick({"opened_at": evening}, at=noon) is night
    assert policy.pick({}, at=noon) == resolution(4)
    assert policy.pick({}, at=evening) is night


def test_a_policy_as_a_table_has_its_rules_in_order() -> None:
    """Which records, which definition, how long, by which calendar; the default last."""
    vip = field("custom.vip").is_true()
    policy = SlaPolicy(
        [(vip, resolution(2, name="vip"))],
        default=resolution(target=BusinessDays(1), name="rest"),
    )
    heads, rows, numbers = policy.cells()
    assert attrs.evolve(policy, default=None).cells() == (heads, rows[:1], numbers)

    assert heads == ["records", "definition", "target", "calendar"]
    assert [row[:3] for row in rows] == [
        [str(vip), "vip", "2:00"],
        ["any other", "rest", str(BusinessDays(1))],
    ]


def test_what_was_crossed_before_a_start_moved_stays_crossed() -> None:
    """Gold took over at 11:00 and was due at 12:00; at 14:00 the start moves to 13:00."""
    gold = resolution(3, name="gold", starts_from="custom.begun_at", start=ALWAYS)
    silver = resolution(8, name="silver", starts_from="custom.begun_at", start=ALWAYS)
    policy = SlaPolicy([(GOLD, gold)], default=silver)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"begun_at": at("mon 09:00")}),
        ("mon 11:00", {"tier": "gold"}),
        ("mon 14:00", {"begun_at": at("mon 13:00")}),
    )
    before = tell(policy, record, "mon 13:30")
    assert [one.at for one in before.crossings("due")] == [at("mon 12:00")]
    moved = tell(policy, record, "mon 15:00")
    assert (moved.elapsed, moved.due_at) == (2 * HOUR, at("mon 16:00"))
    assert [one.at for one in moved.crossings("due")] == [at("mon 12:00")]
    swapped = [one for one in moved.trace if one.code == "swapped"]
    assert [one.interval.start for one in swapped] == [at("mon 11:00")]


def test_time_that_was_promised_otherwise_is_told_as_replaced() -> None:
    """With a restart, the first two hours belong to a promise that holds no longer."""
    record = incident(("mon 09:00", "new"), ("mon 11:00", {"tier": "gold"}))
    trace = tell(tiers("restart"), record, "mon 12:00").trace
    assert [(one.code, one.interval.duration, one.counted) for one in trace] == [
        ("replaced", 2 * HOUR, timedelta()),
        ("swapped", timedelta(), timedelta()),
        ("counting", HOUR, HOUR),
    ]


def test_a_promise_for_what_was_left_without_one_waits_for_an_opening() -> None:
    """Reopened at 11:00 without one; silver comes while it is resolved, and starts at 14:00."""
    silver = field("custom.tier").equals("silver")
    policy = SlaPolicy(
        [
            (GOLD, resolution(4, name="gold")),
            (silver, resolution(4, name="silver", swap="restart")),
        ]
    )
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", "resolved"),
        ("mon 11:00", {"tier": "none"}),
        ("mon 11:00", "in_progress"),
        ("mon 12:00", "resolved"),
        ("mon 13:00", {"tier": "silver"}),
        ("mon 14:00", "in_progress"),
    )
    judged = [("gold", "met")]
    for words in ("mon 11:30", "mon 13:30"):
        status = tell(policy, record, words)
        assert [(one.definition, one.result) for one in status.cycles] == judged
    status = tell(policy, record, "mon 15:00")
    assert (*told(status), status.due_at) == ("running", HOUR, at("mon 18:00"))
    assert [(one.definition, one.result) for one in status.cycles] == [
        *judged,
        ("silver", "running"),
    ]


def test_the_event_that_ends_a_cycle_is_named() -> None:
    """A resolution, a takeover with a restart, and no promise any longer."""
    record = incident(
        ("mon 09:00", "new"), ("mon 10:00", {"tier": "gold"}), ("mon 11:00", "resolved")
    )
    cycles = tell(tiers("restart"), record, "mon 12:00").cycles
    assert [(cycle.result, cycle.stopped_by) for cycle in cycles] == [
        ("replaced", record.history[1]), ("met", record.history[2])
    ]  # fmt: skip
    assert cycles[1].stopped_at == at("mon 11:00")
    bronze = SlaPolicy([(~GOLD, resolution(8))])
    (canceled,) = tell(bronze, record, "mon 10:30").cycles
    assert (canceled.result, canceled.stopped_by) == ("canceled", record.history[1])
    assert tell(tiers("restart"), record, "mon 10:30").cycles[-1].stopped_by is None
