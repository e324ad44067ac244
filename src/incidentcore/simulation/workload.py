"""Define the agents of a simulated desk, and the incidents that arrive."""

# ruff: noqa: D102  what a call returns is said once, in ``Distribution`` and ``QueueOrder``

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import exp, log
from types import NoneType
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from incidentcore._checks import (
    checked,
    is_number,
    need_each,
    need_kind,
    need_share,
    need_span,
    need_text,
    need_whole,
    tuple_of,
)
from incidentcore.errors import DefinitionError
from incidentcore.instants import Interval
from incidentcore.lifecycle import Lifecycle
from incidentcore.priority import PriorityMatrix, PriorityPolicy
from incidentcore.records import Record
from incidentcore.schedule import Calendar
from incidentcore.values import FrozenMap

_HOUR: Final = timedelta(hours=1)


_positive = checked(need_span, DefinitionError, more_than_zero=True)
_share = checked(need_share, DefinitionError)


def _number(_: object, attribute: attrs.Attribute[float], value: object) -> None:
    if not is_number(value):
        raise DefinitionError(attribute.name, value, "a number")


@runtime_checkable
class Distribution(Protocol):
    """The protocol for distributions of durations, which return the quantile for a fraction."""

    def __call__(self, u: float) -> timedelta:
        """Return the quantile ``u``: a share ``u``, from 0 to below 1, is at most this long."""


@attrs.frozen
class Exponential:
    """An exponential distribution of durations; call it with a fraction to get that quantile.

    >>> from datetime import timedelta
    >>> from incidentcore.simulation import Exponential
    >>> Exponential(timedelta(hours=1))(0.5)
    datetime.timedelta(seconds=2495, microseconds=329850)
    """

    mean: timedelta = attrs.field(validator=_positive)

    def __call__(self, u: float) -> timedelta:
        return self.mean * -log(1 - u)


@attrs.frozen
class Lognormal:
    """A lognormal distribution of durations; call it with a fraction to get that quantile.

    A few durations are very long.

    Attributes:
        median: The median duration.
        sigma: The standard deviation of the logarithm; if it is 1, a sixth of the durations exceed
            2.7 times the median.
    """

    median: timedelta = attrs.field(validator=_positive)
    sigma: float = attrs.field(validator=_number)

    def __call__(self, u: float) -> timedelta:
        from statistics import NormalDist  # noqa: PLC0415  loads random, needed to simulate only

        return self.median * exp(self.sigma * NormalDist().inv_cdf(max(u, 2.0**-54)))


def _lengths(values: Iterable[timedelta]) -> tuple[timedelta, ...]:
    return tuple(sorted(tuple_of(values)))


