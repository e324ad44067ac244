"""The dimensions by which incidents are compared."""

from __future__ import annotations

import pytest
from tests.improvement.desk import opened
from tests.improvement.test_problem_candidates import find, story

from incidentcore.errors import KpiDefinitionError
from incidentcore.improvement import (
    ProblemCandidate,
    problem_fields,
)
from incidentcore.records import (
    Incident,
    Record,
)


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
    assert problem_fields(three).keys() == {"title", "description", "origin"}


def test_an_error_of_a_caller_s_dimension_stays_his() -> None:
    """A misspelt field of a record is ours to name, an attribute of something else is not."""
    with pytest.raises(AttributeError, match="century"):
        find(story(), dimensions=[lambda record: record.opened_at.century])
