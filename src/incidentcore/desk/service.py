"""Services with targets by priority, and agreements that decide which service a record has.

A service has a table of targets; an agreement gives a service to the records that match it. Both
are compiled to SLA clocks: one policy for each clock and kind of agreement, with its rules in
order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, Literal, get_args

import attrs

from incidentcore._checks import SharedRepr, need_each, need_kind, need_text, need_word, tuple_of
from incidentcore.conditions import ALWAYS, NEVER, AllOf, Condition, field
from incidentcore.conditions.condition import Not
from incidentcore.errors import DefinitionError
from incidentcore.priority import PriorityPolicy
from incidentcore.schedule import Calendar
from incidentcore.sla import ServiceLevel, SlaDefinition, SlaPolicy, SlaRule
from incidentcore.sla.definition import CANCELED_RECORD
from incidentcore.sla.targets import Target
from incidentcore.sla.terms import CalendarChoice, ReopenMode, SlaThreshold
from incidentcore.values import Impact, Scale, Urgency

AgreementKind = Literal["sla", "ola", "contract"]
AGREEMENT_KINDS: Final[tuple[str, ...]] = get_args(AgreementKind)
OnChange = Literal["keep_elapsed", "restart", "retroactive"]
_DEFINED: Final[dict[str, Callable[..., SlaDefinition]]] = {
    "response": SlaDefinition.first_response,
    "next_response": SlaDefinition.next_response,
    "update": lambda target, **terms: SlaDefinition.update(every=target, **terms),
    "resolution": SlaDefinition.resolution,
}
CLOCKS: Final = tuple(_DEFINED)


@attrs.frozen(kw_only=True)
class ServiceTarget(SharedRepr):
    """A target for the records of one priority.

    Attributes:
        target: The target, in a form that ``SlaDefinition`` accepts, such as a ``timedelta``.
        level: The name of the priority; empty for all other priorities and for records without one.
        calendar: The calendar by which the target is measured; None for that of the service.
    """

    target: Target
    level: str = ""
    calendar: Calendar | None = None


def _check_targets(where: str, targets: tuple[ServiceTarget, ...]) -> None:
    levels = [target.level for target in targets]
    if len(set(levels)) != len(levels):
        raise DefinitionError(where, levels, "each priority once")


@attrs.frozen(kw_only=True)
class OwnClock(SharedRepr):
    """A custom clock of a service, in addition to those for responses, updates and resolution.

    Attributes:
        name: The clock's name.
        targets: ``ServiceTarget`` values, one for each priority.
        start: The condition under which the clock starts; by default, it starts at the opening.
        stop: The condition that ends the clock with a result.
        pause: The condition under which the clock pauses.
        resume: The condition that ends a pause; by default, that ``pause`` no longer holds.
        cancel: The condition that ends the clock without a result; by default, a cancellation.
        reset: A condition on events; an event that matches ends a cycle and starts the next.
        starts_from: A field whose instant begins the first cycle; None for the opening.
        answered_by: The roles whose public messages count as replies.
    """

    name: str
    targets: tuple[ServiceTarget, ...] = attrs.field(converter=tuple_of)
    start: Condition = ALWAYS
    stop: Condition
    pause: Condition = NEVER
    resume: Condition | None = None
    cancel: Condition = CANCELED_RECORD
    reset: Condition | None = None
    starts_from: str | None = attrs.field(default=None, metadata={"later": True})
    answered_by: tuple[str, ...] = attrs.field(
        default=("agent",), converter=tuple_of, metadata={"later": True}
    )

    def __attrs_post_init__(self) -> None:
        if self.name in CLOCKS:
            raise DefinitionError("clock", self.name, f"a name other than {', '.join(CLOCKS)}")
        _check_targets(self.name, self.targets)


@attrs.frozen(kw_only=True)
class Service(SharedRepr):
    """A service: its targets by priority, and the calendar by which they are measured.

    Attributes:
        name: The service's name, to which agreements refer.
        calendar: The calendar of its clocks, or a rule that chooses a calendar by a field.
        response: Targets for the first response.
        next_response: Targets for the reply to each further message of the requester.
        update: Targets for the interval between public updates; each must be a ``timedelta``.
        resolution: Targets for the resolution.
        pause: The condition under which resolution and update clocks pause; if None,
            they pause while ``state.pauses`` is true.
        warn: The points of each clock at which a warning is due, such as 80 percent of the target.
        reopen: What a reopening does to the resolution clock, as in ``SlaDefinition``.
        on_change: What happens to a running clock when another target starts to apply; None means
            ``retroactive``, but ``check_desk`` then reports that no choice was made.
        starts_from: A field, such as ``occurred_at``, whose instant starts the first cycle of the
            response clock and of the resolution clock, even if it is before the opening; None for
            the opening.
        answered_by: The roles whose public messages count as replies.
        clocks: Custom clocks, each an ``OwnClock``.

    Raises:
        DefinitionError: There are no targets, a priority has two targets for one clock, or
            ``reopen`` or ``on_change`` has an unknown value.

    >>> from datetime import timedelta
    >>> from incidentcore.desk import Service, ServiceTarget
    >>> from incidentcore.schedule import BusinessCalendar
    >>> silver = Service(
    ...     name="silver",
    ...     calendar=BusinessCalendar.always(),
    ...     resolution=[ServiceTarget(level="high", target=timedelta(hours=8))],
    ... )
    >>> silver.clock_names
    ('resolution',)
    """

    name: str
    calendar: CalendarChoice
    response: tuple[ServiceTarget, ...] = attrs.field(default=(), converter=tuple_of)
    next_response: tuple[ServiceTarget, ...] = attrs.field(default=(), converter=tuple_of)
    update: tuple[ServiceTarget, ...] = attrs.field(default=(), converter=tuple_of)
    resolution: tuple[ServiceTarget, ...] = attrs.field(default=(), converter=tuple_of)
    pause: Condition | None = None
    warn: tuple[SlaThreshold, ...] = attrs.field(default=(), converter=tuple_of)
    reopen: str = "exclude_closed"
    on_change: str | None = None
    starts_from: str | None = attrs.field(default=None, metadata={"later": True})
    answered_by: tuple[str, ...] = attrs.field(
        default=("agent",), converter=tuple_of, metadata={"later": True}
    )
    clocks: tuple[OwnClock, ...] = attrs.field(default=(), converter=tuple_of)

    def __attrs_post_init__(self) -> None:
        need_text("service", self.name, DefinitionError, "a non-empty name")
        if self.on_change is not None:
            need_word(f"{self.name}.on_change", self.on_change, OnChange, DefinitionError)
        need_word(f"{self.name}.reopen", self.reopen, ReopenMode, DefinitionError)
        if len(set(self.clock_names)) != len(self.clock_names):
            raise DefinitionError(f"{self.name}.clocks", self.clock_names, "each clock once")
        if not self.clock_names:
            raise DefinitionError(self.name, (), f"targets for at least one of {', '.join(CLOCKS)}")
        for name in CLOCKS:
            _check_targets(f"{self.name}.{name}", getattr(self, name))
        spans = [target.target for target in self.update]
        need_each(f"{self.name}.update", spans, timedelta, DefinitionError, "a span such as 4h")

    @property
    def clock_names(self) -> tuple[str, ...]:
        """Return the names of the service's clocks, in the order of the attributes."""
        usual = tuple(name for name in CLOCKS if getattr(self, name))
        return (*usual, *(clock.name for clock in self.clocks))

    def targets(self, clock: str) -> tuple[ServiceTarget, ...]:
        """Return the targets of a clock; empty if the service does not have the clock."""
        usual: dict[str, tuple[ServiceTarget, ...]] = {name: getattr(self, name) for name in CLOCKS}
        return {**usual, **{own.name: own.targets for own in self.clocks}}.get(clock, ())

    def definition(self, clock: str, target: ServiceTarget, agreement: str) -> SlaDefinition:
        """Return the SLA definition of a clock for one of its targets.

        Args:
            clock: The name of the clock.
            target: One of the clock's targets.
            agreement: The kind of the agreement: ``sla``, ``ola`` or ``contract``.
        """
        calendar = self.calendar if target.calendar is None else target.calendar
        terms: dict[str, Any] = {"calendar": calendar, "target": target.target}
        if clock in CLOCKS:
            made = _DEFINED[clock](**terms)
        else:
            own = next(one for one in self.clocks if one.name == clock)
            terms |= attrs.asdict(own, recurse=False, filter=attrs.filters.exclude("targets"))
            made = SlaDefinition(kind=clock, **terms)
        changes: dict[str, Any] = {
            "name": " ".join(filter(None, (self.name, clock, target.level))),
            "swap": self.on_change or "retroactive",
            "thresholds": self.warn,
            "agreement": agreement,
        }
        if clock in CLOCKS:
            changes["answered_by"] = self.answered_by
        if clock in ("response", "resolution"):
            changes["starts_from"] = self.starts_from
        if clock == "resolution":
            changes["reopen"] = self.reopen
        if clock in ("resolution", "update") and self.pause is not None:
            changes["pause"] = self.pause
        elif clock == "update":
            changes["pause"] = field("state.pauses").is_true()
        return attrs.evolve(made, **changes)


