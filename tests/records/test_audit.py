"""Changes read from the history: what was before, what came after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given

from incidentcore.records import (
    Incident,
    Record,
    assign,
    field_changes,
)
from incidentcore.testing.strategies_records import records

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


MINUTE = timedelta(minutes=1)


def incident(number: int, **fields: Any) -> Incident:
    opened = AT + number * MINUTE
    return Incident.open(id=f"INC-{number}", title="t", at=opened, by="kim", **fields)


@given(records())
def test_the_changes_of_all_events_lead_to_the_record(record: Record) -> None:
    """Each change begins where the last one of that field ended, and none says nothing."""
    facts = record.default_facts()
    for change in field_changes(record):
        assert facts[change.field] == change.before != change.after
        facts[change.field] = change.after
    del facts["updated_at"]

    assert facts == {name: value for name, value in record.facts().items() if name in facts}


def test_before_values_are_read_not_stored() -> None:
    """A late event changes what stood before the event after it."""
    record = assign(incident(0), group="net", at=AT + 2 * MINUTE, by="ada")
    record = assign(record, group="mail", at=AT + MINUTE, by="ada")

    told = [(c.before, c.after) for c in field_changes(record, "assignment_group")]

    assert told == [(None, "mail"), ("mail", "net")]
