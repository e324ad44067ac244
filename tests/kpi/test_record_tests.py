"""What a record must satisfy to count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from tests.kpi.tickets import figure, incident, minute, resolved

from incidentcore.conditions import ALWAYS
from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi import (
    AtLeast,
    AtMost,
    Duration,
    FieldValue,
    Group,
    Kpi,
    Rate,
    RecordTest,
    catalogue,
    compute_kpis,
)
from incidentcore.records import (
    Incident,
    Prioritized,
    acknowledge,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import FrozenMap, Priority


def test_priority_may_be_that_of_the_opening_or_of_the_resolution() -> None:
    """A record opened low, resolved high and critical since then is in three groups (K6)."""
    record = incident(computed_priority=Priority.LOW)
    record = resolved(_prioritized(record, Priority.HIGH, 10), 20)
    record = _prioritized(record, Priority.CRITICAL, 30)

    groups = [
        compute_kpis(
            [catalogue.VOLUME], [record], as_of=minute(99), group_by=Group("priority", when)
        )
        .results[0]
        .group
        for when in ("opening", "resolution", "as_of")
    ]

    assert groups == [(Priority.LOW,), (Priority.HIGH,), (Priority.CRITICAL,)]
    assert figure(catalogue.CRITICAL_RATE, [record]).value == 1.0


def _prioritized(record: Incident, level: Any, at: float) -> Incident:
    fields = FrozenMap({"priority_override": level})
    return record.with_event(Prioritized, at=minute(at), by="ada", fields=fields)


def test_the_same_day_is_that_of_a_zone() -> None:
    """Opened 22:30 UTC and resolved 23:30 UTC: one day in London's winter, two in Berlin's."""
    record = resolved(incident(at=22.5 * 60), 23.5 * 60)

    london = figure(catalogue.same_day_resolution_rate("Europe/London"), [record], at=1440)
    berlin = figure(catalogue.same_day_resolution_rate("Europe/Berlin"), [record], at=1440)

    assert (london.value, berlin.value) == (1.0, 0.0)


def test_codes_are_rated_among_the_resolved() -> None:
    """One of two resolved records was closed by its caller."""
    records = [resolved(incident(1), 5), resolved(incident(2), 5), incident(3)]
    kpi = catalogue.resolution_code_rate("self_service_rate", "closed_by_caller", "done")

    assert figure(kpi, records).value == 1.0
    other = catalogue.resolution_code_rate("not_solved_rate", "not_reproducible")
    assert figure(other, records).value == 0.0


@attrs.frozen
class Slow(RecordTest):
    """A test of your own: whether a record took longer than an hour of the KPI's clock."""

    needs = frozenset({"resolved_at"})
    settings = frozenset({"clock"})

    def compile(self, kpi: Any, as_of: datetime) -> Any:  # noqa: D102
        span = kpi.clock.open_time

        def slow(record: Incident) -> bool | str:
            if record.resolved_at is None:
                return "unresolved"
            return bool(span(record.opened_at, record.resolved_at) > timedelta(hours=1))

        return slow


def test_a_test_of_your_own_uses_the_clock_of_its_kpi() -> None:
    """Of three records one took two hours; the KPI may have a clock, since the test names it."""
    always = BusinessCalendar(zone="UTC", hours={"mon-sun": "00:00-24:00"})
    kpi = Kpi(id="slow", measure=Rate(numerator=Slow(), of="records"), clock=always)
    desk = [resolved(incident(1), 120), resolved(incident(2), 30), incident(3)]
    result = figure(kpi, desk)
    assert (result.value, result.n, dict(result.excluded)) == (0.5, 2, {"unresolved": 1})
    assert kpi.measure.needs == {"resolved_at"}
    with pytest.raises(KpiDefinitionError, match="nothing is timed"):
        Kpi(id="all", measure=Rate(numerator=ALWAYS, of="records"), clock=always)


def test_a_limit_in_a_survival_kpi_is_compared_with_a_time() -> None:
    """Acknowledged after 40 and 90 minutes and never: the first is quick, the second alone slow."""
    quick, slow = (
        acknowledge(incident(n), at=minute(at), by="ada") for n, at in ((1, 40), (2, 90))
    )
    desk = [resolved(quick, 180), resolved(slow, 240), resolved(incident(3), 300)]
    median, hour = catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE, timedelta(hours=1)
    wait = Duration(stop="acknowledged_at")
    within = figure(median.replace(population=AtMost(wait, hour)), desk, at=400)
    assert (within.value, within.n) == (3 * hour, 1)
    without = figure(median.replace(exclusions={"slow": AtLeast(wait, hour)}), desk, at=400)
    assert (without.n, dict(without.excluded)) == (2, {"slow": 1})


def test_a_limit_is_of_the_kind_of_its_measure() -> None:
    """A time for a time, and a number for what is counted."""
    time, number = Duration("opened_at", "resolved_at"), FieldValue("custom.n")
    assert AtMost(time, timedelta(hours=1)).limit == timedelta(hours=1)
    assert AtLeast(number, 3).limit == 3
    for measure, limit, allowed in (
        (time, 3, "a timedelta"),
        (number, timedelta(hours=1), "a whole number, in number"),
        (number, 2.5, "a whole number, in number"),
        (number, "3", "a whole number, in number"),
        (number, True, "a whole number, in number"),
    ):
        for kind in (AtLeast, AtMost):
            with pytest.raises(KpiDefinitionError, match=allowed):
                kind(measure, limit)
