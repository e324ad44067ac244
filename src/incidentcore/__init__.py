"""incidentcore: the domain library for IT incident management.

The names that most callers need can be imported from here. Everything else is imported from its
subpackage, such as ``incidentcore.kpi``; the subpackages are attributes of the package. A
subpackage is loaded when something in it is first used, so importing the package costs next to
nothing.
"""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore import adapters as adapters
    from incidentcore import categorization as categorization
    from incidentcore import communication as communication
    from incidentcore import conditions as conditions
    from incidentcore import desk as desk
    from incidentcore import digest as digest
    from incidentcore import errors as errors
    from incidentcore import escalation as escalation
    from incidentcore import forecast as forecast
    from incidentcore import frames as frames
    from incidentcore import improvement as improvement
    from incidentcore import instants as instants
    from incidentcore import intake as intake
    from incidentcore import kpi as kpi
    from incidentcore import lifecycle as lifecycle
    from incidentcore import pages as pages
    from incidentcore import plots as plots
    from incidentcore import priority as priority
    from incidentcore import records as records
    from incidentcore import report as report
    from incidentcore import schedule as schedule
    from incidentcore import serialization as serialization
    from incidentcore import simulation as simulation
    from incidentcore import sla as sla
    from incidentcore import storage as storage
    from incidentcore import testing as testing
    from incidentcore import values as values
    from incidentcore import vendors as vendors
    from incidentcore import whatif as whatif
    from incidentcore import words as words
    from incidentcore._version import __version__
    from incidentcore.categorization import Categorization, classify
    from incidentcore.communication import CommunicationPlan, due_updates
    from incidentcore.desk import Desk
    from incidentcore.errors import IncidentCoreError
    from incidentcore.escalation import (
        EscalationLevel,
        EscalationMatrix,
        EscalationRow,
        EscalationTarget,
        OnCallSchedule,
        due_escalations,
    )
    from incidentcore.instants import Interval, Versions
    from incidentcore.intake import Alert, IntakePolicy, fold_alerts
    from incidentcore.kpi import Kpi, compute_kpis
    from incidentcore.lifecycle import Lifecycle, Transition, advance, allowed_actions, decide
    from incidentcore.priority import PriorityMatrix, prioritize
    from incidentcore.records import Incident, Problem, ServiceRequest, acknowledge, assign, comment
    from incidentcore.schedule import BusinessCalendar, Holiday
    from incidentcore.serialization import dumps, loads
    from incidentcore.sla import SlaDefinition, SlaPolicy, SlaStatus, evaluate_sla
    from incidentcore.storage import InMemoryStore, RecordStore
    from incidentcore.values import Actor, Impact, Priority, State, Urgency

__all__ = [
    "Actor",
    "Alert",
    "BusinessCalendar",
    "Categorization",
    "CommunicationPlan",
    "Desk",
    "EscalationLevel",
    "EscalationMatrix",
    "EscalationRow",
    "EscalationTarget",
    "Holiday",
    "Impact",
    "InMemoryStore",
    "Incident",
    "IncidentCoreError",
    "IntakePolicy",
    "Interval",
    "Kpi",
    "Lifecycle",
    "OnCallSchedule",
    "Priority",
    "PriorityMatrix",
    "Problem",
    "RecordStore",
    "ServiceRequest",
    "SlaDefinition",
    "SlaPolicy",
    "SlaStatus",
    "State",
    "Transition",
    "Urgency",
    "Versions",
    "__version__",
    "acknowledge",
    "advance",
    "allowed_actions",
    "assign",
    "classify",
    "comment",
    "compute_kpis",
    "decide",
    "due_escalations",
    "due_updates",
    "dumps",
    "evaluate_sla",
    "fold_alerts",
    "loads",
    "prioritize",
]

# The names of each room, and the room's own: a test compares them with ``__all__`` and the imports.
_NAMES = {
    "_version": "__version__",
    "adapters": "adapters",
    "categorization": "categorization Categorization classify",
    "communication": "communication CommunicationPlan due_updates",
    "conditions": "conditions",
    "desk": "desk Desk",
    "digest": "digest",
    "errors": "errors IncidentCoreError",
    "escalation": (
        "escalation EscalationLevel EscalationMatrix EscalationRow EscalationTarget OnCallSchedule "
        "due_escalations"
    ),
    "forecast": "forecast",
    "frames": "frames",
    "improvement": "improvement",
    "instants": "instants Interval Versions",
    "intake": "intake Alert IntakePolicy fold_alerts",
    "kpi": "kpi Kpi compute_kpis",
    "lifecycle": "lifecycle Lifecycle Transition advance allowed_actions decide",
    "pages": "pages",
    "plots": "plots",
    "priority": "priority PriorityMatrix prioritize",
    "records": "records Incident Problem ServiceRequest acknowledge assign comment",
    "report": "report",
    "schedule": "schedule BusinessCalendar Holiday",
    "serialization": "serialization dumps loads",
    "simulation": "simulation",
    "sla": "sla SlaDefinition SlaPolicy SlaStatus evaluate_sla",
    "storage": "storage InMemoryStore RecordStore",
    "testing": "testing",
    "values": "values Actor Impact Priority State Urgency",
    "vendors": "vendors",
    "whatif": "whatif",
    "words": "words",
}

if not TYPE_CHECKING:  # a checker sees the imports above, so a misspelled name is a type error
    __getattr__, __dir__ = lazy_names(__name__, _NAMES)
