"""What a type checker must see through the lazy facade; checked, never run."""

from collections.abc import Callable
from datetime import datetime, timedelta

import incidentcore
from incidentcore import (
    Actor,
    BusinessCalendar,
    Impact,
    Incident,
    IncidentCoreError,
    Interval,
    SlaDefinition,
    Urgency,
    Versions,
    __version__,
    advance,
    decide,
    evaluate_sla,
)
from incidentcore.digest import content_id
from incidentcore.errors import DefinitionError, NaiveDatetimeError
from incidentcore.instants import as_utc, tzdb_version
from incidentcore.lifecycle import Allowed, Refused


def span(start: datetime, end: datetime) -> Interval:
    interval = Interval(start, end)
    moment: datetime = as_utc(interval.start)
    inside: bool = moment in interval
    overlap: Interval | None = interval.intersect(interval)
    return overlap if overlap and inside else interval


def version_at(plan: Versions[int], at: datetime) -> int:
    values: list[int] = list(plan)
    wrong: str = plan.at(at)  # type: ignore[assignment]
    return plan.at(at) + len(values) + len(wrong)


def frozen(interval: Interval) -> None:
    interval.start = interval.end  # type: ignore[misc]


def due(office: BusinessCalendar, at: datetime) -> datetime | None:
    open_time: timedelta = office.open_time(at, office.deadline(at, timedelta(hours=4)))
    incident = Incident.open(
        id="INC-1",
        title="Mail is down",
        at=at,
        by=Actor("monitoring", "system"),
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
    )
    started: Incident = advance(incident, "start", at=at, by="ada")
    answer = decide(started, "close", at=at, by="ada")
    if isinstance(answer, Refused):
        reason: str = answer.reason
        raise ValueError(reason, open_time)
    allowed: Allowed[Incident] = answer
    now: datetime | None = allowed.record.resolved_at
    Incident.open(id="INC-2", title="No time", at="now", by="ada")  # type: ignore[arg-type]
    return evaluate_sla(
        SlaDefinition.resolution(hours=4, calendar=office), started, now=now or at
    ).due_at


identify: Callable[[object], str] = content_id
version: str = __version__
zone_data: tuple[str, str] = tzdb_version()
bases: tuple[type[ValueError], type[ValueError]] = (DefinitionError, NaiveDatetimeError)
root: type[Exception] = IncidentCoreError
misspelt = incidentcore.Intervall  # type: ignore[attr-defined]
