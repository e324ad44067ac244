"""Check the KPIs, groups and columns of a computation before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions
from incidentcore.kpi import (
    AgeBuckets,
    AtLeast,
    AtMost,
    Count,
    Duration,
    FieldValue,
    Group,
    HourBands,
    Kpi,
    NetFlow,
    Partial,
    Rate,
    RatioOfSums,
    SameDay,
    SlaClocks,
)
from incidentcore.kpi.engine.accumulators import instant
from incidentcore.kpi.groups import as_groups, group_names
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.kpi.measures.clocks import nested
from incidentcore.kpi.periods import Window
from incidentcore.kpi.record_tests import test_needs
from incidentcore.records.coverage import covers_fact
from incidentcore.vendors.cells import TIMES
from incidentcore.vendors.kit import Findings
from incidentcore.vendors.kit.entries import ALIASES

_GROUPS: Final = (Group, AgeBuckets, HourBands)
_MEASURES: Final = (Count, Duration, FieldValue, NetFlow, Rate, RatioOfSums, SlaClocks)
_COVERED: Final = frozenset({"moments", "acknowledged_at", "first_response_at"})
_ALWAYS: Final = ("state", "state_category", "hold_reason")  # a record's state depends on these


def refuse(kpi: Kpi, why: str) -> None:
    """Raise an error that names a KPI and says why it cannot be computed from columns."""
    allowed = f"KPIs that moments and words of a row answer; {why}: use compute_kpis on records"
    raise InvalidValueError("kpis", kpi.id, allowed)


@attrs.define
class Plan:
    """The KPIs, groups and columns of a computation, which are checked when it is created."""

    kpis: tuple[Kpi, ...]
    mapping: dict[str, str | int]
    as_of: datetime
    groups: tuple[Any, ...] = attrs.field(converter=as_groups)
    window: Window
    mode: PartialMode
    reading: dict[str, Any]
    findings: Findings = attrs.field(factory=Findings)
    part: Partial = attrs.field(init=False)  # an empty one
    texts: frozenset[str] = attrs.field(init=False)
    instants: list[int] = attrs.field(init=False)
    checks: list[tuple[Kpi | None, Any]] = attrs.field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        self.part = Partial(
            self.kpis,
            as_of=self.as_of,
            groups=group_names(self.groups),
            window=self.window,
            mode=self.mode,
        )
        self.as_of = self.part.as_of
        asked: list[Any] = list(self.groups)
        for kpi in self.part.firsts:
            self._check(kpi)
            parts = [kpi.measure, kpi.population, kpi.exclusions]
            asked += parts
            for value in nested(tuple(parts)):
                if isinstance(value, (AtMost, AtLeast, SameDay)):
                    self.checks.append((kpi, value))
            if hasattr(kpi.measure, "rules"):
                self.checks.append((kpi, kpi.measure))
        allowed = "a field path, a Group of records, AgeBuckets or HourBands; not a function"
        for group in self.groups:
            self.checks += [(None, (group.moment, one)) for _, one in getattr(group, "bands", ())]
            if not isinstance(group, _GROUPS) or getattr(group, "of_events", False):
                raise InvalidValueError("group_by", group.name, allowed)
        values = [value for each in asked for value in nested(each)]
        words = [*values, *(path for each in values for path in getattr(each, "fields", ()) or ())]
        self.texts = frozenset(word for word in words if isinstance(word, str))
        named = [instant(at) for at in values if isinstance(at, datetime) and at.tzinfo]
        ages = [days for each in self.groups for days in getattr(each, "days", ())]
        named += [instant(self.as_of - timedelta(days=days)) for days in ages]
        self.instants = [instant(self.as_of), *dict.fromkeys(named)]

    def _check(self, kpi: Kpi) -> None:
        """Refuse what cannot be computed from the moments and words of one row."""
        measure = kpi.measure
        if type(measure) not in _MEASURES:
            refuse(kpi, f"{type(measure).__name__} reads the histories of records")
        needs = measure.needs | test_needs(kpi.population)
        for need in sorted(needs):
            if not covers_fact(_COVERED, need):
                refuse(kpi, f"this one needs {need}, which the histories of records tell")
        parts = (getattr(measure, name, None) for name in ("numerator", "denominator"))
        if any(isinstance(part, (Duration, SlaClocks)) for part in parts):
            refuse(kpi, "this one is a sum of times")
        if any(
            isinstance(value, Versions) or getattr(value, "reads_time", False)
            for value in nested(getattr(measure, "rules", ()))
        ):
            refuse(kpi, "its rules depend on the time")

    def column(self, name: str, columns: Sequence[str]) -> str:
        """Return the name of the column of a field."""
        column = self.mapping[name]
        if isinstance(column, int) and 1 <= column <= len(columns):
            column = columns[column - 1]
        if column not in columns:
            allowed = f"a column of the frame: {', '.join(columns)}"
            raise InvalidValueError(f"mapping[{name}]", column, allowed)
        return str(column)

    def wanted(self, columns: Sequence[str]) -> dict[str, str]:
        """Return the columns to read, by field; a column that is not mapped has its own name."""
        fields = {}
        roots = {text.partition(".")[0] for text in self.texts}
        for name in self.mapping:
            is_asked = not roots.isdisjoint({name, ALIASES.get(name, name)})
            if name in ("id", *_ALWAYS) or name in TIMES or is_asked:
                fields[name] = self.column(name, columns)
        taken = {self.column(name, columns) for name in self.mapping}
        for text in sorted(self.texts):
            root, _, rest = text.partition(".")
            key = rest if rest in columns else rest.partition(".")[0]
            if root == "custom" and key in columns and key not in taken:
                fields[f"custom.{key}"] = key
        return fields
