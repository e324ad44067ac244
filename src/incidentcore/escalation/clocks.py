"""The SLA clocks that an escalation matrix refers to, each evaluated once for all levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions
from incidentcore.records import Timeline
from incidentcore.sla import (
    Crossing,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaRules,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.sla.crossings import ClockPoint
from incidentcore.sla.evaluate import in_force, later_status
from incidentcore.sla.life import OneClock

Slas: TypeAlias = SlaRules | SlaStatus | Sequence[SlaRules | SlaStatus]
"""Rules of clocks or their statuses: one or several."""

REFUSAL: Final = ("slas", "definitions, policies, service levels, Versions of them, or statuses")
_SINGLE: Final = (SlaDefinition, SlaPolicy, ServiceLevel, SlaStatus, Versions)


def several(slas: Any) -> Iterable[Any]:
    """Return SLA rules or statuses as an iterable; a single one becomes a tuple of one."""
    given = (slas,) if isinstance(slas, _SINGLE) else slas
    need_kind("slas", given, Iterable, allowed="rules of clocks, statuses, or several of them")
    return given


class Clocks:
    """A record's SLA clocks, each computed when a level first needs it.

    Statuses may be as of ``now``, the instant of evaluation, or as of ``seen``, after which events
    are ignored.
    """

    def __init__(
        self, slas: Slas, record_id: str, timeline: Timeline, now: datetime, seen: datetime
    ) -> None:
        self._timeline = timeline
        self._now = now
        self._clocks: list[OneClock | SlaStatus] = []
        self._crossings: dict[tuple[str, int], tuple[ClockPoint, list[Crossing]]] = {}
        for rules in several(slas):
            if not isinstance(rules, SlaStatus):
                self._clocks.extend(in_force(rules, timeline.opened_at, *REFUSAL).clocks)
            elif rules.record_id == record_id and rules.now in (now, seen):
                self._clocks.append(rules)
            else:
                raise InvalidValueError(
                    "slas",
                    f"a status of {rules.record_id!r} at {rules.now.isoformat()}",
                    f"one of {record_id!r} at {seen.isoformat()}, or its rules",
                )

    def crossings(self, clock: str, point: ClockPoint) -> list[Crossing]:
        """Return when a point was reached on the clocks with a given kind or name."""
        answer = self._crossings.get((clock, id(point)))
        if answer is not None:  # it holds the point, so that no other can have its identity
            return answer[1]
        crossings: list[Crossing] = []
        for number, rules in enumerate(self._clocks):
            if not isinstance(rules, SlaStatus):
                if not any(clock in (d.kind, d.name) for d in rules.definitions):
                    continue
                rules = evaluate_sla(rules, self._timeline, now=self._now)  # noqa: PLW2901  stays
                self._clocks[number] = rules
            elif rules.now != self._now:
                rules = later_status(rules, self._now)  # noqa: PLW2901  stays
                self._clocks[number] = rules
            crossings += rules.crossings(point, of=clock)
        self._crossings[clock, id(point)] = point, crossings
        return crossings
