"""What a type checker must see of clocks: closed sets of words, and targets of one's own."""

from datetime import datetime, timedelta
from typing import Any

import attrs

from incidentcore.conditions import Condition, before, field, reached
from incidentcore.instants import Versions
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays, Calendar
from incidentcore.sla import (
    ClockStage,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    SlaTarget,
    SlaThreshold,
    evaluate_sla,
)


@attrs.frozen
class EndOfWeek:
    """A target of one's own."""

    fields = ()
    follow = False

    def resolve(self, start: datetime, calendar: Calendar, _facts: Any) -> datetime:
        """Return the due."""
        return calendar.next_close(start)


def definitions(office: BusinessCalendar, at: datetime) -> list[SlaDefinition]:
    own: SlaTarget = EndOfWeek()
    waits: Condition = reached("custom.starts") & ~before("custom.until")
    later = field("last_public_update_at").later_than(field("assigned_at"))
    warning = SlaThreshold(name="warning", before_due=BusinessDays(1))
    return [
        SlaDefinition(name="own", target=own, stop=later, start=waits),
        SlaDefinition.resolution(target=DueDate("custom.due", follow=True), calendar=office),
        SlaDefinition.resolution(
            hours=4, minutes=30, calendar=Versions([(at, office)]), thresholds=[warning]
        ),
        SlaDefinition.first_response(minutes=15, calendar=office, answered_by=("agent", "bot")),
        SlaDefinition.update(every=timedelta(hours=1), calendar=office, reset_by="communicated"),
        SlaDefinition.resolution(hours=4, calendar=office, reopen="contnue"),  # type: ignore[arg-type]
        SlaDefinition.resolution(hours=4, calendar=office, swap="restrat"),  # type: ignore[arg-type]
    ]


def stages(policy: SlaPolicy, record: Incident, now: datetime) -> tuple[ClockStage, bool]:
    status = evaluate_sla(policy, record, now=now)
    is_running = status.stage == "runing"  # type: ignore[comparison-overlap]
    is_met = status.cycles[-1].result == "mett"  # type: ignore[comparison-overlap]
    SlaPolicy([], match="shortes")  # type: ignore[arg-type]
    return status.stage, is_running and is_met
