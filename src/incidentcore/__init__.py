"""incidentcore: the domain library for IT incident management.

Every public name can be imported from here; its room is loaded when it is first asked for, so that
importing the library costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incidentcore._version import __version__ as __version__
    from incidentcore.categorization import Categorization as Categorization
    from incidentcore.categorization import Categorizer as Categorizer
    from incidentcore.categorization import classify as classify
    from incidentcore.categorization import route as route
    from incidentcore.communication import CommunicationPlan as CommunicationPlan
    from incidentcore.communication import UpdateRule as UpdateRule
    from incidentcore.communication import UpdateTemplate as UpdateTemplate
    from incidentcore.communication import lint_communication as lint_communication
    from incidentcore.communication import major_incident_plan as major_incident_plan
    from incidentcore.communication import missed_updates as missed_updates
    from incidentcore.communication import next_update_wakeup as next_update_wakeup
    from incidentcore.communication import updates_due as updates_due
    from incidentcore.conditions import ALWAYS as ALWAYS
    from incidentcore.conditions import NEVER as NEVER
    from incidentcore.conditions import Condition as Condition
    from incidentcore.conditions import during as during
    from incidentcore.conditions import field as field
    from incidentcore.conditions import implies as implies
    from incidentcore.conditions import overlap as overlap
    from incidentcore.digest import content_id as content_id
    from incidentcore.errors import CalendarDefinitionError as CalendarDefinitionError
    from incidentcore.errors import DefinitionError as DefinitionError
    from incidentcore.errors import DuplicateEventError as DuplicateEventError
    from incidentcore.errors import EscalationMatrixError as EscalationMatrixError
    from incidentcore.errors import FormatError as FormatError
    from incidentcore.errors import IncidentCoreError as IncidentCoreError
    from incidentcore.errors import InvalidIntervalError as InvalidIntervalError
    from incidentcore.errors import InvalidTimelineError as InvalidTimelineError
    from incidentcore.errors import InvalidValueError as InvalidValueError
    from incidentcore.errors import KpiDefinitionError as KpiDefinitionError
    from incidentcore.errors import LifecycleDefinitionError as LifecycleDefinitionError
    from incidentcore.errors import LifecycleMismatchError as LifecycleMismatchError
    from incidentcore.errors import NaiveDatetimeError as NaiveDatetimeError
    from incidentcore.errors import PriorityMatrixError as PriorityMatrixError
    from incidentcore.errors import RecordNotFoundError as RecordNotFoundError
    from incidentcore.errors import SlaDefinitionError as SlaDefinitionError
    from incidentcore.errors import StaleRecordError as StaleRecordError
    from incidentcore.errors import StorageError as StorageError
    from incidentcore.errors import TransitionNotAllowedError as TransitionNotAllowedError
    from incidentcore.errors import UnreachableDeadlineError as UnreachableDeadlineError
    from incidentcore.escalation import After as After
    from incidentcore.escalation import AfterPrevious as AfterPrevious
    from incidentcore.escalation import Escalation as Escalation
    from incidentcore.escalation import EscalationLevel as EscalationLevel
    from incidentcore.escalation import EscalationMatrix as EscalationMatrix
    from incidentcore.escalation import EscalationRow as EscalationRow
    from incidentcore.escalation import EscalationTarget as EscalationTarget
    from incidentcore.escalation import Held as Held
    from incidentcore.escalation import OnCallLayer as OnCallLayer
    from incidentcore.escalation import OnCallSchedule as OnCallSchedule
    from incidentcore.escalation import OnClock as OnClock
    from incidentcore.escalation import due_escalations as due_escalations
    from incidentcore.escalation import escalate_now as escalate_now
    from incidentcore.escalation import lint_escalation as lint_escalation
    from incidentcore.escalation import next_escalation_wakeup as next_escalation_wakeup
    from incidentcore.escalation import on_call as on_call
    from incidentcore.escalation import shifts as shifts
    from incidentcore.improvement import ImprovementAction as ImprovementAction
    from incidentcore.improvement import ImprovementRegister as ImprovementRegister
    from incidentcore.improvement import KpiTarget as KpiTarget
    from incidentcore.improvement import before_after as before_after
    from incidentcore.improvement import open_problem as open_problem
    from incidentcore.improvement import problem_candidates as problem_candidates
    from incidentcore.improvement import problem_page as problem_page
    from incidentcore.improvement import recurrence as recurrence
    from incidentcore.instants import Interval as Interval
    from incidentcore.instants import Versions as Versions
    from incidentcore.instants import as_utc as as_utc
    from incidentcore.instants import as_zone as as_zone
    from incidentcore.instants import tzdb_version as tzdb_version
    from incidentcore.intake import Alert as Alert
    from incidentcore.intake import IncidentEnded as IncidentEnded
    from incidentcore.intake import Intake as Intake
    from incidentcore.intake import IntakePolicy as IntakePolicy
    from incidentcore.intake import IntakeState as IntakeState
    from incidentcore.intake import Sample as Sample
    from incidentcore.intake import SampleThreshold as SampleThreshold
    from incidentcore.intake import alert_from_cloudevent as alert_from_cloudevent
    from incidentcore.intake import alert_from_dict as alert_from_dict
    from incidentcore.intake import alerts_from_alertmanager as alerts_from_alertmanager
    from incidentcore.intake import apply_intents as apply_intents
    from incidentcore.intake import fold_alerts as fold_alerts
    from incidentcore.intake import fold_samples as fold_samples
    from incidentcore.intake import open_incident as open_incident
    from incidentcore.kpi import Kpi as Kpi
    from incidentcore.kpi import KpiResult as KpiResult
    from incidentcore.kpi import KpiTable as KpiTable
    from incidentcore.kpi import compute as compute
    from incidentcore.lifecycle import STANDARD_CASCADES as STANDARD_CASCADES
    from incidentcore.lifecycle import Allowed as Allowed
    from incidentcore.lifecycle import InputField as InputField
    from incidentcore.lifecycle import Lifecycle as Lifecycle
    from incidentcore.lifecycle import Refused as Refused
    from incidentcore.lifecycle import Step as Step
    from incidentcore.lifecycle import Transition as Transition
    from incidentcore.lifecycle import advance as advance
    from incidentcore.lifecycle import allowed_actions as allowed_actions
    from incidentcore.lifecycle import auto_close_at as auto_close_at
    from incidentcore.lifecycle import cascade as cascade
    from incidentcore.lifecycle import check_history as check_history
    from incidentcore.lifecycle import decide as decide
    from incidentcore.lifecycle import explain as explain
    from incidentcore.lifecycle import lint_lifecycle as lint_lifecycle
    from incidentcore.lifecycle import to_dot as to_dot
    from incidentcore.lifecycle import to_mermaid as to_mermaid
    from incidentcore.priority import PriorityMatrix as PriorityMatrix
    from incidentcore.priority import PriorityPolicy as PriorityPolicy
    from incidentcore.priority import PriorityResult as PriorityResult
    from incidentcore.priority import calculate_priority as calculate_priority
    from incidentcore.priority import clear_override as clear_override
    from incidentcore.priority import override_priority as override_priority
    from incidentcore.priority import prioritize as prioritize
    from incidentcore.records import ApprovalRule as ApprovalRule
    from incidentcore.records import Event as Event
    from incidentcore.records import Finding as Finding
    from incidentcore.records import Incident as Incident
    from incidentcore.records import Link as Link
    from incidentcore.records import LinkType as LinkType
    from incidentcore.records import MajorStatus as MajorStatus
    from incidentcore.records import PostIncidentReview as PostIncidentReview
    from incidentcore.records import Problem as Problem
    from incidentcore.records import ServiceRequest as ServiceRequest
    from incidentcore.records import Source as Source
    from incidentcore.records import acknowledge as acknowledge
    from incidentcore.records import approve as approve
    from incidentcore.records import ask_approval as ask_approval
    from incidentcore.records import assign as assign
    from incidentcore.records import comment as comment
    from incidentcore.records import communicate as communicate
    from incidentcore.records import completeness as completeness
    from incidentcore.records import contact as contact
    from incidentcore.records import correct as correct
    from incidentcore.records import link as link
    from incidentcore.records import merge_duplicate as merge_duplicate
    from incidentcore.records import records_from_rows as records_from_rows
    from incidentcore.records import replay as replay
    from incidentcore.records import restore as restore
    from incidentcore.records import review_required as review_required
    from incidentcore.records import set_major_status as set_major_status
    from incidentcore.records import set_task as set_task
    from incidentcore.records import snooze as snooze
    from incidentcore.records import suggest_known_errors as suggest_known_errors
    from incidentcore.records import unacknowledge as unacknowledge
    from incidentcore.records import unlink as unlink
    from incidentcore.records import unsnooze as unsnooze
    from incidentcore.records import update as update
    from incidentcore.schedule import AbstractCalendar as AbstractCalendar
    from incidentcore.schedule import Break as Break
    from incidentcore.schedule import BusinessCalendar as BusinessCalendar
    from incidentcore.schedule import BusinessDays as BusinessDays
    from incidentcore.schedule import Calendar as Calendar
    from incidentcore.schedule import Difference as Difference
    from incidentcore.schedule import Holiday as Holiday
    from incidentcore.schedule import Intersection as Intersection
    from incidentcore.schedule import Maintenance as Maintenance
    from incidentcore.schedule import Reason as Reason
    from incidentcore.schedule import Rotation as Rotation
    from incidentcore.schedule import Union as Union
    from incidentcore.schedule import copy_holidays as copy_holidays
    from incidentcore.schedule import public_holidays as public_holidays
    from incidentcore.schedule import read_ical as read_ical
    from incidentcore.schedule import write_ical as write_ical
    from incidentcore.serialization import dumps as dumps
    from incidentcore.serialization import json_schema as json_schema
    from incidentcore.serialization import loads as loads
    from incidentcore.sla import ByTime as ByTime
    from incidentcore.sla import CalendarBy as CalendarBy
    from incidentcore.sla import DueDate as DueDate
    from incidentcore.sla import Reopen as Reopen
    from incidentcore.sla import ServiceLevel as ServiceLevel
    from incidentcore.sla import SlaDefinition as SlaDefinition
    from incidentcore.sla import SlaPolicy as SlaPolicy
    from incidentcore.sla import SlaRule as SlaRule
    from incidentcore.sla import SlaRules as SlaRules
    from incidentcore.sla import SlaStatus as SlaStatus
    from incidentcore.sla import Stage as Stage
    from incidentcore.sla import Swap as Swap
    from incidentcore.sla import Threshold as Threshold
    from incidentcore.sla import crossings as crossings
    from incidentcore.sla import due_between as due_between
    from incidentcore.sla import evaluate_all as evaluate_all
    from incidentcore.sla import evaluate_sla as evaluate_sla
    from incidentcore.sla import facts_timeline as facts_timeline
    from incidentcore.sla import lint_policy as lint_policy
    from incidentcore.sla import lint_sla as lint_sla
    from incidentcore.sla import next_sla_wakeup as next_sla_wakeup
    from incidentcore.sla import work_order as work_order
    from incidentcore.storage import InMemoryStore as InMemoryStore
    from incidentcore.storage import RecordStore as RecordStore
    from incidentcore.storage import redact as redact
    from incidentcore.values import Actor as Actor
    from incidentcore.values import FrozenMap as FrozenMap
    from incidentcore.values import Impact as Impact
    from incidentcore.values import Level as Level
    from incidentcore.values import Priority as Priority
    from incidentcore.values import Role as Role
    from incidentcore.values import Scale as Scale
    from incidentcore.values import State as State
    from incidentcore.values import Urgency as Urgency

_ROOM_OF = {
    "ALWAYS": "conditions",
    "AbstractCalendar": "schedule",
    "Actor": "values",
    "After": "escalation",
    "AfterPrevious": "escalation",
    "Alert": "intake",
    "Allowed": "lifecycle",
    "ApprovalRule": "records",
    "Break": "schedule",
    "BusinessCalendar": "schedule",
    "BusinessDays": "schedule",
    "ByTime": "sla",
    "Calendar": "schedule",
    "CalendarBy": "sla",
    "CalendarDefinitionError": "errors",
    "Categorization": "categorization",
    "Categorizer": "categorization",
    "CommunicationPlan": "communication",
    "Condition": "conditions",
    "DefinitionError": "errors",
    "Difference": "schedule",
    "DueDate": "sla",
    "DuplicateEventError": "errors",
    "Escalation": "escalation",
    "EscalationLevel": "escalation",
    "EscalationMatrix": "escalation",
    "EscalationMatrixError": "errors",
    "EscalationRow": "escalation",
    "EscalationTarget": "escalation",
    "Event": "records",
    "Finding": "records",
    "FormatError": "errors",
    "FrozenMap": "values",
    "Held": "escalation",
    "Holiday": "schedule",
    "Impact": "values",
    "ImprovementAction": "improvement",
    "ImprovementRegister": "improvement",
    "InMemoryStore": "storage",
    "Incident": "records",
    "IncidentCoreError": "errors",
    "IncidentEnded": "intake",
    "InputField": "lifecycle",
    "Intake": "intake",
    "IntakePolicy": "intake",
    "IntakeState": "intake",
    "Intersection": "schedule",
    "Interval": "instants",
    "InvalidIntervalError": "errors",
    "InvalidTimelineError": "errors",
    "InvalidValueError": "errors",
    "Kpi": "kpi",
    "KpiDefinitionError": "errors",
    "KpiResult": "kpi",
    "KpiTable": "kpi",
    "KpiTarget": "improvement",
    "Level": "values",
    "Lifecycle": "lifecycle",
    "LifecycleDefinitionError": "errors",
    "LifecycleMismatchError": "errors",
    "Link": "records",
    "LinkType": "records",
    "Maintenance": "schedule",
    "MajorStatus": "records",
    "NEVER": "conditions",
    "NaiveDatetimeError": "errors",
    "OnCallLayer": "escalation",
    "OnCallSchedule": "escalation",
    "OnClock": "escalation",
    "PostIncidentReview": "records",
    "Priority": "values",
    "PriorityMatrix": "priority",
    "PriorityMatrixError": "errors",
    "PriorityPolicy": "priority",
    "PriorityResult": "priority",
    "Problem": "records",
    "Reason": "schedule",
    "RecordNotFoundError": "errors",
    "RecordStore": "storage",
    "Refused": "lifecycle",
    "Reopen": "sla",
    "Role": "values",
    "Rotation": "schedule",
    "STANDARD_CASCADES": "lifecycle",
    "Sample": "intake",
    "SampleThreshold": "intake",
    "Scale": "values",
    "ServiceLevel": "sla",
    "ServiceRequest": "records",
    "SlaDefinition": "sla",
    "SlaDefinitionError": "errors",
    "SlaPolicy": "sla",
    "SlaRule": "sla",
    "SlaRules": "sla",
    "SlaStatus": "sla",
    "Source": "records",
    "Stage": "sla",
    "StaleRecordError": "errors",
    "State": "values",
    "Step": "lifecycle",
    "StorageError": "errors",
    "Swap": "sla",
    "Threshold": "sla",
    "Transition": "lifecycle",
    "TransitionNotAllowedError": "errors",
    "Union": "schedule",
    "UnreachableDeadlineError": "errors",
    "UpdateRule": "communication",
    "UpdateTemplate": "communication",
    "Urgency": "values",
    "Versions": "instants",
    "__version__": "_version",
    "acknowledge": "records",
    "advance": "lifecycle",
    "alert_from_cloudevent": "intake",
    "alert_from_dict": "intake",
    "alerts_from_alertmanager": "intake",
    "allowed_actions": "lifecycle",
    "apply_intents": "intake",
    "approve": "records",
    "as_utc": "instants",
    "as_zone": "instants",
    "ask_approval": "records",
    "assign": "records",
    "auto_close_at": "lifecycle",
    "before_after": "improvement",
    "calculate_priority": "priority",
    "cascade": "lifecycle",
    "check_history": "lifecycle",
    "classify": "categorization",
    "clear_override": "priority",
    "comment": "records",
    "communicate": "records",
    "completeness": "records",
    "compute": "kpi",
    "contact": "records",
    "content_id": "digest",
    "copy_holidays": "schedule",
    "correct": "records",
    "crossings": "sla",
    "decide": "lifecycle",
    "due_between": "sla",
    "due_escalations": "escalation",
    "dumps": "serialization",
    "during": "conditions",
    "escalate_now": "escalation",
    "evaluate_all": "sla",
    "evaluate_sla": "sla",
    "explain": "lifecycle",
    "facts_timeline": "sla",
    "field": "conditions",
    "fold_alerts": "intake",
    "fold_samples": "intake",
    "implies": "conditions",
    "json_schema": "serialization",
    "link": "records",
    "lint_communication": "communication",
    "lint_escalation": "escalation",
    "lint_lifecycle": "lifecycle",
    "lint_policy": "sla",
    "lint_sla": "sla",
    "loads": "serialization",
    "major_incident_plan": "communication",
    "merge_duplicate": "records",
    "missed_updates": "communication",
    "next_escalation_wakeup": "escalation",
    "next_sla_wakeup": "sla",
    "next_update_wakeup": "communication",
    "on_call": "escalation",
    "open_incident": "intake",
    "open_problem": "improvement",
    "overlap": "conditions",
    "override_priority": "priority",
    "prioritize": "priority",
    "problem_candidates": "improvement",
    "problem_page": "improvement",
    "public_holidays": "schedule",
    "read_ical": "schedule",
    "records_from_rows": "records",
    "recurrence": "improvement",
    "redact": "storage",
    "replay": "records",
    "restore": "records",
    "review_required": "records",
    "route": "categorization",
    "set_major_status": "records",
    "set_task": "records",
    "shifts": "escalation",
    "snooze": "records",
    "suggest_known_errors": "records",
    "to_dot": "lifecycle",
    "to_mermaid": "lifecycle",
    "tzdb_version": "instants",
    "unacknowledge": "records",
    "unlink": "records",
    "unsnooze": "records",
    "update": "records",
    "updates_due": "communication",
    "work_order": "sla",
    "write_ical": "schedule",
}

# A star import stays light: what the rooms have that no other room needs is asked for by name.
_BY_NAME_ONLY = frozenset({"categorization", "improvement", "intake", "serialization"})

if not TYPE_CHECKING:  # a checker sees the imports above, so that a misspelt name is a type error
    __all__ = [name for name, room in _ROOM_OF.items() if room not in _BY_NAME_ONLY]

    def __getattr__(name):
        """Load a public name from its room when it is first asked for."""
        try:
            room = _ROOM_OF[name]
        except KeyError:
            raise AttributeError(_explain(name), name=name) from None
        value = getattr(import_module(f"incidentcore.{room}"), name)
        globals()[name] = value
        return value

    def __dir__():
        """Return the public names, loaded or not."""
        return sorted({*globals(), *_ROOM_OF})


def _explain(name: str) -> str:
    text = f"module 'incidentcore' has no attribute {name!r}"
    if name.startswith("_"):  # asked for by the import machinery, not misspelt
        return text
    from difflib import get_close_matches  # noqa: PLC0415  only to word an error

    close = get_close_matches(name, _ROOM_OF, n=3)
    return f"{text}; did you mean {' or '.join(map(repr, close))}?" if close else text
