"""What a lifecycle asks for at the opening."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.lifecycle.test_migration import AT, V2, opened

from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
)
from incidentcore.lifecycle import Lifecycle, check_history
from incidentcore.lifecycle.definition import record_type_of
from incidentcore.records import Incident, LifecycleRef
from incidentcore.serialization import dumps, loads


def test_an_opening_must_have_the_fields_that_the_lifecycle_asks_for() -> None:
    """Refused by name; found in histories that were imported."""
    strict = attrs.evolve(V2, opens_with=("service", "custom.site"), migrates={})
    assert opened(strict, service="mail", custom={"site": "b"}).service == "mail"
    for fields, name in (({}, "service"), ({"service": "mail"}, r"custom\.site")):
        with pytest.raises(InvalidValueError, match=name):
            opened(strict, **fields)
    imported = Incident.open(
        id="I", title="t", at=AT, by="kim", lifecycle=LifecycleRef("desk", "2")
    )
    (finding,) = check_history(imported, strict)
    assert (finding.code, finding.data["missing"]) == (
        "missing_at_opening",
        ("service", "custom.site"),
    )
    with pytest.raises(LifecycleDefinitionError, match="opens_with"):
        attrs.evolve(V2, opens_with=("resolved_at",))
    assert loads(dumps(strict), Lifecycle) == strict


@pytest.mark.parametrize("kind", [int, "Incident", None])
def test_what_is_opened_is_a_class_of_records(kind: Any) -> None:
    """Neither another class nor a name."""
    with pytest.raises(InvalidValueError, match="the class Incident, Problem or ServiceRequest"):
        record_type_of(kind)
    assert record_type_of(Incident) == "incident"
