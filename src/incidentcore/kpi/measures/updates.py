"""The outcomes of the updates that a communication plan requires."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import attrs

from incidentcore._checks import need_each, need_word
from incidentcore.communication import CommunicationPlan
from incidentcore.communication.updates import owed
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Versions, versions_of
from incidentcore.kpi.engine.accumulators import microseconds
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, ValueMeasure
from incidentcore.records import Record

_ZERO: Final = timedelta(0)

CommunicationRules: TypeAlias = CommunicationPlan | Versions[CommunicationPlan]
UpdateOutcome: TypeAlias = Literal["due", "on_time", "missed", "sent", "lateness"]


def _check_plan(_: object, field: attrs.Attribute[Any], value: object) -> None:
    allowed = "a CommunicationPlan, or Versions of one"
    need_each(field.name, versions_of(value), CommunicationPlan, KpiDefinitionError, allowed)


@attrs.frozen
class Updates(ValueMeasure):
    """The updates that a communication plan requires for a record, counted by outcome.

    Attributes:
        plan: The communication plan.
        outcome: ``on_time`` counts updates that were sent by their due time, ``missed`` those that
            were not, ``due`` both, and ``sent`` all updates sent, required or not. ``lateness`` is
            the total time by which missed updates were late, in open time of the rule's calendar;
            if there is none, of its contact hours; if there are none either, in wall-clock time.

    A record for which no update was required or sent is left out as ``nothing_owed``.
    """

    plan: CommunicationRules = attrs.field(validator=_check_plan)
    outcome: UpdateOutcome = "due"

    def __attrs_post_init__(self) -> None:
        need_word("outcome", self.outcome, UpdateOutcome, KpiDefinitionError)

    @property
    def unit(self) -> str:
        return "duration" if self.outcome == "lateness" else "updates"

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        plan, outcome = self.plan, self.outcome

        def updates(record: Record) -> int | str:
            state = owed(plan, record, now=as_of)
            if state is None or not (state.asked or state.sent):
                return "nothing_owed"
            if outcome == "sent":
                return len(state.sent)
            late = [one.late_by(as_of) for one in state.promises]
            if outcome == "lateness":
                return microseconds(sum(late, _ZERO))
            sent = [one.sent_at is not None for one in state.promises]
            missed = len(late) - late.count(_ZERO)
            on_time = sum(done and not by for done, by in zip(sent, late, strict=True))
            return {"on_time": on_time, "missed": missed, "due": on_time + missed}[outcome]

        return updates
