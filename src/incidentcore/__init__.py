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
    from incidentcore.conditions import Condition as Condition
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
    from incidentcore.instants import Interval as Interval
    from incidentcore.instants import Versions as Versions
    from incidentcore.instants import as_utc as as_utc
    from incidentcore.instants import as_zone as as_zone
    from incidentcore.instants import tzdb_version as tzdb_version
    from incidentcore.lifecycle import Allowed as Allowed
    from incidentcore.lifecycle import Lifecycle as Lifecycle
    from incidentcore.lifecycle import Refused as Refused
    from incidentcore.lifecycle import advance as advance
    from incidentcore.lifecycle import check_history as check_history
    from incidentcore.lifecycle import decide as decide
    from incidentcore.lifecycle import explain as explain
    from incidentcore.priority import PriorityMatrix as PriorityMatrix
    from incidentcore.priority import PriorityPolicy as PriorityPolicy
    from incidentcore.priority import calculate_priority as calculate_priority
    from incidentcore.priority import prioritize as prioritize
    from incidentcore.records import Incident as Incident
    from incidentcore.records import Problem as Problem
    from incidentcore.records import ServiceRequest as ServiceRequest
    from incidentcore.records import assign as assign
    from incidentcore.records import comment as comment
    from incidentcore.records import link as link
    from incidentcore.records import records_from_rows as records_from_rows
    from incidentcore.records import replay as replay
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
    from incidentcore.schedule import Union as Union
    from incidentcore.sla import CalendarBy as CalendarBy
    from incidentcore.sla import ServiceLevel as ServiceLevel
    from incidentcore.sla import SlaDefinition as SlaDefinition
    from incidentcore.sla import SlaPolicy as SlaPolicy
    from incidentcore.sla import SlaStatus as SlaStatus
    from incidentcore.sla import evaluate_sla as evaluate_sla
    from incidentcore.sla import next_sla_wakeup as next_sla_wakeup
    from incidentcore.values import Actor as Actor
    from incidentcore.values import Impact as Impact
    from incidentcore.values import Level as Level
    from incidentcore.values import Priority as Priority
    from incidentcore.values import Role as Role
    from incidentcore.values import Scale as Scale
    from incidentcore.values import State as State
    from incidentcore.values import Urgency as Urgency

_ROOM_OF = {
    "AbstractCalendar": "schedule",
    "Actor": "values",
    "Allowed": "lifecycle",
    "Break": "schedule",
    "BusinessCalendar": "schedule",
    "BusinessDays": "schedule",
    "Calendar": "schedule",
    "CalendarBy": "sla",
    "CalendarDefinitionError": "errors",
    "Categorization": "categorization",
    "Categorizer": "categorization",
    "Condition": "conditions",
    "DefinitionError": "errors",
    "Difference": "schedule",
    "DuplicateEventError": "errors",
    "EscalationMatrixError": "errors",
    "FormatError": "errors",
    "Holiday": "schedule",
    "Impact": "values",
    "Incident": "records",
    "IncidentCoreError": "errors",
    "Intersection": "schedule",
    "Interval": "instants",
    "InvalidIntervalError": "errors",
    "InvalidTimelineError": "errors",
    "InvalidValueError": "errors",
    "KpiDefinitionError": "errors",
    "Level": "values",
    "Lifecycle": "lifecycle",
    "LifecycleDefinitionError": "errors",
    "LifecycleMismatchError": "errors",
    "Maintenance": "schedule",
    "NaiveDatetimeError": "errors",
    "Priority": "values",
    "PriorityMatrix": "priority",
    "PriorityMatrixError": "errors",
    "PriorityPolicy": "priority",
    "Problem": "records",
    "Reason": "schedule",
    "RecordNotFoundError": "errors",
    "Refused": "lifecycle",
    "Role": "values",
    "Scale": "values",
    "ServiceLevel": "sla",
    "ServiceRequest": "records",
    "SlaDefinition": "sla",
    "SlaDefinitionError": "errors",
    "SlaPolicy": "sla",
    "SlaStatus": "sla",
    "StaleRecordError": "errors",
    "State": "values",
    "StorageError": "errors",
    "TransitionNotAllowedError": "errors",
    "Union": "schedule",
    "UnreachableDeadlineError": "errors",
    "Urgency": "values",
    "Versions": "instants",
    "__version__": "_version",
    "advance": "lifecycle",
    "as_utc": "instants",
    "as_zone": "instants",
    "assign": "records",
    "calculate_priority": "priority",
    "check_history": "lifecycle",
    "classify": "categorization",
    "comment": "records",
    "content_id": "digest",
    "decide": "lifecycle",
    "evaluate_sla": "sla",
    "explain": "lifecycle",
    "link": "records",
    "next_sla_wakeup": "sla",
    "prioritize": "priority",
    "records_from_rows": "records",
    "replay": "records",
    "tzdb_version": "instants",
}

if not TYPE_CHECKING:  # a checker sees the imports above, so that a misspelt name is a type error
    __all__ = list(_ROOM_OF)

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