@attrs.frozen(kw_only=True)
class Agreement(SharedRepr):
    """A rule that gives records a service; of each kind, the first agreement that matches applies.

    Attributes:
        service: The service's name.
        when: The condition on the records to which the service applies.
        kind: ``sla`` (with customers), ``ola`` (between teams) or ``contract`` (with suppliers).

    Raises:
        DefinitionError: The kind is unknown, or ``when`` is not a condition.
    """

    service: str
    when: Condition = ALWAYS
    kind: str = "sla"

    def __attrs_post_init__(self) -> None:
        need_word("kind", self.kind, AgreementKind, DefinitionError)
        need_kind("when", self.when, Condition, DefinitionError)


def compile_clocks(
    services: Sequence[Service], agreements: Sequence[Agreement], scale: Scale
) -> ServiceLevel | None:
    """Return a policy for each kind of agreement and clock, ``sla`` first; None without targets.

    A record that matches an agreement never gets a target of a later one, even if its service has
    no target for the record.
    """
    policies: list[SlaPolicy] = []
    for kind in AGREEMENT_KINDS:
        named = [
            (one, service_named(services, one.service)) for one in agreements if one.kind == kind
        ]
        for clock in dict.fromkeys(name for _, service in named for name in service.clock_names):
            name = clock if kind == "sla" else f"{kind} {clock}"
            if rules := tuple(_rules(named, clock, kind, scale)):
                policies.append(SlaPolicy(rules, name=name))
    return ServiceLevel(policies, name="desk") if policies else None


