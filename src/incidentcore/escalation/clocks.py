"""The SLA clocks that a matrix refers to: each evaluated once, for all levels and points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions
from incidentcore.records import Timeline
from incidentcore.sla import (
    ClockPoint,
    Crossing,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaRules,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.sla.evaluate import later_status

__all__ = ["Clocks", "OneClock", "Slas", "several", "single_clocks"]

OneClock: TypeAlias = SlaDefinition | SlaPolicy
Slas: TypeAlias = SlaRules | SlaStatus | Sequence[SlaRules | SlaStatus]
"""Rules of clocks or their statuses: one or several."""

_SINGLE: Final = (SlaDefinition, SlaPolicy, ServiceLevel, SlaStatus, Versions)


def several(slas: Any) -> Iterable[Any]:
    """Return rules of clocks or statuses unchanged, and a single one as a tuple of one."""
    given = (slas,) if isinstance(slas, _SINGLE) else slas
    need_kind("slas", given, Iterable, allowed="rules of clocks, statuses, or several of them")
    return given


def single_clocks(rules: SlaRules, opened_at: datetime) -> tuple[OneClock, ...]:
    """Return the clocks of rules of any type, as they apply to a record opened at an instant."""
    chosen = rules.at(opened_at) if isinstance(rules, Versions) else rules
    if isinstance(chosen, ServiceLevel):
        return chosen.clocks
    if isinstance(chosen, (SlaDefinition, SlaPolicy)):
        return (chosen,)
    raise InvalidValueError(
        "slas", chosen, "definitions, policies, service levels, Versions of them, or statuses"
    )


class Clocks:
    """A record's clocks, each computed when a level first needs it.

    Args:
        slas: The rules of the clocks, or their statuses if already evaluated for the record.
        record_id: The record.
        timeline: Its facts over time.
        now: The instant to evaluate them at, if nothing happens after ``seen``.
        seen: Events after this are ignored; a status may also be as of this instant.

    Raises:
        InvalidValueError: A status is of another record or instant, or something is not a clock.
    """

    def __init__(
        self,
        slas: Slas,
        record_id: str,
        timeline: Timeline,
        now: datetime,
        seen: datetime,
    ) -> None:
        self._timeline = timeline
        self._now = now
        self._clocks: list[OneClock | SlaStatus] = []
        for rules in several(slas):
            if not isinstance(rules, SlaStatus):
                self._clocks.extend(single_clocks(rules, timeline.opened_at))
            elif rules.record_id == record_id and rules.now in {now, seen}:
                self._clocks.append(rules)
            else:
                raise InvalidValueError(
                    "slas",
                    f"a status of {rules.record_id!r} at {rules.now.isoformat()}",
                    f"one of {record_id!r} at {seen.isoformat()}, or its rules",
                )

    def crossings(self, clock: str, point: ClockPoint) -> list[Crossing]:
        """Return when a point was reached on the clocks with a kind or name."""
        crossings: list[Crossing] = []
        for number, rules in enumerate(self._clocks):
            if isinstance(rules, SlaDefinition):
                if clock != rules.kind and clock != rules.name:  # noqa: PLR1714  the quicker form
                    continue
            elif isinstance(rules, SlaPolicy) and not any(
                clock in (one.kind, one.name) for one in rules.definitions
            ):
                continue
            if not isinstance(rules, SlaStatus):
                rules = evaluate_sla(rules, self._timeline, now=self._now)  # noqa: PLW2901  stays
                self._clocks[number] = rules
            elif rules.now != self._now:
                rules = later_status(rules, self._now)  # noqa: PLW2901  stays
                self._clocks[number] = rules
            crossings.extend(rules.crossings(point, of=clock))
        return crossings
