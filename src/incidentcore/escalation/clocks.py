"""The SLA clocks that a matrix speaks of: each folded once, for all levels and points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from incidentcore.errors import InvalidValueError
from incidentcore.escalation.anchors import View
from incidentcore.instants import Versions
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

__all__ = ["Clocks", "OneClock", "single_clocks"]

OneClock: TypeAlias = SlaDefinition | SlaPolicy


def single_clocks(rules: SlaRules, opened_at: datetime) -> tuple[OneClock, ...]:
    """Return the clocks of any kind of rules, as they hold for a record opened at an instant."""
    chosen = rules.at(opened_at) if isinstance(rules, Versions) else rules
    if isinstance(chosen, ServiceLevel):
        return chosen.clocks
    if isinstance(chosen, (SlaDefinition, SlaPolicy)):
        return (chosen,)
    raise InvalidValueError(
        "slas", chosen, "definitions, policies, service levels, Versions of them, or statuses"
    )


class Clocks:
    """A record's clocks, each computed when a level first asks for it.

    Args:
        slas: The rules of the clocks, or what they already said about the record.
        view: The record.
        now: The instant to tell them for.

    Raises:
        InvalidValueError: A status is of another record or instant, or something is no clock.
    """

    def __init__(self, slas: Sequence[SlaRules | SlaStatus], view: View, now: datetime) -> None:
        self._view = view
        self._now = now
        self._clocks: list[OneClock | SlaStatus] = []
        if not isinstance(slas, Iterable):
            raise InvalidValueError("slas", slas, "a sequence of rules or statuses")
        for given in slas:
            if not isinstance(given, SlaStatus):
                self._clocks.extend(single_clocks(given, view.timeline.opened_at))
            elif given.record_id == view.record_id and given.now == now:
                self._clocks.append(given)
            else:
                raise InvalidValueError(
                    "slas",
                    f"a status of {given.record_id!r} at {given.now.isoformat()}",
                    f"one of {view.record_id!r} at {now.isoformat()}, or its rules",
                )

    def crossings(self, clock: str, point: ClockPoint) -> Iterator[Crossing]:
        """Yield when a point was reached on the clocks of a kind or name."""
        for number, known in enumerate(self._clocks):
            if isinstance(known, SlaDefinition):
                if clock != known.kind and clock != known.name:  # noqa: PLR1714  the quicker form
                    continue
            elif isinstance(known, SlaPolicy) and not any(
                clock in (one.kind, one.name) for one in known.definitions
            ):
                continue
            if not isinstance(known, SlaStatus):
                known = evaluate_sla(known, self._view.timeline, now=self._now)  # noqa: PLW2901  kept below
                self._clocks[number] = known
            yield from known.crossings(point, of=clock)
