"""A hypothesis strategy for simulated runs of a desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from incidentcore.desk import Desk
from incidentcore.records import FieldsChanged
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.simulation import (
    Agent,
    Exponential,
    Hold,
    Lognormal,
    Simulation,
    Team,
    Workload,
    simulate,
)
from incidentcore.testing.strategies_sla import change_of, words_of
from incidentcore.values import Impact, Urgency

_HOUR: Final = timedelta(hours=1)


@st.composite
def simulations(draw: st.DrawFn, desk: Desk, *, start: datetime, days: int = 3) -> Simulation:
    """Generate simulated runs of a desk, including due items; seeds, people and arrivals vary.

    The incidents vary in impact, urgency, and the values that the desk's ``agreements`` and
    ``fields`` mention. Some are put on hold or reopened, and some callers give up.

    Args:
        desk: The desk; its incidents must have the actions of the standard lifecycle.
        start: The first instant of the run.
        days: The length of the run.
    """
    known = [one for one in desk.calendars.values() if isinstance(one, Calendar)]
    calendars = st.sampled_from([BusinessCalendar.always(), *known])
    holds = [row for row in desk.lifecycle("incident").transitions if row.action == "hold"]
    reasons = [str(one) for row in holds for field in row.fields for one in field.choices]
    kind = Workload(
        name="simulated",
        rate=draw(st.sampled_from((0.2, 0.5))),
        arrives=draw(calendars),
        opening=draw(st.lists(_openings(desk), min_size=1, max_size=4)),
        work=Lognormal(draw(st.integers(1, 6)) * _HOUR, 0.8),
        hold=Hold(
            chance=draw(st.sampled_from((0.0, 0.5))),
            lasts=Exponential(6 * _HOUR),
            reason=draw(st.sampled_from(reasons or ["awaiting_caller"])),
        ),
        reopen=draw(st.sampled_from((0.0, 0.5))),
        patience=draw(st.sampled_from((None, Exponential(9 * _HOUR)))),
    )
    agents = [Agent(name, draw(calendars)) for name in ("ada", "ben")[: draw(st.integers(1, 2))]]
    seed, end = draw(st.integers()), start + timedelta(days=days)
    return simulate(desk, Team(agents), [kind], seed=seed, start=start, end=end)


def _openings(desk: Desk) -> st.SearchStrategy[dict[str, Any]]:
    named: list[dict[str, Any]] = [
        {"custom": {one.name: word}}
        for one in desk.fields
        for word in (one.words or ((True, False) if one.kind == "bool" else ()))
    ]
    for path, value in words_of(agreement.when for agreement in desk.agreements):
        change = change_of(path, value) if isinstance(value, (str, bool)) else None
        if change is not None and change[0] is FieldsChanged:
            named.append(change[1]["fields"])
    return st.builds(
        lambda impact, urgency, named: {"impact": impact, "urgency": urgency, **named},
        st.sampled_from(Impact.scale.levels),
        st.sampled_from(Urgency.scale.levels),
        st.sampled_from(named or [{}]),
    )
