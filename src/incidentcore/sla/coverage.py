"""Which fields a clock needs that the source of an imported record does not supply (rule K2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from incidentcore.records import Timeline
from incidentcore.records.coverage import covers_fact
from incidentcore.sla.cycles import RawCycle
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.life import OneClock
from incidentcore.sla.policy import SlaPolicy

__all__ = ["imported_at", "not_covered", "since_import"]

# What a path needs if ``covers_fact`` knows no fact of its name.
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("state", "state.name", "state.pauses", "hold_reason"), ("states",)),
    **dict.fromkeys(("state.open", "state.resolved"), ("states", "moments")),
    **dict.fromkeys(("state.final", "state.is_closed", "state.is_canceled"), ("states", "moments")),
    **dict.fromkeys(("priority", "impact", "urgency"), ("priorities",)),
    **dict.fromkeys(("computed_priority", "priority_override"), ("priorities",)),
    **dict.fromkeys(("assignment_group", "assignee", "support_tier"), ("assignments",)),
    "assigned_at": ("assignments",),
    "opened_by": (),
}


class _Same:
    """Rules as a key by identity: hashing their contents takes longer than computing the result."""

    __slots__ = ("rules",)

    def __init__(self, rules: OneClock) -> None:
        self.rules = rules

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rules is other.rules

    def __hash__(self) -> int:
        return id(self.rules)


def not_covered(rules: OneClock, timeline: Timeline) -> tuple[str, ...]:
    """Return the fields that a clock reads but the record's source does not supply."""
    covers = timeline.covers
    return () if covers is None else _lacking(_Same(rules), covers)


@lru_cache(maxsize=64)
def _lacking(same: _Same, covers: frozenset[str]) -> tuple[str, ...]:
    rules = same.rules
    paths = {path for each in rules.definitions for path in _paths(each)}
    if isinstance(rules, SlaPolicy):
        paths.update(path for rule in rules.rules for path in rule.when.fields)
    if any(each.reset is not None for each in rules.definitions):
        paths.add("last_public_update_at")  # a reset needs messages
    return tuple(sorted(path for path in paths if not _covered(covers, path)))


def _paths(definition: SlaDefinition) -> Iterable[str]:
    conditions = (definition.start, definition.pause, definition.stop, definition.resume)
    return (path for each in conditions if each is not None for path in each.fields)


def _covered(covers: frozenset[str], path: str) -> bool:
    first = path.split(".", maxsplit=1)[0]
    needs = _NEEDS.get(path, _NEEDS.get(first))
    if needs is not None:
        return not needs or path in covers or first in covers or not covers.isdisjoint(needs)
    return covers_fact(covers, first)


def imported_at(timeline: Timeline) -> datetime:
    """Return when a record was imported, which is when its opening was recorded."""
    opening = next(step for step in timeline.moments if step.at == timeline.opened_at).events[0]
    return opening.recorded_at


def since_import(cycles: Iterable[RawCycle], imported: datetime) -> tuple[RawCycle, ...]:
    """Return the cycles that began at the import or later."""
    return tuple(cycle for cycle in cycles if cycle.started_at >= imported)
