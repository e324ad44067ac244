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


def _meanings(*pairs: tuple[Kpi, str]) -> tuple[Meaning, ...]:
    return tuple(Meaning(kpi, difference) for kpi, difference in pairs)


_RESTORE: Final = (
    times.MEAN_TIME_TO_RESTORE_SERVICE,
    "from the outage to the service working again, over all spells of downtime",
)
_RESOLVE: Final = (times.MEAN_TIME_TO_RESOLVE, "from the opening to the last resolution")
_FIRST_RESPONSE: Final = (
    times.MEAN_TIME_TO_FIRST_RESPONSE,
    "from the opening to the first public agent reply",
)
_BETWEEN: Final = (
    service.MEAN_TIME_BETWEEN_FAILURES,
    "uptime of what is repaired, over the failures that began",
)
_FAILURE: Final = (times.MEAN_TIME_TO_FAILURE, "lifetime of what is replaced, not repaired")
_MEANINGS: Final[dict[str, tuple[Meaning, ...]]] = {
    "mtta": _meanings(
        (
            times.MEAN_TIME_TO_ACKNOWLEDGE,
            "from the opening to the first acknowledgement; never acknowledged is left out",
        ),
        (times.MEDIAN_TIME_TO_ACKNOWLEDGE, "the median of the same times"),
        (
            times.SURVIVAL_MEDIAN_TIME_TO_ACKNOWLEDGE,
            "the median with unacknowledged records censored instead of left out",
        ),
        (
            times.MEAN_TIME_TO_FIRST_REACTION,
            "to the acknowledgement or the resolution, whichever comes first",
        ),
        (times.MEAN_TIME_TO_ASSIGN, "from the detection to the first assignment"),
    ),
    "mttr": _meanings(
        _RESOLVE,
        _RESTORE,
        (times.MEAN_TIME_TO_REPAIR, "from the beginning of the work to the restoration"),
        (
            times.MEAN_TIME_TO_RECOVER_FROM_ALERT,
            "from the detection to the restoration; also called mean time to respond",
        ),
        _FIRST_RESPONSE,
        (times.MEAN_TIME_TO_FIRST_RESOLUTION, "to the first resolution, reopened later or not"),
        (times.MEAN_NET_TIME_TO_RESOLVE, "without the gaps between a resolution and a reopening"),
    ),
    "mttd": _meanings((times.MEAN_TIME_TO_DETECT, "from the outage to its detection")),
    "mttf": _meanings(_FAILURE, _BETWEEN),
    "mtbf": _meanings(_BETWEEN, _FAILURE),
    "mtrs": _meanings(_RESTORE),
    "mttc": _meanings((times.MEAN_TIME_TO_CLOSE, "from the opening to the closure")),
    "frt": _meanings(_FIRST_RESPONSE),
    "reply time": _meanings(
        (times.MEAN_REPLY_TIME, "of every reply to a waiting requester, also the later ones"),
        _FIRST_RESPONSE,
    ),
    "ttr": _meanings(_RESOLVE, _RESTORE),
    "fcr": _meanings(
        (
            rates.FIRST_CONTACT_RESOLUTION_RATE,
            "a proxy of resolved records: never reassigned, never reopened",
        ),
        (rates.FIRST_CONTACT_RESOLUTION_RATE_GROSS, "one reply and no further word, of all"),
        (
            rates.FIRST_CONTACT_RESOLUTION_RATE_NET,
            "the same, of those that the first level can resolve",
        ),
        (
            rates.RESOLVED_WITHOUT_FURTHER_CONTACT_RATE,
            "no further word of the requester, with any number of replies",
        ),
        (rates.ONE_TOUCH_RATE, "exactly one public agent reply"),
    ),
    "flr": _meanings(
        (rates.FIRST_LEVEL_RESOLUTION_RATE, "at the first level without escalation"),
        (rates.RESOLVED_WITHOUT_REASSIGNMENT_RATE, "never moved to another group"),
    ),
    "csat": _meanings(
        (rates.SATISFACTION_RATE, "the share of responses of 4 or 5"),
        (rates.MEAN_SATISFACTION, "the mean score"),
    ),
    "fdrt": _meanings(
        (service.MEAN_FAILED_DEPLOYMENT_RECOVERY_TIME, "from the deployment to the resolution")
    ),
    "uptime": _meanings(
        (service.AVAILABILITY, "the share of the promised time in which it worked")
    ),
    "tto": _meanings(
        (times.MEAN_TIME_TO_ASSIGN, "from the detection to the first assignment"),
        (times.MEAN_TIME_TO_ACKNOWLEDGE, "from the opening to the first acknowledgement"),
    ),
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
    ...     print(f"{meaning.kpi.id}: {meaning.difference}")
    mean_time_between_failures: uptime of what is repaired, over the failures that began
    mean_time_to_failure: lifetime of what is replaced, not repaired
    """
    by_name = {name: kpi for kpi in ALL.values() for name in (kpi.id, kpi.title.casefold())}
    key = str(name).strip().casefold()
    key = _SAME.get(key, key)
    if key in _MEANINGS:
        return _MEANINGS[key]
    kpi_or_none = by_name.get(key) or by_name.get("_".join(key.replace("-", " ").split()))
    if kpi_or_none is not None:
        return (Meaning(kpi_or_none, kpi_or_none.formula),)
    if key in _MADE:
        raise InvalidValueError("name", name, f"catalogue.{_MADE[key]}, with what only you know")
    near = nearest(key, [*_MEANINGS, *by_name])
    raise InvalidValueError("name", name, f"the name of a KPI, such as MTTR{near}")
