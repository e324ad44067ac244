"""What an incident has beside what every record has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import Incident, set_fields, set_major_status

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_a_major_incident_has_a_status_roles_and_an_impact() -> None:
    """Before it is a candidate it has none of them."""
    record = Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim")
    assert (record.major_status, dict(record.major_roles), record.business_impact) == (
        None,
        {},
        None,
    )

    record = set_major_status(record, "accepted", at=AT, by="ada", roles={"scribe": "lee"})
    record = set_fields(record, business_impact="nobody can order", at=AT, by="ada")

    assert record.major_status == "accepted"
    assert dict(record.major_roles) == {"scribe": "lee"}
    assert record.business_impact == "nobody can order"
    assert record.facts()["record_type"] == "incident"


@pytest.mark.parametrize("name", ["major_status", "root_cause"])
def test_it_has_no_field_of_other_types_and_none_that_a_verb_sets(name: str) -> None:
    """The status comes from its verb alone, a root cause is a problem's."""
    record = Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim")

    with pytest.raises(InvalidValueError, match=name):
        set_fields(record, **{name: "accepted"}, at=AT, by="ada")
