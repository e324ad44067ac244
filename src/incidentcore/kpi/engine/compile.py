"""Compile a definition into the function that is called for each record.

The function returns an outcome, the code under which the record is left out, or None for a record
outside the population. It receives the record as it was at the instant (rule K6).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidentcore.conditions import ALWAYS
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures.base import Extract, read_checked
from incidentcore.kpi.record_tests import compile_test, test_needs
from incidentcore.records import Record
from incidentcore.records.coverage import covers_fact


def compile_kpi(
    kpi: Kpi, as_of: datetime, *, covers: frozenset[str] | None = None, exercise: bool = False
) -> Extract:
    """Return the function that evaluates a KPI on one record, as of an instant.

    ``covers`` are the facts that the source of the records supplies, or None for all of them;
    ``exercise`` says whether the records belong to exercises.
    """
    is_left_out = exercise and kpi.exercises == "exclude"
    asked = [one for one in kpi.exclusions if _covered(covers, test_needs(one[1]))]
    is_covered = asked == list(kpi.exclusions) and _covered(covers, kpi.measure.needs)
    drops = kpi.canceled == "exclude"
    fast = kpi.measure.fast_reader(kpi) if drops and is_covered else None
    measure = fast or (read_checked(kpi.measure, kpi, as_of) if is_covered else _not_covered)
    if kpi.population == ALWAYS and not is_left_out and not asked:
        if fast or not drops:
            return measure
        return lambda record: measure(record) if record.canceled_at is None else "canceled"
    if not _covered(covers, test_needs(kpi.population)):
        return _not_covered
    belongs = None if kpi.population == ALWAYS else compile_test(kpi.population, kpi, as_of)
    exclusions = [(code, compile_test(test, kpi, as_of)) for code, test in asked]

    def extract(record: Record) -> Any:
        if belongs is not None and (answer := belongs(record)) is not True:
            return answer if answer == "not_covered" else None
        if is_left_out:
            return "exercise"
        if drops and record.canceled_at is not None:
            return "canceled"
        for code, test in exclusions:
            if test(record) is True:
                return code
        return measure(record)

    return extract


def _covered(covers: frozenset[str] | None, needs: frozenset[str]) -> bool:
    return all(covers_fact(covers, name) for name in needs)


def _not_covered(_: Record) -> str:
    return "not_covered"
