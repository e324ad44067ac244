"""Which records count, by what was known of them, and whose errors are whose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.kpi.tickets import minute

from incidentcore import advance
from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    FieldValue,
    Group,
    Kpi,
    KpiResult,
    Objective,
    catalogue,
    compute_kpis,
    gather_kpis,
)
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.groups import GroupBy
from incidentcore.records import Incident, Record, correct_event

WINDOWS = [None, Interval(minute(0), minute(100))]


def incident(number: int = 1, **fields: Any) -> Incident:
    return Incident.open(id=f"I{number}", title="x", at=minute(0), by="kim", **fields)


def resolved(record: Incident, at: float, **how: Any) -> Incident:
    said = {"resolution_code": "done", "resolution_notes": "ok", "by": "ada"}
    return advance(record, "resolve", at=minute(at), **said, **how)


def figure(kpi: Kpi, *records: Record, **how: Any) -> KpiResult:
    (result,) = compute_kpis([kpi], records, as_of=minute(50), **how).results
    return result


@pytest.mark.parametrize("window", WINDOWS)
def test_what_was_recorded_later_was_not_known(window: Interval | None) -> None:
    """Resolved at minute 20, which was recorded at minute 60: at minute 50 nobody knew (K6)."""
    late = resolved(incident(), 20, recorded_at=minute(60))
    known = as_known(late, minute(50))
    assert (late.updated_at, known is not None and known.resolved_at) == (minute(20), None)
    result = figure(catalogue.MEAN_TIME_TO_RESOLVE, late, window=window)
    assert (result.value, dict(result.excluded)) == (None, {"unresolved": 1})
    assert as_known(late, minute(60)) is late
    unknown = Incident.open(id="I", title="x", at=minute(0), by="kim", recorded_at=minute(60))
    assert figure(catalogue.VOLUME, unknown, window=window).value == 0


def test_a_later_opening_that_was_not_known_yet_does_not_count() -> None:
    """Opened at minute 0; that it was minute 55 became known at minute 60."""
    record = correct_event(incident(), "I1:1", at=minute(55), recorded_at=minute(60), by="ada")
    assert figure(catalogue.VOLUME, record).value == 1
    known = as_known(record, minute(50))
    assert known is not None
    assert known.opened_at == minute(0)


@pytest.mark.parametrize("window", WINDOWS)
def test_records_of_exercises_are_left_out_by_name(window: Interval | None) -> None:
    """Unless the definition counts them in."""
    records = incident(1), incident(2, exercise="fire drill")
    result = figure(catalogue.VOLUME, *records, window=window)
    assert (result.value, dict(result.excluded)) == (1, {"exercise": 1})
    both = figure(catalogue.VOLUME.replace(exercises="include"), *records, window=window)
    assert (both.value, dict(both.excluded)) == (2, {})


def test_records_of_several_kinds_by_turns_are_all_counted() -> None:
    """Also where there are more of each kind than are read at once: every third of 3,000."""
    fast, slow = resolved(incident(1, caller="ann"), 10), resolved(incident(2, caller="bob"), 30)
    kinds = fast, incident(3, caller="bob", exercise="fire drill"), slow
    kpis = [catalogue.MEDIAN_TIME_TO_RESOLVE, catalogue.VOLUME]
    found = compute_kpis(kpis, kinds * 1_000, as_of=minute(50), group_by="caller").results
    assert {(one.kpi, *one.group): (one.value, one.n, dict(one.excluded)) for one in found} == {
        ("median_time_to_resolve", "ann"): (timedelta(minutes=10), 1_000, {}),
        ("median_time_to_resolve", "bob"): (timedelta(minutes=30), 1_000, {"exercise": 1_000}),
        ("volume", "ann"): (1_000, 1_000, {}),
        ("volume", "bob"): (1_000, 1_000, {"exercise": 1_000}),
    }


@pytest.mark.parametrize("window", WINDOWS)
def test_a_group_that_cannot_be_hashed_is_refused(window: Interval | None) -> None:
    """A list is not a group; what to return instead stands in the error."""
    with pytest.raises(InvalidValueError, match="values that can be hashed"):
        figure(catalogue.VOLUME, incident(), window=window, group_by=lambda _: [1])


def test_an_error_in_a_callers_function_stays_his() -> None:
    """A field that no record has is named; an attribute of something else is not our error."""

    def broken(_: Record) -> object:
        return minute(0).century  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="century"):
        figure(catalogue.VOLUME, incident(), group_by=broken)
    with pytest.raises(InvalidValueError, match="workaround"):
        figure(Kpi(id="x", measure=FieldValue("workaround")), incident())


def test_more_groups_than_are_found_by_identity() -> None:
    """Each of 1,100 groups that are new objects has its one record."""
    groups: GroupBy = lambda record: ("group", record.id)  # noqa: E731
    records = [incident(number) for number in range(1_100)]
    part = gather_kpis([catalogue.VOLUME], [*records, records[0]], as_of=minute(1), group_by=groups)
    assert len(part.cells) == 1_100


def test_canceled_comes_before_every_other_reason() -> None:
    """A canceled record of a very important person is left out as canceled."""
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(
        exclusions=[("vip", field("custom.vip").is_true())]
    )
    canceled = advance(incident(1, custom={"vip": True}), "cancel", at=minute(5), by="ada")
    important = resolved(incident(2, custom={"vip": True}), 5)
    result = figure(kpi, canceled, important, resolved(incident(3), 10))
    assert (result.value, dict(result.excluded)) == (
        minute(10) - minute(0),
        {"canceled": 1, "vip": 1},
    )


def test_a_population_by_several_fields() -> None:
    """Two that are equal to a value, and one that is not."""
    wanted = (
        field("service").equals("mail")
        & field("assignment_group").equals("desk")
        & field("assignee").missing()
    )
    records = [
        incident(1, service="mail", assignment_group="desk"),
        incident(2, service="mail", assignment_group="desk", assignee="ada"),
        incident(3, service="mail", assignment_group="net"),
        incident(4, service="web", assignment_group="desk"),
    ]
    assert figure(catalogue.VOLUME.replace(population=wanted), *records).value == 1


def test_the_group_of_a_record_that_was_not_resolved_is_none() -> None:
    """Grouped by who had it at its resolution, or at its opening."""
    record = incident(assignment_group="desk")
    for when, group in (("resolution", None), ("opening", "desk")):
        result = figure(catalogue.VOLUME, record, group_by=Group("assignment_group", when))  # type: ignore[arg-type]
        assert result.group == (group,)


def test_an_objective_of_a_time_is_not_asked_of_a_share() -> None:
    """Nor the other way round."""
    hours = Objective(at_most=minute(240) - minute(0))
    assert hours.is_met_by(minute(240) - minute(0))
    with pytest.raises(KpiDefinitionError, match="a value like 4:00:00"):
        hours.is_met_by(0.5)


@pytest.mark.parametrize("is_canceled", [False, True])
def test_a_canceled_record_is_not_left_out_as_reopened(is_canceled: bool) -> None:  # noqa: FBT001
    """Resolved at 10 and reopened at 20; what came of it after the window decides."""
    record = advance(resolved(incident(), 10), "reopen", at=minute(20), by="ada")
    if is_canceled:
        record = advance(record, "cancel", at=minute(30), by="ada")
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(window_basis="resolved")
    (row,) = compute_kpis(
        [kpi], [record], as_of=minute(40), window=Interval(minute(5), minute(15))
    ).results
    assert dict(row.excluded) == {"canceled" if is_canceled else "reopened": 1}
