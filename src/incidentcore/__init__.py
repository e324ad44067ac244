"""incidentcore: the domain library for IT incident management.

The names that most callers need can be imported from here. Everything else is imported from its
subpackage, such as ``incidentcore.kpi``; the subpackages are attributes of the package. A
subpackage is loaded when something in it is first used, so that importing the package costs next to
nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

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
    from incidentcore._version import __version__ as __version__
    from incidentcore.categorization import Categorization as Categorization
    from incidentcore.categorization import classify as classify
    from incidentcore.communication import CommunicationPlan as CommunicationPlan
    from incidentcore.communication import due_updates as due_updates
    from incidentcore.desk import Desk as Desk
    from incidentcore.errors import IncidentCoreError as IncidentCoreError
    from incidentcore.escalation import EscalationLevel as EscalationLevel
    from incidentcore.escalation import EscalationMatrix as EscalationMatrix
    from incidentcore.escalation import EscalationRow as EscalationRow
    from incidentcore.escalation import EscalationTarget as EscalationTarget
    from incidentcore.escalation import OnCallSchedule as OnCallSchedule
    from incidentcore.escalation import due_escalations as due_escalations
    from incidentcore.instants import Interval as Interval
    from incidentcore.instants import Versions as Versions
    from incidentcore.intake import Alert as Alert
    from incidentcore.intake import IntakePolicy as IntakePolicy
    from incidentcore.intake import fold_alerts as fold_alerts
    from incidentcore.kpi import Kpi as Kpi
    from incidentcore.kpi import compute_kpis as compute_kpis
    from incidentcore.lifecycle import Lifecycle as Lifecycle
    from incidentcore.lifecycle import Transition as Transition
    from incidentcore.lifecycle import advance as advance
    from incidentcore.lifecycle import allowed_actions as allowed_actions
    from incidentcore.lifecycle import decide as decide
    from incidentcore.priority import PriorityMatrix as PriorityMatrix
    from incidentcore.priority import prioritize as prioritize
    from incidentcore.records import Incident as Incident
    from incidentcore.records import Problem as Problem
    from incidentcore.records import ServiceRequest as ServiceRequest
    from incidentcore.records import acknowledge as acknowledge
    from incidentcore.records import assign as assign
    from incidentcore.records import comment as comment
    from incidentcore.schedule import BusinessCalendar as BusinessCalendar
    from incidentcore.schedule import Holiday as Holiday
    from incidentcore.serialization import dumps as dumps
    from incidentcore.serialization import loads as loads
    from incidentcore.sla import SlaDefinition as SlaDefinition
    from incidentcore.sla import SlaPolicy as SlaPolicy
    from incidentcore.sla import SlaStatus as SlaStatus
    from incidentcore.sla import evaluate_sla as evaluate_sla
    from incidentcore.storage import InMemoryStore as InMemoryStore
    from incidentcore.storage import RecordStore as RecordStore
    from incidentcore.values import Actor as Actor
    from incidentcore.values import Impact as Impact
    from incidentcore.values import Priority as Priority
    from incidentcore.values import State as State
    from incidentcore.values import Urgency as Urgency

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

# Where the names of ``__all__`` come from: a test compares the two, and the imports above.
_ROOM_OF = {
    name: room
    for room, names in {
        "_version": "__version__",
        "categorization": "Categorization classify",
        "communication": "CommunicationPlan due_updates",
        "desk": "Desk",
        "errors": "IncidentCoreError",
        "escalation": (
            "EscalationLevel EscalationMatrix EscalationRow EscalationTarget OnCallSchedule "
            "due_escalations"
        ),
        "instants": "Interval Versions",
        "intake": "Alert IntakePolicy fold_alerts",
        "kpi": "Kpi compute_kpis",
        "lifecycle": "Lifecycle Transition advance allowed_actions decide",
        "priority": "PriorityMatrix prioritize",
        "records": "Incident Problem ServiceRequest acknowledge assign comment",
        "schedule": "BusinessCalendar Holiday",
        "serialization": "dumps loads",
        "sla": "SlaDefinition SlaPolicy SlaStatus evaluate_sla",
        "storage": "InMemoryStore RecordStore",
        "values": "Actor Impact Priority State Urgency",
    }.items()
    for name in names.split()
}

_ROOMS = frozenset(
    {
        "adapters",
        "categorization",
        "communication",
        "conditions",
        "desk",
        "digest",
        "errors",
        "escalation",
        "forecast",
        "frames",
        "improvement",
        "instants",
        "intake",
        "kpi",
        "lifecycle",
        "pages",
        "plots",
        "priority",
        "records",
        "report",
        "schedule",
        "serialization",
        "simulation",
        "sla",
        "storage",
        "testing",
        "values",
        "vendors",
        "words",
        "whatif",
    }
)

if not TYPE_CHECKING:  # a checker sees the imports above, so that a misspelt name is a type error

    def __getattr__(name):
        """Load a public name, or a room, when it is first asked for."""
        if name in _ROOM_OF:
            value = getattr(import_module(f"incidentcore.{_ROOM_OF[name]}"), name)
        elif name in _ROOMS:
            value = import_module(f"incidentcore.{name}")
        else:
            raise AttributeError(_explain(name), name=name)
        globals()[name] = value
        return value

    def __dir__():
        """Return the public names and the rooms, loaded or not."""
        return sorted({*globals(), *__all__, *_ROOMS})


def _explain(name: str) -> str:
    text = f"module 'incidentcore' has no attribute {name!r}"
    if name.startswith("_"):  # asked for by the import machinery, not misspelt
        return text
    from incidentcore._checks import nearest  # noqa: PLC0415  only to word an error

    return text + (nearest(name, [*_ROOM_OF, *_ROOMS]) or "; import it from its room")
