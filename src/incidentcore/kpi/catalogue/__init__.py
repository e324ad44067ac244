"""The catalogue: every shipped KPI, by name and by id.

``ALL`` maps ids to the definitions; the constants of this package are the same definitions.
Definitions that need an argument, such as an SLA policy, are functions. Definitions are values:
``replace`` returns a copy with changes, such as a different clock, and so with a different content
id.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from incidentcore.kpi.catalogue import flow, rates, service, times, updates
from incidentcore.kpi.catalogue.flow import *  # noqa: F403  its __all__ says which names
from incidentcore.kpi.catalogue.lookup import Meaning, lookup
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


def _kpis(module: ModuleType) -> tuple[Kpi, ...]:
    """Return the KPIs of a module in the order of its source."""
    own = set(module.__all__)
    return tuple(one for name, one in vars(module).items() if name.isupper() and name in own)


TIMES: Final = _kpis(times)
RATES: Final = _kpis(rates)
FLOW: Final = _kpis(flow)
SERVICE: Final = _kpis(service)
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
