"""Approvals of a request: the rule, the decisions, and their combined result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, TypedDict, Unpack

import attrs
from attrs.validators import optional

from incidentcore._checks import (
    SharedRepr,
    a_text,
    are_texts,
    each_of,
    need_each,
    need_kind,
    need_several,
    of_type,
    one_of,
)
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.schedule.protocol import need_span_in, span_end
from incidentcore.values import Actor, FrozenMap

ApprovalDecision: TypeAlias = Literal["approved", "rejected", "withdrawn"]
"""The decision of an approver."""


@attrs.frozen(kw_only=True)
class Approval(SharedRepr):
    """A decision on a service request, in force until it is withdrawn or replaced.

    Attributes:
        by: Who decided.
        decision: ``approved`` or ``rejected``.
        at: When the decision was made.
        reason: The reason, as text.
        on_behalf_of: The approver for whom the actor decided; None for the actor's own decision.
        stage: The stage in which the decision was made, counted from 0.
    """

    by: Actor = attrs.field(validator=of_type(Actor))
    decision: str = attrs.field(validator=one_of(("approved", "rejected")))
    at: datetime = attrs.field(converter=as_utc)
    reason: str = ""
    on_behalf_of: str | None = attrs.field(default=None, validator=optional(a_text))
    stage: int = attrs.field(default=0, metadata={"later": True})

    @property
    def voice(self) -> str:
        """Return the id of the approver whose decision this is, even if a delegate made it."""
        return self.by.id if self.on_behalf_of is None else self.on_behalf_of


@attrs.frozen(kw_only=True)
class ApprovalCount(SharedRepr):
    """The combined result of the decisions under a rule; as text, it names the missing votes.

    Attributes:
        state: ``approved``, ``rejected`` or ``pending``.
        needed: How many approvals the rule requires.
        approved: The approvers who approved, in the rule's order.
        rejected: The approvers who rejected.
        pending: The approvers who were asked but have not decided yet.
        required: The pending approvers without whose approval the request cannot be approved.
        not_asked: People who decided without being asked; their decisions do not count.
        stage: The current stage, counted from 0: the first that is not approved, or the last one.
        stages: How many stages there are.
    """

    state: str
    needed: int
    approved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    stage: int = 0
    stages: int = 1

    def __str__(self) -> str:
        votes = len(self.approved)
        stage = f"stage {self.stage + 1} of {self.stages}: " if self.stages > 1 else ""
        parts = [f"{stage}{votes} of {self.needed} approval{'' if self.needed == 1 else 's'}"]
        if self.rejected:
            parts.append(f"rejected by {', '.join(self.rejected)}")
        if self.state == "pending":
            parts.append(f"missing: {self._missing(self.needed - votes)}")
        if self.not_asked:
            parts.append(f"not asked: {', '.join(self.not_asked)}")
        return ", ".join(parts)

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
    need_several(name, ids, "a sequence of people's ids")
    kept = tuple(sorted(ids, key=str) if isinstance(ids, AbstractSet) else ids)
    if kept and (not are_texts(kept) or len(set(kept)) != len(kept)):
        raise InvalidValueError(
            name, kept, "ids that are non-empty texts, each once, as in 'bo', 'lee'"
        )
    return kept


def _approvers(ids: Iterable[str]) -> tuple[str, ...]:
    return _ids("approvers", ids)


def _required(ids: Iterable[str]) -> frozenset[str]:
    return frozenset(_ids("required", ids))


def _delegates(delegates: Mapping[str, Iterable[str]]) -> FrozenMap[tuple[str, ...]]:
    need_kind("delegates", delegates, Mapping, allowed="a mapping from approvers to their own")
    return FrozenMap({who: _ids(f"delegates[{who!r}]", ids) for who, ids in delegates.items()})


class ApprovalTerms(TypedDict, total=False):
    """Further terms of an ``ApprovalRule``, which every way to make one takes."""

    required: Iterable[str]
    delegates: Mapping[str, Iterable[str]]
    veto: bool


@attrs.frozen
class ApprovalRule(SharedRepr):
    """A rule for who is asked to approve a request, and how many of them must.

    Make a rule with ``any_of``, ``all_of``, ``quorum`` or ``percent``; join rules with
    ``in_stages``, and set a time limit with ``expiring``.

    Attributes:
        approvers: The people who are asked, in the order given; a set is sorted by id.
        needed: How many of the approvers must approve.
        required: The approvers who must approve in any case; each of them can reject the request.
        delegates: For each approver, the people who may decide for that approver.
        veto: Whether one rejection rejects the request, as in ServiceNow's classic approvals.
            Otherwise, a request is rejected once it can no longer be approved (our choice).
        then: The rule of the next stage, which begins once this one is approved; None if this stage
            is the last.
        expires_after: How long the approvers of this stage have to decide; None for no limit.
        calendar: The calendar whose open time counts toward the limit; None for wall-clock time.

    Raises:
        InvalidValueError: There are no approvers, or fewer than ``needed``; somebody who is not an
            approver is required or has a delegate; or the time limit is not positive, or is in
            business days and has no calendar.

    Source: rule L7.

    >>> from datetime import datetime
    >>> from incidentcore import Actor
    >>> from incidentcore.records import Approval, ApprovalRule
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
    then: ApprovalRule | None = attrs.field(default=None, kw_only=True, metadata={"later": True})
    expires_after: timedelta | BusinessDays | None = attrs.field(
        default=None, kw_only=True, metadata={"later": True}
    )
    calendar: Calendar | None = attrs.field(default=None, kw_only=True, metadata={"later": True})

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
        need_kind("veto", self.veto, bool)
        need_kind("then", self.then, ApprovalRule | None)
        if self.expires_after is not None:
            least = timedelta.resolution
            need_span_in("expires_after", self.expires_after, self.calendar, least=least)

    def stages(self) -> tuple[ApprovalRule, ...]:
        """Return the rule of each stage, in order."""
        rules = [self]
        while rules[-1].then is not None:
            rules.append(rules[-1].then)
        return tuple(rules)

    def expires_at(self, asked_at: datetime) -> datetime | None:
        """Return when a stage that begins at ``asked_at`` expires; None if it has no limit."""
        after = self.expires_after
        return None if after is None else span_end(asked_at, after, self.calendar)

    def expiring(
        self, after: timedelta | BusinessDays, calendar: Calendar | None = None
    ) -> ApprovalRule:
        """Return the rule with a time limit for each stage; votes after the limit do not count.

        Args:
            after: The limit, counted from the beginning of a stage; business days need a calendar.
            calendar: The calendar whose open time counts; None for wall-clock time.
        """
        then = None if self.then is None else self.then.expiring(after, calendar)
        return attrs.evolve(self, then=then, expires_after=after, calendar=calendar)

    @classmethod
    def in_stages(cls, *rules: ApprovalRule) -> ApprovalRule:
        """Return a rule whose stages are these rules, one after another.

        A request is approved once its last stage is approved, and rejected or expired once any
        stage is.

        >>> from incidentcore.records import ApprovalRule
        >>> rule = ApprovalRule.in_stages(ApprovalRule.any_of("bo"), ApprovalRule.any_of("lee"))
        >>> print(rule.count([]))
        stage 1 of 2: 0 of 1 approval, missing: bo
        """
        if not rules:
            raise InvalidValueError("rules", rules, "at least one ApprovalRule")
        need_each("rules", rules, ApprovalRule)
        *earlier, joined = [stage for rule in rules for stage in rule.stages()]
        for stage in reversed(earlier):
            joined = attrs.evolve(stage, then=joined)
        return joined

    def asks(self, who: str) -> bool:
        """Return whether somebody may decide in any stage, as an approver or a delegate."""
        return any(
            who in stage.approvers or any(who in others for others in stage.delegates.values())
            for stage in self.stages()
        )

    @classmethod
    def any_of(cls, *approvers: str, **more: Unpack[ApprovalTerms]) -> ApprovalRule:
        """Return a rule that needs one approval."""
        return cls(approvers, needed=1, **more)

    @classmethod
    def all_of(cls, *approvers: str, **more: Unpack[ApprovalTerms]) -> ApprovalRule:
        """Return a rule that needs everybody's approval; one rejection rejects the request."""
        return cls(approvers, needed=max(len(approvers), 1), **more)

    @classmethod
    def quorum(cls, needed: int, *approvers: str, **more: Unpack[ApprovalTerms]) -> ApprovalRule:
        """Return a rule that needs ``needed`` approvals, those in ``required`` among them."""
        return cls(approvers, needed=needed, **more)

    @classmethod
    def percent(cls, share: int, *approvers: str, **more: Unpack[ApprovalTerms]) -> ApprovalRule:
        """Return a rule by which ``share`` percent of the approvers, rounded up, must approve."""
        if type(share) is not int or not 1 <= share <= 100:
            raise InvalidValueError("share", share, "a whole number from 1 to 100")
        return cls(approvers, needed=max(-(-len(approvers) * share // 100), 1), **more)

    def count(self, approvals: Iterable[Approval]) -> ApprovalCount:
        """Return the combined result of decisions; the last decision for each approver counts.

        A delegate's decision counts for the approver for whom it was given. Decisions by people who
        were not asked, who may not decide for that approver, or whose stage had not begun do not
        count.
        """
        decisions = tuple(each_of("approvals", approvals, Approval))
        stages = self.stages()
        for number, stage in enumerate(stages):
            count = stage._count([one for one in decisions if one.stage == number])  # noqa: SLF001
            if count.state != "approved":
                break
        return attrs.evolve(count, stage=number, stages=len(stages))

    def _count(self, approvals: Iterable[Approval]) -> ApprovalCount:
        """Return the combined result of the decisions of one stage."""
        said: dict[str, str] = {}
        strangers: dict[str, None] = {}
        for approval in approvals:
            if may_decide(self, approval.by.id, approval.on_behalf_of):
                said[approval.voice] = approval.decision
            else:
                strangers[approval.by.id] = None
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


def may_decide(stage: ApprovalRule, who: str, on_behalf_of: str | None) -> bool:
    """Return whether somebody may decide in a stage, for themselves or for an approver."""
    if on_behalf_of is None:
        return who in stage.approvers
    return on_behalf_of in stage.approvers and who in stage.delegates.get(on_behalf_of, ())
