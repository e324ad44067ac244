"""From alerts to incidents: read alerts, derive alerts from measurements, and change incidents.

``fold_alerts`` is a pure function: it takes a policy, alerts and a stored state, and returns
intents and a new state. An intent is a change to an incident that the alerts call for, such as
opening it. The following rules apply, in addition to those of ``IntakePolicy``:

- **Fault**: alerts with the same source and key are about the same fault. A fault *is firing* from
  a firing alert until a resolved one, until ``silence`` has passed, or until its incident ends. A
  flapping fault counts as firing.
- **One intent each**: every alert leads to one intent: the alert belongs to an incident, or it is
  suppressed or dropped for a reason. Until that is decided, it is in ``IntakeState.undecided``.
- **Time** is the latest instant at which an alert was received, or ``until`` if later, minus
  ``lateness``. Everything before that instant, or up to it if ``until`` is passed, is settled and
  never changes. An alert takes effect at its instant. A late alert takes effect at the first
  instant that is not settled; an alert from a clock that runs ahead takes effect when it was
  received. An alert that is older than the latest alert of its fault is ``stale``.
- **Equal instants**: the order of arrival does not matter. Ended incidents are processed first,
  then firing alerts, then resolved ones; a fault that has both at one instant is firing.
  Deadlines at an instant come after its alerts, so every window includes its last instant. A change
  of status leaves the flapping window when it is exactly as old as the window is long.
- **Openings**: only a firing alert opens or reopens an incident.
- **Memory**: a fault is kept while it is firing, and afterwards until the longest of
  ``deduplicate``, ``lateness`` and the flapping window has passed since it was last reported or its
  incident ended. An incident is kept while an alert may join it. See ``IntakeState``.
"""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.intake.alert import Alert, IncidentEnded, IncidentReopened
    from incidentcore.intake.correlate import Intake, fold_alerts
    from incidentcore.intake.incidents import apply_intents, open_incident
    from incidentcore.intake.intents import IncidentIntent
    from incidentcore.intake.policy import (
        AlertGrouping,
        Flapping,
        Inhibit,
        IntakePolicy,
        MaintenanceRule,
    )
    from incidentcore.intake.severity import SeverityRow, SeverityTable
    from incidentcore.intake.shapes import (
        alert_from_cloudevent,
        alert_from_dict,
        alerts_from_alertmanager,
    )
    from incidentcore.intake.state import IntakeState
    from incidentcore.intake.threshold import (
        MetricSample,
        SampleState,
        SampleThreshold,
        fold_samples,
    )

__all__ = [
    "Alert",
    "AlertGrouping",
    "Flapping",
    "IncidentEnded",
    "IncidentIntent",
    "IncidentReopened",
    "Inhibit",
    "Intake",
    "IntakePolicy",
    "IntakeState",
    "MaintenanceRule",
    "MetricSample",
    "SampleState",
    "SampleThreshold",
    "SeverityRow",
    "SeverityTable",
    "alert_from_cloudevent",
    "alert_from_dict",
    "alerts_from_alertmanager",
    "apply_intents",
    "fold_alerts",
    "fold_samples",
    "open_incident",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "alert": "Alert IncidentEnded IncidentReopened",
            "correlate": "Intake fold_alerts",
            "incidents": "apply_intents open_incident",
            "intents": "IncidentIntent",
            "policy": "AlertGrouping Flapping Inhibit IntakePolicy MaintenanceRule",
            "severity": "SeverityRow SeverityTable",
            "shapes": "alert_from_cloudevent alert_from_dict alerts_from_alertmanager",
            "state": "IntakeState",
            "threshold": "MetricSample SampleState SampleThreshold fold_samples",
        },
    )
