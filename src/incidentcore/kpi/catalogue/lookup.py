"""Find the KPIs that a name or an abbreviation may mean."""

from __future__ import annotations

from types import ModuleType
from typing import Final

import attrs

from incidentcore._checks import nearest
from incidentcore.errors import InvalidValueError
from incidentcore.kpi.catalogue import flow, rates, service, times
from incidentcore.kpi.definition import Kpi
from incidentcore.values import FrozenMap

__all__ = ["ALL", "Meaning", "lookup"]


def kpis_of(module: ModuleType) -> tuple[Kpi, ...]:
    """Return the KPIs of a module of the catalogue in the order of its source."""
    own = set(module.__all__)
    return tuple(one for name, one in vars(module).items() if name.isupper() and name in own)


ALL: Final[FrozenMap[Kpi]] = FrozenMap(
    {kpi.id: kpi for module in (times, rates, flow, service) for kpi in kpis_of(module)}
)


@attrs.frozen
class Meaning:
    """One of the KPIs that a name may mean.

    Attributes:
        kpi: The definition.
        difference: How it differs from the other KPIs with that name.
    """

    kpi: Kpi
    difference: str

    def __str__(self) -> str:
        return f"{self.kpi.id}: {self.difference}"


_DIFFERENCES: Final = {  # how a KPI differs from the others of its names, by id
    "availability": "the share of the promised time in which it worked",
    "first_contact_resolution_rate": (
        "a proxy of resolved records: never reassigned, never reopened"
    ),
    "first_contact_resolution_rate_gross": "one reply and no further word, of all",
    "first_contact_resolution_rate_net": "the same, of those that the first level can resolve",
    "first_level_resolution_rate": "at the first level without escalation",
    "mean_failed_deployment_recovery_time": "from the deployment to the resolution",
    "mean_net_time_to_resolve": "without the gaps between a resolution and a reopening",
    "mean_reply_time": "of every reply to a waiting requester, also the later ones",
    "mean_satisfaction": "the mean score",
    "mean_time_between_failures": "uptime of what is repaired, over the failures that began",
    "mean_time_to_acknowledge": (
        "from the opening to the first acknowledgement; never acknowledged is left out"
    ),
    "mean_time_to_assign": "from the detection to the first assignment",
    "mean_time_to_close": "from the opening to the closure",
    "mean_time_to_detect": "from the outage to its detection",
    "mean_time_to_failure": "lifetime of what is replaced, not repaired",
    "mean_time_to_first_reaction": (
        "to the acknowledgement or the resolution, whichever comes first"
    ),
    "mean_time_to_first_resolution": "to the first resolution, reopened later or not",
    "mean_time_to_first_response": "from the opening to the first public agent reply",
    "mean_time_to_recover_from_alert": (
        "from the detection to the restoration; also called mean time to respond"
    ),
    "mean_time_to_repair": "from the beginning of the work to the restoration",
    "mean_time_to_resolve": "from the opening to the last resolution",
    "mean_time_to_restore_service": (
        "from the outage to the service working again, over all spells of downtime"
    ),
    "median_time_to_acknowledge": "the median of the same times",
    "one_touch_rate": "exactly one public agent reply",
    "resolved_without_further_contact_rate": (
        "no further word of the requester, with any number of replies"
    ),
    "resolved_without_reassignment_rate": "never moved to another group",
    "satisfaction_rate": "the share of responses of 4 or 5",
    "survival_median_time_to_acknowledge": (
        "the median with unacknowledged records censored instead of left out"
    ),
}
_MEANINGS: Final = {  # the ids of the KPIs that a name may mean, the most common meaning first
    "mtta": (
        "mean_time_to_acknowledge median_time_to_acknowledge survival_median_time_to_acknowledge "
        "mean_time_to_first_reaction mean_time_to_assign"
    ),
    "mttr": (
        "mean_time_to_resolve mean_time_to_restore_service mean_time_to_repair "
        "mean_time_to_recover_from_alert mean_time_to_first_response "
        "mean_time_to_first_resolution mean_net_time_to_resolve"
    ),
    "mttd": "mean_time_to_detect",
    "mttf": "mean_time_to_failure mean_time_between_failures",
    "mtbf": "mean_time_between_failures mean_time_to_failure",
    "mtrs": "mean_time_to_restore_service",
    "mttc": "mean_time_to_close",
    "frt": "mean_time_to_first_response",
    "reply time": "mean_reply_time mean_time_to_first_response",
    "ttr": "mean_time_to_resolve mean_time_to_restore_service",
    "fcr": (
        "first_contact_resolution_rate first_contact_resolution_rate_gross "
        "first_contact_resolution_rate_net resolved_without_further_contact_rate one_touch_rate"
    ),
    "flr": "first_level_resolution_rate resolved_without_reassignment_rate",
    "csat": "satisfaction_rate mean_satisfaction",
    "fdrt": "mean_failed_deployment_recovery_time",
    "uptime": "availability",
    "tto": "mean_time_to_assign mean_time_to_acknowledge",
}
_SAME: Final = {
    "aging": "backlog",
    "art": "mttr",
    "fcrr": "fcr",
    "first call resolution": "fcr",
    "first contact resolution": "fcr",
    "first response time": "frt",
    "ftr": "fcr",
    "mean time to recovery": "mttr",
    "mean time to respond": "mttr",
    "mtti": "mttd",
    "mttfr": "frt",
    "resolution time": "ttr",
    "tta": "mtta",
    "ttd": "mttd",
    "ttfr": "frt",
}
_MADE: Final = {  # by functions that are given what only the caller knows
    "cfr": "change_failure_rate(deployments)",
    "cost per ticket": "cost_per_record(total)",
    "sla": "sla_compliance(rules)",
    "sla compliance": "sla_compliance(rules)",
}


def lookup(name: str) -> tuple[Meaning, ...]:
    """Return the exact KPIs that a name may mean, the most common meaning first.

    Args:
        name: An abbreviation such as ``"MTTR"`` or ``"FCR"``, or the id or title of a KPI.

    Raises:
        InvalidValueError: The catalogue has no such KPI; the error lists the most similar names.

    Source: rule K3.

    >>> from incidentcore.kpi.catalogue.lookup import lookup
    >>> for meaning in lookup("MTBF"):
    ...     print(meaning)
    mean_time_between_failures: uptime of what is repaired, over the failures that began
    mean_time_to_failure: lifetime of what is replaced, not repaired
    """
    by_name = {name: kpi for kpi in ALL.values() for name in (kpi.id, kpi.title.casefold())}
    key = str(name).strip().casefold()
    key = _SAME.get(key, key)
    if key in _MEANINGS:
        return tuple(Meaning(ALL[one], _DIFFERENCES[one]) for one in _MEANINGS[key].split())
    kpi_or_none = by_name.get(key) or by_name.get("_".join(key.replace("-", " ").split()))
    if kpi_or_none is not None:
        return (Meaning(kpi_or_none, kpi_or_none.formula),)
    if key in _MADE:
        raise InvalidValueError("name", name, f"catalogue.{_MADE[key]}, with what only you know")
    near = nearest(key, [*_MEANINGS, *by_name])
    raise InvalidValueError("name", name, f"the name of a KPI, such as MTTR{near}")
