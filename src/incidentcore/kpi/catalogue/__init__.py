"""The catalogue: every shipped KPI, by name and by id.

``ALL`` maps ids to the definitions; the constants of this package are the same definitions.
Definitions that need an argument, such as an SLA policy, are functions. Definitions are values:
``replace`` returns a copy with changes, such as a different clock, and so with a different content
id.
"""

from __future__ import annotations

from typing import Final

from incidentcore.kpi.catalogue import flow, rates, service, times, updates
from incidentcore.kpi.catalogue.flow import *  # noqa: F403  its __all__ says which names
from incidentcore.kpi.catalogue.lookup import Meaning, kpis_of, lookup
from incidentcore.kpi.catalogue.rates import *  # noqa: F403
from incidentcore.kpi.catalogue.service import *  # noqa: F403
from incidentcore.kpi.catalogue.times import *  # noqa: F403
from incidentcore.kpi.catalogue.updates import *  # noqa: F403
from incidentcore.kpi.definition import Kpi
from incidentcore.values import FrozenMap

__all__ = ["ALL", "BASIC", "FLOW", "Meaning", "RATES", "SERVICE", "TIMES", "lookup"]
__all__ += flow.__all__
__all__ += rates.__all__
__all__ += service.__all__
__all__ += times.__all__
__all__ += updates.__all__

TIMES: Final = kpis_of(times)
RATES: Final = kpis_of(rates)
FLOW: Final = kpis_of(flow)
SERVICE: Final = kpis_of(service)
ALL: Final[FrozenMap[Kpi]] = FrozenMap({kpi.id: kpi for kpi in (*TIMES, *RATES, *FLOW, *SERVICE)})
BASIC: Final = (
    flow.VOLUME,
    flow.BACKLOG,
    times.MEAN_TIME_TO_ACKNOWLEDGE,
    times.MEAN_TIME_TO_RESOLVE,
    times.MEDIAN_TIME_TO_RESOLVE,
    times.P90_TIME_TO_RESOLVE,
    times.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
    rates.FIRST_CONTACT_RESOLUTION_RATE,
    rates.REOPEN_RATE,
)
"""The KPIs of a first page; they need no arguments."""
