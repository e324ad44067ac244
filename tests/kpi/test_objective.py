"""Objectives: met or missed, and what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.kpi.tickets import minute, tickets

from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi import (
    Objective,
    catalogue,
    compute_kpis,
)


@pytest.mark.parametrize(
    ("objective", "said"),
    [(0.3, "met, 0.2 left"), (0.2, "missed, -0.2 left"), (0.25, "met, 0.0 left")],
)
def test_an_objective_is_met_or_missed_with_what_is_left(objective: float, said: str) -> None:
    """One of four was reopened; at most 30 % of four are 1.2, and 20 % are 0.8."""
    kpi = catalogue.REOPEN_RATE.replace(objective=Objective(at_most=objective))
    assert said in str(compute_kpis([kpi], tickets(), as_of=minute(300)))


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (95, "from 0 to 1; use 0.95 for 95 %$"),
        ("99.95", "from 0 to 1; use 0.9995 for 99.95 %$"),
        (100, "from 0 to 1; use 1.0 for 100 %$"),
        (101, "from 0 to 1$"),
        (-1, "from 0 to 1$"),
    ],
)
def test_a_percentage_is_no_share(goal: Any, said: str) -> None:
    """The refusal says the share that was meant, if it can be one; 1 is all."""
    with pytest.raises(KpiDefinitionError, match=f"^reopen_rate.objective: got .*{said}"):
        catalogue.REOPEN_RATE.replace(objective=Objective(at_least=goal))
    assert catalogue.REOPEN_RATE.replace(objective=Objective(at_least=1)).objective is not None


def test_an_objective_of_a_time_has_nothing_left_to_miss() -> None:
    """The standing is met or missed alone: a mean has no share of misses."""
    for bound, said in ((10_000, "met"), (0, "missed")):
        objective = Objective(at_most=timedelta(minutes=bound))
        kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(objective=objective)
        text = str(compute_kpis([kpi], tickets(), as_of=minute(300)))
        assert said in text
        assert f"{said}, " not in text


def test_an_objective_without_a_value_is_neither() -> None:
    """Nothing was measured."""
    kpi = catalogue.REOPEN_RATE.replace(objective=Objective(at_most=0.5))
    text = str(compute_kpis([kpi], [], as_of=minute(300)))
    assert not any(word in text for word in ("met", "missed"))