@attrs.frozen
class Empirical:
    """Observed durations, equally probable; call the object with a fraction to get that quantile.

    The durations may be passed in any order.
    """

    values: tuple[timedelta, ...] = attrs.field(converter=_lengths, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.values or self.values[0] < timedelta(0):
            raise DefinitionError("values", self.values[:1], "at least one duration, none negative")

    def __call__(self, u: float) -> timedelta:
        return self.values[int(u * len(self.values))]


@attrs.frozen(kw_only=True)
class Hold:
    """A rule for how often work is put on hold halfway through, and how long the hold lasts.

    ``chance`` is the share of records, from 0 to 1, that are put on hold; ``lasts`` is the
    distribution of the hold's length, in wall-clock time.
    """

    chance: float = attrs.field(validator=_share)
    lasts: Distribution
    reason: str = "awaiting_caller"


@attrs.frozen(kw_only=True)
class Reassign:
    """A rule for how often a record moves to another group halfway through the work.

    ``chance`` is the share of records, from 0 to 1, that are reassigned; ``skill`` is what an agent
    needs for the rest of the work, empty for none.
    """

    chance: float = attrs.field(validator=_share)
    group: str
    skill: str = ""


def _openings(
    given: Mapping[str, Any] | Iterable[Mapping[str, Any]],
) -> tuple[FrozenMap[Any], ...]:
    several = [given] if isinstance(given, Mapping) else given
    return tuple(FrozenMap(one) for one in tuple_of(several))


def _rates(given: float | Iterable[float]) -> tuple[float, ...]:
    return (float(given),) if isinstance(given, (int, float)) else tuple_of(given)


@attrs.frozen(kw_only=True)
class Workload:
    """Incidents of one kind that arrive at random times, and the work that they need.

    Attributes:
        name: The name, which is also the prefix of the ids of its records.
        rate: The number of arrivals per open hour of ``arrives``; or 168 rates, one for each hour
            of the week, beginning with Monday 00:00 in the calendar's zone.
        arrives: The calendar in whose open time incidents arrive.
        opening: The fields of each incident at its opening, as for ``Incident.open``; or several
            mappings, one of which is chosen at random for each incident. A title is added if
            missing.
        work: The distribution of the work that an incident needs, in open time of the agent.
        skill: The skill that an agent needs; empty for none.
        hold: A ``Hold``: how often and how long work is put on hold; None for never.
        reassign: A ``Reassign``: how often another group takes over halfway through the work; None
            for never.
        patience: The distribution of the time that callers wait for the first agent before they
            cancel; None if they never cancel.
        reopen: The share of incidents, from 0 to 1, that callers reopen about a day later.
        burst: The number of incidents in each arrival.

    Source: rule X3.
    """

    name: str
    rate: tuple[float, ...] = attrs.field(converter=_rates)
    arrives: Calendar
    opening: tuple[FrozenMap[object], ...] = attrs.field(default=FrozenMap(), converter=_openings)
    work: Distribution
    skill: str = ""
    hold: Hold | None = None
    reassign: Reassign | None = None
    patience: Distribution | None = None
    reopen: float = attrs.field(default=0.0, validator=_share)
    burst: int = 1

    def __attrs_post_init__(self) -> None:
        need_text("name", self.name, DefinitionError)
        need_kind("arrives", self.arrives, Calendar, DefinitionError)
        allowed = "a distribution of durations, such as Exponential(timedelta(hours=1))"
        need_kind("work", self.work, Distribution, DefinitionError, allowed)
        need_kind("patience", self.patience, (Distribution, NoneType), DefinitionError, allowed)
        if not all(map(is_number, self.rate)):
            raise DefinitionError("rate", self.rate, "numbers")
        if len(self.rate) not in (1, 168) or min(self.rate) < 0 or not max(self.rate) > 0:
            raise DefinitionError("rate", self.rate, "one rate, or 168, some of them above zero")
        need_whole("burst", self.burst, DefinitionError)
        if not self.opening:
            raise DefinitionError("opening", self.opening, "at least one mapping of fields")


def random_draws(name: str) -> Iterator[float]:
    """Return endless random numbers from 0 to 1; equal names give equal numbers."""
    from random import Random  # noqa: PLC0415  loads a cryptographic library

    return iter(Random(name).random, None)  # noqa: S311  a simulation


def arrivals(kind: Workload, during: Interval, draws: Iterator[float]) -> Iterator[datetime]:
    """Yield random instants at which incidents of a workload arrive, in its open time."""
    zone, rates, most = kind.arrives.zone, kind.rate, max(kind.rate)
    gap = Exponential(_HOUR / most)
    left = gap(next(draws))  # until the next arrival, from the beginning of a window
    for window in kind.arrives.windows(during.start, during.end):
        length = window.end - window.start
        while left < length:
            at = window.start + left
            local = at.astimezone(zone) if len(rates) > 1 else None
            if local is None or next(draws) * most < rates[local.weekday() * 24 + local.hour]:
                yield at
            left += gap(next(draws))
        left -= length


def is_settled(policy: PriorityPolicy, table: Lifecycle, kinds: Iterable[Workload]) -> bool:
    """Return whether each priority follows from the opening, so that no later action changes it."""
    matrix = policy.calculator
    if policy.adjustments or type(matrix) is not PriorityMatrix:
        return False
    later = {name for row in table.transitions for name in row.sets}
    later.update(field.target for row in table.transitions for field in row.fields)
    read, computed = {matrix.row_field, matrix.column_field}, "computed_priority"
    given = any(computed in one for kind in kinds for one in kind.opening)
    return read <= {"impact", "urgency"} and later.isdisjoint({*read, computed}) and not given


def _skills(given: str | Iterable[str]) -> frozenset[str]:
    return frozenset((given,) if isinstance(given, str) else tuple_of(given))


@attrs.frozen
class Agent:
    """A person who works on one record at a time, in the open time of a calendar.

    Attributes:
        id: The agent's id, which becomes the assignee of records.
        calendar: The agent's working hours, excluding breaks and days off.
        skills: The agent's skills, which determine the workloads that the agent can work on.
    """

    id: str
    calendar: Calendar = attrs.field(
        repr=False, validator=checked(need_kind, Calendar, DefinitionError)
    )
    skills: frozenset[str] = attrs.field(default=frozenset([""]), converter=_skills)


@runtime_checkable
class QueueOrder(Protocol):
    """The protocol for sort keys of waiting records; the smallest key is taken first."""

    def __call__(self, record: Record, since: datetime, /) -> Any:
        """Return the sort key of a record that begins to wait; the smallest key is taken first."""


@attrs.frozen
class ByPriority:
    """A queue order: by priority, the most urgent first; then by opening, the oldest first."""

    def __call__(self, record: Record, _: datetime, /) -> tuple[object, ...]:
        rank = 1_000 if record.priority is None else record.priority.rank
        return rank, record.opened_at, record.id


@attrs.frozen
class ByArrival:
    """A queue order: the record that has waited longest comes first."""

    def __call__(self, _: Record, since: datetime, /) -> tuple[object, ...]:
        return (since,)


def _agents(given: Iterable[Agent]) -> tuple[Agent, ...]:
    return tuple_of(given)


@attrs.frozen
class Team:
    """The agents, and the order in which they take waiting records.

    Attributes:
        agents: The agents; of several free agents, the first in this order takes the next record.
        order: The order of waiting records: ``ByPriority()``, ``ByArrival()`` or a ``QueueOrder``.
    """

    agents: tuple[Agent, ...] = attrs.field(converter=_agents)
    order: QueueOrder = ByPriority()

    def __attrs_post_init__(self) -> None:
        need_each("agents", self.agents, Agent, DefinitionError)
        need_kind("order", self.order, QueueOrder, DefinitionError)
        ids = [agent.id for agent in self.agents]
        if not ids or len(set(ids)) != len(ids):
            raise DefinitionError("agents", ids, "at least one agent, each id once")
