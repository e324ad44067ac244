"""What a problem has beside what every record has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import Cause, Problem, set_fields

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def opened() -> Problem:
    return Problem.open(id="PRB-1", title="Mail is lost", at=AT, by="kim")


def test_cause_and_workaround_make_a_known_error_only_where_it_says_so() -> None:
    """A status of its own, not a consequence."""
    cause = Cause("disk full")
    record = set_fields(opened(), root_cause=cause, workaround="empty it", at=AT, by="ada")

    assert (record.origin, record.root_cause, record.workaround) == ("reactive", cause, "empty it")
    assert record.known_error is False
    assert set_fields(record, known_error=True, at=AT, by="ada").known_error is True


@pytest.mark.parametrize(
    "wrong", [{"origin": "guessed"}, {"root_cause": "disk"}, {"major_status": "x"}]
)
def test_a_wrong_value_is_refused_by_name(wrong: dict[str, str]) -> None:
    """An origin that is not one, a cause as text, a field of incidents."""
    with pytest.raises(InvalidValueError, match=next(iter(wrong))):
        set_fields(opened(), **wrong, at=AT, by="ada")
