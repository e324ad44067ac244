"""The results of a clock, in a form that can be stored or sent: its figures, cycles and trace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import need_kind
from incidentcore.sla.cycles import Cycle, PassedThreshold
from incidentcore.sla.fold import ClockStage
from incidentcore.sla.status import SlaStatus
from incidentcore.sla.trace import Trace
from incidentcore.words import Words


@attrs.frozen(kw_only=True)
class SlaSnapshot:
    """The results of an ``SlaStatus``, without the history and the rules behind them.

    A status is stored in this form: ``dumps`` writes it and ``loads`` returns it. Comments and
    resolution notes are not part of it. The attributes are those of ``SlaStatus``, but
    ``definition`` is the definition's name, and ``cycles`` lack the events that ended them.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Incident, SlaDefinition, dumps, evaluate_sla, loads
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import SlaSnapshot
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> always = BusinessCalendar.always()
    >>> agreed = SlaDefinition.first_response(hours=4, calendar=always)
    >>> status = evaluate_sla(agreed, incident, now=nine + timedelta(hours=1))
    >>> snapshot = loads(dumps(status), SlaSnapshot)
    >>> snapshot == SlaSnapshot.of(status), snapshot.stage, str(snapshot.due_at)
    (True, 'running', '2026-06-01 13:00:00+00:00')
    """

    record_id: str
    definition: str | None
    definition_hash: str | None
    now: datetime
    stage: ClockStage
    started_at: datetime | None
    stopped_at: datetime | None
    target: timedelta | None
    elapsed: timedelta
    remaining: timedelta | None
    due_at: datetime | None
    due_at_if_resumed: datetime | None
    breached: bool
    breached_at: datetime | None
    paused_open_time: timedelta
    wall_elapsed: timedelta
    next_wakeup: datetime | None
    thresholds: tuple[PassedThreshold, ...]
    cycles: tuple[Cycle, ...]
    not_covered: tuple[str, ...] = ()
    zone_data: tuple[str, str]
    trace: Trace

    @classmethod
    def of(cls, status: SlaStatus, /) -> SlaSnapshot:
        """Return the results of a status, without the history behind them."""
        need_kind("status", status, SlaStatus)
        results: dict[str, Any] = {name: getattr(status, name) for name in attrs.fields_dict(cls)}
        if status.definition is not None:
            results["definition"] = status.definition.name
        results["cycles"] = tuple(attrs.evolve(one, stopped_by=None) for one in status.cycles)
        return cls(**results)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return ``trace`` in the language of ``words``; ``zone`` defaults to that of the trace."""
        return self.trace.in_words(words, zone)

    def __str__(self) -> str:
        return str(self.trace)
