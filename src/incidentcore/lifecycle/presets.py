"""The lifecycles of well-known systems, as data (rule L4).

States and the transitions that a source names are the vendors'; if a system documents states but no
transitions, or a transition without the name of its action, the rest is our choice and is marked so
beside the table. Actions that two systems share have the same name here.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from incidentcore.conditions import field
from incidentcore.lifecycle.cascade_rule import CascadeRule
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.standard import if_approved, if_rejected
from incidentcore.lifecycle.standard_cascades import (
    parent_to_child,
    problem_to_incident,
    request_to_tasks,
)
from incidentcore.lifecycle.transition import InputField, Transition
from incidentcore.values import State


def _states(*names: str, **flags: bool) -> tuple[State, ...]:
    return tuple(State(name, **flags) for name in names)


_RESOLUTION: Final = (InputField("resolution_code"), InputField("resolution_notes"))
_BY_REQUESTER: Final = field("actor.role").equals("requester")
_NOT_BY_REQUESTER: Final = ~_BY_REQUESTER
_by_requester = partial(Transition, guard=_BY_REQUESTER, guard_name="by the requester")
_not_by_requester = partial(Transition, guard=_NOT_BY_REQUESTER, guard_name="not by the requester")
_BY_SYSTEM: Final = field("actor.role").equals("system")
_BY_AGENT: Final = field("actor.role").equals("agent")

_NEW, _WORK = _states("New", "In Progress", open=True)
_HOLD = State("On Hold", open=True, pauses=True)
_RESOLVED = State("Resolved", resolved=True)
_CLOSED = State("Closed", resolved=True, final=True)
_CANCELED = State("Canceled", final=True)
_BEFORE: Final = (_NEW, _WORK, _HOLD)
_WAITS_FOR_CALLER: Final = field("hold_reason").equals("Awaiting Caller")
_PASSED_ON: Final = ("Awaiting Change", "Awaiting Problem", "Awaiting Vendor")
_HOLD_REASON: Final = InputField("reason", "hold_reason", choices=_PASSED_ON)

SERVICENOW_INCIDENT: Final = Lifecycle(
    "servicenow_incident",
    "incident",
    states=(_NEW, _WORK, _HOLD, _RESOLVED, _CLOSED, _CANCELED),
    initial=_NEW,
    transitions=(
        Transition("start", _NEW, _WORK),
        Transition("hold", _BEFORE, _HOLD, fields=(_HOLD_REASON,)),
        Transition(
            "await_caller",
            _BEFORE,
            _HOLD,
            fields=(InputField("comments", "custom.hold_comments"),),
            sets={"hold_reason": "Awaiting Caller"},
        ),
        Transition("resume", _HOLD, _WORK),
        Transition("caller_updates", _HOLD, _WORK, guard=_WAITS_FOR_CALLER),
        _not_by_requester("resolve", _BEFORE, _RESOLVED, fields=_RESOLUTION),
        Transition(
            "reopen",
            _RESOLVED,
            _WORK,
            guard=field("actor.role").is_in("requester", "agent"),
            guard_name="by the caller or an agent",
        ),
        Transition(
            "close",
            _RESOLVED,
            _CLOSED,
            guard=~(_BY_SYSTEM & field("major_status").equals("accepted")),
            guard_name="a major incident by a person",
        ),
        Transition("cancel", _BEFORE, _CANCELED),
    ),
)
"""ServiceNow's incident. A closed incident stays closed: a reply opens a new incident. A major
incident does not close by itself. Resolving and canceling are possible from every open state, as
the documentation suggests. It is our choice that the requester does not resolve it, and that
waiting for the caller, which requires comments, is a separate action."""

_PRB_NEW, _ASSESS, _RCA, _FIX = _states(
    "New", "Assess", "Root Cause Analysis", "Fix in Progress", open=True
)
_PRB_NOTES: Final = (InputField("resolution_notes"),)

SERVICENOW_PROBLEM: Final = Lifecycle(
    "servicenow_problem",
    "problem",
    states=(_PRB_NEW, _ASSESS, _RCA, _FIX, _RESOLVED, _CLOSED),
    initial=_PRB_NEW,
    transitions=(
        Transition("assess", _PRB_NEW, _ASSESS),
        Transition("confirm", _ASSESS, _RCA),
        Transition("mark_duplicate", _ASSESS, _CLOSED, sets={"resolution_code": "Duplicate"}),
        Transition("cancel", _ASSESS, _CLOSED, sets={"resolution_code": "Canceled"}),
        Transition("fix", _RCA, _FIX),
        Transition(
            "accept_risk",
            (_RCA, _FIX),
            _CLOSED,
            fields=_PRB_NOTES,
            sets={"resolution_code": "Risk Accepted"},
        ),
        Transition(
            "resolve", _FIX, _RESOLVED, fields=_PRB_NOTES, sets={"resolution_code": "Fix Applied"}
        ),
        Transition("complete", _RESOLVED, _CLOSED),
        Transition("reanalyze", (_FIX, _RESOLVED), _RCA),
        Transition(
            "reanalyze", _CLOSED, _RCA, guard=_BY_AGENT, guard_name="by the role of the resolution"
        ),
    ),
)
"""ServiceNow's problem (Madrid best practice): a closed problem can be analyzed again, and a
canceled problem is closed with the resolution code ``Canceled``. In ServiceNow, the role that may
analyze a problem again depends on the code; here any agent may (our choice)."""

_REQ_OPEN, _REQ_WORK = _states("Open", "Work in Progress", open=True)
_REQ_PENDING = State("Pending", open=True, pauses=True)
_REQ_OPEN_STATES: Final = (_REQ_OPEN, _REQ_WORK, _REQ_PENDING)
_COMPLETE = State("Closed Complete", resolved=True, final=True)
_INCOMPLETE, _SKIPPED = _states("Closed Incomplete", "Closed Skipped", final=True)

SERVICENOW_REQUEST: Final = Lifecycle(
    "servicenow_request",
    "service_request",
    states=(*_REQ_OPEN_STATES, _COMPLETE, _INCOMPLETE, _SKIPPED),
    initial=_REQ_OPEN,
    transitions=(
        if_approved("start", _REQ_OPEN, _REQ_WORK),
        if_rejected("reject", _REQ_OPEN, _INCOMPLETE),
        Transition("hold", _REQ_WORK, _REQ_PENDING),
        Transition("resume", _REQ_PENDING, _REQ_WORK),
        Transition("close_complete", (_REQ_WORK, _REQ_PENDING), _COMPLETE),
        Transition("close_incomplete", (_REQ_WORK, _REQ_PENDING), _INCOMPLETE),
        Transition("close_skipped", _REQ_OPEN_STATES, _SKIPPED),
    ),
)
"""ServiceNow's requested item: the states are documented, the transitions are our choice. Approval
is a field and not a state there, so a request waits for it while it is open."""


def _rolled_up(status: str, action: str) -> CascadeRule:
    return CascadeRule(
        id=f"tasks_{status}",
        source="service_request",
        on="task_changed",
        changes="tasks_status",
        target="service_request",
        action=action,
        states=(_REQ_WORK, _REQ_PENDING),
        target_when=field("tasks_status").equals(status),
    )


SERVICENOW_CASCADES: Final = (
    *parent_to_child(
        new="New",
        in_progress="In Progress",
        on_hold="On Hold",
        resolved="Resolved",
        reasons=_PASSED_ON,
        resolves=_NOT_BY_REQUESTER,
        changes_all=True,
    ),
    *problem_to_incident(
        solved=("Resolved", "Closed"),
        unsolved=("Canceled", "Duplicate", "Risk Accepted"),
        on_hold="On Hold",
        reason="Awaiting Problem",
        code="Resolved by problem",
        resolves=_NOT_BY_REQUESTER,
    ),
    _rolled_up("closed_complete", "close_complete"),
    _rolled_up("closed_incomplete", "close_incomplete"),
    _rolled_up("closed_skipped", "close_skipped"),
    *request_to_tasks(closed=(_COMPLETE.name, _INCOMPLETE.name), canceled=(_SKIPPED.name,)),
)
"""The effects of ServiceNow's incidents and problems on linked incidents, the roll-up from tasks to
their requested item, and the end of tasks when the item ends. A mix of complete and skipped tasks
counts as complete (our choice; the documentation does not say)."""

_JSM_OPEN, _JSM_WORK = _states("Open", "Work in progress", open=True)
_JSM_PENDING = State("Pending", open=True, pauses=True)
_JSM_DONE = State("Completed", resolved=True)

JSM_INCIDENT: Final = Lifecycle(
    "jsm_incident",
    "incident",
    states=(_JSM_OPEN, _JSM_WORK, _JSM_PENDING, _JSM_DONE, _CANCELED, _CLOSED),
    initial=_JSM_OPEN,
    transitions=(
        Transition("start", _JSM_OPEN, _JSM_WORK),
        Transition("hold", _JSM_WORK, _JSM_PENDING),
        Transition("resume", _JSM_PENDING, _JSM_WORK),
        Transition("resolve", (_JSM_OPEN, _JSM_WORK, _JSM_PENDING), _JSM_DONE),
        Transition("cancel", (_JSM_OPEN, _JSM_WORK, _JSM_PENDING), _CANCELED),
        Transition("close", _JSM_DONE, _CLOSED),
        Transition("reopen", _JSM_DONE, _JSM_WORK),
    ),
)
"""Jira Service Management's incident: the statuses are documented, the transitions are our choice.
"""

_SUPPORT, _JSM_PROGRESS, _ESCALATED = _states(
    "Waiting for support", "In progress", "Escalated", open=True
)
_CUSTOMER = State("Waiting for customer", open=True, pauses=True)
_JSM_OPEN_STATES: Final = (_SUPPORT, _CUSTOMER, _JSM_PROGRESS, _JSM_PENDING, _ESCALATED)

JSM_REQUEST: Final = Lifecycle(
    "jsm_request",
    "service_request",
    states=(*_JSM_OPEN_STATES, _RESOLVED, _CLOSED, _CANCELED),
    initial=_SUPPORT,
    transitions=(
        Transition("respond_to_customer", _SUPPORT, _CUSTOMER),
        Transition("respond_to_support", _CUSTOMER, _SUPPORT),
        Transition("start", (_SUPPORT, _ESCALATED), _JSM_PROGRESS),
        Transition("hold", (_SUPPORT, _JSM_PROGRESS), _JSM_PENDING),
        Transition("resume", _JSM_PENDING, _JSM_PROGRESS),
        Transition("escalate", (_SUPPORT, _JSM_PROGRESS), _ESCALATED),
        Transition("resolve", _JSM_OPEN_STATES, _RESOLVED),
        Transition("cancel", _JSM_OPEN_STATES, _CANCELED),
        Transition("close", _RESOLVED, _CLOSED),
        Transition("reopen", _RESOLVED, _SUPPORT),
    ),
)
"""Jira Service Management's service request: the statuses are documented, the transitions are our
choice."""

_APPROVAL = State("Waiting for approval", open=True, pauses=True)

JSM_REQUEST_WITH_APPROVAL: Final = Lifecycle(
    "jsm_request_with_approval",
    "service_request",
    states=(_APPROVAL, *JSM_REQUEST.states),
    initial=_APPROVAL,
    transitions=(
        if_approved("approve", _APPROVAL, _SUPPORT),
        if_rejected("decline", _APPROVAL, _CANCELED),
        *JSM_REQUEST.transitions,
    ),
)
"""``JSM_REQUEST`` with an approval step, which any status in Jira can have: only the transitions
approve and decline leave it. The status and the targets of these transitions are our choice."""

TEXTBOOK_INCIDENT: Final = Lifecycle(
    "textbook_incident",
    "incident",
    states=(_NEW, _WORK, _HOLD, _RESOLVED, _CLOSED, _CANCELED),
    initial=_NEW,
    transitions=(
        Transition("start", _NEW, _WORK, fields=("assignment_group", "assignee")),
        Transition("hold", _WORK, _HOLD, fields=(InputField("reason", "hold_reason"),)),
        Transition("resume", _HOLD, _WORK),
        Transition("resolve", _WORK, _RESOLVED, fields=(*_RESOLUTION, "verification")),
        _by_requester(
            "confirm",
            _RESOLVED,
            _CLOSED,
            fields=(InputField("confirmed_by", "closure_confirmed_by"),),
        ),
        _by_requester(
            "reject_resolution",
            _RESOLVED,
            _WORK,
            fields=(InputField("reason", "custom.rejection_reason"),),
        ),
        Transition("close_unanswered", _RESOLVED, _CLOSED, guard=_NOT_BY_REQUESTER),
        Transition("cancel", (_NEW, _WORK), _CANCELED),
    ),
)
"""A strict lifecycle (our choice): an incident is resolved only after work has begun, work
continues after each hold, and the requester confirms or rejects the resolution."""

_ZD_NEW, _ZD_OPEN = _states("New", "Open", open=True)
_ZD_PENDING, _ZD_HOLD = _states("Pending", "On-hold", open=True, pauses=True)
_ZD_SOLVED = State("Solved", resolved=True)
_ZD_BEFORE: Final = (_ZD_NEW, _ZD_OPEN, _ZD_PENDING, _ZD_HOLD)

ZENDESK_TICKET: Final = Lifecycle(
    "zendesk_ticket",
    "incident",
    states=(*_ZD_BEFORE, _ZD_SOLVED, _CLOSED),
    initial=_ZD_NEW,
    transitions=(
        Transition("open", (_ZD_NEW, _ZD_PENDING, _ZD_HOLD, _ZD_SOLVED), _ZD_OPEN),
        Transition("pend", (_ZD_NEW, _ZD_OPEN, _ZD_HOLD, _ZD_SOLVED), _ZD_PENDING),
        Transition("hold", (_ZD_NEW, _ZD_OPEN, _ZD_PENDING, _ZD_SOLVED), _ZD_HOLD),
        Transition("solve", _ZD_BEFORE, _ZD_SOLVED),
        Transition(
            "requester_replies", (_ZD_PENDING, _ZD_HOLD, _ZD_SOLVED), _ZD_OPEN, guard=_BY_REQUESTER
        ),
        Transition(
            "close",
            _ZD_SOLVED,
            _CLOSED,
            guard=_BY_SYSTEM,
            guard_name="by a business rule or the API",
        ),
    ),
)
"""Zendesk's ticket: it never returns to new, only a rule or the API closes it, and a reply to a
closed ticket opens another. The names of the actions are our choice."""

DIALECTS: Final = (
    JSM_INCIDENT,
    JSM_REQUEST,
    JSM_REQUEST_WITH_APPROVAL,
    SERVICENOW_INCIDENT,
    SERVICENOW_PROBLEM,
    SERVICENOW_REQUEST,
    TEXTBOOK_INCIDENT,
    ZENDESK_TICKET,
)
