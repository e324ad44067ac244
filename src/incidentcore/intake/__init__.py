"""From alerts to incidents: shapes read, samples judged, alerts folded into intents and records."""

from incidentcore.intake.alert import Alert, AlertStatus, IncidentEnded
from incidentcore.intake.correlate import Intake, IntakeResult, fold_alerts
from incidentcore.intake.incidents import (
    MONITORING,
    apply_intent,
    apply_intents,
    open_incident,
)
from incidentcore.intake.intents import IncidentIntent, IntentKind, IntentReason
from incidentcore.intake.policy import Flapping, IntakePolicy, MaintenanceRule, ResolveOn
from incidentcore.intake.severity import STANDARD_SEVERITIES, SeverityRow, SeverityTable
from incidentcore.intake.shapes import (
    alert_from_cloudevent,
    alert_from_dict,
    alerts_from_alertmanager,
)
from incidentcore.intake.state import (
    ConditionState,
    GroupState,
    IntakeState,
    OpenIncident,
    PendingAlert,
)
from incidentcore.intake.threshold import (
    Sample,
    SampleResult,
    SampleState,
    SampleThreshold,
    SeriesState,
    fold_samples,
)

__all__ = [
    "Alert",
    "AlertStatus",
    "ConditionState",
    "Flapping",
    "GroupState",
    "IncidentEnded",
    "IncidentIntent",
    "Intake",
    "IntakePolicy",
    "IntakeResult",
    "IntakeState",
    "IntentKind",
    "IntentReason",
    "MONITORING",
    "MaintenanceRule",
    "OpenIncident",
    "PendingAlert",
    "ResolveOn",
    "STANDARD_SEVERITIES",
    "Sample",
    "SampleResult",
    "SampleState",
    "SampleThreshold",
    "SeriesState",
    "SeverityRow",
    "SeverityTable",
    "alert_from_cloudevent",
    "alert_from_dict",
    "alerts_from_alertmanager",
    "apply_intent",
    "apply_intents",
    "fold_alerts",
    "fold_samples",
    "open_incident",
]
