"""The dimensions by which incidents are compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.improvement.desk import opened
from tests.improvement.test_problem_candidates import find, story

from incidentcore.errors import KpiDefinitionError
from incidentcore.improvement import ProblemCandidate, problem_candidates
from incidentcore.records import (
    Incident,
    Record,
)
from incidentcore.vendors import read_table


def test_a_misspelt_dimension_is_refused() -> None:
    """A misspelt field is an error, not a dimension without values."""
    with pytest.raises(KpiDefinitionError, match="servce"):
        find([], dimensions=["servce"])


def test_functions_are_dimensions() -> None:
    """A function of a record is a dimension under its own name, alone and in pairs."""

    def hour(record: Record) -> object:
        return record.opened_at.hour

    records = [opened(f"I{n}", 24 * n + (3 if n < 40 else n % 24)) for n in range(80)]
    (three,) = find(records, dimensions=[hour])
    assert (three.dimension, three.key, three.label) == (("hour",), (3,), "hour 3")
    assert isinstance(three, ProblemCandidate)
    assert isinstance(records[0], Incident)


def test_a_time_that_its_source_does_not_have_is_no_time() -> None:
    """Twelve of two hours; resolved at no time known, and before the opening, cost none (H2)."""
    rows = [
        {"n": f"{host}{day}", "o": f"2026-06-{day:02} 09:00", "r": f"2026-06-{day:02} 11:00",
         "h": host if host == "mx" else f"{host}{day}"}
        for host in ("mx", "x") for day in range(1, 13)
    ]  # fmt: skip
    rows += [
        {"n": "unknown", "o": "2026-06-05 09:00", "u": "2026-06-09 09:00", "h": "mx", "s": "done"},
        {"n": "early", "o": "2026-06-05 09:00", "r": "2026-06-05 07:00", "h": "mx"},
    ]
    mapping = {"id": "n", "opened": "o", "resolved": "r", "configuration_item": "h", "state": "s"}
    records = list(read_table(rows, {**mapping, "acknowledged": "u"}, zone="UTC"))
    (one,) = problem_candidates(records, as_of=datetime(2026, 7, 1, tzinfo=UTC))
    assert (one.key, one.count, one.timed, one.time) == (("mx",), 14, 12, timedelta(hours=24))


def test_an_error_of_a_caller_s_dimension_stays_his() -> None:
    """A misspelt field of a record is ours to name, an attribute of something else is not."""
    with pytest.raises(AttributeError, match="century"):
        find(story(), dimensions=[lambda record: record.opened_at.century])
