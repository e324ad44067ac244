"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore.intake.alert import Alert, IncidentEnded
from incidentcore.intake.correlate import IntakeResult
from incidentcore.intake.intents import IncidentIntent
from incidentcore.intake.policy import (
    Flapping,
    Grouping,
    Inhibit,
    IntakePolicy,
    MaintenanceRule,
)
from incidentcore.intake.severity import SeverityRow, SeverityTable
from incidentcore.intake.state import (
    ConditionState,
    GroupState,
    IntakeState,
    OpenIncident,
    PendingAlert,
)
from incidentcore.intake.threshold import (
    MetricSample,
    SampleResult,
    SampleState,
    SampleThreshold,
    SeriesState,
)

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "IntakeGrouping": Grouping,
    "IntakeInhibit": Inhibit,
    "Alert": Alert,
    "IntakeCondition": ConditionState,
    "IntakeFlapping": Flapping,
    "IntakeGroup": GroupState,
    "IncidentEnded": IncidentEnded,
    "IncidentIntent": IncidentIntent,
    "IntakePolicy": IntakePolicy,
    "IntakeResult": IntakeResult,
    "IntakeState": IntakeState,
    "IntakeMaintenance": MaintenanceRule,
    "IntakeIncident": OpenIncident,
    "PendingAlert": PendingAlert,
    "Sample": MetricSample,
    "SampleResult": SampleResult,
    "SampleState": SampleState,
    "SampleThreshold": SampleThreshold,
    "SampleSeries": SeriesState,
    "SeverityRow": SeverityRow,
    "SeverityTable": SeverityTable,
}
