"""Which incidents count."""

from __future__ import annotations

from tests.improvement.desk import at, opened
from tests.improvement.test_problem_candidates import ITEM, find, story

from incidentcore.conditions import field
from incidentcore.instants import Interval
from incidentcore.records import (
    Problem,
    Record,
)


def test_only_incidents_of_the_period_and_population_count() -> None:
    """Everything else is counted under its reason, and the counts add up (rule I1)."""
    records: list[Record] = list(story())
    records.append(Problem.open(id="P", title="x", by="ada", at=at(1)))
    found = find(
        records,
        dimensions=ITEM,
        as_of=at(38),
        period=Interval(at(5), at(500)),
        population=~field("configuration_item").equals("host1"),
    )
    assert dict(found.left_out) == {
        "not_an_incident": 1,
        "not_known": 1,
        "outside_period": 5,
        "outside_population": 1,
    }
    assert found.n == 41 == found.counted + 8
    assert found.observed == Interval(at(5), at(38))
    early = find(records, dimensions=ITEM, as_of=at(38), period=Interval(at(-9), at(30)))
    assert early.observed == Interval(at(-9), at(30))  # nothing was opened in its first hours
    assert find(records, dimensions=ITEM, as_of=at(38)).observed == Interval(at(0), at(38))
    late = find(records, dimensions=ITEM, as_of=at(38), period=Interval(at(39), at(50)))
    assert late.observed is None


def test_exercises_are_left_out_by_name() -> None:
    """What was played is not a problem."""
    drill = opened("D", 1, exercise="fire", configuration_item="mx1")
    found = find([*story(), drill], dimensions=ITEM)
    assert dict(found.left_out) == {"exercise": 1}
