"""The outcomes of SLA clocks: met, breached, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal, TypeAlias

import attrs

from incidentcore._checks import need_each, need_word
from incidentcore.conditions import Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Versions, versions_of
from incidentcore.kpi.engine.accumulators import Ratio, Sample, Tally, microseconds
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, Totals, ValueMeasure, a_flag
from incidentcore.kpi.moments import facts_of
from incidentcore.records import Record
from incidentcore.sla import SlaStatus, evaluate_sla
from incidentcore.sla.life import OneClock

ClockOutcome: TypeAlias = Literal["met", "cycles_met", "running_breached", "time_over_target"]
_OF = {
    "met": "completed clocks",
    "cycles_met": "completed cycles",
    "running_breached": "clocks running or paused",
}
_RUNNING = ("running", "paused")


def _check_rules(_: object, field: attrs.Attribute[Any], value: object) -> None:
    allowed = "an SlaDefinition, an SlaPolicy, Versions of one, or one of a ServiceLevel's clocks"
    need_each(field.name, versions_of(value), OneClock, KpiDefinitionError, allowed)


@attrs.frozen
class SlaClocks(ValueMeasure):
    """The outcome of one SLA clock on each record.

    Attributes:
        rules: The definition or policy of the clock.
        outcome: ``met`` is the share of completed clocks that met their target; a clock that was
            reset or reopened counts once, with the result of its last cycle. ``cycles_met`` is the
            share of completed cycles that met their target, for clocks that run repeatedly.
            ``running_breached`` is the share of running or paused clocks that have breached.
            ``time_over_target`` is the open time beyond the target, for each record that breached
            the target.
        overdue_missed: For ``met``: whether a running clock that has breached counts as missed
            instead of being left out as ``running_breached``.

    Records whose clock is not counted are left out under one of these codes: ``no_sla``,
    ``not_covered``, ``not_started``, ``running``, ``running_breached``, ``paused``,
    ``paused_breached``, ``completed``, ``within_target`` or ``canceled``.
    """

    rules: OneClock | Versions[OneClock] = attrs.field(validator=_check_rules)
    outcome: ClockOutcome = "met"
    overdue_missed: bool = attrs.field(default=False, kw_only=True, validator=a_flag)

    def __attrs_post_init__(self) -> None:
        need_word("outcome", self.outcome, ClockOutcome, KpiDefinitionError)
        if self.overdue_missed and self.outcome != "met":
            raise KpiDefinitionError("overdue_missed", True, f"False for {self.outcome}")

    @property
    def totals(self) -> Totals:  # type: ignore[override]  # depends on what is asked for
        if self.outcome == "time_over_target":
            return Sample
        return Ratio if self.outcome == "cycles_met" else Tally

    @property
    def unit(self) -> str:
        return "duration" if self.has_statistic else "fraction"

    @property
    def of(self) -> str:
        return "completed or overdue clocks" if self.overdue_missed else _OF.get(self.outcome, "")

    @property
    def needs(self) -> frozenset[str]:
        conditions = (one for one in nested(self.rules) if isinstance(one, Condition))
        return facts_of(path for one in conditions for path in one.fields)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        rules: Any = self.rules
        outcome_of = {
            "met": self._met,
            "cycles_met": _cycles,
            "running_breached": _running_breached,
            "time_over_target": _over_target,
        }[self.outcome]

        def read(record: Record) -> Any:
            status: SlaStatus = evaluate_sla(rules, record, now=as_of)
            found = outcome_of(status)
            return "canceled" if found == "not_started" and record.state.is_canceled else found

        return read

    def _met(self, status: SlaStatus) -> bool | str:
        if status.stage == "stopped":
            return not status.breached
        if self.overdue_missed and status.stage in _RUNNING and status.breached:
            return False
        return incomplete(status)


def nested(value: Any) -> Iterator[Any]:
    """Yield a value and everything nested in it, but not the parts of calendars."""
    yield value
    if hasattr(value, "open_time"):  # a calendar, or its class
        return
    inner: Iterable[Any] = ()
    if attrs.has(type(value)):
        inner = (getattr(value, each.name, None) for each in attrs.fields(type(value)))
    elif hasattr(value, "items"):
        inner = (part for pair in value.items() for part in pair)
    elif isinstance(value, (tuple, list, frozenset)):
        inner = value
    for part in inner:
        yield from nested(part)


def incomplete(status: SlaStatus) -> str:
    """Return the code for leaving out a record whose clock has not stopped."""
    if status.not_covered:
        return "not_covered"
    if status.stage in _RUNNING:
        return f"{status.stage}_breached" if status.breached else str(status.stage)
    return "no_sla" if status.stage == "none" else str(status.stage)


def _running_breached(status: SlaStatus) -> bool | str:
    if status.stage == "stopped":
        return "completed"
    return status.breached if status.stage in _RUNNING else incomplete(status)


def _cycles(status: SlaStatus) -> tuple[int, int] | str:
    results = [
        cycle.result
        for cycle in status.cycles
        if cycle.stopped_at is not None and cycle.result in ("met", "breached")
    ]
    return (results.count("met"), len(results)) if results else incomplete(status)


def _over_target(status: SlaStatus) -> int | str:
    if status.stage in ("none", "not_started", "canceled"):
        return incomplete(status)
    return microseconds(status.over_target) if status.breached else "within_target"
