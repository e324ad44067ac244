"""Clocks for callers without records of ours, and the trace as a drawing."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.records import Incident, Timeline
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import IN_PROGRESS, NEW, ON_HOLD, Actor, State
from incidentcore.words import GERMAN

from .desk import ALWAYS_OPEN, HOUR, OFFICE, at, crossings, incident
from .stories import STATES, event, policies, rules, stories
from .walk import at as tick_at

FOUR = SlaDefinition.resolution(hours=4, calendar=OFFICE)


@given(
    st.one_of(rules().map(lambda rule: rule[0]), policies().map(lambda pair: pair[0])),
    stories(late=False),
    st.integers(0, 400),
)
def test_pairs_answer_as_the_full_record(clock: Any, story: Any, after: int) -> None:
    """The same figures, cycles and trace from (instant, facts) pairs, given in any order."""
    record = Incident.from_history(map(event, range(len(story)), story))
    pairs: list[tuple[Any, Any]] = []
    custom: dict[str, Any] = {}
    waiting = answered = None
    for tick, kind, value in story:
        if kind == "state":
            pairs.append((tick_at(tick), STATES[value]))
        elif kind == "set":
            custom = custom | value
            pairs.append((tick_at(tick), {"custom": custom}))
        elif kind == "message":
            waiting = waiting or tick_at(tick)
            pairs.append((tick_at(tick), {"unanswered_since": waiting}))
        elif kind == "reply":
            waiting, answered = None, answered or tick_at(tick)
            said = {"kind": "commented", "visibility": "public", "by": Actor("ada")}
            pairs.append(
                (tick_at(tick), {"unanswered_since": None, "first_response_at": answered, **said})
            )
    plain = Timeline.from_facts(pairs, id="INC-1")
    now = tick_at(story[-1][0] + after)
    full, ours = evaluate_sla(clock, record, now=now), evaluate_sla(clock, plain, now=now)
    assert full.cycles == ours.cycles
    assert (full.stage, full.due_at, full.thresholds) == (ours.stage, ours.due_at, ours.thresholds)
    assert (full.next_wakeup, full.record_id) == (ours.next_wakeup, ours.record_id)
    assert [(e.interval, e.code) for e in full.trace] == [(e.interval, e.code) for e in ours.trace]
    assert crossings(clock, record, "due", now=now) == crossings(clock, plain, "due", now=now)


def test_a_list_of_states_is_enough() -> None:
    """The shortest form, with states of the caller's own."""
    waiting = State("waiting for goods", open=True, pauses=True)
    plain = Timeline.from_facts([(at("mon 10:00"), waiting), (at("mon 09:00"), NEW)])
    status = evaluate_sla(FOUR, plain, now=at("mon 12:00"))
    assert (status.stage, status.elapsed, status.record_id) == ("paused", HOUR, "")
    assert "paused: waiting for goods" in str(status.trace)


def test_pairs_that_tell_no_history() -> None:
    """No pair, no state at first, or neither state nor facts: refused, saying what is missing."""
    with pytest.raises(InvalidTimelineError, match="state"):
        Timeline.from_facts([])
    with pytest.raises(InvalidTimelineError, match="state"):
        Timeline.from_facts([(at("mon 09:00"), {"custom": {}})])
    with pytest.raises(InvalidValueError, match="a State"):
        Timeline.from_facts([(at("mon 09:00"), "new")])  # type: ignore[list-item]  # the point
    plain = Timeline.from_facts([(at("mon 09:00"), NEW)])
    with pytest.raises(InvalidValueError, match="known_at"):
        evaluate_sla(FOUR, plain, now=at("mon 10:00"), known_at=at("mon 10:00"))
    assert evaluate_sla(FOUR, plain, now=at("mon 08:00")).stage == "not_started"


def test_two_pairs_at_one_instant() -> None:
    """The later in order counts, as of two events."""
    pairs = [(at("mon 09:00"), NEW), (at("mon 10:00"), ON_HOLD), (at("mon 10:00"), IN_PROGRESS)]
    assert evaluate_sla(FOUR, Timeline.from_facts(pairs), now=at("mon 11:00")).elapsed == 2 * HOUR


def test_the_trace_is_drawn_to_scale() -> None:
    """One rectangle for each stretch, as wide as it is long, with its words; safe in a page."""
    record = incident(("mon 09:00", "new"), ("mon 12:00", "on_hold/<b>&</b>"))
    trace = evaluate_sla(
        SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN), record, now=at("mon 21:00")
    ).trace
    drawn = ET.fromstring(trace.svg())  # noqa: S314  our own text
    bars = drawn.findall("{http://www.w3.org/2000/svg}rect")
    assert [float(bar.get("width", 0)) / float(drawn.get("width", 1)) for bar in bars] == [
        0.25,
        0.75,
    ]
    assert "paused: <b>&</b>" in "".join(bars[1].itertext())
    assert trace.svg() in trace._repr_html_()
    german = trace.svg(GERMAN)
    assert "angehalten: &lt;b&gt;&amp;&lt;/b&gt;" in german
    assert "verbraucht" in german
    empty = evaluate_sla(FOUR, record, now=at("mon 08:00")).trace.svg()
    assert not ET.fromstring(empty).findall("{http://www.w3.org/2000/svg}rect")  # noqa: S314  our own text
