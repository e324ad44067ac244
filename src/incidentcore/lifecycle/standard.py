"""The standard lifecycles: incident, problem and service request (rule L4).

The incident lifecycle follows the ITIL practice in ServiceNow's terms. The problem lifecycle has
ServiceNow's states and a canceled state, and the service request lifecycle is our own; both are our
choice. It is also our choice that a request with an approval rule continues only once the rule is
met, while one without a rule can be approved or rejected by any actor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from incidentcore.conditions import Condition, field
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle.decision import Allowed, PathStep, Refused
from incidentcore.lifecycle.engine import Lifecycle, given_fields
from incidentcore.lifecycle.transition import InputField, Transition
from incidentcore.records import Record
from incidentcore.records.events.core import NO_FIELDS
from incidentcore.values import CANCELED, CLOSED, IN_PROGRESS, NEW, ON_HOLD, RESOLVED, Actor, State

R = TypeVar("R", bound=Record)

APPROVED_IF_ASKED: Final[Condition] = ~field("approval_state").is_in(
    "pending", "rejected", "expired"
)
"""The guard of actions that need an approval, if one was requested."""
REJECTED_IF_ASKED: Final[Condition] = ~field("approval_state").is_in("pending", "approved")
"""The guard of actions that need a rejection, if approval was requested."""

if_approved: Final[partial[Transition]] = partial(
    Transition, guard=APPROVED_IF_ASKED, guard_name="approved, if approval was asked"
)
if_rejected: Final[partial[Transition]] = partial(
    Transition, guard=REJECTED_IF_ASKED, guard_name="rejected, if approval was asked"
)

HOLD_REASONS: Final = ("awaiting_caller", "awaiting_change", "awaiting_problem", "awaiting_vendor")

_RESOLUTION: Final = (InputField("resolution_code"), InputField("resolution_notes"))
_HOLD: Final = (InputField("reason", "hold_reason", choices=HOLD_REASONS),)

INCIDENT: Final = Lifecycle(
    "incident",
    "incident",
    states=(NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED),
    initial=NEW,
    transitions=(
        Transition("start", NEW, IN_PROGRESS),
        Transition("hold", (NEW, IN_PROGRESS, ON_HOLD), ON_HOLD, fields=_HOLD),
        Transition("resume", ON_HOLD, IN_PROGRESS),
        Transition("resolve", (NEW, IN_PROGRESS, ON_HOLD), RESOLVED, fields=_RESOLUTION),
        Transition("reopen", RESOLVED, IN_PROGRESS),
        Transition(
            "close",
            RESOLVED,
            CLOSED,
            fields=(
                InputField("confirmed_by", "closure_confirmed_by", required=False),
                InputField("verification", required=False),
            ),
        ),
        Transition("cancel", (NEW, IN_PROGRESS, ON_HOLD), CANCELED),
    ),
)

ASSESS: Final = State("assess", open=True)
ROOT_CAUSE_ANALYSIS: Final = State("root_cause_analysis", open=True)
FIX_IN_PROGRESS: Final = State("fix_in_progress", open=True)

PROBLEM: Final = Lifecycle(
    "problem",
    "problem",
    states=(NEW, ASSESS, ROOT_CAUSE_ANALYSIS, FIX_IN_PROGRESS, RESOLVED, CLOSED, CANCELED),
    initial=NEW,
    transitions=(
        Transition("assess", NEW, ASSESS),
        Transition("confirm", ASSESS, ROOT_CAUSE_ANALYSIS),
        Transition("fix", ROOT_CAUSE_ANALYSIS, FIX_IN_PROGRESS),
        Transition("resolve", FIX_IN_PROGRESS, RESOLVED, fields=_RESOLUTION),
        Transition(
            "accept_risk",
            (ROOT_CAUSE_ANALYSIS, FIX_IN_PROGRESS),
            CLOSED,
            fields=(InputField("resolution_notes"),),
            sets={"resolution_code": "risk_accepted"},
        ),
        Transition("close", RESOLVED, CLOSED),
        Transition("reanalyze", (FIX_IN_PROGRESS, RESOLVED, CLOSED), ROOT_CAUSE_ANALYSIS),
        Transition("cancel", (NEW, ASSESS), CANCELED),
    ),
)

AWAITING_APPROVAL: Final = State("awaiting_approval", open=True, pauses=True)
FULFILLED: Final = State("fulfilled", resolved=True)
REJECTED: Final = State("rejected", final=True)

SERVICE_REQUEST: Final = Lifecycle(
    "service_request",
    "service_request",
    states=(NEW, AWAITING_APPROVAL, IN_PROGRESS, ON_HOLD, FULFILLED, CLOSED, REJECTED, CANCELED),
    initial=NEW,
    transitions=(
        Transition("submit", NEW, AWAITING_APPROVAL, sets={"hold_reason": AWAITING_APPROVAL.name}),
        if_approved("approve", AWAITING_APPROVAL, IN_PROGRESS),
        if_rejected(
            "reject",
            AWAITING_APPROVAL,
            REJECTED,
            fields=(InputField("reject_reason", "custom.reject_reason"),),
        ),
        if_approved("start", NEW, IN_PROGRESS),
        Transition("hold", (IN_PROGRESS, ON_HOLD), ON_HOLD, fields=_HOLD),
        Transition("resume", ON_HOLD, IN_PROGRESS),
        Transition("fulfill", (IN_PROGRESS, ON_HOLD), FULFILLED),
        Transition("reopen", FULFILLED, IN_PROGRESS),
        Transition("close", FULFILLED, CLOSED),
        Transition("cancel", (NEW, AWAITING_APPROVAL, IN_PROGRESS, ON_HOLD), CANCELED),
    ),
)

STANDARD: Final[dict[str, Lifecycle]] = {
    lifecycle.record_type: lifecycle for lifecycle in (INCIDENT, PROBLEM, SERVICE_REQUEST)
}


def _standard(record: Record) -> Lifecycle:
    try:
        return STANDARD[record.record_type]
    except AttributeError:  # asked first, it would take a tenth of a transition
        raise InvalidValueError("record", record, "a record") from None


def decide(
    record: R,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    related: Iterable[Record] | None = None,
    amend: bool = False,
    fields: Mapping[str, object] = NO_FIELDS,
    **named: object,
) -> Allowed[R] | Refused:
    """Return the effect of an action on a record of a standard lifecycle, or why it is refused.

    This calls ``Lifecycle.decide`` of the standard lifecycle for the record's type, whose arguments
    it takes; it changes nothing.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.lifecycle import decide
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> print(decide(incident, "close", at=opened, by="ada").reason)
    close is not allowed from new; allowed here: start, hold, resolve, cancel; the shortest path is resolve (needs resolution_code, resolution_notes), then close
    """  # noqa: E501  the text is one line
    return _standard(record).decide(
        record,
        action,
        at=at,
        by=by,
        recorded_at=recorded_at,
        related=related,
        amend=amend,
        fields=given_fields(fields, named),
    )


def advance(
    record: R,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    related: Iterable[Record] | None = None,
    amend: bool = False,
    fields: Mapping[str, object] = NO_FIELDS,
    **named: object,
) -> R:
    """Apply an action to a record of a standard lifecycle, and return the new record.

    The arguments are those of ``decide``.

    Raises:
        TransitionNotAllowedError: The action is refused; the error's ``refusal`` says why.
        LifecycleMismatchError: The record follows a lifecycle other than the standard one.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.lifecycle import advance
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> advance(incident, "start", at=opened, by="ada").state.name
    'in_progress'
    """
    return _standard(record).advance(
        record,
        action,
        at=at,
        by=by,
        recorded_at=recorded_at,
        related=related,
        amend=amend,
        fields=given_fields(fields, named),
    )


def allowed_actions(record: Record, /) -> tuple[str, ...]:
    """Return the actions that a standard lifecycle allows in a record's state, ignoring guards."""
    return _standard(record).allowed_actions(record)


def explain(record: Record, /, *, to: State | str) -> tuple[PathStep, ...] | None:
    """Return a record's shortest path to a state of its standard lifecycle; None if none exists.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.lifecycle import explain
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> [str(step) for step in explain(incident, to="closed")]
    ['resolve (needs resolution_code, resolution_notes)', 'close']
    """
    return _standard(record).explain(record, to=to)
