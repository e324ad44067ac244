"""The tool's own SLA results, kept beside the history for comparison."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

import attrs

from incidentcore._checks import need_kind
from incidentcore.records import Record

_DURATIONS = ("elapsed", "goal", "paused")


@attrs.frozen(kw_only=True)
class ReportedSla:
    """A tool's own SLA result for one target of a record; values that the tool omits are None.

    Attributes:
        target: The target's name in the tool.
        breached: Whether the target was missed.
        started_at: When the target's clock started.
        stopped_at: When the clock stopped; None while it runs.
        due_at: The target's due time.
        elapsed: The elapsed time by the tool's calendar.
        goal: The allowed time.
        paused: The time for which the clock was paused.
        stage: The clock's current stage, as the tool names it.
    """

    target: str
    breached: bool | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    due_at: datetime | None = None
    elapsed: timedelta | None = None
    goal: timedelta | None = None
    paused: timedelta | None = None
    stage: str | None = None

    def __attrs_post_init__(self) -> None:
        need_kind("breached", self.breached, (bool, type(None)), allowed="True, False or None")

    def to_plain(self) -> dict[str, object]:
        """Return the result as stored under ``custom``, with durations in seconds."""
        plain = {name: value for name, value in attrs.asdict(self).items() if value is not None}
        for name in _DURATIONS:
            if name in plain:
                plain[name] = plain[name].total_seconds()
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the result that ``to_plain`` wrote."""
        values = dict(plain)
        for name in _DURATIONS:
            if name in values:
                values[name] = timedelta(seconds=values[name])
        return cls(**values)


def reported_slas(record: Record, target: str | None = None) -> tuple[ReportedSla, ...]:
    """Return the tool's own SLA results that came with a record, in the tool's order.

    Args:
        record: A record that an importer returned.
        target: The name of the tool's target, whose results to return; None returns all.
    """
    plain = record.custom.get("tool", {}).get("slas", ())
    results = tuple(ReportedSla.from_plain(one) for one in plain)
    return results if target is None else tuple(one for one in results if one.target == target)
