"""What the strategies of promises draw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from tests.testing.choices import (
    OPEN,
    PAUSES,
    RESOLVED,
    WAIT,
    Choices,
    check_choices,
    examples,
)

from incidentcore.instants import Interval
from incidentcore.records import Commented, FieldsChanged, Incident, comment
from incidentcore.schedule import BusinessCalendar, Maintenance
from incidentcore.testing.strategies_sla import (
    _later,
    _targets,
    edges,
    follow,
    sla_definitions,
    sla_policies,
)
from incidentcore.values import Actor

# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    "_targets": (_targets(), 300, {".odd": "1..100000000000"}),
    "sla_definitions": (
        sla_definitions(),
        100,
        {
            "SlaDefinition.name": "promise",
            "SlaDefinition.target": "0m 1m 45m 240m 480m 1440m 10080m odd",
            "SlaDefinition.start": f"{OPEN}|always|custom.watch is True",
            "SlaDefinition.pause": f"{PAUSES}|{WAIT}|never|{WAIT} and {OPEN}",
            "SlaDefinition.resume": "None|custom.go is True",
            "SlaDefinition.stop": (
                f"{RESOLVED}|custom.fixed is True|first_response_at is present or {RESOLVED}"
            ),
            "SlaDefinition.cancel": "state.is_canceled is True|never|custom.void is True",
            "SlaDefinition.reset": "None|kind is 'commented' and by.role is 'agent'",
            "SlaDefinition.cancel_when_start_ends": "True False",
            "SlaDefinition.reopen": "exclude_closed continue new_cycle",
            "SlaDefinition.swap": "retroactive retroactive_without_pauses keep_elapsed restart",
            "SlaDefinition.thresholds#": "0 1 2 3",
            "BusinessDays.n": "0 1 2 3",
            "BusinessDays.end_of_day": "True False",
            "ByTimeOfDay.time": "16:00:00",
            "SlaThreshold.fraction": "None 1 3/4",
            "SlaThreshold.name": "three quarters|full|soon|late|elsewhere",
            "SlaThreshold.before_due": "None 30m",
            "SlaThreshold.after_due": "None 45m 90m",
        },
    ),
    "sla_policies": (
        sla_policies(),
        25,
        {
            "SlaDefinition.name": "gold silver default",
            "SlaRule.when": "custom.tier is 'gold'|custom.tier is 'silver'",
            "SlaPolicy.definitions#": "2 3",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])


OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
MONDAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOTE: Any = (Commented, {"text": "We are on it."})


def scripted(*answers: object) -> Callable[[object], Any]:
    """Return a function that draws these values, one after the other."""
    remaining = iter(answers)
    return lambda _: next(remaining)


def opened() -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", by="kim", at=MONDAY)


@pytest.mark.parametrize(
    ("drawn", "at", "recorded_at"),
    [
        ((False, 0, NOTE), 100, 100),
        ((False, 60, NOTE), 100, 160),  # recorded an hour late
        ((True, 90, 0, NOTE), 10, 10),  # moved back by 90 minutes
        ((True, 2_000, 60, NOTE), 0, 60),  # never before the opening
    ],
)
def test_an_event_follows_as_it_is_drawn(
    drawn: tuple[object, ...], at: int, recorded_at: int
) -> None:
    """Whether it is moved back, by how much, how late it is recorded, and what it is."""
    draw: Any = scripted(*drawn)
    record, when = follow(draw, opened(), st.none(), at=MONDAY + 100 * MINUTE, back=(90, 2_000))
    event = record.history[-1]
    assert when == event.at == MONDAY + at * MINUTE
    assert event.recorded_at == MONDAY + recorded_at * MINUTE
    assert (event.kind, event.by) == ("commented", Actor("ada"))


def test_an_event_may_be_corrected_and_what_is_refused_is_left_out() -> None:
    """The correction is at the corrected event or later; it needs one beside the opening."""
    record = comment(opened(), "?", at=MONDAY + 30 * MINUTE, by="kim")
    events, at = st.none(), MONDAY + 100 * MINUTE
    for when in (at, MONDAY + 30 * MINUTE):
        draw: Any = scripted(False, 60, True, record.history[1], when)
        corrected, _ = follow(draw, record, events, at=at, back=(1,))
        event = corrected.history[-1]
        assert (event.kind, event.at, event.recorded_at) == ("corrected", when, at + 60 * MINUTE)
    draw = scripted(False, 0, False, (FieldsChanged, {"fields": {"no_such_field": 1}}))
    assert follow(draw, record, events, at=at, back=(1,)) == (record, at)
    draw = scripted(False, 0, False, (Commented, {"text": "!", "by": Actor("kim", "requester")}))
    assert follow(draw, record, events, at=at, back=(1,))[0].history[-1].by.role == "requester"


@pytest.mark.table
def test_the_next_instant_is_some_steps_on_or_at_an_edge() -> None:
    """Monday noon lies in a window that ends at 17:00; Saturday before one that opens on Monday."""
    steps = {0, 1, 20, 90, 480, 1_500, 9_000}
    for at, ends in ((MONDAY, {0, 300}), (MONDAY - 48 * 60 * MINUTE, {2_700, 3_180})):
        drawn = {(one - at) // MINUTE for one in examples(_later(at, (OFFICE,)), 300, 1)}
        assert drawn == steps | ends
    never = Maintenance(Interval(MONDAY, MONDAY + MINUTE))
    late = MONDAY + 60 * MINUTE
    assert {(one - late) // MINUTE for one in examples(_later(late, (never,)), 300, 1)} == steps


def test_the_next_edge_is_an_opening_or_a_closing() -> None:
    """Asked at 8:00 of an office from nine to five; a calendar that never closes has no edge."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    eight = datetime(2026, 6, 1, 8, tzinfo=UTC)
    drawn = examples(edges(eight, [office]), 20, 1)
    assert {one.hour for one in drawn} == {9, 17}
    assert set(examples(edges(eight, [BusinessCalendar.always()]), 20, 1)) == {eight}
