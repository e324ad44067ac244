"""Which facts the source of an imported record supplies; few sources contain all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

from incidentcore.errors import InvalidValueError

Coverage: TypeAlias = Literal[
    "states",
    "assignments",
    "priorities",
    "comments",
    "acknowledgements",
    "escalations",
    "moments",
    "sla",
]
"""What a source may supply: every change of state, assignment or priority; every comment,
acknowledgement or escalation; only the times of resolution, closure and cancellation; the tool's
own SLA results."""

_WORDS: Final = frozenset(get_args(Coverage))
_TALK: Final = (
    *("first_response_at", "agent_reply_count", "requester_message_count", "unanswered_since"),
    "last_public_update_at",
)
_NEEDS: Final[Mapping[str, tuple[Coverage, ...]]] = {
    **dict.fromkeys(("reopen_count", "reopened_at", "first_resolved_at"), ("states",)),
    "reassignment_count": ("assignments",),
    "escalation_count": ("escalations",),
    **dict.fromkeys(("acknowledged_at", "acknowledged", "snoozed_until"), ("acknowledgements",)),
    **dict.fromkeys(_TALK, ("comments",)),
    **dict.fromkeys(
        ("resolved_at", "closed_at", "canceled_at", "restored_at"), ("states", "moments")
    ),
}


def checked_covers(covers: Iterable[str]) -> frozenset[str]:
    """Check what a source supplies and return it as a frozenset.

    Raises:
        InvalidValueError: An entry is neither a value of ``Coverage`` nor the name of a fact.
    """
    words = covers if isinstance(covers, (frozenset, set, tuple, list)) else (None,)
    kept = frozenset(word for word in words if isinstance(word, str))
    if len(kept) != len(words) or not kept <= _WORDS | _NEEDS.keys():
        allowed = f"a set of {', '.join(sorted(_WORDS))}, or facts such as acknowledged_at"
        raise InvalidValueError("covers", covers, allowed)
    return kept


def covers_fact(covers: frozenset[str] | None, name: str) -> bool:
    """Return whether a source supplies a fact, or all facts of a value of ``Coverage``."""
    if covers is None or name in covers:
        return True
    if name in _WORDS:
        return False
    needs = _NEEDS.get(name)
    return needs is None or not covers.isdisjoint(needs)
