"""The catalogue: each definition on records whose figure can be worked out by hand."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.kpi.tickets import M, figure, incident, resolved

from incidentcore.instants import Interval
from incidentcore.kpi import Duration, catalogue
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Record,
    StateChanged,
    assign,
    comment,
    link,
    mark_restored,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.values import Actor, State

from .tickets import minute, tickets

SIX: dict[str, tuple[Any, int, dict[str, int]]] = {
    "mean_time_to_detect": (None, 0, {"canceled": 1, "no_stop": 5}),
    "mean_time_to_acknowledge": (15 * M, 4, {"unacknowledged": 2}),
    "median_time_to_acknowledge": (12.5 * M, 4, {"unacknowledged": 2}),
    "survival_median_time_to_acknowledge": (20 * M, 6, {}),
    "mean_time_to_first_reaction": (12.4 * M, 5, {"canceled": 1}),
    "mean_time_to_assign": (0 * M, 5, {"canceled": 1}),
    "mean_time_to_first_response": (6 * M, 4, {"canceled": 1, "unanswered": 1}),
    "mean_reply_time": (24.5 * M / 5, 4, {"canceled": 1, "no_stop": 1}),
    "mean_time_to_recover_from_alert": (53 * M, 4, {"canceled": 1, "unrestored": 1}),
    "mean_time_to_repair": (
        None,
        0,
        {"canceled": 1, "negative": 1, "no_start": 3, "unrestored": 1},
    ),
    "mean_time_to_restore_service": (65.5 * M, 4, {"canceled": 1, "unrestored": 1}),
    "mean_time_to_resolve": (73 * M, 4, {"canceled": 1, "unresolved": 1}),
    "median_time_to_resolve": (45 * M, 4, {"canceled": 1, "unresolved": 1}),
    "p90_time_to_resolve": (158 * M, 4, {"canceled": 1, "unresolved": 1}),
    "p95_time_to_resolve": (179 * M, 4, {"canceled": 1, "unresolved": 1}),
    "survival_median_time_to_resolve": (60 * M, 6, {}),
    "mean_time_to_first_resolution": (53 * M, 4, {"canceled": 1, "unresolved": 1}),
    "mean_net_time_to_resolve": (65.5 * M, 4, {"canceled": 1, "unresolved": 1}),
    "mean_time_to_close": (None, 0, {"canceled": 1, "unclosed": 5}),
    "mean_requester_wait_time": (65.5 * M, 4, {"canceled": 1, "unresolved": 1}),
    "mean_on_hold_time": (0 * M, 4, {"canceled": 1, "unresolved": 1}),
    "mean_time_to_failure": (None, 0, {"canceled": 1, "no_value": 5}),
    "first_contact_resolution_rate": (3 / 4, 4, {"canceled": 1, "unresolved": 1}),
    "first_contact_resolution_rate_gross": (1 / 6, 6, {}),
    "first_contact_resolution_rate_net": (1 / 6, 6, {}),
    "resolved_without_further_contact_rate": (2 / 4, 4, {"canceled": 1, "unresolved": 1}),
    "one_touch_rate": (1 / 4, 4, {"canceled": 1, "unresolved": 1}),
    "first_level_resolution_rate": (4 / 6, 6, {}),
    "resolved_without_reassignment_rate": (3 / 4, 4, {"canceled": 1, "unresolved": 1}),
    "reopen_rate": (1 / 4, 4, {"canceled": 1, "never_resolved": 1}),
    "reopenings_per_resolution": (1 / 5, 5, {"canceled": 1}),
    "escalation_rate": (0.0, 6, {}),
    "mean_reassignments": (1 / 6, 6, {}),
    "ping_pong_rate": (0.0, 6, {}),
    "critical_rate": (0.0, 6, {}),
    "major_incident_rate": (0.0, 6, {}),
    "resolved_by_problem_rate": (0.0, 4, {"canceled": 1, "unresolved": 1}),
    "known_error_rate": (None, 0, {}),
    "known_error_conversion_rate": (None, 0, {}),
    "satisfaction_rate": (None, 0, {"no_value": 6}),
    "mean_satisfaction": (None, 0, {"no_value": 6}),
    "survey_response_rate": (None, 0, {"outside_denominator": 6}),
    "update_cadence_adherence": (None, 0, {"canceled": 1, "no_value": 5}),
    "noise_reduction": (None, 0, {"no_value": 6}),
    "volume": (6, 6, {}),
    "volume_per_caller": (6.0, 6, {}),
    "backlog": (1, 1, {}),
    "backlog_growth": (1, 6, {}),
    "mean_age_of_backlog": (250 * M, 1, {}),
    "on_hold_share_of_backlog": (0.0, 1, {}),
    "stale_5_days_rate": (0.0, 1, {}),
    "stale_30_days_rate": (0.0, 1, {}),
    "recurrence_rate": (None, 0, {"no_value": 6}),
    "mean_problem_age": (None, 0, {}),
    "mean_time_to_close_problem": (None, 0, {}),
    "mean_problem_reassignments": (None, 0, {}),
    "mean_request_fulfillment_time": (None, 0, {}),
    "mean_approval_wait_time": (None, 0, {}),
    "mean_failed_deployment_recovery_time": (None, 0, {}),
    "mean_incident_cost": (None, 0, {"no_value": 6}),
    "total_incident_cost": (None, 0, {"no_value": 6}),
}
NEED_A_WINDOW = {"availability", "mean_time_between_failures"}


@pytest.mark.parametrize("kpi", [k for k in catalogue.ALL if k not in NEED_A_WINDOW])
def test_each_definition_on_the_six_tickets(kpi: str) -> None:
    """Value, n and what is left out for which reason, worked out by hand."""
    value, n, excluded = SIX[kpi]

    result = figure(catalogue.ALL[kpi], tickets())

    assert (result.n, dict(result.excluded)) == (n, excluded)
    assert result.value == (pytest.approx(value) if isinstance(value, float) else value)


def test_the_catalogue_is_told_and_named_by_what_it_means() -> None:
    """Each has its texts; no name says mttr or a bare respond (K3); ids are unique."""
    for key, kpi in catalogue.ALL.items():
        assert key == kpi.id
        assert all((kpi.title, kpi.formula, kpi.edge_cases, kpi.source))
        assert "mttr" not in key
        assert "respond" not in key.split("_")
    assert len({kpi.definition for kpi in catalogue.ALL.values()}) == len(catalogue.ALL) >= 35


def test_moments_known_before_the_opening_count() -> None:
    """Detection, restoration and repair run between what the caller and the history tell."""
    record = incident(at=20, occurred_at=minute(0), detected_at=minute(15))
    record = advance(record, "start", at=minute(30), by="ada")
    record = resolved(mark_restored(record, at=minute(60), by="ada"), 90)

    found = {
        kpi.id: figure(kpi, [record]).value
        for kpi in (
            catalogue.MEAN_TIME_TO_DETECT,
            catalogue.MEAN_TIME_TO_RECOVER_FROM_ALERT,
            catalogue.MEAN_TIME_TO_REPAIR,
            catalogue.MEAN_TIME_TO_RESTORE_SERVICE,
        )
    }

    assert list(found.values()) == [15 * M, 45 * M, 30 * M, 60 * M]


def test_a_stale_record_is_one_that_no_person_touched() -> None:
    """An event by the system does not refresh; one by an agent does; exactly n days is stale."""
    touched = assign(incident(1), group="g", at=minute(1440), by="ada")
    system = Actor("desk", "system")
    ignored = assign(incident(2), group="g", at=minute(5 * 1440), by=system)

    assert figure(catalogue.STALE_5_DAYS_RATE, [touched, ignored], at=5 * 1440).value == 1 / 2
    assert figure(catalogue.STALE_5_DAYS_RATE, [touched, ignored], at=6 * 1440).value == 1.0


def test_recovery_is_counted_from_the_deployment_that_is_linked() -> None:
    """Deployed at 10:00, seen at 10:20, fixed at 11:00: an hour; the first of two counts."""
    finished = {"c1": minute(600), "c2": minute(610), "c3": minute(0)}
    records: list[Record] = []
    for number, changes in enumerate([["c1"], ["c2", "c1"], ["elsewhere"], []]):
        record = incident(number, at=620)
        for change in changes:
            record = link(record, "caused_by_change", change, at=minute(630), by="ada")
        records.append(resolved(record, 660))

    result = figure(catalogue.mean_failed_deployment_recovery_time(finished), records, at=900)

    assert (result.value, result.n, dict(result.excluded)) == (60 * M, 2, {"no_start": 2})


def test_work_begins_by_what_a_state_is_and_not_by_its_name() -> None:
    """Repair begins in a state called Active; the state it is opened in is no beginning."""
    record = incident(1).with_event(
        StateChanged, at=minute(10), by="ada", action="take", state=State("Active", open=True)
    )
    record = mark_restored(record, at=minute(40), by="ada")

    assert figure(catalogue.MEAN_TIME_TO_REPAIR, [record]).value == 30 * M
    untouched = mark_restored(incident(2), at=minute(40), by="ada")
    assert dict(figure(catalogue.MEAN_TIME_TO_REPAIR, [untouched]).excluded) == {"no_start": 1}


def test_sla_compliance_keeps_running_paused_and_canceled_apart() -> None:
    """Met 1 of 2 completed; running, breached while running, paused and canceled are told."""
    office = BusinessCalendar.always()
    promise = SlaDefinition.resolution(hours=1, calendar=office)
    held = advance(incident(5, at=280), "start", at=minute(281), by="ada")
    held = advance(held, "hold", reason="awaiting_vendor", at=minute(290), by="ada")
    records = [
        resolved(incident(1), 60),
        resolved(incident(2), 61),
        incident(3, at=250),
        incident(4, at=100),
        held,
        advance(incident(6), "cancel", at=minute(5), by="ada"),
    ]

    compliance = figure(catalogue.sla_compliance(promise), records)
    running = figure(catalogue.sla_running_breached_rate(promise), records)
    over = figure(catalogue.mean_time_over_target(promise), records)

    assert (compliance.numerator, compliance.denominator) == (1, 2)
    assert compliance.of == "completed clocks"
    excluded = dict(compliance.excluded)
    assert excluded == {"running": 1, "running_breached": 1, "paused": 1, "canceled": 1}
    assert (running.numerator, running.denominator) == (1, 3)
    assert (over.value, over.n) == ((1 + 140) / 2 * M, 2)


def test_cycles_of_a_clock_are_counted_one_by_one() -> None:
    """Answered in 30 and in 90 minutes of an hour: one of two cycles; by record the last alone."""
    promise = SlaDefinition.next_response(hours=1, calendar=BusinessCalendar.always())
    record = incident(1)
    for minutes, by in ((10, "kim"), (40, "ada"), (100, "kim"), (190, "ada"), (290, "kim")):
        role = "requester" if by == "kim" else "agent"
        record = comment(record, "text", at=minute(minutes), by=Actor(by, role))
    asking = comment(incident(2), "text", at=minute(250), by=Actor("kim", "requester"))

    cycles = figure(catalogue.sla_cycle_compliance(promise), [record, asking])
    records = figure(catalogue.sla_compliance(promise), [record, asking], at=200)

    assert (cycles.value, cycles.numerator, cycles.denominator, cycles.n) == (0.5, 1, 2, 1)
    assert dict(cycles.excluded) == {"running": 1}
    assert cycles.counted(among=True) == "1 of 2 completed cycles"
    assert attrs.evolve(cycles, of="").counted(among=True) == "1 of 2"
    assert (records.numerator, records.denominator) == (0, 1)


def test_outages_that_overlap_count_once_and_maintenance_does_not() -> None:
    """Down 10 to 30 and 20 to 40, and 50 to 60 of which 55 to 60 was planned, of 100 minutes.

    35 minutes down of 95 promised; two failures, so 30 minutes of uptime each.
    """
    records = [
        mark_restored(incident(n, at=start), at=minute(stop), by="ada")
        for n, (start, stop) in enumerate([(10, 30), (20, 40), (50, 60), (150, 160)])
    ]
    window = Interval(minute(0), minute(100))
    planned = (Interval(minute(55), minute(60)),)
    kpis = [catalogue.availability(planned), catalogue.mean_time_between_failures(planned)]

    available = figure(kpis[0], records, window=window)
    between = figure(kpis[1], records, window=window)

    assert available.value == pytest.approx(60 / 95)
    assert (available.n, available.denominator) == (3, pytest.approx(95 / 60))
    assert (between.value, between.denominator) == (30 * M, 2)
    assert figure(kpis[1], records[3:], window=window).value is None


@pytest.mark.parametrize(("replies", "share"), [(0, 0), (1, 1), (2, 0)])
def test_one_touch_is_exactly_one_reply(replies: int, share: int) -> None:
    """No reply is not one touch, and neither are two."""
    record = incident()
    for number in range(replies):
        record = comment(record, "text", at=minute(number + 1), by=Actor("ada", "agent"))

    assert figure(catalogue.ONE_TOUCH_RATE, [resolved(record, 60)]).value == share


def test_a_record_without_a_beginning_is_left_out_of_each_way_to_read_times() -> None:
    """An unknown beginning is named, not taken for zero, whatever else is asked for."""
    records = [resolved(incident(), 60)]
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(measure=Duration("occurred_at", "resolved_at"))

    for asked in (kpi, kpi.replace(clock=BusinessCalendar.always())):
        result = figure(asked, records)
        assert (result.value, dict(result.excluded)) == (None, {"no_start": 1})


MEANINGS = {
    "MTTA": "mean_time_to_acknowledge median_time_to_acknowledge "
    "survival_median_time_to_acknowledge mean_time_to_first_reaction mean_time_to_assign",
    "MTTR": "mean_time_to_resolve mean_time_to_restore_service mean_time_to_repair "
    "mean_time_to_recover_from_alert mean_time_to_first_response mean_time_to_first_resolution "
    "mean_net_time_to_resolve",
    "MTTD": "mean_time_to_detect",
    "MTTF": "mean_time_to_failure mean_time_between_failures",
    "MTBF": "mean_time_between_failures mean_time_to_failure",
    "MTRS": "mean_time_to_restore_service",
    "MTTC": "mean_time_to_close",
    "FRT": "mean_time_to_first_response",
    "reply time": "mean_reply_time mean_time_to_first_response",
    "TTR": "mean_time_to_resolve mean_time_to_restore_service",
    "FCR": "first_contact_resolution_rate first_contact_resolution_rate_gross "
    "first_contact_resolution_rate_net resolved_without_further_contact_rate one_touch_rate",
    "FLR": "first_level_resolution_rate resolved_without_reassignment_rate",
    "CSAT": "satisfaction_rate mean_satisfaction",
    "FDRT": "mean_failed_deployment_recovery_time",
    "uptime": "availability",
    "TTO": "mean_time_to_assign mean_time_to_acknowledge",
}
MEANINGS |= {"ART": MEANINGS["MTTR"], "MTTI": MEANINGS["MTTD"]}
MEANINGS |= dict.fromkeys(("FCRR", "FTR"), MEANINGS["FCR"])
MEANINGS |= dict.fromkeys(("MTTFR", "TTFR"), MEANINGS["FRT"])


@pytest.mark.parametrize(("name", "ids"), MEANINGS.items())
def test_what_an_abbreviation_may_mean(name: str, ids: str) -> None:
    """The most common meaning first, each with what sets it apart (K3)."""
    found = catalogue.lookup(name)
    assert [one.kpi.id for one in found] == ids.split()
    assert all(one.difference for one in found)
    assert catalogue.lookup(f" {name.lower()} ") == found


def test_a_kpi_differs_by_the_same_words_under_each_name() -> None:
    """TTO says of the time to acknowledge what MTTA says, that some records are left out too."""
    said: dict[str, set[str]] = {}
    for name in MEANINGS:
        for one in catalogue.lookup(name):
            said.setdefault(one.kpi.id, set()).add(one.difference)
    assert {kpi: words for kpi, words in said.items() if len(words) > 1} == {}
    assert "never acknowledged is left out" in catalogue.lookup("TTO")[1].difference


def test_an_abbreviation_is_looked_up_and_no_attribute() -> None:
    """It means several KPIs, so the error says where to ask; a misspelled name is just unknown."""
    with pytest.raises(AttributeError, match=r"'MTTR'; lookup\('MTTR'\) returns what it may mean$"):
        getattr(catalogue, "MTTR")  # noqa: B009  no checker knows it
    assert not hasattr(catalogue, "MEAN_TIME_TO_RESOLV")
