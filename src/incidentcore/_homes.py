"""The rooms of the public names that errors mention and ``incidentcore`` itself does not export."""

from __future__ import annotations

import re
from typing import Final

ROOM_OF_NAME: Final = {
    name: room
    for room, names in {
        "adapters": "SqliteStore",
        "categorization": "CategoryRule Evidence PatternRule RoutingRule SoftmaxCategorizer",
        "communication": "UpdateRule UpdateTemplate",
        "conditions": "ALWAYS Condition Field NEVER field",
        "desk": "Agenda AutoClose DueItem dump_desk load_desk",
        "escalation": "After AfterPrevious HeldFor OnCallLayer OnClock Shift Trigger",
        "forecast": "BacklogForecast BreachModel VolumeForecast",
        "improvement": "ActionOrigin ImprovementAction KpiTarget ProblemCandidate",
        "intake": (
            "AlertGrouping Flapping IncidentEnded IncidentIntent IncidentReopened Inhibit "
            "IntakeState MaintenanceRule MetricSample SampleState SampleThreshold SeverityRow "
            "SeverityTable"
        ),
        "kpi": (
            "AgeBuckets AtLeast AtMost Count Duration Earliest EventCount FirstKnown FirstWhen "
            "Group HasLink HourBands KpiTable LinkedAt Measure Moment Objective Partial "
            "Periods RecordTest SameDay Statistic ValueMeasure WhenResolved backlog_data "
            "survival_data"
        ),
        "lifecycle": "Attempt CascadeRule Copy EveryLinked InputField",
        "priority": "PriorityCalculation PriorityPolicy clear_override",
        "records": (
            "Acknowledged ActionItem Approval ApprovalRule Cause Commented Escalated Event "
            "LifecycleRef Link Opened PostIncidentReview Record RequestItem Restored ReviewEntry "
            "Task Timeline link replay"
        ),
        "schedule": "Break BusinessDays Calendar Maintenance Rotation public_holidays",
        "serialization": "Codec",
        "simulation": "Agent Distribution Drill Expectation Exponential QueueOrder Team Workload",
        "sla": "CalendarByField ServiceLevel SlaRule SlaTarget SlaThreshold",
        "values": "FrozenMap Level LintFinding Scale",
        "vendors": "read_events read_table",
        "words": "Phrase Words",
    }.items()
    for name in names.split()
}

_WORD: Final = re.compile(r"(?<![\w.\"'-])([A-Za-z]\w+)(?![\w\"'-])(\()?")


def imports_in(text: str) -> str:
    """Return how the names that a text mentions are imported, in brackets; empty if it has none.

    A lower-case word is a name only where it is called. What follows "one of" or "nearest:" comes
    from the caller's data.
    """
    named = re.split(r"\bone of (?!a |an )|; nearest:", text)[0]
    found: dict[str, set[str]] = {}
    for name, called in _WORD.findall(named):
        if name in ROOM_OF_NAME and (called or "_" in name or not name.islower()):
            found.setdefault(ROOM_OF_NAME[name], set()).add(name)
    lines = [
        f"from incidentcore.{room} import {', '.join(sorted(names))}"
        for room, names in sorted(found.items())
    ]
    return f" ({'; '.join(lines)})" if lines else ""
