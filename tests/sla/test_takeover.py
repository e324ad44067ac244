"""One definition takes over from another."""

from __future__ import annotations

import pytest
from tests.sla.desk import HOUR, at, incident
from tests.sla.test_policy import GOLD, resolution, tell, tiers, told

from incidentcore.conditions import field
from incidentcore.sla import (
    SlaPolicy,
)
from incidentcore.sla.crossings import Edition
from incidentcore.sla.evaluate import life_of
from incidentcore.sla.takeover import fold_clock
from incidentcore.words import GERMAN


@pytest.mark.parametrize(
    ("swap", "results"), [("keep_elapsed", ["running"]), ("restart", ["canceled", "running"])]
)
def test_another_tier_does_not_bring_a_canceled_clock_back(swap: str, results: list[str]) -> None:
    """Only where nothing cancels it any more the other promise takes over, in its way."""
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "canceled"),
        ("mon 11:00", {"tier": "gold"}),
        ("mon 12:00", "in_progress"),
    )
    gone = tell(tiers(swap), record, "mon 11:30")
    assert (gone.stage, gone.definition.name, len(gone.cycles)) == ("canceled", "silver", 1)
    again = tell(tiers(swap), record, "mon 13:00")
    assert (again.stage, again.definition.name) == ("running", "gold")
    assert [one.result for one in again.cycles] == results


def test_no_promise_and_then_another_leave_a_result_alone() -> None:
    """Met at 10:00; neither losing the promise nor another one for what is resolved changes it."""
    silver = field("custom.tier").equals("silver")
    policy = SlaPolicy([(GOLD, resolution(4, name="gold")), (silver, resolution(1, name="silver"))])
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", "resolved"),
        ("mon 11:00", {"tier": "none"}),
        ("mon 12:00", {"tier": "silver"}),
    )
    status = tell(policy, record, "mon 13:00")
    assert told(status) == ("stopped", HOUR)
    assert [(one.definition, one.result) for one in status.cycles] == [("gold", "met")]


def test_a_returning_definition_sees_what_its_ended_clock_did_not() -> None:
    """Gold counts 9:00-10:00 and, as its stop ends at 11:00, again from then on: 3 h at 13:00."""
    done, hot = field("custom.done").is_true(), field("custom.hot").is_true()
    silver = field("custom.tier").equals("silver")
    gold = resolution(8, name="gold", stop=done)
    policy = SlaPolicy([(silver, resolution(8, name="silver", start=hot))], default=gold)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", {"done": True}),
        ("mon 10:30", {"tier": "silver"}),
        ("mon 11:00", {"done": False}),  # silver does not start yet
        ("mon 12:00", {"hot": True}),
        ("mon 12:30", {"tier": "gold"}),
    )
    assert told(tell(policy, record, "mon 13:00")) == ("running", 3 * HOUR)


def test_a_retroactive_takeover_leaves_finished_cycles_as_they_were_judged() -> None:
    """A second cycle since 12:00 becomes gold at 13:00; the first stays silver and met."""
    gold = resolution(4, name="gold", reopen="new_cycle")
    policy = SlaPolicy([(GOLD, gold)], default=resolution(8, name="silver", reopen="new_cycle"))
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:30", {"note": "w"}),
        ("mon 10:00", "resolved"),
        ("mon 12:00", "in_progress"),
        ("mon 12:30", {"note": "x"}),
        ("mon 13:00", {"tier": "gold"}),
    )
    status = tell(policy, record, "mon 14:00")
    assert (*told(status), status.due_at) == ("running", 2 * HOUR, at("mon 16:00"))
    assert [(one.definition, one.result, one.elapsed) for one in status.cycles] == [
        ("silver", "met", HOUR),
        ("gold", "running", 2 * HOUR),
    ]


@pytest.mark.parametrize(("swap", "number"), [("keep_elapsed", 1), ("restart", 2)])
def test_a_takeover_belongs_to_the_cycle_that_it_begins(swap: str, number: int) -> None:
    """The same cycle where the time is kept, the next one after a restart."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", {"tier": "gold"}))
    status = tell(tiers(swap), record, "mon 11:00")
    (entry,) = [entry for entry in status.trace if entry.code == "swapped"]
    assert (entry.cycle, entry.interval.start) == (number, at("mon 10:00"))


def test_a_stopped_clock_is_paused_also_while_another_tier_waits_for_the_reopening() -> None:
    """Of the two hours since the stop, the one from 10:30 to 11:30 is a pause of either tier."""
    wait = field("custom.wait").is_true()
    silver, gold = (
        resolution(8, name=name, reopen="continue", pause=wait, swap="keep_elapsed")
        for name in ("silver", "gold")
    )
    policy = SlaPolicy([(GOLD, gold)], default=silver)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "resolved"),
        ("mon 10:30", {"tier": "gold", "wait": True}),
        ("mon 11:30", {"wait": False}),
        ("mon 12:00", "in_progress"),
    )
    assert told(tell(policy, record, "mon 13:00")) == ("running", 3 * HOUR)


@pytest.mark.parametrize(
    ("swap", "english", "german"),
    [
        ("keep_elapsed", "keep elapsed", "Verbrauch bleibt"),
        ("restart", "restart", "Neubeginn"),
        ("retroactive", "retroactive", "rückwirkend"),
        (
            "retroactive_without_pauses",
            "retroactive without pauses",
            "rückwirkend, Anhalten zählt mit",
        ),
    ],
)
def test_a_takeover_says_in_each_language_what_becomes_of_the_time(
    swap: str, english: str, german: str
) -> None:
    record = incident(("mon 09:00", "new"), ("mon 10:00", {"tier": "gold"}))
    trace = tell(tiers(swap), record, "mon 11:00").trace
    (entry,) = [entry for entry in trace if entry.code == "swapped"]
    assert entry.text == f"gold takes over from silver ({english})"
    assert entry.in_words(GERMAN) == f"gold löst silver ab ({german})"


def test_each_value_of_the_field_that_a_clock_starts_from_has_its_edition() -> None:
    """Begun at 10:00, at 11:00 said to be 9:30, at 12:00 to be 9:45: two, the first since ever."""
    clock = resolution(4, starts_from="custom.begun")
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"begun": at("mon 10:00")}),
        ("mon 11:00", {"begun": at("mon 09:30")}),
        ("mon 12:00", {"begun": at("mon 09:45")}),
    )
    now = at("mon 13:00")
    editions: list[Edition] = []
    clock_now = fold_clock(clock, life_of(clock, record.timeline(now=now), now), editions, [])
    assert [(one.since, one.until, one.cycles[0].started_at) for one in editions] == [
        (None, at("mon 11:00"), at("mon 10:00")),
        (at("mon 11:00"), at("mon 12:00"), at("mon 09:30")),
    ]
    assert clock_now.started_at == at("mon 09:45")
