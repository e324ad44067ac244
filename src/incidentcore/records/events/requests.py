"""The events of a service request: approvals requested and given, and its tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import attrs
from attrs.validators import optional

from incidentcore._checks import a_text, any_text, of_type, one_of
from incidentcore.records.approvals import Approval, ApprovalDecision, ApprovalRule, may_decide
from incidentcore.records.events.base import Event
from incidentcore.records.tasks import Task, progress_of, roll_up


@attrs.frozen(kw_only=True)
class ApprovalRequested(Event):
    """Approval was requested under a rule; a further request begins a new round.

    Attributes:
        rule: The rule: who is asked, and how many of them must approve.
        keep_decisions: Whether earlier decisions still count, for example when an approver is
            added; otherwise the new round begins without decisions.
    """

    kind: ClassVar[str] = "approval_requested"

    rule: ApprovalRule = attrs.field(validator=of_type(ApprovalRule))
    keep_decisions: bool = attrs.field(default=False, validator=of_type(bool))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the rule, and the result of the decisions under it."""
        kept = facts.get("approvals", ()) if self.keep_decisions else ()
        asked: dict[str, object] = {"approval_rule": self.rule, "approval_requested_at": self.at}
        fresh = {**facts, "approval_decided_at": None, "approval_stage": None}
        return {**asked, **_decided(self, self.rule, kept, fresh)}


def _decided(
    event: Event, rule: ApprovalRule | None, approvals: Iterable[Approval], facts: Mapping[str, Any]
) -> dict[str, object]:
    """Return the decisions, and their combined result if there is a rule."""
    approvals = tuple(approvals)
    changes: dict[str, object] = {"approvals": approvals}
    if rule is None:
        return changes
    count = rule.count(approvals)
    since = facts.get("approval_decided_at")
    if count.state == "pending":
        since = None
    elif since is None or count.state != facts.get("approval_state"):
        since = event.at
    before = facts.get("approval_stage")
    if before != count.stage:
        changes["approval_expires_at"] = rule.stages()[count.stage].expires_at(event.at)
    return {
        **changes,
        "approval_state": count.state,
        "approval_stage": count.stage,
        "approvals_pending": count.pending,
        "approval_decided_at": since,
    }


def expired(facts: Mapping[str, Any], at: datetime) -> bool:
    """Return whether a still pending approval has expired at an instant."""
    end = facts.get("approval_expires_at")
    return end is not None and facts.get("approval_state") == "pending" and at >= end


@attrs.frozen(kw_only=True)
class Approved(Event):
    """An approver approved or rejected a request, or withdrew an earlier decision.

    If a person decides several times in one stage, the last decision counts. A decision after
    ``approval_expires_at`` changes nothing; one at that instant still counts. A delegate's decision
    counts if the rule names the delegate for the approver ``on_behalf_of``.

    Source: rule L7.
    """

    kind: ClassVar[str] = "approved"

    decision: ApprovalDecision = attrs.field(validator=one_of(ApprovalDecision))
    reason: str = attrs.field(default="", validator=any_text)
    on_behalf_of: str | None = attrs.field(
        default=None, validator=optional(a_text), metadata={"later": True}
    )

    def _stage(self, approvals: Iterable[Approval], facts: Mapping[str, Any]) -> int:
        """Return the latest stage that has begun and in which the actor may decide, or decided."""
        rule: ApprovalRule | None = facts.get("approval_rule")
        begun: int = facts.get("approval_stage") or 0
        mine = (self.by.id, self.on_behalf_of)
        if self.decision == "withdrawn":
            own = [one.stage for one in approvals if (one.by.id, one.on_behalf_of) == mine]
            return max(own, default=begun)
        stages = () if rule is None else rule.stages()[: begun + 1]
        asked = (n for n, stage in enumerate(stages) if may_decide(stage, *mine))
        return max(asked, default=begun)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the decisions and their result.

        A decision after ``approval_expires_at`` changes nothing.
        """
        end = facts.get("approval_expires_at")
        if end is not None and self.at > end:
            return {}
        approvals = facts.get("approvals", ())
        stage = self._stage(approvals, facts)
        mine = (self.by.id, self.on_behalf_of, stage)
        kept = [one for one in approvals if (one.by.id, one.on_behalf_of, one.stage) != mine]
        if self.decision != "withdrawn":
            kept.append(
                Approval(
                    by=self.by,
                    decision=self.decision,
                    at=self.at,
                    reason=self.reason,
                    on_behalf_of=self.on_behalf_of,
                    stage=stage,
                )
            )
        return _decided(self, facts.get("approval_rule"), kept, facts)


@attrs.frozen(kw_only=True)
class TaskChanged(Event):
    """A fulfillment task was added or replaced."""

    kind: ClassVar[str] = "task_changed"

    task: Task = attrs.field(validator=of_type(Task))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the tasks, their combined status and progress."""
        tasks: tuple[Task, ...] = facts.get("tasks", ())
        if any(task.id == self.task.id for task in tasks):
            tasks = tuple(self.task if task.id == self.task.id else task for task in tasks)
        else:
            tasks = (*tasks, self.task)
        return {
            "tasks": tasks,
            "tasks_status": roll_up(tasks),
            "tasks_progress": progress_of(tasks),
        }
