"""Compile a definition into the function that is called for each record.

The function returns an outcome, the code under which the record is left out, or None for a record
outside the population. It receives the record as it was at the instant (rule K6).
"""

from __future__ import annotations

from collections.abc import Callable
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
    if exercise and kpi.exercises == "exclude":
        return _belonging(kpi, as_of, lambda _: "exercise", covers)
    asked = [one for one in kpi.exclusions if _covered(covers, test_needs(one[1]))]
    is_covered = asked == list(kpi.exclusions) and _covered(covers, kpi.measure.needs)
    measure = read_checked(kpi.measure, kpi, as_of) if is_covered else _not_covered
    drops = kpi.canceled == "exclude"
    fast = kpi.measure.fast_reader(kpi) if drops and is_covered else None
    if asked:
        leave_out = [(code, compile_test(test, kpi, as_of)) for code, test in asked]
        measure = _without(leave_out, fast or measure, drops_canceled=drops)
    elif drops:
        measure = fast or _without_canceled(measure)
    return _belonging(kpi, as_of, measure, covers)


def _belonging(
    kpi: Kpi, as_of: datetime, measure: Extract, covers: frozenset[str] | None
) -> Extract:
    """Return a reader that gives None for records outside the population."""
    if kpi.population == ALWAYS:
        return measure
    if not _covered(covers, test_needs(kpi.population)):
        return _not_covered
    belongs = compile_test(kpi.population, kpi, as_of)

    def extract(record: Record) -> Any:
        answer = belongs(record)
        if answer is True:
            return measure(record)
        return "not_covered" if answer == "not_covered" else None

    return extract


def _covered(covers: frozenset[str] | None, needs: frozenset[str]) -> bool:
    return all(covers_fact(covers, name) for name in needs)


def _not_covered(_: Record) -> str:
    return "not_covered"


def _without_canceled(measure: Extract) -> Extract:
    return lambda record: measure(record) if record.canceled_at is None else "canceled"


def _without(
    leave_out: list[tuple[str, Callable[[Record], bool | str]]],
    measure: Extract,
    *,
    drops_canceled: bool,
) -> Extract:
    """Return a reader that applies the exclusions; the one of canceled records may come first."""

    def extract(record: Record) -> Any:
        if drops_canceled and record.canceled_at is not None:
            return "canceled"
        for code, test in leave_out:
            if test(record) is True:
                return code
        return measure(record)

    return extract
