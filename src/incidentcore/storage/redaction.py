"""Remove personal data from a history without changing its clocks and KPIs.

Personal data are ids of people (actors, callers, assignees, approvers) and texts (titles,
descriptions, comments, notes, reasons, custom fields). Clocks and KPIs do not depend on them,
except that different people must stay distinct.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs

from incidentcore._checks import as_tuple, need_kind, need_text
from incidentcore.errors import InvalidValueError
from incidentcore.records import ApprovalRule, Cause, Escalated, Event, Record, Task
from incidentcore.values import Actor, FrozenMap, Level

R = TypeVar("R", bound=Record)

REDACTED: Final = "[redacted]"

# The fields of a record that name people or contain what somebody wrote.
_PERSONS: Final = ("caller", "assignee", "closure_confirmed_by")
_WRITTEN: Final = (
    *("title", "description", "resolution_notes", "verification", "workaround"),
    "business_impact",
)
PERSONAL_FIELDS: Final = frozenset(
    (*_PERSONS, *_WRITTEN, "custom", "items", "major_roles", "root_cause", "tags")
)
# Numbers, instants, spans and levels in custom fields, which clocks and KPIs read (rule D5).
_FIGURES: Final = (int, float, Decimal, datetime, timedelta, Level)
# The same of an event's own attributes.
_TEXTS: Final = ("text", "reason", "outcome")


def redact(
    record: R, /, *, keep: Collection[str] = (), alias: str | Callable[[str], str] = "person"
) -> R:
    """Return a copy of a record without personal data, with the same clocks and KPIs.

    People become ``person-1``, ``person-2`` … in the order of the history, so that different people
    stay distinct within the record; roles are unchanged. Texts become ``[redacted]``, as does the
    target of an escalation, which may be a person. Tags, the evidence for categories and the bodies
    of unknown events are removed. Empty values, instants, states, groups, levels, categories, codes
    and links are unchanged, as are numbers, instants, spans and levels in ``custom``.

    Args:
        record: The record.
        keep: The names of fields to keep, since your rules read them and they contain no personal
            data: entries of ``custom``, such as ``"region"``, fields that are emptied otherwise,
            such as ``"title"``, or ``"target"`` (of escalations).
        alias: The prefix of pseudonyms; or a function that takes a person's id and returns a
            pseudonym, different for each person. KPIs that compare the people of several records,
            such as ``volume_per_caller``, need a function: a keyed hash whose key is discarded
            afterwards.

    Returns:
        A record with the same id, version and event ids. To erase personal data, remove the old
        record from the store and append the history of this one under the same id.

    Raises:
        InvalidValueError: The alias, or a pseudonym, is empty or not text, or two people have the
            same pseudonym.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.storage import redact
    >>> at = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = redact(Incident.open(id="INC-1", title="Kim's mail is down", by="kim", at=at))
    >>> incident.title, incident.caller, incident.opened_at == at
    ('[redacted]', 'person-1', True)
    """
    need_kind("record", record, Record)
    if not callable(alias):
        need_text("alias", alias)
    redaction = _Redaction(frozenset(as_tuple(keep, str)), alias)
    return type(record).from_history([redaction.event(event) for event in record.history])


class _Redaction:
    """One pass over a history, with the people found so far."""

    def __init__(self, keep: frozenset[str], alias: str | Callable[[str], str]) -> None:
        self.keep = keep
        self.alias = alias
        self.persons: dict[str, str] = {}
        self.inside: tuple[tuple[type, Callable[[Any], Any]], ...] = (
            (FrozenMap, self.fields),
            (Task, self.task),
            (ApprovalRule, self.rule),
        )

    def person(self, name: str) -> str:
        known = self.persons.get(name)
        if known is None:
            number = len(self.persons) + 1
            known = self.alias(name) if callable(self.alias) else f"{self.alias}-{number}"
            need_text("alias", known)
            if known in self.persons.values():
                raise InvalidValueError("alias", known, "a different pseudonym for each person")
            self.persons[name] = known
        return known

    def event(self, event: Event) -> Event:
        changes: dict[str, Any] = {
            "by": Actor(self.person(event.by.id), event.by.role),
            **{name: _hidden(getattr(event, name)) for name in _TEXTS if hasattr(event, name)},
        }
        if isinstance(event, Escalated) and "target" not in self.keep:
            changes["target"] = _hidden(event.target)  # a person as well as a group
        if hasattr(event, "evidence"):
            changes["evidence"] = ()
        if hasattr(event, "body"):  # an event of an unknown kind: nothing is known about its body
            changes["body"] = "{}"
        for name in ("fields", "task", "rule"):
            value = getattr(event, name, None)
            found = (hide for kind, hide in self.inside if isinstance(value, kind))
            changes.update((name, hide(value)) for hide in found)
        voice = getattr(event, "on_behalf_of", None)
        if voice is not None:
            changes["on_behalf_of"] = self.person(voice)
        return attrs.evolve(event, **changes)

    def fields(self, fields: FrozenMap[Any]) -> FrozenMap[Any]:
        return FrozenMap({name: self.field(name, value) for name, value in fields.items()})

    def task(self, task: Task) -> Task:
        assignee = None if task.assignee is None else self.person(task.assignee)
        return attrs.evolve(task, title=REDACTED, assignee=assignee)

    def rule(self, rule: ApprovalRule) -> ApprovalRule:
        return attrs.evolve(
            rule,
            approvers=[self.person(one) for one in rule.approvers],
            required=[self.person(one) for one in sorted(rule.required)],
            delegates={
                self.person(one): [self.person(other) for other in others]
                for one, others in rule.delegates.items()
            },
            then=None if rule.then is None else self.rule(rule.then),
        )

    def field(self, name: str, value: Any) -> Any:
        if name in self.keep and name != "custom":
            return value
        if name in _PERSONS:
            return None if value is None else self.person(value)
        if name in _WRITTEN:
            return _hidden(value)
        if name == "custom":
            return FrozenMap({key: self.entry(key, inner) for key, inner in value.items()})
        if name == "items":
            return tuple(attrs.evolve(item, name=REDACTED) for item in value)
        if name == "root_cause":
            return None if value is None else _cause(value)
        if name == "major_roles":
            return FrozenMap({role: self.person(who) for role, who in value.items()})
        if name == "tags":
            return frozenset()
        return value

    def entry(self, key: str, value: object) -> object:
        if key in self.keep or value is None or isinstance(value, _FIGURES):
            return value
        return _hidden(value) if isinstance(value, str) else REDACTED


def _hidden(value: Any) -> Any:
    return REDACTED if value else value


def _cause(cause: Cause) -> Cause:
    return Cause(REDACTED, tuple(_cause(part) for part in cause.because), cause.factor)
