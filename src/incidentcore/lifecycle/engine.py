"""The engine: the effect of an action on a record, or why it is refused (rules L1 and L2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import attrs

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError, LifecycleMismatchError, TransitionNotAllowedError
from incidentcore.instants import as_utc
from incidentcore.lifecycle.decision import Allowed, PathStep, Refused
from incidentcore.lifecycle.definition import (
    MIGRATE,
    LifecycleTable,
    missing_at_opening,
    record_type_of,
)
from incidentcore.lifecycle.diagram import to_mermaid
from incidentcore.lifecycle.guards import facts_then
from incidentcore.lifecycle.refusals import (
    accept,
    path_to_action,
    refuse,
    refuse_action,
    refuse_early,
    refuse_guard,
    refuse_no_effect,
)
from incidentcore.lifecycle.transition import Attempt
from incidentcore.records import Migrated, Record, StateChanged
from incidentcore.records._fast import opened_with, trusted
from incidentcore.records.events.base import of_kind
from incidentcore.records.events.core import NO_FIELDS, written_fields
from incidentcore.records.fold import in_time
from incidentcore.values import Actor, State

R = TypeVar("R", bound=Record)

_state_changed = trusted(StateChanged)


@attrs.frozen(repr=False)
class Lifecycle(LifecycleTable):
    """A lifecycle: how records of one type may change, as states and transitions (rule L1).

    Attributes:
        id: The lifecycle's id, which its records store.
        record_type: The type of record: ``incident``, ``problem`` or ``service_request``.
        states: The states.
        initial: The state in which records are opened.
        transitions: The transitions: which action leads from which state to which.
        version: The lifecycle's version, which its records store too.
        opens_with: The fields that an opening must have, such as ``category`` or ``custom.name``.
        migrates: A mapping from the names of states of another lifecycle, or of an earlier version,
            to the states that replace them; a state with the same name needs no entry.
        priority_policy: A ``PriorityPolicy``, or another function of a record, that computes the
            priority at the opening if impact and urgency are given.

    Raises:
        LifecycleDefinitionError: A transition names a state that is not in the lifecycle, or sets
            or reads a field that records of this type do not have; or two states share a name.

    Source: rule L1.

    >>> from incidentcore.lifecycle import Lifecycle, Transition
    >>> from incidentcore.values import CLOSED, NEW
    >>> tiny = Lifecycle(
    ...     "tiny",
    ...     "incident",
    ...     states=(NEW, CLOSED),
    ...     initial=NEW,
    ...     transitions=(Transition("close", NEW, CLOSED),),
    ... )
    >>> tiny.actions(NEW)
    ('close',)
    """

    _repr_html_ = None  # type: ignore[assignment]  # a notebook shows the diagram instead

    def _repr_markdown_(self) -> str:
        return f"```mermaid\n{to_mermaid(self)}```"

    def open(self, kind: type[R], /, **fields: Any) -> R:
        """Open a record of this lifecycle in its initial state.

        Args:
            kind: ``Incident``, ``Problem`` or ``ServiceRequest``.
            fields: The arguments of ``kind.open``: ``id``, ``title``, ``at``, ``by`` and fields.

        Raises:
            InvalidValueError: The lifecycle is for another type of record, or a field that its
                openings must have is missing.

        Source: rules L1 and P2.
        """
        if record_type_of(kind) != self.record_type:
            raise InvalidValueError("kind", kind.__name__, f"the type for {self.record_type}")
        missing = missing_at_opening(self.opens_with, fields)
        if missing:
            allowed = f"a value: openings of {self.id} must have {', '.join(self.opens_with)}"
            raise InvalidValueError(missing[0], None, allowed)
        record = kind.open(state=self.initial, lifecycle=self.ref, **fields)
        if self.priority_policy is None or "computed_priority" in fields:
            return record
        if record.impact is None or record.urgency is None:
            return record
        return opened_with(record, {"computed_priority": self.priority_policy(record)})

    def decide(
        self,
        record: R,
        action: str,
        /,
        *,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None = None,
        related: Iterable[Record] | None = None,
        amend: bool = False,
        cause: str = "",
        fields: Mapping[str, object] = NO_FIELDS,
        **named: object,
    ) -> Allowed[R] | Refused:
        """Return the effect of an action, or why it is refused, without changing anything.

        If ``at`` is before the record's latest event, the action is late: it must be allowed in the
        state that the record had at that time. If a late action leads to a resolved or final state,
        the next change of state must be a legal step from that state.

        Args:
            record: A record of this lifecycle.
            action: The action.
            at: When the action is taken.
            by: Who takes the action; an actor or an id (see ``Record.actor``).
            recorded_at: When this became known. Defaults to ``at``.
            related: Records that may be linked to this one, for guards that read them.
            amend: Whether to accept a late action that leads to a resolved or final state, even if
                the next recorded change of state is not a legal step from there (rule L2).
            cause: The id of the record whose change causes this action; set by cascades.
            fields: The fields that the transition declares, as a mapping; needed for fields whose
                names are those of other arguments, such as ``at``.
            named: The same fields as keyword arguments; a field that is not declared is refused.

        Returns:
            ``Allowed`` with the new events and the record after them, or ``Refused``.

        Raises:
            NaiveDatetimeError: A time carries no offset.

        Source: rules L1 and L2.
        """
        after = self._after(
            record,
            action,
            given_fields(fields, named),
            at=at,
            by=by,
            recorded_at=recorded_at,
            related=related,
            amend=amend,
            cause=cause,
        )
        if isinstance(after, Refused):
            return after
        return Allowed(after.history[-1:], after)

    def advance(
        self,
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
        """Apply an action, and return the new record.

        The arguments are those of ``decide``. The action ``migrate`` moves a record from another
        lifecycle or version to this one (rule L1), unless the lifecycle has its own ``migrate``.

        Raises:
            TransitionNotAllowedError: The action is refused; the error's ``refusal`` says why.
            LifecycleMismatchError: The record follows another lifecycle.
        """
        after = self._after(
            record,
            action,
            given_fields(fields, named),
            at=at,
            by=by,
            recorded_at=recorded_at,
            related=related,
            amend=amend,
        )
        if not isinstance(after, Refused):
            return after
        if after.code == "lifecycle_mismatch":
            raise LifecycleMismatchError(after)
        raise TransitionNotAllowedError(after)

    def _migrated(
        self, record: R, *, at: datetime, by: Actor, recorded_at: datetime | None
    ) -> R | Refused:
        """Return the record as one of this lifecycle, or why it cannot be."""
        state, target = record.state, self.state_for(record.state)
        if record.lifecycle == self.ref and state == target:
            data = {"record": record.id, "lifecycle": self.id, "version": self.version}
            return Refused(code="migrated", action=MIGRATE, state=state, data=data)
        if target is None:
            return self._refuse_state(MIGRATE, state)
        if at < record.updated_at:
            raise InvalidValueError("at", at, f"{record.updated_at.isoformat()} or later")
        return record.with_event(
            Migrated,
            at=at,
            by=by,
            recorded_at=recorded_at,
            action=MIGRATE,
            state=target,
            lifecycle=self.ref,
        )

    def _refuse_state(self, action: str, state: State, path: tuple[PathStep, ...] = ()) -> Refused:
        names = tuple(known.name for known in self.states)
        what = "unknown_state"
        return refuse(self.table, what, action, state, path=path, lifecycle=self.id, states=names)

    def _after(
        self,
        record: R,
        action: str,
        fields: Mapping[str, object],
        *,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None,
        related: Iterable[Record] | None,
        amend: bool,
        cause: str = "",
    ) -> R | Refused:
        """Apply an action, and return the new record, or why it is refused."""
        at = as_utc(at)
        try:
            actor = record.actor(by, at=at)
        except AttributeError:  # asked before each action, it would take time
            need_kind("record", record, Record, allowed="a record")
            raise
        state = record.state
        if (
            action == MIGRATE
            and record.record_type == self.record_type
            and MIGRATE not in self.table.get(state.name, ())
        ):
            return self._migrated(record, at=at, by=actor, recorded_at=recorded_at)
        if record.lifecycle.id != self.id or record.record_type != self.record_type:
            data = {"record": record.id, "record_type": record.record_type}
            names = {"follows": record.lifecycle.id, "lifecycle": self.id}
            return Refused(
                code="lifecycle_mismatch", action=action, state=state, data={**data, **names}
            )
        facts: Mapping[str, Any] | None = None
        if at < record.updated_at:
            early = refuse_early(record, action, at, state)
            if early is not None:
                return early
            facts = record.timeline(now=at).facts_at(at)
            state = facts["state"]
        actions = self.table.get(state.name)
        if actions is None:
            out = self.way_out(state)
            path = (*out, *path_to_action(self.table, out[-1].to, action)) if out else ()
            return self._refuse_state(action, state, path)
        rows = actions.get(action)
        if rows is None:
            return refuse_action(self.id, self.table, action, state)
        refusal: Refused | None = None
        for transition in rows:
            accepted = transition.sets
            if fields or transition.required:
                answer = accept(self.table, transition, state, fields)
                if isinstance(answer, Refused):
                    refusal = answer if refusal is None else refusal
                    continue
                accepted = answer
            if transition.guard is not None:
                known = facts_then(record, at)
                attempt = Attempt(
                    facts={**known, **written_fields(accepted, known)},
                    action=action,
                    at=at,
                    by=actor,
                    fields=fields,
                    related=None if related is None else tuple(related),
                )
                if not transition.passes(attempt):
                    # Its fields were valid, so its guard explains more than another row's fields.
                    if refusal is None or refusal.code != "guard":
                        refusal = refuse_guard(self.table, transition, state, attempt)
                    continue
            event = _state_changed(
                record.id,
                record.history[-1].sequence + 1,
                at,
                actor,
                at if recorded_at is None else as_utc(recorded_at, "recorded_at"),
                action,
                transition.target,
                accepted,
                cause,
            )
            if facts is not None:
                later = () if amend else of_kind(in_time(record.history)[1], StateChanged)
                steps = ((change, change.action, change.state) for change in later)
                to = transition.target
                overtaken = refuse_no_effect(self.table, steps, action, state, at=at, to=to)
                return record.with_events((event,)) if overtaken is None else overtaken
            return record._append(event, checked=True)  # noqa: SLF001  all is checked: not again
        return refusal  # type: ignore[return-value]  # rows is never empty


def given_fields(fields: Mapping[str, object], named: dict[str, object]) -> dict[str, object]:
    """Return the fields given as a mapping, joined with those given by name."""
    if fields is NO_FIELDS:
        return named
    need_kind("fields", fields, Mapping, allowed="a mapping from names to values")
    return {**fields, **named}
