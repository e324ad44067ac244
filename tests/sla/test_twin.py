"""Two clocks of the same conditions, folded once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, field
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import (
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    evaluate_sla,
)
from incidentcore.sla.twin import twin_of
from incidentcore.testing import histories, sla_definitions, sla_policies
from incidentcore.testing.checks_sla import moments_near
from incidentcore.testing.strategies_sla import definitions_of


@st.composite
def retargeted(draw: st.DrawFn, clock: Any) -> Any:
    """Return a clock with other targets, calendars and thresholds for each of its definitions."""
    if isinstance(clock, SlaPolicy):
        known = {one: draw(retargeted(one)) for one in clock.definitions}
        rules = [(rule.when, known[rule.definition]) for rule in clock.rules]
        default = None if clock.default is None else known[clock.default]
        return attrs.evolve(clock, rules=rules, default=default)
    other = draw(sla_definitions(clock.name))
    names = draw(st.sets(st.sampled_from(("target", "calendar", "thresholds"))))
    return attrs.evolve(clock, **{name: getattr(other, name) for name in names})


@pytest.mark.heavy
@given(st.one_of(sla_definitions(), sla_policies()), st.data())
def test_a_twin_says_what_its_own_fold_says(clock: Any, data: st.DataObject) -> None:
    """The same conditions give the same cycles; only their judgment differs."""
    other = data.draw(retargeted(clock))
    record = data.draw(histories(clock))
    now = data.draw(moments_near(clock, record))
    twin = twin_of(clock, other)
    assert twin is not None or any(
        not isinstance(one.target, timedelta)
        for one in (*definitions_of(clock), *definitions_of(other))
    )
    if twin is None:
        return
    found = twin.status(evaluate_sla(clock, record, now=now))
    fresh = evaluate_sla(other, record, now=now)
    assert found == fresh
    for name in ("elapsed", "due_at", "cycles", "thresholds", "next_wakeup"):
        assert getattr(found, name) == getattr(fresh, name), name
    for point in ("due", "breach"):
        assert found.crossings(point) == fresh.crossings(point)
    assert str(found.trace) == str(fresh.trace)


@pytest.mark.parametrize(
    "change",
    [
        {"pause": ALWAYS},
        {"reopen": "new_cycle"},
        {"swap": "restart"},
        {"answered_by": ("bot",)},
        {"target": DueDate("custom.due")},
        {"calendar": CalendarByField("custom.region", {}, BusinessCalendar.always())},
    ],
)
def test_what_the_fold_reads_makes_no_twin(change: dict[str, Any]) -> None:
    """Other conditions, a field that moves the due time, or a calendar by field."""
    plain = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    assert twin_of(plain, attrs.evolve(plain, **change)) is None
    assert twin_of(plain, SlaPolicy([(ALWAYS, plain)])) is None
    assert twin_of(plain, attrs.evolve(plain, target=timedelta(hours=5))) is not None


def test_policies_are_twins_by_their_rules_and_their_default() -> None:
    """Each rule has the condition of the other's rule, the first one that matches is used."""
    four, eight = (
        SlaDefinition.resolution(hours=h, calendar=BusinessCalendar.always()) for h in (4, 8)
    )
    gold, silver = (field("custom.tier").equals(name) for name in ("gold", "silver"))
    plain = SlaPolicy([(gold, four)])
    assert twin_of(plain, SlaPolicy([(gold, eight)])) is not None
    assert twin_of(
        SlaPolicy([(gold, four)], default=four), SlaPolicy([(gold, eight)], default=eight)
    )
    assert twin_of(plain, SlaPolicy([(silver, eight)])) is None
    assert twin_of(plain, SlaPolicy([(gold, eight), (silver, eight)])) is None
    assert twin_of(plain, SlaPolicy([(gold, eight)], match="shortest")) is None
    assert twin_of(plain, SlaPolicy([(gold, eight)], default=eight)) is None
    assert twin_of(SlaPolicy([(gold, four)], default=four), SlaPolicy([(gold, eight)])) is None


def test_definitions_that_are_one_on_one_side_alone_make_no_twin() -> None:
    """Nothing takes over where both tiers have one promise; it does where they have two."""
    two = [SlaDefinition.resolution(hours=h, calendar=BusinessCalendar.always()) for h in (4, 8)]
    tiers = [field("custom.tier").equals(name) for name in ("gold", "silver")]
    same, split = (SlaPolicy(zip(tiers, given, strict=True)) for given in ([two[0], two[0]], two))
    assert twin_of(same, split) is None
    assert twin_of(split, same) is None
    assert twin_of(split, split) is not None