def service_named(services: Sequence[Service], name: str) -> Service:
    """Return the service that has a name."""
    named = {service.name: service for service in services}
    need_word("agreement.service", name, named, DefinitionError)
    return named[name]


def _rules(
    named: Sequence[tuple[Agreement, Service]], clock: str, kind: str, scale: Scale
) -> Iterator[SlaRule]:
    taken: list[Condition] = []  # by agreements that leave some of their records without a target
    for agreement, service in named:
        parts: list[Condition] = [Not(one) for one in taken]
        if agreement.when != ALWAYS:
            parts.insert(0, agreement.when)
        targets = sorted(service.targets(clock), key=lambda one: not one.level)
        for target in targets:
            when = [*parts, _at(scale, target.level)] if target.level else parts
            definition = service.definition(clock, target, kind)
            yield SlaRule(when[0] if len(when) == 1 else AllOf(when), definition)
        if agreement.when == ALWAYS:
            return  # it takes every record
        if all(target.level for target in targets):
            taken.append(agreement.when)


def _at(scale: Scale, name: str) -> Condition:
    need_word("priority", name, scale.names, DefinitionError)
    return field("priority").equals(scale[name])


def scale_of(policy: PriorityPolicy, field: str) -> Scale:
    """Return the scale of a field's levels: that of impact or urgency, or else of priorities."""
    found: Scale = policy.scale
    if field == "impact":
        found = getattr(policy.calculator, "rows", Impact.scale)
    elif field == "urgency":
        found = getattr(policy.calculator, "columns", Urgency.scale)
    return found
