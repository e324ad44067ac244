"""How alerts become incidents, as data: grouping, windows, flapping, maintenance, resolution."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, Literal, TypeAlias

import attrs
from attrs.validators import optional

from incidentcore._checks import (
    SharedRepr,
    as_texts,
    as_tuple,
    checked,
    need_each,
    need_kind,
    need_span,
    need_text,
    need_whole,
    need_word,
)
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.conditions.access import reader
from incidentcore.errors import DefinitionError, UnreachableDeadlineError
from incidentcore.intake.alert import Alert
from incidentcore.intake.severity import STANDARD_SEVERITIES, SeverityTable
from incidentcore.schedule import Calendar

_ZERO: Final = timedelta()
_LONGEST: Final = timedelta(weeks=52)
_ONE_SIDED: Final = " (one-sided)"


@lru_cache(maxsize=256)
def group_reader(paths: tuple[str, ...]) -> Callable[[Alert], str]:
    """Return a function that returns the group of an alert, as text made from its fields."""
    text = ", ".join(f"{path.replace('%', '%%')}=%r" for path in paths)
    if len(paths) > 1 and "." not in text:
        values = attrgetter(*paths)
        return lambda alert: text % values(alert)
    readers = [attrgetter(path) if "." not in path else reader(path) for path in paths]
    return lambda alert: text % tuple([read(alert) for read in readers])


ResolveOn: TypeAlias = Literal["all", "first", "never"]
"""Which resolved faults resolve the incident."""


def _need_weeks(name: str, value: Any, *, zero: bool) -> None:
    """Raise ``DefinitionError`` unless a value is a span of at most 52 weeks."""
    allowed = f"a timedelta {'from zero' if zero else 'of more than zero'} to 52 weeks"
    need_span(name, value, DefinitionError, allowed, more_than_zero=not zero)
    if value > _LONGEST:
        raise DefinitionError(name, value, allowed)


from_zero: Final = checked(_need_weeks, zero=True)
above_zero: Final = checked(_need_weeks, zero=False)
_text: Final = checked(need_text, DefinitionError)
_test: Final = checked(need_kind, Condition, DefinitionError, "a condition on alerts")


@attrs.frozen(kw_only=True)
class Flapping(SharedRepr):
    """A rule for when a fault whose status changes repeatedly counts as flapping.

    A fault begins to flap at the ``start``-th change of status within the span ``within``, and
    stops as soon as the span contains at most ``stop`` changes. Meanwhile it counts as firing, and
    its alerts are dropped as ``flapping``, except a firing alert of a worse severity than before.

    Attributes:
        within: The length of the rolling window; a change of exactly this age is no longer in it.
        start: The number of changes of status at which flapping begins, including the first alert.
        stop: Flapping ends once there are at most this many changes; less than ``start``.

    Raises:
        DefinitionError: The window is not positive, or ``start > stop >= 0`` is not true.

    Source: our choice; two thresholds as in Nagios, but of a count, not of a weighted share.
    """

    within: timedelta = attrs.field(validator=above_zero)
    start: int = attrs.field(default=4, validator=checked(need_whole, DefinitionError, least=2))
    stop: int = attrs.field(default=1, validator=checked(need_whole, DefinitionError, least=0))

    def __attrs_post_init__(self) -> None:
        if self.stop >= self.start:
            raise DefinitionError("stop", self.stop, f"fewer than start, {self.start}")


@attrs.frozen
class MaintenanceRule(SharedRepr):
    """A maintenance window, during which certain alerts do not open incidents.

    Alerts still join an incident that is already open (rule E2).

    Attributes:
        name: The name of the window, shown as the reason why an alert was suppressed.
        during: A calendar that is open during the window, such as
            ``schedule.Maintenance``.
        when: The test (``Condition``) of the alerts to which the rule applies; all by default.
        resume: If True, an alert that is still firing when the window ends opens an incident then.
            If False, an alert in the window is dropped at once, as ``suppressed``.

    Raises:
        DefinitionError: The name is empty, or an attribute has the wrong type.
    """

    name: str = attrs.field(validator=_text)
    during: Calendar = attrs.field(validator=checked(need_kind, Calendar, DefinitionError))
    when: Condition = attrs.field(default=ALWAYS, validator=_test)
    resume: bool = attrs.field(
        default=True, kw_only=True, validator=checked(need_kind, bool, DefinitionError)
    )

    def end_of(self, at: datetime) -> datetime | None:
        """Return when the maintenance in progress at ``at`` ends; None if not within 20 years."""
        try:
            return self.during.next_close(at)
        except UnreachableDeadlineError:
            return None


def _paths(_: object, field: Any, paths: tuple[str, ...]) -> None:
    fields = {each.name for each in attrs.fields(Alert)}
    for path in paths:
        reader(path)
        if path.partition(".")[0] not in fields:
            raise DefinitionError(field.name, path, f"a path from {', '.join(sorted(fields))}")


@attrs.frozen
class AlertGrouping(SharedRepr):
    """A rule for grouping certain alerts: those with equal values in some fields share an incident.

    Attributes:
        when: The test (``Condition``) of the alerts that are grouped in this way.
        by: The fields, such as ``"labels.cluster"``.

    Raises:
        DefinitionError: An attribute has the wrong type.
    """

    when: Condition = attrs.field(validator=_test)
    by: tuple[str, ...] = attrs.field(converter=as_texts, validator=_paths)


@attrs.frozen
class Inhibit(SharedRepr):
    """A rule by which firing faults (sources) keep others (targets) from opening incidents.

    The alert of a target waits, and is checked again once no source is firing. If its fault is
    resolved before that, the alert is suppressed. Alerts that belong to an open incident, and
    resolved alerts, do not wait. Alerts that match both tests do not hold each other back. A *key*
    is the rule's name and an alert's values in ``equal``: a target waits for sources with its key.

    Attributes:
        source: The test (``Condition``) of the alerts that hold others back, such as
            ``field("labels.role").equals("router")``.
        target: The test of the alerts that are held back.
        equal: The fields, if any, that must be equal in both alerts, such as ``"labels.router"``.
        name: The name of the rule, shown as the reason why an alert was suppressed.

    Raises:
        DefinitionError: An attribute has the wrong type.

    Source: our choice; inhibition rules as in Prometheus Alertmanager, but alerts wait.
    """

    source: Condition = attrs.field(validator=_test)
    target: Condition = attrs.field(validator=_test)
    equal: tuple[str, ...] = attrs.field(default=(), converter=as_texts, validator=_paths)
    name: str = attrs.field(default="inhibited", kw_only=True, validator=_text)

    def key_of(self, alert: Alert) -> str:
        """Return the key of an alert, without regard to which of the tests it matches."""
        return f"{self.name}: {group_reader(self.equal)(alert)}"

    def holds(self, alert: Alert) -> tuple[str, ...]:
        """Return the keys of targets that wait while an alert fires; empty if not a source."""
        if not self.source.test(alert, alert.at):
            return ()
        key = self.key_of(alert)
        return (key,) if self.target.test(alert, alert.at) else (key, key + _ONE_SIDED)

    def waits_for(self, alert: Alert) -> str:
        """Return the key for which an alert waits; empty if the alert is not a target.

        An alert that is a source itself waits only for sources that are not targets.
        """
        if not self.target.test(alert, alert.at):
            return ""
        return self.key_of(alert) + (_ONE_SIDED if self.source.test(alert, alert.at) else "")


def _rules(rules: Iterable[MaintenanceRule] | MaintenanceRule) -> tuple[MaintenanceRule, ...]:
    return as_tuple(rules, MaintenanceRule)


def _inhibits(rules: Iterable[Inhibit] | Inhibit) -> tuple[Inhibit, ...]:
    return as_tuple(rules, Inhibit)


def _groupings(rules: Iterable[AlertGrouping] | AlertGrouping) -> tuple[AlertGrouping, ...]:
    return as_tuple(rules, AlertGrouping)


@attrs.frozen(kw_only=True)
class IntakePolicy(SharedRepr):
    """A policy for how alerts become incidents.

    For *faults*, and when they are firing or resolved, see ``incidentcore.intake``.

    All spans include their last instant: an alert exactly ``window`` after the previous one still
    joins its incident.

    Attributes:
        name: The prefix of the ids of incidents.
        when: The test (``Condition``) of the alerts to which the policy applies; others are dropped
            as ``not_matched``, except resolved alerts about a fault that is firing.
        group_by: Fields of the alert that must be equal for alerts to share an incident, such as
            ``"labels.service"``; an absent label is a value like any other. By default each
            fault has its own incident.
        groupings: Different fields for certain alerts: the first ``AlertGrouping`` that matches
            applies, or ``group_by`` if none matches.
        window: Alerts about other faults join an open incident if each comes at most this long
            after the previous one.
        threshold: How many alerts must fire within ``window`` to open an incident. Alerts that have
            since been resolved do not count, nor do repetitions that are dropped as duplicates.
        deduplicate: A repeated firing alert of a fault that was reported within this span is
            dropped as ``duplicate``, and the span begins again. An alert of a worse severity than
            any before is not dropped.
        reopen_within: An alert that fires within this span after its group's incident was resolved
            reopens that incident instead of opening another; None for never.
        resolve_on: When an incident is resolved: ``"all"``, once all its faults are resolved;
            ``"first"``, once the fault that opened the incident is resolved; ``"never"``, only by
            people.
        silence: A fault counts as resolved if no alert about it comes for this long; if None, the
            fault counts as firing until a resolved alert comes.
        flapping: When a fault is flapping, and so counts as firing; None for never.
        maintenance: Rules for when alerts do not open incidents; the first that matches applies.
        inhibit: Rules by which firing faults keep others from opening incidents.
        severities: The order of severities, and the impact and urgency of each.
        lateness: How long alerts are held back after they are received, so that they can be sorted
            by time. The order of arrival of alerts with the same instant never matters.

    Raises:
        DefinitionError: A span, count, path or rule is not allowed.

    >>> from datetime import datetime
    >>> from incidentcore.intake import Alert, IntakePolicy
    >>> policy = IntakePolicy(name="shop", group_by="labels.service")
    >>> policy.group_of(Alert(key="k", at=datetime.fromisoformat("2026-06-01T09:00Z")))
    'labels.service=None'
    """

    name: str = attrs.field(default="alerts", validator=_text)
    when: Condition = attrs.field(default=ALWAYS, validator=_test)
    group_by: tuple[str, ...] = attrs.field(
        default=("source", "key"), converter=as_texts, validator=_paths
    )
    groupings: tuple[AlertGrouping, ...] = attrs.field(default=(), converter=_groupings)
    window: timedelta = attrs.field(default=timedelta(hours=24), validator=above_zero)
    threshold: int = attrs.field(default=1, validator=checked(need_whole, DefinitionError))
    deduplicate: timedelta = attrs.field(default=timedelta(hours=1), validator=from_zero)
    reopen_within: timedelta | None = attrs.field(default=None, validator=optional(from_zero))
    resolve_on: ResolveOn = "all"
    silence: timedelta | None = attrs.field(default=None, validator=optional(above_zero))
    flapping: Flapping | None = None
    maintenance: tuple[MaintenanceRule, ...] = attrs.field(default=(), converter=_rules)
    inhibit: tuple[Inhibit, ...] = attrs.field(default=(), converter=_inhibits)
    severities: SeverityTable = STANDARD_SEVERITIES
    lateness: timedelta = attrs.field(default=_ZERO, validator=from_zero)

    def __attrs_post_init__(self) -> None:
        need_each("groupings", self.groupings, AlertGrouping, DefinitionError)
        need_word("resolve_on", self.resolve_on, ResolveOn, DefinitionError)
        need_kind("flapping", self.flapping, Flapping | None, DefinitionError)
        need_kind("severities", self.severities, SeverityTable, DefinitionError)
        need_each("maintenance", self.maintenance, MaintenanceRule, DefinitionError)
        need_each("inhibit", self.inhibit, Inhibit, DefinitionError)
        names = [rule.name for rule in self.inhibit]
        if len(set(names)) != len(names):
            raise DefinitionError("inhibit", names, "rules with different names")

    def memory(self, *, unheard: bool) -> timedelta:
        """Return how long a fault that is not firing is remembered after its last alert.

        Args:
            unheard: Whether only a resolved alert has been received so far; the firing alert may
                still arrive.
        """
        flapping = _ZERO if self.flapping is None else self.flapping.within
        silence = _ZERO if self.silence is None else self.silence
        if unheard:
            return max(self.lateness, silence, self.window)
        return max(self.deduplicate, flapping, self.lateness)

    def group_of(self, alert: Alert) -> str:
        """Return the group of an alert, as text; alerts of the same group share an incident."""
        need_kind("alert", alert, Alert)
        for grouping in self.groupings:
            if grouping.when.test(alert, alert.at):
                return group_reader(grouping.by)(alert)
        return group_reader(self.group_by)(alert)

    def inhibits(self, alert: Alert) -> tuple[str, ...]:
        """Return the keys (see ``Inhibit``) of the alerts that wait while this one fires."""
        need_kind("alert", alert, Alert)
        return tuple(key for rule in self.inhibit for key in rule.holds(alert))

    def maintenance_for(self, alert: Alert, at: datetime) -> MaintenanceRule | None:
        """Return the maintenance rule that keeps an alert from opening an incident, else None."""
        need_kind("alert", alert, Alert)
        for rule in self.maintenance:
            if rule.when.matches(alert, at=at) and rule.during.is_open(at):
                return rule
        return None
