"""The cascades between standard records, and functions that make them with other state names.

The rows from parent to child and from problem to incident are ServiceNow's. The rows about tasks
follow its handling of an incident's tasks and its roll-up from tasks to requests.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import attrs

from incidentcore._checks import need_kind, need_word
from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.errors import LifecycleDefinitionError
from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.transition import Transition

_of_requests: Final = partial(CascadeRule, source="service_request", target="service_request")


def parent_to_child(
    *,
    new: str,
    in_progress: str,
    on_hold: str,
    resolved: str,
    reasons: tuple[str, ...],
    reopens: Condition | None = None,
    resolves: Condition | None = None,
    changes_all: bool = False,
) -> tuple[CascadeRule, ...]:
    """Return ServiceNow's cascade rules from a parent incident to its children, by names of states.

    A parent's progress, holds and resolution are passed on to its children (rule L4). A parent that
    waits for its caller, is closed or canceled, or becomes a major incident leaves its children
    unchanged; so ``reasons`` are the hold reasons that are passed on.

    ``reopens`` and ``resolves`` are conditions on the ``actor`` whose reopening or resolution is
    passed on: by default, an agent's reopening and anybody's resolution. ``NEVER`` leaves children
    resolved. With ``changes_all``, children that were resolved or put on hold independently follow
    too.
    """
    rule = partial(CascadeRule, source="incident", link="parent_of", target="incident")
    return (
        rule(id="parent_in_progress_starts_child", enters=in_progress, action="start", states=new),
        rule(
            id="parent_in_progress_resumes_child",
            enters=in_progress,
            action="resume",
            undoes=not changes_all,
            states=on_hold,
        ),
        rule(
            id="parent_reopened_reopens_child",
            enters=in_progress,
            action="reopen",
            via="reopen",
            undoes=not changes_all,
            when=field("actor.role").equals("agent") if reopens is None else reopens,
            states=resolved,
        ),
        *(
            rule(
                id=f"parent_on_hold_{verb}_child",
                enters=on_hold,
                action="hold",
                undoes=held and not changes_all,
                when=field("hold_reason").is_in(*reasons),
                states=on_hold if held else (new, in_progress),
                fields={"reason": Copy("hold_reason")},
            )
            for verb, held in (("holds", False), ("changes", True))
        ),
        rule(
            id="parent_resolved_resolves_child",
            enters=resolved,
            action="resolve",
            when=resolves,
            fields={
                "resolution_code": Copy("resolution_code"),
                "resolution_notes": Copy("resolution_notes"),
            },
        ),
    )


def problem_to_incident(
    *,
    solved: tuple[str, ...],
    unsolved: tuple[str, ...],
    on_hold: str,
    reason: str,
    code: str,
    resolves: Condition = ALWAYS,
) -> tuple[CascadeRule, ...]:
    """Return ServiceNow's rules from a problem to the incidents that it causes.

    A solved problem resolves the incidents that wait for it. A problem closed unsolved, such as by
    accepting the risk (``unsolved`` has the codes), leaves them unchanged, but its notes are copied
    to them. A workaround is noted on every incident that is still open.
    """
    is_unsolved = field("resolution_code").is_in(*unsolved)

    rule = partial(CascadeRule, source="problem", link="cause_of", target="incident")
    return (
        rule(
            id="problem_solved_resolves_incident",
            enters=solved,
            when=~is_unsolved if resolves is ALWAYS else ~is_unsolved & resolves,
            action="resolve",
            states=on_hold,
            target_when=field("hold_reason").equals(reason),
            fields={"resolution_code": code, "resolution_notes": Copy("resolution_notes")},
        ),
        rule(
            id="problem_unsolved_notes_incident",
            enters=solved,
            when=is_unsolved,
            comment=Copy("resolution_notes"),
        ),
        rule(
            id="workaround_noted_on_incident",
            on="",
            changes="workaround",
            comment=Copy("workaround"),
        ),
    )


def request_to_tasks(
    *, closed: tuple[str, ...], canceled: tuple[str, ...]
) -> tuple[CascadeRule, ...]:
    """Return the rules that end a request's open tasks with it; see also ``refuse_open_tasks``.

    In the states ``closed`` they are closed as incomplete, in ``canceled`` as skipped.
    """
    return (
        _of_requests(
            id="request_closed_ends_tasks",
            enters=closed,
            states=closed,
            open_tasks="closed_incomplete",
        ),
        _of_requests(
            id="request_canceled_skips_tasks",
            enters=canceled,
            states=canceled,
            open_tasks="closed_skipped",
        ),
    )


def refuse_open_tasks(
    lifecycle: Lifecycle,
    /,
    *,
    actions: tuple[str, ...] = ("fulfill", "close"),
    id: str = "",  # noqa: A002
) -> Lifecycle:
    """Return a lifecycle that refuses to end a request while any of its tasks is open.

    To end the tasks with the request instead, use ``STANDARD_CASCADES``.

    Args:
        lifecycle: A lifecycle of service requests.
        actions: The actions to refuse while a task is open; usually not ``cancel``.
        id: The new lifecycle's id; by default, the old id with ``_tasks_first`` appended.

    Raises:
        LifecycleDefinitionError: The lifecycle is not for service requests, one of the actions is
            not in it, or the guard of one of them is not a condition.
    """
    need_kind("lifecycle", lifecycle, Lifecycle)
    if lifecycle.record_type != "service_request":
        raise LifecycleDefinitionError("lifecycle", lifecycle.id, "one of service requests")
    known = sorted({row.action for row in lifecycle.transitions})
    for action in actions:
        need_word("actions", action, known, LifecycleDefinitionError)
    rows = (_guarded(row) if row.action in actions else row for row in lifecycle.transitions)
    return attrs.evolve(lifecycle, id=id or f"{lifecycle.id}_tasks_first", transitions=rows)


def _guarded(row: Transition) -> Transition:
    no_task_is_open = ~field("tasks_status").equals("open")
    name = "no task is open"
    if row.guard is None:
        return attrs.evolve(row, guard=no_task_is_open, guard_name=name)
    if row.condition is None:
        raise LifecycleDefinitionError(f"{row.action}.guard", row.guard, "a Condition, or None")
    return attrs.evolve(
        row, guard=row.condition & no_task_is_open, guard_name=f"{row.guard_name}, and {name}"
    )


PARENT_TO_CHILD: Final = parent_to_child(
    new="new",
    in_progress="in_progress",
    on_hold="on_hold",
    resolved="resolved",
    reasons=("awaiting_change", "awaiting_problem", "awaiting_vendor"),
)
"""The effects of a parent incident on its children, for the standard lifecycle."""

PROBLEM_TO_INCIDENT: Final = problem_to_incident(
    solved=("resolved", "closed"),
    unsolved=("risk_accepted",),
    on_hold="on_hold",
    reason="awaiting_problem",
    code="resolved_by_problem",
)
"""The effects of a problem on the incidents that it causes, for the standard lifecycles."""

_BY_EITHER_SIDE: Final = field("event.by.role").is_in("agent", "requester")

_of_duplicates: Final = partial(
    CascadeRule, source="incident", link="duplicate_of", target="incident"
)
DUPLICATE_ANSWERS: Final = (
    _of_duplicates(
        id="answer_before_merge",
        on="linked",
        when=field("first_response_at").present(),
        contact="duplicate",
    ),
    _of_duplicates(
        id="answer_after_merge",
        on="commented",
        when=field("event.visibility").equals("public") & _BY_EITHER_SIDE,
        comment=Copy("event.text"),
        visibility="public",
    ),
    _of_duplicates(
        id="contact_after_merge", on="contacted", when=_BY_EITHER_SIDE, contact="duplicate"
    ),
)
"""What is said on a merged duplicate counts on the original: an earlier reply is logged as a
contact at the merge; later public comments of agents and requesters are copied, and their contacts
logged."""


def _ended(what: str, action: str, status: str) -> tuple[CascadeRule, ...]:
    rule = partial(
        _of_requests,
        action=action,
        states=("in_progress", "on_hold"),
        target_when=field("tasks_status").equals(status),
    )
    name = f"{what}_{action}_request"
    return (
        rule(id=name, on="task_changed", changes="tasks_status"),
        rule(id=f"earlier_{name}", enters="in_progress", via=("approve", "start")),
    )


TASKS_TO_REQUEST: Final = (
    *_ended("tasks_done", "fulfill", "closed_complete"),
    *_ended("tasks_skipped", "cancel", "closed_skipped"),
)
"""A request is fulfilled when its tasks are done, and canceled when all of them were skipped, even
before its work began. If a task is incomplete, a person decides (our choice)."""

REQUEST_TO_TASKS: Final = request_to_tasks(closed=("closed",), canceled=("rejected", "canceled"))
"""Open tasks become incomplete when their request is closed, and skipped when it is rejected or
canceled."""


def _decided(action: str, *decisions: str, **fields: object) -> tuple[CascadeRule, ...]:
    rule = partial(
        _of_requests,
        action=action,
        states="awaiting_approval",
        target_when=field("approval_state").is_in(*decisions),
        fields=fields,
    )
    return (
        rule(id=f"decision_{action}s_request", on="", changes="approval_state"),
        rule(id=f"earlier_decision_{action}s_request", enters="awaiting_approval"),
    )


APPROVALS_TO_REQUEST: Final = (
    *_decided("approve", "approved"),
    *_decided("reject", "rejected", "expired", reject_reason="rejected by its approvers"),
)
"""A request continues once its approval is decided, or when it is submitted after that (our
choice)."""

STANDARD_CASCADES: Final = (
    *PARENT_TO_CHILD,
    *PROBLEM_TO_INCIDENT,
    *TASKS_TO_REQUEST,
    *REQUEST_TO_TASKS,
    *APPROVALS_TO_REQUEST,
)
