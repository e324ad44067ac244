"""Which fields a clock needs that the source of an imported record does not supply (rule K2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from incidentcore.instants import LATEST
from incidentcore.records import Timeline
from incidentcore.records.coverage import covers_fact
from incidentcore.sla.cycles import RawCycle
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.life import OneClock
from incidentcore.sla.policy import SlaPolicy

_HELD: Final[Mapping[str, str]] = {
    **dict.fromkeys(("state", "state.name", "state.pauses", "hold_reason"), "states"),
    **dict.fromkeys(("priority", "impact", "urgency"), "priorities"),
    **dict.fromkeys(("computed_priority", "priority_override"), "priorities"),
    **dict.fromkeys(("assignment_group", "assignee", "assigned_at"), "assignments"),
    "support_tier": "assignments",
}
"""The values that a source may supply without their history, with what supplies the history."""


class _Same:
    """Rules as a key by identity: hashing their contents takes longer than computing the result."""

    __slots__ = ("rules",)

    def __init__(self, rules: OneClock) -> None:
        self.rules = rules

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rules is other.rules

    def __hash__(self) -> int:
        return id(self.rules)


def not_covered(rules: OneClock, covers: frozenset[str] | None) -> tuple[str, ...]:
    """Return the fields without which a clock cannot be judged, as the source lacks them (H2).

    These are moments and counts that it reads, and values without a history that its stop reads.
    """
    return () if covers is None else _lacking(_Same(rules), covers)[0]


def held_throughout(rules: OneClock, covers: frozenset[str] | None) -> tuple[str, ...]:
    """Return the other fields of whose history a clock has none: their one value holds."""
    return () if covers is None else _lacking(_Same(rules), covers)[1]


@lru_cache(maxsize=64)
def _lacking(same: _Same, covers: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    rules = same.rules
    each = rules.definitions
    stops = {_field(path) for one in each for path in one.stop.fields}
    fields = stops.union(*(_fields(one) for one in each))
    if isinstance(rules, SlaPolicy):
        fields.update(_field(path) for rule in rules.rules for path in rule.when.fields)
    lacking = sorted(name for name in fields if not _covered(covers, name))
    missing = tuple(name for name in lacking if name in stops or name not in _HELD)
    return missing, tuple(name for name in lacking if name not in missing)


def _fields(definition: SlaDefinition) -> Iterator[str]:
    conditions = (definition.start, definition.pause, definition.resume, definition.cancel)
    for condition in conditions:
        yield from () if condition is None else map(_field, condition.fields)
    if definition.starts_from is not None:
        yield _field(definition.starts_from)
    if definition.reset is not None:
        yield "last_public_update_at"  # a reset needs messages


def _field(path: str) -> str:
    """Return the field that a path reads; for whether a state is open, ``resolved_at``."""
    first = path.partition(".")[0]
    if path in _HELD:
        return path
    return "resolved_at" if first == "state" else first


def _covered(covers: frozenset[str], name: str) -> bool:
    need = _HELD.get(name)
    return covers_fact(covers, name) if need is None else not covers.isdisjoint((name, need))


def imported_at(timeline: Timeline) -> datetime:
    """Return when a record was imported: when its opening was recorded, if that was later.

    ``LATEST`` if the opening was recorded as it happened, since nothing tells then.
    """
    opening = next(step for step in timeline.moments if step.at == timeline.opened_at).events[0]
    return opening.recorded_at if opening.recorded_at > opening.at else LATEST


def since_import(cycles: Iterable[RawCycle], imported: datetime) -> tuple[RawCycle, ...]:
    """Return the cycles that began at the import or later."""
    return tuple(cycle for cycle in cycles if cycle.started_at >= imported)
