"""Which records a definition counts: its population and its exclusions."""

from __future__ import annotations

from tests.kpi.tickets import figure, incident, tickets

from incidentcore.conditions import field
from incidentcore.kpi import catalogue


def test_net_of_what_the_first_level_cannot_resolve() -> None:
    """The flag takes a record out of the net rate, not out of the gross one."""
    records = [incident(1, custom={"beyond_first_level": True}), incident(2)]

    net = figure(catalogue.FIRST_CONTACT_RESOLUTION_RATE_NET, records)

    assert (net.denominator, dict(net.excluded)) == (1, {"beyond_first_level": 1})
    assert figure(catalogue.FIRST_CONTACT_RESOLUTION_RATE_GROSS, records).denominator == 2


def test_a_population_is_not_an_exclusion() -> None:
    """Records outside the population are not counted at all."""
    kpi = catalogue.VOLUME.replace(population=field("assignment_group").equals("g0"))

    result = figure(kpi, tickets())

    assert (result.value, result.n, dict(result.excluded)) == (1, 1, {})
