"""The rules that a report applies: KPIs, SLAs, an escalation matrix, lifecycles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs

from incidentcore.conditions import Condition, field
from incidentcore.desk import Desk, desk_mapping
from incidentcore.desk.service import CLOCKS
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnClock,
)
from incidentcore.kpi import Count, Kpi, catalogue
from incidentcore.lifecycle import INCIDENT, Lifecycle
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.sla import CalendarByField, SlaDefinition, SlaPolicy, SlaRule
from incidentcore.sla.life import OneClock
from incidentcore.values import Level, Priority

__all__ = ["ReportRules", "VOLUME", "desk_rules", "standard_rules"]

_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)

# Promised time to react and to resolve, by priority; ours, in the range that is usual.
_PROMISES: Final[Mapping[Level, tuple[timedelta, timedelta]]] = {
    Priority.CRITICAL: (15 * _MINUTE, 4 * _HOUR),
    Priority.HIGH: (1 * _HOUR, 8 * _HOUR),
    Priority.MODERATE: (4 * _HOUR, 24 * _HOUR),
    Priority.LOW: (8 * _HOUR, 40 * _HOUR),
}
_ANY_PROMISE: Final = (8 * _HOUR, 40 * _HOUR)

_SHOWN_NOT_TOLD: Final = (
    "By the states, groups and replies that the log shows; the tool's own figures stand below."
)
_MOMENTS_ONLY: Final = (
    "One row for each ticket tells of no reply, reassignment or reopening: rates over them are "
    "left out."
)
_REACTED: Final = (
    field("acknowledged_at").present()
    | field("first_response_at").present()
    | field("state.resolved").is_true()
)
_CANCELED: Final = field("state.is_canceled").is_true()
_OPEN: Final = field("state.open").is_true()


@attrs.frozen(kw_only=True)
class ReportRules:
    """The rules that a report applies to records.

    Attributes:
        kpis: What is computed, in groups and for all; the counts of ``VOLUME`` are among them.
        tool_kpis: Those of them that are over figures of the tool itself.
        clocks: The SLAs; of ``response`` and ``resolution`` the page shows more.
        matrices: Who must be notified of what and when; each one counts.
        lifecycles: The lifecycles that state changes are checked against.
        text: The SLAs in words.
        kpi_text: What to know before reading the KPIs.
    """

    kpis: tuple[Kpi, ...]
    tool_kpis: tuple[Kpi, ...] = ()
    clocks: tuple[OneClock, ...] = ()
    matrices: tuple[EscalationMatrix, ...] = ()
    lifecycles: tuple[Lifecycle, ...] = (INCIDENT,)
    text: str = ""
    kpi_text: str = ""


def standard_rules(
    calendar: Calendar | CalendarByField,
    *,
    reacted: Condition = _REACTED,
    tool_kpis: tuple[Kpi, ...] = (),
    moments_only: bool = False,
    lifecycles: tuple[Lifecycle, ...] = (INCIDENT,),
) -> ReportRules:
    """Return the default rules of a report.

    Args:
        calendar: The calendar of all SLAs but the critical ones, which run round the clock.
        reacted: What meets the response SLA: by default the first of an
            acknowledgement, a public answer and the resolution.
        tool_kpis: KPIs over the tool's own figures, beside the usual ones.
        moments_only: The records were made from moments alone: what is computed from replies,
            reassignments and reopenings would look perfect, and is left out.
        lifecycles: The lifecycles that state changes are checked against.

    Source: the SLAs and the matrix are our choice.
    """
    always = BusinessCalendar.always(
        "UTC" if isinstance(calendar, CalendarByField) else calendar.zone
    )
    response: list[SlaRule] = []
    resolution: list[SlaRule] = []
    for level, (react, resolve) in _PROMISES.items():
        clock = always if level is Priority.CRITICAL else calendar
        when = field("priority").equals(level)
        response.append(SlaRule(when, _response(level.name, react, clock, reacted)))
        resolution.append(SlaRule(when, _resolution(level.name, resolve, clock)))
    react, resolve = _ANY_PROMISE
    words = ", ".join(
        f"{level.name} {react / _HOUR:g} h and {resolve / _HOUR:g} h"
        for level, (react, resolve) in _PROMISES.items()
    )
    return attrs.evolve(
        _kpi_rules(tool_kpis, moments_only),
        clocks=(
            SlaPolicy(
                response, default=_response("other", react, calendar, reacted), name="response"
            ),
            SlaPolicy(
                resolution, default=_resolution("other", resolve, calendar), name="resolution"
            ),
        ),
        matrices=(_MATRIX,),
        lifecycles=lifecycles,
        text=f"open time to react and to resolve: {words}, all others "
        f"{_ANY_PROMISE[0] / _HOUR:g} h and {_ANY_PROMISE[1] / _HOUR:g} h; "
        "critical round the clock",
    )


def _said(targets: str | dict[str, str]) -> str:
    if isinstance(targets, str):
        return targets
    return ", ".join(f"{level} {target}" for level, target in targets.items())


def desk_rules(
    desk: Desk, *, tool_kpis: tuple[Kpi, ...] = (), moments_only: bool = False
) -> ReportRules:
    """Return the rules of a report on the records of a desk: its own clocks and escalations.

    Nothing is added: a desk that promises nothing has no clocks, one without escalations none.

    Args:
        desk: The desk.
        tool_kpis: As for ``standard_rules``.
        moments_only: As for ``standard_rules``.
    """
    level = desk.service_level
    targets = "; ".join(
        f"{name} {clock}: {_said(said[clock])}"
        for name, said in desk_mapping(desk).get("services", {}).items()
        for clock in CLOCKS
        if clock in said
    )
    return attrs.evolve(
        _kpi_rules(tool_kpis, moments_only),
        clocks=() if level is None else level.clocks,
        matrices=desk.matrices,
        lifecycles=() if moments_only else (desk.lifecycle("incident"),),
        text=targets or "the desk promises nothing",
    )


def _kpi_rules(tool_kpis: tuple[Kpi, ...], moments_only: bool) -> ReportRules:  # noqa: FBT001
    return ReportRules(
        kpis=(*VOLUME.values(), *(_MOMENT_KPIS if moments_only else _KPIS), *tool_kpis),
        tool_kpis=tool_kpis,
        kpi_text=_MOMENTS_ONLY if moments_only else _SHOWN_NOT_TOLD if tool_kpis else "",
    )


def _response(
    name: str, target: timedelta, calendar: Calendar | CalendarByField, reacted: Condition
) -> SlaDefinition:
    return SlaDefinition(
        name=f"response {name}",
        target=target,
        calendar=calendar,
        start=_OPEN,
        stop=reacted,
        cancel=_CANCELED,
        kind="response",
    )


def _resolution(
    name: str, target: timedelta, calendar: Calendar | CalendarByField
) -> SlaDefinition:
    return SlaDefinition.resolution(name=f"resolution {name}", target=target, calendar=calendar)


_MATRIX: Final = EscalationMatrix(
    "standard",
    [
        EscalationRow(
            "critical",
            [
                EscalationLevel(After(15 * _MINUTE), "on-call"),
                EscalationLevel(AfterPrevious(15 * _MINUTE), "team lead", mode="hierarchical"),
                EscalationLevel(
                    OnClock("resolution", 0.5), "incident manager", mode="hierarchical"
                ),
                EscalationLevel(
                    OnClock("resolution", "breach"),
                    "service owner",
                    mode="hierarchical",
                ),
            ],
            when=field("priority").equals(Priority.CRITICAL),
        ),
        EscalationRow(
            "others",
            [
                EscalationLevel(OnClock("response", "breach"), "group lead"),
                EscalationLevel(OnClock("resolution", 0.75), "group lead"),
                EscalationLevel(
                    OnClock("resolution", "breach"),
                    "service owner",
                    mode="hierarchical",
                ),
            ],
        ),
    ],
)


def _count(state: str, population: Condition) -> Kpi:
    return Kpi(
        id=f"records_{state}",
        measure=Count(),
        population=population,
        canceled="include",
        title=f"Records {state}",
        source="our choice",
    )


VOLUME: Final[Mapping[str, Kpi]] = {
    "opened": catalogue.VOLUME,
    "resolved": _count("resolved", field("resolved_at").present()),
    "closed": _count("closed", field("closed_at").present()),
    "canceled": _count("canceled", field("canceled_at").present()),
    "reopened": _count("reopened", field("reopen_count") > 0),
    "major": _count("major", field("major_status").equals("accepted")),
    "backlog": catalogue.BACKLOG,
}
"""What every report counts, by heading."""

_MOMENT_KPIS: Final[tuple[Kpi, ...]] = (
    catalogue.MEAN_TIME_TO_ACKNOWLEDGE,
    catalogue.MEAN_TIME_TO_RESOLVE,
    catalogue.MEDIAN_TIME_TO_RESOLVE,
    catalogue.P90_TIME_TO_RESOLVE,
    catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
)
_KPIS: Final[tuple[Kpi, ...]] = (
    *_MOMENT_KPIS,
    catalogue.MEAN_TIME_TO_FIRST_RESPONSE,
    catalogue.FIRST_CONTACT_RESOLUTION_RATE,
    catalogue.REOPEN_RATE,
    catalogue.RESOLVED_WITHOUT_REASSIGNMENT_RATE,
)
