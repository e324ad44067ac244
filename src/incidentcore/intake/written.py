"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Final

from incidentcore._lazy import classes_of

WRITTEN: Final = classes_of(
    __name__,
    """
    IntakeGrouping=AlertGrouping IntakeInhibit=Inhibit Alert IntakeCondition=state.ConditionState
    IntakeFlapping=Flapping IntakeGroup=state.GroupState IncidentEnded IncidentIntent IntakePolicy
    IncidentReopened IntakeResult=correlate.IntakeResult IntakeState
    IntakeMaintenance=MaintenanceRule
    IntakeIncident=state.OpenIncident PendingAlert=state.PendingAlert Sample=MetricSample
    SampleResult=threshold.SampleResult SampleState SampleThreshold
    SampleSeries=threshold.SeriesState SeverityRow
    SeverityTable
    """,
)
