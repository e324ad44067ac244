"""A whole service desk as one frozen value: its rules, and what they mean for a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import need_key_part, need_kind, need_word, tuple_of
from incidentcore.categorization import (
    Categorizer,
    CategoryRule,
    RoutingRule,
    RuleCategorizer,
    route,
)
from incidentcore.communication import CommunicationPlan, UpdateRule
from incidentcore.desk.parts import ApprovalPlan, AutoClose, DeskField, need_own_fields, parts_of
from incidentcore.desk.service import Agreement, Service, compile_clocks
from incidentcore.errors import DefinitionError, InvalidValueError, TransitionNotAllowedError
from incidentcore.escalation import (
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnCallSchedule,
)
from incidentcore.instants import Versions, as_utc, as_zone, version_at
from incidentcore.intake import IntakePolicy
from incidentcore.lifecycle import STANDARD, Allowed, CascadeRule, Lifecycle, Refused
from incidentcore.lifecycle.definition import record_type_of
from incidentcore.priority import STANDARD_POLICY, PriorityPolicy, calculate_priority
from incidentcore.priority.changes import prioritize_from
from incidentcore.priority.reprioritized import reprioritized
from incidentcore.records import ApprovalRule, Prioritized, Record, set_fields
from incidentcore.records._fast import opened_with
from incidentcore.records.fold import in_time, opening_of
from incidentcore.schedule import Calendar
from incidentcore.sla import ServiceLevel, SlaStatus, evaluate_sla
from incidentcore.sla.terms import CalendarByField, CalendarChoice
from incidentcore.values import Actor, FrozenMap, LintFinding

R = TypeVar("R", bound=Record)

_DESK: Final = Actor("desk", "system")


@attrs.frozen(kw_only=True, slots=False, repr=False)
class Desk:
    """The rules of a service desk.

    Attributes:
        name: The desk's name.
        zone: The time zone of dates and times that have none of their own.
        fields: The desk's own fields, which its conditions can read.
        calendars: Calendars by name.
        lifecycles: How records may change; at most one for each type of record. The other types
            have the standard lifecycle.
        auto_close: For each type of record, when its records are closed automatically.
        priority: How priorities are computed.
        categories: Rules for the category; the first that matches applies.
        categorizer: The categorizer that is used if no rule matches.
        routing: Rules for the group that works on a record; the first that matches applies.
        services: The services that the desk offers, each with its targets.
        agreements: Which records get which service; of each kind, the first that matches applies.
        on_call: On-call schedules.
        escalation: Escalation rows, each with its levels; every row that matches applies.
        communication: Rules for updates to stakeholders; every rule that matches applies.
        approvals: Which requests need which approval; the first plan that matches applies.
        cascades: What a change to a record does to the records linked with it.
        intake: How alerts become incidents.
        imports: The options with which an importer reads another tool's exports, by name.
        sources: Where holidays were copied from, as text; for information only.
        assumed: Findings on what a desk file left open, which ``check_desk`` returns too.

    Raises:
        DefinitionError: An attribute has the wrong type, a name is used twice, or a rule names
            something (a service, a schedule, a priority) that the desk does not have.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.desk import load_desk
    >>> from incidentcore.records import Incident
    >>> from incidentcore.values import Impact, Urgency
    >>> desk = load_desk('''
    ... desk = 1
    ... name = "small"
    ... zone = "Europe/Berlin"
    ... [services.all]
    ... calendar = "always"
    ... resolution = { critical = "4h", else = "2d" }
    ... [[agreements]]
    ... service = "all"
    ... ''')
    >>> at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = desk.open(
    ...     Incident,
    ...     id="INC-1",
    ...     title="Mail is down",
    ...     by="kim",
    ...     at=at,
    ...     impact=Impact.HIGH,
    ...     urgency=Urgency.HIGH,
    ... )
    >>> [status.due_at.isoformat() for status in desk.evaluate(incident, now=at)]
    ['2026-06-01T13:00:00+00:00']
    """

    name: str
    zone: ZoneInfo = attrs.field(
        default=ZoneInfo("UTC"), converter=as_zone, eq=lambda zone: zone.key
    )
    fields: tuple[DeskField, ...] = parts_of(DeskField, lambda one: one.name)
    calendars: FrozenMap[CalendarChoice] = attrs.field(
        default=FrozenMap(), converter=FrozenMap[CalendarChoice]
    )
    lifecycles: tuple[Lifecycle, ...] = parts_of(Lifecycle, lambda one: one.record_type)
    auto_close: FrozenMap[AutoClose] = attrs.field(
        default=FrozenMap(), converter=FrozenMap[AutoClose]
    )
    priority: PriorityPolicy = STANDARD_POLICY
    categories: tuple[CategoryRule, ...] = parts_of(CategoryRule)
    categorizer: Categorizer | None = None
    routing: tuple[RoutingRule, ...] = parts_of(RoutingRule)
    services: tuple[Service, ...] = parts_of(Service, lambda one: one.name)
    agreements: tuple[Agreement, ...] = parts_of(Agreement)
    on_call: tuple[OnCallSchedule, ...] = parts_of(OnCallSchedule, lambda one: one.name)
    escalation: tuple[EscalationRow, ...] = parts_of(EscalationRow, lambda one: one.name)
    communication: tuple[UpdateRule, ...] = parts_of(UpdateRule, lambda one: one.name)
    approvals: tuple[ApprovalPlan, ...] = parts_of(ApprovalPlan)
    cascades: tuple[CascadeRule, ...] = parts_of(CascadeRule, lambda one: one.id)
    intake: IntakePolicy | None = None
    imports: FrozenMap[object] = attrs.field(default=FrozenMap(), converter=FrozenMap[object])
    sources: tuple[str, ...] = attrs.field(default=(), converter=tuple_of, eq=False)
    assumed: tuple[LintFinding, ...] = attrs.field(default=(), converter=tuple_of, eq=False)

    def __attrs_post_init__(self) -> None:
        need_key_part("name", self.name, DefinitionError)
        need_kind("priority", self.priority, PriorityPolicy, DefinitionError)
        need_kind("intake", self.intake, IntakePolicy | None, DefinitionError)
        for name, calendar in self.calendars.items():
            kinds = (Calendar, CalendarByField, Versions)
            need_kind(f"calendars.{name}", calendar, kinds, DefinitionError)
        for name, close in self.auto_close.items():
            if name not in STANDARD or not isinstance(close, AutoClose):
                allowed = f"an AutoClose for each of {', '.join(STANDARD)}"
                raise DefinitionError("auto_close", name, allowed)
        schedules = {one.name: one for one in self.on_call}
        for row in self.escalation:
            for target in (one for level in row.levels for one in level.targets):
                if target.schedule is not None and schedules.get(target.name) != target.schedule:
                    where = f"escalation.{row.name}"
                    raise DefinitionError(where, target.name, "a schedule of the desk's on_call")
        _ = self.service_level  # an agreement or target that names nothing is refused here

    def __repr__(self) -> str:
        return f"<Desk {self.name!r}: {len(self.services)} services, {len(self.escalation)} rows>"

    @cached_property
    def service_level(self) -> ServiceLevel | None:
        """Return the SLA clocks of all agreements; None if there are no targets."""
        return compile_clocks(self.services, self.agreements, self.priority.scale)

    @cached_property
    def matrices(self) -> tuple[EscalationMatrix, ...]:
        """Return one escalation matrix per row, so that every row that matches applies.

        Each matrix has the name of its row; manual escalations refer to this name (rule E3).
        """
        return tuple(EscalationMatrix(row.name, (row,)) for row in self.escalation)

    @cached_property
    def plans(self) -> tuple[CommunicationPlan, ...]:
        """Return a communication plan for each rule: in one plan, only the first match applies."""
        return tuple(CommunicationPlan(self.name, (rule,)) for rule in self.communication)

    def lifecycle(self, record_type: str) -> Lifecycle:
        """Return the lifecycle of a type of record; the standard one if the desk defines none."""
        own = (known for known in self.lifecycles if known.record_type == record_type)
        need_word("record_type", record_type, STANDARD)
        return next(own, STANDARD[record_type])

    def _own(self, record: Record) -> Lifecycle:
        need_kind("record", record, Record, allowed="a record")
        return self.lifecycle(record.record_type)

    def open(self, kind: type[R], /, **opening: Any) -> R:
        """Open a record with the category, priority and group that the desk's rules give.

        Values that you pass take precedence. All values become part of the opening event.

        Args:
            kind: ``Incident``, ``Problem`` or ``ServiceRequest``.
            opening: The arguments of ``kind.open``: ``id``, ``title``, ``at``, ``by`` and fields.

        Raises:
            InvalidValueError: A field is unknown, an impact or urgency is not on the desk's scale,
                or a custom field does not conform to the desk's ``fields``.
        """
        record = self.lifecycle(record_type_of(kind)).open(kind, **opening)
        need_own_fields(self.fields, record.custom, {})
        if not opening.get("category") and (category := self._category(record)):
            record = opened_with(record, {"category": category})
        if opening.get("computed_priority") is None:
            computed = calculate_priority(self.priority, record).computed
            if computed is not None:
                record = opened_with(record, {"computed_priority": computed})
        if self.routing and not opening.get("assignment_group"):
            routed = route(self.routing, record)
            if routed is not None:
                group: dict[str, object] = {"assignment_group": routed.group}
                if routed.tier is not None and opening.get("support_tier") is None:
                    group["support_tier"] = routed.tier
                record = opened_with(record, group)
        return record

    def _category(self, record: Record) -> tuple[str, ...]:
        answer = RuleCategorizer(self.categories)(record)
        if answer.abstained and self.categorizer is not None:
            answer = self.categorizer(record)
        return () if answer.abstained else tuple(answer.category)

    def decide(
        self, record: R, action: str, /, *, at: datetime, by: Actor | str, **fields: Any
    ) -> Allowed[R] | Refused:
        """Return the effect of an action on a record, or why it is refused.

        The arguments are those of ``Lifecycle.decide``, such as fields to set.
        """
        answer = self._own(record).decide(record, action, at=at, by=by, **fields)
        refusal = self._refusal(record, action, answer.record) if answer else None
        return answer if refusal is None else refusal

    def advance(
        self, record: R, action: str, /, *, at: datetime, by: Actor | str, **fields: Any
    ) -> R:
        """Apply an action, and return the new record with its priority computed again.

        The arguments are those of ``Lifecycle.advance``, such as fields to set.

        Raises:
            TransitionNotAllowedError: The action is refused.
        """
        moved = self._own(record).advance(record, action, at=at, by=by, **fields)
        refusal = self._refusal(record, action, moved)
        if refusal is not None:
            raise TransitionNotAllowedError(refusal)
        return self.prioritize(moved, at=at, recorded_at=fields.get("recorded_at"))

    def _refusal(self, record: Record, action: str, moved: Record) -> Refused | None:
        """Return why the desk's own fields refuse what an action sets; None if they do not."""
        names = {one.name for one in self.fields} & moved.custom.keys()
        try:
            need_own_fields(self.fields, {n: moved.custom[n] for n in names}, record.custom)
        except InvalidValueError as wrong:
            data = {"what": str(wrong)}
            return Refused(code="invalid_field", action=action, state=record.state, data=data)
        return None

    def set_fields(self, record: R, /, *, at: datetime, by: Actor | str, **fields: Any) -> R:
        """Return a record with fields set (``records.set_fields``) and its priority computed again.

        Raises:
            InvalidValueError: A field cannot be set or does not accept its value, or a custom field
                does not conform to the desk's ``fields``.
        """
        changed = set_fields(record, at=at, by=by, **fields)
        need_own_fields(self.fields, changed.custom, record.custom)
        return self.prioritize(changed, at=at, recorded_at=fields.get("recorded_at"))

    def prioritize(
        self,
        record: R,
        /,
        *,
        at: datetime,
        by: Actor | str = _DESK,
        recorded_at: datetime | None = None,
        **changes: Any,
    ) -> R:
        """Return a record with its priority computed again, after impact or other fields changed.

        Without impact or urgency, no priority can be computed; the record then only gets the new
        values, if there are any.

        Args:
            record: The record.
            at: When the fields changed; the priority is computed again from then on.
            by: Who changes the priority; by default the desk, as a system.
            recorded_at: When the change became known. Defaults to ``at``.
            changes: A new ``impact`` or ``urgency``, and a ``reason``, as for
                ``incidentcore.priority.prioritize``.

        Raises:
            InvalidValueError: The impact or urgency is not on the desk's scale.
        """
        need_kind("record", record, Record)
        at, by = as_utc(at), record.actor(by, at=at)
        computed = calculate_priority(self.priority, record).computed
        is_known = computed == record.computed_priority and at >= record.updated_at
        if not changes and (computed is None or is_known):
            return record
        when: Any = {"at": at, "by": by, "recorded_at": recorded_at}
        return prioritize_from(record, self.priority, **when, **changes)

    def evaluate(
        self, record: Record, /, *, now: datetime, known_at: datetime | None = None
    ) -> tuple[SlaStatus, ...]:
        """Return the status of each clock of the record's services at an instant.

        If a record was opened without a priority, the priority that the desk computes from the
        opening is used. Clocks without a target for the record are left out. Clocks that cannot be
        judged, because the record's source lacks a field, are included (``SlaStatus.not_covered``).

        Args:
            record: The record.
            now: The instant to evaluate at.
            known_at: Use only what was recorded by this instant; None for everything.
        """
        if self.service_level is None:
            return ()
        statuses = evaluate_sla(self.service_level, self.judged(record), now=now, known_at=known_at)
        return tuple(one for one in statuses if one.stage != "none" or one.not_covered)

    def judged(self, record: R) -> R:
        """Return a record as the desk's rules see it, with a priority if one can be computed.

        A computed priority on another scale is replaced by that of the desk's policy, if possible.
        A record without a priority and without a ``Prioritized`` event gets the priority that the
        desk computes from the opening. Any other record is returned unchanged.
        """
        need_kind("record", record, Record)
        computed = record.computed_priority
        if computed is not None and computed not in self.priority.scale.levels:
            ours = reprioritized(record, self.priority)
            return record if ours.computed_priority is None else ours
        history = record.history
        if record.priority is not None or any(isinstance(one, Prioritized) for one in history):
            return record
        corrected = type(record).from_history((in_time(history)[0],))
        opening: Any = opening_of(history)
        if (level := calculate_priority(self.priority, corrected).computed) is None:
            return record
        changed = attrs.evolve(opening, fields=opening.fields.set(computed_priority=level))
        return type(record).from_history(changed if one is opening else one for one in history)

    def approval(self, record: Record) -> ApprovalPlan | None:
        """Return the first approval plan that matches a record; None if it needs no approval."""
        need_kind("record", record, Record)
        return next((plan for plan in self.approvals if plan.when.matches(record)), None)

    def approval_rule(
        self, record: Record, /, *, people: Callable[[EscalationTarget], Iterable[str]]
    ) -> ApprovalRule | None:
        """Return the rule for the approval that a record needs; None if it needs no approval.

        The time limits are counted in open time of the calendar of the record's service, or of the
        desk's first calendar if the record has no service.

        ``people`` is a function that takes an addressee, such as a group, and returns people's ids.
        """
        plan = self.approval(record)
        return None if plan is None else plan.rule(people, calendar=self._calendar(record))

    def _calendar(self, record: Record) -> Calendar | None:
        name = next((one.service for one in self.agreements if one.when.matches(record)), None)
        chosen: CalendarChoice | None = next(iter(self.calendars.values()), None)
        chosen = next((one.calendar for one in self.services if one.name == name), chosen)
        if isinstance(chosen, CalendarByField):
            chosen = chosen.pick(record.facts())
        return version_at(chosen, record.opened_at)


def desk_at(desk: Desk | Versions[Desk], record: Record) -> Desk:
    """Return the desk that applies to a record: of versions, the one at its opening (S11)."""
    chosen = version_at(desk, record.opened_at)
    need_kind("desk", chosen, Desk, allowed="a Desk, or Versions of it")
    return chosen
