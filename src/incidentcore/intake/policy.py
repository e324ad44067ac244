"""How alerts become incidents, as data: grouping, windows, flapping, maintenance, resolution."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final, Literal, TypeAlias

import attrs

from incidentcore.conditions import ALWAYS, Condition, reader
from incidentcore.errors import DefinitionError, UnreachableDeadlineError
from incidentcore.intake.alert import Alert
from incidentcore.intake.severity import STANDARD_SEVERITIES, SeverityTable
from incidentcore.schedule import Calendar

__all__ = ["Flapping", "IntakePolicy", "MaintenanceRule", "ResolveOn", "group_reader"]

_ZERO: Final = timedelta()
_LONGEST: Final = timedelta(weeks=52)


@lru_cache(maxsize=256)
def group_reader(paths: tuple[str, ...]) -> Callable[[Alert], str]:
    """Return the function that tells an alert's group in words."""
    readers = [
        (f"{path}=", attrgetter(path) if "." not in path else reader(path)) for path in paths
    ]
    if len(readers) == 1:
        ((name, read),) = readers
        return lambda alert: f"{name}{read(alert)!r}"
    return lambda alert: ", ".join([f"{name}{read(alert)!r}" for name, read in readers])


ResolveOn: TypeAlias = Literal["all", "first", "never"]
"""Which resolved alerts resolve their incident."""


def _span(name: str, value: object, *, zero: bool) -> None:
    least = "from zero" if zero else "of more than zero"
    is_span = isinstance(value, timedelta) and _ZERO <= value <= _LONGEST
    if not is_span or (value == _ZERO and not zero):
        raise DefinitionError(name, value, f"a timedelta {least} to 52 weeks")


def _number(name: str, value: object, least: int) -> None:
    if type(value) is not int or value < least:
        raise DefinitionError(name, value, f"a whole number from {least}")


@attrs.frozen(kw_only=True)
class Flapping:
    """When a condition that comes and goes is taken as holding all along.

    It begins to flap with the change of status that is the ``start``-th within ``within``, and
    ends as soon as no more than ``stop`` lie within it. Meanwhile it counts as firing in its
    incident, and its alerts are dropped as ``flapping``; one of a worse severity gets through.

    Attributes:
        within: The length of the rolling window; a change leaves it just when it is as old.
        start: Changes of status that make it flap, the first alert among them.
        stop: Changes that end it, fewer than ``start``.

    Raises:
        DefinitionError: The window is not positive, or the counts are not ``start > stop >= 0``.

    Source: our choice; two thresholds as in Nagios, on a count instead of a weighted share.
    """

    within: timedelta
    start: int = 4
    stop: int = 1

    def __attrs_post_init__(self) -> None:
        _span("within", self.within, zero=False)
        _number("start", self.start, 2)
        _number("stop", self.stop, 0)
        if self.stop >= self.start:
            raise DefinitionError("stop", self.stop, f"fewer than start, {self.start}")


@attrs.frozen
class MaintenanceRule:
    """Times in which alerts open no incident.

    Maintenance suppresses starts only (rule E2): an alert of an incident that is open reaches it.

    Attributes:
        name: What the reason calls it.
        during: A calendar that is open while the maintenance lasts, such as
            ``schedule.Maintenance``.
        when: Which alerts it is about; all unless told.
        resume: What becomes of an alert that fires on at the end: True holds it back until its
            condition is resolved, which suppresses it, or until the maintenance ends, when it
            opens an incident after all; False suppresses it at once.

    Raises:
        DefinitionError: The name is empty, or a part is not what it must be.
    """

    name: str
    during: Calendar
    when: Condition = ALWAYS
    resume: bool = attrs.field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise DefinitionError("name", self.name, "a non-empty text")
        if not isinstance(self.during, Calendar):
            raise DefinitionError("during", self.during, "a calendar")
        if not isinstance(self.when, Condition):
            raise DefinitionError("when", self.when, "a condition on alerts")
        if not isinstance(self.resume, bool):
            raise DefinitionError("resume", self.resume, "True or False")

    def end_of(self, at: datetime) -> datetime | None:
        """Return when the maintenance that is under way ends; None where no end can be seen."""
        try:
            return self.during.next_close(at)
        except UnreachableDeadlineError:
            return None


def _paths(paths: Iterable[str] | str) -> tuple[str, ...]:
    return (paths,) if isinstance(paths, str) else tuple(paths)


def _rules(rules: Iterable[MaintenanceRule] | MaintenanceRule) -> tuple[MaintenanceRule, ...]:
    return (rules,) if isinstance(rules, MaintenanceRule) else tuple(rules)


