"""Workloads, lengths and teams: when records arrive, how long they take, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp
from statistics import NormalDist
from typing import Any

import attrs
import pytest
from tests.simulation.test_desk_run import ALWAYS, HOUR, KINDS, MINUTE, run

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.lifecycle import InputField, Lifecycle, Transition
from incidentcore.priority import SERVICENOW, PriorityMatrix, PriorityPolicy, vip
from incidentcore.records import Incident
from incidentcore.simulation import (
    Agent,
    ByArrival,
    Empirical,
    Exponential,
    Hold,
    Lognormal,
    Team,
    Workload,
)
from incidentcore.simulation.workload import is_settled
from incidentcore.values import NEW, RESOLVED, Impact, Priority, Urgency

MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)


def test_rates_by_hour_of_the_week() -> None:
    """Only Tuesdays from nine to ten: every arrival is there."""
    rate = [0.0] * 168
    rate[24 + 9] = 5.0
    kinds = [Workload(name="web", rate=rate, arrives=ALWAYS, work=Exponential(MINUTE))]
    result = run(1, days=21, kinds=kinds, team=Team([Agent("ada", ALWAYS)]))
    assert len(result.records) > 5
    assert {(r.opened_at.weekday(), r.opened_at.hour) for r in result.records} == {(1, 9)}


def test_lengths_are_inverse_distributions() -> None:
    """Medians, the greatest of a sample, and what is refused."""
    assert Lognormal(HOUR, 1.5)(0.5) == HOUR
    assert Exponential(HOUR)(0.0) == timedelta(0)
    assert Empirical([2 * HOUR, HOUR])(0.999) == 2 * HOUR
    for wrong in (lambda: Exponential(timedelta(0)), lambda: Empirical([])):
        with pytest.raises(DefinitionError):
            wrong()


def test_by_arrival_the_key_is_how_long_it_waited() -> None:
    """Whatever the priority; only the time since which a record waits counts, not its opening."""
    opened = MIDNIGHT, MIDNIGHT + HOUR
    early, late = (Incident.open(id="I", title="t", at=at, by="kim") for at in opened)
    keys = [ByArrival()(late, MIDNIGHT + 2 * HOUR), ByArrival()(early, MIDNIGHT + 3 * HOUR)]
    assert keys[0] < keys[1]


def test_what_cannot_work_is_refused() -> None:
    """Names twice, a skill that nobody has, no agents, rates that never come."""
    web = KINDS[1]
    with pytest.raises(InvalidValueError, match="each name once"):
        run(kinds=[web, web])
    with pytest.raises(InvalidValueError, match="a skill of an agent"):
        run(agents=2, kinds=[attrs.evolve(web, skill="none")])
    for options in ({"rate": 0}, {"rate": [1, 2]}, {"burst": 0}, {"opening": []}, {"name": ""}):
        with pytest.raises(DefinitionError):
            attrs.evolve(web, **options)
    with pytest.raises(DefinitionError, match=r"chance: got 1\.5; allowed: a number from 0 to 1"):
        Hold(chance=1.5, lasts=Exponential(HOUR))
    with pytest.raises(DefinitionError):
        Team([])


def table(**row: Any) -> Lifecycle:
    steps = [Transition("resolve", NEW, RESOLVED, **row)]
    return Lifecycle("mine", "incident", states=(NEW, RESOLVED), initial=NEW, transitions=steps)


GIVEN = attrs.evolve(KINDS[0], opening={"computed_priority": Priority.HIGH})
OWN_FIELD = PriorityMatrix(
    Impact.scale, Urgency.scale, SERVICENOW.cells, column_field="custom.urgency"
)


@pytest.mark.parametrize(
    ("policy", "lifecycle", "kinds", "settled"),
    [
        (PriorityPolicy(), table(), [], True),
        (PriorityPolicy(), table(fields=["resolution_notes"]), KINDS, True),
        (PriorityPolicy(adjustments=[vip()]), table(), [], False),
        (PriorityPolicy(SERVICENOW.__call__), table(), [], False),
        (PriorityPolicy(OWN_FIELD), table(), [], False),
        (PriorityPolicy(), table(fields=["impact"]), [], False),
        (PriorityPolicy(), table(fields=[InputField("how", "urgency")]), [], False),
        (PriorityPolicy(), table(sets={"urgency": Urgency.LOW}), [], False),
        (PriorityPolicy(), table(), [GIVEN], False),
    ],
)
def test_a_priority_is_settled_if_nothing_changes_it_after_the_opening(
    policy: PriorityPolicy, lifecycle: Lifecycle, kinds: Any, settled: object
) -> None:
    """No adjustment, no calculator or field of one's own, no action and no opening that sets it."""
    assert is_settled(policy, lifecycle, kinds) is settled


def test_the_least_duration_is_that_of_a_share_next_to_nothing() -> None:
    """A share of zero is read as two to the power of -54, 8.2 deviations below the median."""
    spread = Lognormal(timedelta(hours=1), 1.0)
    deviations = NormalDist().inv_cdf(1 / 18_014_398_509_481_984)
    assert spread(0.0) == spread(2.0**-60) == timedelta(hours=1) * exp(deviations)
    assert spread(0.5) == timedelta(hours=1)
