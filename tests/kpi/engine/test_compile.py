"""Which records a definition counts: its population and its exclusions."""

from __future__ import annotations

from tests.kpi.tickets import START, figure, incident, tickets

from incidentcore.conditions import field
from incidentcore.kpi import catalogue
from incidentcore.kpi.engine.compile import compile_kpi
from incidentcore.vendors import read_table


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


def test_a_time_whose_end_the_source_lacks_is_left_out_as_such() -> None:
    """It is not called unanswered: nobody knows."""
    records = list(read_table([{"id": "1", "in": START}], {"id": "id", "opened": "in"}))
    result = figure(catalogue.MEAN_TIME_TO_FIRST_RESPONSE, records)
    assert (result.value, dict(result.excluded)) == (None, {"not_covered": 1})


def test_an_exclusion_that_the_source_cannot_answer_leaves_the_record_out() -> None:
    """Nobody knows whether a row was reopened; one that another exclusion names has that reason."""
    rows = [{"id": n, "in": START, "out": START, "kind": n} for n in ("1", "test")]
    mapping = {"id": "id", "opened": "in", "resolved": "out", "category": "kind"}
    excluded = {
        "reopened": field("reopen_count") >= 1,
        "test": field("category").contains("test"),
    }
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(exclusions=excluded)
    result = figure(kpi, list(read_table(rows, mapping)))
    assert (result.n, dict(result.excluded)) == (0, {"not_covered": 1, "test": 1})
    assert figure(kpi, tickets()).n > 0


def test_the_most_common_case_is_read_at_once() -> None:
    """Wall-clock time between two fields; what may be canceled, net or open time is not."""
    fast = [
        kpi.id
        for kpi in catalogue.ALL.values()
        if compile_kpi(kpi, START).__qualname__ == "Duration.fast_reader.<locals>.wall"
    ]
    assert {"mean_time_to_resolve", "mean_time_to_first_response"} <= set(fast)
    assert "mean_time_to_acknowledge" not in fast