@attrs.frozen(kw_only=True)
class IntakePolicy:
    """How alerts become incidents.

    All spans include their last instant: an alert exactly ``window`` after the one before still
    joins its incident.

    Attributes:
        name: What the incidents' ids begin with.
        when: Which alerts count at all; the others are dropped as ``not_matched``.
        group_by: Fields of the alert that must be equal for alerts to share an incident, such as
            ``"labels.service"``; an absent label is a value like any other. By default each
            condition has an incident of its own.
        window: An open incident takes the alerts of further conditions as long as none comes more
            than this after the one before; a rolling window.
        threshold: How many alerts must fire within ``window`` to open an incident. What is
            resolved again does not count, and repetitions dropped as duplicates do not.
        deduplicate: A condition that was told within this span is not told again: its repetitions
            are dropped as ``duplicate``, and each prolongs the span. One of a worse severity than
            any before gets through. So long, too, is a condition remembered that is resolved.
        reopen_within: An alert that fires within this span after its group's incident was resolved
            reopens it instead of opening another; None never does.
        resolve_on: ``"all"``: an incident is resolved once every condition in it is;
            ``FIRST``: with the one that opened it; ``NEVER``: by people only.
        silence: A condition of which nothing is heard for so long counts as resolved; None trusts
            it to say so.
        flapping: When a condition that comes and goes counts as holding; None never.
        maintenance: When alerts open no incident; the first rule that applies counts.
        severities: Which severity is worse, and what it means for impact and urgency.
        lateness: For how long alerts are held back to be put in order of time. Alerts of one
            instant always are, so their order of arrival means nothing.

    Raises:
        DefinitionError: A span, count, path or rule is not what it must be.

    >>> policy = IntakePolicy(name="shop", group_by="labels.service")
    >>> policy.group_of(Alert(key="k", at=datetime.fromisoformat("2026-06-01T09:00Z")))
    'labels.service=None'
    """

    name: str = "alerts"
    when: Condition = ALWAYS
    group_by: tuple[str, ...] = attrs.field(default=("source", "key"), converter=_paths)
    window: timedelta = timedelta(hours=24)
    threshold: int = 1
    deduplicate: timedelta = timedelta(hours=1)
    reopen_within: timedelta | None = None
    resolve_on: ResolveOn = "all"
    silence: timedelta | None = None
    flapping: Flapping | None = None
    maintenance: tuple[MaintenanceRule, ...] = attrs.field(default=(), converter=_rules)
    severities: SeverityTable = STANDARD_SEVERITIES
    lateness: timedelta = _ZERO

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise DefinitionError("name", self.name, "a non-empty text")
        if not isinstance(self.when, Condition):
            raise DefinitionError("when", self.when, "a condition on alerts")
        fields = {field.name for field in attrs.fields(Alert)}
        for path in self.group_by:
            reader(path)
            if path.partition(".")[0] not in fields:
                raise DefinitionError("group_by", path, f"a path from {', '.join(sorted(fields))}")
        _span("window", self.window, zero=False)
        _number("threshold", self.threshold, 1)
        _span("deduplicate", self.deduplicate, zero=True)
        _span("lateness", self.lateness, zero=True)
        if self.reopen_within is not None:
            _span("reopen_within", self.reopen_within, zero=True)
        if self.silence is not None:
            _span("silence", self.silence, zero=False)
        choices = ("all", "first", "never")
        if self.resolve_on not in choices:
            raise DefinitionError("resolve_on", self.resolve_on, f"one of {', '.join(choices)}")
        if self.flapping is not None and not isinstance(self.flapping, Flapping):
            raise DefinitionError("flapping", self.flapping, "Flapping, or None")
        if not isinstance(self.severities, SeverityTable):
            raise DefinitionError("severities", self.severities, "a SeverityTable")
        if not all(isinstance(rule, MaintenanceRule) for rule in self.maintenance):
            raise DefinitionError("maintenance", self.maintenance, "MaintenanceRule values")

    def group_of(self, alert: Alert) -> str:
        """Return the group of an alert in words, equal for alerts that belong together."""
        return group_reader(self.group_by)(alert)

    def maintenance_for(self, alert: Alert, at: datetime) -> MaintenanceRule | None:
        """Return the rule that keeps an alert from opening an incident at an instant."""
        for rule in self.maintenance:
            if rule.when.matches(alert, at=at) and rule.during.is_open(at):
                return rule
        return None
