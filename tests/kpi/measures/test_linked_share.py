"""The share of records with a link."""

from __future__ import annotations

from tests.kpi.tickets import M, figure, incident, minute

from incidentcore.kpi import catalogue
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Problem,
    Record,
    link,
    set_fields,
)


def test_known_errors_are_a_snapshot_or_a_cohort() -> None:
    """Two open problems, one a known error; of two closed ones, one ever was."""
    problems: list[Record] = []
    for number in range(4):
        problem = Problem.open(id=f"P{number}", title="p", at=minute(0), by="ada")
        problem = advance(problem, "assess", at=minute(1), by="ada")
        problem = advance(problem, "confirm", at=minute(2), by="ada")
        if number % 2:
            problem = set_fields(problem, known_error=True, at=minute(3), by="ada")
        if number >= 2:
            problem = advance(
                problem, "accept_risk", at=minute(64), by="ada", resolution_notes="rare"
            )
        problems.append(problem)

    assert figure(catalogue.KNOWN_ERROR_RATE, problems).value == 1 / 2
    assert figure(catalogue.KNOWN_ERROR_CONVERSION_RATE, problems).value == 1 / 2
    assert figure(catalogue.MEAN_TIME_TO_CLOSE_PROBLEM, problems).value == 64 * M
    assert figure(catalogue.MEAN_PROBLEM_AGE, problems).value == 300 * M
    assert figure(catalogue.MEAN_PROBLEM_REASSIGNMENTS, problems).value == 0.0


def test_deployments_fail_once_however_many_incidents_they_cause() -> None:
    """Two incidents of one deployment out of four: a quarter."""
    records: list[Record] = [
        link(incident(n), "caused_by_change", change, at=minute(1), by="ada")
        for n, change in enumerate(["c1", "c1", "elsewhere"])
    ]

    result = figure(catalogue.change_failure_rate(["c1", "c2", "c3", "c4"]), records)

    assert (result.value, result.denominator) == (1 / 4, 4)
    assert figure(catalogue.change_failure_rate([]), records).value is None
