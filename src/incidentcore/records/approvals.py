"""Who must approve what: the rule, the decisions, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.values import Actor, FrozenMap

__all__ = ["Approval", "ApprovalCount", "ApprovalDecision", "ApprovalRule", "ApprovalState"]


ApprovalDecision: TypeAlias = Literal["approved", "rejected", "withdrawn"]
"""What an approver said."""


ApprovalState: TypeAlias = Literal["pending", "approved", "rejected"]
"""What the decisions come to; None where nobody was asked."""


@attrs.frozen(kw_only=True)
class Approval:
    """A decision on a service request that stands.

    Attributes:
        by: Who decided.
        decision: ``approved`` or ``rejected``.
        at: When.
        reason: Why.
        on_behalf_of: The approver in whose place; None for the actor's own decision.
    """

    by: Actor
    decision: str
    at: datetime
    reason: str = ""
    on_behalf_of: str | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.by, Actor):
            raise InvalidValueError("by", self.by, "an Actor")
        if self.decision not in ("approved", "rejected"):
            raise InvalidValueError("decision", self.decision, "approved or rejected")
        voice = self.on_behalf_of
        if voice is not None and not (isinstance(voice, str) and voice):
            raise InvalidValueError("on_behalf_of", voice, "an approver's id, or None")
        object.__setattr__(self, "at", as_utc(self.at))

    @property
    def voice(self) -> str:
        """Return the id of the approver whose decision it is."""
        return self.by.id if self.on_behalf_of is None else self.on_behalf_of


@attrs.frozen(kw_only=True)
class ApprovalCount:
    """What the decisions under a rule come to; printed, it says which votes lack.

    Attributes:
        state: See ``ApprovalState``.
        needed: How many approvals the rule asks for.
        approved: The approvers who approved, in the rule's order.
        rejected: Those who rejected.
        pending: Those who were asked and have not answered.
        required: Of the pending, those whose approval no other one replaces.
        not_asked: Who decided without being asked; that counts for nothing.
    """

    state: str
    needed: int
    approved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()

    def __str__(self) -> str:
        given = len(self.approved)
        told = [f"{given} of {self.needed} approval{'' if self.needed == 1 else 's'}"]
        if self.rejected:
            told.append(f"rejected by {', '.join(self.rejected)}")
        if self.state == "pending":
            told.append(f"missing: {self._missing(self.needed - given)}")
        if self.not_asked:
            told.append(f"not asked: {', '.join(self.not_asked)}")
        return ", ".join(told)

    def _missing(self, more: int) -> str:
        others = [name for name in self.pending if name not in self.required]
        parts = [f"{name} (required)" for name in self.required]
        more -= len(parts)
        if more == len(others):
            parts.extend(others)
        elif more > 0:
            parts.append(f"{more} of {', '.join(others)}")
        return ", ".join(parts)


def _ids(name: str, ids: Iterable[str]) -> tuple[str, ...]:
    if isinstance(ids, (str, Mapping)) or not isinstance(ids, Iterable):
        raise InvalidValueError(name, ids, "a sequence of people's ids")
    kept = tuple(sorted(ids, key=str) if isinstance(ids, AbstractSet) else ids)
    if not all(isinstance(one, str) and one for one in kept) or len(set(kept)) != len(kept):
        raise InvalidValueError(name, kept, "ids that are non-empty texts, each once")
    return kept


def _approvers(ids: Iterable[str]) -> tuple[str, ...]:
    return _ids("approvers", ids)


def _required(ids: Iterable[str]) -> frozenset[str]:
    return frozenset(_ids("required", ids))


def _delegates(delegates: Mapping[str, Iterable[str]]) -> FrozenMap[tuple[str, ...]]:
    if not isinstance(delegates, Mapping):
        raise InvalidValueError("delegates", delegates, "a mapping from approvers to their own")
    return FrozenMap({who: _ids(f"delegates[{who!r}]", ids) for who, ids in delegates.items()})


@attrs.frozen
class ApprovalRule:
    """Who is asked to approve, and how many of them must.

    Make one with ``any_of``, ``all_of``, ``quorum`` or ``percent``.

    Attributes:
        approvers: Who is asked, in the order given; a set is put in the order of the ids.
        needed: How many of them must approve.
        required: Approvers without whom it is not approved, whoever else approves; the rejection
            of one of them rejects.
        delegates: For an approver, those who may decide in their place.
        veto: Whether a single rejection rejects, as in ServiceNow's classic approvals. Without
            it, rejected is what can no longer be approved (our choice).

    Raises:
        InvalidValueError: Nobody is asked, more are needed than are asked, or somebody is required
            or represented who is not asked.

    >>> at = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
    >>> rule = ApprovalRule.quorum(2, "bo", "lee", "max", required=["bo"])
    >>> print(rule.count([Approval(by=Actor("lee"), decision="approved", at=at)]))
    1 of 2 approvals, missing: bo (required)
    """

    approvers: tuple[str, ...] = attrs.field(converter=_approvers)
    needed: int = attrs.field(default=1, kw_only=True)
    required: frozenset[str] = attrs.field(default=(), converter=_required, kw_only=True)
    delegates: FrozenMap[tuple[str, ...]] = attrs.field(
        default=FrozenMap(), converter=_delegates, kw_only=True
    )
    veto: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        asked = set(self.approvers)
        if not asked:
            raise InvalidValueError("approvers", self.approvers, "at least one id")
        if type(self.needed) is not int or not 1 <= self.needed <= len(asked):
            raise InvalidValueError("needed", self.needed, f"a whole number from 1 to {len(asked)}")
        for name, named in (("required", self.required), ("delegates", frozenset(self.delegates))):
            if not named <= asked:
                raise InvalidValueError(name, sorted(named), f"some of {', '.join(self.approvers)}")
        for who, others in self.delegates.items():
            if who in others:
                raise InvalidValueError(f"delegates[{who!r}]", others, "somebody else")
        if not isinstance(self.veto, bool):
            raise InvalidValueError("veto", self.veto, "True or False")

    def asks(self, who: str) -> bool:
        """Return whether somebody may decide: an approver, or a delegate of one."""
        return who in self.approvers or any(who in others for others in self.delegates.values())

    @classmethod
    def any_of(
        cls,
        *approvers: str,
        delegates: Mapping[str, Iterable[str]] = FrozenMap(),
        veto: bool = False,
    ) -> ApprovalRule:
        """Return the rule that one approval is enough."""
        return cls(approvers, needed=1, delegates=delegates, veto=veto)

    @classmethod
    def all_of(
        cls, *approvers: str, delegates: Mapping[str, Iterable[str]] = FrozenMap()
    ) -> ApprovalRule:
        """Return the rule that everybody must approve, so that any rejection rejects."""
        return cls(approvers, needed=max(len(approvers), 1), delegates=delegates)

    @classmethod
    def quorum(
        cls,
        needed: int,
        *approvers: str,
        required: Iterable[str] = (),
        delegates: Mapping[str, Iterable[str]] = FrozenMap(),
        veto: bool = False,
    ) -> ApprovalRule:
        """Return the rule that so many must approve, and those who are required among them."""
        return cls(approvers, needed=needed, required=required, delegates=delegates, veto=veto)

    @classmethod
    def percent(
        cls,
        share: int,
        *approvers: str,
        required: Iterable[str] = (),
        delegates: Mapping[str, Iterable[str]] = FrozenMap(),
        veto: bool = False,
    ) -> ApprovalRule:
        """Return the rule that a share of 1 to 100 per cent must approve, rounded up."""
        if type(share) is not int or not 1 <= share <= 100:
            raise InvalidValueError("share", share, "a whole number from 1 to 100")
        needed = max(-(-len(approvers) * share // 100), 1)
        return cls(approvers, needed=needed, required=required, delegates=delegates, veto=veto)

    def count(self, approvals: Iterable[Approval]) -> ApprovalCount:
        """Return what decisions come to; of several for one approver, the last one counts.

        A delegate's decision counts for the approver in whose place it was given. A decision by
        somebody who was not asked, or who may not speak for that approver, counts for nothing.
        """
        said: dict[str, str] = {}
        strangers: dict[str, None] = {}
        for approval in approvals:
            voice, speaker = approval.voice, approval.by.id
            if voice in self.approvers and (
                approval.on_behalf_of is None or speaker in self.delegates.get(voice, ())
            ):
                said[voice] = approval.decision
            else:
                strangers[speaker] = None
        approved = tuple(one for one in self.approvers if said.get(one) == "approved")
        rejected = tuple(one for one in self.approvers if said.get(one) == "rejected")
        pending = tuple(one for one in self.approvers if one not in said)
        if (
            (rejected and self.veto)
            or not self.required.isdisjoint(rejected)
            or len(approved) + len(pending) < self.needed
        ):
            state = "rejected"
        elif len(approved) >= self.needed and self.required.issubset(approved):
            state = "approved"
        else:
            state = "pending"
        return ApprovalCount(
            state=state,
            needed=self.needed,
            approved=approved,
            rejected=rejected,
            pending=pending,
            required=tuple(one for one in pending if one in self.required),
            not_asked=tuple(strangers),
        )
