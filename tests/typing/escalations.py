"""Uses of escalation and communication that type-check, and typos that do not; never run."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from incidentcore.escalation import (
    After,
    Candidate,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnCallLayer,
    Trigger,
    TriggerContext,
    due_escalations,
)
from incidentcore.records import Record
from incidentcore.schedule import Rotation


@attrs.frozen
class AtOnce(Trigger):
    """A trigger of a caller's."""

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Nothing but a code."""
        return "at_once", {}

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """One for each opening."""
        return context.delayed(context.view.moments("opened_at"), timedelta(0), None)


def rules(rotation: Rotation) -> EscalationMatrix:
    """Build a matrix, with a typo beside each word."""
    levels = [EscalationLevel(AtOnce(), "desk"), EscalationLevel(After(timedelta(1)), "lead")]
    EscalationLevel(AtOnce(), "desk", until="acknowleged")  # type: ignore[arg-type]
    EscalationRow("r", levels, on_reopen="restrat")  # type: ignore[arg-type]
    OnCallLayer(rotation, ["ada", None], turns="onduty")  # type: ignore[arg-type]
    EscalationTarget("grup", "desk")  # type: ignore[arg-type]
    return EscalationMatrix("m", [EscalationRow("r", levels, on_reopen="keep")])


def reasons(matrix: EscalationMatrix, record: Record, now: datetime) -> list[str]:
    """Ask what is due; the record cannot be named."""
    due_escalations(matrix, record=record, now=now)  # type: ignore[call-arg]
    return [one.overtaken_by or one.why for one in due_escalations(matrix, record, now=now)]
