"""KPIs of what a ServiceNow audit log itself reports: the figures under ``custom``.

They reproduce the tool's figures, so that you can compare a report with one of the tool. The KPIs
of the catalogue use what the log *shows* instead, such as a ``resolved_at`` that follows from its
states.
"""

from __future__ import annotations

from typing import Final

from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.kpi import Duration, FirstWhen, Kpi, Rate, quantile
from incidentcore.vendors.servicenow_states import NEW

_SOURCE: Final = "ServiceNow audit log (UCI data set 498)"
_RESOLVED: Final = field("custom.tool_resolved_at").present()
_STAYED: Final = field("custom.reassignment_count").equals(0)
_NOT_REOPENED: Final = field("custom.reopen_count").equals(0)
_LEFT_NEW: Final = FirstWhen(~field("state.name").equals(NEW.name))


def _times(name: str, end: str | FirstWhen, title: str, among: Condition = ALWAYS) -> list[Kpi]:
    """Return mean, median and 90th percentile of the time from the opening."""
    name = f"opened_to_{name}"
    mean = Kpi(
        id=f"mean_{name}",
        measure=Duration("opened_at", end),
        population=among,
        canceled="include",
        title=f"{title}, mean",
        source=_SOURCE,
    )
    return [
        mean,
        mean.replace(id=f"median_{name}", statistic="median", title=f"{title}, median"),
        mean.replace(id=f"p90_{name}", statistic=quantile("0.9"), title=f"{title}, 90 %"),
    ]


def _rate(name: str, numerator: Condition, of: str, title: str, among: Condition = ALWAYS) -> Kpi:
    return Kpi(
        id=f"tool_{name}",
        measure=Rate(numerator=numerator, denominator=among, of=of),
        canceled="include",
        title=title,
        source=_SOURCE,
    )


_SEEN_NEW: Final = field("custom.first_seen").equals(NEW.name)
_FIRST_CONTACT: Final = _STAYED & _NOT_REOPENED
_BOTH: Final = _RESOLVED & _FIRST_CONTACT
_FCR: Final = "first-contact resolution"
_ALL: Final = "all incidents"

AUDIT_KPIS: Final[tuple[Kpi, ...]] = (
    *_times("tool_resolved", "custom.tool_resolved_at", "opened to resolved_at"),
    *_times("tool_closed", "custom.tool_closed_at", "opened to closed_at"),
    *_times("not_new", _LEFT_NEW, "opened to the first row that is not New"),
    *_times(
        "not_new_first_seen_new", _LEFT_NEW, "the same, only incidents first seen as New", _SEEN_NEW
    ),
    _rate("reopened", field("custom.reopen_count") > 0, _ALL, "reopened at least once"),
    _rate("never_reassigned", _STAYED, _ALL, "never reassigned"),
    _rate("first_contact_of_resolved", _BOTH, "incidents with resolved_at", _FCR, _RESOLVED),
    _rate("first_contact_of_all", _BOTH, _ALL, _FCR),
    _rate("first_contact_unfiltered", _FIRST_CONTACT, f"{_ALL}, with or without resolved_at", _FCR),
    _rate("made_sla", field("custom.made_sla").is_true(), _ALL, "made_sla on the last row"),
)
"""Times and rates of the incidents of ``read_audit_log``, each with its denominator."""
