"""Define drills: what players are informed of, and when, and what is expected of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs

from incidentcore._checks import (
    checked,
    need_each,
    need_key_part,
    need_keys,
    need_kind,
    need_span,
    need_text,
    tuple_of,
)
from incidentcore.communication import CommunicationPlan
from incidentcore.errors import DefinitionError
from incidentcore.escalation import EscalationMatrix
from incidentcore.instants import as_utc
from incidentcore.intake import Alert
from incidentcore.sla import SlaDefinition
from incidentcore.values import FrozenMap

_span = checked(need_span, DefinitionError)
_word = checked(need_key_part, DefinitionError)
_text = checked(need_text, DefinitionError, empty=True)


@attrs.frozen
class Inject:
    """A piece of information that the players of a drill receive at a planned time.

    Attributes:
        at: When the inject is delivered, as time since the start of the drill.
        kind: The kind: ``alert``, ``mail``, ``call``, ``outage``, ``note`` or any other word.
        text: The text of the inject.
        to: Who receives the inject; empty for everybody.
        alert: The alert to process with ``fold_alerts``; None if the inject is not an alert.
        checks: The name of the expectation or plan that the inject tests; empty for none.
    """

    at: timedelta = attrs.field(validator=_span)
    kind: str = attrs.field(validator=_word)
    text: str = attrs.field(validator=_text)
    to: str = attrs.field(default="", kw_only=True, validator=_text)
    alert: Alert | None = attrs.field(
        default=None, kw_only=True, validator=checked(need_kind, Alert | None, DefinitionError)
    )
    checks: str = attrs.field(default="", kw_only=True, validator=_text)


@attrs.frozen
class Expectation:
    """Something that the players are expected to do in time, measured by a clock.

    Attributes:
        name: The name of the expectation in reports.
        clock: The clock: when it starts, its target, and when it stops.
        owner: The team or role responsible for it.
    """

    name: str = attrs.field(validator=_word)
    clock: SlaDefinition
    owner: str = attrs.field(default="", kw_only=True, validator=_text)

    def __attrs_post_init__(self) -> None:
        need_kind(f"{self.name}.clock", self.clock, SlaDefinition, DefinitionError)


@attrs.frozen
class BotStep:
    """One step of a bot that replaces people in a trial run of a drill; see ``rehearse``.

    Attributes:
        at: When the step is run, as time since the start of the drill.
        do: ``open``, ``acknowledge``, ``assign``, ``comment``, ``update`` (log an update to an
            audience), ``restored`` (service is restored), ``set`` (fields), a step of a major
            incident (``propose``, ``accept``, …), or an action of the lifecycle such as
            ``resolve``.
        by: Who takes the step.
        record: A name for the record, if the drill has several.
        fields: The fields of the step, such as ``{"impact": "high"}``.
    """

    at: timedelta = attrs.field(validator=_span)
    do: str = attrs.field(validator=_word)
    by: str = attrs.field(validator=_word)
    record: str = attrs.field(default="1", kw_only=True, validator=_word)
    fields: FrozenMap[object] = attrs.field(
        default=FrozenMap(), kw_only=True, converter=FrozenMap[object]
    )


def _in_order(items: Iterable[Any]) -> tuple[Any, ...]:
    # What has no instant is of another kind, which the drill refuses.
    return tuple(sorted(tuple_of(items), key=lambda one: getattr(one, "at", timedelta(0))))


def _expects(expects: Iterable[Expectation]) -> tuple[Expectation, ...]:
    return tuple_of(expects)


@attrs.frozen(kw_only=True)
class Drill:
    """An exercise: a script of events, and what is expected of the players.

    Attributes:
        name: The drill's name. Records that belong to the drill are opened with it as ``exercise``.
        injects: The information that the players receive, in time order.
        expects: What the players are expected to do in time.
        plan: The plan of the updates that stakeholders should receive; None if none are expected.
        matrix: The escalation matrix, whose levels may wait for the clocks of ``expects``. Its
            escalations are shown in the timeline, but not scored. None if nothing is escalated.
        lasts: The duration of the drill.
        bot: The steps of a bot that replaces people in a trial run, in time order.

    Raises:
        DefinitionError: A name is used twice, an attribute has the wrong type, or an inject or a
            step is after the end.
    """

    name: str = attrs.field(validator=_word)
    injects: tuple[Inject, ...] = attrs.field(default=(), converter=_in_order)
    expects: tuple[Expectation, ...] = attrs.field(default=(), converter=_expects)
    plan: CommunicationPlan | None = None
    matrix: EscalationMatrix | None = None
    lasts: timedelta = attrs.field(validator=_span)
    bot: tuple[BotStep, ...] = attrs.field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        need_kind("plan", self.plan, (CommunicationPlan, type(None)), DefinitionError)
        need_kind("matrix", self.matrix, (EscalationMatrix, type(None)), DefinitionError)
        need_each("expects", self.expects, Expectation, DefinitionError)
        for name, kind in (("injects", Inject), ("bot", BotStep)):
            for part in getattr(self, name):
                need_kind(name, part, kind, DefinitionError)
                if part.at > self.lasts:
                    raise DefinitionError(f"{name}.at", part.at, f"at most {self.lasts}, its end")
        names = [one.name for one in self.expects]
        names += [] if self.plan is None else [self.plan.name]
        if len(set(names)) != len(names):
            raise DefinitionError("expects", names, "each name once, the plan's too")

    @property
    def owners(self) -> dict[str, str]:
        """Return a mapping from the names of the expectations and the plan to their owners."""
        owners = {one.name: one.owner for one in self.expects}
        return owners if self.plan is None else {**owners, self.plan.name: "communications lead"}


@attrs.frozen(kw_only=True)
class DueInject:
    """An inject that is due; your application delivers it, once for each key.

    The key is made of the drill's name and start and the position of the inject.
    """

    key: str
    due_at: datetime
    inject: Inject


def injects_due(
    drill: Drill,
    /,
    *,
    started_at: datetime,
    now: datetime,
    already: Collection[str] = (),
) -> tuple[DueInject, ...]:
    """Return the injects of a drill that are due, in time order, for your application to deliver.

    ``already`` are the keys of injects already delivered, which are left out.

    Source: rules X1 and E1.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.simulation import Drill, Inject, injects_due
    >>> half = timedelta(minutes=30)
    >>> drill = Drill(
    ...     name="d", lasts=2 * half, injects=[Inject(n * half, "note", f"{n}") for n in range(3)]
    ... )
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> [due.key for due in injects_due(drill, started_at=nine, now=nine + half)]
    ['d/2026-06-01T09:00:00Z/0', 'd/2026-06-01T09:00:00Z/1']
    """
    need_keys(already)
    need_kind("drill", drill, Drill)
    start, now = as_utc(started_at, "started_at"), as_utc(now, "now")
    since = f"{start.isoformat()[:-6]}Z"
    due = (
        DueInject(key=f"{drill.name}/{since}/{place}", due_at=start + inject.at, inject=inject)
        for place, inject in enumerate(drill.injects)
    )
    return tuple(one for one in due if one.due_at <= now and one.key not in already)
