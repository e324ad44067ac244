"""KPIs."""

from incidentcore.conditions import field
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures import Count, Duration

MEAN_TIME_TO_RESOLVE = Kpi(id="mean_time_to_resolve", measure=Duration())
BACKLOG = Kpi(
    id="backlog",
    measure=Count(),
    population=field("state.open").is_true(),
    window_basis="snapshot",
)
