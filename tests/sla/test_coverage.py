"""What a source of records covers."""

from __future__ import annotations

import attrs
import pytest
from tests.sla.test_field_cases import u
from tests.sla.test_field_laws import ALL_OF_IT, imported

from incidentcore.conditions import field
from incidentcore.sla import (
    evaluate_sla,
)


@pytest.mark.parametrize(
    ("path", "need"),
    [
        *((path, "states") for path in ("state", "state.name", "state.pauses", "hold_reason")),
        *((path, "states") for path in ("state.open", "state.resolved", "state.final")),
        *((path, "moments") for path in ("state.open", "state.resolved", "state.final")),
        *((path, "priorities") for path in ("priority", "impact", "urgency")),
        *((path, "priorities") for path in ("computed_priority", "priority_override")),
        *((path, "assignments") for path in ("assignment_group", "assignee", "support_tier")),
        ("assigned_at", "assignments"),
    ],
)
def test_a_field_is_told_by_what_its_source_covers(path: str, need: str) -> None:
    """And by nothing else (K2)."""
    clock = attrs.evolve(ALL_OF_IT, pause=field(path).present())
    now = u("03 12:00")
    assert evaluate_sla(clock, imported(need), now=now).not_covered == ()
    assert evaluate_sla(clock, imported("escalations"), now=now).not_covered == (path,)
