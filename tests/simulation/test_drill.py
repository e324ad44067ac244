"""Drills are values, and their injects are given once each (rule X1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.errors import DefinitionError
from incidentcore.serialization import dumps, loads
from incidentcore.simulation import BotStep, Drill, Expectation, Inject, injects_due
from incidentcore.sla import SlaDefinition

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLOCK = SlaDefinition(
    name="acknowledge", target=5 * MINUTE, stop=field("acknowledged_at").present()
)


def test_injects_are_sorted_by_time() -> None:
    """They may be written in any order; of one instant the order given stays."""
    injects = [Inject(5 * MINUTE, "call", "b"), Inject(MINUTE, "mail", "a")]
    injects.append(Inject(5 * MINUTE, "note", "c"))

    assert [one.text for one in Drill(name="d", lasts=9 * MINUTE, injects=injects).injects] == [
        *"abc"
    ]


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"name": "a/b"}, "without a slash"),
        ({"lasts": -MINUTE}, "not negative"),
        ({"injects": ["call"]}, "an Inject"),
        ({"injects": [Inject(11 * MINUTE, "call", "late")]}, "at most 0:10:00, its end"),
        ({"bot": [BotStep(11 * MINUTE, "open", "kim")]}, "at most 0:10:00, its end"),
        ({"expects": [Expectation("a", CLOCK), Expectation("a", CLOCK)]}, "each name once"),
        ({"plan": "updates"}, "a CommunicationPlan, or None"),
    ],
)
def test_what_contradicts_itself_is_refused(given_: dict[str, object], message: str) -> None:
    """The error says what is allowed."""
    fields: dict[str, object] = {"name": "d", "lasts": 10 * MINUTE, **given_}
    with pytest.raises(DefinitionError, match=message):
        Drill(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "where", "given_"),
    [
        (lambda: Inject(5, "call", "x"), "at", 5),
        (lambda: Inject(-MINUTE, "call", "x"), "at", -MINUTE),
        (lambda: Inject(MINUTE, "", "x"), "kind", ""),
        (lambda: Inject(MINUTE, "a/b", "x"), "kind", "a/b"),
        (lambda: Inject(MINUTE, "call", 5), "text", 5),
        (lambda: Inject(MINUTE, "call", "x", to=5), "to", 5),
        (lambda: Inject(MINUTE, "call", "x", checks=5), "checks", 5),
        (lambda: Expectation("", CLOCK), "name", ""),
        (lambda: Expectation("a", CLOCK, owner=5), "owner", 5),
        (lambda: Expectation("a", 5), "a.clock", 5),
        (lambda: BotStep("now", "open", "kim"), "at", "now"),
        (lambda: BotStep(MINUTE, "", "kim"), "do", ""),
        (lambda: BotStep(MINUTE, "open", 5), "by", 5),
        (lambda: BotStep(MINUTE, "open", "kim", record="a/b"), "record", "a/b"),
        (lambda: Drill(name=5, lasts=MINUTE), "name", 5),
        (lambda: Drill(name="d", lasts=5), "lasts", 5),
    ],
)
def test_an_error_names_the_attribute(make: Any, where: str, given_: object) -> None:
    """And what was given for it, for each part of a drill."""
    with pytest.raises(DefinitionError) as raised:
        make()
    assert (raised.value.where, raised.value.given) == (where, given_)


def test_an_inject_may_start_at_once_and_say_nothing() -> None:
    """Zero is a time, and an empty text is a text."""
    inject = Inject(timedelta(0), "call", "")
    assert (inject.at, inject.text, inject.to, inject.checks) == (timedelta(0), "", "", "")


def test_an_expectation_needs_a_clock() -> None:
    """A target alone is not one."""
    with pytest.raises(DefinitionError, match="an SlaDefinition"):
        Expectation("acknowledge", 5 * MINUTE)  # type: ignore[arg-type]


SPANS = st.integers(0, 120).map(lambda n: n * MINUTE)


@given(st.lists(SPANS, max_size=8), SPANS)
def test_injects_cut_at_any_instant_are_given_once(ats: list[timedelta], cut: timedelta) -> None:
    """What was delivered by the cut and what comes after are together all, and no key twice."""
    drill = Drill(name="d", lasts=120 * MINUTE, injects=[Inject(at, "note", "news") for at in ats])
    first = injects_due(drill, started_at=NINE, now=NINE + cut)
    keys = [one.key for one in first]
    rest = injects_due(drill, started_at=NINE, now=NINE + drill.lasts, already=keys)

    assert all(one.due_at <= NINE + cut for one in first)
    assert sorted(one.due_at for one in (*first, *rest)) == sorted(NINE + at for at in ats)
    assert len({one.key for one in (*first, *rest)}) == len(ats)


def test_a_drill_survives_its_document() -> None:
    """With its bot, whose fields are plain."""
    drill = Drill(
        name="d",
        lasts=9 * MINUTE,
        injects=[Inject(MINUTE, "call", "Help!", to="desk", checks="acknowledge")],
        expects=[Expectation("acknowledge", CLOCK, owner="desk")],
        bot=[BotStep(MINUTE, "open", "kim", fields={"impact": "high"})],
    )

    assert loads(dumps(drill), Drill) == drill
    assert len({drill, loads(dumps(drill), Drill)}) == 1
