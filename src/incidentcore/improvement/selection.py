"""Select the records to count, and count why the others are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from incidentcore._checks import need_kind
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_utc
from incidentcore.kpi.engine.compiled_conditions import compile_condition
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.groups import (
    GroupBy,
    compile_groups,
    group_names,
    need_hash,
    raise_field_error,
)
from incidentcore.records import Incident, Record

MONTH: Final = timedelta(days=365.25) / 12
"""The length of a month in "per month": a twelfth of 365.25 days, the same for every month."""

Key: TypeAlias = tuple[object, ...]


class Selection:
    """Decides which records are counted, and counts the others by reason (rule I1)."""

    def __init__(
        self,
        *,
        as_of: datetime,
        period: Interval | None = None,
        population: Condition = ALWAYS,
        incidents: bool = False,
    ) -> None:
        need_kind("period", period, (Interval, type(None)))
        need_kind("population", population, Condition)
        self.as_of: datetime = as_utc(as_of, "as_of")
        self.period = period
        self.n: int = 0  # records seen so far
        self.counted: int = 0
        self.left_out: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._only_incidents = incidents
        self._belongs = compile_condition(population, self.as_of)

    def admit(self, record: Record) -> Record | None:
        """Return a record as it was known at ``as_of``; None if it is not counted."""
        if record.id in self._seen:
            raise InvalidValueError("records", record.id, "each record once")
        self._seen.add(record.id)
        self.n += 1
        known = as_known(record, self.as_of)
        reason = "not_known" if known is None else self._reason(known)
        if reason is not None:
            self.left_out[reason] += 1
            return None
        self.counted += 1
        return known

    def _reason(self, record: Record) -> str | None:
        if self._only_incidents and not isinstance(record, Incident):
            return "not_an_incident"
        if self.period is not None and record.opened_at not in self.period:
            return "outside_period"
        if record.exercise is not None:
            return "exercise"
        if record.canceled_at is not None:
            return "canceled"
        return None if self._belongs(record) else "outside_population"

    def observed(self, first: datetime | None) -> Interval | None:
        """Return the interval in which openings were counted; None if it is empty.

        Without a period it starts at ``first``, the first opening that was counted.
        """
        start = first if self.period is None else self.period.start
        end = self.as_of if self.period is None else min(self.period.end, self.as_of)
        return None if start is None or end < start else Interval(start, end)


_EMPTY: Final[tuple[object, ...]] = (None, "", (), frozenset())


def is_absent(value: object) -> bool:
    """Return whether a value holds no information: None, an empty value, or a NaN."""
    if type(value) is str:  # most values are
        return not value
    return value in _EMPTY or value != value  # noqa: PLR0124  only NaN differs from itself


def name_text(name: str) -> str:
    """Return the name of a field as a readable heading, such as ``configuration item``."""
    return name.removeprefix("custom.").replace("_", " ")


def key_names(key: object) -> tuple[str, ...]:
    """Return a heading for each value of a key, as passed to ``compile_key``."""
    return group_names(_parts(key))


def compile_key(key: object, as_of: datetime) -> Callable[[Record], Key]:
    """Return a function that reads the values of a key from a record."""
    read = compile_groups(_parts(key), as_of)

    def read_checked(record: Record) -> Key:
        try:
            found = read(record)
        except AttributeError as error:
            raise_field_error("key", error)
        need_hash("key", found)
        return found

    return read_checked


def _parts(key: object) -> tuple[GroupBy, ...]:
    parts = parts_of(key)
    if not parts:
        raise InvalidValueError("key", key, "a field path, a Group, a function, or a tuple of them")
    return parts


def parts_of(key: Any) -> tuple[GroupBy, ...]:
    """Return the parts of a key; one that is not a tuple is its only part."""
    return tuple(key) if isinstance(key, (tuple, list)) else (key,)
