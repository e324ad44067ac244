"""The laws under S as properties, on promises and policies of every kind and on the presets."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.instants import Interval
from incidentcore.records import Incident
from incidentcore.schedule import AbstractCalendar
from incidentcore.sla import (
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    evaluate_sla,
)
from incidentcore.testing import check_sla, histories, sla_definitions, sla_policies
from incidentcore.testing.checks_sla import SLA_LAWS, history_lines, moments_near

from .desk import ALWAYS_OPEN, HOUR, MINUTE, OFFICE, at, incident
from .stories import event, plain_rules, policies, rules, stories
from .walk import at as tick_at


@given(st.one_of(sla_definitions(), sla_policies()), st.data())
def test_the_laws_hold(clock: Any, data: st.DataObject) -> None:
    """Causality, order, trace, figures, elapsed, wake-ups and crossings, for any rules."""
    record = data.draw(histories(clock))
    now, later = sorted(data.draw(moments_near(clock, record)) for _ in range(2))
    for law in SLA_LAWS:
        try:
            law(clock, record, now, later)
        except AssertionError as error:
            raise AssertionError(f"{law.__name__}: {error}\n{history_lines(record)}") from error


@given(rules(), stories(late=False), st.data())
def test_another_pause_never_raises_elapsed(rule: Any, story: Any, data: st.DataObject) -> None:
    """Adding an interval of a pause that is a fact of its own: elapsed may only fall."""
    definition = attrs.evolve(
        rule[0], pause=rule[0].pause | field("custom.extra").is_true(), resume=None
    )
    start = data.draw(st.integers(story[0][0], story[-1][0] + 100))
    end = start + data.draw(st.integers(0, 120))
    now = tick_at(data.draw(st.integers(story[0][0], end + 50)))
    paused = [*story, (start, "set", {"extra": True}), (end, "set", {"extra": False})]
    one, other = (
        evaluate_sla(definition, Incident.from_history(map(event, range(len(s)), s)), now=now)
        for s in (story, paused)
    )
    if one.cycles and other.cycles:
        assert other.elapsed <= one.elapsed
        assert other.started_at == one.started_at


@given(rules(), stories(late=False), st.data())
def test_cutting_a_pause_in_two_changes_no_figure(
    rule: Any, story: Any, data: st.DataObject
) -> None:
    """Resumed and paused again at one instant is one pause."""
    definition, _ = rule
    cut = data.draw(st.integers(story[0][0], story[-1][0] + 50))
    held = [item for item in story if item[0] <= cut and "wait" in str(item[2])]
    waits = any(item[2]["wait"] for item in held[-1:])
    states = [item for item in story if item[0] <= cut and item[1] == "state"]
    twice = [
        *story,
        (cut, "set", {"wait": not waits}),
        (cut, "set", {"wait": waits}),
        (cut, "state", "in_progress" if states[-1][2] == "on_hold" else "on_hold"),
        (cut, "state", states[-1][2]),
    ]
    now = tick_at(data.draw(st.integers(cut, cut + 300)))
    whole, parted = (
        evaluate_sla(definition, Incident.from_history(map(event, range(len(s)), s)), now=now)
        for s in (story, twice)
    )
    assert whole.cycles == parted.cycles
    assert (whole.due_at, whole.stage) == (parted.due_at, parted.stage)


@given(plain_rules("silver"), st.sampled_from((1, 8, 40)), st.data())
def test_a_retroactive_swap_equals_the_second_alone(
    rule: Any, hours: int, data: st.DataObject
) -> None:
    """With equal conditions and no stop before it, every figure is that of the second alone."""
    first = attrs.evolve(rule[0], swap="retroactive")
    second = attrs.evolve(first, name="gold", target=hours * HOUR, calendar=OFFICE)
    policy = SlaPolicy([(field("custom.tier").equals("gold"), second)], default=first)
    story = data.draw(stories(late=False))
    story = [item for item in story if item[2] not in ("resolved", "closed")]
    if not story or story[0][1] != "state":
        return
    story.append((story[-1][0] + 5, "set", {"tier": "gold"}))
    record = Incident.from_history(map(event, range(len(story)), story))
    now = tick_at(story[-1][0] + data.draw(st.integers(0, 300)))
    together, alone = evaluate_sla(policy, record, now=now), evaluate_sla(second, record, now=now)
    assert alone.cycles == together.cycles
    whole = [entry for entry in together.trace if entry.interval]
    assert str(alone.trace.summary) == str(together.trace.summary)
    assert [c.interval.end for c in alone.trace][-1:] == [c.interval.end for c in whole][-1:]
    assert sum((e.counted for e in whole), 0 * HOUR) == sum(
        (e.counted for e in alone.trace), 0 * HOUR
    )
    assert alone == together


@given(st.one_of(rules().map(lambda rule: rule[0]), policies().map(lambda p: p[0])), stories())
def test_a_status_is_a_value(clock: Any, story: Any) -> None:
    """Equal answers are equal values: they hash alike and survive pickling."""
    record = Incident.from_history(map(event, range(len(story)), story))
    status = evaluate_sla(clock, record, now=tick_at(story[-1][0] + 40))
    again = pickle.loads(pickle.dumps(status))  # noqa: S301  our own bytes
    assert status == again
    assert hash(status) == hash(again)
    assert status.next_wakeup == again.next_wakeup


PRESETS = [
    SlaDefinition.resolution(hours=8, calendar=OFFICE),
    SlaDefinition.first_response(hours=1, calendar=OFFICE),
    SlaDefinition.next_response(hours=2, calendar=OFFICE),
    SlaDefinition.update(every=timedelta(hours=4), calendar=OFFICE),
    ServiceLevel(
        [
            SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN),
            SlaPolicy(
                [
                    (
                        field("priority.name").equals("critical"),
                        SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN, name="critical"),
                    ),
                    (
                        field("assignment_group").is_in("network", "mail"),
                        SlaDefinition.resolution(hours=16, calendar=OFFICE, name="groups"),
                    ),
                ],
                default=SlaDefinition.resolution(hours=40, calendar=OFFICE),
            ),
        ]
    ),
]


@pytest.mark.parametrize("preset", PRESETS, ids=["resolution", "first", "next", "update", "level"])
def test_the_presets_keep_the_laws(preset: Any) -> None:
    """``check_sla`` finds nothing wrong with what we ship."""
    check_sla(preset)


class Generous(AbstractCalendar):
    """A calendar that counts a minute too many."""

    def __init__(self) -> None:
        self.zone = OFFICE.zone

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Return the office's windows."""
        return OFFICE.windows(start, end)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Return more than they hold."""
        return OFFICE.open_time(start, end) + MINUTE


def test_check_sla_shows_a_history() -> None:
    """A calendar of a caller's that cannot be right breaks a law; the message lists the history."""
    wrong = SlaDefinition.resolution(hours=4, calendar=Generous())
    known = settings.get_current_profile_name()
    quick = settings(max_examples=20, phases=[Phase.generate], database=None)
    settings.register_profile("check_sla", quick, report_multiple_bugs=False)
    settings.load_profile("check_sla")
    try:
        with pytest.raises(AssertionError, match="history, in the order of recording") as caught:
            check_sla(wrong)
    finally:
        settings.load_profile(known)
    assert "opened" in str(caught.value)


def test_the_history_of_a_counterexample_is_listed() -> None:
    """One line for each event."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", {"tier": "gold"}), ("mon 11:00", 2))
    lines = history_lines(record).splitlines()
    assert len(lines) == 4
    assert at("mon 10:00").isoformat() in lines[2]
    assert "corrected INC-1:2" in lines[3]
