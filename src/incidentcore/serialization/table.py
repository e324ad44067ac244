"""Which classes have a written form, by the name in the document.

A class whose fields are values is added by one line in ``CLASSES``, and by another in ``FAMILIES``
where it stands for a base class or protocol. The names are part of the format: one that was
released is never given to another class.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, get_type_hints

import attrs

from incidentcore import conditions, instants, lifecycle, records, schedule, values

__all__ = ["CLASSES", "EVENT_NAMES", "FAMILIES", "NAMES", "fields_of", "names_for"]

CALENDARS: Final[tuple[type, ...]] = (
    schedule.BusinessCalendar,
    schedule.Difference,
    schedule.Intersection,
    schedule.Maintenance,
    schedule.Union,
)
CONDITIONS: Final[tuple[type, ...]] = (
    conditions.AllOf,
    conditions.AnyOf,
    conditions.FieldTest,
    conditions.Not,
    conditions.OpenHours,
)
EVENTS: Final[tuple[type, ...]] = (
    records.Acknowledged,
    records.Approved,
    records.Assigned,
    records.Classified,
    records.Commented,
    records.Contacted,
    records.Corrected,
    records.DiagnosisNoted,
    records.Escalated,
    records.FieldsChanged,
    records.Linked,
    records.MajorStatusChanged,
    records.Opened,
    records.Prioritized,
    records.ProcedureFollowed,
    records.Restored,
    records.StateChanged,
    records.TaskChanged,
    records.Unacknowledged,
    records.Unlinked,
)
RECORDS: Final[tuple[type, ...]] = (records.Incident, records.Problem, records.ServiceRequest)
VALUES: Final[tuple[type, ...]] = (
    instants.Interval,
    instants.Versions,
    lifecycle.InputField,
    lifecycle.Lifecycle,
    lifecycle.Transition,
    records.Approval,
    records.Cause,
    records.LifecycleRef,
    records.Link,
    records.RequestItem,
    records.Task,
    schedule.Break,
    schedule.BusinessDays,
    schedule.Holiday,
    values.Actor,
    values.Level,
    values.Scale,
    values.State,
)

# What a field of this type may hold; written with a "type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    conditions.Condition: CONDITIONS,
    records.Event: EVENTS,
    records.Record: RECORDS,
    schedule.AbstractCalendar: CALENDARS,
    schedule.Calendar: CALENDARS,
}

CLASSES: Final[dict[str, type]] = {
    cls.__name__: cls for cls in (*CALENDARS, *CONDITIONS, *EVENTS, *RECORDS, *VALUES)
}
EVENT_NAMES: Final = frozenset(cls.__name__ for cls in EVENTS)
NAMES: Final[dict[type, str]] = {cls: name for name, cls in CLASSES.items()}


def fields_of(cls: type) -> list[tuple[attrs.Attribute[Any], Any]]:
    """Return the fields that make up a value, each with its type."""
    hints = get_type_hints(cls)
    return [(field, hints[field.name]) for field in attrs.fields(cls) if field.init]


@lru_cache(maxsize=256)
def names_for(kind: Any) -> frozenset[str]:
    """Return the names of the documents that hold a value of a type."""
    if kind in FAMILIES:
        members: tuple[type, ...] = FAMILIES[kind]
        return frozenset(NAMES[cls] for cls in members)
    if not isinstance(kind, type):
        return frozenset()
    return frozenset(name for name, cls in CLASSES.items() if issubclass(cls, kind))
