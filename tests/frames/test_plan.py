"""What is asked decides which columns are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.kpi import AgeBuckets, Count, Kpi, catalogue
from incidentcore.kpi.engine.accumulators import instant
from incidentcore.values import FrozenMap

pytest.importorskip("numpy")
plan = pytest.importorskip("incidentcore.frames.plan")

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
COLUMNS = ("number", "created", "done", "status", "team", "prio", "site")
MAPPING = {
    "id": "number",
    "opened": 2,
    "resolved": "done",
    "state": "status",
    "group": "team",
    "priority": "prio",
}


def columns_of(kpi: Kpi, *groups: Any) -> set[str]:
    asked = plan.Plan((kpi,), MAPPING, AS_OF, groups, None, "exact", {})
    return set(asked.wanted(COLUMNS).values())


def test_moments_state_and_what_is_named_are_read() -> None:
    """Words of groups, populations and measures bring their columns; nothing else is read."""
    always = {"number", "created", "done", "status"}
    assert columns_of(catalogue.VOLUME) == always
    assert columns_of(catalogue.VOLUME, "assignment_group") == always | {"team"}
    by_site = Kpi(id="x", measure=Count(), population=field("custom.site").equals("y"))
    assert columns_of(by_site, "priority") == always | {"site", "prio"}


def test_ages_are_instants_that_moments_are_compared_with() -> None:
    """An edge of an age is one for every row."""
    asked = plan.Plan((catalogue.VOLUME,), MAPPING, AS_OF, (AgeBuckets((1, 5)),), None, "exact", {})
    day = 86_400_000_000
    assert [asked.instants[0] - at for at in asked.instants] == [0, day, 5 * day]


def test_an_instant_inside_a_mapping_is_one_for_every_row() -> None:
    """A condition on a structure is read to its last part."""
    then = AS_OF - timedelta(days=3)
    kpi = Kpi(
        id="x", measure=Count(), population=field("custom.seen").equals(FrozenMap({"by": then}))
    )
    asked = plan.Plan((kpi,), MAPPING, AS_OF, (), None, "exact", {})
    assert asked.instants == [instant(AS_OF), instant(then)]
